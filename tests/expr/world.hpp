// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Operands for tests of expressions, and the question whether an assignment gives what it must.
#include <catch2/catch_test_macros.hpp>
#include <cstdint>

#include "bsr/expr/assign.hpp"
#include "bsr/storage.hpp"
#include "support/definition.hpp"
#include "support/expected.hpp"
#include "support/guarded.hpp"
#include "support/random.hpp"

namespace bsr_test {

/// a is 6 x 8 with blocks of 2 x 4; x, y, d and e are such that y = a * x, y = a * x + d; the same for xt, yt
/// = xt * a'; u, v, f such that v = a * u + f. All different, all random.
template <class T>
struct world {
  random rng{1};
  bsr::matrix<T, 2, 4> a = random_matrix<T, 2, 4>(rng, {6, 8}, wild);
  bsr::dense_matrix<T> x = random_dense<T>(rng, 8, 5), y = random_dense<T>(rng, 6, 5);
  bsr::dense_matrix<T> d = random_dense<T>(rng, 6, 5), e = random_dense<T>(rng, 6, 5);
  bsr::dense_matrix<T> xt = random_dense<T>(rng, 5, 8), yt = random_dense<T>(rng, 5, 6);
  bsr::dense_matrix<T> dt = random_dense<T>(rng, 5, 6), et = random_dense<T>(rng, 5, 6);
  bsr::buffer<T> u_memory = random_vector<T>(rng, 8), v_memory = random_vector<T>(rng, 6);
  bsr::buffer<T> f_memory = random_vector<T>(rng, 6), b_memory = random_vector<T>(rng, 5);
  bsr::vector_view<T> u{u_memory.data(), 8}, v{v_memory.data(), 6}, f{f_memory.data(), 6},
      b{b_memory.data(), 5};

  using values = expected<T>;
  /// a * x, a' * y, xt * a', yt * a
  values ax = values::left(a, false, x), aty = values::left(a, true, y);
  values xat = values::right(xt, a, true), ya = values::right(yt, a, false);
  /// a * u, a' * v; the same for the vectors as rows
  values au = values::left(a, false, u), atv = values::left(a, true, v);
};

/// Runs assign(c) for a destination c that holds `before` and has poison around it, and compares.
template <class T, class F, class V>
void gives(const bsr::dense_matrix<T>& before, F assign, const expected<V>& wanted) {
  guarded<T> c(before);
  assign(c.view());
  CHECK(difference(c.view(), wanted) == "");
  CHECK(c.intact());
}
/// The same for a destination that holds NaN, where there is such a thing, and must not be read.
template <class T, class F, class V>
void gives_fresh(const bsr::dense_matrix<T>& like, F assign, const expected<V>& wanted) {
  guarded<T> c(like.rows(), like.cols());
  assign(c.view());
  CHECK(difference(c.view(), wanted) == "");
  CHECK(c.intact());
}
/// The same for a vector, with every second element of its memory poison.
template <class T, class F, class V>
void gives(const bsr::vector_view<T>& before, F assign, const expected<V>& wanted) {
  bsr::buffer<T> memory(2 * before.size());
  for (T& element : memory) element = poison<T>();
  const bsr::vector_view<T> y(memory.data(), before.size(), 2);
  for (std::int64_t i = 0; i < y.size(); ++i) y[i] = before[i];
  assign(y);
  CHECK(difference(y, wanted) == "");
  bool intact = true;
  for (std::int64_t i = 1; i < memory.size(); i += 2)
    intact = intact && (memory[i] != memory[i] || memory[i] == poison<T>());
  CHECK(intact);
}

}  // namespace bsr_test
