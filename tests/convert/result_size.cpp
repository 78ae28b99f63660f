// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/convert/result_size.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "bsr/base/extent.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;

TEST_CASE("result_size: sums and products that do not exist are errors", "[convert]") {
  constexpr std::int64_t most = (std::numeric_limits<std::int64_t>::max)();
  CHECK(bsr::detail::size_sum("f", most - 1, 1, "rows") == most);
  CHECK(bsr::detail::size_product("f", most / 3, 3, "rows") == most / 3 * 3);
  CHECK(text_of<bsr::shape_error>([] { (void)bsr::detail::size_sum("f", most, 1, "rows"); }) ==
        "bsr: f: 9223372036854775807 and 1 rows are more than can be counted.");
  CHECK(text_of<bsr::shape_error>([] { (void)bsr::detail::size_product("f", most, 2, "rows"); }) ==
        "bsr: f: 9223372036854775807 times 2 rows are more than can be counted.");
}

TEST_CASE("result_size: one wide index makes the result wide", "[convert]") {
  using std::int32_t;
  using std::int64_t;
  STATIC_CHECK(std::is_same_v<bsr::wider_index_t<int32_t>, int32_t>);
  STATIC_CHECK(std::is_same_v<bsr::wider_index_t<int32_t, int32_t>, int32_t>);
  STATIC_CHECK(std::is_same_v<bsr::wider_index_t<int32_t, int64_t>, int64_t>);
  STATIC_CHECK(std::is_same_v<bsr::wider_index_t<int64_t, int32_t, int32_t>, int64_t>);
}

}  // namespace
