// SPDX-License-Identifier: BSD-3-Clause
#include "kernel/cpu/micro/spmv_cases.hpp"

using namespace bsr_test;

template <class T, int... N>
static void check() {
  (check_spmv_blocks<bsr::micro::spmv_block, bsr::op::none, T, N, N>(), ...);
}
template <class T, int R, int C>
static void check_one() {
  check_spmv_blocks<bsr::micro::spmv_block, bsr::op::none, T, R, C>();
}

TEST_CASE("spmv_block computes y = alpha A x, float") { check<float, 1, 2, 3, 4, 5, 6, 7, 8>(); }
TEST_CASE("spmv_block computes y = alpha A x, double") { check<double, 1, 2, 3, 4, 5, 6, 7, 8>(); }
TEST_CASE("spmv_block takes wide, tall and odd blocks") {
  check<float, 16, 17>();
  check_one<float, 3, 2>(), check_one<double, 2, 3>(), check_one<double, 1, 20>(), check_one<float, 20, 1>();
  check_one<double, 11, 9>(), check_one<float, 5, 40>(), check_one<double, 30, 3>();
}

TEST_CASE("spmv_block leaves padded matrices to the general kernel") {
  bsr_test::random rng(13);
  const auto a = random_matrix<double, 4, 3>(rng, {18, 22}, wild);
  check_spmv<bsr::micro::spmv_block, bsr::op::none>(rng, bsr::input(a));
}

TEST_CASE("spmv_block reads no value that belongs to nobody") {
  // One block at the very end of its memory; the sanitizers and a page that cannot be read see what lies
  // behind.
  bsr_test::random rng(14);
  for (int n = 1; n <= 8; ++n) {
    const auto a = random_matrix<float>(rng, bsr::dims(n, n), bsr::dims(n, n), {.density = 0.999});
    check_spmv<bsr::micro::spmv_block, bsr::op::none>(rng, bsr::input(a));
  }
}
