// SPDX-License-Identifier: BSD-3-Clause
#include "harness/duel.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "harness/clock.hpp"

namespace bench {

double series::median() const {
  if (values.empty()) return 0;
  std::vector<double> sorted = values;
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::nth_element(sorted.begin(), middle, sorted.end());
  return *middle;
}
double series::minimum() const {
  return values.empty() ? 0 : *std::min_element(values.begin(), values.end());
}
double series::maximum() const {
  return values.empty() ? 0 : *std::max_element(values.begin(), values.end());
}

double sample(const candidate& c, int repeats) {
  if (c.seconds) return c.seconds(repeats);
  const double start = now();
  for (int i = 0; i < repeats; ++i) c.run();
  return (now() - start) / repeats;
}

std::size_t quickest(const std::vector<candidate>& all) {
  if (all.size() < 2) return 0;
  std::vector<double> best(all.size(), std::numeric_limits<double>::infinity());
  for (int round = 0; round < 12; ++round)
    for (std::size_t i = 0; i < all.size(); ++i) {
      // What is three times slower by now is called no more.
      if (round >= 2 && best[i] > 3 * *std::min_element(best.begin(), best.end())) continue;
      best[i] = std::min(best[i], sample(all[i], 1));
    }
  return static_cast<std::size_t>(std::min_element(best.begin(), best.end()) - best.begin());
}

std::vector<duel_result> duels(const candidate& ours, const std::vector<candidate>& peers,
                               const std::function<double(bool half_width)>& limit, const duel_rules& rules) {
  // A sample lasts at least 20 microseconds, a thousand times the clock's resolution.
  const auto repeats_for = [](const candidate& c) {
    double once = sample(c, 1);
    for (int i = 0; i < 3; ++i) once = std::min(once, sample(c, 1));
    return std::clamp(static_cast<int>(std::ceil(20e-6 / std::max(once, 1e-9))), 1, 10000);
  };
  struct state {
    const candidate* theirs;
    int repeats;
    double elapsed;
    bool done;
  };
  std::vector<state> all;
  for (const candidate& c : peers) all.push_back({&c, repeats_for(c), 0, false});
  all.push_back({nullptr, 0, 0, false});
  const int our_repeats = repeats_for(ours);

  std::vector<duel_result> results(all.size());
  for (bool busy = true; busy;) {
    busy = false;
    for (std::size_t i = 0; i < all.size(); ++i) {
      state& s = all[i];
      duel_result& r = results[i];
      if (s.done) continue;
      const double start = now();
      const auto burst = [&](bool mine, bool its) {
        for (int round = 0; round <= rules.burst; ++round) {
          const double my_seconds = mine ? sample(ours, our_repeats) : 0;
          const double its_seconds = its ? sample(*s.theirs, s.repeats) : 0;
          if (round == 0) continue;
          if (mine) r.ours.values.push_back(my_seconds);
          if (its) r.theirs.values.push_back(its_seconds);
          if (mine && round % 4 == 1)
            r.limit.values.push_back(limit(s.theirs != nullptr && s.theirs->half_width));
        }
      };
      const bool apart = s.theirs != nullptr && s.theirs->apart;
      burst(true, s.theirs != nullptr && !apart);
      if (apart) burst(false, true);
      s.elapsed += now() - start;
      const int rounds = static_cast<int>(r.ours.values.size());
      const bool slow = s.theirs != nullptr && r.theirs.minimum() > 2 * r.ours.minimum();
      s.done =
          rounds >= rules.rounds || (rounds >= rules.least && s.elapsed > (slow ? 1 : 10) * rules.seconds);
      busy = busy || !s.done;
    }
  }
  return results;
}

}  // namespace bench
