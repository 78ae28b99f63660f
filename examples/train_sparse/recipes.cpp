// SPDX-License-Identifier: BSD-3-Clause
#include "recipes.hpp"

#include <algorithm>
#include <chrono>
#include <random>
#include <span>

namespace train {

namespace prune = bsr::prune;

namespace {

std::vector<bsr::dims> shapes(const budget& b) {
  return {{b.width, 64}, {b.width, b.width}, {classes, b.width}};
}

std::vector<bsr::pattern<block>> dense_patterns(const budget& b, double, std::uint64_t) {
  std::vector<bsr::pattern<block>> result;
  for (const bsr::dims shape : shapes(b)) result.push_back(prune::all_blocks<block>(shape));
  return result;
}

/// Random blocks, divided between the hidden layers by Erdos-Renyi.
std::vector<bsr::pattern<block>> random_patterns(const budget& b, double density, std::uint64_t seed) {
  auto result = dense_patterns(b, density, seed);
  std::vector<prune::layer_shape> layers;
  std::vector<std::int64_t> blocks;
  for (std::size_t l = 0; l + 1 < result.size(); ++l) {
    layers.push_back({result[l].shape()});
    blocks.push_back(result[l].num_blocks());
  }
  const auto densities = prune::erdos_renyi_kernel(layers, density);
  const auto counts = prune::count_blocks(densities.span(), blocks, density);
  for (std::size_t l = 0; l < blocks.size(); ++l) {
    prune::score_table scores(result[l].shape(), {block, block});
    prune::randomize(scores, seed + l);
    result[l] = prune::select<block>(scores, prune::keep_blocks{counts[static_cast<std::int64_t>(l)]});
  }
  return result;
}

/// Cubic pruning of the blocks with the smallest norms, which group lasso has made small.
void prune_gradually(network& net, const budget& b, double density, std::int64_t step, std::uint64_t) {
  const prune::cubic_sparsity schedule{
      .last = 1 - density, .start = b.steps / 6, .steps = 30, .every = b.steps / 60};
  if (schedule.frozen(step)) return;
  for (auto& l : net.hidden()) {
    auto& w = l.linear.weights();
    prune::shrink_blocks(w, b.rate * 0.02);
    if (!schedule.prunes(step)) continue;
    const std::int64_t all = w.block_rows() * w.block_cols();
    const std::int64_t kept = all - prune::count_removed(schedule(step), all);
    const auto stay = prune::select<block>(prune::scores(w, prune::l2_norm{}), prune::keep_blocks{kept});
    prune::keep_only(w, stay, l.weights.first, l.weights.second);
    l.linear.refresh();
  }
}

/// RigL: the weakest blocks make room for those with the largest gradients.
void grow_by_gradient(network& net, const budget& b, double, std::int64_t step, std::uint64_t) {
  const prune::cosine_share share{0.3, b.steps * 3 / 4};
  if (step == 0 || step % (b.steps / 30) != 0 || share(step) == 0) return;
  for (std::size_t l = 0; l < net.hidden().size(); ++l) {
    auto& layer = net.layers()[l];
    auto& w = layer.linear.weights();
    const auto all = prune::all_blocks<block>(w.shape());
    matrix gradient(all.view());
    gradient.on(bsr::cpu{.threads = 1}) = sddmm(all, transpose(net.gradient_of(l).view()), net.input_of(l));
    prune::regrowth topology(w.pattern());
    topology.exchange(w, prune::scores(w, prune::l2_norm{}), prune::scores(gradient, prune::l2_norm{}),
                      static_cast<std::int64_t>(share(step) * static_cast<double>(w.num_blocks())),
                      layer.weights.first, layer.weights.second);
    layer.linear.refresh();
  }
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

std::vector<recipe> recipes() {
  const auto nothing = [](network&, const budget&, double, std::int64_t, std::uint64_t) {};
  return {{"dense", dense_patterns, nothing},
          {"random blocks (ERK)", random_patterns, nothing},
          {"gradual + group lasso", dense_patterns, prune_gradually},
          {"RigL", random_patterns, grow_by_gradient}};
}

outcome run(const recipe& how, const budget& b, double density, std::uint64_t seed, const samples& training,
            const samples& test, const std::function<void(double)>& progress) {
  std::mt19937_64 numbers(seed);
  network net(how.patterns(b, density, seed), b.batch, seed);
  std::vector<std::int64_t> order(static_cast<std::size_t>(training.size()));
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::int64_t>(i);
  std::size_t next = order.size();
  const auto batch = static_cast<std::size_t>(b.batch);
  outcome result;
  const auto begin = std::chrono::steady_clock::now();
  for (std::int64_t step = 0; step < b.steps; ++step) {
    if (next + batch > order.size()) {
      for (std::size_t i = order.size(); i-- > 1;) std::swap(order[i], order[numbers() % (i + 1)]);
      next = 0;
    }
    // The rate falls to zero along a cosine.
    const bsr::layer::adam adam{.rate = prune::cosine_share{1, b.steps}(step)*b.rate, .weight_decay = 0.01};
    net.step(training, std::span(order).subspan(next, batch), adam);
    next += batch;
    how.after_step(net, b, density, step, seed);
    progress(static_cast<double>(step + 1) / static_cast<double>(b.steps));
  }
  result.train_seconds = seconds_since(begin);
  result.accuracy = net.accuracy(test);
  result.run_seconds = 1e9;
  for (int repeat = 0; repeat < 5; ++repeat) {
    const auto start = std::chrono::steady_clock::now();
    net.accuracy(test);
    result.run_seconds = std::min(result.run_seconds, seconds_since(start));
  }
  result.density = net.density();
  result.bytes = static_cast<double>(net.bytes());
  return result;
}

}  // namespace train
