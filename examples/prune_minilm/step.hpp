// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// A step of training a sparse layer, and the dense one.
#include <cstdint>

#include "encoder.hpp"

namespace minilm {

/// In microseconds.
struct step_times {
  double by_columns, by_rows;  ///< block-sparse, activations stored by columns and by rows
  double dense;
};

/// Forward, the gradients by weights, bias and inputs, Adam: of a layer with a tenth of its 16 x 16 blocks,
/// and of the dense one on the dense library. One thread; the best of some rounds in turn.
step_times race_steps(const linear& l, std::int64_t samples);

}  // namespace minilm
