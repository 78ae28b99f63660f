// SPDX-License-Identifier: BSD-3-Clause
// to_bsr against scipy 1.18.1; everything else about it is in to_bsr.cpp.
#include "bsr/convert/to_bsr.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <type_traits>

#include "support/golden.hpp"
#include "support/identical.hpp"

namespace {

using namespace bsr_test;

TEST_CASE("to_bsr: as scipy, from CSR: blocks in the order of first appearance", "[convert][golden]") {
  const int cases_1 = for_each_golden("from_csr", [](const golden_case& c, auto zero) {
    using T = decltype(zero);
    INFO(c.name);
    const auto expected = golden_bsr<T>(c, "from_csr");
    CHECK(stored_difference(bsr::to_bsr(golden_csr<T>(c, "csr"), expected.blocksize()), expected) == "");
    const auto wide =
        bsr::to_bsr<bsr::dynamic, bsr::dynamic, std::int64_t>(golden_csr<T>(c, "csr"), expected.blocksize());
    STATIC_CHECK(std::is_same_v<typename decltype(wide)::index_type, std::int64_t>);
    CHECK(stored_difference(wide, expected) == "");
  });
  CHECK(cases_1 >= 100);
}

TEST_CASE("to_bsr: as scipy, from triplets, dense and other blocks", "[convert][golden]") {
  const int cases_2 = for_each_golden("from_triplets", [](const golden_case& c, auto zero) {
    using T = decltype(zero);
    INFO(c.name);
    const auto triplets = golden_bsr<T>(c, "from_triplets");
    CHECK(stored_difference(bsr::to_bsr(golden_coo<T>(c, "triplets"), triplets.blocksize()), triplets) == "");
    const auto dense = golden_bsr<T>(c, "from_dense");
    CHECK(stored_difference(bsr::to_bsr(golden_dense<T>(c, "dense"), dense.blocksize()), dense) == "");
  });
  CHECK(cases_2 >= 100);
  const int cases_3 = for_each_golden("other_blocks", [](const golden_case& c, auto zero) {
    using T = decltype(zero);
    INFO(c.name);
    const auto expected = golden_bsr<T>(c, "other_blocks");
    CHECK(stored_difference(bsr::to_bsr(golden_bsr<T>(c, "a"), expected.blocksize()), expected) == "");
    CHECK(stored_difference(bsr::to_bsr(golden_bsr<T, bsr::dynamic, bsr::dynamic, std::int64_t>(c, "a"),
                                        expected.blocksize()),
                            expected) == "");
  });
  CHECK(cases_3 >= 80);
}

}  // namespace
