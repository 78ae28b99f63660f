// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Memory for results whose size is known only at the end.
#include <cstdint>

#include "bsr/base/target.hpp"
#include "bsr/storage/buffer.hpp"

namespace bsr::inline v0::storage_detail {

/// A buffer that grows at its end. Who fills it keeps count; growing doubles, or, where the size in the end
/// can be guessed, makes room for a quarter more at least: n elements cost O(n) moves.
template <class T>
class growing_buffer {
 public:
  BSR_INLINE growing_buffer() {}
  /// Room for `more` elements after the first `used`, which are kept. Who knows that these are about what
  /// `done` of `all` steps give says so. Strong guarantee; std::bad_alloc, shape_error.
  BSR_INLINE void reserve(std::int64_t used, std::int64_t more, std::int64_t done = 0, std::int64_t all = 0) {
    const std::int64_t capacity = memory_.size();
    if (capacity - used >= more) return;
    std::int64_t wanted = 0;
    if (__builtin_add_overflow(used, more, &wanted)) wanted = INT64_MAX;
    std::int64_t larger = capacity > INT64_MAX / 2 ? INT64_MAX : 2 * capacity;
    if (done > 0 && wanted >= (1 << 20) / static_cast<std::int64_t>(sizeof(T))) {  // before, it is too early
      const double guess =
          1.1 * static_cast<double>(wanted) * static_cast<double>(all) / static_cast<double>(done);
      const std::int64_t least = capacity + capacity / 4;
      if (guess < 0x1p60)
        larger = guess > static_cast<double>(least) ? static_cast<std::int64_t>(guess) : least;
    }
    memory_.resize(wanted > larger ? wanted : larger, uninitialized);
  }
  /// The first n elements, which leave; memory is given back where more than a quarter of it is not used.
  BSR_INLINE buffer<T> take(std::int64_t n) {
    if (n + n / 4 < memory_.size()) memory_.resize(n, uninitialized);
    memory_.truncate(n);
    buffer<T> all;
    all.swap(memory_);
    return all;
  }
  BSR_INLINE void swap(growing_buffer& other) noexcept { memory_.swap(other.memory_); }
  BSR_INLINE T* data() { return memory_.data(); }
  BSR_INLINE const T* data() const { return memory_.data(); }
  BSR_INLINE std::int64_t capacity() const { return memory_.size(); }
  BSR_INLINE T& operator[](std::int64_t i) { return memory_[i]; }
  BSR_INLINE const T& operator[](std::int64_t i) const { return memory_[i]; }

 private:
  buffer<T> memory_;
};

}  // namespace bsr::inline v0::storage_detail
