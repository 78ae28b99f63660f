// SPDX-License-Identifier: BSD-3-Clause
#include <complex>

#include "kernel/cpu/micro/spmv_cases.hpp"

using namespace bsr_test;

TEST_CASE("spmv_generic computes y = alpha op(A) x for every type") {
  check_spmv_blocks<bsr::micro::spmv_generic, bsr::op::none, double, 3, 2>();
  check_spmv_blocks<bsr::micro::spmv_generic, bsr::op::transpose, double, 3, 2>();
  check_spmv_blocks<bsr::micro::spmv_generic, bsr::op::transpose, float, 4, 4>();
  check_spmv_blocks<bsr::micro::spmv_generic, bsr::op::none, std::complex<float>, 2, 3>();
  check_spmv_blocks<bsr::micro::spmv_generic, bsr::op::transpose, long double, 2, 3>();
}

TEST_CASE("spmv_generic writes y in several passes when it does not fit the stack") {
  bsr_test::random rng(15);
  const auto a = random_matrix<double, 2, 2>(rng, {10, 20000}, {.density = 0.05});
  check_spmv<bsr::micro::spmv_generic, bsr::op::transpose>(rng, bsr::input(a));
}

TEST_CASE("spmv_generic reads and writes nothing beyond the edge of a padded matrix") {
  bsr_test::random rng(16);
  const auto a = random_matrix<double, 4, 3>(rng, {18, 22}, wild);
  check_spmv<bsr::micro::spmv_generic, bsr::op::none>(rng, bsr::input(a));
  check_spmv<bsr::micro::spmv_generic, bsr::op::transpose>(rng, bsr::input(a));
}
