// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/elementwise/astype.hpp"

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <complex>
#include <cstdint>
#include <type_traits>

#include "bsr/base/half.hpp"
#include "bsr/format/sum_duplicates.hpp"
#include "support/identical.hpp"
#include "support/random.hpp"
#include "support/sample.hpp"
#include "support/shapes.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
using bsr_test::random;  // not the one of stdlib.h

/// a.astype(U) the slow way.
template <class U, class A>
auto converted(const A& a) {
  bsr::matrix<U, A::static_rows, A::static_cols, typename A::index_type> c(a.pattern());
  const bsr::dims b = a.blocksize();
  for (std::int64_t i = 0; i < a.block_rows(); ++i)
    for (auto block : a.row(i))
      for (std::int64_t r = 0; r < b.rows && i * b.rows + r < a.rows(); ++r)
        for (std::int64_t k = 0; k < b.cols && block.col() * b.cols + k < a.cols(); ++k) {
          if constexpr (std::is_same_v<U, bool>)
            c.block(block.index())(r, k) = block(r, k) != typename A::value_type{};
          else if constexpr (bsr::is_complex<U>)
            c.block(block.index())(r, k) = static_cast<typename U::value_type>(block(r, k));
          else
            c.block(block.index())(r, k) = static_cast<U>(block(r, k));
        }
  if (!std::is_same_v<U, typename A::value_type>) bsr::sum_duplicates(c);
  return c;
}

TEMPLATE_TEST_CASE("astype: random matrices of double to every kind", "[elementwise]", bool, std::int8_t,
                   double, bsr::float16, std::complex<float>) {
  random rng(3);
  for_each_matrix<double>(rng, [](const auto& a) {
    CHECK(stored_difference(bsr::astype<TestType>(a), converted<TestType>(a)) == "");
  });
}
TEMPLATE_TEST_CASE("astype: matrices of every kind to double", "[elementwise]", bool, std::int8_t,
                   bsr::float16) {
  random rng(4);
  const auto a = random_matrix<TestType, 2, 3>(rng, {7, 11}, wild);
  CHECK(stored_difference(bsr::astype<double>(a), converted<double>(a)) == "");
}

TEST_CASE("astype: another type adds up duplicates after the conversion, the same type keeps them",
          "[elementwise]") {
  // A = bsr_array((np.array([[[100.]], [[100.]]]), [0, 0], [0, 2]), shape=(1, 1)); A.astype(np.int8).data ->
  // [[[-56]]]
  const bsr::matrix<double, 1> a({1, 1}, {100.0, 100.0}, {0, 0}, {0, 2});
  const auto c = bsr::astype<std::int8_t>(a);
  STATIC_CHECK(std::is_same_v<decltype(c), const bsr::matrix<std::int8_t, 1>>);
  CHECK(stored_difference(c, bsr::matrix<std::int8_t, 1>({1, 1}, {-56}, {0}, {0, 1})) == "");
  CHECK(stored_difference(bsr::astype<double>(a), a) == "");
  // 0.5 + 0.5 is 1 before and 0 after the conversion.
  CHECK(bsr::astype<int>(bsr::matrix<double, 1>({1, 1}, {0.5, 0.5}, {0, 0}, {0, 2})).data()[0] == 0);
  CHECK(stored_difference(bsr::astype<double>(sample::matrix<int>()), sample::canonical<double>()) == "");
}

TEST_CASE("astype: to bool it is whether a number is not 0", "[elementwise]") {
  // bsr_array([[0.5, -0., nan, 0]], blocksize=(1, 4)).astype(bool) -> True False True False; complex the same
  const auto c = bsr::astype<bool>(bsr::matrix<double, 1, 4>({1, 4}, {0.5, -0.0, NAN, 0.0}, {0}, {0, 1}));
  CHECK((c.data()[0] && !c.data()[1] && c.data()[2] && !c.data()[3]));
  using complex = std::complex<float>;
  const auto z = bsr::astype<bool>(
      bsr::matrix<complex, 1, 3>({1, 3}, {complex(0, 0.5f), complex(0, -0.0f), complex(2, 0)}, {0}, {0, 1}));
  CHECK((z.data()[0] && !z.data()[1] && z.data()[2]));
}

TEST_CASE("astype: broken indices are refused", "[elementwise]") {
  CHECK(text_of<bsr::format_error>([] {
          bsr::astype<int>(bsr::matrix<double, 1>({1, 2}, {1.0}, {-1}, {0, 1}));
        }) == "bsr: astype: column index values must be >= 0: block row 0 holds -1.");
}

}  // namespace
