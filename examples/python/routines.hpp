// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// scipy's low-level BSR routines, over views of the arrays that Python passes. Names and arguments are those
// of scipy.sparse._sparsetools: n_brow and n_bcol count blocks, R and C are their size, Ap, Aj and Ax are
// indptr, indices and data.
//
// Whatever makes a new matrix returns bsr's owner; what becomes of it is module.cpp's business. Everything
// else computes in the arrays of the caller.
#include <algorithm>
#include <complex>
#include <concepts>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

#include "bsr/bsr.hpp"
#include "registry.hpp"

/// x * y, both sizes.
inline number times(number x, number y) {
  number product = 0;
  if (__builtin_mul_overflow(x, y, &product)) throw bsr::shape_error("bsr: the sizes are too large.");
  return product;
}

template <class T, class I>
using any_view = bsr::matrix_view<T, bsr::dynamic, bsr::dynamic, I>;
template <class T, class I>
using any_matrix = bsr::matrix<T, bsr::dynamic, bsr::dynamic, I>;

/// The arrays of a scipy.sparse.bsr_array as a matrix, where they lie. Every index is checked, which costs
/// little beside what is then done, and is why a wrong one is an exception and no crash.
template <class T, class I>
any_view<T, I> matrix(number n_brow, number n_bcol, number R, number C, in<I> Ap, in<I> Aj, out<T> Ax) {
  const any_view<T, I> a(bsr::dims(times(n_brow, R), times(n_bcol, C)), Ax, Aj, Ap, bsr::dims(R, C));
  bsr::check_format(a);
  return a;
}

/// A view with sorted rows and without duplicates: of the same arrays where they are like that, else of a
/// copy.
template <class T, class I>
any_view<const T, I> canonical(const any_view<const T, I>& a, any_matrix<T, I>& copy) {
  if (bsr::has_canonical_format(a)) return a;
  copy = any_matrix<T, I>(a);
  bsr::sum_duplicates(copy);
  return std::as_const(copy).view();
}

/// How to write an operation that bsr does not have: f(x, y) for every element of the blocks that a or b
/// stores. Blocks of nothing but zeros are left out, as in scipy.
template <class U, class T, class I, class F>
any_matrix<U, I> for_stored_blocks(const any_view<const T, I>& first, const any_view<const T, I>& second,
                                   const F& f) {
  any_matrix<T, I> copy_a, copy_b;
  const auto a = canonical(first, copy_a);
  const auto b = canonical(second, copy_b);
  const bsr::dims block = a.blocksize();
  const number area = block.rows * block.cols;
  const bsr::buffer<T> zeros(area);
  bsr::buffer<U> data(times(a.num_blocks() + b.num_blocks(), area), bsr::uninitialized);
  bsr::buffer<I> indices(a.num_blocks() + b.num_blocks(), bsr::uninitialized);
  bsr::buffer<I> indptr(a.block_rows() + 1);
  const I *const Ap = a.indptr().data(), *const Bp = b.indptr().data();
  const I *const Aj = a.indices().data(), *const Bj = b.indices().data();
  number stored = 0;
  for (number i = 0; i < a.block_rows(); ++i) {
    for (number p = Ap[i], q = Bp[i]; p < Ap[i + 1] || q < Bp[i + 1];) {
      const bool in_a = p < Ap[i + 1] && (q == Bp[i + 1] || Aj[p] <= Bj[q]);
      const bool in_b = q < Bp[i + 1] && (p == Ap[i + 1] || Bj[q] <= Aj[p]);
      const T* const x = in_a ? a.data().data() + p * area : zeros.data();
      const T* const y = in_b ? b.data().data() + q * area : zeros.data();
      U* const to = data.data() + stored * area;
      bool any = false;
      for (number e = 0; e < area; ++e) {
        to[e] = f(x[e], y[e]);
        any = any || to[e] != U{};
      }
      indices[stored] = in_a ? Aj[p] : Bj[q];
      stored += any;
      p += in_a;
      q += in_b;
    }
    indptr[i + 1] = static_cast<I>(stored);
  }
  data.truncate(stored * area);
  indices.truncate(stored);
  return any_matrix<U, I>(a.shape(), std::move(data), std::move(indices), std::move(indptr), block);
}

/// x / y as scipy means it; an integer divided by 0 is 0, where scipy's routine ends the program.
template <class T>
T quotient(const T& x, const T& y) {
  if constexpr (std::same_as<T, bool>) {
    return x && y;
  } else if constexpr (std::signed_integral<T>) {
    if (y == -1) return static_cast<T>(0 - static_cast<std::uint64_t>(x));  // -128 / -1 wraps
    return y == 0 ? T(0) : static_cast<T>(x / y);
  } else if constexpr (std::integral<T>) {
    return y == 0 ? T(0) : static_cast<T>(x / y);
  } else if constexpr (bsr::is_complex<T>) {
    const auto size = y.real() * y.real() + y.imag() * y.imag();
    return {(x.real() * y.real() + x.imag() * y.imag()) / size,
            (x.imag() * y.real() - x.real() * y.imag()) / size};
  } else {
    return x / y;
  }
}

/// What has to do with sums and products, and what only moves elements. Integers wrap in it, which makes
/// signed ones the same as unsigned ones: it is compiled for one of the two.
template <class T, class I>
struct arithmetic {
  using view = any_view<const T, I>;

  /// Yx += A Xx.
  static void matvec(number n_brow, number n_bcol, number R, number C, in<I> Ap, in<I> Aj, in<T> Ax, in<T> Xx,
                     out<T> Yx) {
    bsr::spmv(bsr::cpu{}, T(1), matrix(n_brow, n_bcol, R, C, Ap, Aj, Ax), Xx, T(1), Yx);
  }

  /// The same for n_vecs vectors, the columns of row-major arrays.
  static void matvecs(number n_brow, number n_bcol, number n_vecs, number R, number C, in<I> Ap, in<I> Aj,
                      in<T> Ax, in<T> Xx, out<T> Yx) {
    const auto a = matrix(n_brow, n_bcol, R, C, Ap, Aj, Ax);
    if (n_vecs < 0 || times(a.cols(), n_vecs) != static_cast<number>(Xx.size()) ||
        times(a.rows(), n_vecs) != static_cast<number>(Yx.size()))
      bsr::fail<bsr::shape_error>("bsr: bsr_matvecs: A is ", a.shape(), ", there are ", n_vecs,
                                  " vectors, Xx has ", Xx.size(), " elements, Yx has ", Yx.size(), ".");
    const bsr::dense_view<const T> x(Xx.data(), a.cols(), n_vecs);
    const bsr::dense_view<T> y(Yx.data(), a.rows(), n_vecs);
    bsr::spmm(bsr::cpu{}, T(1), a, x, T(1), y);
  }

  /// A B. The inner blocks are N wide, and there are as many as B has rows.
  static auto matmat(number, number n_brow, number n_bcol, number R, number C, number N, in<I> Ap, in<I> Aj,
                     in<T> Ax, in<I> Bp, in<I> Bj, in<T> Bx) {
    const number n_inner = static_cast<number>(Bp.size()) - 1;
    return bsr::spgemm(bsr::cpu{}, matrix(n_brow, n_inner, R, N, Ap, Aj, Ax),
                       matrix(n_inner, n_bcol, N, C, Bp, Bj, Bx));
  }

  static auto transpose(number n_brow, number n_bcol, number R, number C, in<I> Ap, in<I> Aj, in<T> Ax) {
    return bsr::to_transposed(matrix(n_brow, n_bcol, R, C, Ap, Aj, Ax));
  }

  static auto tocsr(number n_brow, number n_bcol, number R, number C, in<I> Ap, in<I> Aj, in<T> Ax) {
    return bsr::to_csr(matrix(n_brow, n_bcol, R, C, Ap, Aj, Ax));
  }

  static auto csr_tobsr(number n_row, number n_col, number R, number C, in<I> Ap, in<I> Aj, in<T> Ax) {
    auto b = bsr::to_bsr(bsr::csr_view<const T, I>(bsr::dims(n_row, n_col), Ax, Aj, Ap), bsr::dims(R, C));
    // Blocks of 1 x 1 keep duplicates, like scipy's method tobsr; its routine adds them up.
    if (R == 1 && C == 1 && !bsr::has_canonical_format(b)) bsr::sum_duplicates(b);
    return b;
  }

  /// Yx += the k-th diagonal.
  static void diagonal(number k, number n_brow, number n_bcol, number R, number C, in<I> Ap, in<I> Aj,
                       in<T> Ax, out<T> Yx) {
    const bsr::buffer<T> d = bsr::diagonal(matrix(n_brow, n_bcol, R, C, Ap, Aj, Ax), k);
    if (d.size() != static_cast<number>(Yx.size()))
      bsr::fail<bsr::shape_error>("bsr: bsr_diagonal: the diagonal has ", d.size(), " elements, Yx has ",
                                  Yx.size(), ".");
    for (std::size_t e = 0; e < Yx.size(); ++e) Yx[e] = bsr::add(Yx[e], d[static_cast<number>(e)]);
  }

  static void scale_rows(number n_brow, number n_bcol, number R, number C, in<I> Ap, in<I> Aj, out<T> Ax,
                         in<T> Xx) {
    bsr::scale_rows(matrix(n_brow, n_bcol, R, C, Ap, Aj, Ax), Xx);
  }

  static void scale_columns(number n_brow, number n_bcol, number R, number C, in<I> Ap, in<I> Aj, out<T> Ax,
                            in<T> Xx) {
    bsr::scale_columns(matrix(n_brow, n_bcol, R, C, Ap, Aj, Ax), Xx);
  }

  /// Sorts Aj and Ax where they lie: an owner that adopts them, and frees nothing. It does not write Ap.
  static void sort_indices(number n_brow, number n_bcol, number R, number C, in<I> Ap, out<I> Aj, out<T> Ax) {
    const auto adopt = [](auto array) {
      using U = typename decltype(array)::value_type;
      return bsr::buffer<U>(array.data(), static_cast<number>(array.size()), [](U*, void*) noexcept {});
    };
    any_matrix<T, I> a(bsr::dims(times(n_brow, R), times(n_bcol, C)), adopt(Ax), adopt(Aj),
                       adopt(out<I>(const_cast<I*>(Ap.data()), Ap.size())), bsr::dims(R, C));
    bsr::sort_indices(a);
  }
};

/// A routine of two matrices from a function of two views.
template <class T, class I, class F>
auto of_two(number n_brow, number n_bcol, number R, number C, in<I> Ap, in<I> Aj, in<T> Ax, in<I> Bp,
            in<I> Bj, in<T> Bx) {
  return F{}(matrix(n_brow, n_bcol, R, C, Ap, Aj, Ax), matrix(n_brow, n_bcol, R, C, Bp, Bj, Bx));
}

/// Adds everything that has elements of type T and indices of type I.
template <class T, class I>
void add_routines(registry& r) {
  using W = typename std::conditional_t<std::signed_integral<T>, std::make_unsigned<T>,
                                        std::type_identity<T>>::type;
  using f = arithmetic<W, I>;
  r.add<T, W>("bsr_matvec", "n_brow n_bcol R C Ap Aj Ax Xx Yx", &f::matvec);
  r.add<T, W>("bsr_matvecs", "n_brow n_bcol n_vecs R C Ap Aj Ax Xx Yx", &f::matvecs);
  r.add<T, W>("bsr_matmat", "maxnnz n_brow n_bcol R C N Ap Aj Ax Bp Bj Bx Cp Cj Cx", &f::matmat);
  r.add<T, W>("bsr_transpose", "n_brow n_bcol R C Ap Aj Ax Bp Bj Bx", &f::transpose);
  r.add<T, W>("bsr_tocsr", "n_brow n_bcol R C Ap Aj Ax Bp Bj Bx", &f::tocsr);
  r.add<T, W>("csr_tobsr", "n_row n_col R C Ap Aj Ax Bp Bj Bx", &f::csr_tobsr);
  r.add<T, W>("bsr_diagonal", "k n_brow n_bcol R C Ap Aj Ax Yx", &f::diagonal);
  r.add<T, W>("bsr_scale_rows", "n_brow n_bcol R C Ap Aj Ax Xx", &f::scale_rows);
  r.add<T, W>("bsr_scale_columns", "n_brow n_bcol R C Ap Aj Ax Xx", &f::scale_columns);
  r.add<T, W>("bsr_sort_indices", "n_brow n_bcol R C Ap Aj Ax", &f::sort_indices);

  const char* const two = "n_brow n_bcol R C Ap Aj Ax Bp Bj Bx Cp Cj Cx";
  const auto wrapping = [&]<class F>(const char* name, F) { r.add<T, W>(name, two, &of_two<W, I, F>); };
  wrapping("bsr_plus_bsr", [](const auto& a, const auto& b) { return bsr::add(a, b); });
  wrapping("bsr_minus_bsr", [](const auto& a, const auto& b) {
    if constexpr (std::same_as<T, bool>)
      return bsr::not_equal(a, b).stored;  // what scipy does
    else
      return bsr::subtract(a, b);
  });
  wrapping("bsr_elmul_bsr", [](const auto& a, const auto& b) { return bsr::multiply(a, b); });
  wrapping("bsr_ne_bsr", [](const auto& a, const auto& b) { return bsr::not_equal(a, b).stored; });

  const auto ordered = [&]<class F>(const char* name, F) { r.add<T, T>(name, two, &of_two<T, I, F>); };
  ordered("bsr_maximum_bsr", [](const auto& a, const auto& b) { return bsr::maximum(a, b); });
  ordered("bsr_minimum_bsr", [](const auto& a, const auto& b) { return bsr::minimum(a, b); });
  ordered("bsr_lt_bsr", [](const auto& a, const auto& b) { return bsr::less(a, b).stored; });
  ordered("bsr_gt_bsr", [](const auto& a, const auto& b) { return bsr::less(b, a).stored; });
  // Of <= and >= bsr stores the blocks that say anything but "true", scipy those that do not say "false".
  const auto at_most = [](const T& x, const T& y) {
    if constexpr (bsr::is_complex<T>)
      return x.real() < y.real() || (x.real() == y.real() && x.imag() <= y.imag());
    else
      return x <= y;
  };
  ordered("bsr_le_bsr",
          [](const auto& a, const auto& b) { return for_stored_blocks<bool>(a, b, decltype(at_most){}); });
  ordered("bsr_ge_bsr",
          [](const auto& a, const auto& b) { return for_stored_blocks<bool>(b, a, decltype(at_most){}); });
  ordered("bsr_eldiv_bsr",
          [](const auto& a, const auto& b) { return for_stored_blocks<T>(a, b, quotient<T>); });
}

/// Adds what only counts. A structure needs no elements: the indices themselves stand in for them.
template <class I>
void add_counts(registry& r) {
  r.add<I, I>(
      "csr_count_blocks", "n_row n_col R C Ap Aj",
      +[](number n_row, number n_col, number R, number C, in<I> Ap, in<I> Aj) {
        const bsr::csr_view<const I, I> a(bsr::dims(n_row, n_col), Aj, Aj, Ap);
        return bsr::count_blocks(a, bsr::dims(R, C));
      });
  r.add<I, I>(
      "csr_matmat_maxnnz", "n_row n_col Ap Aj Bp Bj",
      +[](number n_row, number n_col, in<I> Ap, in<I> Aj, in<I> Bp, in<I> Bj) {
        const number n_inner = static_cast<number>(Bp.size()) - 1;
        const auto a = matrix(n_row, n_inner, number(1), number(1), Ap, Aj, Aj);
        const auto b = matrix(n_inner, n_col, number(1), number(1), Bp, Bj, Bj);
        return number{bsr::backend<bsr::cpu>::spgemm_structure(bsr::cpu{}, a, b).second.size()};
      });
}
