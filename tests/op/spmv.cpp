// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/op/spmv.hpp"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "bsr/bsr.hpp"
#include "support/definition.hpp"
#include "support/expected.hpp"
#include "support/random.hpp"

using bsr_test::by_definition;
using bsr_test::difference;

namespace {

using bsr::op;

/// y = alpha * op(a) * x + beta * y for one combination of types and strides, by the definition and on the
/// CPU.
template <op Op, class TA, class TX, class TY, class Alpha, class Beta>
void one(Alpha alpha, Beta beta, std::int64_t x_stride = 1, std::int64_t y_stride = 1) {
  constexpr bool flip = Op == op::transpose;
  bsr_test::random rng(6);
  const bsr::dims shape{6, 9};
  const auto a = bsr_test::random_matrix<TA, 2, 3>(rng, shape, bsr_test::wild);
  const std::int64_t m = flip ? 9 : 6;
  const std::int64_t k = flip ? 6 : 9;
  const auto x_memory = bsr_test::random_vector<TX>(rng, k * x_stride);
  const bsr::vector_view<const TX> x(x_memory.data(), k, x_stride);
  const auto before = bsr_test::random_vector<TY>(rng, m * y_stride);
  using V = bsr::promoted_t<bsr::promoted_t<TA, TX>, TY>;
  const auto wanted = bsr_test::expected<V>::left(a, flip, x)
                          .scale(alpha)
                          .add(beta, bsr::vector_view<const TY>(before.data(), m, y_stride));
  const auto run = [&](const auto& policy) {
    bsr::buffer<TY> memory(before);
    const bsr::vector_view<TY> y(memory.data(), m, y_stride);
    bsr::spmv<Op>(policy, alpha, a, x, beta, y);
    CHECK(difference(y, wanted) == "");
    bool intact = true;
    for (std::int64_t i = 0; i < memory.size(); ++i)
      if (i % y_stride != 0) intact = intact && memory[i] == before[i];
    CHECK(intact);
    if (beta == Beta(0)) {
      for (TY& element : memory) element = bsr_test::poison<TY>();
      bsr::spmv<Op>(policy, alpha, a, x, beta, y);
      CHECK(difference(y, wanted) == "");
    }
  };
  run(by_definition);
  run(bsr::cpu{});
}

}  // namespace

TEST_CASE("y = alpha op(a) x + beta y for every stride and kind of number", "[spmv]") {
  using cd = std::complex<double>;
  one<op::none, float, float, float>(2.5, 0.0);
  one<op::none, float, float, float>(1, 1.5f, 2, 3);
  one<op::transpose, float, float, float>(-1, 0, 1, 2);
  one<op::transpose, double, double, double>(0.5, 1, 3, 1);
  one<op::none, double, double, double>(1, 0);
  one<op::none, float, double, double>(0.1, 0.3);
  one<op::none, double, double, float>(0.1, 0.3);
  one<op::transpose, cd, double, cd>(cd(1, 2), cd(-1, 1));
  one<op::none, std::int16_t, std::int16_t, std::int64_t>(1000000, -7);
  one<op::none, std::uint32_t, std::uint32_t, std::uint32_t>(-1.0, -1);
  one<op::none, bool, bool, bool>(1, 0);
}

TEST_CASE("vectors of the standard library are vectors", "[spmv]") {
  const bsr::matrix<double, 1, 2> a({2, 4}, {1, 2, 3, 4}, {1, 0}, {0, 1, 2});
  const std::array<double, 4> x{5, 6, 7, 8};
  std::vector<double> y(2);
  bsr::spmv(by_definition, 1, a, x, 0, y);
  CHECK(y == std::vector<double>{23, 39});
  double plain[2] = {1, 1};
  bsr::spmv(by_definition, 1, a, std::span<const double>(x), 2, plain);
  CHECK(plain[0] == 25);
  bsr::spmv<op::transpose>(by_definition, 1, a, plain, 0, std::span<double>(y = std::vector<double>(4)));
  CHECK(y == std::vector<double>{123, 164, 25, 50});
}
