// SPDX-License-Identifier: BSD-3-Clause
// The code of docs/guide/pruning.md.
// [includes]
#include <bsr/bsr.hpp>
#include <bsr/prune.hpp>
// [includes]
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <span>
#include <string>
#include <vector>

namespace {

bsr::dense_matrix<float> trained(std::int64_t rows, std::int64_t cols, std::uint64_t seed) {
  return bsr::to_dense(bsr::random<float, 1>({rows, cols}, 1.0, seed));
}

TEST_CASE("pruning: a layer") {
  const auto w = trained(64, 64, 1), v = trained(128, 64, 2);
  const std::vector<float> bias(64);
  bsr::dense_matrix<float> x(8, 64), y(8, 64);
  // [layer]
  namespace prune = bsr::prune;
  // The tenth of the 16 x 16 blocks that has the largest norms, and the layer with them alone.
  const bsr::matrix<float, 16> small = prune::to_bsr<16>(w, prune::keep_density{0.1});
  y = relu(x * transpose(small) + bsr::per_col(bias));
  // [layer]
  CHECK(small.num_blocks() == 2);
  // [steps]
  const prune::score_table scores = prune::scores<16>(w, prune::l2_norm{});
  const bsr::pattern<16> kept = prune::select<16>(scores, prune::keep_per_row{2});
  const bsr::matrix<float, 16> same = prune::gather(w, kept);
  // [steps]
  CHECK(same.num_blocks() == 8);
  const auto mine = trained(4, 4, 3), a = trained(4, 2, 4), b = trained(2, 4, 5);
  const std::vector<float> r(4), c(64);
  // [scores]
  // A number of the user's: how far the block is from symmetric.
  const auto skew = prune::scores<16>(w, [](const auto& block) {
    double sum = 0;
    for (int r = 0; r < 16; ++r)
      for (int c = 0; c < 16; ++c) sum += std::fabs(block(r, c) - block(c, r));
    return sum;
  });
  // A matrix of the user's, one number for each block; learned terms of low rank, of rows and of columns.
  prune::score_table learned({64, 64}, {16, 16}, mine);
  add_low_rank(learned, a, b, 0.5);  // += 0.5 a b
  add_rows(learned, r);
  add_columns(learned, c);
  add_scores(learned, scores, 0.25);
  // [scores]
  CHECK(skew(0, 0) > 0);
  // [layers]
  const std::vector<prune::score_table> tables = {prune::scores<16>(w, prune::l2_norm{}),
                                                  prune::scores<16>(v, prune::l2_norm{})};
  const auto patterns = prune::select<16>(std::span(tables), prune::sparsity{0.9});  // the 90 % lowest of all

  const std::vector<prune::layer_shape> layers = {{{64, 64}}, {{128, 64}}};
  const auto densities = prune::erdos_renyi(layers, 0.1);  // wide layers sparser than narrow ones
  // [layers]
  CHECK(patterns[0].num_blocks() + patterns[1].num_blocks() == 5);
  CHECK(densities[0] > densities[1]);
  std::string text;
  try {
    prune::select(scores, prune::keep_density{1.5});
  } catch (const bsr::error& e) {
    text = e.what();
  }
  CHECK(text == "bsr: prune: a density lies between 0 and 1, and is not 1.5.");
  try {
    prune::select(scores, prune::keep_per_row{9});
  } catch (const bsr::error& e) {
    text = e.what();
  }
  CHECK(text == "bsr: prune: keep_per_row{9}: a block row has 4 blocks.");
}

}  // namespace
