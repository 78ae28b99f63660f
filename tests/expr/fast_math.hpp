// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What tests/expr/fast_math.cpp, compiled with -ffast-math, shows to the others. Views are the same types
// there.
#include "bsr/storage.hpp"

namespace fast_math {

const char* target();
/// y = relu(x * transpose(w) + per_col(bias))
void linear_layer(const bsr::dense_view<const float>& x, const bsr::matrix_view<const float, 2>& w,
                  const bsr::vector_view<const float>& bias, const bsr::dense_view<float>& y);

}  // namespace fast_math
