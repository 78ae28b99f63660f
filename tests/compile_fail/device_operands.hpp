// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Operands in device memory for the refused expressions.
#include "bsr/cuda.hpp"
#include "operands.hpp"

extern bsr::matrix<float, 2, 2, std::int32_t, bsr::device> ad;
extern bsr::dense_matrix<float, bsr::row_major, bsr::device> xd, yd;
extern bsr::dense_matrix<double, bsr::row_major, bsr::device> yd64;
extern bsr::device_vector<float> ud;

inline float twice(float v) { return 2 * v; }
