// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/storage/csc.hpp"

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

template <class X>
concept can_be_viewed = requires { typename bsr::view_t<X>; };

TEST_CASE("csc: scipy's arrays, owned or where they lie", "[storage]") {
  std::vector<double> data{1, 2, 3};
  const std::vector<std::int32_t> indices{0, 3, 3}, indptr{0, 1, 2};
  const bsr::csc_view<double> v({4, 2}, data, indices, indptr);
  CHECK(v.rows() == 4);
  CHECK(v.cols() == 2);
  CHECK(v.nnz() == 2);  // beyond indptr[-1] nothing is seen
  CHECK(v.data().data() == data.data());
  v.data()[0] = 9;
  CHECK(data[0] == 9);
  const bsr::csc_view<const double> read_only = v;
  CHECK(read_only.indices()[1] == 3);
  STATIC_CHECK_FALSE(std::is_copy_assignable_v<bsr::csc_view<double>>);
  const bsr::csc<double> a({4, 2}, data, indices, indptr);
  CHECK(a.nnz() == 2);
  CHECK(a.data().size() == 2);
  CHECK(a.indices().size() == 2);
}

TEST_CASE("csc: is seen through view, and is no CSR", "[storage]") {
  STATIC_CHECK(std::is_same_v<bsr::view_t<bsr::csc<int>&>, bsr::csc_view<int>>);
  STATIC_CHECK(std::is_same_v<bsr::view_t<const bsr::csc<int>&>, bsr::csc_view<const int>>);
  STATIC_CHECK(std::is_same_v<bsr::input_t<bsr::csc<int>&>, bsr::csc_view<const int>>);
  STATIC_CHECK(bsr::csc_like<bsr::csc<float>&>);
  STATIC_CHECK(bsr::csc_like<bsr::csc_view<float>>);
  STATIC_CHECK_FALSE(bsr::csr_like<bsr::csc<float>&>);
  STATIC_CHECK_FALSE(bsr::csc_like<bsr::csr<float>&>);
  STATIC_CHECK_FALSE(can_be_viewed<bsr::csc<float>>);
}

TEST_CASE("csc: copies are deep, default and moved-from are 0x0 and complete", "[storage]") {
  auto a = sample::csc<float>();
  auto b = a;
  b.data()[0] = 50;
  CHECK(a.data()[0] == 7.0f);
  const auto c = std::move(a);
  CHECK(c.nnz() == 30);
  CHECK(a.shape() == bsr::dims(0, 0));
  CHECK(a.view().nnz() == 0);
  CHECK(a.indptr().size() == 1);
  a = c;
  CHECK(stored_difference(a, sample::csc<float>()) == "");
  const bsr::csc<double> none;
  CHECK(none.view().rows() == 0);
}

TEST_CASE("csc: truncate forgets the last entries", "[storage]") {
  bsr::csc<int> a({3, 1}, {1, 2, 3}, {0, 1, 2}, {0, 3});
  a.indptr()[1] = 2;
  a.truncate(2);
  CHECK(a.nnz() == 2);
  CHECK(a.view().data().size() == 2);
}

TEST_CASE("csc: refusals", "[storage]") {
  CHECK(text_of<bsr::shape_error>([] { bsr::csc<int>({2, 3}, {1}, {0}, {0, 1, 1}); }) ==
        "bsr: csc_view: index pointer size (3) should be (4): shape is 2x3, and every column has a place in "
        "it.");
  CHECK(text_of<bsr::shape_error>([] { bsr::csc<int>({2, 1}, {1, 2}, {0}, {0, 1}); })
            .starts_with(
                "bsr: csc_view: indices and data should have the same size: 1 indices need 1 blocks of 1x1"));
  CHECK(text_of<bsr::format_error>([] {
          bsr::csc<int>({2, 1}, {1}, {0}, {0, 2});
        }).starts_with("bsr: csc_view: Last value of index pointer"));
  CHECK(text_of<bsr::shape_error>([] { bsr::csc<int>({-1, 2}, {}, {}, {0, 0, 0}); }) ==
        "bsr: csc_view: invalid shape -1x2.");
}

}  // namespace
