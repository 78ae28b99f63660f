// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/elementwise/number.hpp"

#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <limits>

#include "support/throws.hpp"

namespace {

using namespace bsr_test;
namespace detail = bsr::detail;

TEST_CASE("number_as: an integer that does not fit is refused, everything else converts", "[elementwise]") {
  CHECK(detail::number_as<std::int8_t>("f", 127) == 127);
  CHECK(detail::number_as<std::int8_t>("f", std::uint64_t{5}) == 5);
  CHECK(detail::number_as<std::uint64_t>("f", std::int64_t{7}) == 7);
  CHECK(detail::number_as<bool>("f", true));
  CHECK(detail::number_as<float>("f", 0.1) == 0.1f);
  CHECK(detail::number_as<float>("f", std::int64_t{1} << 40) == 0x1p40f);
  CHECK(detail::number_as<std::complex<float>>("f", 2) == 2.0f);
  // NumPy: OverflowError: Python integer 300 out of bounds for int8
  CHECK(text_of<bsr::error>([] { detail::number_as<std::int8_t>("multiply", 300); }) ==
        "bsr: multiply: the number 300 does not fit int8 elements; convert the matrix with astype first.");
  CHECK(text_of<bsr::error>([] { detail::number_as<std::uint64_t>("f", -1); }) ==
        "bsr: f: the number -1 does not fit uint64 elements; convert the matrix with astype first.");
  CHECK(text_of<bsr::error>([] { detail::number_as<std::int64_t>("f", ~std::uint64_t{0}); }) ==
        "bsr: f: the number 18446744073709551615 does not fit int64 elements; convert the matrix with astype "
        "first.");
}

TEST_CASE("plain arithmetic: integers wrap, complex products are four products", "[elementwise]") {
  using complex = std::complex<double>;
  CHECK(detail::plain_product<std::int8_t>(100, 3) == 44);
  CHECK(detail::plain_product(complex(1, 2), complex(3, -1)) == complex(5, 5));
  CHECK(detail::plain_product(true, false) == false);
  CHECK(detail::plain_difference<std::uint8_t>(0, 200) == 56);
  CHECK(detail::plain_difference(std::numeric_limits<std::int64_t>::min(), std::int64_t{1}) ==
        std::numeric_limits<std::int64_t>::max());
  CHECK(detail::plain_difference(1.5, 2.0) == -0.5);
}

TEST_CASE("is_nan, less_than: complex numbers by their parts", "[elementwise]") {
  using complex = std::complex<float>;
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK((detail::is_nan(nan) && !detail::is_nan(1.0f) && !detail::is_nan(3)));
  CHECK(
      (detail::is_nan(complex(0, nan)) && detail::is_nan(complex(nan, 0)) && !detail::is_nan(complex(1, 2))));
  CHECK((detail::less_than(complex(1, 9), complex(2, 0)) && detail::less_than(complex(1, 2), complex(1, 3))));
  CHECK(
      (!detail::less_than(complex(1, 3), complex(1, 3)) && !detail::less_than(complex(2, 0), complex(1, 9))));
  CHECK((detail::less_than(-1, 0) && !detail::less_than(nan, 1.0f)));
}

}  // namespace
