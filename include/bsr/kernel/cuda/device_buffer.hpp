// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The owning array in device memory: what matrix and dense_matrix consist of there.
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/space.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/cuda/runtime.hpp"
#include "bsr/storage/buffer.hpp"

namespace bsr::inline v0::inline BSR_TARGET::gpu {

inline void* allocate_elements(std::int64_t n, std::int64_t size) {
  std::int64_t bytes = 0;
  if (n < 0 || __builtin_mul_overflow(n, size, &bytes))
    fail<shape_error>("bsr: a buffer of ", n, " elements of ", size, " bytes cannot exist.");
  void* memory = nullptr;
  if (n > 0)
    check(gpu_runtime::allocate(&memory, static_cast<std::size_t>(bytes), nullptr), "device memory of ",
          bytes, " bytes");
  return memory;
}

}  // namespace bsr::inline v0::inline BSR_TARGET::gpu

namespace bsr::inline v0 {

/// The same for device memory; data() is an address there. Memory is taken and given back in the order of the
/// default stream. Throws device_error when the device refuses.
template <class T>
class buffer<T, device> {
  static_assert(std::is_trivially_copyable_v<T>, "bsr: a buffer holds trivially copyable elements.");

 public:
  using value_type = T;

  BSR_INLINE buffer() noexcept {}
  /// n elements, all bits zero.
  BSR_INLINE explicit buffer(std::int64_t n) : buffer(n, uninitialized) {
    if (size_ > 0) gpu::check(gpu_runtime::clear(data_, bytes(), nullptr), "clearing device memory");
  }
  BSR_INLINE buffer(std::int64_t n, uninitialized_t)
      : data_(static_cast<T*>(gpu::allocate_elements(n, static_cast<std::int64_t>(sizeof(T))))), size_(n) {}
  /// A copy of elements in device memory.
  BSR_INLINE explicit buffer(std::span<const T> values)
      : buffer(static_cast<std::int64_t>(values.size()), uninitialized) {
    if (size_ > 0)
      gpu::check(gpu_runtime::copy(data_, values.data(), bytes(), gpu_runtime::direction::on_device, nullptr),
                 "copying device memory");
  }
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
  /// What the device says to it is lost: a destructor does not throw.
  BSR_INLINE ~buffer() {
    if (data_ != nullptr) (void)gpu_runtime::release(data_, nullptr);
  }
  BSR_INLINE void swap(buffer& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
  }

  BSR_INLINE T* data() noexcept { return data_; }
  BSR_INLINE const T* data() const noexcept { return data_; }
  BSR_INLINE std::int64_t size() const noexcept { return size_; }
  BSR_INLINE bool empty() const noexcept { return size_ == 0; }
  BSR_INLINE std::size_t bytes() const noexcept { return static_cast<std::size_t>(size_) * sizeof(T); }
  BSR_INLINE std::span<T> span() noexcept { return {data_, static_cast<std::size_t>(size_)}; }
  BSR_INLINE std::span<const T> span() const noexcept { return {data_, static_cast<std::size_t>(size_)}; }
  BSR_INLINE void truncate(std::int64_t n) noexcept {
    if (n < size_) size_ = n < 0 ? 0 : n;
  }

 private:
  T* data_ = nullptr;
  std::int64_t size_ = 0;
};

}  // namespace bsr::inline v0
