// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/product/evaluate.hpp"

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "bsr/bsr.hpp"
#include "support/bounds.hpp"
#include "support/identical.hpp"
#include "support/random.hpp"
#include "support/throws.hpp"

namespace {
using bsr::cpu;
using bsr::dims;
using bsr::dynamic;
using namespace bsr_test;

/// Whole numbers of which every sum is exact, so that results are compared with ==.
template <class T, int R, int C = R>
bsr::matrix<T, R, C> whole(bsr_test::random& rng, dims shape) {
  auto options = wild;
  options.values = numbers::small_integers;
  return random_matrix<T, R, C>(rng, shape, options);
}

/// "" if the elements of `a` are those of `expected`.
template <class A, class V>
std::string value_difference(const A& a, const table<V>& expected) {
  const auto x = dense(a);
  if (x.rows != expected.rows || x.cols != expected.cols) return "shape";
  for (std::int64_t i = 0; i < x.rows; ++i)
    for (std::int64_t j = 0; j < x.cols; ++j)
      if (!(x(i, j) == expected(i, j))) return "(" + std::to_string(i) + ", " + std::to_string(j) + ")";
  return {};
}

template <class V>
table<V> times(const table<V>& a, const table<V>& b, V alpha = V(1)) {
  table<V> c(a.rows, b.cols);
  for (std::int64_t i = 0; i < a.rows; ++i)
    for (std::int64_t j = 0; j < b.cols; ++j) {
      for (std::int64_t k = 0; k < a.cols; ++k) c(i, j) += a(i, k) * b(k, j);
      c(i, j) = alpha * c(i, j);
    }
  return c;
}
template <class V>
table<V> plus(V alpha, const table<V>& a, V beta, const table<V>& b) {
  table<V> c(a.rows, a.cols);
  for (std::int64_t i = 0; i < a.rows; ++i)
    for (std::int64_t j = 0; j < a.cols; ++j) c(i, j) = alpha * a(i, j) + beta * b(i, j);
  return c;
}

TEST_CASE("matrix c = a * b", "[product]") {
  bsr_test::random rng(1);
  const auto a = whole<double, 2, 3>(rng, dims(8, 9));
  const auto b = whole<double, 3, 2>(rng, dims(9, 6));
  const auto x = dense(a), y = dense(b);
  const bsr::matrix c = a * b;
  static_assert(std::same_as<decltype(c), const bsr::matrix<double, 2, 2>>);
  CHECK(value_difference(c, times(x, y)) == "");
  CHECK(value_difference(bsr::matrix(2 * a * b), times(x, y, 2.0L)) == "");
  CHECK(value_difference(bsr::matrix(-(a * b) * 0.5), times(x, y, -0.5L)) == "");
  CHECK(value_difference(bsr::matrix(2 * a * (0.25 * b)), times(x, y, 0.5L)) == "");
  const auto d = whole<double, 2, 3>(rng, dims(8, 9));
  const auto z = dense(d);
  CHECK(value_difference(bsr::matrix(transpose(a) * d), times(transposed(x), z)) == "");
  CHECK(value_difference(bsr::matrix(a * transpose(d)), times(x, transposed(z))) == "");
  CHECK(value_difference(bsr::matrix(transpose(b) * transpose(a)), times(transposed(y), transposed(x))) ==
        "");
  const bsr::matrix<double> free = a * b;
  CHECK(free.blocksize() == dims(2, 2));
  CHECK(value_difference(free, times(x, y)) == "");
  const bsr::matrix_view<const double, dynamic, dynamic> da = a.view();
  const bsr::matrix<double, 2, 2> fixed = da * b;
  CHECK(stored_difference(fixed, c) == "");
  CHECK(text_of<bsr::shape_error>([&] { bsr::matrix<double, 4, 2> wrong = da * b; }) ==
        "bsr: c = a * b: mismatching blocksize=2x2 vs 4x2 of the type.");
}

TEST_CASE("matrix c = a + b", "[product]") {
  bsr_test::random rng(2);
  const auto a = whole<double, 2, 3>(rng, dims(8, 12));
  const auto b = whole<double, 2, 3>(rng, dims(8, 12));
  const auto d = whole<double, 3, 2>(rng, dims(12, 8));
  const auto e = whole<double, 4, 4>(rng, dims(8, 12));
  const auto x = dense(a), y = dense(b), z = transposed(dense(d)), w = dense(e);
  const bsr::matrix c = a + b;
  static_assert(std::same_as<decltype(c), const bsr::matrix<double, 2, 3>>);
  CHECK(value_difference(c, plus(1.0L, x, 1.0L, y)) == "");
  CHECK(bsr::has_canonical_format(c));
  CHECK(value_difference(bsr::matrix(a - b), plus(1.0L, x, -1.0L, y)) == "");
  CHECK(value_difference(bsr::matrix(2 * a - 0.5 * b), plus(2.0L, x, -0.5L, y)) == "");
  CHECK(value_difference(bsr::matrix(-(a + 2 * b)), plus(-1.0L, x, -2.0L, y)) == "");
  CHECK(value_difference(bsr::matrix(3 * (a + transpose(d)) * 2), plus(6.0L, x, 6.0L, z)) == "");
  CHECK(value_difference(bsr::matrix(a + e), plus(1.0L, x, 1.0L, w)) == "");
  CHECK(bsr::matrix(a + e).blocksize() == dims(2, 3));
  CHECK(bsr::matrix(a - a).num_blocks() == 0);  // scipy drops blocks that are zero
  const bsr::matrix<double, 2, 3> other({8, 9});
  CHECK(text_of<bsr::shape_error>([&] { bsr::matrix q = a + other; }) ==
        "bsr: add(a, b): inconsistent shapes: a is 8x12, b is 8x9.");
}

TEST_CASE("matrix c = alpha * op(a)", "[product]") {
  bsr_test::random rng(3);
  const auto a = whole<float, 2, 3>(rng, dims(6, 9));
  const bsr::matrix c = 2 * a;
  static_assert(std::same_as<decltype(c), const bsr::matrix<float, 2, 3>>);
  CHECK(value_difference(c, plus(2.0L, dense(a), 0.0L, dense(a))) == "");
  CHECK(array_difference("indices", c.indices(), a.indices()) == "");  // unsorted and repeated as they were
  const bsr::matrix t = transpose(a);
  static_assert(std::same_as<decltype(t), const bsr::matrix<float, 3, 2>>);
  CHECK(stored_difference(t, to_transposed(a)) == "");
  const bsr::matrix z = std::complex<float>(0, 1) * a;
  static_assert(std::same_as<decltype(z), const bsr::matrix<std::complex<float>, 2, 3>>);
  CHECK(z.data()[0] == std::complex<float>(0, a.data()[0]));
  const auto whole_numbers = whole<std::int16_t, 2>(rng, dims(4, 4));
  const bsr::matrix tripled = 3 * whole_numbers;
  static_assert(std::same_as<decltype(tripled), const bsr::matrix<std::int16_t, 2>>);
  CHECK(text_of<bsr::error>([&] { bsr::matrix half = 0.5 * whole_numbers; }) ==
        "bsr: c = alpha * a: the factor is 0.5, but the elements are integers.");
}

TEST_CASE("types of sparse results follow NumPy", "[product]") {
  bsr_test::random rng(4);
  const auto f = whole<float, 2>(rng, dims(4, 4));
  const auto d = random_matrix<double, 2, 2, std::int64_t>(rng, dims(4, 4), wild);
  const auto i = whole<std::int8_t, 2>(rng, dims(4, 4));
  static_assert(std::same_as<decltype(bsr::matrix(f * d)), bsr::matrix<double, 2, 2, std::int64_t>>);
  static_assert(std::same_as<decltype(bsr::matrix(i + f)), bsr::matrix<float, 2>>);
  static_assert(std::same_as<decltype(bsr::matrix(i * i)), bsr::matrix<std::int8_t, 2>>);
  const bsr::matrix sum = i + f;
  const auto x = dense(i);
  const auto y = dense(f);
  for (std::int64_t r = 0; r < 4; ++r)
    for (std::int64_t c = 0; c < 4; ++c)
      CHECK(dense(sum)(r, c) == static_cast<long double>(x(r, c)) + y(r, c));
}

TEST_CASE("c = e replaces structure and values, and c may take part", "[product]") {
  bsr_test::random rng(5);
  const auto a = whole<double, 2>(rng, dims(8, 8));
  const auto x = dense(a);
  auto c = a;
  c = c * c;
  CHECK(value_difference(c, times(x, x)) == "");
  c = a;
  c = 2 * c - transpose(c);
  CHECK(value_difference(c, plus(2.0L, x, -1.0L, transposed(x))) == "");
  c.on(cpu{.threads = 1}) = a * a;
  CHECK(value_difference(c, times(x, x)) == "");
}

TEST_CASE("c = a * b, again and again, computes into the memory that c has", "[product]") {
  bsr_test::random rng(15);
  const auto a = whole<double, 2>(rng, dims(12, 12)), b = whole<double, 2>(rng, dims(12, 12));
  bsr::matrix c = a * b;
  const auto expected = dense(c);
  REQUIRE(value_difference(c, times(dense(a), dense(b))) == "");
  const double* const memory = c.data().data();
  for (double& v : c.data()) v = 99;
  c = a * b;
  CHECK(c.data().data() == memory);
  CHECK(value_difference(c, expected) == "");
  c.on(cpu{.threads = 1}) = 2 * a * b;
  CHECK(c.data().data() == memory);
  CHECK(value_difference(c, times(dense(a), dense(b), 2.0L)) == "");
  // A little less fits; what leaves most of it unused, or does not fit, is new.
  const auto one = bsr::eye<double, 2>(12);
  c = one * a;
  CHECK(value_difference(c, dense(a)) == "");
  c = a * b;
  CHECK(value_difference(c, expected) == "");
  // An operand is read to the end.
  c = c * b;
  CHECK(value_difference(c, times(expected, dense(b))) == "");
  c = a * b;
  c = transpose(c) * c;
  CHECK(value_difference(c, times(transposed(expected), expected)) == "");
}

/// c = e() computes into the memory that c has, and gives `expected`.
template <class M, class E, class V>
void check_in_place(M& c, const E& e, const table<V>& expected) {
  c = e();
  const auto* const data = c.data().data();
  const auto* const indices = c.indices().data();
  for (auto& v : c.data()) v = 99;
  c = e();
  CHECK(c.data().data() == data);
  CHECK(c.indices().data() == indices);
  CHECK(value_difference(c, expected) == "");
  CHECK_NOTHROW(check_format(c, bsr::checks::full));
}

TEMPLATE_TEST_CASE_SIG("c = a + b, transpose(a) and 2 * a compute into the memory that c has", "[product]",
                       ((int N), N), 1, 2, 3) {
  bsr_test::random rng(18);
  const auto a = whole<double, N>(rng, dims(60, 60)), b = whole<double, N>(rng, dims(60, 60));
  const auto x = dense(a), y = dense(b);
  bsr::matrix<double, N> c;
  check_in_place(c, [&] { return a + b; }, plus(1.0L, x, 1.0L, y));
  check_in_place(c, [&] { return a - 3 * transpose(b); }, plus(1.0L, x, -3.0L, transposed(y)));
  check_in_place(c, [&] { return a + a; }, plus(2.0L, x, 0.0L, x));
  check_in_place(c, [&] { return transpose(a); }, transposed(x));
  check_in_place(c, [&] { return 2 * a; }, plus(2.0L, x, 0.0L, x));
  bsr::matrix<double> d(dims(0, 0), dims(N, N));
  d = a + b;
  CHECK(value_difference(d, plus(1.0L, x, 1.0L, y)) == "");
  d = -2 * transpose(a);
  CHECK(value_difference(d, plus(-2.0L, transposed(x), 0.0L, x)) == "");
}

TEST_CASE("c = e with operands in the memory of c", "[product]") {
  bsr_test::random rng(19);
  const auto a = whole<double, 2>(rng, dims(40, 40)), b = whole<double, 2>(rng, dims(40, 40));
  const auto x = dense(a), y = dense(b);
  bsr::matrix<double, 2> c = a;
  c = c + b;
  CHECK(value_difference(c, plus(1.0L, x, 1.0L, y)) == "");
  c = a;
  c = b - 2 * c;
  CHECK(value_difference(c, plus(1.0L, y, -2.0L, x)) == "");
  c = a;
  c = transpose(c);
  CHECK(value_difference(c, transposed(x)) == "");
  c = a;
  c = 3 * c;
  CHECK(value_difference(c, plus(3.0L, x, 0.0L, x)) == "");
  // Other values at c's own columns.
  c = a;
  const bsr::buffer<double> values(std::span<const double>(std::as_const(c).data()));
  const bsr::matrix_view<const double, 2> v(c.shape(), values.span(), std::as_const(c).indices(),
                                            std::as_const(c).indptr());
  c = v + b;
  CHECK(value_difference(c, plus(1.0L, x, 1.0L, y)) == "");
}

TEST_CASE("c = a + b leaves c as it was when it throws", "[product]") {
  bsr_test::random rng(20);
  const auto a = whole<int, 2>(rng, dims(8, 8)), other = whole<int, 2>(rng, dims(6, 6));
  auto broken = a;
  broken.indices()[0] = 4;
  bsr::matrix c = a + a;
  const auto before = c;
  CHECK_THROWS_AS(c = a + other, bsr::shape_error);
  CHECK_THROWS_AS(c = a + broken, bsr::format_error);
  CHECK_THROWS_AS(c = 0.5 * a + a, bsr::error);
  CHECK_THROWS_AS(c = 2 * broken, bsr::format_error);
  CHECK_THROWS_AS(c = transpose(broken), bsr::format_error);
  CHECK(stored_difference(c, before) == "");
}

TEST_CASE("c = v * b, where v has other values at c's own indices", "[product]") {
  bsr_test::random rng(17);
  auto c = whole<double, 2>(rng, dims(12, 12));
  const bsr::buffer<double> values(std::span<const double>(std::as_const(c).data()));
  const bsr::matrix_view<const double, 2> v(c.shape(), values.span(), std::as_const(c).indices(),
                                            std::as_const(c).indptr());
  const auto expected = dense(c);
  const auto one = bsr::eye<double, 2>(12);
  c = v * one;
  CHECK(value_difference(c, expected) == "");
  // Without blocks there is nothing that tells where it lies.
  bsr::matrix<double, 2> empty(dims(12, 12));
  empty = empty * one;
  CHECK((empty.shape() == dims(12, 12) && empty.num_blocks() == 0));
}

TEST_CASE("c = a * b leaves c as it was when it throws", "[product]") {
  bsr_test::random rng(16);
  const auto a = whole<int, 2>(rng, dims(8, 8)), other = whole<int, 2>(rng, dims(6, 6));
  bsr::matrix c = a * a;
  const auto before = c;
  CHECK_THROWS_AS(c = a * other, bsr::shape_error);
  CHECK_THROWS_AS(c = 0.5 * a * a, bsr::error);
  CHECK(stored_difference(c, before) == "");
}

TEST_CASE("c += a, in place where the structure is the same", "[product]") {
  bsr_test::random rng(6);
  const auto a = whole<double, 2>(rng, dims(8, 8));
  const auto b = whole<double, 2>(rng, dims(8, 8));
  const auto x = dense(a), y = dense(b);
  auto c = a;
  const double* const memory = c.data().data();
  c += 3 * a;
  CHECK(value_difference(c, plus(4.0L, x, 0.0L, x)) == "");
  c -= a;
  CHECK(value_difference(c, plus(3.0L, x, 0.0L, x)) == "");
  CHECK(c.data().data() == memory);
  CHECK(array_difference("indices", c.indices(), a.indices()) == "");
  c += b;
  CHECK(value_difference(c, plus(3.0L, x, 1.0L, y)) == "");
  c -= a * b;
  CHECK(value_difference(c, plus(1.0L, plus(3.0L, x, 1.0L, y), -1.0L, times(x, y))) == "");
  c += transpose(a) + b;
  const bsr::matrix<double, 2> other({4, 8});
  CHECK(text_of<bsr::shape_error>([&] { c += other; }) ==
        "bsr: c += a: inconsistent shapes: c is 8x8, a is 4x8.");
}

TEST_CASE("a view keeps its structure", "[product]") {
  bsr_test::random rng(7);
  const auto a = whole<double, 2>(rng, dims(8, 8));
  const auto x = dense(a);
  bsr::matrix c = a * a;
  const auto structure = c;
  for (double& e : c.data()) e = poison<double>();
  const auto v = c.view();
  v = -1 * a * a;
  CHECK(value_difference(c, times(x, x, -1.0L)) == "");
  v.on(cpu{.threads = 1}) = a * a;
  CHECK(stored_difference(c, structure) == "");
  bsr::matrix<double, 2> nothing({8, 8});
  CHECK(text_of<bsr::shape_error>([&] {
          nothing.view() = a * a;
        }).starts_with("bsr: c = a * b: the product has a block"));
}

}  // namespace
