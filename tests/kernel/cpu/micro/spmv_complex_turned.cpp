// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/micro/spmv_complex_turned.hpp"

#include <complex>

#include "kernel/cpu/micro/spmv_cases.hpp"
#include "kernel/cpu/micro/with_plan.hpp"

using namespace bsr_test;

template <class T, int R, int C>
static void check() {
  check_spmv_blocks<with_plan, bsr::op::transpose, T, R, C>();
}

TEST_CASE("spmv_complex_turned computes y = alpha A' x") {
  check<std::complex<double>, 1, 1>(), check<std::complex<double>, 3, 3>();
  check<std::complex<double>, 5, 6>(), check<std::complex<float>, 7, 11>();
}
TEST_CASE("spmv_complex_turned: padded matrices") {
  bsr_test::random rng(13);
  const auto a = random_matrix<std::complex<double>, 4, 3>(rng, {18, 22}, wild);
  check_spmv<with_plan, bsr::op::transpose>(rng, bsr::input(a));
}
