// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/format/clear_padding.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <string>

#include "support/identical.hpp"
#include "support/random.hpp"

namespace {

using namespace bsr_test;
using bsr_test::random;  // not the one of stdlib.h

TEST_CASE("clear_padding: zeros beyond the edge, nothing else changes", "[format]") {
  std::string wrong;
  for (std::int64_t m = 0; m <= 6; ++m)
    for (std::int64_t n = 0; n <= 6; ++n) {
      random_options options = wild;
      random rng(13);
      auto a = random_matrix<double, 2, 3>(rng, {m, n}, options);
      random again(13);
      options.poison_padding = false;
      const auto expected = random_matrix<double, 2, 3>(again, {m, n}, options);
      bsr::detail::clear_padding(a);
      wrong += stored_difference(a, expected);
    }
  CHECK(wrong == "");
}

}  // namespace
