// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/expr/masked.hpp"

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <vector>

#include "bsr/bsr.hpp"
#include "support/expected.hpp"
#include "support/random.hpp"
#include "support/throws.hpp"

namespace {

using bsr::cpu;
using namespace bsr_test;
using bsr_test::random;

/// w without what the flags switch off: another matrix.
template <class M>
M without(const M& w, const std::vector<std::uint8_t>* gate, const std::vector<std::uint8_t>* active) {
  using T = typename M::value_type;
  M result = w;
  const std::int64_t area = w.blocksize().rows * w.blocksize().cols;
  std::int64_t kept = 0;
  std::vector<std::int32_t> indptr{0}, indices;
  std::vector<T> data;
  for (std::int64_t i = 0; i < w.block_rows(); ++i) {
    for (auto k = static_cast<std::size_t>(w.indptr()[static_cast<std::size_t>(i)]);
         k < static_cast<std::size_t>(w.indptr()[static_cast<std::size_t>(i) + 1]); ++k) {
      const auto col = static_cast<std::size_t>(w.indices()[k]);
      if ((gate != nullptr && (*gate)[k] == 0) || (active != nullptr && (*active)[col] == 0)) continue;
      indices.push_back(w.indices()[k]);
      for (std::int64_t e = 0; e < area; ++e)
        data.push_back(w.data()[k * static_cast<std::size_t>(area) + static_cast<std::size_t>(e)]);
      ++kept;
    }
    indptr.push_back(static_cast<std::int32_t>(kept));
  }
  return M(w.shape(), data, indices, indptr, w.blocksize(), bsr::padded);
}

/// Whether every product with the masked factor is the product with the matrix that has only those blocks.
/// Blocks that do not count, and what they would multiply, hold NaN.
template <class T, int R, int C>
void check(std::int64_t rows, std::int64_t cols) {
  random rng(static_cast<std::uint64_t>(10 * R + C));
  auto w = random_matrix<T, R, C>(rng, {rows, cols}, wild);
  std::vector<std::uint8_t> gate(static_cast<std::size_t>(w.num_blocks())), active;
  for (auto& g : gate) g = rng.chance(0.5) ? 1 : 0;
  for (std::int64_t j = 0; j < w.block_cols(); ++j) active.push_back(rng.chance(0.5) ? 7 : 0);
  for (std::size_t k = 0; k < gate.size(); ++k)
    if (gate[k] == 0)
      for (int e = 0; e < R * C; ++e)
        w.data()[k * std::size_t(R * C) + static_cast<std::size_t>(e)] = poison<T>();
  const auto gated = without(w, &gate, nullptr), both = without(w, &gate, &active);
  for (const int n : {1, 5, 33}) {
    auto b = random_dense<T>(rng, cols, n);
    const auto x = random_dense<T>(rng, n, cols), g = random_dense<T>(rng, n, rows);
    const auto d = random_dense<T>(rng, rows, n);
    bsr::dense_matrix<T> c(rows, n), y(n, rows), dx(n, cols), ct(cols, n);
    c = masked(w, gate) * b;
    CHECK(difference(c, expected<T>::left(gated, false, b)) == "");
    y = x * transpose(masked(w, gate));
    CHECK(difference(y, expected<T>::right(x, gated, true)) == "");
    dx = g * masked(w, gate);
    CHECK(difference(dx, expected<T>::right(g, gated, false)) == "");
    ct = masked(transpose(w), gate) * d;
    CHECK(difference(ct, expected<T>::left(gated, true, d)) == "");
    // With a plan, of the matrix without a mask.
    const cpu one{.threads = 1};
    auto p = plan(one, w * b);
    c.on(p) = masked(w, gate) * b;
    CHECK(difference(c, expected<T>::left(gated, false, b)) == "");
    auto layer = plan(one, x * transpose(w));
    y.on(layer) = x * transpose(masked(w, gate));
    CHECK(difference(y, expected<T>::right(x, gated, true)) == "");
    auto back = plan(one, g * w);
    dx.on(back) = g * masked(w, gate);
    CHECK(difference(dx, expected<T>::right(g, gated, false)) == "");
    auto turned = plan(one, transpose(w) * d);
    ct.on(turned) = transpose(masked(columns(w, active), gate)) * d;
    CHECK(difference(ct, expected<T>::left(both, true, d)) == "");
    // Rows of b that belong to inactive columns are not read.
    for (std::int64_t j = 0; j < cols; ++j)
      if (active[static_cast<std::size_t>(j / C)] == 0)
        for (std::int64_t i = 0; i < n; ++i) b(j, i) = poison<T>();
    const auto wanted = expected<T>::left(both, false, b);
    c = columns(masked(w, gate), active) * b;
    CHECK(difference(c, wanted) == "");
    c.on(p) = masked(columns(w, active), gate) * b;
    CHECK(difference(c, wanted) == "");
  }
  std::vector<T> u(static_cast<std::size_t>(cols), T(2)), v(static_cast<std::size_t>(rows));
  const bsr::vector_view<const T> u_view(u.data(), cols), v_view(v.data(), rows);
  bsr::view(v) = masked(w, gate) * u;
  CHECK(difference(v, expected<T>::left(gated, false, u_view)) == "");
  const auto transposed = expected<T>::left(gated, true, v_view);
  bsr::view(u) = transpose(masked(w, gate)) * v;
  CHECK(difference(u, transposed) == "");
  auto p = plan(cpu{.threads = 1}, transpose(w) * v);
  bsr::view(u).on(p) = transpose(masked(w, gate)) * v;
  CHECK(difference(u, transposed) == "");
  std::vector<T> z(static_cast<std::size_t>(cols), T(0.5));
  for (std::int64_t j = 0; j < cols; ++j)
    if (active[static_cast<std::size_t>(j / C)] == 0) z[static_cast<std::size_t>(j)] = T(0);
  const auto wanted = expected<T>::left(both, false, bsr::vector_view<const T>(z.data(), cols));
  for (std::int64_t j = 0; j < cols; ++j)
    if (active[static_cast<std::size_t>(j / C)] == 0) z[static_cast<std::size_t>(j)] = poison<T>();
  bsr::view(v) = columns(masked(w, gate), active) * z;
  CHECK(difference(v, wanted) == "");
}

TEST_CASE("masked and columns: products with the blocks that count", "[expr]") {
  check<float, 4, 4>(20, 28);
  check<float, 16, 3>(46, 31);
  check<double, 2, 3>(9, 10);
  check<std::complex<double>, 3, 2>(9, 10);
}

TEST_CASE("masked and columns: blocks that end where the matrix ends", "[expr]") {
  check<double, 3, 3>(30, 33);
  check<float, 16, 16>(64, 96);
}

TEST_CASE("masked: other types, dynamic blocks, everything off", "[expr]") {
  random rng(3);
  const auto w = random_matrix<std::int32_t, 2>(rng, {6, 8}, wild);
  const auto b = random_dense<std::int32_t>(rng, 8, 3);
  bsr::dense_matrix<std::int32_t> c(6, 3);
  const bsr::buffer<bool> off(w.num_blocks());
  const bsr::matrix_view<const std::int32_t> dynamic = w.view();
  c = masked(dynamic, off) * b;
  for (std::int64_t i = 0; i < 6; ++i)
    for (std::int64_t j = 0; j < 3; ++j) CHECK(c(i, j) == 0);
}

TEST_CASE("masked: the wrong number of flags", "[expr]") {
  random rng(4);
  const auto w = random_matrix<float, 2>(rng, {6, 8}, {.density = 1});
  const std::vector<std::uint8_t> few(3), four(4);
  CHECK(text_of<bsr::shape_error>([&] { (void)masked(w, few); }) ==
        "bsr: masked(w, gate): there are 3 flags, and 12 stored blocks.");
  CHECK(text_of<bsr::shape_error>([&] { (void)columns(w, few); }) ==
        "bsr: columns(w, active): there are 3 flags, and 4 block columns.");
  CHECK(text_of<bsr::error>([&] { (void)columns(columns(w, four), four); }) ==
        "bsr: columns: this factor has active columns already.");
}

}  // namespace
