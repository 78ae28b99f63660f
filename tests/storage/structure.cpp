// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/storage/structure.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <limits>

#include "bsr/storage.hpp"
#include "support/throws.hpp"

namespace {

using bsr_test::text_of;
namespace storage_detail = bsr::storage_detail;

TEST_CASE("structure: block rows are counted up", "[storage]") {
  STATIC_CHECK(storage_detail::ceil_div(0, 3) == 0);
  STATIC_CHECK(storage_detail::ceil_div(6, 3) == 2);
  STATIC_CHECK(storage_detail::ceil_div(7, 3) == 3);
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  STATIC_CHECK(storage_detail::ceil_div(most, 2) == most / 2 + 1);
}

TEST_CASE("structure: elements that cannot be counted are refused", "[storage]") {
  CHECK(storage_detail::count_elements("f", 5, bsr::dims(2, 3)) == 30);
  CHECK(text_of<bsr::shape_error>([] {
          storage_detail::count_elements("f", std::int64_t{1} << 40, bsr::dims(1 << 12, 1 << 12));
        }) == "bsr: f: 1099511627776 blocks of 4096x4096 elements are more than can be counted.");
  CHECK(text_of<bsr::shape_error>([] {
          storage_detail::count_elements("f", 1, bsr::dims(std::int64_t{1} << 40, std::int64_t{1} << 40));
        }) == "bsr: f: 1 blocks of 1099511627776x1099511627776 elements are more than can be counted.");
}

TEST_CASE("structure: what a static block size answers at compile time", "[storage]") {
  using a = bsr::matrix_view<const float, 4, 8>;
  STATIC_CHECK(a::static_rows == 4);
  STATIC_CHECK(a::static_cols == 8);
  STATIC_CHECK(sizeof(a) < sizeof(bsr::matrix_view<const float>));
}

TEST_CASE("structure: one ABI whatever the block size: readers of a padded matrix", "[storage]") {
  const bsr::matrix<float, 4, 3> a({9, 7}, bsr::padded);
  CHECK(a.block_rows() == 3);
  CHECK(a.block_cols() == 3);
  CHECK(a.is_padded());
  CHECK_FALSE(bsr::matrix<float, 4, 3>({8, 9}).is_padded());
  CHECK(a.rows() == 9);
  CHECK(a.cols() == 7);
  CHECK(a.nnz() == 0);
}

}  // namespace
