// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/expr/sample.hpp"

#include <catch2/catch_test_macros.hpp>
#include <concepts>
#include <cstdint>
#include <vector>

#include "bsr/bsr.hpp"
#include "support/definition.hpp"
#include "support/random.hpp"
#include "support/sampled.hpp"
#include "support/throws.hpp"

using namespace bsr_test;

namespace {

struct world {
  bsr_test::random rng{9};
  bsr::matrix<double, 2, 3> s = random_matrix<double, 2, 3>(rng, {8, 9}, wild);
  bsr::matrix<double, 2, 3> other = s;
  bsr::dense_matrix<double> x = random_dense<double>(rng, 8, 5);
  bsr::dense_matrix<double> q = random_dense<double>(rng, 9, 5);  // y, transposed

  world() {
    for (double& v : other.data()) v = rng.value<double>();
  }
  /// alpha x q' + beta d.
  std::string off(const bsr::matrix<double, 2, 3>& result, double alpha, double beta = 0,
                  const bsr::matrix<double, 2, 3>* d = nullptr) const {
    std::vector<long double> addend;
    if (d != nullptr) addend.assign(d->data().begin(), d->data().end());
    return sample_difference(result.data().data(),
                             expected_sample<double>(alpha, dense(x), transposed(dense(q)), beta,
                                                     d != nullptr ? &addend : nullptr, s.view()));
  }
};

}  // namespace

TEST_CASE("s = sddmm(p, x, y) in every form of the grammar", "[sample]") {
  world w;
  const auto y = transpose(w.q);
  const auto before = w.s;
  const auto check = [&](const auto& e, double alpha, double beta, const auto* d) {
    auto s = before;
    const double* const memory = s.data().data();
    s = e(s);
    CHECK(w.off(s, alpha, beta, d) == "");
    CHECK(s.data().data() == memory);  // in place
    auto t = before;
    t.view() = e(t);
    CHECK(w.off(t, alpha, beta, d) == "");
    auto u = before;
    u.on(bsr::cpu{.threads = 1}) = e(u);
    CHECK(w.off(u, alpha, beta, d) == "");
    auto v = before;
    v.view().on(by_definition) = e(v);
    CHECK(w.off(v, alpha, beta, d) == "");
  };
  const bsr::matrix<double, 2, 3>* const none = nullptr;
  check([&](auto& s) { return sddmm(s, w.x, y); }, 1, 0, none);
  check([&](auto& s) { return 2 * sddmm(s, w.x, y); }, 2, 0, none);
  check([&](auto& s) { return -sddmm(s, w.x, y) * 0.5f; }, -0.5, 0, none);
  check([&](auto& s) { return sddmm(s, w.x, y) + s; }, 1, 1, &before);
  check([&](auto& s) { return 2.0 * sddmm(s, w.x, y) - 0.5 * s; }, 2, -0.5, &before);
  check([&](auto& s) { return 3 * s - sddmm(s, w.x, y); }, -1, 3, &before);
  check([&](auto& s) { return w.other + sddmm(s, w.x, y); }, 1, 1, &w.other);
  check([&](auto& s) { return 2.0 * (sddmm(s, w.x, y) - w.other); }, 2, -2, &w.other);
  check([&](auto& s) { return assume_disjoint(sddmm(s, w.x, y)); }, 1, 0, none);
}

TEST_CASE("s += sddmm(s, x, y)", "[sample]") {
  world w;
  const auto y = transpose(w.q);
  const auto before = w.s;
  auto s = before;
  s += 2.0 * sddmm(s, w.x, y);
  CHECK(w.off(s, 2, 1, &before) == "");
  s = before;
  s.view() -= sddmm(s, w.x, y);
  CHECK(w.off(s, -1, 1, &before) == "");
  s = before;
  s.on(bsr::cpu{}) += sddmm(s, w.x, y);
  CHECK(w.off(s, 1, 1, &before) == "");
}

TEST_CASE("A matrix takes the blocks of a pattern that is not its own: candidates for growing", "[sample]") {
  world w;
  const bsr::pattern<2, 3> candidates(w.s.pattern());
  const auto y = transpose(w.q);
  bsr::matrix grown = sddmm(candidates, w.x, y);
  STATIC_CHECK(std::same_as<decltype(grown), bsr::matrix<double, 2, 3>>);
  CHECK(w.off(grown, 1) == "");
  bsr::matrix<double, 2, 3> other({8, 9});
  other = 2.0 * sddmm(candidates.view(), w.x, y);
  CHECK(w.off(other, 2) == "");
  bsr::matrix<double> any;
  any.on(bsr::cpu{}) = sddmm(candidates, w.x, y);
  CHECK(any.blocksize() == bsr::dims(2, 3));
  CHECK(std::vector<double>(any.data().begin(), any.data().end()) ==
        std::vector<double>(grown.data().begin(), grown.data().end()));
  // The element type is the destination's: sums of floats in double.
  const bsr::dense_matrix<float> xf(8, 1), yf(1, 9);
  const bsr::matrix<double, 2, 3> wide = sddmm(candidates, xf, yf);
  CHECK(wide.num_blocks() == candidates.num_blocks());
}

TEST_CASE("sddmm(p, x, y): what does not fit is said", "[sample]") {
  world w;
  const auto y = transpose(w.q);
  bsr::matrix<double, 2, 3> other({8, 9});
  CHECK(text_of<bsr::shape_error>([&] { other.view() = sddmm(w.s, w.x, y); }) ==
        "bsr: s = sddmm(p, x, y): s and p have different blocks: s is 8x9 with 0 blocks of 2x3, p is 8x9 "
        "with " +
            std::to_string(w.s.num_blocks()) + " of 2x3.");
  CHECK(text_of<bsr::shape_error>([&] { w.s = sddmm(w.s, w.x, y) + other; }) ==
        "bsr: s = sddmm(p, x, y): d and p have different blocks: d is 8x9 with 0 blocks of 2x3, p is 8x9 "
        "with " +
            std::to_string(w.s.num_blocks()) + " of 2x3.");
  CHECK(text_of<bsr::shape_error>([&] { w.s = sddmm(w.s, w.x, w.q); }) ==
        "bsr: s = sddmm(p, x, y): x is 8x5, y is 9x5, s is 8x9.");
  // One block to the left.
  auto moved = w.s;
  auto& index = moved.indices()[0];
  index = index == 0 ? 1 : 0;
  CHECK(text_of<bsr::shape_error>([&] { moved.view() = sddmm(w.s, w.x, y); }) != "nothing was thrown");
  const bsr::matrix_view<double, 2, 3> shifted(w.s.shape(), w.s.data().data() + 1, w.s.indices().data(),
                                               w.s.indptr().data(), w.s.num_blocks() - 1 + 1);
  CHECK(text_of<bsr::alias_error>([&] { shifted = sddmm(w.s, w.x, y) + w.s; }) ==
        "bsr: s = sddmm(p, x, y) + d: s shares memory with d without being the same elements: x is 8x5, y is "
        "5x9, s "
        "is 8x9. The addend may be exactly s, or apart from it.");
}

TEST_CASE("What sddmm(p, x, y) is not", "[sample]") {
  using s = bsr::matrix<float, 2>;
  using e = decltype(sddmm(std::declval<s&>(), std::declval<bsr::dense_matrix<float>&>(),
                           std::declval<bsr::dense_matrix<float>&>()));
  STATIC_CHECK(bsr::sampled_expression<e>);
  STATIC_CHECK(!bsr::value<e>);
  STATIC_CHECK(!bsr::left_operand<e>);
  // A temporary pattern would not live long enough.
  STATIC_CHECK(!bsr::pattern_like<bsr::pattern<2>>);
  STATIC_CHECK(bsr::pattern_like<bsr::pattern<2>&>);
  STATIC_CHECK(!bsr::pattern_like<s>);
}
