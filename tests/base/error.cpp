// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/base/error.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <limits>
#include <new>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "support/throws.hpp"

namespace {

using bsr_test::text_of;

template <class... Parts>
std::string text(const Parts&... parts) {
  bsr::message m;
  (m << ... << parts);
  return m.c_str();
}

TEST_CASE("error: the kinds of errors", "[base]") {
  STATIC_CHECK(std::is_base_of_v<std::runtime_error, bsr::error>);
  STATIC_CHECK(std::is_base_of_v<bsr::error, bsr::shape_error>);
  STATIC_CHECK(std::is_base_of_v<bsr::error, bsr::alias_error>);
  STATIC_CHECK(std::is_base_of_v<bsr::error, bsr::format_error>);
  STATIC_CHECK_FALSE(std::is_base_of_v<bsr::shape_error, bsr::format_error>);
}

TEST_CASE("error: a sentence of texts, numbers and shapes", "[base]") {
  CHECK(text_of<bsr::shape_error>([] {
          bsr::fail<bsr::shape_error>("bsr: a is ", bsr::dims(4, 3), ", row ", 7, '.',
                                      std::string_view(" x"));
        }) == "bsr: a is 4x3, row 7. x");
  CHECK(text_of<bsr::alias_error>([] { bsr::fail<bsr::alias_error>("bsr: ", 0.7); }) == "bsr: 0.7");
}

TEST_CASE("error: numbers at their limits", "[base]") {
  CHECK(text(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
  CHECK(text(std::numeric_limits<std::int64_t>::max()) == "9223372036854775807");
  CHECK(text(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
  CHECK(text(std::numeric_limits<std::int32_t>::min()) == "-2147483648");
  CHECK(text(static_cast<std::int8_t>(-128), ' ', static_cast<std::uint8_t>(255)) == "-128 255");
  CHECK(text(0, ' ', -1, ' ', 10u) == "0 -1 10");
  CHECK(text(bsr::dims(-1, 0)) == "-1x0");
  CHECK(text(0.1, ' ', 1e300, ' ', -0.0, ' ', 1.0) == "0.1 1e+300 -0 1");
}

TEST_CASE("error: a text that is too long is cut and says so", "[base]") {
  const std::string full(1023, 'a');
  CHECK(text(full) == full);
  const std::string cut = text(full, "b");
  CHECK(cut.size() == 1023);
  CHECK(cut.substr(0, 1020) == full.substr(0, 1020));
  CHECK(cut.substr(1020) == "...");
  CHECK(text(full, 123456, bsr::dims(1, 2)) == cut);
}

}  // namespace
