// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Products with some of the stored blocks: y = masked(w, gate) * x, y = x * transpose(columns(w, active)).
#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/target.hpp"
#include "bsr/expr/evaluation.hpp"
#include "bsr/kernel/masked_view.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

namespace detail {
/// Flags: an array of bool or of bytes, in one piece.
template <class G>
concept flags = vector_like<G> && sizeof(typename input_t<G>::value_type) == 1 &&
                std::integral<typename input_t<G>::value_type>;

template <class View, class G>
consteval void check_flags_lie_with() {
  static_assert(std::same_as<typename View::space, typename input_t<G>::space>,
                "bsr: flags lie in the memory of the matrix whose blocks they switch off: "
                "bsr::copy_to<bsr::device>(flags) and bsr::copy_to<bsr::host>(flags) bring them there.");
}

template <class G>
const unsigned char* flag_bytes(const char* who, const G& flags, std::int64_t wanted, const char* what) {
  if (flags.size() != wanted)
    fail<shape_error>("bsr: ", who, ": there are ", flags.size(), " flags, and ", wanted, " ", what, ".");
  if (flags.stride() != 1 && flags.size() > 1)
    fail<shape_error>("bsr: ", who, ": the flags must lie side by side, not ", flags.stride(), " apart.");
  return reinterpret_cast<const unsigned char*>(flags.data());
}
template <class A>
BSR_INLINE masked_view<A> with_mask(const A& a) {
  return {a, {}};
}
template <class A>
BSR_INLINE masked_view<A> with_mask(const masked_view<A>& a) {
  return a;
}
}  // namespace detail

/// The stored blocks of w for which gate[k] is not 0, k in storage order: a factor of products with dense
/// matrices and vectors. gate: num_blocks() bools or bytes. Nothing is copied; flags may change between two
/// products, and must outlive the expression. Time: of the blocks that are kept, and a look at each flag.
/// Throws shape_error when there are not as many flags as blocks.
template <left_operand W, detail::flags G>
  requires(!packed_word<W> && !symmetric_word<W>)
auto masked(W&& w, G&& gate) {
  const auto f = as_factor(std::forward<W>(w));
  return [&]<class View, op Op, class S>(const factor<View, Op, S>& g) {
    detail::check_flags_lie_with<View, G>();
    auto view = detail::with_mask(g.a);
    using masked_type = decltype(view);
    block_mask mask = view.mask();
    if (mask.gate != nullptr) fail<error>("bsr: masked: this factor has a gate already.");
    mask.gate = detail::flag_bytes("masked(w, gate)", input(std::forward<G>(gate)), view.num_blocks(),
                                   "stored blocks");
    return factor<masked_type, Op, S>{g.alpha, masked_type(view.matrix(), mask)};
  }(f);
}

/// w without the block columns for which active[j] is 0: of x only the rows that belong to active block
/// columns are read. active: one bool or byte for each block column. As masked(w, gate) otherwise.
template <left_operand W, detail::flags G>
  requires(!packed_word<W> && !symmetric_word<W>)
auto columns(W&& w, G&& active) {
  const auto f = as_factor(std::forward<W>(w));
  return [&]<class View, op Op, class S>(const factor<View, Op, S>& g) {
    detail::check_flags_lie_with<View, G>();
    auto view = detail::with_mask(g.a);
    using masked_type = decltype(view);
    block_mask mask = view.mask();
    if (mask.active != nullptr) fail<error>("bsr: columns: this factor has active columns already.");
    mask.active = detail::flag_bytes("columns(w, active)", input(std::forward<G>(active)), view.block_cols(),
                                     "block columns");
    return factor<masked_type, Op, S>{g.alpha, masked_type(view.matrix(), mask)};
  }(f);
}

}  // namespace bsr::inline v0::inline BSR_TARGET
