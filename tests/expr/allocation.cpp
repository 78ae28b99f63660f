// SPDX-License-Identifier: BSD-3-Clause
// Assignment allocates nothing: not through new, not through malloc and its relatives, not through mmap.
#include <malloc.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

#include "bsr/bsr.hpp"
#include "support/allocations.hpp"
#include "support/random.hpp"

namespace {

using bsr_test::allocations_of;

/// f allocates nothing, apart from what the first call of a thread pool sets up.
template <class F>
void allocates_nothing(const F& f) {
  if (!bsr_test::counts_allocations()) SKIP("a sanitizer or another C library owns malloc here");
  f();
  CHECK(allocations_of(f) == 0);
}

/// Not seen through by the compiler.
template <class T>
T* hide(T* p) {
  asm volatile("" : "+r"(p));
  return p;
}

using bsr::cpu;
using bsr::per_col;
using bsr::per_row;

template <class T, int B>
struct operands {
  bsr_test::random rng{1};
  static constexpr std::int64_t m = 256, k = 320, n = 48;
  bsr::matrix<T, B> a = bsr_test::random_matrix<T, B>(rng, {m / B * B, k / B* B}, {.density = 0.5});
  bsr::matrix<T> dynamic{bsr::matrix_view<const T>(std::as_const(a).view())};
  bsr::dense_matrix<T> x = bsr_test::random_dense<T>(rng, a.cols(), n), y{a.rows(), n}, d{a.rows(), n};
  bsr::dense_matrix<T> xt = bsr_test::random_dense<T>(rng, n, a.cols()), yt{n, a.rows()}, dt{n, a.rows()};
  std::vector<T> u = std::vector<T>(static_cast<std::size_t>(a.cols()), T(1));
  std::vector<T> v = std::vector<T>(static_cast<std::size_t>(a.rows()));
  std::vector<T> f = v, bias = std::vector<T>(n);
};

template <class T, int B>
void every_kind() {
  operands<T, B> o;
  for (const int threads : {0, 1, 2}) {
#if !defined(_OPENMP)
    if (threads > 1) continue;
#endif
    CAPTURE(threads);
    const cpu policy{.threads = threads};
    // On the left, on the right, transposed.
    allocates_nothing([&] { o.y.on(policy) = o.a * o.x; });
    allocates_nothing([&] { o.y.on(policy) = 0.5 * o.y - 2 * o.a * o.x; });
    allocates_nothing([&] { o.y.on(policy) += o.dynamic * o.x; });
    allocates_nothing([&] { o.x.on(policy) -= transpose(o.a) * o.y; });
    allocates_nothing([&] { o.yt.on(policy) = relu(o.xt * transpose(o.a) + per_col(o.f)); });
    allocates_nothing([&] { o.xt.on(policy) = o.yt * o.a; });
    // Vectors.
    allocates_nothing([&] { bsr::view(o.v).on(policy) = o.f - o.a * o.u; });
    allocates_nothing([&] { bsr::view(o.v).on(policy) += o.dynamic * o.u; });
    allocates_nothing([&] { bsr::view(o.u).on(policy) = transpose(o.a) * o.v; });
    allocates_nothing([&] { bsr::view(o.u).on(policy) = o.v * o.a; });
  }
}

}  // namespace

TEST_CASE("the counters count", "[allocation]") {
  if (!bsr_test::counts_allocations()) SKIP("a sanitizer or another C library owns malloc here");
  CHECK(allocations_of([] { delete hide(new int(3)); }) == 1);
  CHECK(allocations_of([] { delete[] hide(new char[1 << 20]); }) == 1);
  CHECK(allocations_of([] { std::vector<int>(1000).swap(*hide(new std::vector<int>)); }) >= 1);
  CHECK(allocations_of([] {
          ::operator delete(hide(::operator new(64, std::align_val_t{64})), std::align_val_t{64});
        }) == 1);
  CHECK(allocations_of([] { free(hide(malloc(10))); }) == 1);
  CHECK(allocations_of([] { free(hide(calloc(10, 10))); }) == 1);
  CHECK(allocations_of([] { free(hide(realloc(nullptr, 10))); }) == 1);
  CHECK(allocations_of([] { free(hide(aligned_alloc(64, 64))); }) == 1);
  CHECK(allocations_of([] { free(hide(memalign(64, 64))); }) == 1);
  CHECK(allocations_of([] {
          void* p = nullptr;
          if (posix_memalign(&p, 64, 64) == 0) free(hide(p));
        }) == 1);
  CHECK(allocations_of(
            [] { munmap(mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 4096); }) == 1);
  CHECK(allocations_of([] { bsr::dense_matrix<float>(3, 3).data()[0] = 1; }) == 1);
  CHECK(allocations_of([] {}) == 0);
}

TEST_CASE("products allocate nothing, on one thread and on several", "[allocation]") {
  every_kind<float, 8>();
  every_kind<double, 3>();
}

TEST_CASE("sparse products and sums allocate nothing when they have a plan", "[allocation]") {
  bsr_test::random rng(3);
  auto a = bsr_test::random_matrix<double, 2>(rng, bsr::dims(40, 40), bsr_test::wild);
  auto p = plan(bsr::cpu{.threads = 1}, transpose(a) * a);
  auto c = p.result();
  auto q = plan(bsr::cpu{.threads = 1}, c - 2 * transpose(a));
  auto d = q.result();
  allocates_nothing([&] { c.on(p) = transpose(a) * a; });
  allocates_nothing([&] { d.view().on(q) = c - 2 * transpose(a); });
}

TEST_CASE("products with a plan allocate nothing, nor does the update of a plan", "[allocation]") {
  operands<float, 16> o;
  for (const int threads : {1, 2}) {
#if !defined(_OPENMP)
    if (threads > 1) continue;
#endif
    const cpu policy{.threads = threads};
    auto layer = plan(policy, o.xt * transpose(o.a));
    allocates_nothing([&] { o.yt.on(layer) = relu(o.xt * transpose(o.a) + per_col(o.f)); });
    allocates_nothing([&] { o.yt.on(layer, cpu{.threads = 1}) = o.xt * transpose(o.a); });
    auto packed = pack(layer, o.a);
    allocates_nothing([&] { o.yt.on(layer) = relu(o.xt * transpose(packed) + per_col(o.f)); });
    allocates_nothing([&] { repack(packed, o.a); });
    auto back = plan(policy, o.yt * o.a);
    allocates_nothing([&] { o.xt.on(back) = o.yt * o.a; });
    auto turned = plan(policy, transpose(o.a) * o.y);
    allocates_nothing([&] { o.x.on(turned) = transpose(o.a) * o.y; });
    auto vector = plan(policy, transpose(o.a) * o.v);
    allocates_nothing([&] { bsr::view(o.u).on(vector) = transpose(o.a) * o.v; });
    allocates_nothing([&] { turned.update(o.a); });
  }
}

TEST_CASE("no word of the grammar allocates", "[allocation]") {
  operands<float, 4> o;
  const float* const constant = o.bias.data();
  const auto e = [&] { return o.a * o.x; };
  allocates_nothing([&] { o.y = gelu(2 * (e() + o.d) - 0.5 * o.y) + per_row(o.f); });
  allocates_nothing([&] { o.y = silu(e() + per_col(o.bias)); });
  allocates_nothing([&] { o.y = map(e(), [constant](float p, auto, auto j) { return p + constant[j]; }); });
  allocates_nothing([&] { o.y = map(e(), [](auto p) { return p * p; }); });
  allocates_nothing([&] { o.y = assume_disjoint(e()); });
  allocates_nothing([&] { o.yt = o.dt - o.xt * transpose(o.a); });
  allocates_nothing(
      [&] { o.yt = map(gelu(o.xt * transpose(o.a)), [](float p, auto i, auto) { return p + float(i); }); });
  allocates_nothing([&] { transpose(o.yt) = o.a * transpose(o.xt); });
  allocates_nothing([&] { o.yt = transpose(o.x) * transpose(o.a); });
  allocates_nothing([&] { transpose(o.xt) -= transpose(o.a) * o.y; });
  allocates_nothing([&] { bsr::spmm(cpu{}, 2, o.a, o.x, 0.5, o.y); });
  allocates_nothing([&] { bsr::spmm<bsr::op::transpose>(cpu{}, 1, o.a, o.y, 0, o.x); });
  allocates_nothing([&] { bsr::spmv(cpu{}, 2, o.a, o.u, 0.5, o.v); });
  // Strides, and an executor of the user.
  const bsr::dense_view<float, bsr::strided> every_second(o.y.data(), o.y.rows(), 24, 48, 2);
  const bsr::dense_view<float, bsr::strided> half(o.x.data(), o.x.rows(), 24, 48, 2);
  allocates_nothing([&] { every_second = 2 * o.a * half - every_second; });
  const bsr::executor in_turn{nullptr, [](void*, int tasks, void (*task)(void*, int), void* argument) {
                                for (int i = 0; i < tasks; ++i) task(argument, i);
                              }};
  allocates_nothing([&] { o.y.on(cpu{.threads = 3, .executor = in_turn}) = o.a * o.x; });
}

TEST_CASE("other types, mixed types and padded matrices allocate nothing", "[allocation]") {
  bsr_test::random rng(2);
  const auto padded = bsr_test::random_matrix<float, 8>(rng, {61, 75});
  const auto x = bsr_test::random_dense<float>(rng, 75, 20);
  bsr::dense_matrix<float> y(61, 20), z(75, 20);
  allocates_nothing([&] { y = padded * x; });
  allocates_nothing([&] { z = transpose(padded) * y; });
  bsr::dense_matrix<double> wide(61, 20);
  allocates_nothing([&] { wide += padded * x; });
  using cf = std::complex<float>;
  const auto c = bsr_test::random_matrix<cf, 2>(rng, {16, 16});
  const auto cx = bsr_test::random_dense<cf>(rng, 16, 5);
  bsr::dense_matrix<cf> cy(16, 5);
  allocates_nothing([&] { cy = cf(1, 2) * c * cx - cy; });
  const auto i = bsr_test::random_matrix<std::int32_t, 2>(rng, {16, 16});
  const auto ix = bsr_test::random_dense<std::int32_t>(rng, 16, 5);
  bsr::dense_matrix<std::int32_t> iy(16, 5);
  allocates_nothing([&] { iy = 3 * i * ix + iy; });
  allocates_nothing([&] { iy -= transpose(i) * ix; });
}

TEST_CASE("sampled products allocate nothing where the structure is the same", "[allocation]") {
  bsr_test::random rng(5);
  const auto check = [&]<class T, int B>(std::type_identity<bsr::matrix<T, B>>) {
    auto s = bsr_test::random_matrix<T, B>(rng, {8 * B, 9 * B});
    const auto x = bsr_test::random_dense<T>(rng, s.rows(), 700),
               y = bsr_test::random_dense<T>(rng, s.cols(), 700);
    allocates_nothing([&] { s = sddmm(s, x, transpose(y)); });
    allocates_nothing([&] { s = 2.0 * sddmm(s, x, transpose(y)) - s; });
    allocates_nothing([&] { s += sddmm(s, x, transpose(y)); });
    allocates_nothing([&] { s.view() = sddmm(s, x, transpose(y)); });
  };
  check(std::type_identity<bsr::matrix<float, 4>>{});
  check(std::type_identity<bsr::matrix<double, 16>>{});
  check(std::type_identity<bsr::matrix<std::int8_t, 2>>{});
}
