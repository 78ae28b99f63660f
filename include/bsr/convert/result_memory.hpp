// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Where the arrays of a result go: into the memory of the matrix that it is going to replace, c = a + b,
// where that fits, else into new memory, which costs as much as computing what goes there.
#include <cstdint>
#include <span>

#include "bsr/base/target.hpp"
#include "bsr/storage/alias.hpp"
#include "bsr/storage/buffer.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// Whether n elements may go where those of `old` are, for which there is memory for `room`: they fit, not
/// much of it would be left, and no array of the operands lies there.
template <class T, class... Arrays>
bool has_room(std::span<T> old, std::int64_t room, std::int64_t n, const Arrays&... operands) {
  const auto bytes = room * static_cast<std::int64_t>(sizeof(T));
  const footprint all{reinterpret_cast<std::uintptr_t>(old.data()), 1, bytes, bytes};
  return n <= room && room / 4 <= n / 3 && !(overlap(all, footprint_of(operands)) || ...);
}

/// Arrays for the elements and blocks of a result, so many of each: those of `old` where both fit and no
/// operand has any array there, else new ones. They are not set, and indptr is empty. After this `old` may be
/// 0x0: nothing may fail any more, if it is to stay as it is when something fails.
template <class Matrix, class... Operands>
typename Matrix::arrays result_memory(Matrix* old, std::int64_t elements, std::int64_t blocks,
                                      const Operands&... operands) {
  if (old != nullptr && has_room(old->data(), old->data_capacity(), elements, operands.data()...) &&
      has_room(old->indices(), old->indices_capacity(), blocks, operands.indices()...) &&
      !(overlap(footprint_of(old->indptr()), footprint_of(operands.indptr())) || ...)) {
    auto arrays = old->release();
    arrays.data.resize_in_place(elements);
    arrays.indices.resize_in_place(blocks);
    arrays.indptr = {};
    return arrays;
  }
  return {buffer<typename Matrix::value_type>(elements, uninitialized),
          buffer<typename Matrix::index_type>(blocks, uninitialized),
          {}};
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
