// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Ways to come to a sparse network.
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "network.hpp"

namespace train {

/// How long and how carefully.
struct budget {
  std::int64_t steps = 1200;
  std::int64_t batch = 64;
  std::int64_t width = 512;
  double rate = 2e-3;
};

/// What came out of one training.
struct outcome {
  double accuracy = 0;
  double density = 0;
  double bytes = 0;
  double train_seconds = 0;
  double run_seconds = 0;  ///< to recognise all test samples
};

/// A way to train: the patterns to begin with, and what happens after a step.
struct recipe {
  std::string name;
  std::function<std::vector<bsr::pattern<block>>(const budget&, double density, std::uint64_t seed)> patterns;
  std::function<void(network&, const budget&, double density, std::int64_t step, std::uint64_t seed)>
      after_step;
};

/// dense; static random blocks, ERK; gradual pruning with group lasso; RigL.
std::vector<recipe> recipes();

/// Trains, telling how far it is, and looks at what it learned.
outcome run(const recipe& how, const budget& b, double density, std::uint64_t seed, const samples& training,
            const samples& test, const std::function<void(double)>& progress);

}  // namespace train
