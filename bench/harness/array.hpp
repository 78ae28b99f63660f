// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

namespace bench {

/// Memory for operands, the same for every contender: page aligned, and on huge pages from 4 MiB on, so that
/// no contender is slowed by where its array happens to lie. Zero at first. For plain number types only.
template <class T>
class array {
 public:
  array() = default;
  explicit array(std::size_t size) : size_(size) {
    constexpr std::size_t page = 4096, huge = std::size_t{2} << 20;
    const std::size_t bytes = size * sizeof(T) + page;  // a page more: vector loads may pass the end
    const std::size_t unit = bytes >= 2 * huge ? huge : page;
    const std::size_t rounded = (bytes + unit - 1) / unit * unit;
    void* const memory = std::aligned_alloc(unit, rounded);
    if (memory == nullptr) throw std::bad_alloc();
    if (unit == huge) ::madvise(memory, rounded, MADV_HUGEPAGE);
    std::memset(memory, 0, rounded);
    data_.reset(static_cast<T*>(memory));
  }

  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  std::size_t size() const { return size_; }
  T& operator[](std::size_t i) { return data_.get()[i]; }
  const T& operator[](std::size_t i) const { return data_.get()[i]; }

 private:
  struct release {
    void operator()(void* memory) const { std::free(memory); }
  };
  std::unique_ptr<T, release> data_;
  std::size_t size_ = 0;
};

}  // namespace bench
