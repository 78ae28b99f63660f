// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/backend.hpp"

#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <type_traits>

#include "support/bounds.hpp"
#include "support/random.hpp"

namespace {

using namespace bsr_test;
using bsr::col_major;
using bsr::row_major;
using bsr::strided;
using bsr_test::random;  // not the one of stdlib.h

// ---- which kernel is taken -------------------------------------------------------------------------------------

template <bsr::op Op, class TA, class TB, class LayoutB, class TC = TB, class LayoutC = LayoutB, int R = 4,
          class Epilogue = bsr::no_epilogue>
using spmm_of = bsr::spmm_problem<bsr::matrix_view<const TA, R, R, std::int32_t>, Op,
                                  bsr::dense_view<const TB, LayoutB>, bsr::dense_view<TC, LayoutC>, Epilogue>;
template <bsr::op Op, class TA, class TX, class TY = TX, int R = 4>
using spmv_of = bsr::spmv_problem<bsr::matrix_view<const TA, R, R, std::int32_t>, Op,
                                  bsr::vector_view<const TX>, bsr::vector_view<TY>>;

template <template <class> class Kernel, class Problem>
constexpr bool takes_spmm = std::is_same_v<bsr::micro::spmm_kernel<Problem>, Kernel<Problem>>;
template <template <class> class Kernel, class Problem>
constexpr bool takes_spmv = std::is_same_v<bsr::micro::spmv_kernel<Problem>, Kernel<Problem>>;

/// The kernel where the target has vectors of T, else the general one.
template <template <class> class Kernel, class T, class Problem>
constexpr bool takes_spmm_with_vectors =
    bsr::detail::has_vectors<T> ? takes_spmm<Kernel, Problem> : takes_spmm<bsr::micro::spmm_generic, Problem>;
template <template <class> class Kernel, class T, class Problem>
constexpr bool takes_spmm_with_xsimd =
    bsr::detail::has_xsimd<T> ? takes_spmm<Kernel, Problem> : takes_spmm<bsr::micro::spmm_generic, Problem>;
template <template <class> class Kernel, class T, class Problem>
constexpr bool takes_spmv_with_vectors =
    bsr::detail::has_vectors<T> ? takes_spmv<Kernel, Problem> : takes_spmv<bsr::micro::spmv_generic, Problem>;
template <class T, class Problem>
constexpr bool takes_spmv_block = takes_spmv_with_vectors<bsr::micro::spmv_block, T, Problem>;

constexpr bsr::op none = bsr::op::none, transpose = bsr::op::transpose;

TEST_CASE("targets: what has vectors", "[dispatch]") {
#if defined(__CUDACC__)
  STATIC_CHECK((!bsr::detail::has_vectors<float> && !bsr::detail::has_vectors<std::int32_t>));
#else
  STATIC_CHECK((bsr::detail::has_vectors<float> && bsr::detail::has_vectors<double>));
  STATIC_CHECK((bsr::detail::has_vectors<std::int8_t> && bsr::detail::has_vectors<std::uint64_t>));
#endif
  STATIC_CHECK((!bsr::detail::has_vectors<bool> && !bsr::detail::has_vectors<long double> &&
                !bsr::detail::has_vectors<std::complex<float>>));
  STATIC_CHECK((bsr::detail::has_xsimd<float> == bool(BSR_HAS_XSIMD) &&
                bsr::detail::has_xsimd<double> == bool(BSR_HAS_XSIMD)));
  STATIC_CHECK((!bsr::detail::has_xsimd<std::int32_t> && !bsr::detail::has_xsimd<std::complex<double>>));
}

TEST_CASE("SpMM with rows of B in one piece: spmm_panel", "[dispatch]") {
  using bsr::micro::spmm_panel;
  STATIC_CHECK(takes_spmm_with_vectors<spmm_panel, float, spmm_of<none, float, float, row_major>>);
  STATIC_CHECK(takes_spmm_with_vectors<spmm_panel, double, spmm_of<none, double, double, row_major>>);
  // Any C, any block size, any epilogue; strides that turn out to be 1 at run time.
  STATIC_CHECK(
      takes_spmm_with_vectors<spmm_panel, float, spmm_of<none, float, float, row_major, float, col_major>>);
  STATIC_CHECK(
      takes_spmm_with_vectors<spmm_panel, float, spmm_of<none, float, float, row_major, float, strided>>);
  STATIC_CHECK(takes_spmm_with_vectors<spmm_panel, float, spmm_of<none, float, float, strided>>);
  STATIC_CHECK(
      takes_spmm_with_vectors<spmm_panel, float,
                              spmm_of<none, float, float, row_major, float, row_major, bsr::dynamic>>);
  STATIC_CHECK(takes_spmm_with_vectors<spmm_panel, float,
                                       spmm_of<none, float, float, row_major, float, row_major, 16,
                                               bsr::then<bsr::gelu_function, bsr::relu_function>>>);
  // Integers and mixed types, as long as every one of them has vectors.
  STATIC_CHECK(takes_spmm_with_vectors<spmm_panel, std::int32_t,
                                       spmm_of<none, std::int32_t, std::int32_t, row_major>>);
  STATIC_CHECK(takes_spmm_with_vectors<spmm_panel, std::int8_t,
                                       spmm_of<none, std::int8_t, std::int8_t, row_major, std::int8_t>>);
  STATIC_CHECK(takes_spmm_with_vectors<spmm_panel, std::int16_t,
                                       spmm_of<none, std::int16_t, std::int8_t, row_major, std::int32_t>>);
  STATIC_CHECK(takes_spmm_with_vectors<spmm_panel, float, spmm_of<none, float, double, row_major>>);
  STATIC_CHECK(takes_spmm_with_vectors<spmm_panel, float, spmm_of<none, float, float, row_major, double>>);
}

TEST_CASE("SpMM of bytes: spmm_bytes, with sums in 32 bits", "[dispatch]") {
  using bsr::micro::spmm_bytes;
  STATIC_CHECK(takes_spmm_with_vectors<spmm_bytes, std::int32_t,
                                       spmm_of<none, std::int8_t, std::int8_t, row_major, std::int32_t>>);
  STATIC_CHECK(
      takes_spmm_with_vectors<spmm_bytes, std::int32_t,
                              spmm_of<none, std::int8_t, std::uint8_t, row_major, std::int32_t, col_major>>);
  STATIC_CHECK(takes_spmm_with_vectors<spmm_bytes, std::int32_t,
                                       spmm_of<none, std::uint8_t, std::int8_t, strided, float>>);
}

TEST_CASE("SpMM with columns of B in one piece: spmm_column, of float and of double", "[dispatch]") {
  using bsr::micro::spmm_column;
  STATIC_CHECK(takes_spmm_with_xsimd<spmm_column, float, spmm_of<none, float, float, col_major>>);
  STATIC_CHECK(takes_spmm_with_xsimd<spmm_column, double, spmm_of<none, double, double, col_major>>);
  STATIC_CHECK(
      takes_spmm_with_xsimd<spmm_column, float, spmm_of<none, float, float, col_major, float, row_major>>);
  STATIC_CHECK(
      takes_spmm_with_xsimd<spmm_column, float, spmm_of<none, float, float, col_major, float, strided>>);
  STATIC_CHECK(takes_spmm_with_xsimd<spmm_column, float,
                                     spmm_of<none, float, float, col_major, float, col_major, bsr::dynamic>>);
  STATIC_CHECK(takes_spmm_with_xsimd<
               spmm_column, float,
               spmm_of<none, float, float, col_major, float, col_major, 16, bsr::silu_function>>);
}

TEST_CASE("SpMM with a transposed matrix: spmm_scatter, of float and of double", "[dispatch]") {
  using bsr::micro::spmm_scatter;
  STATIC_CHECK(takes_spmm_with_xsimd<spmm_scatter, float, spmm_of<transpose, float, float, row_major>>);
  STATIC_CHECK(takes_spmm_with_xsimd<spmm_scatter, float, spmm_of<transpose, float, float, col_major>>);
  STATIC_CHECK(takes_spmm_with_xsimd<spmm_scatter, double, spmm_of<transpose, double, double, row_major>>);
  STATIC_CHECK(
      takes_spmm_with_xsimd<spmm_scatter, float,
                            spmm_of<transpose, float, float, row_major, float, row_major, bsr::dynamic>>);
  STATIC_CHECK(takes_spmm_with_xsimd<
               spmm_scatter, float,
               spmm_of<transpose, float, float, row_major, float, row_major, 4, bsr::relu_function>>);
}

TEST_CASE("Complex numbers: a kernel for rows of B in one piece, for columns, for a transposed matrix",
          "[dispatch]") {
  using bsr::micro::spmm_complex, bsr::micro::spmm_complex_column, bsr::micro::spmm_scatter,
      bsr::micro::spmv_complex;
  using c64 = std::complex<float>;
  using c128 = std::complex<double>;
  STATIC_CHECK(takes_spmm_with_vectors<spmm_complex, float, spmm_of<none, c64, c64, row_major>>);
  STATIC_CHECK(takes_spmm_with_vectors<spmm_complex, double, spmm_of<none, c128, c128, strided>>);
  STATIC_CHECK(takes_spmm_with_vectors<spmm_complex, float,
                                       spmm_of<none, c64, c64, row_major, c64, col_major, bsr::dynamic>>);
  STATIC_CHECK(takes_spmm_with_vectors<spmm_complex_column, float, spmm_of<none, c64, c64, col_major>>);
  STATIC_CHECK(takes_spmm_with_vectors<spmm_complex_column, double,
                                       spmm_of<none, c128, c128, col_major, c128, row_major, bsr::dynamic>>);
  STATIC_CHECK(takes_spmm_with_xsimd<spmm_scatter, float, spmm_of<transpose, c64, c64, row_major>>);
  STATIC_CHECK(takes_spmm_with_xsimd<spmm_scatter, double, spmm_of<transpose, c128, c128, col_major>>);
  STATIC_CHECK(takes_spmv_with_vectors<spmv_complex, float, spmv_of<none, c64, c64>>);
  STATIC_CHECK(takes_spmv_with_vectors<spmv_complex, double, spmv_of<none, c128, c128, c128, bsr::dynamic>>);
}

TEST_CASE("SpMM of everything else: spmm_generic", "[dispatch]") {
  using bsr::micro::spmm_generic;
  // Types without vectors.
  STATIC_CHECK(takes_spmm<spmm_generic,
                          spmm_of<none, std::complex<long double>, std::complex<long double>, row_major>>);
  STATIC_CHECK(takes_spmm<spmm_generic, spmm_of<none, float, std::complex<float>, row_major>>);
  STATIC_CHECK(takes_spmm<spmm_generic, spmm_of<none, bool, bool, row_major>>);
  STATIC_CHECK(takes_spmm<spmm_generic, spmm_of<none, bool, float, row_major>>);
  STATIC_CHECK(takes_spmm<spmm_generic, spmm_of<none, long double, long double, row_major>>);
  STATIC_CHECK(takes_spmm<spmm_generic, spmm_of<none, float, float, row_major, long double>>);
  // Columns in one piece: integers, mixed types.
  STATIC_CHECK(takes_spmm<spmm_generic, spmm_of<none, std::int32_t, std::int32_t, col_major>>);
  STATIC_CHECK(takes_spmm<spmm_generic, spmm_of<none, float, double, col_major>>);
  STATIC_CHECK(takes_spmm<spmm_generic, spmm_of<none, double, float, col_major, double>>);
  STATIC_CHECK(takes_spmm<spmm_generic, spmm_of<none, float, float, col_major, double>>);
  // Transposed: integers, mixed types, strides, B and C of different order.
  STATIC_CHECK(takes_spmm<spmm_generic, spmm_of<transpose, std::int32_t, std::int32_t, row_major>>);
  STATIC_CHECK(takes_spmm<spmm_generic, spmm_of<transpose, float, double, row_major>>);
  STATIC_CHECK(takes_spmm<spmm_generic, spmm_of<transpose, float, float, row_major, double>>);
  STATIC_CHECK(takes_spmm<spmm_generic, spmm_of<transpose, float, float, strided>>);
  STATIC_CHECK(takes_spmm<spmm_generic, spmm_of<transpose, float, float, row_major, float, col_major>>);
  STATIC_CHECK(takes_spmm<spmm_generic, spmm_of<transpose, float, float, col_major, float, row_major>>);
}

TEST_CASE("SpMV: spmv_block where there are vectors, else spmv_generic", "[dispatch]") {
  using bsr::micro::spmv_generic;
  STATIC_CHECK(takes_spmv_block<float, spmv_of<none, float, float>>);
  STATIC_CHECK(takes_spmv_block<double, spmv_of<none, double, double, double, bsr::dynamic>>);
  STATIC_CHECK(takes_spmv_block<float, spmv_of<none, float, double>>);
  STATIC_CHECK(takes_spmv_block<float, spmv_of<none, std::int8_t, float>>);
  STATIC_CHECK(takes_spmv_block<std::int32_t, spmv_of<none, std::int8_t, std::int32_t>>);
  STATIC_CHECK(takes_spmv_block<std::int64_t, spmv_of<none, std::int64_t, std::int64_t>>);
  // x must be what the sums are.
  STATIC_CHECK(takes_spmv<spmv_generic, spmv_of<none, double, float, double>>);
  STATIC_CHECK(takes_spmv<spmv_generic, spmv_of<none, float, float, double>>);
  STATIC_CHECK(takes_spmv<spmv_generic, spmv_of<none, std::int8_t, std::int8_t, std::int32_t>>);
  STATIC_CHECK(takes_spmv<spmv_generic, spmv_of<none, float, std::complex<float>>>);
  STATIC_CHECK(takes_spmv<spmv_generic, spmv_of<none, bool, bool>>);
  STATIC_CHECK(takes_spmv<spmv_generic, spmv_of<none, bool, double>>);
  STATIC_CHECK(takes_spmv<spmv_generic, spmv_of<none, long double, long double>>);
  STATIC_CHECK(takes_spmv<spmv_generic, spmv_of<transpose, float, float>>);
  STATIC_CHECK(takes_spmv<spmv_generic, spmv_of<transpose, double, double, double, bsr::dynamic>>);
}

/// A kernel that fits, or does not.
template <bool Fits, int Number>
struct candidate {
  static constexpr bool fits = Fits;
};

TEST_CASE("the first kernel that fits is taken, and those behind it are not even looked at", "[dispatch]") {
  struct has_no_fits {};
  STATIC_CHECK(
      std::is_same_v<bsr::detail::first_fit<candidate<true, 0>, has_no_fits>::type, candidate<true, 0>>);
  STATIC_CHECK(std::is_same_v<
               bsr::detail::first_fit<candidate<false, 0>, candidate<true, 1>, candidate<true, 2>>::type,
               candidate<true, 1>>);
  STATIC_CHECK(std::is_same_v<
               bsr::detail::first_fit<candidate<false, 0>, candidate<false, 1>, candidate<true, 2>>::type,
               candidate<true, 2>>);
}

// ---- that it is run -----------------------------------------------------------------------------------------

TEST_CASE("backend<cpu>: a problem is computed by the kernel of its types", "[dispatch]") {
  random rng(1);
  const auto a = random_matrix<std::int32_t, 2, 3>(rng, {8, 12}, wild);
  const auto b = random_dense<std::int32_t>(rng, 12, 5);
  const auto x = random_vector<std::int32_t>(rng, 12);
  const bsr::dense_matrix<std::int32_t> nothing(8, 5);
  const bsr::dense_matrix<std::int32_t> no_vector(8, 1);
  bsr::dense_matrix<std::int32_t> c(8, 5);
  bsr::buffer<std::int32_t> y(8);

  using A = bsr::matrix_view<const std::int32_t, 2, 3>;
  using B = bsr::dense_view<const std::int32_t>;
  using C = bsr::dense_view<std::int32_t>;
  bsr::backend<bsr::cpu>::spmm(
      bsr::cpu{}, bsr::spmm_problem<A, none, B, C>{-3, bsr::input(a), bsr::input(b), bsr::view(c), {}});
  CHECK(difference(c, expected_product<std::int32_t>(-3, a, b, 0, nothing)) == "");

  using X = bsr::vector_view<const std::int32_t>;
  using Y = bsr::vector_view<std::int32_t>;
  bsr::backend<bsr::cpu>::spmv(
      bsr::cpu{}, bsr::spmv_problem<A, none, X, Y>{5, bsr::input(a), bsr::input(x), bsr::view(y), {}});
  CHECK(difference(y, expected_product<std::int32_t>(5, a, x, 0, no_vector)) == "");
}

TEST_CASE("backend<cpu>: the policy reaches the kernel", "[dispatch]") {
  random rng(2);
  const auto a = random_matrix<std::int32_t, 1, 1>(rng, {4, 4}, wild);
  const auto x = random_vector<std::int32_t>(rng, 4);
  bsr::buffer<std::int32_t> y(4);
  const bsr::dense_matrix<std::int32_t> b(4, 1);
  bsr::dense_matrix<std::int32_t> c(4, 1);
  using A = bsr::matrix_view<const std::int32_t, 1, 1>;
  using X = bsr::vector_view<const std::int32_t>;
  using Y = bsr::vector_view<std::int32_t>;
  using B = bsr::dense_view<const std::int32_t>;
  using C = bsr::dense_view<std::int32_t>;
  CHECK_THROWS_AS((bsr::backend<bsr::cpu>::spmv(
                      bsr::cpu{.threads = -1},
                      bsr::spmv_problem<A, none, X, Y>{1, bsr::input(a), bsr::input(x), bsr::view(y), {}})),
                  bsr::error);
  CHECK_THROWS_AS((bsr::backend<bsr::cpu>::spmm(
                      bsr::cpu{.threads = -1},
                      bsr::spmm_problem<A, none, B, C>{1, bsr::input(a), bsr::input(b), bsr::view(c), {}})),
                  bsr::error);
}

}  // namespace
