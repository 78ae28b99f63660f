// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Which way a matrix is reduced.
#include "bsr/base/error.hpp"
#include "bsr/base/target.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// 0 (down the columns: one result for each column) or 1 (along the rows: one for each row), of the axes -2,
/// -1, 0, 1 that NumPy knows. Throws shape_error for another.
inline int check_axis(const char* who, int axis) {
  if (axis < -2 || axis > 1)
    fail<shape_error>("bsr: ", who, ": axis out of range: it is ", axis,
                      ", and a matrix has the axes 0 (or -2) and 1 (or -1).");
  return axis < 0 ? axis + 2 : axis;
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
