// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Each operation of tests/scipy/make_conformance.py, computed by bsr. Several functions, because compilers
// take more than twice as long for one that is twice as long.
#include <complex>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "bsr/bsr.hpp"
#include "support/conformance.hpp"

namespace conformance {

using bsr::dims;
using bsr_test::any_array;
using bsr_test::as_array;
using answer = bsr_test::conformance_answer;
using bsr_test::conformance_case;

template <class A>
answer as_stored(const A& a) {
  answer result;
  result.sparse = true;
  result.shape = a.shape();
  result.block = a.blocksize();
  result.indices.assign(a.indices().begin(), a.indices().end());
  result.indptr.assign(a.indptr().begin(), a.indptr().end());
  result.arrays.push_back(as_array(a.data().data(), a.nnz()));
  return result;
}
/// A matrix as the answer. Operations that keep their operand's structure may answer duplicates.
template <class A>
answer give(A a) {
  if (!bsr::has_canonical_format(a)) sum_duplicates(a);
  return as_stored(a);
}
inline answer give_arrays(std::vector<any_array> arrays) {
  answer result;
  result.arrays = std::move(arrays);
  return result;
}
template <class X>
answer give_array(const X& x) {
  return give_arrays({as_array(x.data(), static_cast<std::int64_t>(x.size()))});
}
template <class T>
answer give_number(const T& x) {
  return give_arrays({as_array(&x, 1)});
}
inline answer give_counts(std::int64_t x, std::int64_t y) {
  const std::int64_t both[] = {x, y};
  return give_arrays({as_array(both, 2)});
}
/// A dense matrix in rows.
template <class T>
answer give_dense(const bsr::dense_matrix<T>& x) {
  return give_arrays({as_array(x.data(), x.rows() * x.cols())});
}
/// Indices of either width, as whole numbers.
template <class X>
any_array whole_array(const X& x) {
  auto result = as_array(x.data(), static_cast<std::int64_t>(x.size()));
  result.dtype = "any";
  return result;
}

/// No answer: the operation is none of this function's.
inline const answer unknown;

template <class M>
answer convert(const conformance_case& c, const std::string& op, const M& a) {
  using T = typename M::value_type;
  using Index = typename M::index_type;
  const auto block = [&] { return dims(c.whole("R"), c.whole("C")); };
  if (op == "to_dense") return give_dense(to_dense(a));
  if (op == "from_dense") {
    const auto& sizes = c.sizes("dense");
    const auto x = c.array<T>("dense");
    return give(bsr::to_bsr(bsr::dense_view<const T>(x.data(), sizes[0], sizes[1]), block()));
  }
  if (op == "from_csr")
    return give(
        bsr::to_bsr(bsr::csr<T, Index>(a.shape(), c.array<T>("csr.data"), c.indices<Index>("csr.indices"),
                                       c.indices<Index>("csr.indptr")),
                    block()));
  if (op == "from_csc")
    return give(
        bsr::to_bsr(bsr::csc<T, Index>(a.shape(), c.array<T>("csc.data"), c.indices<Index>("csc.indices"),
                                       c.indices<Index>("csc.indptr")),
                    block()));
  if (op == "from_coo")
    return give(bsr::to_bsr(bsr::coo<T, Index>(a.shape(), c.array<T>("coo.data"), c.indices<Index>("coo.row"),
                                               c.indices<Index>("coo.col")),
                            block()));
  if (op == "transpose") return give(to_transposed(a));
  if (op == "to_csr") {
    const auto b = to_csr(a);
    return give_arrays(
        {as_array(b.data().data(), b.nnz()), whole_array(b.indices()), whole_array(b.indptr())});
  }
  if (op == "to_csc") {
    const auto b = to_csc(a);
    return give_arrays(
        {as_array(b.data().data(), b.nnz()), whole_array(b.indices()), whole_array(b.indptr())});
  }
  if (op == "to_coo") {
    const auto b = to_coo(a);
    return give_arrays({as_array(b.data().data(), b.nnz()), whole_array(b.row()), whole_array(b.col())});
  }
  if (op == "to_bsr") return give(bsr::to_bsr(a, block()));
  if (op == "count_blocks") return give_number(std::int64_t{count_blocks(a, block())});
  if (op == "estimate_blocksize") {
    const dims found = estimate_blocksize(a);
    return give_counts(found.rows, found.cols);
  }
  if (op == "astype") {
    const auto to = c.text("to");
    const auto x = c.matrix<M>("c");
    if constexpr (!bsr::is_complex<T>) {
      if (to == "b1") return give(bsr::astype<bool>(x));
      if (to == "i1") return give(bsr::astype<std::int8_t>(x));
      if (to == "u2") return give(bsr::astype<std::uint16_t>(x));
      if (to == "i8") return give(bsr::astype<std::int64_t>(x));
      if (to == "f4") return give(bsr::astype<float>(x));
      if (to == "f8") return give(bsr::astype<double>(x));
    }
    if (to == "c16") return give(bsr::astype<std::complex<double>>(x));
  }
  return unknown;
}

template <class M>
answer structure(const conformance_case& c, const std::string& op, const M& a) {
  using T = typename M::value_type;
  using Index = typename M::index_type;
  if (op == "flags") return give_counts(has_sorted_indices(a), has_canonical_format(a));
  if (op == "sort_indices") {
    auto b = a;
    sort_indices(b);
    return give_arrays(
        {as_array(b.data().data(), b.nnz()), whole_array(b.indices()), whole_array(b.indptr())});
  }
  if (op == "sum_duplicates") return give(a);
  if (op == "eliminate_zeros") {
    auto b = a;
    eliminate_zeros(b);
    if (b.num_blocks() != c.whole("stored")) return unknown;
    return give(b);
  }
  if (op == "resize") {
    auto b = a;
    resize(b, c.shape("result"));
    return give(b);
  }
  if (op == "slice") {
    const auto range = c.array<std::int64_t>("range");
    return give(slice(a, range[0], range[1], range[2], range[3]));
  }
  if (op == "select") {
    const auto which = c.array<std::int64_t>("which");
    return c.whole("rows") != 0 ? give(select_block_rows(a, which)) : give(select_block_cols(a, which));
  }
  if (op == "element") return give_number(element(a, c.whole("i"), c.whole("j")));
  if (op == "diagonal") return give_array(diagonal(a, c.whole("k")));
  if (op == "setdiag") {
    auto b = c.matrix<M>("c");
    setdiag(b, c.array<T>("values"), c.whole("k"));
    return give(b);
  }
  const auto k = [&] { return c.whole("k"); };
  if (op == "triangle") return c.whole("lower") != 0 ? give(tril(a, k())) : give(triu(a, k()));
  if (op == "block_triangle")
    return c.whole("lower") != 0 ? give(block_tril(a, k())) : give(block_triu(a, k()));
  if (op == "eye") return give(bsr::eye<T, Index>(a.shape(), a.blocksize(), k()));
  if (op == "diags") {
    const auto offsets = c.array<std::int64_t>("offsets");
    std::vector<bsr::buffer<T>> rows{c.array<T>("first")};
    if (offsets.size() > 1) rows.push_back(c.array<T>("second"));
    return give(bsr::diags<T, Index>(rows, offsets, a.shape(), a.blocksize()));
  }
  if (op == "stack") {
    const auto b = c.matrix<M>("b");
    const auto how = c.text("how");
    if (how == "hstack") return give(hstack(a, b));
    if (how == "vstack") return give(vstack(a, b));
    if (how == "block_diag") return give(block_diag(a, b));
    return give(block_array(cells(a, bsr::empty_cell), cells(b, a)));
  }
  if (op == "kron") return give(kron(a, c.matrix<bsr::matrix<T, bsr::dynamic, bsr::dynamic, Index>>("b")));
  return unknown;
}

template <class Comparison>
answer give_comparison(const Comparison& found) {
  const auto& stored = found.stored;
  bsr::dense_matrix<bool> all(stored.rows(), stored.cols());
  for (std::int64_t i = 0; i < all.rows(); ++i)
    for (std::int64_t j = 0; j < all.cols(); ++j) all(i, j) = found.elsewhere;
  const dims block = stored.blocksize();
  for (std::int64_t i = 0; i < stored.block_rows(); ++i)
    for (auto b : stored.row(i))
      for (std::int64_t r = 0; r < block.rows; ++r)
        for (std::int64_t s = 0; s < block.cols; ++s)
          all(i * block.rows + r, b.col() * block.cols + s) = b(r, s);
  return give_dense(all);
}
template <class A, class B>
answer compare(const std::string& name, const A& a, const B& b) {
  if (name == "equal") return give_comparison(equal(a, b));
  if (name == "not_equal") return give_comparison(not_equal(a, b));
  if (name == "less") return give_comparison(less(a, b));
  if (name == "less_equal") return give_comparison(less_equal(a, b));
  if (name == "greater") return give_comparison(greater(a, b));
  return give_comparison(greater_equal(a, b));
}

template <class M>
answer elementwise(const conformance_case& c, const std::string& op, const M& a) {
  using T = typename M::value_type;
  constexpr bool complex = bsr::is_complex<T>;
  constexpr bool whole = std::is_integral_v<T>;
  if constexpr (complex) {
    if (op == "conj") return give(conj(a));
    if (op == "real") return give(real(a));
    if (op == "imag") return give(imag(a));
  }
  if (op == "scale") {
    if constexpr (whole)
      return give(multiply(a, static_cast<T>(c.whole("factor"))));
    else
      return give(multiply(a, static_cast<typename bsr::scalar_traits<T>::real>(c.number("factor"))));
  }
  if (op == "divide") return give(divide(a, static_cast<int>(c.whole("divisor"))));
  if (op == "scale_lines") {
    auto b = a;
    const auto v = c.array<T>("v");
    c.whole("rows") != 0 ? scale_rows(b, v) : scale_columns(b, v);
    return give(b);
  }
  if constexpr (!std::is_same_v<T, bool>) {
    if (op == "negative") return give(bsr::matrix(-a));
    if (op == "absolute") return give(bsr::abs(a));
    if (op == "power") return give(power(a, static_cast<int>(c.whole("n"))));
  }
  if constexpr (!whole)
    if (op == "rounded") return give(bsr::round(c.matrix<M>("c"), static_cast<int>(c.whole("decimals"))));
  if constexpr (!complex) {
    if (op == "compare_number")
      return compare(c.text("name"), c.matrix<M>("c"), static_cast<T>(c.whole("number")));
    if (op == "compare") return compare(c.text("name"), c.matrix<M>("c"), c.matrix<M>("b"));
    if (op == "extreme_of_two") {
      const auto b = c.matrix<M>("b");
      return c.text("name") == "maximum" ? give_dense(to_dense(maximum(a, b)))
                                         : give_dense(to_dense(minimum(a, b)));
    }
    if constexpr (!std::is_same_v<T, bool>)
      if (op == "extreme_number") {
        const T s = static_cast<T>(c.whole("number"));
        return c.text("name") == "maximum" ? give_dense(to_dense(maximum(a, s)))
                                           : give_dense(to_dense(minimum(a, s)));
      }
  }
  return unknown;
}

template <class M>
answer functions(const conformance_case& c, const std::string& op) {
  using T = typename M::value_type;
  if constexpr (!std::is_integral_v<T>) {
    if (op == "function") {
      const auto x = c.matrix<M>("c");
      const auto name = c.text("name");
#define BSR_TRY(f) \
  if (name == #f) return give(bsr::f(x))
      BSR_TRY(sin);
      BSR_TRY(tan);
      BSR_TRY(arcsin);
      BSR_TRY(arctan);
      BSR_TRY(sinh);
      BSR_TRY(tanh);
      BSR_TRY(arcsinh);
      BSR_TRY(arctanh);
      BSR_TRY(rint);
      BSR_TRY(sign);
      BSR_TRY(expm1);
      BSR_TRY(log1p);
      BSR_TRY(sqrt);
      if constexpr (!bsr::is_complex<T>) {
        BSR_TRY(deg2rad);
        BSR_TRY(rad2deg);
        BSR_TRY(floor);
        BSR_TRY(ceil);
        BSR_TRY(trunc);
      }
#undef BSR_TRY
    }
  }
  return unknown;
}

template <class M>
answer reduce(const conformance_case& c, const std::string& op, const M& a) {
  using T = typename M::value_type;
  const auto axis = [&] { return static_cast<int>(c.whole("axis")); };
  if (op == "sum_all") return give_number(sum(a));
  if (op == "sum_axis") return give_array(sum(a, axis()));
  if (op == "mean_all") return give_number(mean(a));
  if (op == "mean_axis") return give_array(mean(a, axis()));
  if (op == "trace") return give_number(trace(a, c.whole("k")));
  if (op == "norms") {
    using bsr::norms;
    double found[6];
    const norms which[6] = {norms::fro,       norms::one,       norms::inf,
                            norms::minus_one, norms::minus_inf, norms::max};
    for (int n = 0; n < 6; ++n) found[n] = static_cast<double>(norm(a, which[n]));
    return give_arrays({as_array(found, 6)});
  }
  if (op == "count_nonzero") {
    if (axis() < 0) return give_number(std::int64_t{count_nonzero(a)});
    return give_arrays({whole_array(count_nonzero(a, axis()))});
  }
  if (op == "nonzero") {
    const auto found = nonzero(c.matrix<M>("c"));
    return give_arrays({whole_array(found.row), whole_array(found.col)});
  }
  if (op == "find") {
    const auto found = find(c.matrix<M>("c"));
    return give_arrays(
        {as_array(found.data().data(), found.nnz()), whole_array(found.row()), whole_array(found.col())});
  }
  if constexpr (!bsr::is_complex<T>) {
    const auto which = [&] { return c.whole("stored") != 0 ? bsr::explicit_only : bsr::elements::all; };
    if (op == "extreme") {
      const auto x = c.matrix<M>("c");
      const auto name = c.text("name");
      if (axis() < 0) {
        if (name == "max") return give_number((bsr::max)(x, which()));
        if (name == "min") return give_number((bsr::min)(x, which()));
        if (name == "nanmax") return give_number(nanmax(x, which()));
        return give_number(nanmin(x, which()));
      }
      if (name == "max") return give_array((bsr::max)(x, axis()));
      if (name == "min") return give_array((bsr::min)(x, axis()));
      if (name == "nanmax") return give_array(nanmax(x, axis()));
      return give_array(nanmin(x, axis()));
    }
    if (op == "arg_extreme") {
      const auto x = c.matrix<M>("c");
      const bool most = c.text("name") == "argmax";
      if (axis() < 0) return give_number(std::int64_t{most ? argmax(x) : argmin(x)});
      return give_arrays({most ? whole_array(argmax(x, axis())) : whole_array(argmin(x, axis()))});
    }
  }
  return unknown;
}

template <class M>
answer products(const conformance_case& c, const std::string& op, const M& a) {
  using T = typename M::value_type;
  using free = bsr::matrix<T, bsr::dynamic, bsr::dynamic, typename M::index_type>;
  if (op == "add") return give(add(a, c.matrix<M>("b")));
  if (op == "multiply") return give(multiply(a, c.matrix<M>("b")));
  if constexpr (!std::is_same_v<T, bool>)
    if (op == "subtract") return give(subtract(a, c.matrix<M>("b")));
  if (op == "matmul") return give(bsr::matrix(a * c.matrix<free>("b").view()));
  if (op == "matmul_transposed") return give(bsr::matrix(transpose(a) * c.matrix<free>("b").view()));
  if (op == "matrix_power") return give(matrix_power(c.matrix<free>("c"), c.whole("n")));
  if (op == "matvec" || op == "rmatvec") {
    const auto x = c.array<T>("x");
    bsr::buffer<T> y(op == "matvec" ? a.rows() : a.cols());
    if (op == "matvec")
      bsr::view(y) = a * x;
    else
      bsr::view(y) = x * a;
    return give_array(y);
  }
  if (op == "matvecs" || op == "rmatvecs") {
    const auto& sizes = c.sizes("x");
    const auto x = c.array<T>("x");
    const bsr::dense_view<const T> all(x.data(), sizes[0], sizes[1]);
    bsr::dense_matrix<T> y(op == "matvecs" ? a.rows() : sizes[0], op == "matvecs" ? sizes[1] : a.cols());
    if (op == "matvecs")
      y = a * all;
    else
      y = all * a;
    return give_dense(y);
  }
  return unknown;
}

/// "" or what differs.
template <class M>
std::string run(const conformance_case& c) {
  const std::string op = c.text("op");
  const auto a = c.matrix<M>("a");
  answer found = convert(c, op, a);
  if (found.arrays.empty()) found = structure(c, op, a);
  if (found.arrays.empty()) found = elementwise(c, op, a);
  if (found.arrays.empty()) found = functions<M>(c, op);
  if (found.arrays.empty()) found = reduce(c, op, a);
  if (found.arrays.empty()) found = products(c, op, a);
  if (found.arrays.empty()) return "bsr has no answer";
  return conformance_difference(c, found);
}

}  // namespace conformance
