// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/micro/spmv_turned.hpp"

#include "kernel/cpu/micro/spmv_cases.hpp"
#include "kernel/cpu/micro/with_plan.hpp"

using namespace bsr_test;

TEST_CASE("spmv_turned computes y = alpha A' x") {
  check_spmv_blocks<with_plan, bsr::op::transpose, double, 3, 3>();
  check_spmv_blocks<with_plan, bsr::op::transpose, float, 7, 20>();
  check_spmv_blocks<with_plan, bsr::op::transpose, float, 4, 16>();
  check_spmv_blocks<with_plan, bsr::op::transpose, double, 1, 1>();
}

TEST_CASE("spmv_turned: padded matrices") {
  bsr_test::random rng(16);
  const auto a = random_matrix<double, 4, 3>(rng, {18, 22}, wild);
  check_spmv<with_plan, bsr::op::transpose>(rng, bsr::input(a));
}

TEST_CASE("with a plan spmv_block computes y = alpha A x as without") {
  check_spmv_blocks<with_plan, bsr::op::none, double, 3, 3>();
}
