// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/op/spmm.hpp"

#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <vector>

#include "bsr/bsr.hpp"
#include "support/definition.hpp"
#include "support/expected.hpp"
#include "support/guarded.hpp"
#include "support/random.hpp"

using bsr_test::by_definition;
using bsr_test::difference;

namespace {

using bsr::op;

/// c = alpha * op(a) * b + beta * c for one combination of types and layouts, by the definition and on the
/// CPU.
template <op Op, class LB, class LC, class TA, class TB, class TC, class Alpha, class Beta>
void one(Alpha alpha, Beta beta) {
  constexpr bool flip = Op == op::transpose;
  bsr_test::random rng(4);
  const bsr::dims shape{6, 9};
  const auto a = bsr_test::random_matrix<TA, 2, 3>(rng, shape, bsr_test::wild);
  const auto b = bsr_test::random_dense<TB, LB>(rng, flip ? 6 : 9, 5);
  const auto before = bsr_test::random_dense<TC>(rng, flip ? 9 : 6, 5);
  using V = bsr::promoted_t<bsr::promoted_t<TA, TB>, TC>;
  const auto wanted = bsr_test::expected<V>::left(a, flip, b).scale(alpha).add(beta, before);
  const auto run = [&](const auto& policy) {
    bsr_test::guarded<TC, LC> c(before);
    bsr::spmm<Op>(policy, alpha, a, b, beta, c.view());
    CHECK(difference(c.view(), wanted) == "");
    CHECK(c.intact());
    if (beta == Beta(0)) {
      bsr_test::guarded<TC, LC> fresh(before.rows(), before.cols());  // full of NaN
      bsr::spmm<Op>(policy, alpha, a, b, beta, fresh.view());
      CHECK(difference(fresh.view(), wanted) == "");
    }
  };
  run(by_definition);
  run(bsr::cpu{});
}

}  // namespace

TEST_CASE("c = alpha op(a) b + beta c for every pair of layouts", "[spmm]") {
  using bsr::col_major;
  using bsr::row_major;
  one<op::none, row_major, row_major, float, float, float>(2.5, 0.0);
  one<op::none, row_major, col_major, float, float, float>(2.5, 1.5);
  one<op::none, col_major, row_major, float, float, float>(2.5, 1);
  one<op::none, col_major, col_major, float, float, float>(2.5, 0);
  one<op::transpose, row_major, row_major, float, float, float>(1, -1.0f);
  one<op::transpose, row_major, col_major, float, float, float>(1.0f, 0.5);
  one<op::transpose, col_major, row_major, float, float, float>(-1, 0.0f);
  one<op::transpose, col_major, col_major, float, float, float>(-1.0, 3);
}

TEST_CASE("alpha and beta are numbers of any type, operands of mixed types", "[spmm]") {
  using bsr::row_major;
  using cf = std::complex<float>;
  using cd = std::complex<double>;
  one<op::none, row_major, row_major, double, double, double>(3, 2u);
  one<op::none, row_major, row_major, float, double, double>(0.1, 0.3f);
  one<op::none, row_major, row_major, float, float, double>(0.1L, 1);
  one<op::transpose, row_major, row_major, cd, cd, cd>(cd(1, -2), cd(0, 1));
  one<op::none, row_major, row_major, float, cf, cf>(cd(1, -2), 2);
  one<op::none, row_major, row_major, float, float, cf>(cf(1, -2), cf(0, 1));
  one<op::none, row_major, row_major, std::int32_t, std::int32_t, std::int32_t>(-3, 7);
  one<op::none, row_major, row_major, std::uint8_t, std::uint8_t, std::uint8_t>(-1.0, -2.0);
  one<op::none, row_major, row_major, std::int64_t, std::int32_t, std::int64_t>((std::int64_t{1} << 53) + 1,
                                                                                1);
  one<op::none, row_major, row_major, bool, bool, bool>(1, 1);
}

TEST_CASE("views, owners and temporary views are arguments; beta c is the destination itself", "[spmm]") {
  const bsr::matrix<double, 2> a({2, 2}, {1, 2, 3, 4}, {0}, {0, 1});
  bsr::dense_matrix<double> b(2, 1), c(2, 1);
  b(0, 0) = 5;
  b(1, 0) = 7;
  bsr::spmm(by_definition, 1, a, b, 0, c);
  CHECK(c(0, 0) == 19);
  CHECK(c(1, 0) == 43);
  bsr::spmm(by_definition, 1, a.view(), b.view(), 2, c.view());
  CHECK(c(0, 0) == 57);
  CHECK(c(1, 0) == 129);
  const auto to = c.view();  // const of a view is shallow
  bsr::spmm(by_definition, 0, a, b, 1, to);
  CHECK(c(0, 0) == 57);
}
