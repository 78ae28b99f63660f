// SPDX-License-Identifier: BSD-3-Clause
// [layer]
// layer.cpp: compiled once for each instruction set, with another name for LAYER
#include <bsr/bsr.hpp>

void LAYER(bsr::matrix_view<const float> w, bsr::dense_view<const float> x, bsr::dense_view<float> y) {
  y = relu(x * transpose(w));
}
// [layer]
