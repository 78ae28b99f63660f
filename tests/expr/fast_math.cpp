// SPDX-License-Identifier: BSD-3-Clause
// flags: -ffast-math
// A part of a program that is compiled with -ffast-math: its code is other code to the linker.
#include "expr/fast_math.hpp"

#include "bsr/expr/assign.hpp"
#include "bsr/storage.hpp"
#include "support/definition.hpp"

#if !defined(__FAST_MATH__)
#error "this file tests a translation unit with -ffast-math"
#endif

namespace fast_math {

const char* target() { return bsr::target_name; }

void linear_layer(const bsr::dense_view<const float>& x, const bsr::matrix_view<const float, 2>& w,
                  const bsr::vector_view<const float>& bias, const bsr::dense_view<float>& y) {
  y.on(bsr_test::by_definition) = relu(x * transpose(w) + bsr::per_col(bias));
}

}  // namespace fast_math
