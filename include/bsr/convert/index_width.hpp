// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Numbers that become indices: checked, never wrapped.
#include <cstdint>
#include <limits>
#include <type_traits>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// The index type of a result: what was asked for, or (void) that of the source.
template <class Asked, class Own>
using result_index_t = std::conditional_t<std::is_void_v<Asked>, Own, Asked>;

/// What may be asked for.
template <class Index>
concept index_choice = std::is_void_v<Index> || index<Index>;

/// Throws shape_error unless `count`, which becomes an entry of indptr, can be an Index. `what` is a plural:
/// "blocks".
template <index Index>
BSR_INLINE void check_count_fits(const char* who, std::int64_t count, const char* what) {
  if (count > (std::numeric_limits<Index>::max)())
    fail<shape_error>("bsr: ", who, ": ", count, " ", what, " are too many for int", 8 * sizeof(Index),
                      " indices, which end at ", (std::numeric_limits<Index>::max)(),
                      "; ask for std::int64_t indices.");
}

/// Throws shape_error unless every number in [0, size) can be an Index. `what` is a plural: "columns".
template <index Index>
BSR_INLINE void check_range_fits(const char* who, std::int64_t size, const char* what) {
  if (size - 1 > (std::numeric_limits<Index>::max)())
    fail<shape_error>("bsr: ", who, ": ", size, " ", what, " are too many for int", 8 * sizeof(Index),
                      " indices, which end at ", (std::numeric_limits<Index>::max)(),
                      "; ask for std::int64_t indices.");
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
