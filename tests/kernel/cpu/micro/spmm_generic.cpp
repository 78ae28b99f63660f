// SPDX-License-Identifier: BSD-3-Clause
#include <complex>

#include "kernel/cpu/micro/cases.hpp"

using namespace bsr_test;

static constexpr int some_columns[] = {0, 1, 5, 16, 17, 63, 64, 65, 130};

template <bsr::op Op, class LayoutB, class LayoutC, class T>
static void check() {
  check_blocks<bsr::micro::spmm_generic, Op, LayoutB, LayoutC, T, 3, 2>(some_columns);
}

TEST_CASE("spmm_generic takes every layout") {
  check<bsr::op::none, bsr::row_major, bsr::col_major, double>();
  check<bsr::op::none, bsr::col_major, bsr::row_major, double>();
  check<bsr::op::transpose, bsr::row_major, bsr::col_major, double>();
  check<bsr::op::transpose, bsr::col_major, bsr::row_major, double>();
}

TEST_CASE("spmm_generic takes types without vectors") {
  check<bsr::op::none, bsr::row_major, bsr::row_major, std::complex<float>>();
  check<bsr::op::transpose, bsr::row_major, bsr::row_major, std::complex<double>>();
  check<bsr::op::none, bsr::row_major, bsr::row_major, long double>();
}

TEST_CASE("spmm_generic writes C in several passes when its rows do not fit the stack") {
  bsr_test::random rng(11);
  const auto a = random_matrix<double, 2, 2>(rng, {10, 6000}, {.density = 0.05});
  check_spmm<bsr::micro::spmm_generic, bsr::op::transpose, bsr::row_major, bsr::row_major>(rng, a.view(), 3);
}

TEST_CASE("spmm_generic reads and writes nothing beyond the edge of a padded matrix") {
  bsr_test::random rng(12);
  const auto a = random_matrix<double, 4, 3>(rng, {18, 22}, wild);
  for (const int n : some_columns) {
    check_spmm<bsr::micro::spmm_generic, bsr::op::none, bsr::row_major, bsr::row_major>(rng, a.view(), n);
    check_spmm<bsr::micro::spmm_generic, bsr::op::transpose, bsr::row_major, bsr::row_major>(rng, a.view(),
                                                                                             n);
  }
}
