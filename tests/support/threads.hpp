// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// With how many threads results must be the same.
#include "bsr/base/target.hpp"

namespace bsr_test {

#if BSR_HAS_OPENMP
inline constexpr int most_threads = 3;
#else
inline constexpr int most_threads = 1;
#endif

}  // namespace bsr_test
