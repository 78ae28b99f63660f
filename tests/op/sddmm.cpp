// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/op/sddmm.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <vector>

#include "bsr/bsr.hpp"
#include "support/definition.hpp"
#include "support/guarded.hpp"
#include "support/random.hpp"
#include "support/sampled.hpp"
#include "support/throws.hpp"

using bsr::col_major;
using bsr::row_major;
using namespace bsr_test;

namespace {

template <class V, class T>
table<wide_t<V>> widened(const table<T>& from) {
  table<wide_t<V>> to(from.rows, from.cols);
  for (std::size_t i = 0; i < from.values.size(); ++i) to.values[i] = static_cast<wide_t<V>>(from.values[i]);
  return to;
}

/// s = alpha x y + beta s for one combination of types and layouts, by the definition and on the CPU.
template <class LX, class LY, class TX, class TY, class TS, class Alpha, class Beta>
void one(Alpha alpha, Beta beta, bsr::dims shape = {9, 10}) {
  using V = bsr::promoted_t<bsr::promoted_t<TX, TY>, TS>;
  bsr_test::random rng(4);
  const auto x = random_dense<TX>(rng, shape.rows, 7);
  const auto y = random_dense<TY>(rng, 7, shape.cols);
  const auto before = random_matrix<TS, 3, 2>(rng, shape, wild);
  std::vector<wide_t<V>> addend;
  for (const TS v : before.data()) addend.push_back(static_cast<wide_t<V>>(v));
  using number = std::conditional_t<bsr::is_complex<Alpha>, std::complex<long double>, long double>;
  const auto expected = expected_sample<V>(number(alpha), widened<V>(dense(x)), widened<V>(dense(y)),
                                           number(beta), beta == Beta(0) ? nullptr : &addend, before.view());
  const auto run = [&](const auto& policy) {
    bsr::matrix<TS, 3, 2> s = before;
    if (beta == Beta(0))
      for (TS& v : s.data()) v = poison<TS>();
    const guarded<TX, LX> gx(x);
    const guarded<TY, LY> gy(y);
    bsr::sddmm(policy, alpha, gx.view(), gy.view(), beta, s);
    CHECK(sample_difference(s.data().data(), expected, unit_roundoff<TS>()) == "");
  };
  run(by_definition);
  run(bsr::cpu{});
}

}  // namespace

TEST_CASE("s = alpha x y + beta s for every pair of layouts", "[sddmm]") {
  one<row_major, row_major, float, float, float>(2.5, 0.0);
  one<row_major, col_major, float, float, float>(2.5, 1.5);
  one<col_major, row_major, float, float, float>(-1, 1);
  one<col_major, col_major, float, float, float>(1, 0);
}

TEST_CASE("s = alpha x y + beta s for types that differ, and at the edge of a padded matrix", "[sddmm]") {
  one<row_major, col_major, float, double, float>(2.5, 1.5);
  one<row_major, row_major, float, float, double>(1, 0.5, {8, 9});
  one<row_major, col_major, float, float, double>(1, 0.5, {8, 9});
  one<row_major, col_major, double, double, double>(0.25, 0, {8, 9});
  one<row_major, col_major, std::int8_t, std::int8_t, std::int32_t>(2, -1);
  one<row_major, row_major, std::int16_t, std::int32_t, std::int64_t>(1, 3, {8, 9});
}

TEST_CASE("sddmm: complex numbers are not conjugated", "[sddmm]") {
  using complex = std::complex<double>;
  const complex i(0, 1);
  const std::vector<complex> xs{i, 1}, ys{i, 2.0 * i};
  bsr::matrix<complex, 1> s({1, 1}, std::vector<complex>{3}, std::vector<int>{0}, std::vector<int>{0, 1});
  bsr::sddmm(bsr::cpu{}, complex(0, 2), bsr::dense_view<const complex>(xs.data(), 1, 2),
             bsr::dense_view<const complex>(ys.data(), 2, 1), 1.0, s);
  CHECK(s.data()[0] == complex(-1, -2));  // 2i (i i + 1 2i) + 3
}

TEST_CASE("sddmm follows IEEE: what is not finite spreads to its element and no further", "[sddmm]") {
  const float infinity = std::numeric_limits<float>::infinity(),
              nan = std::numeric_limits<float>::quiet_NaN();
  for (const int block : {2, 16}) {
    bsr::dense_matrix<float> x(block, 20);
    bsr::dense_matrix<float, col_major> y(20, block);
    for (int k = 0; k < 20; ++k)
      for (int i = 0; i < block; ++i) x(i, k) = y(k, i) = 1;
    x(0, 3) = nan;
    y(19, 1) = infinity;
    bsr::matrix<float> s({block, block}, std::vector<float>(static_cast<std::size_t>(block * block)),
                         std::vector<int>{0}, std::vector<int>{0, 1}, {block, block});
    bsr::sddmm(bsr::cpu{}, 1, x, y, 0, s);
    CHECK(std::isnan(s.block(0)(0, 0)));
    CHECK(std::isnan(s.block(0)(0, 1)));
    CHECK(s.block(0)(1, 1) == infinity);
    CHECK(s.block(0)(1, 0) == 20);
  }
}

TEST_CASE("sddmm says which shapes do not fit, and which memory is shared", "[sddmm]") {
  std::vector<float> memory(64);
  const std::vector<int> indices{0, 1}, indptr{0, 1, 2};
  const bsr::matrix_view<float, 2> s({4, 4}, memory.data(), indices.data(), indptr.data(), 2);
  const bsr::dense_matrix<float> x(4, 3), y(3, 4), z(4, 4);
  CHECK(text_of<bsr::shape_error>([&] { bsr::sddmm(bsr::cpu{}, 1, x, z, 0, s); }) ==
        "bsr: s = sddmm(p, x, y): x is 4x3, y is 4x4, s is 4x4.");
  CHECK(text_of<bsr::shape_error>([&] { bsr::sddmm(bsr::cpu{}, 1, y, y, 0, s); }) ==
        "bsr: s = sddmm(p, x, y): x is 3x4, y is 3x4, s is 4x4.");
  const bsr::dense_view<const float> over(memory.data() + 7, 4, 3);
  CHECK(text_of<bsr::alias_error>([&] { bsr::sddmm(bsr::cpu{}, 1, over, y, 0, s); }) ==
        "bsr: s = sddmm(p, x, y): s shares memory with x, which is read while s is written: x is 4x3, y is "
        "3x4, s is "
        "4x4. Compute into other memory.");
  const bsr::dense_view<const float> beside(memory.data() + 8, 3, 4);
  bsr::sddmm(bsr::cpu{}, 1, x, beside, 0, s);
  CHECK(text_of<bsr::error>([&] {
          bsr::matrix<int, 2> si({4, 4}, std::vector<int>(8), indices, indptr);
          const bsr::dense_matrix<int> xi(4, 3), yi(3, 4);
          bsr::sddmm(bsr::cpu{}, 0.5, xi, yi, 0, si);
        }) == "bsr: s = sddmm(p, x, y): alpha is 0.5, but sums of these operands are integers.");
}

TEST_CASE("sddmm of nothing", "[sddmm]") {
  const bsr::dense_matrix<float> none(4, 0), also(0, 4);
  bsr::matrix<float, 2> s({4, 4}, std::vector<float>(4, 3.0f), std::vector<int>{1},
                          std::vector<int>{0, 0, 1});
  bsr::sddmm(bsr::cpu{}, 1, none, also, 2, s);
  for (const float v : s.data()) CHECK(v == 6);
  bsr::sddmm(bsr::cpu{}, 1, none, also, 0, s);
  for (const float v : s.data()) CHECK(v == 0);
  bsr::matrix<float, 2> empty({4, 4}), nothing;
  bsr::sddmm(bsr::cpu{}, 1, none, also, 0, empty);
  bsr::sddmm(bsr::cpu{}, 1, bsr::dense_matrix<float>(0, 3).view(), bsr::dense_matrix<float>(3, 0).view(), 0,
             nothing);
}
