// SPDX-License-Identifier: BSD-3-Clause
// The code of docs/guide/expressions.md.
#include <bsr/bsr.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace {

struct operands {
  bsr::matrix<float, 2> a{{4, 4}, {1, 2, 3, 4, 5, 6, 7, 8, -1, 0, 0, -1}, {0, 1, 0}, {0, 2, 3}};
  bsr::dense_matrix<float> x{4, 3}, y{4, 3}, c{4, 3};
  operands() {
    for (int i = 0; i < 4; ++i)
      for (int j = 0; j < 3; ++j) {
        x(i, j) = static_cast<float>(i - j);
        c(i, j) = static_cast<float>(i * j);
      }
  }
  // sum_k op(a)(i, k) x(k, j), from the dense form of a.
  float product(int i, int j, bool transposed = false) const {
    const auto full = bsr::to_dense(a);
    float sum = 0;
    for (int k = 0; k < 4; ++k) sum += (transposed ? full(k, i) : full(i, k)) * x(k, j);
    return sum;
  }
  template <class F>
  void expect(F&& f) const {
    for (int i = 0; i < 4; ++i)
      for (int j = 0; j < 3; ++j) CHECK(y(i, j) == f(i, j));
  }
};

}  // namespace

TEST_CASE("expressions: products") {
  operands o;
  auto& a = o.a;
  auto &x = o.x, &y = o.y, &c = o.c;
  // [products]
  y = a * x;
  y = 2 * a * x;
  y = transpose(a) * x;  // nothing is transposed in memory
  // [products]
  o.expect([&](int i, int j) { return o.product(i, j, true); });
  // [addends]
  y = a * x + c;
  y = c - 2 * a * x;        // a residual
  y = 0.5 * y + 2 * a * x;  // the destination itself may be the addend
  y += a * x;
  y -= transpose(a) * x;
  // [addends]
  o.expect([&](int i, int j) {
    return 0.5f * (c(i, j) - 2 * o.product(i, j)) + 3 * o.product(i, j) - o.product(i, j, true);
  });
  // [spmm]
  bsr::spmm(bsr::cpu{}, 2, a, x, 0.5, y);                    // y = 2 * a * x + 0.5 * y
  bsr::spmm<bsr::op::transpose>(bsr::cpu{}, 1, a, x, 0, y);  // y = transpose(a) * x
  // [spmm]
  o.expect([&](int i, int j) { return o.product(i, j, true); });
}

TEST_CASE("expressions: both sides") {
  operands o;
  auto& w = o.a;
  auto &x = o.x, &y = o.y;
  // [sides]
  transpose(y) = transpose(x) * transpose(w);  // the sparse matrix on the right
  transpose(y) = transpose(x) * w;
  // [sides]
  o.expect([&](int i, int j) { return o.product(i, j, true); });
}

TEST_CASE("expressions: vectors") {
  bsr::matrix<double, 2> k({4, 4}, {4, -1, -1, 4, 4, -1, -1, 4}, {0, 1}, {0, 1, 2});
  // [vectors]
  std::vector<double> u = {1, 2, 3, 4}, f = {1, 1, 1, 1}, r(4);
  bsr::view(r) = f - k * u;  // a std::vector is an operand; the destination is named view(r)
  bsr::view(r) += 0.5 * transpose(k) * u;
  bsr::view(r) = u * k;  // a vector on the left is a row
  // [vectors]
  CHECK(r == std::vector<double>{2, 7, 8, 13});
}

TEST_CASE("expressions: epilogues") {
  operands o;
  auto& a = o.a;
  auto &x = o.x, &y = o.y;
  // [epilogues]
  std::vector<float> per_feature = {1, 2, 3}, per_node = {1, 2, 3, 4};
  y = relu(a * x + bsr::per_col(per_feature));    // element (i, j) gets per_feature[j]
  y = x + gelu(a * x + bsr::per_row(per_node));   // a residual connection
  y = map(a * x, [](float v) { return v * v; });  // any function of a value
  y = map(a * x, [](float v, auto i, auto j) { return i < j ? 0 : v; });  // and of its place in y
  // [epilogues]
  o.expect([&](int i, int j) { return i < j ? 0 : o.product(i, j); });
}

TEST_CASE("expressions: low precision") {
  using bsr::saturate_to;
  const bsr::matrix<std::int8_t, 2> w({4, 4}, {100, 100, 1, 2, 3, 4, 5, 6}, {0, 1}, {0, 1, 2});
  bsr::dense_matrix<std::int8_t> x(3, 4), z(3, 4);
  bsr::dense_matrix<float> y(3, 4);
  const std::vector<float> scales{0.5f, 1, 2, 4}, bias{1, 2, 3, 4};
  for (int n = 0; n < 3; ++n)
    for (int k = 0; k < 4; ++k) x(n, k) = static_cast<std::int8_t>(n == 0 ? -128 : 40 + k);
  // [quantised]
  y = x * transpose(w) * bsr::per_col(scales) + bsr::per_col(bias);  // int8 times int8, into float
  z = saturate_to<std::int8_t>(0.02 * x * transpose(w));  // requantised: rounded, clipped to -128 ... 127
  // [quantised]
  CHECK((y(0, 0) == -12799 && y(0, 1) == -382 && y(1, 2) == 2 * (3 * 42 + 4 * 43) + 3));
  CHECK((z(0, 0) == -128 && z(1, 0) == 127 && z(0, 1) == -8 && z(1, 2) == 6));
}

TEST_CASE("expressions: sampled products") {
  bsr::matrix<double, 2> s({4, 4}, {1, 1, 1, 1, 1, 1, 1, 1}, {1, 0}, {0, 1, 2});
  const bsr::pattern<2> missing({4, 4}, {0, 1}, {0, 1, 2});
  bsr::dense_matrix<double> q(4, 3), k(4, 3), dy(3, 4), x(3, 4);
  for (int i = 0; i < 4; ++i)
    for (int l = 0; l < 3; ++l) {
      q(i, l) = i + l;
      k(i, l) = i - l;
      dy(l, i) = q(i, l);
      x(l, i) = k(i, l);
    }
  const auto scores = [&](int i, int j) {
    double sum = 0;
    for (int l = 0; l < 3; ++l) sum += q(i, l) * k(j, l);
    return sum;
  };
  const auto expect = [&](double factor, double addend) {
    for (int r = 0; r < 2; ++r)
      for (int c = 0; c < 2; ++c) {
        CHECK(std::abs(s.block(0)(r, c) - (factor * scores(r, 2 + c) + addend)) < 1e-12);
        CHECK(std::abs(s.block(1)(r, c) - (factor * scores(2 + r, c) + addend)) < 1e-12);
      }
  };
  const auto before = s;
  // [sddmm]
  s = sddmm(s, q, transpose(k));                  // the scores of sparse attention
  s = 2.0 * sddmm(s, q, transpose(k)) + 0.5 * s;  // torch.sparse.sampled_addmm
  s -= 0.1 * sddmm(s, transpose(dy), x);          // a step along the gradient of a layer's stored weights
  // [sddmm]
  expect(2.4, 0);
  s = before;
  // [sddmm-function]
  bsr::sddmm(bsr::cpu{}, 2, q, transpose(k), 0.5, s);  // s = 2 * sddmm(s, q, transpose(k)) + 0.5 * s
  // [sddmm-function]
  expect(2, 0.5);
  // [sddmm-candidates]
  bsr::matrix grown = sddmm(missing, transpose(dy), x);  // the gradient in blocks that are not there
  // [sddmm-candidates]
  CHECK(grown.block(1)(0, 1) == scores(2, 3));
}

TEST_CASE("expressions: lifetime") {
  operands o;
  auto& a = o.a;
  auto &x = o.x, &y = o.y;
  // [lifetime]
  auto e = 2 * a * x;  // nothing is computed yet: e refers to a and x
  a.data()[0] = 7;
  y = e;  // with the new value
  // [lifetime]
  o.expect([&](int i, int j) { return 2 * o.product(i, j); });
}

TEST_CASE("expressions: some of the blocks") {
  const bsr::matrix<float, 2> a({4, 4}, {1, 2, 3, 4, 5, 6, 7, 8}, {0, 1}, {0, 1, 2});
  bsr::dense_matrix<float> x(4, 1), y(4, 1);
  x(0, 0) = x(2, 0) = 1;
  const std::vector<unsigned char> gate{0, 1}, active{1, 0};
  // [masked]
  y = masked(a, gate) * x;     // gate[k] == 0: block k, in storage order, does not count
  y = columns(a, active) * x;  // active[j] == 0: block column j does not, and its part of x is not read
  // [masked]
  CHECK((y(0, 0) == 1 && y(2, 0) == 0));
  y = masked(a, gate) * x;
  CHECK((y(0, 0) == 0 && y(2, 0) == 5));
}

TEST_CASE("expressions: symmetric matrices") {
  const bsr::matrix<double, 2> k({4, 4}, {1, 2, 2, 4, 5, 6, 7, 8}, {0, 1}, {0, 2, 2});
  const std::vector<double> u{1, 0, 0, 1};
  std::vector<double> memory(4);
  const bsr::vector_view<double> f(memory.data(), 4);
  // [symmetric]
  f = symmetric(k) * u;  // k holds the blocks on one side of the diagonal, and the diagonal blocks whole
  auto p = plan(bsr::cpu{}, symmetric(k) * u);
  f.on(p) = symmetric(k) * u;  // each block is read once, and multiplied twice
  // [symmetric]
  CHECK(memory == std::vector<double>{7, 10, 5, 6});
}

TEST_CASE("expressions: several products in one call") {
  const bsr::matrix<float, 2> one({4, 4}, {1, 2, 3, 4, 5, 6, 7, 8}, {0, 1}, {0, 1, 2});
  const std::vector<bsr::matrix<float, 2>> w(3, one);
  std::vector<bsr::dense_matrix<float>> x(3, bsr::dense_matrix<float>(4, 2)), y = x;
  for (auto& one_x : x) one_x(0, 0) = 1;
  const auto &wq = w[0], &wk = w[1];
  bsr::dense_matrix<float> x0(1, 4), q(1, 4), k(1, 4);
  x0(0, 2) = 1;
  // [batch]
  batch(bsr::cpu{.threads = 8}, w.size(), [&](std::size_t h) { return into(y[h], relu(w[h] * x[h])); });
  batch(bsr::cpu{.threads = 8}, into(q, x0 * transpose(wq)), into(k, x0 * transpose(wk)));
  // [batch]
  for (const auto& one_y : y) CHECK((one_y(0, 0) == 1 && one_y(1, 0) == 3 && one_y(2, 0) == 0));
  CHECK((q(0, 2) == 5 && k(0, 3) == 7));
}

TEST_CASE("expressions: refusals are types") {
  // [refused]
  using a = bsr::matrix<float, 2>&;
  using x = bsr::dense_matrix<float>&;
  using twice = decltype(std::declval<a>() * std::declval<x>() * std::declval<x>());
  static_assert(std::same_as<twice, bsr::refused>);
  // [refused]
}

TEST_CASE("expressions: aliasing") {
  // [aliasing]
  std::vector<float> memory(4 * 12, 1.0f);
  bsr::dense_view<float> all(memory.data(), 4, 12);
  auto q = all.block(0, 0, 4, 4), k = all.block(0, 4, 4, 4);  // two of three slices of one buffer
  bsr::matrix<float, 2> w({4, 4}, {1, 0, 0, 1}, {0}, {0, 1, 1});
  q = w * k;  // no byte in common
  // [aliasing]
  CHECK((q(0, 0) == 1 && q(3, 3) == 0 && k(3, 3) == 1));
  CHECK_THROWS_AS(q = w * q, bsr::alias_error);
  // [disjoint]
  q = assume_disjoint(w * k);  // skips the test: you know
  // [disjoint]
}
