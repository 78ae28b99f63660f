// SPDX-License-Identifier: BSD-3-Clause
// Sampled products with operands in device memory, on the emulated device, beside the same expressions on the
// CPU.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cstdint>

#include "bsr/bsr.hpp"
#include "bsr/cuda.hpp"
#include "cuda/emulated_runtime.hpp"
#include "cuda/small.hpp"
#include "support/random.hpp"

using bsr::device;
using bsr::host;
using bsr::transpose;
using bsr_test::emulated_device;
using bsr_test::small_dense;
using bsr_test::tensor_cores;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

template <class A, class B>
static bool same_data(const A& x, const B& y) {
  return std::equal(x.data().begin(), x.data().end(), y.data().begin(), y.data().end(),
                    [](auto p, auto q) { return double(p) == double(q); });
}

/// Small integers: both give the same bits. `expected`: how many of the three run on tensor cores.
template <class T, class Result, int R, int C, class Index>
static void check_samples(int expected) {
  bsr_test::random rng(R + C);
  auto s = bsr_test::random_matrix<Result, R, C, Index>(
      rng, {4 * R - R / 2, 5 * C - C / 3}, {.density = 0.5, .values = bsr_test::numbers::small_integers});
  const auto x = small_dense<T>(rng, s.rows(), 40);
  const auto q = small_dense<T>(rng, s.cols(), 40);
  const auto y = small_dense<T>(rng, 40, s.cols());
  const auto z = small_dense<T>(rng, 40, s.rows());
  auto sd = bsr::copy_to<device>(s);
  const auto xd = bsr::copy_to<device>(x);
  const auto qd = bsr::copy_to<device>(q);
  const auto yd = bsr::copy_to<device>(y);
  const auto zd = bsr::copy_to<device>(z);
  emulated_device::get().calls.clear();
  s = sddmm(s, x, transpose(q));
  sd = sddmm(sd, xd, transpose(qd));
  CHECK(emulated_device::get().calls["sddmm"] == 1);
  CHECK(emulated_device::get().calls["allocate"] == 0);
  int cores = tensor_cores();
  CHECK(same_data(bsr::copy_to<host>(sd), s));
  s += 2 * sddmm(s, x, y);
  sd.on(bsr::cuda{}) += 2 * sddmm(sd, xd, yd);
  cores += tensor_cores();
  CHECK(same_data(bsr::copy_to<host>(sd), s));
  s = sddmm(s, transpose(z), y);
  sd = sddmm(sd, transpose(zd), yd);
  CHECK(cores + tensor_cores() == expected);
  CHECK(same_data(bsr::copy_to<host>(sd), s));
}
TEST_CASE("samples on the device give the numbers of the CPU") {
  check_samples<float, float, 3, 5, std::int32_t>(0);
  check_samples<float, float, 16, 16, std::int32_t>(0);  // float keeps its bits
  check_samples<double, double, 4, 4, std::int64_t>(0);
  check_samples<bsr::bfloat16, float, 16, 24, std::int32_t>(0);
  check_samples<bsr::bfloat16, float, 48, 16, std::int64_t>(1);  // y has 75 columns: no multiple of 16 bytes
  check_samples<bsr::bfloat16, float, 16, 48, std::int32_t>(3);
}

TEST_CASE("what a sample on the device refuses") {
  bsr_test::random rng(1);
  const auto s = bsr_test::random_matrix<float, 2, 2>(rng, {8, 8}, {.density = 0.5});
  auto sd = bsr::copy_to<device>(s);
  const auto other = bsr::copy_to<device>(s);
  const auto xd = bsr::copy_to<device>(small_dense<float>(rng, 8, 3));
  const auto yd = bsr::copy_to<device>(small_dense<float>(rng, 3, 8));
  CHECK_THROWS_MATCHES(
      sd = sddmm(other, xd, yd), bsr::shape_error,
      MessageMatches(ContainsSubstring("in device memory both must have the same index arrays")));
  CHECK_THROWS_AS(sd = sddmm(sd, yd, xd), bsr::shape_error);
  emulated_device::get().failing = "sddmm";
  CHECK_THROWS_MATCHES(
      sd = sddmm(sd, xd, yd), bsr::device_error,
      MessageMatches(ContainsSubstring("s = sddmm(p, x, y) on the device: x is 8x3, y is 3x8, s is 8x8")));
  emulated_device::get().failing.clear();
}
