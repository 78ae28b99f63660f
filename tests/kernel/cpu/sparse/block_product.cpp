// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/sparse/block_product.hpp"

#include <algorithm>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "bsr/storage/buffer.hpp"
#include "support/fence.hpp"

namespace {

using bsr::detail::block_product;
using bsr::detail::product_sizes;

/// Small whole numbers: sums of products of them are exact in every type here.
template <class T>
bsr::buffer<T> small_numbers(std::int64_t n, unsigned seed) {
  bsr::buffer<T> x(n, bsr::uninitialized);
  for (T& v : x) {
    seed = seed * 1664525u + 1013904223u;
    const int k = static_cast<int>(seed >> 24) % 9 - 4;
    if constexpr (std::same_as<T, bool>)
      v = k > 0;
    else
      v = static_cast<T>(
          static_cast<typename bsr::scalar_traits<T>::real>(std::is_unsigned_v<T> ? k + 4 : k));
  }
  return x;
}

/// n elements behind which nothing can be touched, if they fit into a page.
template <class T>
class fenced {
 public:
  explicit fenced(std::int64_t n)
      : plain_(n),
        data_(n * static_cast<std::int64_t>(sizeof(T)) <= 4096 ? fence_.last<T>(static_cast<int>(n))
                                                               : plain_.data()) {}
  T* data() { return data_; }

 private:
  bsr_test::fence fence_;
  bsr::buffer<T> plain_;
  T* data_;
};

/// c = alpha * (a0 b0 + a1 b1) by block_product<T, R, K, C> and element by element.
template <class T, int R, int K, int C>
void compare(product_sizes s) {
  using Product = block_product<T, R, K, C>;
  CAPTURE(s.rows, s.depth, s.cols);
  const T alpha = std::same_as<T, bool> ? T(1) : T(3);
  const std::int64_t a_area = s.rows * s.depth, b_area = s.depth * s.cols, c_area = s.rows * s.cols;
  const product_sizes own = Product::sizes(s);
  CHECK(own.rows * own.depth == a_area);
  CHECK(own.depth * own.cols == b_area);
  CHECK(own.rows * own.cols == c_area);
  const auto a = small_numbers<T>(2 * a_area, 1);
  // The last element of b is the last that may be read, the last of c the last that may be written.
  const auto numbers = small_numbers<T>(2 * b_area, 2);
  fenced<T> b(2 * b_area), c(c_area);
  std::copy(numbers.begin(), numbers.end(), b.data());
  bsr::buffer<T> sums(Product::stride(s));
  Product product(s);
  product.load(a.data());
  product.add(b.data(), sums.data());
  product.load(a.data() + a_area);
  if constexpr (Product::reads_beyond)
    product.add_last(b.data() + b_area, sums.data());
  else
    product.add(b.data() + b_area, sums.data());
  product.write(sums.data(), alpha, c.data());
  for (std::int64_t r = 0; r < s.rows; ++r)
    for (std::int64_t j = 0; j < s.cols; ++j) {
      T sum{};
      for (int n = 0; n < 2; ++n)
        for (std::int64_t l = 0; l < s.depth; ++l)
          sum = bsr::add(
              sum, bsr::multiply(a[n * a_area + r * s.depth + l], numbers[n * b_area + l * s.cols + j]));
      if (c.data()[r * s.cols + j] != bsr::multiply(alpha, sum)) FAIL("element (" << r << ", " << j << ")");
    }
}

template <class T, int R, int K, int... C>
void all_cols(std::integer_sequence<int, C...>) {
  (compare<T, R, K, C + 1>({R, K, C + 1}), ...);
}
template <class T, int R, int... K>
void all_depths(std::integer_sequence<int, K...>) {
  (all_cols<T, R, K + 1>(std::make_integer_sequence<int, 6>()), ...);
}
template <class T, int... R>
void all_sizes(std::integer_sequence<int, R...>) {
  (all_depths<T, R + 1>(std::make_integer_sequence<int, 3>()), ...);
}

TEMPLATE_TEST_CASE("block_product: small blocks of every shape", "[kernel]", float, double) {
  all_sizes<TestType>(std::make_integer_sequence<int, 6>());
}

TEMPLATE_TEST_CASE("block_product: types without vectors", "[kernel]", std::int32_t, std::complex<double>) {
  compare<TestType, 1, 1, 1>({1, 1, 1});
  compare<TestType, 2, 3, 4>({2, 3, 4});
  compare<TestType, 6, 1, 5>({6, 1, 5});
}

TEMPLATE_TEST_CASE("block_product: sizes known at run time", "[kernel]", float, double, bool, std::uint8_t) {
  for (const std::int64_t rows : {1, 2, 5, 8, 17})
    for (const std::int64_t depth : {1, 3, 16})
      for (const std::int64_t cols : {1, 2, 7, 16, 33})
        compare<TestType, bsr::dynamic, bsr::dynamic, bsr::dynamic>({rows, depth, cols});
  compare<TestType, 8, 8, 8>({8, 8, 8});
  compare<TestType, 16, 4, 32>({16, 4, 32});
}

}  // namespace
