// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Threads of control that take turns on one thread of the machine.
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <new>
#include <vector>

#if !defined(__x86_64__)
#include <ucontext.h>
#endif

#if defined(__SANITIZE_ADDRESS__)
#define BSR_TEST_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define BSR_TEST_ASAN 1
#endif
#endif
#if !defined(BSR_TEST_ASAN)
#define BSR_TEST_ASAN 0
#endif
#if BSR_TEST_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

namespace bsr_test::emulator {

#if defined(__x86_64__)
extern "C" void bsr_test_switch(void** from, void* to);
/// Keeps what a called function must preserve, leaves the stack at *from and continues where the other
/// stopped.
asm(R"(
.text
.weak bsr_test_switch
.type bsr_test_switch, @function
bsr_test_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size bsr_test_switch, .-bsr_test_switch
)");
#endif

/// Memory for many stacks, each with a page below it that nobody may touch.
class stacks {
 public:
  static constexpr std::size_t usable = BSR_TEST_ASAN ? 256 << 10 : 64 << 10;
  static constexpr std::size_t page = 4096;

  stacks() = default;
  stacks(const stacks&) = delete;
  stacks& operator=(const stacks&) = delete;
  ~stacks() {
    for (void* const memory : all_) munmap(memory, usable + page);
  }
  /// The lowest usable byte of stack i.
  char* operator[](std::size_t i) {
    while (all_.size() <= i) {
      void* const memory =
          mmap(nullptr, usable + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      if (memory == MAP_FAILED) throw std::bad_alloc();
      (void)mprotect(memory, page, PROT_NONE);
      all_.push_back(memory);
    }
    return static_cast<char*>(all_[i]) + page;
  }

 private:
  std::vector<void*> all_;
};

/// One of them. The scheduler calls resume(); the fiber calls pause() to go back to it.
class fiber {
 public:
  using function = void (*)(void* argument);

  /// Will call f(argument) on a stack when it is resumed first. f must pause at its end and is not resumed
  /// again.
  void start(char* stack, function f, void* argument) {
    function_ = f;
    argument_ = argument;
    stack_ = stack;
#if BSR_TEST_ASAN
    // Who used the stack before never returned, and left marks of variables that are gone.
    __asan_unpoison_memory_region(stack, stacks::usable);
#endif
#if defined(__x86_64__)
    auto* top = reinterpret_cast<void**>(stack + stacks::usable - 64);
    *--top = nullptr;  // where f would return to
    *--top = reinterpret_cast<void*>(&begin);
    top -= 6;
    inside_ = top;
#else
    getcontext(&inside_);
    inside_.uc_stack.ss_sp = stack;
    inside_.uc_stack.ss_size = stacks::usable;
    inside_.uc_link = nullptr;
    makecontext(&inside_, &begin, 0);
#endif
  }
  void resume() {
    fiber* const caller = running;
    running = this;
#if BSR_TEST_ASAN
    void* fake = nullptr;
    __sanitizer_start_switch_fiber(&fake, stack_, stacks::usable);
#endif
    jump_in();
#if BSR_TEST_ASAN
    __sanitizer_finish_switch_fiber(fake, nullptr, nullptr);
#endif
    running = caller;
  }
  void pause() {
#if BSR_TEST_ASAN
    void* fake = nullptr;
    __sanitizer_start_switch_fiber(&fake, below_, below_size_);
#endif
    jump_out();
#if BSR_TEST_ASAN
    __sanitizer_finish_switch_fiber(fake, &below_, &below_size_);
#endif
  }

 private:
  static void begin() {
    fiber* const self = running;
#if BSR_TEST_ASAN
    __sanitizer_finish_switch_fiber(nullptr, &self->below_, &self->below_size_);
#endif
    self->function_(self->argument_);
    __builtin_trap();
  }
#if defined(__x86_64__)
  void jump_in() { bsr_test_switch(&outside_, inside_); }
  void jump_out() { bsr_test_switch(&inside_, outside_); }
  void* inside_ = nullptr;
  void* outside_ = nullptr;
#else
  void jump_in() { swapcontext(&outside_, &inside_); }
  void jump_out() { swapcontext(&inside_, &outside_); }
  ucontext_t inside_;
  ucontext_t outside_;
#endif
  static inline fiber* running = nullptr;
  function function_ = nullptr;
  void* argument_ = nullptr;
  char* stack_ = nullptr;
#if BSR_TEST_ASAN
  const void* below_ = nullptr;
  std::size_t below_size_ = 0;
#endif
};

}  // namespace bsr_test::emulator
