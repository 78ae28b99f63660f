// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/convert/index_width.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "support/throws.hpp"

namespace {

using bsr_test::text_of;
constexpr std::int64_t largest = std::numeric_limits<std::int32_t>::max();

TEST_CASE("index width: counts and ranges at the limit", "[convert]") {
  CHECK_NOTHROW(bsr::detail::check_count_fits<std::int32_t>("f", largest, "blocks"));
  CHECK(text_of<bsr::shape_error>(
            [] { bsr::detail::check_count_fits<std::int32_t>("f", largest + 1, "blocks"); }) ==
        "bsr: f: 2147483648 blocks are too many for int32 indices, which end at 2147483647; ask for "
        "std::int64_t "
        "indices.");
  CHECK_NOTHROW(bsr::detail::check_range_fits<std::int32_t>("f", 0, "columns"));
  CHECK_NOTHROW(bsr::detail::check_range_fits<std::int32_t>("f", largest + 1, "columns"));
  CHECK(text_of<bsr::shape_error>(
            [] { bsr::detail::check_range_fits<std::int32_t>("f", largest + 2, "columns"); }) ==
        "bsr: f: 2147483649 columns are too many for int32 indices, which end at 2147483647; ask for "
        "std::int64_t "
        "indices.");
  CHECK_NOTHROW(bsr::detail::check_count_fits<std::int64_t>("f", std::numeric_limits<std::int64_t>::max(),
                                                            "stored elements"));
}

TEST_CASE("index width: the index type of a result", "[convert]") {
  STATIC_CHECK(std::is_same_v<bsr::detail::result_index_t<void, std::int32_t>, std::int32_t>);
  STATIC_CHECK(std::is_same_v<bsr::detail::result_index_t<std::int64_t, std::int32_t>, std::int64_t>);
  STATIC_CHECK(!bsr::detail::index_choice<short>);
}

}  // namespace
