// SPDX-License-Identifier: BSD-3-Clause
// prune_linear_layer FILE: keeps the blocks with the largest norms of a trained layer and runs it on them
// alone.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <vector>

#include "bsr/bsr.hpp"
#include "bsr/safetensors.hpp"

constexpr int R = 16;

double norm(const bsr::dense_matrix<float>& w, std::int64_t i, std::int64_t j) {
  double sum = 0;
  for (int r = 0; r < R; ++r)
    for (int c = 0; c < R; ++c) sum += double(w(i * R + r, j * R + c)) * double(w(i * R + r, j * R + c));
  return sum;
}

int main(int argc, char** argv) try {
  if (argc != 2) return 2;
  const bsr::io::safetensors_reader model(argv[1]);
  const auto w = model.load<float>("encoder.layer.0.intermediate.dense.weight");
  const auto bias = model.load_vector<float>("encoder.layer.0.intermediate.dense.bias");

  // The norm that one block in ten reaches.
  std::vector<double> norms;
  for (std::int64_t i = 0; i < w.rows() / R; ++i)
    for (std::int64_t j = 0; j < w.cols() / R; ++j) norms.push_back(norm(w, i, j));
  const auto kept = norms.size() / 10;
  std::nth_element(norms.begin(), norms.begin() + std::ptrdiff_t(kept) - 1, norms.end(), std::greater<>());
  const double threshold = norms[kept - 1];

  bsr::builder<float, R> blocks(w.shape());
  for (std::int64_t i = 0; i < w.rows() / R; ++i)
    for (std::int64_t j = 0; j < w.cols() / R; ++j)
      if (norm(w, i, j) >= threshold) blocks.add_block(i, j, w.view().block(i * R, j * R, R, R));
  const bsr::matrix<float, R> pruned = blocks.build();

  // 128 rows of activations through the layer: one kernel, no temporary.
  bsr::dense_matrix<float> x(128, w.cols()), y(128, w.rows());
  for (std::int64_t i = 0; i < x.rows(); ++i)
    for (std::int64_t j = 0; j < x.cols(); ++j) x(i, j) = float((7 * i + 3 * j) % 11 - 5) / 5;
  y = gelu(x * transpose(pruned) + bsr::per_col(bias));

  std::printf("%lld x %lld: %lld of %zu blocks kept\n", static_cast<long long>(w.rows()),
              static_cast<long long>(w.cols()), static_cast<long long>(pruned.num_blocks()), norms.size());
  std::printf("y is %lld x %lld\n", static_cast<long long>(y.rows()), static_cast<long long>(y.cols()));
} catch (const std::exception& problem) {
  std::puts(problem.what());
  return 1;
}
// Prints:
//   256 x 192: 19 of 192 blocks kept
//   y is 128 x 256
