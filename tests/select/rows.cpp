// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/select/rows.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <string>
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

/// a[rows, :] of a dense matrix, for block rows.
template <class V>
table<V> chosen_rows(const table<V>& a, const std::vector<std::int32_t>& list, std::int64_t block) {
  std::vector<std::int64_t> rows;
  for (const std::int64_t i : list)
    for (std::int64_t r = i * block; r < std::min((i + 1) * block, a.rows); ++r) rows.push_back(r);
  table<V> result(static_cast<std::int64_t>(rows.size()), a.cols);
  for (std::int64_t i = 0; i < result.rows; ++i)
    for (std::int64_t j = 0; j < a.cols; ++j) result(i, j) = a(rows[static_cast<std::size_t>(i)], j);
  return result;
}

std::vector<std::int32_t> random_list(random& rng, std::int64_t blocks, bool last_is_smaller) {
  std::vector<std::int32_t> list;
  const std::int64_t any = last_is_smaller ? blocks - 1 : blocks;
  if (any > 0)
    for (std::int64_t n = rng.between(0, 7); n > 0; --n)
      list.push_back(static_cast<std::int32_t>(rng.below(any)));
  if (last_is_smaller && rng.chance(0.5)) list.push_back(static_cast<std::int32_t>(blocks - 1));
  return list;
}

template <class A>
void check_choices(random& rng, const A& a) {
  const auto all = dense(a);
  const bsr::dims block = a.blocksize();
  std::string wrong;
  for (int trial = 0; trial < 30; ++trial) {
    const auto list = random_list(rng, a.block_rows(), a.rows() % block.rows != 0);
    const auto rows = bsr::select_block_rows(a, list);
    STATIC_CHECK(std::is_same_v<decltype(rows), const A>);
    wrong += difference(rows, chosen_rows(all, list, block.rows));
    const auto other = random_list(rng, a.block_cols(), a.cols() % block.cols != 0);
    const auto cols = bsr::select_block_cols(a, other);
    wrong += difference(cols, transposed(chosen_rows(transposed(all), other, block.cols)));
    bsr::check_format(cols);
  }
  CHECK(wrong == "");
}

TEMPLATE_TEST_CASE("select_block_rows, select_block_cols: random lists", "[select]", bool, std::int8_t,
                   std::complex<double>) {
  random rng(12);
  random_options options = wild;
  options.values = numbers::small_integers;
  check_choices(rng, random_matrix<TestType, 2, 3>(rng, {8, 9}, options));
  check_choices(rng, random_matrix<TestType, 2, 3>(rng, {7, 11}, options));
  check_choices(
      rng, random_matrix<TestType, bsr::dynamic, bsr::dynamic, std::int64_t>(rng, {9, 12}, {3, 1}, options));
  check_choices(rng, random_matrix<TestType, 2, 3>(rng, {0, 3}, options));
  check_choices(rng, random_matrix<TestType, 2, 3>(rng, {2, 0}, options));
}

TEST_CASE("select_block_rows, select_block_cols: order and duplicates", "[select]") {
  const auto a = sample::matrix<double>();
  CHECK(stored_difference(bsr::select_block_rows(a, {0, 1, 2}), a) == "");
  const auto twice = bsr::select_block_rows(a, std::array<std::uint8_t, 3>{2, 0, 2});
  CHECK(array_difference("indices", twice.indices(), std::vector<int>{1, 0, 2, 0, 2, 1, 0}) == "");
  CHECK(array_difference("indptr", twice.indptr(), std::vector<int>{0, 2, 5, 7}) == "");
  const auto cols = bsr::select_block_cols(a, {2, 0, 2});
  CHECK(cols.shape() == bsr::dims(6, 9));
  CHECK(array_difference("indices", cols.indices(), std::vector<int>{0, 2, 1, 0, 2, 1}) == "");
  CHECK(array_difference("indptr", cols.indptr(), std::vector<int>{0, 5, 5, 6}) == "");
  CHECK(cols.block(1)(0, 1) == 2.0);
  CHECK(cols.block(4)(0, 1) == 0.0);
  CHECK(bsr::select_block_rows(a, {}).shape() == bsr::dims(0, 9));
  CHECK(bsr::select_block_cols(a, {}).shape() == bsr::dims(6, 0));
}

TEST_CASE("select_block_rows, select_block_cols: what is refused", "[select]") {
  const auto a = sample::matrix<double>();
  CHECK(text_of<bsr::shape_error>([&] { (void)bsr::select_block_rows(a, {0, 3}); }) ==
        "bsr: select_block_rows: there is no block row 3 (at 1 of the list): the matrix has 3.");
  CHECK(text_of<bsr::shape_error>([&] { (void)bsr::select_block_cols(a, {-1}); }) ==
        "bsr: select_block_cols: there is no block column -1 (at 0 of the list): the matrix has 3.");
  const bsr::matrix<double, 2> odd({5, 7}, bsr::padded);
  CHECK(bsr::select_block_rows(odd, {0, 0, 2}).shape() == bsr::dims(5, 7));
  CHECK(bsr::select_block_cols(odd, {0, 3}).shape() == bsr::dims(5, 3));
  CHECK(text_of<bsr::shape_error>([&] { (void)bsr::select_block_rows(odd, {2, 0}); }) ==
        "bsr: select_block_rows: block row 2 reaches beyond the edge (1 of 2 lie inside), so it can only be "
        "the last of the list; it is at 0 of 2.");
  CHECK(text_of<bsr::shape_error>([&] { (void)bsr::select_block_cols(odd, {3, 3}); }) ==
        "bsr: select_block_cols: block column 3 reaches beyond the edge (1 of 2 lie inside), so it can only "
        "be the last of the list; it is at 0 of 2.");
  const bsr::matrix<double, 1> bad({2, 2}, {1.0, 2.0}, {0, 5}, {0, 1, 2});
  CHECK(text_of<bsr::format_error>([&] { (void)bsr::select_block_rows(bad, {0}); }) ==
        "bsr: select_block_rows: column index values must be < 2 (now max 5): block row 1 holds 5.");
  CHECK(text_of<bsr::format_error>([&] { (void)bsr::select_block_cols(bad, {0}); }) ==
        "bsr: select_block_cols: column index values must be < 2 (now max 5): block row 1 holds 5.");
}

}  // namespace
