// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/convert/builder.hpp"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "bsr/format/has_canonical_format.hpp"
#include "support/bounds.hpp"
#include "support/golden.hpp"
#include "support/identical.hpp"
#include "support/random.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
using bsr_test::random;  // not the one of stdlib.h

TEST_CASE("builder: single elements as scipy's triplets", "[convert][golden]") {
  const int cases = for_each_golden("from_triplets", [](const golden_case& c, auto zero) {
    using T = decltype(zero);
    INFO(c.name);
    const auto triplets = golden_coo<T>(c, "triplets");
    const auto expected = golden_bsr<T>(c, "from_triplets");
    bsr::builder<T> b(expected.shape(), expected.blocksize());
    for (std::size_t k = 0; k < triplets.data().size(); ++k)
      b.add(triplets.row()[k], triplets.col()[k], triplets.data()[k]);
    CHECK(b.num_elements_added() == triplets.nnz());
    CHECK(stored_difference(b.build(), expected) == "");
  });
  CHECK(cases >= 100);
}

template <class T, int R, int C>
void check_random_assembly(random& rng, bsr::dims shape) {
  INFO(R << "x" << C << " blocks, shape " << shape.rows << "x" << shape.cols);
  bsr::builder<T, R, C> b(shape, bsr::padded);
  const std::int64_t m = (shape.rows + R - 1) / R;
  const std::int64_t n = (shape.cols + C - 1) / C;
  table<wide_t<T>> expected(shape.rows, shape.cols);
  std::vector<bool> touched(static_cast<std::size_t>(m * n));
  const auto sum = [&](std::int64_t i, std::int64_t j, T v) {
    if (i < shape.rows && j < shape.cols) expected(i, j) = bsr::add<wide_t<T>>(expected(i, j), widen(v));
  };
  for (int round = 0; round < 60; ++round) {
    const std::int64_t i = rng.below(m);
    const std::int64_t j = rng.below(n);
    if (rng.chance(0.3)) {
      const T v = rng.value<T>(numbers::small_integers);
      const auto row = std::min(i * R + rng.below(R), shape.rows - 1);
      const auto col = std::min(j * C + rng.below(C), shape.cols - 1);
      b.add(row, col, v);
      sum(row, col, v);
    } else {
      auto block = random_dense<T>(rng, R, C, numbers::small_integers);
      for (std::int64_t r = 0; r < R; ++r)
        for (std::int64_t c = 0; c < C; ++c) {
          sum(i * R + r, j * C + c, block(r, c));
          // What lies beyond the edge is left out.
          if (i * R + r >= shape.rows || j * C + c >= shape.cols) block(r, c) = poison<T>();
        }
      if (rng.chance(0.5)) {
        b.add_block(i, j, block);
      } else {
        b.add_block(i, j, std::span<const T>(block.data(), static_cast<std::size_t>(R * C)));
      }
    }
    touched[static_cast<std::size_t>(i * n + j)] = true;
  }
  const auto a = b.build();
  CHECK(a.shape() == shape);
  CHECK(bsr::has_canonical_format(a));
  std::int64_t places = 0;
  for (const bool t : touched) places += t;
  CHECK(a.num_blocks() == places);
  CHECK(difference(a, expected) == "");
  bool padding_is_zero = true;
  for (std::int64_t i = 0; i < m; ++i)
    for (auto block : a.row(i))
      for (std::int64_t r = 0; r < R; ++r)
        for (std::int64_t c = 0; c < C; ++c)
          if (i * R + r >= shape.rows || block.col() * C + c >= shape.cols)
            padding_is_zero &= block(r, c) == T{};
  CHECK(padding_is_zero);
}

TEST_CASE("builder: blocks and elements in any order against loops", "[convert]") {
  random rng(11);
  for (int round = 0; round < 10; ++round) {
    check_random_assembly<double, 3, 3>(rng, {12, 15});
    check_random_assembly<float, 2, 4>(rng, {7, 9});
    check_random_assembly<double, 1, 1>(rng, {5, 4});
    check_random_assembly<std::int8_t, 2, 3>(rng, {8, 8});
    check_random_assembly<std::complex<double>, 2, 2>(rng, {3, 5});
  }
}

TEST_CASE("builder: finite elements: a truss of two-node elements", "[convert]") {
  // Springs in a row, two degrees of freedom a node: the assembled matrix is block tridiagonal.
  constexpr std::int64_t nodes = 6;
  bsr::builder<double, 2> k({2 * nodes, 2 * nodes});
  table<long double> expected(2 * nodes, 2 * nodes);
  bsr::dense_matrix<double, bsr::col_major> spring(4, 4);
  for (std::int64_t p = 0; p < 4; ++p)
    for (std::int64_t q = 0; q < 4; ++q) spring(p, q) = static_cast<double>(10 * p + q);
  for (std::int64_t e = nodes - 2; e >= 0; --e) {
    const std::array<std::int64_t, 2> ends{e + 1, e};
    k.add_element(ends, spring);
    for (std::int64_t p = 0; p < 4; ++p)
      for (std::int64_t q = 0; q < 4; ++q)
        expected(2 * ends[static_cast<std::size_t>(p / 2)] + p % 2,
                 2 * ends[static_cast<std::size_t>(q / 2)] + q % 2) += spring(p, q);
  }
  CHECK(k.num_blocks_added() == 4 * (nodes - 1));
  const bsr::matrix<double, 2> a = k.build();
  CHECK(a.num_blocks() == 3 * nodes - 2);
  CHECK(difference(a, expected) == "");
}

TEST_CASE("builder: rectangular elements, nodes of any integer type, a node twice", "[convert]") {
  bsr::builder<double, 1, 2> b({3, 8});
  const bsr::dense_matrix<float> element = [] {
    bsr::dense_matrix<float> x(2, 6);
    for (std::int64_t i = 0; i < 2; ++i)
      for (std::int64_t j = 0; j < 6; ++j) x(i, j) = static_cast<float>(6 * i + j);
    return x;
  }();
  b.add_element(std::vector<short>{2, 0}, std::array<std::uint64_t, 3>{3, 1, 1}, element);
  table<long double> expected(3, 8);
  const int cols[] = {3, 1, 1};
  const int rows[] = {2, 0};
  for (int p = 0; p < 2; ++p)
    for (int q = 0; q < 6; ++q) expected(rows[p], 2 * cols[q / 2] + q % 2) += 6 * p + q;
  CHECK(difference(b.build(), expected) == "");
}

TEST_CASE("builder: can be built, added to, appended, moved and cleared", "[convert]") {
  bsr::builder<int, 1, 2> b({2, 4});
  b.reserve(10, 10);
  b.add_block(0, 1, {1, 2});
  const auto first = b.build();
  b.add_block(1, 0, {3, 4});
  b.add(0, 3, 5);
  CHECK(first.num_blocks() == 1);
  CHECK(b.build().num_blocks() == 2);
  bsr::builder<int, 1, 2> other({2, 4});
  other.add_block(0, 1, {10, 20});
  other.append(b);
  CHECK(other.build().data()[0] == 11);
  CHECK(other.build().data()[1] == 27);
  other.append(other);
  CHECK(other.build().data()[1] == 54);
  bsr::builder<int, 1, 2> moved(std::move(other));
  CHECK(moved.num_blocks_added() == 6);
  CHECK(other.num_blocks_added() == 0);
  CHECK(other.build().num_blocks() == 0);
  other.add_block(0, 0, {7, 8});
  CHECK(other.build().data()[1] == 8);
  moved.clear();
  CHECK(moved.build().num_blocks() == 0);
  moved = std::move(other);
  CHECK(moved.build().data()[0] == 7);
  CHECK(text_of<bsr::shape_error>([&] { moved.append(bsr::builder<int, 1, 2>({2, 2})); }) ==
        "bsr: builder: append: a builder for 2x2 with blocks of 1x2 to one for 2x4 with blocks of 1x2.");
}

TEST_CASE("builder: zeros that are added are stored", "[convert]") {
  bsr::builder<double> b({2, 2}, bsr::dims(1, 1));
  b.add(1, 1, 0.0);
  b.add_block(0, 0, {0.0});
  CHECK(b.build().num_blocks() == 2);
}

TEST_CASE("builder: what lies outside is refused and leaves nothing behind", "[convert]") {
  bsr::builder<double, 3> b({12, 6});
  CHECK(text_of<bsr::shape_error>([&] { b.add(12, 0, 1.0); }) ==
        "bsr: builder: add: position (12, 0) is outside of a 12x6 matrix.");
  CHECK(text_of<bsr::shape_error>([&] { b.add(0, -1, 1.0); }) ==
        "bsr: builder: add: position (0, -1) is outside of a 12x6 matrix.");
  CHECK(text_of<bsr::shape_error>([&] { b.add_block(0, 2, std::vector<double>(9)); }) ==
        "bsr: builder: add_block: block (0, 2) is outside of 4x2 blocks: the matrix is 12x6, blocksize is "
        "3x3.");
  CHECK(text_of<bsr::shape_error>([&] { b.add_block(0, 1, std::vector<double>(8)); }) ==
        "bsr: builder: add_block: 8 values are no block of 3x3.");
  CHECK(text_of<bsr::shape_error>([&] { b.add_block(0, 1, bsr::dense_matrix<double>(3, 2)); }) ==
        "bsr: builder: add_block: the block is 3x2 instead of 3x3.");
  CHECK(
      text_of<bsr::shape_error>([&] { b.add_element(std::array{0, 1}, bsr::dense_matrix<double>(6, 5)); }) ==
      "bsr: builder: add_element: 2 and 2 nodes with blocks of 3x3 need an element matrix of 6x6, not 6x5.");
  CHECK(
      text_of<bsr::shape_error>([&] { b.add_element(std::array{0, 4}, bsr::dense_matrix<double>(6, 6)); }) ==
      "bsr: builder: add_element: block (4, 0) is outside of 4x2 blocks: the matrix is 12x6, blocksize is "
      "3x3.");
  CHECK(
      text_of<bsr::shape_error>([&] { b.add_element(std::array{0, 3}, bsr::dense_matrix<double>(6, 6)); }) ==
      "bsr: builder: add_element: block (0, 3) is outside of 4x2 blocks: the matrix is 12x6, blocksize is "
      "3x3.");
  CHECK(b.num_blocks_added() == 0);
  CHECK(b.num_elements_added() == 0);
  CHECK(text_of<bsr::shape_error>([] {
          bsr::builder<double, 3>({4, 3});
        }).starts_with("bsr: builder: shape must be multiple of blocksize"));
  CHECK(text_of<bsr::shape_error>([] { bsr::builder<double, 1>({std::int64_t{1} << 32, 1}); }) ==
        "bsr: builder: 4294967296 rows are too many for int32 indices, which end at 2147483647; ask for "
        "std::int64_t "
        "indices.");
}

TEST_CASE("builder: room that cannot be had is refused, and nothing is lost", "[convert]") {
  bsr::builder<double, 3> b({12, 6});
  b.add(1, 1, 2.0);
  CHECK(text_of<bsr::shape_error>([&] { b.reserve(INT64_MAX); }).starts_with("bsr: a buffer of "));
  CHECK(text_of<bsr::shape_error>([&] { b.reserve(0, INT64_MAX); }).starts_with("bsr: a buffer of "));
  CHECK(b.build().data()[4] == 2.0);
}

TEST_CASE("builder: empty matrices", "[convert]") {
  for (const bsr::dims shape : {bsr::dims(0, 6), bsr::dims(6, 0), bsr::dims(0, 0)}) {
    bsr::builder<double, 3> b(shape);
    b.add_element(std::vector<int>{}, bsr::dense_matrix<double>(0, 0));
    const auto a = b.build();
    CHECK(a.shape() == shape);
    CHECK(a.num_blocks() == 0);
  }
}

}  // namespace
