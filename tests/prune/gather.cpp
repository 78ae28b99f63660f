// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/prune/gather.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "bsr/construct/random.hpp"
#include "bsr/convert/to_dense.hpp"
#include "bsr/format/has_canonical_format.hpp"
#include "support/threads.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
namespace prune = bsr::prune;

/// Whether a is w at the blocks of a and nothing elsewhere.
template <class A, class W>
bool shows(const A& a, const W& w) {
  const auto dense = bsr::to_dense(a);
  bsr::dense_matrix<int> stored(a.block_rows(), a.block_cols());
  for (std::int64_t i = 0; i < a.block_rows(); ++i)
    for (auto block : a.row(i)) stored(i, block.col()) = 1;
  for (std::int64_t i = 0; i < w.rows(); ++i)
    for (std::int64_t j = 0; j < w.cols(); ++j)
      if (dense(i, j) != (stored(i / a.blocksize().rows, j / a.blocksize().cols) != 0 ? w(i, j) : 0))
        return false;
  return true;
}

TEST_CASE("gather: dense and sparse", "[prune]") {
  const auto w = bsr::to_dense(bsr::random<float, 1>({70, 90}, 1.0, 1));
  bsr::dense_matrix<float, bsr::col_major> turned(70, 90);
  for (std::int64_t i = 0; i < 70; ++i)
    for (std::int64_t j = 0; j < 90; ++j) turned(i, j) = w(i, j);
  for (const bsr::dims block : {bsr::dims(1, 1), {16, 16}, {32, 7}, {70, 90}, {4, 64}}) {
    const auto s = prune::scores(w, block, prune::l2_norm{}, bsr::padded);
    const auto chosen = prune::select(s, prune::keep_density{0.3});
    const auto a = prune::gather(w, chosen);
    CHECK(a.num_blocks() == prune::count_kept(0.3, s.size()));
    CHECK(has_canonical_format(a));
    CHECK(shows(a, w));
    CHECK(shows(prune::gather(turned, chosen, on_threads(3)), w));
    // Fewer of them, from the sparse matrix; the padding of the result is zero.
    const auto fewer = prune::select(prune::scores(a, prune::max_abs{}), prune::keep_density{0.1});
    const auto b = prune::gather(a, fewer);
    CHECK(shows(b, w));
    auto c = a;
    prune::keep_only(c, fewer);
    CHECK(shows(c, w));
    CHECK(c.num_blocks() == b.num_blocks());
    CHECK(std::vector<float>(c.data().begin(), c.data().end()) ==
          std::vector<float>(b.data().begin(), b.data().end()));
  }
}

TEST_CASE("gather: places where a sparse matrix has no block are zero blocks", "[prune]") {
  const bsr::matrix<float, 2> a({4, 4}, {1, 2, 3, 4}, {1}, {0, 1, 1});
  const bsr::pattern<2> where({4, 4}, {0, 1, 1}, {0, 2, 3});
  const auto b = prune::gather(a, where);
  CHECK(std::vector<float>(b.data().begin(), b.data().end()) ==
        std::vector<float>{0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0});
  auto c = a;
  prune::keep_only(c, where);
  CHECK(c.num_blocks() == 1);
}

TEST_CASE("to_bsr: score, rule and blocks in one step", "[prune]") {
  const auto w = bsr::to_dense(bsr::random<float, 1>({64, 64}, 1.0, 1));
  const auto a = prune::to_bsr<16>(w, prune::sparsity{0.75});
  STATIC_CHECK(std::is_same_v<decltype(a), const bsr::matrix<float, 16>>);
  CHECK(a.num_blocks() == 4);
  CHECK(shows(a, w));
  CHECK(prune::to_bsr<1, 16>(w, prune::keep_per_row{1}, prune::max_abs{}).num_blocks() == 64);
  CHECK(prune::to_bsr(w, {8, 8}, prune::keep_n_of_m{2, 4}, prune::random_score{4}).num_blocks() == 32);
  CHECK(prune::to_bsr<24>(w, prune::keep_blocks{9}, prune::l1_norm{}, bsr::padded).num_blocks() == 9);
}

TEST_CASE("keep_only: order and duplicates stay, memory too", "[prune]") {
  bsr::matrix<float, 1> a({2, 3}, {1, 2, 3, 4, 5}, {2, 0, 2, 1, 0}, {0, 3, 5});
  const auto* const memory = a.data().data();
  prune::keep_only(a, bsr::pattern<1>({2, 3}, {2, 0}, {0, 1, 2}));
  CHECK(std::vector<float>(a.data().begin(), a.data().end()) == std::vector<float>{1, 3, 5});
  CHECK(std::vector<int>(a.indices().begin(), a.indices().end()) == std::vector<int>{2, 2, 0});
  CHECK(std::vector<int>(a.indptr().begin(), a.indptr().end()) == std::vector<int>{0, 2, 3});
  CHECK(a.data().data() == memory);
}

TEST_CASE("keep_only: the arrays of an optimizer lose the same blocks", "[prune]") {
  auto a = bsr::random<float, 2, 3>({20, 30}, 0.6, 1);
  bsr::buffer<double> m(a.nnz());
  for (std::int64_t k = 0; k < m.size(); ++k)
    m[k] = 2 * static_cast<double>(a.data()[static_cast<std::size_t>(k)]);
  bsr::buffer<float> v(std::span<const float>(a.data()));
  prune::keep_only(a, prune::select(prune::scores(a, prune::l1_norm{}), prune::keep_blocks{17}), m, v);
  CHECK(a.num_blocks() == 17);
  CHECK(m.size() == 17 * 6);
  CHECK(v.size() == 17 * 6);
  for (std::int64_t k = 0; k < m.size(); ++k) {
    CHECK(v[k] == a.data()[static_cast<std::size_t>(k)]);
    CHECK(m[k] == 2 * static_cast<double>(v[k]));
  }
  bsr::buffer<float> wrong(5);
  CHECK(text_of<bsr::shape_error>([&] {
          prune::keep_only(a, prune::select(prune::scores(a, prune::l1_norm{}), prune::keep_blocks{1}),
                           wrong);
        }) == "bsr: prune: keep_only: the matrix has 102 stored elements, but a state has 5.");
  CHECK(a.num_blocks() == 17);
}

TEST_CASE("gather: what is refused", "[prune]") {
  const bsr::dense_matrix<float> w(4, 6);
  const bsr::pattern<2> where({4, 4}, {0}, {0, 1, 1});
  CHECK(text_of<bsr::shape_error>([&] { prune::gather(w, where); }) ==
        "bsr: prune: gather: the matrix is 4x6, but the pattern is of a 4x4 matrix.");
  auto a = bsr::random<float, 4, 2>({4, 4}, 1, 1);
  const auto before = a.num_blocks();
  CHECK(text_of<bsr::shape_error>([&] { prune::gather(a, where); }) ==
        "bsr: prune: gather: the matrix has blocks of 4x2, the pattern of 2x2.");
  CHECK(text_of<bsr::shape_error>([&] { prune::keep_only(a, where); }) ==
        "bsr: prune: keep_only: the matrix has blocks of 4x2, the pattern of 2x2.");
  CHECK(a.num_blocks() == before);
  const bsr::dense_matrix<float> v(4, 4);
  CHECK_THROWS_AS(prune::gather(v, bsr::pattern<2>({4, 4}, {2}, {0, 1, 1})), bsr::format_error);
}

}  // namespace
