// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// How a network's budget of blocks is divided among its layers.
#include <algorithm>
#include <cstdint>
#include <span>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"
#include "bsr/prune/rule.hpp"
#include "bsr/storage/buffer.hpp"

namespace bsr::inline v0::inline BSR_TARGET::prune {

/// A layer as far as its share is concerned: a matrix, for a convolution one for each place of the kernel.
struct layer_shape {
  dims matrix;
  dims kernel = {1, 1};
  double parameters() const {
    return static_cast<double>(matrix.rows) * static_cast<double>(matrix.cols) *
           (static_cast<double>(kernel.rows) * static_cast<double>(kernel.cols));
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET::prune

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// Densities that are proportional to sum(layer) / parameters(layer), none above 1, whose weighted mean is
/// `density`. A layer that would be more than dense is dense, and the rest is divided anew.
template <class Weight>
buffer<double> divide_density(std::span<const prune::layer_shape> layers, double density,
                              const Weight& weight) {
  const auto count = static_cast<std::int64_t>(layers.size());
  if (!(density >= 0 && density <= 1))
    fail<error>("bsr: prune: a density lies between 0 and 1, and is not ", density, ".");
  double all = 0;
  for (std::int64_t l = 0; l < count; ++l) {
    const auto& layer = layers[static_cast<std::size_t>(l)];
    if (layer.matrix.rows < 1 || layer.matrix.cols < 1 || layer.kernel.rows < 1 || layer.kernel.cols < 1)
      fail<shape_error>("bsr: prune: layer ", l, " has the shape ", layer.matrix, " and a kernel of ",
                        layer.kernel, ", no parameters.");
    all += layer.parameters();
  }
  buffer<double> result(count);
  buffer<std::uint8_t> dense(count);
  for (bool again = count > 0; again;) {
    double budget = density * all, share = 0;
    for (std::int64_t l = 0; l < count; ++l) {
      if (dense[l] != 0)
        budget -= layers[static_cast<std::size_t>(l)].parameters();
      else
        share += weight(layers[static_cast<std::size_t>(l)]);
    }
    again = false;
    for (std::int64_t l = 0; l < count; ++l) {
      if (dense[l] != 0) continue;
      const auto& layer = layers[static_cast<std::size_t>(l)];
      result[l] = (std::max)(budget, 0.0) / share * weight(layer) / layer.parameters();
      if (result[l] > 1) {
        result[l] = 1;
        dense[l] = 1;
        again = true;
      }
    }
  }
  return result;
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail

namespace bsr::inline v0::inline BSR_TARGET::prune {

/// Erdos-Renyi densities: layer l gets epsilon (rows + cols) / (rows cols), at most 1, so that the densities
/// weighted by the layers' sizes give `density` on the whole. Wide layers become sparser than narrow ones
/// (Mocanu et al. 2018, "Scalable training of artificial neural networks with adaptive sparse connectivity
/// inspired by network science", arXiv 1707.04780; epsilon solved for as in RigL, Evci et al. 2020, arXiv
/// 1911.11134). Kernels multiply sizes but do not count in the sum. Throws bsr::error for a density outside
/// [0, 1], shape_error for a layer without parameters.
inline buffer<double> erdos_renyi(std::span<const layer_shape> layers, double density) {
  return detail::divide_density(layers, density, [](const layer_shape& l) {
    return (static_cast<double>(l.matrix.rows) + static_cast<double>(l.matrix.cols)) *
           (static_cast<double>(l.kernel.rows) * static_cast<double>(l.kernel.cols));
  });
}
/// Erdos-Renyi-Kernel: epsilon (rows + cols + kernel rows + kernel cols) / (all four multiplied), for
/// convolutions (RigL, Evci et al. 2020). With kernels of 1x1 it is nearly erdos_renyi.
inline buffer<double> erdos_renyi_kernel(std::span<const layer_shape> layers, double density) {
  return detail::divide_density(layers, density, [](const layer_shape& l) {
    return static_cast<double>(l.matrix.rows) + static_cast<double>(l.matrix.cols) +
           static_cast<double>(l.kernel.rows) + static_cast<double>(l.kernel.cols);
  });
}

/// How many blocks each layer keeps: densities[l] * blocks[l], rounded down or up so that the sum is exactly
/// count_kept(density, all blocks): those with the largest fractions are rounded up, of equal ones the
/// earlier. `density` is the mean that the densities were made for. Throws shape_error when the lists differ
/// in length, bsr::error when rounding alone cannot reach the sum.
inline buffer<std::int64_t> count_blocks(std::span<const double> densities,
                                         std::span<const std::int64_t> blocks, double density) {
  const auto count = static_cast<std::int64_t>(blocks.size());
  if (densities.size() != blocks.size())
    fail<shape_error>("bsr: prune: count_blocks: ", static_cast<std::int64_t>(densities.size()),
                      " densities for ", count, " layers.");
  buffer<std::int64_t> result(count);
  buffer<double> fraction(count);
  std::int64_t all = 0, sum = 0;
  for (std::int64_t l = 0; l < count; ++l) {
    const auto at = static_cast<std::size_t>(l);
    if (!(densities[at] >= 0 && densities[at] <= 1))
      fail<error>("bsr: prune: count_blocks: a density lies between 0 and 1, and is not ", densities[at],
                  ".");
    const double exact = densities[at] * static_cast<double>(blocks[at]);
    result[l] = static_cast<std::int64_t>(exact);
    fraction[l] = result[l] == blocks[at] ? -1 : exact - static_cast<double>(result[l]);
    all += blocks[at];
    sum += result[l];
  }
  const std::int64_t wanted = count_kept(density, all);
  if (wanted < sum || wanted > sum + count)
    fail<error>("bsr: prune: count_blocks: the densities keep about ", sum, " of ", all,
                " blocks, but the density ", density, " keeps ", wanted, ".");
  for (; sum < wanted; ++sum) {
    std::int64_t most = 0;
    for (std::int64_t l = 1; l < count; ++l) most = fraction[l] > fraction[most] ? l : most;
    if (fraction[most] < 0)
      fail<error>("bsr: prune: count_blocks: ", wanted, " blocks are more than the layers have.");
    ++result[most];
    fraction[most] = -1;
  }
  return result;
}

}  // namespace bsr::inline v0::inline BSR_TARGET::prune
