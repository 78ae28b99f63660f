// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Which numbers of the union of two sorted rows come from which of the two. Found out for many numbers at
// once, before anything is moved: one after the other, each comparison would wait for the one before.
#include <bit>
#include <concepts>
#include <cstdint>

#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/cpu/bits.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// 0 or 1, about which the compiler knows nothing more: what is computed from it is computed without a
/// branch. Which operand has the next column is nobody's guess.
BSR_INLINE std::int64_t unpredictable(bool condition) {
  std::int64_t value = condition;
#if !defined(__CUDACC__)
  asm("" : "+r"(value));
#endif
  return value;
}

/// The beginning of the union of two rows whose columns rise strictly. Bit k of in_a (of in_b) is set where
/// number k of the union is in a (in b); at least one of the two is.
struct row_union {
  static constexpr int reach = 64;  ///< numbers at most

  std::uint64_t in_a = 0;
  std::uint64_t in_b = 0;

  BSR_INLINE int size() const { return std::popcount(in_a | in_b); }
  BSR_INLINE int from_a() const { return std::popcount(in_a); }
  BSR_INLINE int from_b() const { return std::popcount(in_b); }
};

#if BSR_ISA_AVX512
/// The union of two rows that fit into two registers each: every column of b is compared with all of a.
template <index Index>
BSR_INLINE row_union unite_short_rows(const Index* a, std::int64_t count_a, const Index* b,
                                      std::int64_t count_b) {
  const two_registers<Index> all_of_a(a, static_cast<int>(count_a));
  std::uint64_t in_b = 0, only_in_b = 0;
  std::int64_t others = 0;  // so many columns of b before this one are not in a
  for (std::int64_t k = 0; k < count_b; ++k) {
    const std::int64_t below = all_of_a.count_below(b[k]);
    const std::int64_t next = below < count_a ? below : count_a - 1;
    const std::int64_t is_new = a[next] != b[k];
    const std::int64_t at = below + others;
    in_b |= std::uint64_t{1} << at;
    only_in_b |= static_cast<std::uint64_t>(is_new) << at;
    others += is_new;
    BSR_FORGET(in_b);  // stays in a register for numbers
    BSR_FORGET(only_in_b);
  }
  return {~std::uint64_t{0} >> (row_union::reach - count_a - others) & ~only_in_b, in_b};
}
#endif

/// The union of as much of two rows as it takes; neither is empty. Takes at least one column; when it does
/// not take all, then what is left of the rows comes behind what was taken.
template <index IndexA, index IndexB>
BSR_INLINE row_union unite_rows(const IndexA* a, std::int64_t count_a, const IndexB* b,
                                std::int64_t count_b) {
#if BSR_ISA_AVX512
  if constexpr (std::same_as<IndexA, IndexB>) {
    constexpr std::int64_t most = two_registers<IndexA>::size;
    if (count_a > most || count_b > most) {
      // Of columns beyond the last one that is looked at, the other row may have smaller ones.
      IndexA last = a[count_a - 1] > b[count_b - 1] ? a[count_a - 1] : b[count_b - 1];
      if (count_a > most) last = a[most - 1] < last ? a[most - 1] : last;
      if (count_b > most) last = b[most - 1] < last ? b[most - 1] : last;
      count_a = count_a < most ? count_a : most;
      count_b = count_b < most ? count_b : most;
      while (count_a > 0 && a[count_a - 1] > last) --count_a;
      while (count_b > 0 && b[count_b - 1] > last) --count_b;
      if (count_a == 0) return {0, ~std::uint64_t{0} >> (row_union::reach - count_b)};
      if (count_b == 0) return {~std::uint64_t{0} >> (row_union::reach - count_a), 0};
    }
    return unite_short_rows(a, count_a, b, count_b);
  }
#endif
  row_union u;
  std::int64_t p = 0, q = 0;
  for (int k = 0; k < row_union::reach && p < count_a && q < count_b; ++k) {
    const std::int64_t in_a = unpredictable(std::int64_t{a[p]} <= std::int64_t{b[q]});
    const std::int64_t in_b = unpredictable(std::int64_t{b[q]} <= std::int64_t{a[p]});
    u.in_a |= static_cast<std::uint64_t>(in_a) << k;
    u.in_b |= static_cast<std::uint64_t>(in_b) << k;
    p += in_a;
    q += in_b;
  }
  return u;
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
