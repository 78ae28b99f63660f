// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/micro/sddmm_few.hpp"

#include "kernel/cpu/micro/sddmm_cases.hpp"

using namespace bsr_test;

/// By way of sddmm_quads, which asks sddmm_few first.
template <class T, int R, int C>
static void check(std::initializer_list<int> depths, bool taken) {
  using problem =
      bsr::sddmm_problem<bsr::dense_view<const T, bsr::row_major>, bsr::dense_view<const T, bsr::col_major>,
                         bsr::matrix_view<T, R, C>, bsr::matrix_view<const T, R, C>>;
  if constexpr (bsr::micro::sddmm_quads<problem>::fits) {
    check_sampled_blocks<bsr::micro::sddmm_quads, bsr::row_major, bsr::col_major, T, R, C>(depths, 3, 4);
    bsr_test::random rng(1);
    const auto s = random_matrix<T, R, C>(rng, {3 * R, 4 * C}, wild);
    std::vector<T> data(static_cast<std::size_t>(s.nnz()));
    const bsr::matrix_view<T, R, C> to(s.shape(), data.data(), s.indices().data(), s.indptr().data(),
                                       s.num_blocks(), s.blocksize());
    for (const int k : depths) {
      const bsr::dense_matrix<T> x(3 * R, k);
      const bsr::dense_matrix<T, bsr::col_major> y(k, 4 * C);
      CHECK(bsr::micro::sddmm_few<problem>::fits(problem{T(1), x.view(), y.view(), T(0), to, to}) == taken);
    }
  }
}

TEST_CASE("sddmm_few computes S = alpha X Y + beta S") {
  check<float, 35, 32>({0, 1, 3, 16, 34, 35}, true);
  check<double, 24, 48>({2, 17, 24}, true);
}
TEST_CASE("sddmm_few leaves more k, other blocks, and what does not fit on the stack, to other kernels") {
  check<float, 35, 32>({36}, false);
  check<float, 32, 16>({16}, false);
  check<float, 136, 64>({129}, false);
}
