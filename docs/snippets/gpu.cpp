// SPDX-License-Identifier: BSD-3-Clause
// The code of docs/guide/gpu.md, on the emulated device of the tests.
#include <bsr/bsr.hpp>
#include <bsr/cuda.hpp>
#include <catch2/catch_test_macros.hpp>
#include <vector>

TEST_CASE("gpu: a layer in device memory") {
  const bsr::matrix<float, 2> w({4, 4}, {1, 2, 3, 4, 5, 6, 7, 8}, {0, 1}, {0, 1, 2});
  bsr::dense_matrix<float> x(3, 4);
  for (int j = 0; j < 4; ++j) x(1, j) = 1;
  const std::vector<float> bias = {-5, 0, 0, 0};
  CUstream_st* const stream = nullptr;
  // [layer]
  const auto wd = bsr::copy_to<bsr::device>(w);     // a bsr::matrix in device memory
  const auto xd = bsr::copy_to<bsr::device>(x);     // a bsr::dense_matrix there
  const auto bd = bsr::copy_to<bsr::device>(bias);  // a bsr::device_vector
  bsr::dense_matrix<float, bsr::row_major, bsr::device> yd(3, 4);

  yd = relu(xd * transpose(wd) + bsr::per_col(bd));                                  // the default stream
  yd.on(bsr::cuda{.stream = stream}) = relu(xd * transpose(wd) + bsr::per_col(bd));  // a cudaStream_t

  const auto y = bsr::copy_to<bsr::host>(yd);
  // [layer]
  CHECK(y(1, 0) == 0);
  CHECK(y(1, 1) == 7);
  CHECK(y(1, 3) == 15);
  CHECK(y(0, 2) == 0);

  // [plan]
  auto p = plan(bsr::cuda{}, xd * transpose(wd));  // reads the index arrays of wd once
  yd.on(p) = relu(xd * transpose(wd) + bsr::per_col(bd));
  yd.on(p, bsr::cuda{.stream = stream}) = xd * transpose(wd);
  // [plan]
  CHECK(bsr::copy_to<bsr::host>(yd)(1, 1) == 7);
  // [available]
  if (!bsr::cuda::available()) return;  // no driver, or no device
  // [available]
}
