// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/sparse/merge.hpp"

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <complex>
#include <cstdint>
#include <vector>

#include "bsr/base/half.hpp"
#include "bsr/storage.hpp"
#include "support/identical.hpp"
#include "support/random.hpp"

namespace {

using namespace bsr_test;
namespace detail = bsr::detail;

struct plus {
  static constexpr bool both_only = false;
  double operator()(double x, double y) const { return x + y; }
};
struct both {
  static constexpr bool both_only = true;
  double operator()(double x, double y) const { return x + y; }
};

template <class Op, int R, int C>
bsr::matrix<double, R, C> merged(const bsr::matrix<double, R, C>& a, const bsr::matrix<double, R, C>& b,
                                 const Op& op) {
  const std::vector<double> zeros(R * C);
  const detail::merge_operand<double, std::int32_t> x{a.indptr().data(), a.indices().data(), a.data().data(),
                                                      zeros.data()};
  const detail::merge_operand<double, std::int32_t> y{b.indptr().data(), b.indices().data(), b.data().data(),
                                                      zeros.data()};
  const std::int64_t room = detail::room_for_union(a.block_rows(), x, y);
  bsr::buffer<double> data(room * R * C + detail::merge_slack, bsr::uninitialized);
  bsr::buffer<std::int32_t> indices(room + detail::merge_slack, bsr::uninitialized);
  bsr::buffer<std::int32_t> indptr(a.block_rows() + 1, bsr::uninitialized);
  const std::int64_t n = detail::merge(
      detail::merge_edges{a.shape(), {R, C}, a.is_padded()}, a.block_rows(), bsr::extent<R * C>(), x, y,
      detail::same_blocks(a.block_rows(), x.indptr, x.indices, y.indptr, y.indices), op, 0.0,
      detail::merge_result<double, std::int32_t>{indptr.data(), indices.data(), data.data()});
  CHECK(n <= room);
  data.truncate(n * R * C);
  indices.truncate(n);
  return {a.shape(), std::move(data), std::move(indices), std::move(indptr), bsr::padded};
}

using row_matrix = bsr::matrix<double, 1, 2>;

TEST_CASE("merge: the union of rows; what cancels is left out", "[kernel]") {
  const row_matrix a({3, 10}, {1, 2, 3, 4, 5, 6, 7, 8}, {0, 2, 4, 1}, {0, 3, 4, 4});
  const row_matrix b({3, 10}, {10, 20, -3, -4, 50, 60, 1, 1, 2, 2}, {1, 2, 3, 1, 0}, {0, 3, 4, 5});
  CHECK(stored_difference(merged(a, b, plus{}), row_matrix({3, 10}, {1, 2, 10, 20, 50, 60, 5, 6, 8, 9, 2, 2},
                                                           {0, 1, 3, 4, 1, 0}, {0, 4, 5, 6})) == "");
  CHECK(stored_difference(merged(a, b, both{}), row_matrix({3, 10}, {8, 9}, {1}, {0, 0, 1, 1})) == "");
}

TEST_CASE("merge: rows with the same columns, and an operand without blocks", "[kernel]") {
  const row_matrix a({2, 6}, {1, 2, 3, 4, 5, 6}, {0, 2, 1}, {0, 2, 3});
  const row_matrix b({2, 6}, {1, 1, -3, -4, 0, 0}, {0, 2, 1}, {0, 2, 3});
  CHECK(stored_difference(merged(a, b, plus{}), row_matrix({2, 6}, {2, 3, 5, 6}, {0, 1}, {0, 1, 2})) == "");
  CHECK(stored_difference(merged(a, row_matrix({2, 6}), plus{}), a) == "");
  CHECK(stored_difference(merged(row_matrix({2, 6}), a, plus{}), a) == "");
  CHECK(stored_difference(merged(row_matrix({0, 6}), row_matrix({0, 6}), plus{}), row_matrix({0, 6})) == "");
}

// Rows of many lengths against the sums of dense matrices; blocks that cancel are in every piece of a row.
template <int R, int C>
void check_against_dense(int cols, int one_in, bool cancels) {
  constexpr std::int64_t rows = 40, area = std::int64_t{R} * C;
  bsr_test::random rng(static_cast<std::uint64_t>(cols + one_in));
  const auto make = [&](double sign) {
    std::vector<double> data;
    std::vector<std::int32_t> indices, indptr{0};
    for (std::int64_t i = 0; i < rows; ++i) {
      for (int j = 0; j < cols; ++j)
        if (rng.below(one_in) == 0) {
          indices.push_back(j);
          // Where a and b both have a block, every second one cancels.
          for (std::int64_t e = 0; e < area; ++e)
            data.push_back(cancels && (i + j) % 2 == 0 ? sign
                                                       : static_cast<double>(rng.below(7)) - 3 + sign / 4);
        }
      indptr.push_back(static_cast<std::int32_t>(indices.size()));
    }
    return bsr::matrix<double, R, C>({rows * R, std::int64_t{cols} * C}, data, indices, indptr);
  };
  const auto a = make(1), b = make(-1), c = merged(a, b, plus{});
  std::vector<double> expected(static_cast<std::size_t>(rows * R * cols * C)), found(expected.size());
  const auto scatter = [&](const bsr::matrix<double, R, C>& x, std::vector<double>& to) {
    for (std::int64_t i = 0; i < rows; ++i) {
      std::int64_t last = -1;
      for (const auto block : x.row(i)) {
        REQUIRE(block.col() > last);
        last = block.col();
        bool any = false;
        for (std::int64_t r = 0; r < R; ++r)
          for (std::int64_t k = 0; k < C; ++k) {
            to[static_cast<std::size_t>((i * R + r) * cols * C + block.col() * C + k)] += block(r, k);
            any |= block(r, k) != 0;
          }
        REQUIRE(any);
      }
    }
  };
  scatter(a, expected);
  scatter(b, expected);
  scatter(c, found);
  CHECK(found == expected);
}
TEST_CASE("merge: rows of every length", "[kernel]") {
  for (const bool cancels : {false, true}) {
    for (const int cols : {3, 17, 40, 150})
      for (const int one_in : {1, 2, 5}) {
        check_against_dense<1, 1>(cols, one_in, cancels);
        check_against_dense<2, 3>(cols, one_in, cancels);
      }
    check_against_dense<9, 8>(20, 2, cancels);
  }
}

// Matrices with the same blocks are taken as a whole.
TEST_CASE("merge: the same blocks in every row", "[kernel]") {
  constexpr std::int64_t rows = 1500;
  const auto make = [](double first, double second) {
    bsr::buffer<double> data(rows * 4);
    bsr::buffer<std::int32_t> indices(rows * 2), indptr(rows + 1);
    for (std::int64_t k = 0; k < rows * 2; ++k) {
      indices[k] = static_cast<std::int32_t>(k % 2 * 3);
      data[2 * k] = k % 3 == 0 ? 0 : first * static_cast<double>(k);
      data[2 * k + 1] = second;
    }
    for (std::int64_t i = 0; i <= rows; ++i) indptr[i] = static_cast<std::int32_t>(2 * i);
    return row_matrix({rows, 10}, std::move(data), std::move(indices), std::move(indptr));
  };
  const row_matrix a = make(1, 1);
  row_matrix b = make(2, 3);
  CHECK(stored_difference(merged(a, b, plus{}), make(3, 4)) == "");
  CHECK(stored_difference(merged(a, b, both{}), make(3, 4)) == "");
  // The last block cancels.
  const auto last = static_cast<std::size_t>(4 * rows - 2);
  b.data()[last] = -a.data()[last];
  b.data()[last + 1] = -a.data()[last + 1];
  const row_matrix c = merged(a, b, plus{});
  CHECK(c.num_blocks() == 2 * rows - 1);
  CHECK(c.indptr()[rows] == 2 * rows - 1);
  CHECK(c.data()[last - 1] == 4);
  // Every third block cancels, and all of rows 100 to 199.
  row_matrix e = make(2, 3);
  std::vector<std::int64_t> left(rows);
  for (std::int64_t k = 0; k < 2 * rows; ++k) {
    const bool gone = k % 3 == 1 || (k >= 200 && k < 400);
    const auto at = static_cast<std::size_t>(2 * k);
    if (gone) e.data()[at] = -a.data()[at], e.data()[at + 1] = -1;
    left[static_cast<std::size_t>(k / 2)] += !gone;
  }
  const row_matrix f = merged(a, e, plus{});
  for (std::int64_t i = 0, k = 0; i < rows; ++i) {
    const auto row = static_cast<std::size_t>(i);
    REQUIRE(f.indptr()[row + 1] - f.indptr()[row] == left[row]);
    for (; k < f.indptr()[row + 1]; ++k) {
      const auto at = static_cast<std::size_t>(k);
      const std::int64_t from = 2 * i + f.indices()[at] / 3;
      REQUIRE((from % 3 != 1 && (from < 200 || from >= 400)));
      REQUIRE(f.data()[2 * at] == (from % 3 == 0 ? 0 : 3 * static_cast<double>(from)));
      REQUIRE(f.data()[2 * at + 1] == 4);
    }
  }
  // As many blocks in every row, but at another place.
  row_matrix d = make(2, 3);
  d.indices()[1] = 4;
  CHECK(merged(a, d, plus{}).num_blocks() == 2 * rows + 1);
}

TEST_CASE("merge: padding is no value and becomes 0", "[kernel]") {
  const bsr::matrix<double, 2> a({3, 3}, {1, 2, 3, 4, 0, NAN, 0, NAN, 7, 8, NAN, NAN, 0, NAN, NAN, NAN},
                                 {0, 1, 0, 1}, {0, 2, 4}, bsr::padded);
  const bsr::matrix<double, 2> c({3, 3}, {1, 1, 1, 1, 2, 3, NAN, NAN}, {0, 0}, {0, 1, 2}, bsr::padded);
  CHECK(stored_difference(
            merged(a, c, plus{}),
            bsr::matrix<double, 2>({3, 3}, {2, 3, 4, 5, 9, 11, 0, 0}, {0, 0}, {0, 1, 2}, bsr::padded)) == "");
}

TEST_CASE("room_for_union: rows with the same columns once, others together", "[kernel]") {
  const std::int32_t indptr_a[] = {0, 3, 3, 5};
  const std::int32_t indices_a[] = {0, 2, 4, 1, 2};
  const std::int64_t indptr_b[] = {0, 2, 4, 6};
  const std::int64_t indices_b[] = {2, 3, 0, 1, 1, 2};
  const double* const none = nullptr;
  CHECK(detail::room_for_union(
            3, detail::merge_operand<double, std::int32_t>{indptr_a, indices_a, none, none},
            detail::merge_operand<double, std::int64_t>{indptr_b, indices_b, none, none}) == 9);
}

template <class U>
bool differs(const std::vector<U>& values, U blank = U{}) {
  detail::difference_finder<U> finder(blank);
  for (const U v : values) finder.look_at(v);
  return finder.found();
}

TEMPLATE_TEST_CASE("difference_finder: -0.0 is 0, NaN and denormals are not", "[kernel]", float, double,
                   long double, bsr::float16, bsr::bfloat16) {
  using T = TestType;
  using limits = std::numeric_limits<T>;
  CHECK_FALSE(differs<T>({T(0), T(-0.0), T(0)}));
  CHECK(differs<T>({T(-0.0), limits::denorm_min()}));
  CHECK(differs<T>({limits::quiet_NaN(), T(0)}));
  CHECK(differs<T>({T(0), T(-1)}));
}
TEST_CASE("difference_finder: complex numbers, integers, bool", "[kernel]") {
  using complex = std::complex<float>;
  CHECK_FALSE(differs<complex>({{0.0f, -0.0f}, {-0.0f, 0.0f}}));
  CHECK(differs<complex>({{0.0f, 0.0f}, {0.0f, 1e-45f}}));
  CHECK(differs<std::complex<long double>>({{0.0L, -1.0L}}));
  CHECK_FALSE(differs<std::int64_t>({0, 0}));
  CHECK(differs<std::int64_t>({0, std::int64_t{1} << 63}));
  CHECK(differs<std::uint8_t>({0, 128}));
  CHECK_FALSE(differs<bool>({true, true}, true));
  CHECK(differs<bool>({true, false}, true));
  CHECK(differs<bool>({false, true}, false));
}

}  // namespace
