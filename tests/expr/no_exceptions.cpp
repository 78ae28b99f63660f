// SPDX-License-Identifier: BSD-3-Clause
// flags: -fno-exceptions
// A part of a program that is compiled without exceptions: products work, and errors reach the program's
// hook.
#include "expr/no_exceptions.hpp"

#include <csetjmp>
#include <cstring>

#include "bsr/expr/assign.hpp"
#include "bsr/storage.hpp"
#include "support/definition.hpp"

#if defined(__cpp_exceptions)
#error "this file tests a translation unit without exceptions"
#endif

namespace {

std::jmp_buf after_the_error;
char sentence[256];

}  // namespace

namespace bsr::inline v0 {

[[noreturn]] void error_hook(const char* what) {
  std::strncpy(sentence, what, sizeof sentence - 1);
  std::longjmp(after_the_error, 1);
}

}  // namespace bsr::inline v0

namespace no_exceptions {

const char* target() { return bsr::target_name; }

void multiply(const bsr::matrix_view<const float, 2>& a, const bsr::dense_view<const float>& x,
              const bsr::dense_view<float>& y) {
  y.on(bsr_test::by_definition) = 2 * a * x;
}

const char* sentence_of_a_mismatch(const bsr::matrix_view<const float, 2>& a,
                                   const bsr::dense_view<const float>& x, const bsr::dense_view<float>& y) {
  sentence[0] = '\0';
  if (setjmp(after_the_error) == 0) multiply(a, x, y);
  return sentence;
}

}  // namespace no_exceptions
