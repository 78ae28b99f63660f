// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The owning array under every container.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <new>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "bsr/base/space.hpp"
#include "bsr/base/target.hpp"
#include "bsr/storage/kept_memory.hpp"

namespace bsr::inline v0 {

/// Tag: the elements of a new buffer are not set.
struct uninitialized_t {};
inline constexpr uninitialized_t uninitialized{};

/// An owning array of trivially copyable elements in one memory space.
///
/// Memory that bsr allocates is aligned to 64 bytes whatever the compiler flags are, and large pieces are
/// kept for a while when they are freed, where keep_memory() asks for that. Memory of others is adopted with
/// the function that frees it. Copies are deep; a moved-from buffer is empty. Throws std::bad_alloc when
/// memory is short, shape_error when a size is negative or its bytes overflow.
template <class T, class Space = host>
class buffer {
  static_assert(std::is_trivially_copyable_v<T>, "bsr: a buffer holds trivially copyable elements.");

 public:
  using value_type = T;
  /// Frees `data`; `context` is whatever was given with it.
  using deleter = void (*)(T* data, void* context) noexcept;
  static constexpr std::size_t alignment = storage_detail::kept_memory::alignment;

  BSR_INLINE buffer() noexcept {}
  /// n elements, all bits zero.
  BSR_INLINE explicit buffer(std::int64_t n) : buffer(n, uninitialized) {
    if (size_ > 0) std::memset(static_cast<void*>(data_), 0, bytes());
  }
  /// n elements that nobody has set.
  BSR_INLINE buffer(std::int64_t n, uninitialized_t) : size_(n) {
    const auto piece = detail::allocate_elements(n, static_cast<std::int64_t>(sizeof(T)));
    data_ = static_cast<T*>(piece.data);
    bytes_ = piece.bytes;
  }
  /// Takes over n elements at `data`, which release(data, context) frees.
  BSR_INLINE buffer(T* data, std::int64_t n, deleter release, void* context = nullptr) noexcept
      : data_(data), size_(n), release_(release), context_(context) {}
  /// A copy of the elements of a span.
  BSR_INLINE explicit buffer(std::span<const T> values)
      : buffer(static_cast<std::int64_t>(values.size()), uninitialized) {
    if (size_ > 0) std::memcpy(static_cast<void*>(data_), values.data(), bytes());
  }
  BSR_INLINE buffer(std::initializer_list<T> values)
      : buffer(std::span<const T>(values.begin(), values.size())) {}
  /// A copy of a vector. (A vector cannot give its memory away.)
  template <class Allocator>
    requires(!std::same_as<T, bool>)
  BSR_INLINE buffer(const std::vector<T, Allocator>& values)
      : buffer(std::span<const T>(values.data(), values.size())) {}

  BSR_INLINE buffer(const buffer& other) : buffer(other.span()) {}
  BSR_INLINE buffer(buffer&& other) noexcept { swap(other); }
  BSR_INLINE buffer& operator=(const buffer& other) {
    if (this != &other) {
      buffer copy(other);
      swap(copy);
    }
    return *this;
  }
  BSR_INLINE buffer& operator=(buffer&& other) noexcept {
    buffer gone(std::move(other));
    swap(gone);
    return *this;
  }
  BSR_INLINE ~buffer() {
    if (release_ != nullptr)
      release_(data_, context_);
    else if (data_ != nullptr)
      detail::free_elements({static_cast<void*>(data_), bytes_});
  }

  BSR_INLINE void swap(buffer& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(bytes_, other.bytes_);
    std::swap(release_, other.release_);
    std::swap(context_, other.context_);
  }

  BSR_INLINE T* data() noexcept { return data_; }
  BSR_INLINE const T* data() const noexcept { return data_; }
  BSR_INLINE std::int64_t size() const noexcept { return size_; }
  BSR_INLINE bool empty() const noexcept { return size_ == 0; }
  BSR_INLINE std::size_t bytes() const noexcept { return static_cast<std::size_t>(size_) * sizeof(T); }
  BSR_INLINE T& operator[](std::int64_t i) noexcept { return data_[i]; }
  BSR_INLINE const T& operator[](std::int64_t i) const noexcept { return data_[i]; }
  BSR_INLINE T* begin() noexcept { return data_; }
  BSR_INLINE T* end() noexcept { return data_ + size_; }
  BSR_INLINE const T* begin() const noexcept { return data_; }
  BSR_INLINE const T* end() const noexcept { return data_ + size_; }
  BSR_INLINE std::span<T> span() noexcept { return {data_, static_cast<std::size_t>(size_)}; }
  BSR_INLINE std::span<const T> span() const noexcept { return {data_, static_cast<std::size_t>(size_)}; }

  /// How many elements the memory holds; those from size() on nobody has set.
  BSR_INLINE std::int64_t capacity() const noexcept {
    return release_ != nullptr ? size_ : bytes_ / static_cast<std::int64_t>(sizeof(T));
  }
  /// n elements where they are, n <= capacity(): the first min(size, n) as they were, others not set.
  BSR_INLINE void resize_in_place(std::int64_t n) noexcept { size_ = n; }
  /// Forgets the elements from n on, without moving the others or giving memory back.
  BSR_INLINE void truncate(std::int64_t n) noexcept {
    if (n < size_) size_ = n < 0 ? 0 : n;
  }
  /// n elements: the first min(size, n) as they were, others not set. Strong guarantee.
  BSR_INLINE void resize(std::int64_t n, uninitialized_t) {
    buffer grown(n, uninitialized);
    const auto kept = static_cast<std::size_t>(n < size_ ? n : size_) * sizeof(T);
    if (kept > 0) std::memcpy(static_cast<void*>(grown.data_), data_, kept);
    swap(grown);
  }

 private:
  T* data_ = nullptr;
  std::int64_t size_ = 0;
  std::int64_t bytes_ = 0;  // of the memory, where bsr has allocated it
  deleter release_ = nullptr;
  void* context_ = nullptr;
};

}  // namespace bsr::inline v0
