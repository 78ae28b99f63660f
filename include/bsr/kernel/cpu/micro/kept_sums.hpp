// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What products do whose sums are kept in C itself: C becomes the first addend or 0 before, and what else the
// epilogue does comes when the sums are complete.
#include <concepts>
#include <cstdint>
#include <utility>

#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/cpu/micro/sweep.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/epilogue.hpp"
#include "bsr/storage/alias.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// Sums that are kept in C start from the first addend, so it need not be read again; what else an epilogue
/// does comes when the sums are complete.
template <class E>
struct split_epilogue {
  using rest_type = E;
  static constexpr bool has_seed = false;
  static const E& rest(const E& e) { return e; }
};
template <class View, class S>
struct split_epilogue<add_dense<View, S>> {
  using rest_type = no_epilogue;
  static constexpr bool has_seed = true;
  static const add_dense<View, S>& seed(const add_dense<View, S>& e) { return e; }
  static no_epilogue rest(const add_dense<View, S>&) { return {}; }
};
template <class F, class G>
struct split_epilogue<then<F, G>> {
  using inner = split_epilogue<F>;
  using rest_type = decltype(compose(inner::rest(std::declval<const F&>()), std::declval<const G&>()));
  static constexpr bool has_seed = inner::has_seed;
  static const auto& seed(const then<F, G>& e)
    requires has_seed
  {
    return inner::seed(e.f);
  }
  static rest_type rest(const then<F, G>& e) { return compose(inner::rest(e.f), e.g); }
};

/// Whether an epilogue reads C, from where it belongs.
template <class E, class C>
bool reads(const E&, const C&) {
  return false;
}
template <class View, class S, class C>
bool reads(const add_dense<View, S>& e, const C& c) {
  return same_elements(e.d, c);
}
template <class F, class G, class C>
bool reads(const then<F, G>& e, const C& c) {
  return reads(e.f, c) || reads(e.g, c);
}

/// Columns [left, right) of C = the epilogue's first addend where it has one, else 0. C's elements lie in one
/// piece along Axis.
template <axis Axis, class C, class Epilogue>
void start_sums(const C& c, const Epilogue& epilogue, std::int64_t left, std::int64_t right) {
  using T = typename C::value_type;
  using split = split_epilogue<Epilogue>;
  constexpr bool by_row = Axis == axis::row;
  const std::int64_t lines = by_row ? c.rows() : right - left, length = by_row ? right - left : c.rows();
  for (std::int64_t line = 0; line < lines; ++line)
    if constexpr (is_complex<T>) {
      for (std::int64_t n = 0; n < length; ++n) {
        const std::int64_t i = by_row ? line : n, j = by_row ? left + n : left + line;
        T first{};
        if constexpr (split::has_seed) first = split::seed(epilogue)(first, i, j);
        c(i, j) = first;
      }
    } else {
      using P = pack<T>;
      for (std::int64_t n = 0; n < length; n += P::size) {
        const std::int64_t i = by_row ? line : n, j = by_row ? left + n : left + line;
        const int count = length - n < P::size ? static_cast<int>(length - n) : P::size;
        P first = P::zero();
        if constexpr (split::has_seed)
          first = apply_epilogue<Axis>(split::seed(epilogue), first, i, j, lanes<Axis>{count});
        first.store(&c(i, j), P::first(count));
      }
    }
}

/// Columns [left, right) of C, whose sums are complete, get what is left of the epilogue.
template <axis Axis, class C, class Epilogue>
void finish_sums(const C& c, const Epilogue& epilogue, std::int64_t left, std::int64_t right) {
  using split = split_epilogue<Epilogue>;
  if constexpr (std::same_as<typename split::rest_type, no_epilogue>) {
    return;
  } else if constexpr (is_complex<typename C::value_type>) {
    for (std::int64_t i = 0; i < c.rows(); ++i)
      for (std::int64_t j = left; j < right; ++j) c(i, j) = split::rest(epilogue)(c(i, j), i, j);
  } else {
    sweep<Axis>(&c(0, left), c.ld(), c, split::rest(epilogue), 0, c.rows(), left, right - left);
  }
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
