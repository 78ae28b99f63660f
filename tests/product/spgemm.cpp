// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/product/spgemm.hpp"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <complex>
#include <cstdint>
#include <string>
#include <utility>

#include "bsr/bsr.hpp"
#include "support/bounds.hpp"
#include "support/identical.hpp"
#include "support/random.hpp"
#include "support/threads.hpp"
#include "support/throws.hpp"

namespace {
using bsr::dims;
using bsr::dynamic;
using namespace bsr_test;

/// "" if c is alpha a b: every element within the bound of the sum in a wider type, rows sorted, and a block
/// exactly where blocks of a and b meet.
template <class C, class A, class B>
std::string difference_of_views(const C& c, int alpha, const A& a, const B& b) {
  using T = typename C::value_type;
  if (c.shape() != dims(a.rows(), b.cols())) return "shape";
  if (c.blocksize() != dims(a.blocksize().rows, b.blocksize().cols)) return "block size";
  if (!bsr::has_canonical_format(c)) return "not canonical";
  const auto x = make_operand(a);
  const auto y = make_operand(b);
  const auto z = make_operand(c);
  const auto factor = static_cast<T>(alpha);
  for (std::int64_t i = 0; i < a.rows(); ++i)
    for (std::int64_t j = 0; j < b.cols(); ++j) {
      wide_t<T> sum{};
      long double size = 0;
      std::int64_t terms = 0;
      for (std::int64_t k = 0; k < a.cols(); ++k) {
        if (x.stored(i, k) == 0 || y.stored(k, j) == 0) continue;
        sum = bsr::add<wide_t<T>>(sum, bsr::multiply<wide_t<T>>(static_cast<wide_t<T>>(x.value(i, k)),
                                                                static_cast<wide_t<T>>(y.value(k, j))));
        size += x.size(i, k) * y.size(k, j);
        terms += x.stored(i, k) * y.stored(k, j);
      }
      const auto where = " at (" + std::to_string(i) + ", " + std::to_string(j) + ")";
      // Blocks meet: whole blocks, also where one of their elements alone would not.
      if (terms > 0 && z.stored(i, j) != 1) return "no block" + where;
      sum = bsr::multiply<wide_t<T>>(widen(factor), sum);
      const long double bound = gamma<T>(terms + 2) * size * magnitude(widen(factor));
      if (!(magnitude(wide_t<T>(z.value(i, j) - sum)) <= bound)) return "wrong" + where;
    }
  // No block without a reason.
  for (std::int64_t i = 0; i < c.block_rows(); ++i)
    for (auto block : c.row(i)) {
      bool reason = false;
      for (std::int64_t k = 0; k < a.cols(); ++k)
        reason |=
            x.stored(i * c.blocksize().rows, k) > 0 && y.stored(k, block.col() * c.blocksize().cols) > 0;
      if (!reason) return "a block without a reason";
    }
  return {};
}

template <class C, class A, class B>
std::string product_difference(const C& c, int alpha, const A& a, const B& b) {
  return difference_of_views(any_blocks(c), alpha, any_blocks(a), any_blocks(b));
}

template <class T, int R, int K, int C>
void check_sizes() {
  INFO("blocks of " << R << "x" << K << " times " << K << "x" << C);
  bsr_test::random rng(static_cast<std::uint64_t>(R * 100 + K * 10 + C));
  for (const auto& [rows, inner, cols] : {std::array<std::int64_t, 3>{1, 1, 1},
                                          {5, 7, 4},
                                          {20, 3, 17},
                                          {3, 40, 30},
                                          {0, 3, 2},
                                          {2, 0, 3},
                                          {4, 2, 0}}) {
    const auto a = random_matrix<T, R, K>(rng, dims(rows * R, inner * K), wild);
    const auto b = random_matrix<T, K, C>(rng, dims(inner * K, cols * C), wild);
    const auto c = bsr::spgemm(bsr::cpu{.threads = 1}, a, b, 3);
    static_assert(std::same_as<std::remove_const_t<decltype(c)>, bsr::matrix<T, R, C>>);
    REQUIRE(product_difference(c, 3, a, b) == "");
    // Block sizes known at run time, and values alone, give the same bits.
    const bsr::matrix_view<const T, dynamic, dynamic> da = a.view(), db = b.view();
    auto d = bsr::spgemm(bsr::cpu{.threads = 1}, da, db, 3);
    REQUIRE(product_difference(d, 3, a, b) == "");
    if constexpr (R == K && K == C) REQUIRE(stored_difference(d, c) == "");
    auto again = c;
    for (T& x : again.data()) x = poison<T>();
    bsr::spgemm_at(bsr::cpu{.threads = 1}, a, b, 3, again);
    REQUIRE(stored_difference(again, c) == "");
  }
}

TEST_CASE("spgemm: every kind of block product", "[product]") {
  check_sizes<double, 1, 1, 1>();
  check_sizes<double, 2, 2, 2>();
  check_sizes<double, 3, 3, 3>();
  check_sizes<double, 4, 4, 4>();
  check_sizes<double, 2, 3, 5>();
  check_sizes<double, 5, 2, 1>();
  check_sizes<double, 1, 7, 3>();
  check_sizes<double, 17, 3, 20>();
}

TEST_CASE("spgemm: single precision", "[product]") {
  check_sizes<float, 3, 3, 3>();
  check_sizes<float, 4, 4, 4>();
  check_sizes<float, 8, 8, 8>();
  check_sizes<float, 7, 20, 33>();
}

TEST_CASE("spgemm: integers wrap, bool is or, complex", "[product]") {
  check_sizes<std::int8_t, 2, 2, 2>();
  check_sizes<std::uint16_t, 3, 2, 1>();
  check_sizes<bool, 2, 2, 2>();
  check_sizes<std::complex<double>, 2, 3, 2>();
  check_sizes<long double, 1, 2, 2>();
}

TEST_CASE("spgemm: int8 wraps where scipy's does", "[product]") {
  // bsr_array([[100]], dtype=int8) @ itself: 10000 mod 256 = 16
  const bsr::matrix<std::int8_t, 1> a({1, 1}, {100}, {0}, {0, 1});
  CHECK(bsr::spgemm(bsr::cpu{}, a, a).data()[0] == 16);
}

TEST_CASE("spgemm: long rows, far columns, every number of threads", "[product]") {
  bsr_test::random rng(7);
  const auto a = random_matrix<double, 2, 2>(rng, dims(120, 400), {.density = 0.5, .duplicates = 0.1});
  const auto b = random_matrix<double, 2, 2>(rng, dims(400, 40000), {.density = 0.002});
  const auto c = bsr::spgemm(bsr::cpu{.threads = 1}, a, b);
  CHECK(bsr::has_canonical_format(c));
  const auto dense_a = bsr::to_dense(a), dense_b = bsr::to_dense(b), dense_c = bsr::to_dense(c);
  for (int n = 0; n < 4000; ++n) {
    const auto i = rng.below(120), j = rng.below(40000);
    long double sum = 0, size = 0;
    for (std::int64_t k = 0; k < 400; ++k) {
      const long double term =
          static_cast<long double>(dense_a(i, k)) * static_cast<long double>(dense_b(k, j));
      sum += term;
      size += std::fabs(term);
    }
    // Duplicates have been added up in dense_a with one more rounding each.
    REQUIRE(std::fabs(static_cast<long double>(dense_c(i, j)) - sum) <=
            gamma<double>(840) * (size + 1e-300L) * 4);
  }
  for (const int threads : {2, 3, 7})
    CHECK(stored_difference(bsr::spgemm(on_threads(threads), a, b), c) == "");
}

TEST_CASE("spgemm: inner block sizes that differ: a's wins, as in scipy", "[product]") {
  bsr_test::random rng(11);
  const auto a = random_matrix<double, 2, 3>(rng, dims(8, 12), wild);
  const auto b = random_matrix<double, 4, 5>(rng, dims(12, 10), wild);
  const auto c = bsr::spgemm(bsr::cpu{}, a, b);
  CHECK(c.blocksize() == dims(2, 5));
  CHECK(product_difference(c, 1, a, bsr::to_bsr<3, 5>(b)) == "");
}

TEST_CASE("spgemm: types and index types mix", "[product]") {
  bsr_test::random rng(12);
  const auto a = random_matrix<std::int8_t, 2>(rng, dims(6, 6), wild);
  const auto b = random_matrix<float, 2, 2, std::int64_t>(
      rng, dims(6, 4), {.density = 0.6, .values = numbers::small_integers});
  const auto c = bsr::spgemm(bsr::cpu{}, a, b);
  static_assert(std::same_as<decltype(c)::value_type, float> &&
                std::same_as<decltype(c)::index_type, std::int64_t>);
  CHECK(product_difference(c, 1, a, b) == "");
}

TEST_CASE("spgemm: padding is no value", "[product]") {
  bsr_test::random rng(13);
  for (const auto& [m, k, n] : {std::array<std::int64_t, 3>{5, 7, 4}, {3, 4, 11}, {1, 1, 1}, {8, 5, 8}}) {
    const auto a = random_matrix<double, 2, 3>(rng, dims(m, k), wild);
    const auto b = random_matrix<double, 3, 4>(rng, dims(k, n), wild);
    CHECK(product_difference(bsr::spgemm(bsr::cpu{}, a, b), 1, a, b) == "");
    const auto other = random_matrix<double, 2, 2>(rng, dims(k, n), wild);
    CHECK(product_difference(bsr::spgemm(bsr::cpu{}, a, other), 1, a,
                             bsr::to_bsr<3, 2>(other, bsr::padded)) == "");
  }
}

TEST_CASE("spgemm: what does not fit is refused", "[product]") {
  const bsr::matrix<double, 2> a({4, 4}, {1, 2, 3, 4}, {1}, {0, 1, 1});
  const bsr::matrix<double, 2> b({6, 4});
  CHECK(text_of<bsr::shape_error>([&] { bsr::spgemm(bsr::cpu{}, a, b); }) ==
        "bsr: a * b: a is 4x4, b is 6x4: a must have as many columns as b has rows.");
  bsr::matrix<double, 2> c({4, 4});
  bsr::matrix<double, 2> d({6, 4});
  CHECK(text_of<bsr::shape_error>([&] { bsr::spgemm_at(bsr::cpu{}, a, a, 1, d); }) ==
        "bsr: c = a * b: the product is 4x4 in blocks of 2x2, c is 6x4 in blocks of 2x2.");
  const bsr::matrix<double, 2> full({4, 4}, {1, 0, 0, 1, 1, 0, 0, 1}, {0, 1}, {0, 1, 2});
  CHECK(text_of<bsr::shape_error>([&] { bsr::spgemm_at(bsr::cpu{}, full, full, 1, c); }) ==
        "bsr: c = a * b: the product has a block where c has none. Assign to a matrix, which takes the "
        "product's "
        "structure, instead of a view.");
  const bsr::matrix<std::int32_t, 2> whole({4, 4}, {1, 2, 3, 4}, {1}, {0, 1, 1});
  CHECK(text_of<bsr::error>([&] { bsr::spgemm(bsr::cpu{}, whole, whole, 0.5); }) ==
        "bsr: a * b: the factor is 0.5, but the elements are integers.");
  auto broken = a;
  broken.indices()[0] = 2;
  CHECK(text_of<bsr::format_error>([&] { bsr::spgemm(bsr::cpu{}, broken, a); }) ==
        "bsr: a * b: column index values must be < 2 (now max 2): block row 0 holds 2.");
}

}  // namespace
