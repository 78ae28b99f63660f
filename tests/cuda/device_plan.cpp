// SPDX-License-Identifier: BSD-3-Clause
// Products with a plan, on the emulated device: they take tensor cores where those fit, and give what the CPU
// gives.
#include "bsr/kernel/cuda/device_plan.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cstdint>
#include <vector>

#include "bsr/bsr.hpp"
#include "bsr/cuda.hpp"
#include "cuda/emulated_runtime.hpp"
#include "support/random.hpp"

using bsr::device;
using bsr::host;
using bsr::relu;
using bsr::transpose;
using bsr_test::emulated_device;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

template <class T, class Layout = bsr::row_major>
static bsr::dense_matrix<T, Layout> small_dense(bsr_test::random& rng, std::int64_t rows, std::int64_t cols) {
  bsr::dense_matrix<T, Layout> x(rows, cols);
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t j = 0; j < cols; ++j) x(i, j) = T(rng.between(-4, 4));
  return x;
}
/// Small integers: every order of sums gives the same.
template <class T, int R, int C>
static auto small_sparse(bsr_test::random& rng, bsr::dims shape) {
  return bsr_test::random_matrix<T, R, C>(
      rng, shape, {.density = 0.5, .duplicates = 0.1, .values = bsr_test::numbers::small_integers});
}
template <class X, class Y>
static bool same(const X& x, const Y& y) {
  bool equal = x.rows() == y.rows() && x.cols() == y.cols();
  for (std::int64_t i = 0; equal && i < x.rows(); ++i)
    for (std::int64_t j = 0; j < x.cols(); ++j) equal = equal && double(x(i, j)) == double(y(i, j));
  return equal;
}
/// How many products have run on tensor cores since the last time.
static int tensor_cores() {
  auto& calls = emulated_device::get().calls;
  const int count = calls["tensor cores"];
  calls.clear();
  return count;
}

/// relu(2 a b + 3 c) with a plan for `planned` columns and b of 40.
template <class T, class Result, int R, int C, class LayoutB, class LayoutC>
static void check_plan(bool expected, std::int64_t planned, const bsr::cuda& policy = {}) {
  bsr_test::random rng(R + C);
  const auto a = small_sparse<T, R, C>(rng, {2 * R + R / 2, 4 * C - C / 4});
  const auto b = small_dense<T, LayoutB>(rng, a.cols(), 40);
  auto c = small_dense<Result, LayoutC>(rng, a.rows(), 40);
  const auto ad = bsr::copy_to<device>(a);
  const auto bd = bsr::copy_to<device>(b);
  const auto like = bsr::copy_to<device>(small_dense<T, LayoutB>(rng, a.cols(), planned));
  auto cd = bsr::copy_to<device>(c);
  auto p = plan(policy, ad * like);
  tensor_cores();
  cd.on(p) = relu(2 * ad * bd + 3 * cd);
  c = relu(2 * a * b + 3 * c);
  CHECK(emulated_device::get().calls["spmm"] == 1);
  CHECK(emulated_device::get().calls["allocate"] == 0);
  CHECK((tensor_cores() > 0) == expected);
  CHECK(same(bsr::copy_to<host>(cd), c));
}

TEST_CASE("plans take tensor cores for blocks of 16, 32, 64 and 128 rows") {
  using row = bsr::row_major;
  using col = bsr::col_major;
  check_plan<bsr::bfloat16, float, 16, 16, row, row>(true, 40);
  check_plan<bsr::float16, float, 32, 32, col, row>(true, 40);
  check_plan<bsr::bfloat16, float, 64, 64, row, col>(true, 64);
  check_plan<std::int8_t, std::int32_t, 32, 64, row, row>(true, 16);
  check_plan<double, double, 16, 16, col, col>(true, 40);
  check_plan<float, float, 16, 16, row, row>(true, 40, {.tf32 = true});
}

TEST_CASE("what tensor cores do not take has the plain form") {
  using row = bsr::row_major;
  check_plan<float, float, 16, 16, row, row>(false, 40);          // float keeps its bits
  check_plan<bsr::bfloat16, float, 16, 8, row, row>(false, 40);   // a piece of k is 16 elements
  check_plan<bsr::bfloat16, float, 24, 16, row, row>(false, 40);  // 24 rows
  check_plan<double, double, 3, 3, row, row>(false, 40);
  emulated_device::get().shared_bytes = 99 << 10;
  check_plan<bsr::bfloat16, float, 16, 16, row, row>(false, 40);
  emulated_device::get().shared_bytes = 163 << 10;
}

TEST_CASE("addresses that are no multiple of 16 bytes have the plain form") {
  bsr_test::random rng(1);
  const auto a = small_sparse<bsr::bfloat16, 16, 16>(rng, {48, 64});
  const auto ad = bsr::copy_to<device>(a);
  const auto b = small_dense<bsr::bfloat16>(rng, 64, 41);
  const auto bd = bsr::copy_to<device>(b);
  bsr::dense_matrix<float> c(48, 41);
  bsr::dense_matrix<float, bsr::row_major, device> cd(48, 41);
  auto p = plan(bsr::cuda{}, ad * bd);
  tensor_cores();
  cd.on(p) = ad * bd;
  CHECK(tensor_cores() == 0);
  c = a * b;
  CHECK(same(bsr::copy_to<host>(cd), c));
}

TEST_CASE("more columns than were planned are computed in several runs, biases with them") {
  bsr_test::random rng(2);
  const auto w = small_sparse<bsr::bfloat16, 16, 16>(rng, {40, 64});
  const auto x = small_dense<bsr::bfloat16>(rng, 520, 64);
  std::vector<float> rows(520);
  for (float& v : rows) v = float(rng.between(-4, 4));
  const auto wd = bsr::copy_to<device>(w);
  const auto xd = bsr::copy_to<device>(x);
  const auto few = bsr::copy_to<device>(small_dense<bsr::bfloat16>(rng, 8, 64));
  const auto rows_device = bsr::copy_to<device>(rows);
  bsr::dense_matrix<float> y(520, 40);
  bsr::dense_matrix<float, bsr::row_major, device> yd(520, 40);
  auto p = plan(bsr::cuda{}, few * transpose(wd));
  tensor_cores();
  // A row of x is a column of the kernel's B.
  yd.on(p, bsr::cuda{}) = xd * transpose(wd) + bsr::per_row(rows_device);
  CHECK(tensor_cores() == 3);
  y = x * transpose(w) + bsr::per_row(rows);
  CHECK(same(bsr::copy_to<host>(yd), y));
}

TEST_CASE("a plan follows its structure and refuses another one") {
  bsr_test::random rng(3);
  const auto a = small_sparse<bsr::bfloat16, 16, 16>(rng, {48, 64});
  auto ad = bsr::copy_to<device>(a);
  const auto b = small_dense<bsr::bfloat16>(rng, 64, 16);
  const auto bd = bsr::copy_to<device>(b);
  bsr::dense_matrix<float> c(48, 16);
  bsr::dense_matrix<float, bsr::row_major, device> cd(48, 16);
  auto p = plan(bsr::cuda{}, ad * bd);
  const auto other = small_sparse<bsr::bfloat16, 16, 16>(rng, {48, 64});
  ad = bsr::copy_to<device>(other);
  CHECK_THROWS_AS(cd.on(p) = ad * bd, bsr::shape_error);
  p.update(ad);
  cd.on(p) = ad * bd;
  c = other * b;
  CHECK(same(bsr::copy_to<host>(cd), c));

  bsr::matrix<bsr::bfloat16, 16> wrong(a);
  wrong.indices()[1] = 4;
  const auto wrong_device = bsr::copy_to<device>(wrong);
  CHECK_THROWS_MATCHES(
      plan(bsr::cuda{}, wrong_device * bd), bsr::format_error,
      MessageMatches(ContainsSubstring("block 1 is in block column 4, and there are 4 of them")));
  emulated_device::get().failing = "limits";
  CHECK_THROWS_AS(plan(bsr::cuda{}, ad * bd), bsr::device_error);
  emulated_device::get().failing.clear();
}

TEST_CASE("a plan of a product with a vector, and of a matrix without rows") {
  bsr_test::random rng(4);
  const auto a = small_sparse<float, 4, 4>(rng, {20, 24});
  const auto ad = bsr::copy_to<device>(a);
  std::vector<float> v(24, 2);
  const auto vd = bsr::copy_to<device>(v);
  bsr::device_vector<float> ud(20);
  std::vector<float> u(20);
  auto p = plan(bsr::cuda{}, ad * vd);
  ud.on(p) = ad * vd;
  bsr::view(u) = a * v;
  const auto back = bsr::copy_to<host>(ud);
  CHECK(std::equal(back.begin(), back.end(), u.begin(), u.end()));

  const bsr::matrix<bsr::bfloat16, 16> none({0, 32}, {}, {}, {0});
  const auto none_device = bsr::copy_to<device>(none);
  const auto bd = bsr::copy_to<device>(small_dense<bsr::bfloat16>(rng, 32, 8));
  bsr::dense_matrix<float, bsr::row_major, device> cd(0, 8);
  auto q = plan(bsr::cuda{}, none_device * bd);
  cd.on(q) = none_device * bd;
}
