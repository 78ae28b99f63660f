// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/construct/kron.hpp"

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "support/bounds.hpp"
#include "support/identical.hpp"
#include "support/random.hpp"
#include "support/sample.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
using bsr_test::random;  // not the one of stdlib.h

template <class V>
table<V> dense_kron(const table<V>& a, const table<V>& b) {
  table<V> result(a.rows * b.rows, a.cols * b.cols);
  for (std::int64_t i = 0; i < result.rows; ++i)
    for (std::int64_t j = 0; j < result.cols; ++j)
      result(i, j) = bsr::multiply<V>(a(i / b.rows, j / b.cols), b(i % b.rows, j % b.cols));
  return result;
}

template <class A, class B>
void check_kron(const A& a, const B& b) {
  const auto c = bsr::kron(a, b);
  INFO(a.rows() << "x" << a.cols() << " kron " << b.rows() << "x" << b.cols());
  CHECK(difference(c, dense_kron(dense(a), dense(b))) == "");
  CHECK(c.blocksize() == b.blocksize());
  CHECK(bsr::has_canonical_format(c));
  STATIC_CHECK(decltype(c)::static_rows == B::static_rows);
  STATIC_CHECK(decltype(c)::static_cols == B::static_cols);
}

TEMPLATE_TEST_CASE("kron: random matrices of every type", "[construct]", bool, std::int8_t,
                   std::complex<double>) {
  random rng(4);
  random_options options = wild;
  options.values = numbers::small_integers;
  for (std::int64_t size = 0; size <= 5; ++size) {
    const auto a = random_matrix<TestType>(rng, {size, 6 - size}, {2, 3}, options);
    check_kron(a, random_matrix<TestType>(rng, {6, 4}, {3, 2}, options));
    check_kron(a, random_matrix<TestType>(rng, {5 - size, size}, {2, 2}, options));
  }
}

TEST_CASE("kron: static block sizes", "[construct]") {
  random rng(5);
  random_options options = wild;
  options.values = numbers::small_integers;
  for (std::int64_t size = 0; size <= 5; ++size) {
    const auto a = random_matrix<double, 2, 3>(rng, {size, 6 - size}, options);
    const auto b = random_matrix<double, 3, 2>(rng, {size, 3}, options);
    check_kron(a, b);
    check_kron(b, a);
  }
}

TEST_CASE("kron: the sample, as scipy", "[construct]") {
  // k = scipy.sparse.kron(a, bsr_array([[1., -1], [2, 0]], blocksize=(2, 2)), format='bsr');
  // k.sum_duplicates()
  const auto a = sample::matrix<double>();
  const auto k = bsr::kron(a, bsr::matrix<double, 2>({2, 2}, {1, -1, 2, 0}, {0}, {0, 1}));
  STATIC_CHECK(std::is_same_v<decltype(k), const bsr::matrix<double, 2>>);
  CHECK(k.num_blocks() == 24);
  const std::vector<int> indices{0, 1, 2, 6, 7, 8, 0, 1, 2, 6, 7, 8, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5};
  CHECK(array_difference("indices", k.indices(), indices) == "");
  CHECK(array_difference("indptr", k.indptr(), std::vector<int>{0, 6, 12, 12, 12, 18, 24}) == "");
  double sum = 0;
  for (const double x : k.data()) sum += x;
  CHECK(sum == 114.0);
}

TEST_CASE("kron: index types", "[construct]") {
  const bsr::matrix<float, 1> a({1, 1}, {2}, {0}, {0, 1});
  const bsr::matrix<float, 1, 1, std::int64_t> b({1, 1}, {3}, {0}, {0, 1});
  STATIC_CHECK(std::is_same_v<decltype(bsr::kron(a, b)), bsr::matrix<float, 1, 1, std::int64_t>>);
  STATIC_CHECK(std::is_same_v<decltype(bsr::kron(b, a)), bsr::matrix<float, 1, 1, std::int64_t>>);
  STATIC_CHECK(std::is_same_v<decltype(bsr::kron(a, a)), bsr::matrix<float, 1>>);
  CHECK(bsr::kron(a, b).data()[0] == 6.0f);
}

TEST_CASE("kron: sizes that cannot be counted", "[construct]") {
  const std::int64_t large = std::int64_t{1} << 20;
  const std::int64_t huge = std::int64_t{1} << 32;
  const bsr::matrix<float, 1> a({1, huge});
  CHECK(text_of<bsr::shape_error>([&] { (void)bsr::kron(a, a); }) ==
        "bsr: kron: 4294967296 times 4294967296 columns are more than can be counted.");
  const bsr::matrix<float, 1> b({1, large});
  CHECK(text_of<bsr::shape_error>([&] { (void)bsr::kron(b, b); }) ==
        "bsr: kron: 1099511627776 block columns are too many for int32 indices, which end at 2147483647; ask "
        "for std::int64_t indices.");
  const bsr::matrix<float, 1, 1, std::int64_t> c({1, large}, {1}, {7}, {0, 1});
  CHECK(bsr::kron(c, c).indices()[0] == 7 * large + 7);
}

TEST_CASE("kron: broken indices are refused", "[construct]") {
  const bsr::matrix<double, 1> good({2, 2}, {1.0, 2.0}, {0, 1}, {0, 1, 2});
  const bsr::matrix<double, 1> bad({2, 2}, {1.0, 2.0}, {0, 5}, {0, 1, 2});
  const char* const text = "bsr: kron: column index values must be < 2 (now max 5): block row 1 holds 5.";
  CHECK(text_of<bsr::format_error>([&] { (void)bsr::kron(good, bad); }) == text);
  CHECK(text_of<bsr::format_error>([&] { (void)bsr::kron(bad, good); }) == text);
}

}  // namespace
