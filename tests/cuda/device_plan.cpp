// SPDX-License-Identifier: BSD-3-Clause
// Products with a plan, on the emulated device: they take tensor cores where those fit, and give what the CPU
// gives.
#include "bsr/kernel/cuda/device_plan.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cstdint>
#include <vector>

#include "bsr/bsr.hpp"
#include "bsr/cuda.hpp"
#include "cuda/emulated_runtime.hpp"
#include "cuda/small.hpp"
#include "support/random.hpp"

using bsr::device;
using bsr::host;
using bsr::relu;
using bsr::transpose;
using bsr_test::emulated_device;
using bsr_test::same;
using bsr_test::small_dense;
using bsr_test::tensor_cores;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

/// Small integers: every order of sums gives the same.
template <class T, int R, int C>
static auto small_sparse(bsr_test::random& rng, bsr::dims shape) {
  return bsr_test::random_matrix<T, R, C>(
      rng, shape, {.density = 0.5, .duplicates = 0.1, .values = bsr_test::numbers::small_integers});
}

/// relu(2 a b + 3 c) with a plan for `planned` columns and b of 40.
template <class T, class Result, int R, int C, class LayoutB, class LayoutC>
static void check_plan(bool expected, std::int64_t planned, const bsr::cuda& policy = {}) {
  CAPTURE(sizeof(T), R, C, planned);
  bsr_test::random rng(R + C);
  const auto a = small_sparse<T, R, C>(rng, {2 * R + R / 2, 4 * C - C / 2});
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
  CHECK(emulated_device::get().calls["synchronize"] == 0);
  CHECK(emulated_device::get().calls["copy"] == 0);
  CHECK((tensor_cores() > 0) == expected);
  CHECK(same(bsr::copy_to<host>(cd), c));
}

TEST_CASE("plans take tensor cores for blocks of 16, 32, 64 and 128 rows") {
  using row = bsr::row_major;
  using col = bsr::col_major;
  check_plan<bsr::bfloat16, float, 16, 16, col, row>(true, 40);
  check_plan<bsr::bfloat16, float, 64, 64, row, col>(true, 64);
  check_plan<bsr::bfloat16, float, 128, 64, row, row>(true, 16);
  check_plan<std::int8_t, std::int32_t, 32, 64, col, row>(true, 16);
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
  const auto b = small_dense<bsr::bfloat16, bsr::col_major>(rng, 64, 16);
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

/// The products of a transposed matrix, from both sides, and with a vector; `expected` of them on tensor
/// cores.
template <class T, class Result, int R, int C, class Index = std::int32_t>
static void check_transposed(int expected) {
  bsr_test::random rng(R + 3 * C);
  const auto a = bsr_test::random_matrix<T, R, C, Index>(
      rng, {5 * R - R / 2, 4 * C - C / 3},
      {.density = 0.5, .duplicates = 0.1, .values = bsr_test::numbers::small_integers});
  const auto b = small_dense<T>(rng, a.rows(), 40);
  const auto x = small_dense<T>(rng, 9, a.rows());
  std::vector<T> v(std::size_t(a.rows()), T(2));
  const auto ad = bsr::copy_to<device>(a);
  const auto bd = bsr::copy_to<device>(b);
  const auto xd = bsr::copy_to<device>(x);
  const auto vd = bsr::copy_to<device>(v);
  bsr::dense_matrix<Result> c(a.cols(), 40), y(9, a.cols());
  bsr::dense_matrix<Result, bsr::row_major, device> cd(a.cols(), 40), yd(9, a.cols());
  std::vector<Result> u(std::size_t(a.cols()));
  bsr::device_vector<Result> ud(a.cols());
  auto p = plan(bsr::cuda{}, transpose(ad) * bd);
  auto q = plan(bsr::cuda{}, xd * ad);
  auto r = plan(bsr::cuda{}, transpose(ad) * vd);
  emulated_device::get().calls.clear();
  cd.on(p) = relu(transpose(ad) * bd);
  yd.on(q) = 2 * xd * ad;
  ud.on(r) = transpose(ad) * vd;
  CHECK(emulated_device::get().calls["allocate"] == 0);
  CHECK(tensor_cores() == expected);
  c = relu(transpose(a) * b);
  y = 2 * x * a;
  bsr::view(u) = transpose(a) * v;
  CHECK(same(bsr::copy_to<host>(cd), c));
  CHECK(same(bsr::copy_to<host>(yd), y));
  const auto back = bsr::copy_to<host>(ud);
  CHECK(std::equal(back.begin(), back.end(), u.begin(), u.end()));
}
TEST_CASE("a transposed matrix finds its blocks by the index of a plan") {
  check_transposed<float, float, 3, 5>(0);
  check_transposed<bsr::bfloat16, float, 16, 16>(2);
  check_transposed<bsr::bfloat16, float, 32, 16, std::int64_t>(2);  // 16 rows of the transposed blocks
  check_transposed<double, double, 4, 4, std::int64_t>(0);
  check_transposed<std::int8_t, std::int32_t, 32, 32>(0);  // nothing transposes bytes
}

TEST_CASE("masked blocks are left out, by every form") {
  bsr_test::random rng(5);
  const auto a = small_sparse<bsr::bfloat16, 16, 16>(rng, {88, 96});
  const auto b = small_dense<bsr::bfloat16, bsr::col_major>(rng, 96, 24);
  const auto bt = small_dense<bsr::bfloat16>(rng, 88, 24);
  std::vector<unsigned char> gate(std::size_t(a.num_blocks()));
  for (auto& flag : gate) flag = rng.chance(0.5);
  const std::vector<unsigned char> active{1, 0, 1, 1, 0, 1};
  const auto ad = bsr::copy_to<device>(a);
  const auto bd = bsr::copy_to<device>(b);
  const auto btd = bsr::copy_to<device>(bt);
  const auto gated = bsr::copy_to<device>(gate);
  const auto actived = bsr::copy_to<device>(active);
  bsr::dense_matrix<float> c(88, 24), ct(96, 24);
  bsr::dense_matrix<float, bsr::row_major, device> cd(88, 24), ctd(96, 24);
  auto p = plan(bsr::cuda{}, ad * bd);
  auto q = plan(bsr::cuda{}, transpose(ad) * btd);
  tensor_cores();
  cd.on(p) = masked(ad, gated) * bd;
  CHECK(tensor_cores() == 1);
  c = masked(a, gate) * b;
  CHECK(same(bsr::copy_to<host>(cd), c));
  cd.on(p) = columns(ad, actived) * bd;
  CHECK(tensor_cores() == 1);
  c = columns(a, active) * b;
  CHECK(same(bsr::copy_to<host>(cd), c));
  cd = masked(ad, gated) * bd;
  CHECK(tensor_cores() == 0);
  c = masked(a, gate) * b;
  CHECK(same(bsr::copy_to<host>(cd), c));
  tensor_cores();
  ctd.on(q) = transpose(masked(ad, gated)) * btd;
  ct = transpose(masked(a, gate)) * bt;
  CHECK(same(bsr::copy_to<host>(ctd), ct));
  ctd.on(q) = transpose(columns(ad, actived)) * btd;
  CHECK(tensor_cores() == 2);
  ct = transpose(columns(a, active)) * bt;
  CHECK(same(bsr::copy_to<host>(ctd), ct));
}

/// A device with wgmma for as long as it lives.
struct hopper_device {
  hopper_device() { emulated_device::get().wgmma = true, emulated_device::get().shared_bytes = 227 << 10; }
  hopper_device(const hopper_device&) = delete;
  ~hopper_device() { emulated_device::get().wgmma = false, emulated_device::get().shared_bytes = 163 << 10; }
};
/// How many products have run by wgmma since the last time, and none by mma.
static int wgmma_only() {
  auto& calls = emulated_device::get().calls;
  const int count = calls["tensor cores"] == 0 ? calls["wgmma"] : -1;
  calls.clear();
  return count;
}

TEST_CASE("on sm_90a, plans for many columns and blocks of 64 or 128 rows take wgmma") {
  const hopper_device on;
  bsr_test::random rng(7);
  const auto a = small_sparse<bsr::bfloat16, 128, 64>(rng, {300, 328});
  const auto ad = bsr::copy_to<device>(a);
  const auto check = [&]<class Layout>(Layout, std::int64_t cols, bool expected, std::int64_t planned) {
    const auto b = small_dense<bsr::bfloat16, Layout>(rng, 328, cols);
    std::vector<float> bias(static_cast<std::size_t>(cols));
    for (float& v : bias) v = float(rng.between(-4, 4));
    const auto bd = bsr::copy_to<device>(b);
    const auto biasd = bsr::copy_to<device>(bias);
    const auto like = bsr::copy_to<device>(small_dense<bsr::bfloat16, Layout>(rng, 328, planned));
    bsr::dense_matrix<float> c(300, b.cols());
    bsr::dense_matrix<float, bsr::row_major, device> cd(300, b.cols());
    auto p = plan(bsr::cuda{}, ad * like);
    wgmma_only();
    cd.on(p) = relu(2 * ad * bd + bsr::per_col(biasd));
    CHECK(emulated_device::get().calls["allocate"] == 0);
    CHECK(emulated_device::get().calls["synchronize"] == 0);
    CHECK((wgmma_only() > 0) == expected);
    c = relu(2 * a * b + bsr::per_col(bias));
    CHECK(same(bsr::copy_to<host>(cd), c));
  };
  check(bsr::row_major(), 600, true, 600);
  check(bsr::col_major(), 600, true, 600);
  check(bsr::row_major(), 600, true, 136);  // three runs
  check(bsr::row_major(), 600, false, 128);
  check(bsr::row_major(), 599, false, 600);  // no multiple of 16 bytes: the plain form
}

TEST_CASE("on sm_90a, the transposed product, a mask, and what the engine refuses") {
  const hopper_device on;
  bsr_test::random rng(8);
  const auto a = small_sparse<bsr::bfloat16, 64, 64>(rng, {300, 200});
  const auto b = small_dense<bsr::bfloat16>(rng, 300, 136);
  std::vector<unsigned char> gate(std::size_t(a.num_blocks()));
  for (auto& flag : gate) flag = rng.chance(0.5);
  const auto ad = bsr::copy_to<device>(a);
  const auto bd = bsr::copy_to<device>(b);
  const auto gated = bsr::copy_to<device>(gate);
  bsr::dense_matrix<float> c(200, 136);
  bsr::dense_matrix<float, bsr::row_major, device> cd(200, 136);
  auto p = plan(bsr::cuda{}, transpose(ad) * bd);
  CHECK_THAT(p.explain(),
             ContainsSubstring("kernel spmm_wgmma, transposed index, tiles of 128x256, 1152 threads"));
  wgmma_only();
  cd.on(p) = transpose(masked(ad, gated)) * bd;
  CHECK(wgmma_only() == 1);
  c = transpose(masked(a, gate)) * b;
  CHECK(same(bsr::copy_to<host>(cd), c));
  emulated_device::get().failing = "slabs";
  CHECK_THROWS_AS(cd.on(p) = transpose(ad) * bd, bsr::device_error);
  emulated_device::get().failing.clear();
  // Nothing stored, or too little shared memory: the form of sm_80.
  const bsr::matrix<bsr::bfloat16, 64> none({64, 64}, {}, {}, {0, 0});
  const auto none_device = bsr::copy_to<device>(none);
  const auto x = bsr::copy_to<device>(small_dense<bsr::bfloat16>(rng, 64, 136));
  CHECK_THAT(plan(bsr::cuda{}, none_device * x).explain(), ContainsSubstring("kernel spmm_mma"));
  emulated_device::get().shared_bytes = 163 << 10;
  CHECK_THAT(plan(bsr::cuda{}, transpose(ad) * bd).explain(), ContainsSubstring("kernel spmm_mma"));
}

/// c = a b + bias on a device with wgmma; whether it was what the CPU gives.
template <class T, class Result, int R, int C, class Layout>
static bool right_on_hopper(int expected, std::int64_t cols, const char* kernel,
                            const bsr::cuda& policy = {}) {
  CAPTURE(kernel);
  bsr_test::random rng(9);
  const auto a = small_sparse<T, R, C>(rng, {3 * R - 20, 3 * C - 48});
  const auto b = small_dense<T, Layout>(rng, a.cols(), cols);
  std::vector<Result> bias(static_cast<std::size_t>(cols));
  for (Result& v : bias) v = Result(rng.between(-4, 4));
  const auto ad = bsr::copy_to<device>(a);
  const auto bd = bsr::copy_to<device>(b);
  const auto biasd = bsr::copy_to<device>(bias);
  bsr::dense_matrix<Result> c(a.rows(), cols);
  bsr::dense_matrix<Result, bsr::row_major, device> cd(a.rows(), cols);
  auto p = plan(policy, ad * bd);
  CHECK_THAT(p.explain(), ContainsSubstring(std::string("kernel ") + kernel + ","));
  wgmma_only();
  cd.on(p) = relu(3 * ad * bd + bsr::per_col(biasd));
  CHECK(wgmma_only() == expected);
  c = relu(3 * a * b + bsr::per_col(bias));
  return same(bsr::copy_to<host>(cd), c);
}

TEST_CASE("on sm_90a, int8 takes wgmma where both factors lie along k") {
  const hopper_device on;
  using T = std::int8_t;
  CHECK(right_on_hopper<T, std::int32_t, 64, 128, bsr::col_major>(1, 136, "spmm_wgmma"));
  CHECK(right_on_hopper<T, std::int32_t, 32, 128, bsr::col_major>(-1, 136, "spmm_mma"));
  // The block-sparse factor on the right: the other one lies along k by rows. Nothing transposes bytes.
  bsr_test::random rng(10);
  const auto w = bsr::copy_to<device>(small_sparse<T, 64, 128>(rng, {130, 304}));
  const auto x = bsr::copy_to<device>(small_dense<T>(rng, 140, 304));
  const auto y = bsr::copy_to<device>(small_dense<T>(rng, 140, 130));
  const auto by_rows = bsr::copy_to<device>(small_dense<T>(rng, 304, 144));
  CHECK_THAT(plan(bsr::cuda{}, w * by_rows).explain(), ContainsSubstring("kernel spmm_mma,"));
  CHECK_THAT(plan(bsr::cuda{}, x * transpose(w)).explain(), ContainsSubstring("kernel spmm_wgmma,"));
  CHECK_THAT(plan(bsr::cuda{}, y * w).explain(), ContainsSubstring("kernel spmm_plain,"));
}

TEST_CASE("on sm_90a, float takes wgmma where both factors lie along k, and it may become tf32") {
  const hopper_device on;
  CHECK(right_on_hopper<float, float, 128, 32, bsr::col_major>(1, 136, "spmm_wgmma", {.tf32 = true}));
  CHECK(right_on_hopper<float, float, 128, 32, bsr::col_major>(0, 136, "spmm_plain"));
  bsr_test::random rng(11);
  const auto a = bsr::copy_to<device>(small_sparse<float, 128, 32>(rng, {256, 64}));
  const auto by_rows = bsr::copy_to<device>(small_dense<float>(rng, 64, 144));
  CHECK_THAT(plan(bsr::cuda{.tf32 = true}, a * by_rows).explain(), ContainsSubstring("kernel spmm_mma,"));
}

TEST_CASE("on sm_90a, plans for blocks of 16 or 32 rows take the transposed product") {
  const hopper_device on;
  bsr_test::random rng(9);
  const auto a = small_sparse<bsr::bfloat16, 32, 64>(rng, {300, 328});
  const auto ad = bsr::copy_to<device>(a);
  const auto check = [&]<class Layout>(Layout, std::int64_t planned) {
    const auto b = small_dense<bsr::bfloat16, Layout>(rng, 328, 600);
    const auto bd = bsr::copy_to<device>(b);
    const auto like = bsr::copy_to<device>(small_dense<bsr::bfloat16, Layout>(rng, 328, planned));
    std::vector<float> bias(600);
    for (float& v : bias) v = float(rng.between(-4, 4));
    const auto biasd = bsr::copy_to<device>(bias);
    bsr::dense_matrix<float> c(300, 600);
    bsr::dense_matrix<float, bsr::row_major, device> cd(300, 600);
    auto p = plan(bsr::cuda{}, ad * like);
    CHECK_THAT(p.explain(), ContainsSubstring("kernel spmm_wgmma_narrow, tiles of 128x256, 1920 threads"));
    wgmma_only();
    cd.on(p) = relu(2 * ad * bd + bsr::per_col(biasd));
    CHECK(wgmma_only() == (planned == 600 ? 1 : 3));
    c = relu(2 * a * b + bsr::per_col(bias));
    CHECK(same(bsr::copy_to<host>(cd), c));
  };
  check(bsr::row_major(), 600);
  check(bsr::col_major(), 600);
  check(bsr::row_major(), 136);

  const auto low = small_sparse<bsr::bfloat16, 32, 16>(rng, {300, 200});
  const auto b = small_dense<bsr::bfloat16>(rng, 300, 136);
  std::vector<unsigned char> gate(std::size_t(low.num_blocks()));
  for (auto& flag : gate) flag = rng.chance(0.5);
  const auto lowd = bsr::copy_to<device>(low);
  const auto bd = bsr::copy_to<device>(b);
  const auto gated = bsr::copy_to<device>(gate);
  bsr::dense_matrix<float> c(200, 136);
  bsr::dense_matrix<float, bsr::row_major, device> cd(200, 136);
  auto p = plan(bsr::cuda{}, transpose(lowd) * bd);
  CHECK_THAT(p.explain(), ContainsSubstring("kernel spmm_wgmma_narrow, transposed index, tiles of 128x256"));
  wgmma_only();
  cd.on(p) = transpose(masked(lowd, gated)) * bd;
  CHECK(wgmma_only() == 1);
  c = transpose(masked(low, gate)) * b;
  CHECK(same(bsr::copy_to<host>(cd), c));
}

TEST_CASE("a plan explains itself, and predicts with the rates of a device") {
  bsr_test::random rng(6);
  const auto a = bsr::copy_to<device>(small_sparse<bsr::bfloat16, 16, 16>(rng, {160, 160}));
  const auto b = bsr::copy_to<device>(small_dense<bsr::bfloat16, bsr::col_major>(rng, 160, 512));
  const auto p = plan(bsr::cuda{}, a * b);
  CHECK_THAT(p.explain(), ContainsSubstring("kernel spmm_mma, tiles of 128x256, 768 threads"));
  // A device whose memory is slow, one whose tensor cores are.
  const bsr::cuda_machine memory{.mma = 1e15, .fma = 1e14, .cache = 1e13, .memory = 1e9, .launch = 4e-6};
  const bsr::cuda_machine cores{.mma = 1e9, .fma = 1e14, .cache = 1e13, .memory = 1e12, .launch = 4e-6};
  CHECK_THAT(p.explain(memory), ContainsSubstring("bound by device memory"));
  CHECK_THAT(p.explain(cores), ContainsSubstring("bound by multiplications"));
  CHECK(p.cost(memory).seconds == p.cost(memory).bytes / 1e9 + 4e-6);
  CHECK(p.cost(cores).seconds >= p.cost(cores).flops / 1e9);
  const auto q = plan(bsr::cuda{}, transpose(a) * b);
  CHECK_THAT(q.explain(), ContainsSubstring("kernel spmm_mma, transposed index"));
  const auto narrow = bsr::copy_to<device>(small_sparse<bsr::bfloat16, 16, 8>(rng, {160, 160}));
  CHECK_THAT(plan(bsr::cuda{}, transpose(narrow) * b).explain(),
             ContainsSubstring("kernel spmm_plain, transposed index"));
}
