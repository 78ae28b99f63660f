// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/storage/csr.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "bsr/storage.hpp"
#include "support/identical.hpp"
#include "support/sample.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;

TEST_CASE("csr: scipy's arrays, owned or where they lie", "[storage]") {
  std::vector<double> data{1, 2, 3};
  const std::vector<std::int32_t> indices{0, 3, 3}, indptr{0, 1, 2};
  const bsr::csr_view<double> v({2, 4}, data, indices, indptr);
  CHECK(v.nnz() == 2);  // beyond indptr[-1] nothing is seen
  CHECK(v.data().data() == data.data());
  v.data()[0] = 9;
  CHECK(data[0] == 9);
  const bsr::csr_view<const double> read_only = v;
  CHECK(read_only.indices()[1] == 3);
  STATIC_CHECK_FALSE(std::is_copy_assignable_v<bsr::csr_view<double>>);
  const bsr::csr<double> a({2, 4}, data, indices, indptr);
  CHECK(a.nnz() == 2);
  CHECK(a.data().size() == 2);
  CHECK(a.indices().size() == 2);
}

TEST_CASE("csr: copies are deep, default and moved-from are 0x0 and complete", "[storage]") {
  auto a = sample::csr<float>();
  auto b = a;
  b.data()[0] = 50;
  CHECK(a.data()[0] == 1.0f);
  const auto c = std::move(a);
  CHECK(c.nnz() == 30);
  CHECK(a.shape() == bsr::dims(0, 0));
  CHECK(a.view().nnz() == 0);
  CHECK(a.indptr().size() == 1);
  a = c;
  CHECK(stored_difference(a, sample::csr<float>()) == "");
  const bsr::csr<double> none;
  CHECK(none.view().rows() == 0);
}

TEST_CASE("csr: truncate forgets the last entries", "[storage]") {
  bsr::csr<int> a({1, 3}, {1, 2, 3}, {0, 1, 2}, {0, 3});
  a.indptr()[1] = 2;
  a.truncate(2);
  CHECK(a.nnz() == 2);
  CHECK(a.view().data().size() == 2);
}

TEST_CASE("csr: refusals", "[storage]") {
  CHECK(text_of<bsr::shape_error>([] { bsr::csr<int>({2, 2}, {1}, {0}, {0, 1}); }) ==
        "bsr: csr_view: index pointer size (2) should be (3): shape is 2x2, blocksize is 1x1.");
  CHECK(text_of<bsr::shape_error>([] { bsr::csr<int>({1, 2}, {1, 2}, {0}, {0, 1}); })
            .starts_with(
                "bsr: csr_view: indices and data should have the same size: 1 indices need 1 blocks of 1x1"));
  CHECK(text_of<bsr::format_error>([] {
          bsr::csr<int>({1, 2}, {1}, {0}, {0, 2});
        }).starts_with("bsr: csr_view: Last value of index pointer"));
  CHECK(text_of<bsr::shape_error>([] { bsr::csr<int>({-1, 2}, {}, {}, {0}); }) ==
        "bsr: csr_view: invalid shape -1x2.");
}

}  // namespace
