// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Operands for the refused expressions whose value is a sparse matrix. They are declared only: nothing here
// is linked.
#include "bsr/expr/sample.hpp"
#include "bsr/kernel/cpu/backend.hpp"
#include "bsr/product/evaluate.hpp"

extern bsr::matrix<float, 2> a, a2;
extern bsr::dense_matrix<float> x, y;
