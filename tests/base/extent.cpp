// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/base/extent.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace {

TEST_CASE("dims: any integer type, compared by value", "[base]") {
  STATIC_CHECK(bsr::dims(3, 4) == bsr::dims(std::size_t{3}, std::int64_t{4}));
  STATIC_CHECK(bsr::dims() == bsr::dims(0, 0));
  STATIC_CHECK(bsr::dims(3, 4) != bsr::dims(4, 3));
  STATIC_CHECK_FALSE(std::is_constructible_v<bsr::dims, double, int>);
  CHECK(bsr::dims(-1, std::uint8_t{200}).rows == -1);
  CHECK(bsr::dims(-1, std::uint8_t{200}).cols == 200);
}

TEST_CASE("extent: a number costs nothing, a dynamic one is stored", "[base]") {
  STATIC_CHECK(bsr::extent<5>::value() == 5);
  STATIC_CHECK(std::is_empty_v<bsr::extent<5>>);
  STATIC_CHECK(bsr::extent<bsr::dynamic>(7).value() == 7);
  STATIC_CHECK(bsr::extent<bsr::dynamic>().value() == 1);
  STATIC_CHECK(bsr::dynamic == -1);
}

TEST_CASE("index: int32 and int64 only", "[base]") {
  STATIC_CHECK(bsr::index<std::int32_t>);
  STATIC_CHECK(bsr::index<std::int64_t>);
  STATIC_CHECK_FALSE(bsr::index<std::uint32_t>);
  STATIC_CHECK_FALSE(bsr::index<short>);
  STATIC_CHECK_FALSE(bsr::index<const std::int32_t>);
}

}  // namespace
