// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/convert/estimate_blocksize.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <vector>

#include "support/golden.hpp"
#include "support/random.hpp"
#include "support/sample.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
using bsr_test::random;  // not the one of stdlib.h

std::vector<std::int64_t> list(bsr::dims d) { return {d.rows, d.cols}; }

TEST_CASE("estimate_blocksize: as scipy", "[convert][golden]") {
  const int cases = for_each_golden("estimate", [](const golden_case& c, auto zero) {
    INFO(c.name);
    const auto a = golden_csr<decltype(zero)>(c, "csr");
    CHECK(list(bsr::estimate_blocksize(a)) == golden_numbers(c, "estimate"));
    if (c.has("estimate-0.5"))
      CHECK(list(bsr::estimate_blocksize(a, 0.5)) == golden_numbers(c, "estimate-0.5"));
  });
  CHECK(cases >= 140);
}

TEST_CASE("count_blocks: as scipy", "[convert][golden]") {
  const int cases = for_each_golden("counts", [](const golden_case& c, auto zero) {
    INFO(c.name);
    const auto a = golden_csr<decltype(zero)>(c, "csr");
    const auto last = golden_bsr<decltype(zero)>(c, "from_csr").blocksize();
    const std::vector<std::int64_t> counts{bsr::count_blocks(a, {1, 1}), bsr::count_blocks(a, {2, 2}),
                                           bsr::count_blocks(a, {3, 2}), bsr::count_blocks(a, last)};
    CHECK(counts == golden_numbers(c, "counts"));
  });
  CHECK(cases >= 100);
}

TEST_CASE("count_blocks: with loops, for blocks that reach beyond the edge", "[convert]") {
  random rng(9);
  const auto x = random_sparse_dense<float>(rng, 23, 31, 0.05);
  for (std::int64_t r = 1; r <= 9; ++r)
    for (std::int64_t c = 1; c <= 9; ++c) {
      std::int64_t expected = 0;
      for (std::int64_t i = 0; i < 23; i += r)
        for (std::int64_t j = 0; j < 31; j += c) {
          bool any = false;
          for (std::int64_t p = i; p < i + r && p < 23; ++p)
            for (std::int64_t q = j; q < j + c && q < 31; ++q) any |= x(p, q) != 0;
          expected += any;
        }
      CHECK(bsr::count_blocks(x, {r, c}) == expected);
    }
}

TEST_CASE("estimate_blocksize: full matrices of scipy's examples, other formats, nothing at all",
          "[convert]") {
  const auto full = [](std::int64_t n) {
    bsr::dense_matrix<double> x(n, n);
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t j = 0; j < n; ++j) x(i, j) = 1;
    return x;
  };
  CHECK(bsr::estimate_blocksize(full(8)) == bsr::dims(4, 4));
  CHECK(bsr::estimate_blocksize(full(12)) == bsr::dims(6, 6));
  CHECK(bsr::estimate_blocksize(full(5)) == bsr::dims(1, 1));
  CHECK(bsr::estimate_blocksize(bsr::csr<double>({4, 4}, {}, {}, {0, 0, 0, 0, 0})) == bsr::dims(1, 1));
  CHECK(bsr::count_blocks(sample::coo<float>(), {2, 3}) == 4);
  CHECK(bsr::count_blocks(sample::matrix<float>(), {6, 9}) == 1);
}

TEST_CASE("estimate_blocksize: bad arguments are refused", "[convert]") {
  const auto a = sample::csr<float>();
  CHECK(text_of<bsr::error>([&] { bsr::estimate_blocksize(a, 1.0); }) ==
        "bsr: estimate_blocksize: efficiency must satisfy 0.0 < efficiency < 1.0; it is 1.");
  CHECK(text_of<bsr::error>([&] { bsr::estimate_blocksize(a, 0.0); }) ==
        "bsr: estimate_blocksize: efficiency must satisfy 0.0 < efficiency < 1.0; it is 0.");
  CHECK(text_of<bsr::shape_error>([&] { bsr::count_blocks(a, {0, 1}); }) ==
        "bsr: count_blocks: invalid blocksize 0x1.");
  const bsr::csr<float> broken({1, 1}, {1}, {1}, {0, 1});
  CHECK(text_of<bsr::format_error>([&] { bsr::count_blocks(broken, {1, 1}); }) ==
        "bsr: count_blocks: column index values must be < 1 (now max 1): row 0 holds 1.");
}

}  // namespace
