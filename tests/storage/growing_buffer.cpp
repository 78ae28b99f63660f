// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/storage/growing_buffer.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>

namespace {

TEST_CASE("growing_buffer: keeps what it holds and moves rarely", "[storage]") {
  bsr::storage_detail::growing_buffer<int> x;
  int moves = 0;
  const int* memory = x.data();
  bool kept = true;
  for (int k = 0; k < 10000; ++k) {
    x.reserve(k, 1);
    if (x.data() != memory) ++moves;
    memory = x.data();
    x[k] = k;
    kept &= x[0] == 0 && x[k / 2] == k / 2;
  }
  CHECK(kept);
  CHECK(moves <= 15);
  CHECK(x.capacity() < 20000);
}

TEST_CASE("growing_buffer: room that is there is used", "[storage]") {
  bsr::storage_detail::growing_buffer<double> x;
  x.reserve(0, 0);
  CHECK(x.capacity() == 0);
  x.reserve(0, 100);
  CHECK(x.capacity() == 100);
  const double* const memory = x.data();
  x.reserve(40, 60);
  CHECK(x.data() == memory);
  x.reserve(40, 61);
  CHECK(x.capacity() == 200);
  x.reserve(200, 1000);
  CHECK(x.capacity() == 1200);
}

}  // namespace
