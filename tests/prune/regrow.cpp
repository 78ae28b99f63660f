// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/prune/regrow.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "bsr/construct/random.hpp"
#include "bsr/format/has_canonical_format.hpp"
#include "bsr/prune/schedule.hpp"
#include "bsr/prune/score.hpp"
#include "support/allocations.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
namespace prune = bsr::prune;

using place = std::pair<std::int64_t, std::int64_t>;

/// The blocks of a by their places, as lists of elements.
template <class A, class T>
std::map<place, std::vector<T>> blocks_of(const A& a, const std::vector<T>& data) {
  std::map<place, std::vector<T>> result;
  const auto size = static_cast<std::ptrdiff_t>(a.blocksize().rows * a.blocksize().cols);
  for (std::int64_t i = 0; i < a.block_rows(); ++i)
    for (std::ptrdiff_t k = a.indptr()[static_cast<std::size_t>(i)];
         k < a.indptr()[static_cast<std::size_t>(i) + 1]; ++k)
      result[{i, a.indices()[static_cast<std::size_t>(k)]}] =
          std::vector<T>(data.begin() + k * size, data.begin() + (k + 1) * size);
  return result;
}
template <class A>
auto blocks_of(const A& a) {
  return blocks_of(a, std::vector<typename A::value_type>(a.data().begin(), a.data().end()));
}

/// What must come out, slowly: sort the stored by score, keep the best; sort the rest, grow the best.
template <class T>
std::map<place, std::vector<T>> expected(std::map<place, std::vector<T>> before,
                                         const prune::score_table& stored,
                                         const prune::score_table& candidates, std::size_t count) {
  std::vector<place> order;
  for (const auto& block : before) order.push_back(block.first);
  std::stable_sort(order.begin(), order.end(),
                   [&](place x, place y) { return stored(x.first, x.second) > stored(y.first, y.second); });
  std::map<place, std::vector<T>> after;
  for (std::size_t k = 0; k + count < order.size(); ++k) after[order[k]] = before[order[k]];
  std::vector<place> rest;
  for (std::int64_t i = 0; i < stored.block_rows(); ++i)
    for (std::int64_t j = 0; j < stored.block_cols(); ++j)
      if (after.count({i, j}) == 0 && candidates(i, j) != prune::absent) rest.push_back({i, j});
  std::stable_sort(rest.begin(), rest.end(), [&](place x, place y) {
    return candidates(x.first, x.second) > candidates(y.first, y.second);
  });
  const std::size_t size = before.begin()->second.size();
  for (std::size_t k = 0; k < count; ++k)
    after[rest[k]] = before.count(rest[k]) != 0 ? before[rest[k]] : std::vector<T>(size);
  return after;
}

TEST_CASE("exchange: the blocks, the new ones and the states of each", "[prune]") {
  for (const bsr::dims block : {bsr::dims(1, 1), {2, 3}, {4, 4}}) {
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
      auto a = bsr::random<float>({24, 36}, block, seed % 3 == 0 ? 0.1 : 0.45, seed);
      std::vector<double> m(a.data().begin(), a.data().end());
      for (double& x : m) x *= 10;
      std::vector<float> v(a.data().begin(), a.data().end());
      const auto stored = prune::scores(a, prune::l1_norm{});
      prune::score_table candidates({24, 36}, block);
      prune::randomize(candidates, seed);
      if (seed % 2 == 0)
        for (double& s : candidates.values()) s = std::floor(4 * s);  // ties
      prune::regrowth topology(a.view());
      const std::int64_t count = static_cast<std::int64_t>(seed) % (a.num_blocks() + 1);
      const auto before = blocks_of(a);
      const auto wanted = expected(before, stored, candidates, static_cast<std::size_t>(count));
      const auto wanted_m = expected(blocks_of(a, m), stored, candidates, static_cast<std::size_t>(count));
      const std::int64_t fresh = topology.exchange(a, stored, candidates, count, m, v);
      CAPTURE(block.rows, seed, count);
      CHECK(has_canonical_format(a));
      CHECK(blocks_of(a) == wanted);
      CHECK(blocks_of(a, m) == wanted_m);
      CHECK(blocks_of(a, v) == wanted);
      std::int64_t others = 0;
      for (const auto& b : wanted) others += before.count(b.first) == 0 ? 1 : 0;
      CHECK(fresh == others);
    }
  }
}

TEST_CASE("exchange: a step allocates nothing, whatever it is", "[prune]") {
  auto a = bsr::random<float, 4>({512, 512}, 0.2, 1);  // 16384 places: the cut is found from a sample
  std::vector<float> m(a.data().size());
  auto stored = prune::scores(a, prune::l2_norm{});
  prune::score_table candidates({512, 512}, {4, 4});
  prune::regrowth topology(a.pattern());
  const auto* const memory = a.data().data();
  const prune::cosine_share share{0.3, 100};
  const int allocations = allocations_of([&] {
    for (std::int64_t t = 0; t < 100; t += 10) {
      prune::update_scores(stored, a, prune::l2_norm{}, bsr::cpu{.threads = 1});
      prune::randomize(candidates, static_cast<std::uint64_t>(t));
      topology.exchange(a, stored, candidates,
                        static_cast<std::int64_t>(share(t) * static_cast<double>(a.num_blocks())), m);
    }
  });
  CHECK(allocations == 0);
  CHECK(a.num_blocks() == 3277);
  CHECK(a.data().data() == memory);
}

TEST_CASE("exchange: what is refused, and nothing has changed", "[prune]") {
  auto a = bsr::random<float, 2>({8, 8}, 0.5, 1);
  const auto before = blocks_of(a);
  auto stored = prune::scores(a, prune::l1_norm{});
  prune::score_table candidates({8, 8}, {2, 2});
  prune::regrowth topology(a.pattern());
  std::vector<float> state(32);
  CHECK(text_of<bsr::error>([&] { topology.exchange(a, stored, candidates, 9, state); }) ==
        "bsr: prune: exchange: 9 blocks cannot be exchanged of 8.");
  CHECK(text_of<bsr::error>([&] { topology.exchange(a, stored, candidates, -1, state); }) ==
        "bsr: prune: exchange: -1 blocks cannot be exchanged of 8.");
  std::vector<float> wrong(31);
  CHECK(text_of<bsr::shape_error>([&] { topology.exchange(a, stored, candidates, 1, state, wrong); }) ==
        "bsr: prune: exchange: the matrix has 32 stored elements, but a state has 31.");
  std::vector<float> long_state(33);
  CHECK(text_of<bsr::shape_error>([&] { topology.exchange(a, stored, candidates, 1, long_state); }) ==
        "bsr: prune: exchange: the matrix has 32 stored elements, but a state has 33.");
  const prune::score_table larger({8, 10}, {2, 2});
  const char* const of_another =
      "bsr: prune: exchange: the matrix is 8x8 with blocks of 2x2, but the scores are of a 8x10 matrix with "
      "blocks of 2x2.";
  CHECK(text_of<bsr::shape_error>([&] { topology.exchange(a, stored, larger, 1); }) == of_another);
  CHECK(text_of<bsr::shape_error>([&] { topology.exchange(a, larger, candidates, 1); }) == of_another);
  // As many blocks, but in a matrix of another shape.
  for (const bsr::dims shape : {bsr::dims(8, 10), {16, 4}}) {
    auto b = bsr::random<float, 2>(shape, 8.0 / static_cast<double>(shape.rows * shape.cols / 4), 1);
    const prune::score_table zeros(shape, {2, 2});
    REQUIRE(b.num_blocks() == 8);
    CHECK(text_of<bsr::shape_error>([&] {
            topology.exchange(b, zeros, zeros, 1);
          }).find("but this regrowth was made for 8 in 4 block rows.") != std::string::npos);
  }
  const prune::score_table other({8, 8}, {4, 2});
  CHECK(text_of<bsr::shape_error>([&] { topology.exchange(a, stored, other, 1, state); }) ==
        "bsr: prune: exchange: the matrix is 8x8 with blocks of 2x2, but the scores are of a 8x8 matrix with "
        "blocks of "
        "4x2.");
  CHECK(text_of<bsr::error>([&] {
          topology.exchange(
              a, prune::scores(a, prune::l1_norm{}),
              [&] {
                prune::score_table none({8, 8}, {2, 2});
                for (double& s : none.values()) s = prune::absent;
                none(0, 0) = 1;
                return none;
              }(),
              8, state);
        }) ==
        "bsr: prune: exchange: 8 blocks shall be grown, but only 1 places are not absent among the "
        "candidates.");
  const auto smaller = bsr::random<float, 2>({8, 8}, 0.25, 1);
  prune::regrowth for_smaller(smaller.pattern());
  CHECK(text_of<bsr::shape_error>([&] { for_smaller.exchange(a, stored, candidates, 1); }) ==
        "bsr: prune: exchange: the matrix has 8 of 4x4 blocks, but this regrowth was made for 4 in 4 block "
        "rows.");
  const std::int64_t j = a.indices()[0];
  std::int64_t i = 0;
  while (a.indptr()[static_cast<std::size_t>(i) + 1] == 0) ++i;
  stored(i, j) = prune::absent;
  CHECK(text_of<bsr::error>([&] {
          topology.exchange(a, stored, candidates, 1);
        }).find("is stored, but its score says that it is absent.") != std::string::npos);
  CHECK(blocks_of(a) == before);
  bsr::matrix<float, 1> unsorted({1, 3}, {1, 2}, {2, 0}, {0, 2});
  prune::regrowth in_disorder(unsorted.pattern());
  CHECK(text_of<bsr::format_error>([&] {
          in_disorder.exchange(unsorted, prune::score_table({1, 3}, {1, 1}),
                               prune::score_table({1, 3}, {1, 1}), 1);
        }) == "bsr: prune: exchange: block columns are not in order, or repeat; call sum_duplicates first.");
}

}  // namespace
