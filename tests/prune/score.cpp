// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/prune/score.hpp"

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "bsr/base/half.hpp"
#include "bsr/construct/random.hpp"
#include "bsr/convert/to_bsr.hpp"
#include "bsr/convert/to_dense.hpp"
#include "bsr/format/sum_duplicates.hpp"
#include "support/threads.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
using bsr::prune::score_table;

/// 4 x 6: 1 .. 24 with changing signs.
bsr::dense_matrix<double> sample() {
  bsr::dense_matrix<double> w(4, 6);
  for (std::int64_t k = 0; k < 24; ++k) w.data()[k] = static_cast<double>(k % 2 == 0 ? k + 1 : -k - 1);
  return w;
}

std::vector<double> list(const score_table& s) { return {s.values().begin(), s.values().end()}; }

TEST_CASE("scores: by hand", "[prune]") {
  const auto w = sample();
  CHECK(list(bsr::prune::scores<2, 3>(w, bsr::prune::l1_norm{})) == std::vector<double>{30, 48, 102, 120});
  CHECK(list(bsr::prune::scores<2, 3>(w, bsr::prune::max_abs{})) == std::vector<double>{9, 12, 21, 24});
  CHECK(list(bsr::prune::scores<4, 6>(w, bsr::prune::l2_norm{})) == std::vector<double>{70});
  CHECK(bsr::prune::scores(w, {2, 3}, bsr::prune::l1_norm{})(1, 0) == 102);
  bsr::dense_matrix<float> g(4, 6);
  g(0, 0) = -2;
  g(3, 5) = 1;
  CHECK(list(bsr::prune::scores<2, 3>(w, bsr::prune::movement(g))) == std::vector<double>{2, 0, 0, 24});
}

TEST_CASE("scores: every layout, the same bits", "[prune]") {
  const auto w = bsr::to_dense(bsr::random<float, 1>({60, 70}, 1.0, 3));
  bsr::dense_matrix<float, bsr::col_major> v(60, 70);
  std::vector<float> spread(60 * 70 * 6);
  const bsr::dense_view<float, bsr::strided> s(spread.data(), 60, 70, 3, 180);
  for (std::int64_t i = 0; i < 60; ++i)
    for (std::int64_t j = 0; j < 70; ++j) v(i, j) = s(i, j) = w(i, j);
  for (const bsr::dims block : {bsr::dims(1, 1), {3, 5}, {20, 14}, {60, 70}, {10, 7}}) {
    const auto expected = list(bsr::prune::scores(w, block, bsr::prune::l2_norm{}));
    CHECK(list(bsr::prune::scores(v, block, bsr::prune::l2_norm{})) == expected);
    CHECK(list(bsr::prune::scores(s, block, bsr::prune::l2_norm{})) == expected);
    CHECK(list(bsr::prune::scores(w, block, bsr::prune::l2_norm{}, on_threads(4))) == expected);
  }
}

TEST_CASE("scores: wide rows come in chunks", "[prune]") {
  const auto w = bsr::to_dense(bsr::random<double, 1>({3, 5000}, 1.0, 3));
  const auto s = bsr::prune::scores<3, 4>(w, bsr::prune::l1_norm{});
  for (std::int64_t j = 0; j < 1250; ++j) {
    double column[4];
    for (std::int64_t c = 0; c < 4; ++c) column[c] = w(0, 4 * j + c) + w(1, 4 * j + c) + w(2, 4 * j + c);
    CHECK(s(0, j) == (column[0] + column[1]) + (column[2] + column[3]));
  }
  CHECK(bsr::prune::scores<3, 5000>(w, bsr::prune::max_abs{})(0, 0) > 0.99);
}

TEMPLATE_TEST_CASE("scores: types", "[prune]", bool, std::uint8_t, std::int64_t, bsr::float16, bsr::bfloat16,
                   long double) {
  bsr::dense_matrix<TestType> w(2, 34);
  for (std::int64_t k = 0; k < 68; k += 3) w.data()[k] = TestType(1);
  CHECK(bsr::prune::scores<2, 34>(w, bsr::prune::l1_norm{})(0, 0) == 23);
  CHECK(bsr::prune::scores<2, 34>(w, bsr::prune::l2_norm{})(0, 0) == std::sqrt(23.0));
  CHECK(bsr::prune::scores<2, 17>(w, bsr::prune::max_abs{})(0, 1) == 1);
}

TEST_CASE("scores: stored blocks score as in the dense matrix, others are absent", "[prune]") {
  const auto a = bsr::random<float>({50, 45}, {8, 10}, 0.4, 11, bsr::padded);
  const auto dense = bsr::to_dense(a);
  const auto w = bsr::prune::scores(a, bsr::prune::l2_norm{});
  const auto expected = bsr::prune::scores(dense, {8, 10}, bsr::prune::l2_norm{}, bsr::padded);
  std::int64_t present = 0;
  for (std::int64_t i = 0; i < w.block_rows(); ++i)
    for (std::int64_t j = 0; j < w.block_cols(); ++j) {
      if (w(i, j) == bsr::prune::absent) {
        CHECK(expected(i, j) == 0);
      } else {
        CHECK(w(i, j) == expected(i, j));
        ++present;
      }
    }
  CHECK(present == a.num_blocks());
  // Padding is not looked at.
  auto b = a;
  for (std::int64_t k = 0; k < b.num_blocks(); ++k)
    if (b.indices()[static_cast<std::size_t>(k)] == 4)
      b.block(k)(0, 5) = std::numeric_limits<float>::quiet_NaN();
  CHECK(list(bsr::prune::scores(b, bsr::prune::l2_norm{})) == list(w));
  CHECK(list(bsr::prune::scores(a, bsr::prune::movement(a)))[0] <= 0);
  const auto random = bsr::prune::scores(a, bsr::prune::random_score{5});
  for (std::int64_t p = 0; p < w.size(); ++p)
    CHECK((random.values()[static_cast<std::size_t>(p)] == bsr::prune::absent) ==
          (w.values()[static_cast<std::size_t>(p)] == bsr::prune::absent));
}

TEST_CASE("scores: a function of a block", "[prune]") {
  const auto sum = [](const auto& block) {
    double total = 0;
    for (std::int64_t i = 0; i < block.rows(); ++i)
      for (std::int64_t j = 0; j < block.cols(); ++j) total += static_cast<double>(block(i, j));
    return total;
  };
  bsr::dense_matrix<int> w(3, 5);
  for (std::int64_t k = 0; k < 15; ++k) w.data()[k] = 1;
  CHECK(list(bsr::prune::scores(w, {2, 2}, sum, bsr::padded)) == std::vector<double>{4, 4, 2, 2, 2, 1});
  CHECK(list(bsr::prune::scores(bsr::to_bsr<3, 5>(w), sum)) == std::vector<double>{15});
}

TEST_CASE("scores: stored blocks and their gradients, by hand", "[prune]") {
  const bsr::matrix<float, 1, 2> w({2, 4}, {1, 2, 3, 4, 5, 6}, {0, 1, 1}, {0, 2, 3});
  const bsr::matrix<float, 1, 2> g({2, 4}, {1, 1, -1, 1, 2, -2}, {0, 1, 1}, {0, 2, 3});
  CHECK(list(bsr::prune::scores(w, bsr::prune::movement(g))) ==
        std::vector<double>{-3, -1, bsr::prune::absent, 2});
  // A function of a block sees what there is of it at the edge.
  const bsr::matrix<float, 2> edge({3, 3}, {1, 9, 9, 9}, {1}, {0, 0, 1}, bsr::padded);
  const auto size = [](const auto& block) { return static_cast<double>(10 * block.rows() + block.cols()); };
  CHECK(bsr::prune::scores(edge, size)(1, 1) == 11);
}

TEST_CASE("scores: pieces for several threads leave nothing out", "[prune]") {
  const auto w = bsr::to_dense(bsr::random<float, 1>({1031, 1024}, 1.0, 3));
  const auto expected = list(bsr::prune::scores<1, 16>(w, bsr::prune::l1_norm{}, bsr::cpu{.threads = 1}));
  for (const int threads : {2, 3, 4, 7})
    CHECK(list(bsr::prune::scores<1, 16>(w, bsr::prune::l1_norm{}, on_threads(threads))) == expected);
}

TEST_CASE("scores: random ones depend on the seed alone", "[prune]") {
  const bsr::dense_matrix<float> w(40, 40);
  const auto a = list(bsr::prune::scores<2>(w, bsr::prune::random_score{1}));
  CHECK(a == list(bsr::prune::scores<2>(w, bsr::prune::random_score{1}, on_threads(3))));
  CHECK(a != list(bsr::prune::scores<2>(w, bsr::prune::random_score{2})));
}

TEST_CASE("scores: what is refused", "[prune]") {
  auto w = sample();
  CHECK(text_of<bsr::shape_error>([&] { bsr::prune::scores<3, 3>(w, bsr::prune::l1_norm{}); }) ==
        "bsr: prune: scores: shape must be multiple of blocksize: shape is 4x6, blocksize is 3x3; pass "
        "bsr::padded if the last blocks shall reach beyond the edge.");
  const bsr::dense_matrix<float> g(4, 5);
  CHECK(text_of<bsr::shape_error>([&] { bsr::prune::scores<2, 3>(w, bsr::prune::movement(g)); }) ==
        "bsr: prune: scores: the weights are 4x6, but the gradient is 4x5.");
  const bsr::dense_matrix<double> given(2, 3);
  CHECK(text_of<bsr::shape_error>([&] { score_table({4, 6}, {2, 3}, given); }) ==
        "bsr: prune: scores: a 4x6 matrix has 2x2 blocks of 2x3, but 2x3 scores are given.");
  w(3, 1) = std::nan("");
  const auto nan = [](const auto& f) { return text_of<bsr::error>(f); };
  const char* const sentence =
      "bsr: prune: scores: the score of block (1, 0) is NaN. Nothing can be chosen by it; the block has its "
      "first element at (2, 0).";
  CHECK(nan([&] { bsr::prune::scores<2, 3>(w, bsr::prune::l1_norm{}); }) == sentence);
  CHECK(nan([&] { bsr::prune::scores<2, 3>(w, bsr::prune::l2_norm{}); }) == sentence);
  CHECK(nan([&] { bsr::prune::scores<2, 3>(w, bsr::prune::max_abs{}); }) == sentence);
  CHECK(nan([&] { bsr::prune::scores(bsr::to_bsr<2, 3>(w), bsr::prune::max_abs{}); }) == sentence);
  CHECK(nan([&] { bsr::prune::scores<2, 3>(w, [](const auto& b) { return b(1, 1); }); }) == sentence);
  // NaN first and numbers after it.
  w(2, 0) = std::nan("");
  CHECK(nan([&] { bsr::prune::scores<2, 3>(w, bsr::prune::max_abs{}); }) == sentence);

  bsr::matrix<float, 1> twice({2, 2}, {1, 2, 3}, {0, 1, 1}, {0, 1, 3});
  CHECK(text_of<bsr::format_error>([&] { bsr::prune::scores(twice, bsr::prune::l1_norm{}); }) ==
        "bsr: prune: scores: block (1, 1) is stored more than once; call sum_duplicates first.");
  const bsr::matrix<float, 1> other({2, 2});
  sum_duplicates(twice);
  CHECK(text_of<bsr::shape_error>([&] { bsr::prune::scores(twice, bsr::prune::movement(other)); }) ==
        "bsr: prune: scores: the gradient does not have the blocks of the weights.");

  const bsr::matrix<float, 1> two({3, 3}, {1, 2}, {0, 1}, {0, 1, 2, 2});
  const auto refusal = [&](const auto& gradient) {
    return text_of<bsr::shape_error>([&] { bsr::prune::scores(two, bsr::prune::movement(gradient)); });
  };
  const std::string other_blocks =
      "bsr: prune: scores: the gradient does not have the blocks of the weights.";
  CHECK(refusal(bsr::matrix<float, 1>({3, 3}, {1, 2}, {0, 2}, {0, 1, 2, 2})) == other_blocks);
  CHECK(refusal(bsr::matrix<float, 1>({3, 3}, {1, 2}, {0, 1}, {0, 1, 1, 2})) == other_blocks);
  CHECK(refusal(bsr::matrix<float, 1, 2>({3, 3}, {1, 2, 3, 4}, {0, 1}, {0, 1, 2, 2}, bsr::padded)) ==
        other_blocks);
  CHECK(refusal(bsr::matrix<float, 1>({3, 4}, {1, 2}, {0, 1}, {0, 1, 2, 2})) ==
        "bsr: prune: scores: the weights are 3x3, but the gradient is 3x4.");
  bsr::matrix<float, 1> outside = two;
  outside.indices()[0] = 3;
  CHECK_THROWS_AS(bsr::prune::scores(outside, bsr::prune::l1_norm{}), bsr::format_error);
  // A NaN among many blocks, wherever it is.
  for (const std::int64_t at : {0, 9, 40, 63}) {
    bsr::dense_matrix<float> wide(1, 64);
    wide(0, at) = std::nanf("");
    CHECK(nan([&] {
            bsr::prune::scores<1>(wide, bsr::prune::l1_norm{});
          }).find("the score of block (0, " + std::to_string(at) + ") is NaN.") != std::string::npos);
  }
  score_table table({4, 6}, {2, 3});
  CHECK(text_of<bsr::shape_error>([&] { update_scores(table, g, bsr::prune::l1_norm{}); }) ==
        "bsr: prune: update_scores: the table is of a 4x6 matrix, and the weights are 4x5.");
  CHECK(text_of<bsr::shape_error>(
            [&] { update_scores(table, bsr::matrix<float, 2>({4, 6}), bsr::prune::l1_norm{}); }) ==
        "bsr: prune: update_scores: the table is of blocks of 2x3, and the weights have blocks of 2x2.");
}

}  // namespace
