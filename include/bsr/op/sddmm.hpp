// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The product of two dense matrices at the blocks of a sparse one, as a plain function.
#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/backend.hpp"
#include "bsr/kernel/problem.hpp"
#include "bsr/op/check.hpp"
#include "bsr/storage/alias.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

namespace detail {

/// Part of a message: the shapes of a sampled product.
struct sample_shapes {
  dims s, x, y;

  friend message& operator<<(message& text, const sample_shapes& shapes) {
    return text << "x is " << shapes.x << ", y is " << shapes.y << ", s is " << shapes.s;
  }
};

template <class X, class Y, class S, class D>
sample_shapes shapes_of(const sddmm_problem<X, Y, S, D>& p) {
  return {p.s.shape(), p.x.shape(), p.y.shape()};
}

/// Whether the types of a sampled product, of alpha and of beta make sense; where they do not, a sentence
/// says so.
template <class Problem, class S, class D, class Alpha, class Beta>
consteval bool sample_types_fit() {
  using accumulator = typename Problem::accumulator;
  constexpr bool writable = !std::is_const_v<typename S::element_type>;
  constexpr bool stored = !is_complex<accumulator> || is_complex<typename S::value_type>;
  constexpr bool real = is_complex<accumulator> ||
                        (!is_complex<Alpha> && !is_complex<Beta> && !is_complex<typename D::value_type>);
  constexpr bool whole =
      !std::integral<accumulator> || !std::floating_point<accumulator_t<typename D::value_type>>;
  static_assert(writable, "bsr: the destination is read-only.");
  static_assert(stored, "bsr: a complex product cannot be stored in a real destination.");
  static_assert(real, "bsr: a complex number or addend needs a complex destination.");
  static_assert(whole, "bsr: floating-point numbers cannot be added to a product of integers.");
  return writable && stored && real && whole;
}

inline constexpr const char* sample_text = "s = sddmm(p, x, y)";

}  // namespace detail

/// Throws shape_error or alias_error unless the problem may run. O(1).
template <class X, class Y, class S, class D>
void check(const sddmm_problem<X, Y, S, D>& p, aliasing promise) {
  const auto shapes = detail::shapes_of(p);
  if (p.x.rows() != p.s.rows() || p.y.cols() != p.s.cols() || p.x.cols() != p.y.rows())
    fail<shape_error>("bsr: ", detail::sample_text, ": ", shapes, ".");
  if (promise != aliasing::checked) return;
  const footprint to = footprint_of(p.s.data());
  const char* other = nullptr;
  if (overlap(footprint_of(p.x), to)) other = "x";
  if (overlap(footprint_of(p.y), to)) other = "y";
  if (overlap(footprint_of(p.s.indices()), to) || overlap(footprint_of(p.s.indptr()), to))
    other = "its indices";
  if (other != nullptr)
    fail<alias_error>("bsr: ", detail::sample_text, ": s shares memory with ", other,
                      ", which is read while s is written: ", shapes, ". Compute into other memory.");
  const bool same =
      std::same_as<typename S::value_type, typename D::value_type> &&
      static_cast<const void*>(p.d.data().data()) == static_cast<const void*>(p.s.data().data());
  if (!same && overlap(footprint_of(p.d.data()), to))
    fail<alias_error>("bsr: ", detail::sample_text,
                      " + d: s shares memory with d without being the same elements: ", shapes,
                      ". The addend may be exactly s, or apart from it.");
}

/// Checks a problem and computes it.
template <class Policy, class X, class Y, class S, class D>
void compute(Policy& policy, const sddmm_problem<X, Y, S, D>& p, aliasing promise = aliasing::checked) {
  if constexpr (detail::spaces_fit<Policy, X, Y, S, no_epilogue>() &&
                detail::spaces_fit<Policy, X, Y, D, no_epilogue>()) {
    check(p, promise);
    backend<std::remove_const_t<Policy>>::sddmm(policy, p);
  }
}

/// s(i, j) = alpha * sum_k x(i, k) y(k, j) + beta * s(i, j) for every element of the stored blocks of s: the
/// product x * y where s has blocks, and only there.
///
/// x: m x k dense, y: k x n dense, any layouts (transpose(q) is free); s: m x n block-sparse, keeps its
/// structure. beta == 0 does not read s. 2 * nnz * k FLOP. Allocates nothing. Throws shape_error when the
/// shapes do not fit, alias_error when s shares memory with x or y. As torch.sparse.sampled_addmm(s, x, y,
/// beta=beta, alpha=alpha).
template <class Policy, class Alpha, dense_like X, dense_like Y, class Beta, sparse_like S>
void sddmm(Policy&& policy, Alpha alpha, X&& x, Y&& y, Beta beta, S&& s) {
  using destination_view = view_t<S>;
  using addend = input_t<S>;
  using problem = sddmm_problem<input_t<X>, input_t<Y>, destination_view, addend>;
  using accumulator = typename problem::accumulator;
  if constexpr (detail::sample_types_fit<problem, destination_view, addend, Alpha, Beta>()) {
    const destination_view to = view(std::forward<S>(s));
    detail::check_number<accumulator>(detail::sample_text, "alpha", alpha);
    detail::check_number<accumulator>(detail::sample_text, "beta", beta);
    compute(policy, problem{detail::convert<accumulator>(alpha), input(std::forward<X>(x)),
                            input(std::forward<Y>(y)), detail::convert<accumulator>(beta), to, to});
  }
}

}  // namespace bsr::inline v0::inline BSR_TARGET
