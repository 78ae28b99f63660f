// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "harness/peer.hpp"

namespace bench {

/// One figure, measured many times.
struct series {
  std::vector<double> values;
  double median() const;
  double minimum() const;
  double maximum() const;
};

/// Mean seconds of `repeats` calls.
double sample(const candidate& c, int repeats);

/// The quickest of some candidates by the minima of a few calls each, made in turn.
std::size_t quickest(const std::vector<candidate>& all);

/// Our side and one peer, called in turn, A B A B, in one process on one machine.
/// `limit` is measured between the calls and gives what the machine can do at that moment.
struct duel_result {
  series ours, theirs;  // seconds of a call
  series limit;         // per second
  /// How much longer the peer takes: the ratio of the medians, and of the quickest calls.
  double ratio() const { return theirs.median() / ours.median(); }
  double best_ratio() const { return theirs.minimum() / ours.minimum(); }
};
struct duel_rules {
  int rounds = 200;  // measured calls of each side
  // After `least` rounds a peer may stop: one that takes more than twice our time after so many seconds, any
  // other after ten times as many.
  double seconds = 3;
  int least = 40;
  int burst = 10;  // rounds with one peer before the next has its turn
};
/// A duel with every peer, and as the last one our side alone, all in the same minute: bursts of rounds, one
/// peer after the other, until all have their rounds. The first round of a burst finds the caches as another
/// peer left them and is not counted. With a peer that stands apart, our rounds of a burst come before its.
std::vector<duel_result> duels(const candidate& ours, const std::vector<candidate>& peers,
                               const std::function<double(bool half_width)>& limit, const duel_rules& rules);

}  // namespace bench
