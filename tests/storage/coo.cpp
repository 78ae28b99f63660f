// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/storage/coo.hpp"

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

TEST_CASE("coo: entries where they lie", "[storage]") {
  std::vector<float> data{1, 2};
  const std::vector<std::int64_t> row{0, 1}, col{2, 2};
  const bsr::coo_view<float, std::int64_t> v({2, 3}, data, row, col);
  CHECK(v.nnz() == 2);
  v.data()[1] = 5;
  CHECK(data[1] == 5.0f);
  const bsr::coo_view<const float, std::int64_t> read_only = v;
  CHECK(read_only.col()[1] == 2);
  STATIC_CHECK_FALSE(std::is_copy_assignable_v<bsr::coo_view<float>>);
  // No room between the entries is needed, and none of them is looked at.
  CHECK_NOTHROW(bsr::coo_view<float, std::int64_t>({0, 0}, data, row, col));
}

TEST_CASE("coo: copies are deep, default and moved-from are 0x0", "[storage]") {
  auto a = sample::coo<double>();
  const auto b = a;
  a.data()[0] = 50;
  CHECK(b.data()[0] == 1);
  const auto c = std::move(a);
  CHECK(c.nnz() == 30);
  CHECK(a.shape() == bsr::dims(0, 0));
  CHECK(a.view().nnz() == 0);
  CHECK(bsr::coo<double>().nnz() == 0);
}

TEST_CASE("coo: refusals", "[storage]") {
  CHECK(text_of<bsr::shape_error>([] { bsr::coo<int>({2, 2}, {1, 2}, {0}, {0, 1}); }) ==
        "bsr: coo_view: row, column, and data array must all be the same length: they have 1, 2 and 2 "
        "elements.");
  CHECK(text_of<bsr::shape_error>([] { bsr::coo<int>({2, -2}, {}, {}, {}); }) ==
        "bsr: coo_view: invalid shape 2x-2.");
}

}  // namespace
