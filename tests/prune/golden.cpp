// SPDX-License-Identifier: BSD-3-Clause
// Every score x rule x block shape as NumPy has it: tests/data/prune.bin, written by
// tests/scipy/make_prune.py.
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "bsr/convert/to_dense.hpp"
#include "bsr/prune.hpp"
#include "support/conformance.hpp"
#include "support/threads.hpp"

namespace {

using namespace bsr_test;
using bsr::prune::score_table;

const conformance_file& cases() {
  static const conformance_file file(BSR_TESTS_DIR "/data/prune.bin");
  return file;
}

template <class T>
bsr::dense_view<const T> rows_of(const conformance_case& c, const std::string& name,
                                 const bsr::buffer<T>& data) {
  const auto& sizes = c.sizes(name);
  return {data.data(), sizes.at(0), sizes.at(1)};
}

template <class T, class Score>
score_table table_of(const bsr::dense_view<const T>& w, bsr::dims block, bool pad, const Score& score,
                     int threads) {
  const bsr::cpu policy = on_threads(threads);
  return pad ? bsr::prune::scores(w, block, score, bsr::padded, policy)
             : bsr::prune::scores(w, block, score, policy);
}

/// The table of a case, from its weights in any layout.
template <class T>
score_table table_of(const conformance_case& c, const conformance_case& from, int threads) {
  const auto data = from.array<T>("w");
  const auto gradient = from.array<float>("g");
  const auto w = rows_of(from, "w", data);
  const bool pad = c.whole("padded") != 0;
  const auto sizes = c.array<std::int64_t>("block");
  const bsr::dims block(sizes[0], sizes[1]);
  const std::string score = c.text("score");
  namespace prune = bsr::prune;
  if (score == "l1") return table_of(w, block, pad, prune::l1_norm{}, threads);
  if (score == "l2") return table_of(w, block, pad, prune::l2_norm{}, threads);
  if (score == "max") return table_of(w, block, pad, prune::max_abs{}, threads);
  if (score == "random")
    return table_of(w, block, pad, prune::random_score{static_cast<std::uint64_t>(c.whole("seed"))}, threads);
  if constexpr (!bsr::is_complex<T>) {
    if (score == "movement")
      return table_of(w, block, pad, prune::movement(rows_of(from, "g", gradient)), threads);
    if (score == "given") {
      const auto given = c.array<double>("given");
      return pad ? score_table(w.shape(), block, rows_of(c, "given", given), bsr::padded)
                 : score_table(w.shape(), block, rows_of(c, "given", given));
    }
    if (score == "low_rank") {
      auto table = table_of(w, block, pad, prune::l1_norm{}, threads);
      const auto a = c.array<double>("a"), b = c.array<double>("b");
      prune::add_low_rank(table, rows_of(c, "a", a), rows_of(c, "b", b), 0.5);
      prune::add_rows(table, c.array<float>("r").span(), 0.25);
      prune::add_columns(table, c.array<double>("c").span(), 2);
      return table;
    }
  }
  throw std::runtime_error("unknown score " + score);
}

score_table table_of(const conformance_case& c, const conformance_case& from, int threads = 1) {
  const std::string dtype = c.text("dtype");
  if (dtype == "f4") return table_of<float>(c, from, threads);
  if (dtype == "f8") return table_of<double>(c, from, threads);
  if (dtype == "i1") return table_of<std::int8_t>(c, from, threads);
  if (dtype == "c8") return table_of<std::complex<float>>(c, from, threads);
  throw std::runtime_error("unknown dtype " + dtype);
}

/// "" if `chosen` is exactly the blocks with keep != 0, sorted.
std::string difference(const bsr::pattern<>& chosen, const std::uint8_t* keep) {
  std::int64_t k = 0;
  for (std::int64_t i = 0; i < chosen.block_rows(); ++i) {
    for (std::int64_t j = 0; j < chosen.block_cols(); ++j, ++keep) {
      if (*keep == 0) continue;
      if (k == chosen.num_blocks() || chosen.indices()[static_cast<std::size_t>(k)] != j)
        return "block (" + std::to_string(i) + ", " + std::to_string(j) + ") is not where it must be";
      ++k;
    }
    if (chosen.indptr()[static_cast<std::size_t>(i) + 1] != k)
      return "row " + std::to_string(i) + " ends elsewhere";
  }
  return k == chosen.num_blocks() ? "" : "more blocks";
}

bsr::pattern<> choose(const conformance_case& c, const score_table& table) {
  namespace prune = bsr::prune;
  const std::string rule = c.text("rule");
  if (rule == "density") return prune::select(table, prune::keep_density{c.number("density")});
  if (rule == "sparsity") return prune::select(table, prune::sparsity{c.number("density")});
  if (rule == "blocks") return prune::select(table, prune::keep_blocks{c.whole("n")});
  if (rule == "density_per_row")
    return prune::select(table, prune::keep_density_per_row{c.number("density")});
  if (rule == "per_row") return prune::select(table, prune::keep_per_row{c.whole("n")});
  if (rule == "at_least") return prune::select(table, prune::at_least{c.number("density")});
  if (rule == "n_of_m") return prune::select(table, prune::keep_n_of_m{c.whole("n"), c.whole("m")});
  throw std::runtime_error("unknown rule " + rule);
}

/// The tables of the file, computed by bsr.
const std::vector<score_table>& tables() {
  static const std::vector<score_table> all = [] {
    std::vector<score_table> result;
    const conformance_case* from = nullptr;
    for (std::size_t n = 0; n < cases().size(); ++n) {
      const auto& c = cases()[n];
      if (c.text("kind") == "weights") from = &c;
      if (c.text("kind") == "scores") result.push_back(table_of(c, *from));
    }
    return result;
  }();
  return all;
}

TEST_CASE("golden: scores, to the last bit", "[prune]") {
  std::size_t number = 0;
  const conformance_case* from = nullptr;
  for (std::size_t n = 0; n < cases().size(); ++n) {
    const auto& c = cases()[n];
    if (c.text("kind") == "weights") from = &c;
    if (c.text("kind") != "scores") continue;
    INFO("table " << number << ": " << c.text("score") << " of " << c.text("dtype"));
    const auto expected = c.array<double>("table");
    const auto& table = tables()[number];
    REQUIRE(table.size() == expected.size());
    std::int64_t wrong = 0;
    for (std::int64_t p = 0; p < table.size(); ++p)
      wrong += table.values()[static_cast<std::size_t>(p)] == expected[p] ? 0 : 1;
    CHECK(wrong == 0);
    // Threads change nothing.
    const auto again = table_of(c, *from, 3);
    for (std::int64_t p = 0; p < table.size(); ++p)
      wrong += again.values()[static_cast<std::size_t>(p)] == expected[p] ? 0 : 1;
    CHECK(wrong == 0);
    ++number;
  }
  CHECK(number >= 250);
}

TEST_CASE("golden: choices, block for block", "[prune]") {
  int choices = 0;
  for (std::size_t n = 0; n < cases().size(); ++n) {
    const auto& c = cases()[n];
    if (c.text("kind") != "choice") continue;
    const auto& table = tables().at(static_cast<std::size_t>(c.whole("scores")));
    INFO("record " << n << ": " << c.text("rule"));
    const auto keep = c.array<std::uint8_t>("keep");
    CHECK(difference(choose(c, table), keep.data()) == "");
    ++choices;
  }
  CHECK(choices >= 1900);
}

TEST_CASE("golden: one choice among several layers", "[prune]") {
  int choices = 0;
  for (std::size_t n = 0; n < cases().size(); ++n) {
    const auto& c = cases()[n];
    if (c.text("kind") != "global") continue;
    ++choices;
    INFO("record " << n);
    std::vector<score_table> layers;
    for (const auto l : c.array<std::int64_t>("layers"))
      layers.push_back(tables().at(static_cast<std::size_t>(l)));
    const auto keep = c.array<std::uint8_t>("keep");
    const std::uint8_t* from = keep.data();
    bool empty = false;  // a whole layer would go: refused
    for (const auto& layer : layers) {
      std::int64_t kept = 0;
      for (std::int64_t p = 0; p < layer.size(); ++p) kept += *from++;
      empty |= kept == 0;
    }
    const auto run = [&] {
      const double d = c.number("density");
      return c.text("rule") == "density"
                 ? bsr::prune::select(std::span<const score_table>(layers), bsr::prune::keep_density{d})
                 : bsr::prune::select(std::span<const score_table>(layers), bsr::prune::sparsity{d});
    };
    if (empty) {
      CHECK_THROWS_AS(run(), bsr::error);
      continue;
    }
    const auto patterns = run();
    from = keep.data();
    for (std::size_t l = 0; l < layers.size(); from += layers[l].size(), ++l)
      CHECK(difference(patterns[l], from) == "");
  }
  CHECK(choices >= 70);
}

TEST_CASE("golden: Erdos-Renyi densities", "[prune]") {
  for (std::size_t n = 0; n < cases().size(); ++n) {
    const auto& c = cases()[n];
    if (c.text("kind") != "layers") continue;
    const auto sizes = c.array<std::int64_t>("shapes");
    std::vector<bsr::prune::layer_shape> layers;
    for (std::int64_t k = 0; k < sizes.size(); k += 4)
      layers.push_back({{sizes[k], sizes[k + 1]}, {sizes[k + 2], sizes[k + 3]}});
    const auto er = bsr::prune::erdos_renyi(layers, c.number("density"));
    const auto erk = bsr::prune::erdos_renyi_kernel(layers, c.number("density"));
    const auto er_expected = c.array<double>("er"), erk_expected = c.array<double>("erk");
    for (std::int64_t l = 0; l < er.size(); ++l) {
      // A handful of roundings on either side.
      const auto bound = [](double x) { return 64 * std::numeric_limits<double>::epsilon() * x; };
      CHECK(std::fabs(er[l] - er_expected[l]) <= bound(er_expected[l]));
      CHECK(std::fabs(erk[l] - erk_expected[l]) <= bound(erk_expected[l]));
    }
  }
}

}  // namespace
