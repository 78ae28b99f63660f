// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What tests/expr/no_exceptions.cpp, compiled with -fno-exceptions, shows to the others. Views are the same
// types there.
#include "bsr/storage.hpp"

namespace no_exceptions {

const char* target();
/// y = 2 * a * x
void multiply(const bsr::matrix_view<const float, 2>& a, const bsr::dense_view<const float>& x,
              const bsr::dense_view<float>& y);
/// What the hook is told when this does not fit; "" when it does.
const char* sentence_of_a_mismatch(const bsr::matrix_view<const float, 2>& a,
                                   const bsr::dense_view<const float>& x, const bsr::dense_view<float>& y);

}  // namespace no_exceptions
