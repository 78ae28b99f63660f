// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/micro/spmm_complex.hpp"

#include <complex>

#include "kernel/cpu/micro/cases.hpp"
#include "kernel/cpu/micro/symmetric_cases.hpp"
#include "kernel/cpu/micro/with_plan.hpp"

using namespace bsr_test;
using bsr::row_major;

template <class T, int R, int C, class LayoutC = row_major>
static void check(std::initializer_list<int> columns) {
  check_blocks<bsr::micro::spmm_complex, bsr::op::none, row_major, LayoutC, T, R, C>(columns);
}

TEST_CASE("spmm_complex computes C = alpha A B") {
  check<std::complex<double>, 4, 4>({0, 1, 3, 4, 5, 12, 13, 40});
  check<std::complex<float>, 5, 3>({1, 8, 9, 24, 25});
}
TEST_CASE("spmm_complex stores by columns") { check<std::complex<double>, 1, 2, bsr::col_major>({1, 7, 13}); }

TEST_CASE("spmm_complex: padded matrices, and strides that it leaves to the general kernel") {
  bsr_test::random rng(13);
  const auto a = random_matrix<std::complex<double>, 4, 3>(rng, {18, 22}, wild);
  check_spmm<bsr::micro::spmm_complex, bsr::op::none, row_major, row_major>(rng, bsr::input(a), 7);
  const auto b = random_dense<std::complex<double>>(rng, 22, 6);
  bsr::dense_matrix<std::complex<double>> c(18, 3), some(22, 3);
  for (std::int64_t i = 0; i < 22; ++i)
    for (std::int64_t j = 0; j < 3; ++j) some(i, j) = b(i, 2 * j);
  c = a * bsr::dense_view<const std::complex<double>, bsr::strided>(b.data(), 22, 3, 6, 2);
  const bsr::dense_matrix<std::complex<double>> nothing(18, 3);
  CHECK(difference(c.view(), expected_product<std::complex<double>>(1, any_blocks(bsr::input(a)), some.view(),
                                                                    0, nothing, false)) == "");
}

TEST_CASE("spmm_complex computes C = alpha A' B with a plan") {
  using T = std::complex<double>;
  check_blocks<with_plan, bsr::op::transpose, row_major, row_major, T, 3, 5>(
      std::initializer_list<int>{0, 1, 4, 13});
  check_padded<bsr::op::transpose, row_major, bsr::col_major, T, 4, 3>(std::initializer_list<int>{1, 6});
}
TEST_CASE("spmm_complex with half-stored symmetric matrices") {
  using T = std::complex<double>;
  check_symmetric<with_plan, row_major, row_major, T, T, 3>({0, 1, 5, 13}, 1);
}
