// SPDX-License-Identifier: BSD-3-Clause
// The grammar with operands in device memory, on the emulated device, beside the same expressions on the CPU.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cstdint>
#include <vector>

#include "bsr/bsr.hpp"
#include "bsr/cuda.hpp"
#include "cuda/emulated_runtime.hpp"
#include "cuda/small.hpp"
#include "support/bounds.hpp"
#include "support/random.hpp"

using bsr::device;
using bsr::gelu;
using bsr::host;
using bsr::relu;
using bsr::silu;
using bsr::transpose;
using bsr_test::emulated_device;
using bsr_test::small_dense;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

template <class T, class L>
static std::vector<double> numbers(const bsr::dense_matrix<T, L>& x) {
  std::vector<double> result;
  for (std::int64_t i = 0; i < x.rows(); ++i)
    for (std::int64_t j = 0; j < x.cols(); ++j) result.push_back(double(x(i, j)));
  return result;
}
template <class T>
static std::vector<double> numbers(const bsr::buffer<T>& x) {
  return {x.begin(), x.end()};
}

/// Small integers: sums are exact in every type, so both must agree bit for bit.
template <class T, class Result, int R, int C, class Index, class LayoutB, class LayoutC>
static void check_products() {
  bsr_test::random rng(R + 7 * C);
  const auto a = bsr_test::random_matrix<T, R, C, Index>(rng, {R * 5 - R / 2, C * 6 - C / 3},
                                                         {.values = bsr_test::numbers::small_integers});
  const auto b = small_dense<T, LayoutB>(rng, a.cols(), 37);
  const auto d = small_dense<Result, LayoutC>(rng, a.rows(), 37);
  auto c = d;
  const auto on_device = bsr::copy_to<device>(a);
  const auto b_device = bsr::copy_to<device>(b);
  auto c_device = bsr::copy_to<device>(d);

  c = a * b;
  c_device = on_device * b_device;
  CHECK(numbers(bsr::copy_to<host>(c_device)) == numbers(c));

  c = relu(2 * a * b + 3 * d);
  c_device = bsr::copy_to<device>(d);
  c_device = relu(2 * on_device * b_device + 3 * c_device);
  CHECK(numbers(bsr::copy_to<host>(c_device)) == numbers(c));
}

TEST_CASE("products in device memory are those in host memory") {
  check_products<float, float, 3, 3, std::int32_t, bsr::row_major, bsr::row_major>();
  check_products<float, float, 16, 16, std::int64_t, bsr::col_major, bsr::row_major>();
  check_products<double, double, 5, 7, std::int32_t, bsr::row_major, bsr::col_major>();
  check_products<bsr::bfloat16, float, 16, 8, std::int32_t, bsr::row_major, bsr::row_major>();
  check_products<bsr::float16, float, 4, 4, std::int32_t, bsr::col_major, bsr::col_major>();
  check_products<std::int8_t, std::int32_t, 8, 8, std::int32_t, bsr::row_major, bsr::row_major>();
}

TEST_CASE("products from the right, vectors and biases") {
  bsr_test::random rng(9);
  const auto w =
      bsr_test::random_matrix<float, 4, 4>(rng, {20, 24}, {.values = bsr_test::numbers::small_integers});
  const auto x = small_dense<float>(rng, 7, 24);
  bsr::dense_matrix<float> y(7, 20);
  std::vector<float> bias(20), v(24), u(20);
  for (float& f : bias) f = float(rng.between(-3, 3));
  for (float& f : v) f = float(rng.between(-3, 3));
  const auto w_device = bsr::copy_to<device>(w);
  const auto x_device = bsr::copy_to<device>(x);
  const auto bias_device = bsr::copy_to<device>(bias);
  const auto v_device = bsr::copy_to<device>(v);
  bsr::dense_matrix<float, bsr::row_major, device> y_device(7, 20);
  bsr::device_vector<float> u_device(20);

  y = relu(x * transpose(w) + bsr::per_col(bias));
  y_device = relu(x_device * transpose(w_device) + bsr::per_col(bias_device));
  CHECK(numbers(bsr::copy_to<host>(y_device)) == numbers(y));

  bsr::view(u) = w * v + bsr::view(bias);
  u_device = w_device * v_device + bias_device;
  CHECK(numbers(bsr::copy_to<host>(u_device)) == std::vector<double>(u.begin(), u.end()));

  bsr::spmm(bsr::cuda{}, 1.0, w_device, transpose(x_device.view()), 0.0, transpose(y_device.view()));
  y = x * transpose(w);
  CHECK(numbers(bsr::copy_to<host>(y_device)) == numbers(y));
}

TEST_CASE("gelu and silu on the device") {
  bsr_test::random rng(10);
  const auto w = bsr_test::random_matrix<float, 4, 4>(rng, {20, 24});
  const auto x = small_dense<float>(rng, 24, 5);
  bsr::dense_matrix<float> y(20, 5);
  bsr::dense_matrix<float, bsr::row_major, device> y_device(20, 5);
  const auto near = [&] {
    const auto found = bsr::copy_to<host>(y_device);
    for (std::int64_t i = 0; i < 20; ++i)
      for (std::int64_t j = 0; j < 5; ++j)
        // Both are within 2 (k + 8) roundings of sums of 24 products below 4 in size, with slopes up to 1.2.
        CHECK(std::abs(found(i, j) - y(i, j)) <= 2 * 1.2f * 24 * 4 * 32 * 0x1p-24f);
  };
  y = gelu(w * x);
  y_device = gelu(bsr::copy_to<device>(w).view() * bsr::copy_to<device>(x).view());
  near();
  y = silu(w * x);
  y_device = silu(bsr::copy_to<device>(w).view() * bsr::copy_to<device>(x).view());
  near();
}

TEST_CASE("a product is given to its stream, allocates nothing and waits for nothing") {
  bsr_test::random rng(11);
  const auto w = bsr::copy_to<device>(bsr_test::random_matrix<float, 4, 4>(rng, {20, 24}));
  const auto x = bsr::copy_to<device>(small_dense<float>(rng, 24, 5));
  bsr::dense_matrix<float, bsr::row_major, device> y(20, 5);
  int some = 0;
  auto* const stream = reinterpret_cast<CUstream_st*>(&some);
  emulated_device& d = emulated_device::get();
  d.calls.clear();
  y.on(bsr::cuda{.stream = stream}) = w * x;
  CHECK(d.stream == stream);
  CHECK(d.calls == std::map<std::string, int>{{"spmm", 1}});
  CHECK(bsr::cuda::available());
  bsr::cuda::synchronize();
}

TEST_CASE("owners in device memory copy, move and give back") {
  emulated_device& d = emulated_device::get();
  const auto before = d.memory.size();
  {
    bsr_test::random rng(12);
    const auto a = bsr_test::random_matrix<double, 2, 3>(rng, {20, 24});
    const auto a_device = bsr::copy_to<device>(a);
    auto copied = a_device;
    auto moved = std::move(copied);
    const auto back = bsr::copy_to<host>(moved);
    CHECK(std::equal(back.data().begin(), back.data().end(), a.data().begin(), a.data().end()));
    CHECK(std::equal(back.indices().begin(), back.indices().end(), a.indices().begin(), a.indices().end()));
    CHECK(std::equal(back.indptr().begin(), back.indptr().end(), a.indptr().begin(), a.indptr().end()));
    CHECK(d.memory.size() == before + 6);
    const bsr::matrix<float, 2> none;
    CHECK(bsr::copy_to<host>(bsr::copy_to<device>(none)).rows() == 0);
    bsr::dense_matrix<float, bsr::row_major, device> zeros(3, 4);
    CHECK(numbers(bsr::copy_to<host>(zeros)) == std::vector<double>(12, 0.0));
    // Part of a matrix, row by row.
    const auto x = small_dense<float>(rng, 6, 8);
    const auto part = bsr::copy_to<device>(bsr::view(x).block(1, 2, 3, 4));
    const auto part_back = bsr::copy_to<host>(part);
    for (int i = 0; i < 3; ++i)
      for (int j = 0; j < 4; ++j) CHECK(part_back(i, j) == x(i + 1, j + 2));
    std::vector<float> v{1, 2, 3, 4, 5, 6};
    const auto third = bsr::copy_to<device>(bsr::vector_view<const float>(v.data(), 2, 3));
    CHECK(numbers(bsr::copy_to<host>(third)) == std::vector<double>{1, 4});
  }
  CHECK(d.memory.size() == before);
}

TEST_CASE("a device that refuses is an error that says what and why") {
  bsr_test::random rng(13);
  emulated_device& d = emulated_device::get();
  const auto w = bsr::copy_to<device>(bsr_test::random_matrix<float, 4, 4>(rng, {20, 24}));
  const auto x = bsr::copy_to<device>(small_dense<float>(rng, 24, 5));
  bsr::dense_matrix<float, bsr::row_major, device> y(20, 5);
  const auto before = d.memory.size();
  d.failing = "spmm";
  CHECK_THROWS_MATCHES(
      y = w * x, bsr::device_error,
      MessageMatches(ContainsSubstring("c = a * b on the device: a is 20x24, b is 24x5, c is 20x5: "
                                       "spmm failed with 2 (as the test wants it).")));
  d.failing = "allocate";
  CHECK_THROWS_MATCHES((bsr::dense_matrix<float, bsr::row_major, device>(3, 4)), bsr::device_error,
                       MessageMatches(ContainsSubstring("device memory of 48 bytes: allocate failed")));
  d.failing = "copy";
  try {
    (void)bsr::copy_to<host>(x);
    FAIL("no error");
  } catch (const bsr::device_error& e) {
    CHECK(e.code == 2);
    CHECK_THAT(e.what(), ContainsSubstring("copy_to: 480 bytes"));
  }
  d.failing = "count";
  CHECK_FALSE(bsr::cuda::available());
  d.failing.clear();
  CHECK(d.memory.size() == before);
  CHECK_THROWS_AS(y = w * y, bsr::shape_error);
  CHECK_THROWS_AS((y = relu(relu(relu(relu(relu(relu(relu(w * x)))))))), bsr::error);
}
