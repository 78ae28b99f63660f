// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/prune/candidates.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <vector>

#include "bsr/construct/random.hpp"
#include "bsr/format/has_canonical_format.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
namespace prune = bsr::prune;

TEST_CASE("candidates: all blocks, and the others", "[prune]") {
  const auto all = prune::all_blocks<2, 3>({4, 7});
  CHECK(all.num_blocks() == 6);
  CHECK(all.is_padded());
  CHECK(has_canonical_format(all.view()));
  const auto a = bsr::random<float, 2, 3>({40, 60}, 0.3, 1);
  const auto others = prune::other_blocks(a.pattern());
  CHECK(others.num_blocks() + a.num_blocks() == 400);
  CHECK(has_canonical_format(others.view()));
  bsr::dense_matrix<int> seen(20, 20);
  for (const auto& p : {a.pattern(), others.view()})
    for (std::int64_t i = 0; i < 20; ++i)
      for (auto k = p.indptr()[static_cast<std::size_t>(i)]; k < p.indptr()[static_cast<std::size_t>(i) + 1];
           ++k)
        ++seen(i, p.indices()[static_cast<std::size_t>(k)]);
  for (std::int64_t i = 0; i < 20; ++i)
    for (std::int64_t j = 0; j < 20; ++j) CHECK(seen(i, j) == 1);
  CHECK(prune::other_blocks(all.view()).num_blocks() == 0);
  CHECK(text_of<bsr::shape_error>([] { prune::all_blocks({4, 4}, {0, 2}); }) ==
        "bsr: prune: all_blocks: invalid blocksize 0x2.");
}

}  // namespace
