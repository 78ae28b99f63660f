// SPDX-License-Identifier: BSD-3-Clause
#include <bsr/cuda.hpp>

using device_matrix = bsr::dense_matrix<float, bsr::row_major, bsr::device>;

void multiply(device_matrix& y, const bsr::matrix<float, 4, 4, std::int32_t, bsr::device>& w,
              const device_matrix& x) {
  y = relu(w * x);
}
