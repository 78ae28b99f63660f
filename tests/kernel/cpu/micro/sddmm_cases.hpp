// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What every SDDMM kernel must bear: empty rows, duplicates, no order, odd sizes, padded edges, poison around
// every operand; the same bits for every number of threads.
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <cstring>
#include <functional>
#include <vector>

#include "bsr/bsr.hpp"
#include "support/bounds.hpp"
#include "support/guarded.hpp"
#include "support/random.hpp"
#include "support/sampled.hpp"
#include "support/threads.hpp"

namespace bsr_test {

/// S = alpha X Y + beta S by run(policy, alpha, X, Y, beta, S's data) for k from a list. Knows neither the
/// kernel nor S's block size, so that it is compiled once for many of them.
template <class T, class LayoutX, class LayoutY>
void check_sddmm_by(random& rng, const bsr::matrix_view<const T>& s, std::int64_t k,
                    const std::function<void(const bsr::cpu&, T, const bsr::dense_view<const T, LayoutX>&,
                                             const bsr::dense_view<const T, LayoutY>&, T, T*)>& run) {
  const guarded<T, LayoutX> x(random_dense<T>(rng, s.rows(), k));
  const guarded<T, LayoutY> y(random_dense<T>(rng, k, s.cols()));
  const auto wide_x = dense(x.view()), wide_y = dense(y.view());
  const auto size = static_cast<std::size_t>(s.nnz());
  constexpr std::size_t margin = 64;
  std::vector<T> first;
  for (const bool add : {false, true}) {
    const T alpha = k % 3 == 0 ? T(-1.5) : T(1), beta = add ? T(0.75) : T(0);
    std::vector<T> before(size);
    for (T& v : before) v = rng.value<T>();
    std::vector<wide_t<T>> wide_before(before.begin(), before.end());
    const auto expected = expected_sample<T>(alpha, wide_x, wide_y, beta, add ? &wide_before : nullptr, s);
    for (int threads = 1; threads <= most_threads; ++threads) {
      std::vector<T> data(size + 2 * margin, poison<T>());
      if (add) std::copy(before.begin(), before.end(), data.begin() + margin);
      run(on_threads(threads), alpha, x.view(), y.view(), beta, data.data() + margin);
      INFO("k = " << k << ", " << threads << " threads, blocks " << s.blocksize().rows << "x"
                  << s.blocksize().cols << (add ? ", with addend" : ""));
      REQUIRE(sample_difference(data.data() + margin, expected) == "");
      const T outside = poison<T>();
      for (std::size_t i = 0; i < margin; ++i) {
        REQUIRE(std::memcmp(&data[i], &outside, sizeof(T)) == 0);
        REQUIRE(std::memcmp(&data[margin + size + i], &outside, sizeof(T)) == 0);
      }
      if (threads == 1) first = data;
      REQUIRE(std::memcmp(first.data(), data.data(), data.size() * sizeof(T)) == 0);
    }
  }
}

template <template <class> class Kernel, class LayoutX, class LayoutY, class A>
void check_sddmm(random& rng, const A& s, std::int64_t k) {
  using T = typename A::value_type;
  using view = bsr::matrix_view<T, A::static_rows, A::static_cols>;
  using addend = bsr::matrix_view<const T, A::static_rows, A::static_cols>;
  check_sddmm_by<T, LayoutX, LayoutY>(
      rng, any_blocks(s), k,
      [&s](const bsr::cpu& policy, T alpha, const bsr::dense_view<const T, LayoutX>& x,
           const bsr::dense_view<const T, LayoutY>& y, T beta, T* data) {
        using problem = bsr::sddmm_problem<bsr::dense_view<const T, LayoutX>,
                                           bsr::dense_view<const T, LayoutY>, view, addend>;
        static_assert(Kernel<problem>::fits);
        const view to(s.shape(), data, s.indices().data(), s.indptr().data(), s.num_blocks(), s.blocksize(),
                      bsr::padded);
        Kernel<problem>::run(policy, problem{alpha, x, y, beta, to, to});
      });
}

/// k from 0 on, over the width of packs and of what is packed at once.
inline constexpr int few_depths[] = {0, 1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 64, 100};

/// Static blocks and the same at run time, whole and padded.
template <template <class> class Kernel, class LayoutX, class LayoutY, class T, int R, int C, class Depths>
void check_sampled_blocks(const Depths& depths, std::int64_t block_rows = 5, std::int64_t block_cols = 6) {
  random rng(static_cast<std::uint64_t>(R * 1000 + C));
  const auto whole = random_matrix<T, R, C>(rng, {block_rows * R, block_cols * C}, wild);
  const auto ragged =
      random_matrix<T, R, C>(rng, {block_rows * R - (R + 1) / 2, block_cols * C - (C + 1) / 2}, wild);
  for (const int k : depths) {
    check_sddmm<Kernel, LayoutX, LayoutY>(rng, whole.view(), k);
    check_sddmm<Kernel, LayoutX, LayoutY>(rng, bsr::matrix_view<const T>(whole.view()), k);
    check_sddmm<Kernel, LayoutX, LayoutY>(rng, ragged.view(), k);
  }
}

}  // namespace bsr_test
