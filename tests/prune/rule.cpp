// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/prune/rule.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <span>
#include <vector>

#include "bsr/construct/random.hpp"
#include "bsr/convert/to_dense.hpp"
#include "bsr/format/has_canonical_format.hpp"
#include "bsr/prune/score.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
namespace prune = bsr::prune;
using prune::score_table;

score_table table(bsr::dims shape, const std::vector<double>& values) {
  score_table s(shape, {1, 1});
  std::copy(values.begin(), values.end(), s.values().begin());
  return s;
}
template <class P>
std::vector<int> columns(const P& p) {
  return {p.indices().begin(), p.indices().end()};
}

TEST_CASE("rules: ties go to the lower index", "[prune]") {
  const auto s = table({2, 4}, {1, 2, 2, 1, 2, 0, 2, 2});
  CHECK(columns(prune::select(s, prune::keep_blocks{3})) == std::vector<int>{1, 2, 0});
  CHECK(columns(prune::select(s, prune::keep_blocks{6})) == std::vector<int>{0, 1, 2, 0, 2, 3});
  CHECK(columns(prune::select(s, prune::keep_per_row{1})) == std::vector<int>{1, 0});
  CHECK(columns(prune::select(s, prune::keep_n_of_m{1, 2})) == std::vector<int>{1, 2, 0, 2});
  CHECK(columns(prune::select(s, prune::at_least{2})) == std::vector<int>{1, 2, 0, 2, 3});
  CHECK(columns(prune::select(table({1, 3}, {-0.0, 0.0, -0.0}), prune::keep_blocks{2})) ==
        std::vector<int>{0, 1});
}

TEST_CASE("rules: floor(sparsity * blocks) go", "[prune]") {
  CHECK(prune::count_removed(0.9, 1000) == 900);
  CHECK(prune::count_removed(0.999, 10) == 9);
  CHECK(prune::count_kept(0.1, 1000) == 100);
  CHECK(prune::count_kept(0.9, 1000) == 901);  // 1 - 0.9 is less than 0.1
  CHECK(1000 - prune::count_removed(0.1, 1000) == 900);
  CHECK(prune::count_kept(0.0, 7) == 0);
  CHECK(prune::count_kept(1.0, 7) == 7);
  CHECK(prune::count_kept(0.01, 7) == 1);
  const auto s = table({1, 10}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  CHECK(columns(prune::select(s, prune::sparsity{0.75})) == std::vector<int>{7, 8, 9});
  CHECK(columns(prune::select(s, prune::keep_density{0.25})) == std::vector<int>{7, 8, 9});
  CHECK(columns(prune::select(s, prune::keep_density_per_row{0.25})) == std::vector<int>{7, 8, 9});
}

TEST_CASE("rules: a cut through many scores is that of a sort", "[prune]") {
  // As many as make the sample count, with ties and without, in any order, and infinite ones.
  for (const std::int64_t n : {100, 16384, 16385, 50000}) {
    for (int kind = 0; kind < 5; ++kind) {
      std::vector<double> values(static_cast<std::size_t>(n));
      const bsr::detail::random_stream numbers(static_cast<std::uint64_t>(kind), 9);
      for (std::size_t p = 0; p < values.size(); ++p) {
        const double x = bsr::detail::random_value<double>(numbers.bits(static_cast<std::int64_t>(p)));
        values[p] = kind == 0   ? x
                    : kind == 1 ? std::floor(10 * x)
                    : kind == 2 ? static_cast<double>(p)
                    : kind == 3 ? (x < 0.5 ? 0.0 : -0.0)
                                : (x < 0.3 ? prune::absent : -x);
      }
      std::vector<std::int64_t> order(values.size());
      for (std::size_t p = 0; p < order.size(); ++p) order[p] = static_cast<std::int64_t>(p);
      std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
        return values[static_cast<std::size_t>(a)] > values[static_cast<std::size_t>(b)];
      });
      for (const std::int64_t kept : {std::int64_t{0}, std::int64_t{1}, n / 50, n / 3, n - 1, n}) {
        std::vector<std::uint8_t> expected(values.size()), keep(values.size(), 7);
        for (std::int64_t k = 0; k < kept; ++k) {
          const auto p = static_cast<std::size_t>(order[static_cast<std::size_t>(k)]);
          expected[p] = values[p] != prune::absent;
        }
        bsr::detail::mark_highest(values, kept, keep.data());
        CAPTURE(n, kind, kept);
        CHECK(keep == expected);
      }
    }
  }
}

TEST_CASE("rules: a sample that misleads changes nothing", "[prune]") {
  // Every tenth score, which is what a sample of 2048 sees, is above all others, or below them.
  const std::int64_t n = 20480;
  for (const double shift : {10.0, -10.0}) {
    std::vector<double> values(static_cast<std::size_t>(n));
    const bsr::detail::random_stream numbers(1, 9);
    for (std::int64_t p = 0; p < n; ++p)
      values[static_cast<std::size_t>(p)] =
          bsr::detail::random_value<double>(numbers.bits(p)) + (p % 10 == 0 ? shift : 0);
    for (const std::int64_t kept : {n / 50, n / 2, n - n / 50}) {
      auto sorted = values;
      std::sort(sorted.begin(), sorted.end());
      const double least = sorted[static_cast<std::size_t>(n - kept)];
      std::vector<std::uint8_t> expected, keep(values.size(), 7);
      for (const double x : values) expected.push_back(x >= least);
      bsr::detail::mark_highest(values, kept, keep.data());
      CAPTURE(shift, kept);
      CHECK(keep == expected);
    }
  }
}

TEST_CASE("rules: absent blocks are never kept", "[prune]") {
  auto s = table({1, 4}, {prune::absent, 1, prune::absent, 2});
  CHECK(columns(prune::select(s, prune::keep_blocks{3})) == std::vector<int>{1, 3});
  CHECK(columns(prune::select(s, prune::keep_per_row{4})) == std::vector<int>{1, 3});
  CHECK(columns(prune::select(s, prune::keep_n_of_m{2, 2})) == std::vector<int>{1, 3});
  CHECK(columns(prune::select(s, prune::at_least{prune::absent})) == std::vector<int>{1, 3});
}

TEST_CASE("rules: patterns have the block size of the scores", "[prune]") {
  const auto w = bsr::to_dense(bsr::random<float, 1>({64, 96}, 1.0, 1));
  const auto s = prune::scores<16, 32>(w, prune::l2_norm{});
  const auto p = prune::select<16, 32, std::int64_t>(s, prune::keep_blocks{5});
  STATIC_CHECK(std::is_same_v<decltype(p), const bsr::pattern<16, 32, std::int64_t>>);
  CHECK(p.num_blocks() == 5);
  CHECK(p.shape() == bsr::dims(64, 96));
  CHECK(has_canonical_format(p.view()));
  CHECK(text_of<bsr::shape_error>([&] { prune::select<16>(s, prune::keep_blocks{5}); }) ==
        "bsr: prune: select: mismatching blocksize=16x32 vs 16x16 of the type.");
}

TEST_CASE("rules: a rule of the user's", "[prune]") {
  const auto diagonal = [](const score_table& s, std::uint8_t* keep) {
    for (std::int64_t i = 0; i < s.block_rows(); ++i)
      for (std::int64_t j = 0; j < s.block_cols(); ++j) *keep++ = i == j;
  };
  CHECK(columns(prune::select(score_table({3, 3}, {1, 1}), diagonal)) == std::vector<int>{0, 1, 2});
}

TEST_CASE("rules: several layers", "[prune]") {
  const std::vector<score_table> layers = {table({1, 3}, {1, 5, 3}), table({2, 2}, {3, 3, 9, 0})};
  const auto kept = prune::select(std::span<const score_table>(layers), prune::keep_blocks{4});
  CHECK(columns(kept[0]) == std::vector<int>{1, 2});
  CHECK(columns(kept[1]) == std::vector<int>{0, 0});
  const auto above = prune::select(std::span<const score_table>(layers), prune::at_least{5});
  CHECK(columns(above[0]) == std::vector<int>{1});
  CHECK(columns(above[1]) == std::vector<int>{0});
}

TEST_CASE("rules: what is refused", "[prune]") {
  const auto s = table({2, 3}, {1, 2, 3, 4, 5, 6});
  const auto text = [&](const auto& rule) { return text_of<bsr::error>([&] { prune::select(s, rule); }); };
  CHECK(text(prune::keep_density{1.5}) == "bsr: prune: a density lies between 0 and 1, and is not 1.5.");
  CHECK(text(prune::keep_density{-0.1}) == "bsr: prune: a density lies between 0 and 1, and is not -0.1.");
  CHECK(text(prune::keep_density{std::nan("")}) ==
        "bsr: prune: a density lies between 0 and 1, and is not nan.");
  CHECK(text(prune::keep_density_per_row{2}) == "bsr: prune: a density lies between 0 and 1, and is not 2.");
  CHECK(text(prune::sparsity{1.01}) == "bsr: prune: a sparsity lies between 0 and 1, and is not 1.01.");
  CHECK(text(prune::sparsity{-0.1}) == "bsr: prune: a sparsity lies between 0 and 1, and is not -0.1.");
  CHECK(text(prune::keep_blocks{-1}) == "bsr: prune: -1 blocks cannot be kept of 6.");
  CHECK(text(prune::keep_n_of_m{0, 3}) == "bsr: prune: keep_n_of_m{0, 3}: n lies between 1 and m.");
  CHECK(text(prune::keep_blocks{7}) == "bsr: prune: 7 blocks cannot be kept of 6.");
  CHECK(text(prune::keep_per_row{4}) == "bsr: prune: keep_per_row{4}: a block row has 3 blocks.");
  CHECK(text(prune::keep_per_row{-1}) == "bsr: prune: keep_per_row{-1}: a block row has 3 blocks.");
  CHECK(text(prune::keep_n_of_m{4, 3}) == "bsr: prune: keep_n_of_m{4, 3}: n lies between 1 and m.");
  CHECK(text_of<bsr::shape_error>([&] { prune::select(s, prune::keep_n_of_m{1, 2}); }) ==
        "bsr: prune: keep_n_of_m{1, 2}: 3 block columns are no multiple of 2.");
  CHECK(text(prune::at_least{std::nan("")}) == "bsr: prune: at_least: the threshold is NaN.");
  const char* const none =
      "bsr: prune: select: none of the 6 blocks of a 2x3 matrix would stay. An empty layer is rather left "
      "out.";
  CHECK(text(prune::at_least{7}) == none);
  CHECK(text(prune::keep_density{0}) == none);
  CHECK(text(prune::keep_per_row{0}) == none);
}

}  // namespace
