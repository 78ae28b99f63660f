// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/expr/batch.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "bsr/bsr.hpp"
#include "support/allocations.hpp"
#include "support/random.hpp"
#include "support/throws.hpp"

namespace {

using bsr::batch;
using bsr::cpu;
using bsr::into;
using namespace bsr_test;
using bsr_test::random;
using dense = bsr::dense_matrix<float>;

const bsr::executor a_thread_each{nullptr, [](void*, int tasks, void (*task)(void*, int), void* argument) {
                                    std::vector<std::thread> all;
                                    for (int i = 0; i < tasks; ++i) all.emplace_back(task, argument, i);
                                    for (auto& thread : all) thread.join();
                                  }};

cpu threads(int n) { return {.threads = n, .executor = a_thread_each}; }

template <class X>
bool same(const X& x, const X& y) {
  for (std::int64_t i = 0; i < x.rows(); ++i)
    for (std::int64_t j = 0; j < x.cols(); ++j)
      if (x(i, j) != y(i, j)) return false;
  return true;
}
template <class X>
void forget(X& x) {
  for (std::int64_t i = 0; i < x.rows(); ++i)
    for (std::int64_t j = 0; j < x.cols(); ++j) x(i, j) = std::numeric_limits<float>::quiet_NaN();
}

/// Heads of unequal numbers of blocks, one of them without any.
struct heads {
  static constexpr std::size_t count = 9;
  std::vector<bsr::matrix<float, 8>> w;
  std::vector<dense> x, y, z;
  heads() {
    random rng(1);
    for (std::size_t h = 0; h < count; ++h) {
      const std::int64_t size = h == 4 ? 256 : 64;
      w.push_back(random_matrix<float, 8>(
          rng, {size, size},
          {.density = h == 4 ? 0.6 : 0.1 * static_cast<double>(h % 4), .duplicates = 0.1}));
      x.push_back(random_dense<float>(rng, size, 40));
      y.emplace_back(size, 40);
      z.emplace_back(size, 40);
      forget(y.back());
    }
  }
};

TEST_CASE("batch: products of unequal patterns have the bits that they have alone", "[batch]") {
  heads o;
  for (std::size_t h = 0; h < heads::count; ++h) o.z[h] = relu(2 * o.w[h] * o.x[h]);
  for (const int n : {1, 2, 3, 7}) {
    batch(threads(n), heads::count, [&](std::size_t h) { return into(o.y[h], relu(2 * o.w[h] * o.x[h])); });
    for (std::size_t h = 0; h < heads::count; ++h) CHECK(same(o.y[h], o.z[h]));
    for (dense& y : o.y) forget(y);
  }
  CHECK(o.w[0].num_blocks() == 0);
}

TEST_CASE("batch: more products than are remembered, most of them small", "[batch]") {
  random rng(2);
  std::vector<bsr::matrix<double, 2>> w;
  std::vector<std::vector<double>> x, y, z;
  for (int i = 0; i < 300; ++i) {
    const std::int64_t size = 2 * rng.between(1, i % 50 == 7 ? 200 : 10);
    w.push_back(random_matrix<double, 2>(rng, {size, size}, wild));
    x.emplace_back(static_cast<std::size_t>(size), 1.0 / (i + 1));
    y.emplace_back(static_cast<std::size_t>(size), -1.0);
    z.emplace_back(static_cast<std::size_t>(size), -1.0);
    bsr::view(z.back()) = w.back() * x.back() - bsr::view(z.back());
  }
  const auto before = y;
  for (const int n : {1, 2, 5}) {
    y = before;
    batch(threads(n), w.size(), [&](std::size_t k) { return into(y[k], w[k] * x[k] - bsr::view(y[k])); });
    CHECK(y == z);
  }
}

TEST_CASE("batch: products of different kinds, named one by one", "[batch]") {
  random rng(3);
  const auto a = random_matrix<float, 4>(rng, {200, 160}, wild);
  const auto b = random_matrix<double, 3, 2>(rng, {30, 20}, wild);
  const auto x = random_dense<float>(rng, 50, 160), u = random_dense<float>(rng, 200, 24);
  const std::vector<double> v(20, 0.5);
  std::vector<unsigned char> gate;
  for (std::int64_t k = 0; k < a.num_blocks(); ++k) gate.push_back(rng.chance(0.5));
  const bsr::dense_matrix<float, bsr::col_major> c = random_dense<float, bsr::col_major>(rng, 160, 10);
  dense y(50, 200), wanted_y(50, 200), t(160, 24), wanted_t(160, 24);
  bsr::dense_matrix<float, bsr::col_major> m(200, 10), wanted_m(200, 10);
  std::vector<double> r(30), wanted_r(30);
  auto s = a, wanted_s = a;
  const auto left = random_dense<float>(rng, 200, 7), right = random_dense<float>(rng, 7, 160);
  const std::vector<float> bias(200, 0.125F);
  const cpu one{.threads = 1};
  wanted_y.on(one) = gelu(x * transpose(a) + bsr::per_col(bias));
  wanted_t.on(one) = transpose(a) * u;
  wanted_m.on(one) = masked(a, gate) * c;
  bsr::view(wanted_r).on(one) = b * v;
  wanted_s.on(one) = 0.5 * sddmm(wanted_s, left, right) + wanted_s;
  const auto first = s;
  for (const int n : {1, 2, 3, 6}) {
    s = first;
    forget(y), forget(t), forget(m);
    batch(threads(n), into(y, gelu(x * transpose(a) + bsr::per_col(bias))), into(t, transpose(a) * u),
          into(m, masked(a, gate) * c), into(r, b * v), into(s, 0.5 * sddmm(s, left, right) + s));
    CHECK(same(y, wanted_y));
    CHECK(same(t, wanted_t));
    CHECK(same(m, wanted_m));
    CHECK(r == wanted_r);
    CHECK(std::equal(s.data().begin(), s.data().end(), wanted_s.data().begin(), wanted_s.data().end()));
  }
}

TEST_CASE("batch: under plans, with packed matrices, nothing is allocated", "[batch]") {
  heads o;
  using form = decltype(plan(cpu{}, o.x[0] * transpose(o.w[0])));
  std::vector<form> plans;
  std::vector<dense> x, y;
  std::vector<decltype(pack(plans[0], o.w[0]))> packed;
  random rng(4);
  for (std::size_t h = 0; h < heads::count; ++h) {
    x.push_back(random_dense<float>(rng, 30 + static_cast<std::int64_t>(h), o.w[h].cols()));
    y.emplace_back(x[h].rows(), o.w[h].rows());
    plans.push_back(plan(threads(3), x[h] * transpose(o.w[h])));
    packed.push_back(pack(plans[h], o.w[h]));
  }
  std::vector<dense> z = y;
  for (std::size_t h = 0; h < heads::count; ++h) z[h].on(plans[h]) = x[h] * transpose(packed[h]);
  const auto all = [&](std::size_t h) { return into(y[h].on(plans[h]), x[h] * transpose(packed[h])); };
  for (const int n : {1, 2, 3, 7}) {
    for (dense& d : y) forget(d);
    batch(threads(n), heads::count, all);
    for (std::size_t h = 0; h < heads::count; ++h) CHECK(same(y[h], z[h]));
  }
  const bsr::executor in_turn{nullptr, [](void*, int tasks, void (*task)(void*, int), void* argument) {
                                for (int i = 0; i < tasks; ++i) task(argument, i);
                              }};
  if (counts_allocations())
    CHECK(allocations_of([&] { batch(cpu{.threads = 3, .executor = in_turn}, heads::count, all); }) == 0);
}

TEST_CASE("batch: threads get equal parts of all work, also of a single product", "[batch]") {
  heads o;
  struct only {
    int wanted, tasks;
  };
  const auto rows_of = [&](int wanted, int threads) {
    for (dense& y : o.y) forget(y);
    only which{wanted, 0};
    const bsr::executor one{&which, [](void* context, int tasks, void (*task)(void*, int), void* argument) {
                              only& self = *static_cast<only*>(context);
                              self.tasks = tasks;
                              if (self.wanted < tasks) task(argument, self.wanted);
                            }};
    batch(cpu{.threads = threads, .executor = one}, heads::count,
          [&](std::size_t h) { return into(o.y[h], o.w[h] * o.x[h]); });
    REQUIRE(which.tasks == threads);
    std::int64_t blocks = 0;
    for (std::size_t h = 0; h < heads::count; ++h) {
      const auto* const indptr = o.w[h].indptr().data();
      for (std::int64_t i = 0; i < o.w[h].block_rows(); ++i)
        for (std::int64_t j = 0; j < 40; ++j)
          if (!std::isnan(o.y[h](8 * i, j))) blocks += indptr[i + 1] - indptr[i];
    }
    return blocks;
  };
  std::int64_t all = 0;
  for (const auto& w : o.w) all += 40 * w.num_blocks();
  for (const int n : {2, 4}) {
    std::int64_t sum = 0;
    for (int piece = 0; piece < n; ++piece) {
      const std::int64_t blocks = rows_of(piece, n);
      sum += blocks;
      CHECK(blocks * n > all * 2 / 3);
      CHECK(blocks * n < all * 4 / 3);
    }
    CHECK(sum == all);
  }
}

TEST_CASE("batch: none, too few, and what does not fit: nothing has been written", "[batch]") {
  heads o;
  const auto one = [&](auto i) {
    const auto h = static_cast<std::size_t>(i);
    return into(o.y[h], o.w[h] * o.x[h]);
  };
  batch(cpu{}, 0, one);
  CHECK(text_of<bsr::shape_error>([&] { batch(cpu{}, -1, one); }) == "bsr: batch: -1 products cannot be.");
  o.x[7] = dense(63, 40);
  CHECK(text_of<bsr::shape_error>([&] { batch(threads(2), heads::count, one); }) ==
        "bsr: product 7 of a batch of 9: c = a * b: a is 64x64, b is 63x40, c is 64x40.");
  for (const dense& y : o.y) CHECK(std::isnan(y(0, 0)));
}

TEST_CASE("batch: products that share what is written, and plans that are there twice", "[batch]") {
  heads o;
  const std::string meets =
      "writes or reads shares memory with it, and the products of a batch run at once. Compute into other "
      "memory, or in two batches.";
  CHECK(text_of<bsr::alias_error>([&] {
          batch(cpu{}, into(o.y[1], o.w[1] * o.x[1]), into(o.y[1], o.w[2] * o.x[2]));
        }) == "bsr: product 1 of a batch of 2: what product 0 " + meets);
  // A product of a product.
  CHECK(text_of<bsr::alias_error>([&] {
          batch(cpu{}, into(o.y[1], o.w[1] * o.x[1]), into(o.y[2], o.w[2] * o.y[1]));
        }) == "bsr: product 1 of a batch of 2: what product 0 " + meets);
  CHECK(text_of<bsr::alias_error>([&] {
          batch(cpu{}, into(o.y[1], o.w[1] * o.x[1]), into(o.y[2], o.w[2] * o.x[2] + o.y[1]));
        }) == "bsr: product 1 of a batch of 2: what product 0 " + meets);
  auto p = plan(cpu{}, o.w[1] * o.x[1]);
  const auto twice = [&] {
    batch(cpu{}, into(o.y[1].on(p), o.w[1] * o.x[1]), into(o.y[2], o.w[2] * o.x[2]),
          into(o.y[3].on(p), o.w[1] * o.x[3]));
  };
  for (int time = 0; time < 2; ++time)
    CHECK(text_of<bsr::error>(twice) ==
          "bsr: product 2 of a batch of 3: product 0 has the same plan, which serves one product at a time. "
          "Make a plan for each, or stack the dense operands to one.");
  // What a plan remembers of another batch does no harm.
  batch(cpu{}, into(o.y[1].on(p), o.w[1] * o.x[1]), into(o.y[2], o.w[2] * o.x[2]));
  batch(cpu{}, into(o.y[2], o.w[2] * o.x[2]), into(o.y[1].on(p), o.w[1] * o.x[1]));
  o.z[1] = o.w[1] * o.x[1];
  CHECK(same(o.y[1], o.z[1]));
}

TEST_CASE("batch: an exception of a function is the caller's", "[batch]") {
  heads o;
  CHECK_THROWS_AS(batch(threads(3), heads::count,
                        [&](std::size_t h) {
                          return into(o.y[h], map(o.w[h] * o.x[h], [](float x) {
                                        if (x > 0) throw 1;
                                        return x;
                                      }));
                        }),
                  int);
}

}  // namespace
