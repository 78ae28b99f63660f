// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// When how much is pruned: plain numbers in, a threshold, a sparsity or a factor out. Steps are counted from
// 0.
#include <cmath>
#include <cstdint>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"

namespace bsr::inline v0::inline BSR_TARGET::prune {

/// A threshold that grows while the network trains: slowly from `start` on, `steepness` times faster from
/// `ramp` to `end`, after which the mask is frozen (Narang, Diamos, Sengupta, Elsen 2017, "Exploring sparsity
/// in recurrent neural networks", arXiv 1704.05119).
///
///   theta  = 2 q every / (2 (ramp - start) + 3 (end - ramp))                        times N^(1/4) for blocks
///   phi    = steepness theta
///   eps(t) = theta (t - start + 1) / every                                          start <= t < ramp
///   eps(t) = (theta (ramp - start + 1) + phi (t - ramp + 1)) / every                ramp <= t <= end
///
/// q is a high quantile of |w| in a trained dense network (the 90th percentile), `every` how many steps lie
/// between two prunings. A block of N elements is represented by its largest magnitude (max_abs), which grows
/// with N; with `blocksize` the slope does as well (Narang, Undersander, Diamos 2017, "Block-sparse recurrent
/// neural networks", arXiv 1711.02782, where pruning ends at about 40 % of the epochs). With the steepness of
/// 1.5 and single elements eps(end) = q + 2.5 theta / every.
///
///   if (schedule.prunes(t)) keep = select(scores(w, max_abs{}), at_least{schedule.threshold(t)});
struct gradual_threshold {
  double q;
  std::int64_t start;
  std::int64_t ramp;
  std::int64_t end;
  std::int64_t every = 100;
  dims blocksize = {1, 1};
  double steepness = 1.5;

  /// theta and phi.
  double start_slope() const {
    check();
    const double n = static_cast<double>(blocksize.rows) * static_cast<double>(blocksize.cols);
    const double theta = 2 * q * static_cast<double>(every) /
                         (2 * static_cast<double>(ramp - start) + 3 * static_cast<double>(end - ramp));
    return theta * std::sqrt(std::sqrt(n));
  }
  double ramp_slope() const { return steepness * start_slope(); }
  /// eps(t); 0 before `start`, eps(end) after `end`.
  double threshold(std::int64_t t) const {
    const double theta = start_slope();
    if (t < start) return 0;
    if (t < ramp) return theta * static_cast<double>(t - start + 1) / static_cast<double>(every);
    const std::int64_t last = t < end ? t : end;
    return (theta * static_cast<double>(ramp - start + 1) +
            steepness * theta * static_cast<double>(last - ramp + 1)) /
           static_cast<double>(every);
  }
  /// Whether step t prunes: a multiple of `every` between `start` and `end`.
  bool prunes(std::int64_t t) const { return t >= start && t <= end && t % every == 0; }
  /// Whether the mask changes no more.
  bool frozen(std::int64_t t) const { return t > end; }

 private:
  void check() const {
    if (start < 0 || ramp < start || end < ramp || end == start || every < 1)
      fail<error>("bsr: prune: gradual_threshold: start ", start, ", ramp ", ramp, ", end ", end, ", every ",
                  every, ": 0 <= start <= ramp <= end is needed, not all equal, and every >= 1.");
    if (!(q >= 0) || !(steepness >= 0) || blocksize.rows < 1 || blocksize.cols < 1)
      fail<error>("bsr: prune: gradual_threshold: q ", q, ", steepness ", steepness, ", blocks of ",
                  blocksize, ": none may be negative, no block empty.");
  }
};

/// Sparsity that grows fast at first, when there is much to remove, and slowly at the end (Zhu, Gupta 2017,
/// "To prune, or not to prune", arXiv 1710.01878):
///
///   s(t) = last + (first - last) (1 - (t - start) / (steps every))^3
///
/// for t = start, start + every, ..., start + steps every; between them the one before, `first` before
/// `start`, `last` at the end. For the rule sparsity{s(t)}.
struct cubic_sparsity {
  double last;
  std::int64_t start;
  std::int64_t steps;
  std::int64_t every = 100;
  double first = 0;

  double operator()(std::int64_t t) const {
    if (!(first >= 0 && first <= 1 && last >= 0 && last <= 1) || steps < 1 || every < 1)
      fail<error>("bsr: prune: cubic_sparsity from ", first, " to ", last, " in ", steps,
                  " steps, one every ", every,
                  ": sparsities lie between 0 and 1, and there is at least one step.");
    const std::int64_t done = t < start ? 0 : (t - start) / every;
    if (done == 0) return first;
    if (done >= steps) return last;
    const double left = 1 - static_cast<double>(done) / static_cast<double>(steps);
    return last + (first - last) * (left * left * left);
  }
  bool prunes(std::int64_t t) const {
    return t >= start && t <= start + steps * every && (t - start) % every == 0;
  }
  bool frozen(std::int64_t t) const { return t > start + steps * every; }
};

/// All at once, at step `at`.
struct one_shot {
  double last;
  std::int64_t at = 0;
  double operator()(std::int64_t t) const { return t < at ? 0 : last; }
  bool prunes(std::int64_t t) const { return t == at; }
  bool frozen(std::int64_t t) const { return t > at; }
};

/// Which share of its blocks a dynamic topology exchanges at step t: share / 2 (1 + cos(pi t / end)), nothing
/// from `end` on (RigL: Evci, Gale, Menick, Castro, Elsen 2020, "Rigging the lottery", arXiv 1911.11134).
struct cosine_share {
  double share;
  std::int64_t end;
  double operator()(std::int64_t t) const {
    if (!(share >= 0 && share <= 1) || end < 1)
      fail<error>("bsr: prune: cosine_share: a share of ", share, " until step ", end,
                  ": it lies between 0 and 1, and the last step is positive.");
    if (t >= end) return 0;
    return share / 2 * (1 + std::cos(3.141592653589793 * static_cast<double>(t) / static_cast<double>(end)));
  }
};

/// The factor of elements that an N:M mask removes, falling from 1 to 0 so that they fade (pruning mask
/// decay, Kao et al. 2022, "Training recipe for N:M structured sparsity with decaying pruning mask", arXiv
/// 2209.07617):
///
///   linear       max(1 - rate (t - start), 0)
///   exponential  exp(-rate (t - start)), 0 from `end` on
///
/// n_of_m(a, 2, 4, decay(t)) every step. The factor multiplies what is stored, so within a run pass
/// decay.step(t) = decay(t) / decay(t - 1) to reach decay(t) after t steps.
struct mask_decay {
  enum class form { linear, exponential };
  double rate;
  std::int64_t start = 0;
  std::int64_t end = INT64_MAX;
  form shape = form::linear;

  double operator()(std::int64_t t) const {
    if (!(rate >= 0)) fail<error>("bsr: prune: mask_decay: a rate is not negative, and is not ", rate, ".");
    if (t < start) return 1;
    if (t >= end) return 0;
    const double x = rate * static_cast<double>(t - start);
    if (shape == form::exponential) return std::exp(-x);
    return x < 1 ? 1 - x : 0;
  }
  double step(std::int64_t t) const {
    const double before = (*this)(t - 1);
    return before > 0 ? (*this)(t) / before : 0;
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET::prune
