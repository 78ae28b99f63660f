// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Memory between two pages that cannot be touched: who reads or writes beyond it ends the program.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <new>

namespace bsr_test {

/// One page, all zeros at first.
class fence {
 public:
  fence()
      : page_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))),
        memory_(mmap(nullptr, 3 * page_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {
    if (memory_ == MAP_FAILED) throw std::bad_alloc();
    if (mprotect(bytes() + page_, page_, PROT_READ | PROT_WRITE) != 0) {
      munmap(memory_, 3 * page_);
      throw std::bad_alloc();
    }
  }
  fence(const fence&) = delete;
  fence& operator=(const fence&) = delete;
  ~fence() { munmap(memory_, 3 * page_); }

  /// The first elements of the page: nothing can be touched before them.
  template <class T>
  T* first() const {
    return reinterpret_cast<T*>(bytes() + page_);
  }
  /// The last n elements of the page: nothing can be touched behind them.
  template <class T>
  T* last(int n) const {
    return reinterpret_cast<T*>(bytes() + 2 * page_) - n;
  }

 private:
  char* bytes() const { return static_cast<char*>(memory_); }
  std::size_t page_;
  void* memory_;
};

}  // namespace bsr_test
