// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Sizes and index types of matrices that are made of others.
#include <cstdint>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// x * y, both sizes; shape_error when there is no such number. `what` is a plural: "rows".
BSR_INLINE std::int64_t size_product(const char* who, std::int64_t x, std::int64_t y, const char* what) {
  std::int64_t result = 0;
  if (__builtin_mul_overflow(x, y, &result))
    fail<shape_error>("bsr: ", who, ": ", x, " times ", y, " ", what, " are more than can be counted.");
  return result;
}

/// x + y, both sizes; shape_error when there is no such number. `what` is a plural: "rows".
BSR_INLINE std::int64_t size_sum(const char* who, std::int64_t x, std::int64_t y, const char* what) {
  std::int64_t result = 0;
  if (__builtin_add_overflow(x, y, &result))
    fail<shape_error>("bsr: ", who, ": ", x, " and ", y, " ", what, " are more than can be counted.");
  return result;
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
