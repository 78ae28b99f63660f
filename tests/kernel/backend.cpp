// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/backend.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "bsr/bsr.hpp"

namespace {

/// A device of the user: notes what it is asked to compute.
struct notebook {
  std::vector<std::string> entries;
};

}  // namespace

namespace bsr::inline v0::inline BSR_TARGET {

template <>
struct backend<notebook> {
  template <class Problem>
  static void spmm(notebook& policy, const Problem& p) {
    policy.entries.push_back("spmm " + std::to_string(p.c.rows()) + "x" + std::to_string(p.c.cols()));
  }
  template <class Problem>
  static void spmv(notebook& policy, const Problem& p) {
    policy.entries.push_back("spmv " + std::to_string(p.y.size()));
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET

TEST_CASE("a policy is computed by its backend, which gets the policy itself", "[backend]") {
  const bsr::matrix<float, 2> a({4, 6});
  const bsr::dense_matrix<float> x(6, 3);
  bsr::dense_matrix<float> y(4, 3);
  const std::vector<float> u(6);
  std::vector<float> v(4);
  notebook notes;
  y.on(notes) = a * x;
  bsr::view(v).on(notes) = 2.0 * a * u;
  y.on(notes) += a * x;
  bsr::spmm(notes, 1.0, a, x, 0.0, y);
  bsr::spmv(notes, 1.0, a, u, 0.0, v);
  CHECK(notes.entries == std::vector<std::string>{"spmm 4x3", "spmv 4", "spmm 4x3", "spmm 4x3", "spmv 4"});
}

TEST_CASE("what does not fit never reaches a backend", "[backend]") {
  const bsr::matrix<float, 2> a({4, 6});
  bsr::dense_matrix<float> x(6, 3);
  bsr::dense_matrix<float> y(4, 2);
  notebook notes;
  CHECK_THROWS_AS((y.on(notes) = a * x), bsr::shape_error);
  CHECK_THROWS_AS((x.on(notes) = transpose(a) * y), bsr::shape_error);
  CHECK_THROWS_AS((bsr::view(x).block(0, 0, 4, 3).on(notes) = a * x), bsr::alias_error);
  CHECK(notes.entries.empty());
}
