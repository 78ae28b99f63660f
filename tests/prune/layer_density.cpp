// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/prune/layer_density.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "support/throws.hpp"

namespace {

using namespace bsr_test;
namespace prune = bsr::prune;

TEST_CASE("layer densities: the mean is the target", "[prune]") {
  const std::vector<prune::layer_shape> layers = {
      {{784, 300}}, {{300, 100}}, {{100, 10}}, {{64, 32}, {3, 3}}};
  for (const double density : {0.0, 0.01, 0.1, 0.5, 0.99, 1.0}) {
    for (const auto& densities :
         {prune::erdos_renyi(layers, density), prune::erdos_renyi_kernel(layers, density)}) {
      double kept = 0, all = 0;
      for (std::size_t l = 0; l < layers.size(); ++l) {
        const double d = densities[static_cast<std::int64_t>(l)];
        CHECK(d >= 0);
        CHECK(d <= 1);
        kept += d * layers[l].parameters();
        all += layers[l].parameters();
      }
      CHECK(std::fabs(kept - density * all) <= 32 * std::numeric_limits<double>::epsilon() * all);
    }
  }
  // The small layer is kept dense, the others share what is left in proportion to (rows + cols) / (rows
  // cols).
  const auto d = prune::erdos_renyi(layers, 0.1);
  CHECK(d[2] == 1);
  CHECK(std::fabs(d[0] / d[1] - (1084.0 / (784 * 300)) / (400.0 / (300 * 100))) < 1e-12);
}

TEST_CASE("layer densities: whole blocks, exactly as many as the target", "[prune]") {
  const std::vector<prune::layer_shape> layers = {{{512, 256}}, {{256, 256}}, {{256, 32}}};
  const std::vector<std::int64_t> blocks = {512, 256, 32};
  for (const double density : {0.05, 0.1, 1.0 / 3, 0.77}) {
    const auto densities = prune::erdos_renyi(layers, density);
    const auto counts = prune::count_blocks(densities.span(), blocks, density);
    CHECK(counts[0] + counts[1] + counts[2] == prune::count_kept(density, 800));
    for (std::int64_t l = 0; l < 3; ++l)
      CHECK(std::fabs(static_cast<double>(counts[l]) -
                      densities[l] * static_cast<double>(blocks[static_cast<std::size_t>(l)])) < 1);
  }
  // Equal fractions: the earlier layers.
  const std::vector<double> half = {0.5, 0.5, 0.5};
  const std::vector<std::int64_t> ones = {1, 1, 1};
  const auto counts = prune::count_blocks(half, ones, 0.5);
  CHECK(counts[0] == 1);
  CHECK(counts[1] == 1);
  CHECK(counts[2] == 0);
}

TEST_CASE("layer densities: what is refused", "[prune]") {
  const std::vector<prune::layer_shape> layers = {{{4, 4}}, {{0, 4}}};
  CHECK(text_of<bsr::error>([&] { prune::erdos_renyi(layers, 2); }) ==
        "bsr: prune: a density lies between 0 and 1, and is not 2.");
  CHECK(text_of<bsr::shape_error>([&] { prune::erdos_renyi(layers, 0.5); }) ==
        "bsr: prune: layer 1 has the shape 0x4 and a kernel of 1x1, no parameters.");
  const std::vector<double> densities = {0.1, 0.1};
  const std::vector<std::int64_t> blocks = {100, 100};
  CHECK(
      text_of<bsr::error>([&] { prune::count_blocks(densities, blocks, 0.75); }) ==
      "bsr: prune: count_blocks: the densities keep about 20 of 200 blocks, but the density 0.75 keeps 150.");
  CHECK(text_of<bsr::shape_error>([&] { prune::count_blocks(densities, {}, 0.9); }) ==
        "bsr: prune: count_blocks: 2 densities for 0 layers.");
}

}  // namespace
