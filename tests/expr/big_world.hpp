// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Operands large enough for every kernel of the CPU: several strips of rows, panels of columns and a rest of
// both.
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "bsr/bsr.hpp"
#include "support/expected.hpp"
#include "support/guarded.hpp"
#include "support/random.hpp"

namespace bsr_test {

/// a is m x k with blocks of B x B, padded at both edges; the rest is as in expr/world.hpp.
template <class T, int B>
struct big_world {
  static constexpr std::int64_t m = 5 * B + 3, k = 6 * B - 1, n = 77;
  random rng{1};
  bsr::matrix<T, B> a = random_matrix<T, B>(rng, {m, k}, wild);
  bsr::matrix<T> dynamic{bsr::matrix_view<const T>(std::as_const(a).view())};
  bsr::dense_matrix<T> x = random_dense<T>(rng, k, n), y = random_dense<T>(rng, m, n);
  bsr::dense_matrix<T> d = random_dense<T>(rng, m, n);
  bsr::dense_matrix<T> xt = random_dense<T>(rng, n, k), yt = random_dense<T>(rng, n, m);
  bsr::dense_matrix<T> dt = random_dense<T>(rng, n, m);
  bsr::buffer<T> u_memory = random_vector<T>(rng, k), v_memory = random_vector<T>(rng, m);
  bsr::buffer<T> f_memory = random_vector<T>(rng, m), b_memory = random_vector<T>(rng, n);
  bsr::vector_view<T> u{u_memory.data(), k}, v{v_memory.data(), m}, f{f_memory.data(), m},
      b{b_memory.data(), n};
};

/// Runs assign(c, policy) for a destination c that holds `before`, on one thread and on three, which must
/// give the same bits, and compares with what it must be.
template <class T, class F, class V>
void gives_on_cpu(const bsr::dense_matrix<T>& before, F assign, const expected<V>& wanted) {
  guarded<T> c(before);
  assign(c.view(), bsr::cpu{.threads = 1});
  CHECK(difference(c.view(), wanted) == "");
  CHECK(c.intact());
#if defined(_OPENMP)
  guarded<T> again(before);
  assign(again.view(), bsr::cpu{.threads = 3});
  bool same = again.intact();
  for (std::int64_t i = 0; i < before.rows(); ++i)
    for (std::int64_t j = 0; j < before.cols(); ++j) same = same && again.view()(i, j) == c.view()(i, j);
  CHECK(same);
#endif
}
template <class T, class F, class V>
void gives_on_cpu(const bsr::vector_view<T>& before, F assign, const expected<V>& wanted) {
  const std::span<const T> values(before.data(), static_cast<std::size_t>(before.size()));
  bsr::buffer<T> memory(values);
  const bsr::vector_view<T> y(memory.data(), memory.size());
  assign(y, bsr::cpu{.threads = 1});
  CHECK(difference(y, wanted) == "");
#if defined(_OPENMP)
  bsr::buffer<T> other(values);
  assign(bsr::vector_view<T>(other.data(), other.size()), bsr::cpu{.threads = 3});
  bool same = true;
  for (std::int64_t i = 0; i < other.size(); ++i) same = same && other[i] == memory[i];
  CHECK(same);
#endif
}
/// The same for a destination that holds NaN and must not be read.
template <class T, class F, class V>
void gives_fresh_on_cpu(const bsr::dense_matrix<T>& like, F assign, const expected<V>& wanted) {
  bsr::dense_matrix<T> poisoned(like.rows(), like.cols());
  for (std::int64_t i = 0; i < like.rows(); ++i)
    for (std::int64_t j = 0; j < like.cols(); ++j) poisoned(i, j) = poison<T>();
  gives_on_cpu(poisoned, assign, wanted);
}

/// f(v, i, j) that tells i from j.
struct placed {
  template <class V>
  V operator()(V v, std::int64_t i, std::int64_t j) const {
    return v / 2 + static_cast<V>(10 * i - j);
  }
};

}  // namespace bsr_test
