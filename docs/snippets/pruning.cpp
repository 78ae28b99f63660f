// SPDX-License-Identifier: BSD-3-Clause
// The code of docs/guide/pruning.md.
// [includes]
#include <bsr/bsr.hpp>
#include <bsr/layer.hpp>
#include <bsr/prune.hpp>
// [includes]
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <span>
#include <string>
#include <utility>
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
  const std::vector<float> for_rows(4), for_cols(64);
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
  add_rows(learned, for_rows);
  add_columns(learned, for_cols);
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

TEST_CASE("pruning: while a network trains") {
  namespace prune = bsr::prune;
  auto w = trained(64, 64, 1);
  auto a = prune::to_bsr<16>(w, prune::keep_density{1});
  bsr::pattern<16> blocks;
  bsr::dense_matrix<float> dw(64, 64);
  double loss = 0;
  const double lambda = 0.01, learning_rate = 0.1;
  for (const std::int64_t t : {1000, 5000}) {
    // [schedules]
    // The threshold of Block-Sparse RNNs; q: the 90th percentile of |w| in a trained dense network.
    const prune::gradual_threshold grows{
        .q = 0.05, .start = 1000, .ramp = 4000, .end = 10000, .blocksize = {16, 16}};
    if (grows.prunes(t))
      blocks = prune::select<16>(prune::scores<16>(w, prune::max_abs{}), prune::at_least{grows.threshold(t)});
    // The cubic sparsity of Zhu and Gupta: 0 to 90 % in 40 prunings, one every 100 steps.
    const prune::cubic_sparsity cubic{.last = 0.9, .start = 1000, .steps = 40, .every = 100};
    if (cubic.prunes(t))
      prune::keep_only(a, prune::select<16>(prune::scores(a, prune::l2_norm{}), prune::sparsity{cubic(t)}));
    // [schedules]
  }
  CHECK(blocks.num_blocks() == 16);
  CHECK(a.num_blocks() == 2);
  // [lasso]
  loss += prune::group_lasso(w, {16, 16}, lambda);            // lambda * sum of the blocks' norms
  prune::add_group_lasso_gradient(dw, w, {16, 16}, lambda);   // its subgradient, or
  prune::shrink_blocks(w, {16, 16}, learning_rate * lambda);  // the proximal step, in place
  // [lasso]
  CHECK(loss > 0);
  std::vector<float> m(a.data().size()), v(a.data().size());
  prune::score_table stored({64, 64}, {16, 16}), candidates({64, 64}, {16, 16});
  const std::uint64_t seed = 1;
  // [regrow]
  prune::regrowth topology(a.pattern());
  prune::update_scores(stored, a, prune::l2_norm{});
  prune::randomize(candidates, seed);  // SET; RigL takes scores of the gradient
  topology.exchange(a, stored, candidates, a.num_blocks() / 10, m, v);
  // [regrow]
  CHECK(a.num_blocks() == 2);
}

TEST_CASE("pruning: a layer that trains") {
  namespace prune = bsr::prune;
  const bsr::dense_matrix<float, bsr::col_major> x(32, 64), target(32, 48);
  bsr::dense_matrix<float, bsr::col_major> y(32, 48), dy(32, 48), dx(32, 64);
  // [train]
  namespace layer = bsr::layer;
  layer::linear<float, 16> l(prune::to_bsr<16>(trained(48, 64, 1), prune::keep_density{0.5}));
  layer::adam_state<float> for_weights(l.weights().nnz()), for_bias(l.outputs());

  l.forward(x, y, [](auto e) { return relu(e); });  // y = relu(x W^T + b)
  for (std::int64_t k = 0; k < 32 * 48; ++k) dy.data()[k] = y.data()[k] - target.data()[k];  // of the loss
  layer::relu_backward(y, dy);
  l.backward(x, dy, dx);  // dW = dy^T x at W's blocks, db, dx = dy W
  step(layer::adam{.rate = 1e-3}, l.weights().data(), l.weight_gradient().data(), for_weights);
  step(layer::adam{.rate = 1e-3}, l.bias(), l.bias_gradient(), for_bias);
  // [train]
  // [rigl]
  const bsr::pattern<16> all = prune::all_blocks<16>({48, 64});
  const bsr::matrix<float, 16> gradient = sddmm(all, transpose(dy.view()), x);
  prune::regrowth topology(l.weights().pattern());
  topology.exchange(l.weights(), prune::scores(l.weights(), prune::l2_norm{}),
                    prune::scores(gradient, prune::l2_norm{}), 2, for_weights.first, for_weights.second);
  l.refresh();
  // [rigl]
  CHECK(l.weights().num_blocks() == 6);
  // [inference]
  const bsr::machine m = bsr::calibrate();              // once, a second
  layer::inference fast(l.weights(), l.bias(), 32, m);  // for 32 samples; dense, if that should be faster
  const std::string verdict = fast.expected(m).text();  // "block-sparse should be 6.8 times faster here"
  fast.forward(x, y, [](auto e) { return relu(e); });
  // [inference]
  CHECK(verdict.find("should be") != std::string::npos);
  // [int8]
  auto q = prune::quantize(l.weights(), prune::scale_of::row);  // q.error: what was lost
  layer::int8_linear small(std::move(q), l.bias());
  small.forward(x, y, [](auto e) { return relu(e); });  // x in float is quantised on the way
  // [int8]
  CHECK(small.bytes() < 6 * 256 + 4 * (48 + 6 + 4) + 1);
}

TEST_CASE("pruning: what it costs") {
  namespace prune = bsr::prune;
  const auto w = trained(64, 64, 1), x = trained(8, 64, 2);
  const auto a = prune::to_bsr<16>(w, prune::sparsity{0.9}), all = prune::to_bsr<16>(w, prune::sparsity{0});
  bsr::dense_matrix<float> y(8, 64);
  // [costs]
  const prune::layer_account cost = prune::account(a);  // parameters, bytes, operations, densities of rows
  const auto smaller = cost.compression();              // than the dense layer
  const auto measured = prune::race([&] { y = x * transpose(a); }, [&] { y = x * transpose(all); });
  const std::string verdict = measured.text();  // "block-sparse is 3.4 times faster here", or that dense is
  // [costs]
  CHECK(smaller > 7);
  CHECK(verdict.find("faster here") != std::string::npos);
  // [quantize]
  const auto q = prune::quantize(a, prune::scale_of::row);  // q.values in int8, q.scales, q.error
  const auto back = prune::dequantize<float>(q);
  const auto half = bsr::astype<bsr::bfloat16>(a);
  // [quantize]
  CHECK(q.error.relative < 0.01);
  CHECK(back.num_blocks() == half.num_blocks());
  const std::vector<bsr::matrix<float, 16>> versions = {a, back};
  // [soup]
  const auto soup = prune::average(std::span<const bsr::matrix<float, 16>>(versions));
  // [soup]
  CHECK(prune::same_pattern(soup, a));
}

}  // namespace
