// SPDX-License-Identifier: BSD-3-Clause
// With a GPU the product is right; without one the error says so.
#include <bsr/cuda.hpp>
#include <cstdio>
#include <cstring>

using device_matrix = bsr::dense_matrix<float, bsr::row_major, bsr::device>;

void multiply(device_matrix& y, const bsr::matrix<float, 4, 4, std::int32_t, bsr::device>& w,
              const device_matrix& x);

int main() {
  bsr::matrix<float, 4> w({8, 8}, bsr::buffer<float>(32), {0, 1}, {0, 1, 2});
  for (int k = 0; k < 2; ++k)
    for (int i = 0; i < 4; ++i) w.data()[static_cast<std::size_t>(16 * k + 5 * i)] = k == 0 ? 1.0f : -1.0f;
  bsr::dense_matrix<float> x(8, 3);
  for (int i = 0; i < 8; ++i)
    for (int j = 0; j < 3; ++j) x(i, j) = static_cast<float>(1 + i + j);
  if (!bsr::cuda::available()) {
    try {
      (void)bsr::copy_to<bsr::device>(x);
    } catch (const bsr::device_error& e) {
      std::puts(e.what());
      return e.code != 0 && std::strstr(e.what(), "bsr: device memory of 96 bytes: cudaMallocAsync failed")
                 ? 0
                 : 1;
    }
    return 1;
  }
  const auto wd = bsr::copy_to<bsr::device>(w);
  const auto xd = bsr::copy_to<bsr::device>(x);
  device_matrix yd(8, 3);
  multiply(yd, wd, xd);
  const auto y = bsr::copy_to<bsr::host>(yd);
  for (int i = 0; i < 8; ++i)
    for (int j = 0; j < 3; ++j)
      if (y(i, j) != (i < 4 ? x(i, j) : 0.0f)) return 1;
  return 0;
}
