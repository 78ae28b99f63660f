// SPDX-License-Identifier: BSD-3-Clause
// prune_linear_layer FILE: keeps the blocks with the largest norms of a trained layer and runs it on them
// alone.
#include <cstdio>
#include <exception>

#include "bsr/bsr.hpp"
#include "bsr/prune.hpp"
#include "bsr/safetensors.hpp"

int main(int argc, char** argv) try {
  if (argc != 2) return 2;
  const bsr::io::safetensors_reader model(argv[1]);
  const auto w = model.load<float>("encoder.layer.0.intermediate.dense.weight");
  const auto bias = model.load_vector<float>("encoder.layer.0.intermediate.dense.bias");

  // The tenth of the 16 x 16 blocks that has the largest norms.
  const auto pruned = bsr::prune::to_bsr<16>(w, bsr::prune::keep_density{0.1});

  // 128 rows of activations through the layer: one kernel, no temporary.
  bsr::dense_matrix<float> x(128, w.cols()), y(128, w.rows());
  for (std::int64_t i = 0; i < x.rows(); ++i)
    for (std::int64_t j = 0; j < x.cols(); ++j) x(i, j) = float((7 * i + 3 * j) % 11 - 5) / 5;
  y = gelu(x * transpose(pruned) + bsr::per_col(bias));

  std::printf("%lld x %lld: %lld of %lld blocks kept\n", static_cast<long long>(w.rows()),
              static_cast<long long>(w.cols()), static_cast<long long>(pruned.num_blocks()),
              static_cast<long long>(pruned.block_rows() * pruned.block_cols()));
  std::printf("y is %lld x %lld\n", static_cast<long long>(y.rows()), static_cast<long long>(y.cols()));
} catch (const std::exception& problem) {
  std::puts(problem.what());
  return 1;
}
// Prints:
//   256 x 192: 20 of 192 blocks kept
//   y is 128 x 256
