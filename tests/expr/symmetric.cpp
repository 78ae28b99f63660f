// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/expr/symmetric.hpp"

#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "bsr/bsr.hpp"
#include "support/allocations.hpp"
#include "support/expected.hpp"
#include "support/random.hpp"
#include "support/throws.hpp"

namespace {

using bsr::cpu;
using bsr::dims;
using namespace bsr_test;
using bsr_test::random;

const bsr::executor a_thread_each{nullptr, [](void*, int tasks, void (*task)(void*, int), void* argument) {
                                    std::vector<std::thread> all;
                                    for (int i = 0; i < tasks; ++i) all.emplace_back(task, argument, i);
                                    for (auto& thread : all) thread.join();
                                  }};

/// The stored blocks, and for each away from the diagonal its transposed one: without the kernels under test.
template <class T, int R>
bsr::coo<T> both_halves(const bsr::matrix<T, R>& a) {
  std::vector<std::int32_t> rows, cols;
  std::vector<T> values;
  const std::int64_t size = a.blocksize().rows;
  const auto *const indptr = a.indptr().data(), *const indices = a.indices().data();
  const T* const data = a.data().data();
  for (std::int64_t i = 0; i < a.block_rows(); ++i)
    for (std::int64_t k = indptr[i]; k < indptr[i + 1]; ++k) {
      const std::int64_t j = indices[k];
      for (std::int64_t r = 0; r < size; ++r)
        for (std::int64_t c = 0; c < size; ++c) {
          if (i * size + r >= a.rows() || j * size + c >= a.rows()) continue;
          const T x = data[(k * size + r) * size + c];
          rows.push_back(static_cast<std::int32_t>(i * size + r));
          cols.push_back(static_cast<std::int32_t>(j * size + c));
          values.push_back(x);
          if (i == j) continue;
          rows.push_back(cols.back());
          cols.push_back(rows[rows.size() - 2]);
          values.push_back(x);
        }
    }
  return {a.shape(), bsr::buffer<T>(values), bsr::buffer<std::int32_t>(rows),
          bsr::buffer<std::int32_t>(cols)};
}
/// Dense, with duplicates summed in the wide type of V and the sums of magnitudes: the oracle and its bound.
template <class V, class T, int R, class X>
struct oracle {
  using W = wide_t<V>;
  std::vector<W> value;
  std::vector<long double> size;
  std::int64_t terms = 0;
  oracle(const bsr::matrix<T, R>& a, const X& x)
      : value(static_cast<std::size_t>(a.rows())), size(static_cast<std::size_t>(a.rows())) {
    const auto all = both_halves(a);
    const auto *const row = all.row().data(), *const col = all.col().data();
    const T* const data = all.data().data();
    std::vector<std::int64_t> counts(value.size());
    for (std::int64_t k = 0; k < all.nnz(); ++k) {
      const auto i = static_cast<std::size_t>(row[k]);
      const W product = wide<V>(data[k]) * wide<V>(x[static_cast<std::size_t>(col[k])]);
      value[i] += product;
      size[i] += magnitude(product);
      if (++counts[i] > terms) terms = counts[i];
    }
  }
  template <class Y>
  bool holds(const Y& y, V alpha = V(1), const std::vector<V>& addend = {}) const {
    for (std::size_t i = 0; i < value.size(); ++i) {
      W wanted = wide<V>(alpha) * value[i];
      long double bound = magnitude(wide<V>(alpha)) * size[i];
      if (!addend.empty()) wanted += wide<V>(addend[i]), bound += magnitude(wide<V>(addend[i]));
      // A sum more for each strip of a plan, the clearing and the addend.
      if (!(magnitude(wide<V>(y[i]) - wanted) <= gamma<V>(static_cast<int>(terms) + 70) * bound))
        return false;
    }
    return true;
  }
};

template <class T, int R>
bsr::matrix<T, R> half(random& rng, std::int64_t n, std::int64_t block, double density, bool padded = false) {
  const std::int64_t rows = n * block - (padded ? 1 : 0);
  return random_matrix<T, R>(rng, {rows, rows}, {block, block},
                             {.density = density, .duplicates = 0.1, .empty_rows = 0.1});
}

template <class T, class V, int R>
void check_vectors(std::int64_t n, std::int64_t block, double density) {
  random rng(static_cast<std::uint64_t>(n * 100 + block));
  const auto a = half<T, R>(rng, n, block, density);
  std::vector<V> x, d;
  for (std::int64_t i = 0; i < a.rows(); ++i) x.push_back(rng.value<V>()), d.push_back(rng.value<V>());
  const oracle<V, T, R, std::vector<V>> wanted(a, x);
  INFO("blocks of " << block << ", " << a.num_blocks() << " of them");
  std::vector<V> y(x.size()), z = d;
  bsr::view(y) = symmetric(a) * x;
  CHECK(wanted.holds(y));
  auto p = plan(cpu{.threads = 1}, symmetric(a) * x);
  bsr::view(y).on(p) = symmetric(a) * x;
  CHECK(wanted.holds(y));
  for (const int threads : {2, 3, 5}) {
    z = d;
    bsr::view(z).on(p, cpu{.threads = threads, .executor = a_thread_each}) = symmetric(a) * x;
    CHECK(z == y);
  }
  z = d;
  bsr::view(z).on(p) -= 2 * (symmetric(a) * x);
  CHECK(wanted.holds(z, V(-2), d));
  if (counts_allocations()) CHECK(allocations_of([&] { bsr::view(z).on(p) = symmetric(a) * x; }) == 0);
}

TEST_CASE("symmetric: vectors, blocks with instances of their own", "[symmetric]") {
  check_vectors<double, double, 3>(90, 3, 0.3);
  check_vectors<double, double, 4>(40, 4, 0.3);
  check_vectors<double, double, 6>(30, 6, 0.2);
  check_vectors<float, float, 2>(60, 2, 0.2);
}

TEST_CASE("symmetric: vectors, other blocks, floats with doubles", "[symmetric]") {
  check_vectors<double, double, bsr::dynamic>(20, 11, 0.3);
  check_vectors<double, double, bsr::dynamic>(50, 5, 0.3);
  check_vectors<float, double, 3>(30, 3, 0.3);
}

TEST_CASE("symmetric: so many blocks that there are strips of all numbers", "[symmetric]") {
  random rng(5);
  // Banded, lower, and without order.
  for (const int form : {0, 1, 2}) {
    constexpr std::int64_t n = 3000;
    std::vector<std::int32_t> indices, indptr{0};
    for (std::int64_t i = 0; i < n; ++i) {
      for (std::int64_t j = 0; j < 7; ++j) {
        const std::int64_t at = form == 0 ? i + j : form == 1 ? i - j * 3 : rng.below(n);
        if (at >= 0 && at < n) indices.push_back(static_cast<std::int32_t>(at));
      }
      indptr.push_back(static_cast<std::int32_t>(indices.size()));
    }
    std::vector<double> data;
    for (std::size_t k = 0; k < indices.size() * 4; ++k) data.push_back(rng.value<double>());
    const bsr::matrix<double, 2> a({2 * n, 2 * n}, bsr::buffer<double>(data),
                                   bsr::buffer<std::int32_t>(indices), bsr::buffer<std::int32_t>(indptr));
    std::vector<double> x;
    for (std::int64_t i = 0; i < 2 * n; ++i) x.push_back(rng.value<double>());
    const oracle<double, double, 2, std::vector<double>> wanted(a, x);
    std::vector<double> y(x.size()), z(x.size());
    auto p = plan(cpu{.threads = 1}, symmetric(a) * x);
    bsr::view(y).on(p) = symmetric(a) * x;
    CHECK(wanted.holds(y));
    for (const int threads : {2, 7}) {
      bsr::view(z).on(p, cpu{.threads = threads, .executor = a_thread_each}) = symmetric(a) * x;
      CHECK(y == z);
    }
    bsr::view(z) = symmetric(a) * x;
    CHECK(wanted.holds(z));
  }
}

TEST_CASE("symmetric: dense matrices on either side, strides, padding, complex numbers", "[symmetric]") {
  random rng(6);
  const auto a = half<double, 3>(rng, 9, 3, 0.4, true);
  const std::int64_t n = a.rows();
  const auto b = random_dense<double>(rng, n, 19);
  bsr::dense_matrix<double> c(n, 19);
  bsr::dense_matrix<double, bsr::col_major> d(19, n);
  c = symmetric(a) * b;
  d = transpose(b) * symmetric(a);
  auto p = plan(cpu{}, symmetric(a) * b);
  bsr::dense_matrix<double> planned(n, 19);
  planned.on(p) = symmetric(a) * b;
  for (std::int64_t j = 0; j < 19; ++j) {
    std::vector<double> x, y, z, u;
    for (std::int64_t i = 0; i < n; ++i)
      x.push_back(b(i, j)), y.push_back(c(i, j)), z.push_back(d(j, i)), u.push_back(planned(i, j));
    const oracle<double, double, 3, std::vector<double>> wanted(a, x);
    CHECK(wanted.holds(y));
    CHECK(wanted.holds(z));
    CHECK(wanted.holds(u));
    std::vector<double> strided(2 * x.size());
    const bsr::vector_view<double> every_other(strided.data(), n, 2);
    auto q = plan(cpu{}, symmetric(a) * x);
    every_other.on(q) = symmetric(a) * x;
    for (std::size_t i = 0; i < x.size(); ++i) z[i] = strided[2 * i];
    CHECK(wanted.holds(z));
  }
  using complex = std::complex<double>;
  const auto e = half<complex, 2>(rng, 6, 2, 0.4);
  std::vector<complex> x(12, complex(1, 2)), y(12);
  bsr::view(y) = transpose(symmetric(e)) * x;  // symmetric, not Hermitian
  CHECK(oracle<complex, complex, 2, std::vector<complex>>(e, x).holds(y));
}

TEST_CASE("symmetric: what is refused", "[symmetric]") {
  const bsr::matrix<double, 2> wide({4, 6}, {}, {}, {0, 0, 0});
  CHECK(text_of<bsr::shape_error>([&] { static_cast<void>(symmetric(wide)); }) ==
        "bsr: symmetric(a): a is 4x6 in blocks of 2x2; a symmetric matrix and its blocks are square.");
  const bsr::matrix<double, 1, 2> flat({4, 4}, {}, {}, {0, 0, 0, 0, 0});
  CHECK(text_of<bsr::shape_error>([&] { static_cast<void>(symmetric(flat)); }) ==
        "bsr: symmetric(a): a is 4x4 in blocks of 1x2; a symmetric matrix and its blocks are square.");
  const bsr::matrix<double, 2> a({4, 4}, {}, {}, {0, 0, 0});
  std::vector<double> x(3), y(4);
  CHECK(text_of<bsr::shape_error>([&] { bsr::view(y) = symmetric(a) * x; }) ==
        "bsr: y = a * x: a is 4x4, x has 3 elements, y has 4 elements.");
  auto p = plan(cpu{}, symmetric(a) * y);
  const auto moved = a;
  std::vector<double> z(4);
  CHECK(text_of<bsr::shape_error>([&] { bsr::view(z).on(p) = symmetric(moved) * y; }) ==
        "bsr: .on(plan): a has its indices elsewhere than when the plan was made. Make a plan for this "
        "matrix.");
  bsr::view(z).on(p) = symmetric(a) * y;
  CHECK(z == std::vector<double>(4));
}

}  // namespace
