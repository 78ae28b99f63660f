// SPDX-License-Identifier: BSD-3-Clause
// Operands of two types: the result has NumPy's.
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "conformance/operations.hpp"

namespace {
using namespace conformance;

template <class T, class U>
void check_pair() {
  using A = bsr::matrix<T, bsr::dynamic, bsr::dynamic, std::int64_t>;
  using B = bsr::matrix<U>;
  const std::string dtype = bsr_test::dtype_name<T>() + "+" + bsr_test::dtype_name<U>();
  const auto& file = bsr_test::conformance_cases();
  int cases = 0;
  for (std::size_t n = 0; n < file.size(); ++n) {
    const auto& c = file[n];
    if (c.text("dtype") != dtype) continue;
    ++cases;
    const auto op = c.text("op");
    INFO("case " << n << ": " << op << " of " << dtype);
    const auto a = c.matrix<A>("a");
    const auto b = c.matrix<B>("b");
    const answer found = op == "mixed add"        ? give(add(a, b))
                         : op == "mixed subtract" ? give(subtract(a, b))
                         : op == "mixed multiply" ? give(multiply(a, b))
                         : op == "mixed hstack"   ? give(hstack(a, b))
                         : op == "mixed kron"     ? give(kron(a, b))
                                                  : give(bsr::matrix(a * b));
    CHECK(conformance_difference(c, found) == "");
  }
  CHECK(cases >= 10);
}

}  // namespace

TEST_CASE("conformance: mixed types", "[conformance]") {
  check_pair<std::int8_t, std::uint8_t>();
  check_pair<std::uint64_t, std::int64_t>();
  check_pair<std::int32_t, float>();
  check_pair<std::int16_t, float>();
  check_pair<float, double>();
  check_pair<std::complex<float>, double>();
  check_pair<bool, std::int8_t>();
  check_pair<std::int64_t, float>();
  check_pair<long double, std::complex<float>>();
  check_pair<std::uint8_t, bool>();
}
