// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/convert/assemble_triplets.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace {

TEST_CASE("assemble_triplets: entries are grouped in their old order", "[convert]") {
  const std::vector<int> group{3, 0, 3, 1, 0, 3};
  const auto groups = bsr::detail::group_entries<std::int32_t>(
      6, 5, [&](std::int64_t k) { return group[static_cast<std::size_t>(k)]; });
  CHECK(std::vector<int>(groups.begin.begin(), groups.begin.end()) == std::vector<int>{0, 2, 3, 3, 6, 6});
  CHECK(std::vector<int>(groups.order.begin(), groups.order.end()) == std::vector<int>{1, 4, 3, 0, 2, 5});
  const auto none = bsr::detail::group_entries<std::int64_t>(0, 0, [](std::int64_t) { return 0; });
  CHECK(none.begin.size() == 1);
  CHECK(none.begin[0] == 0);
}

TEST_CASE("assemble_triplets: positions are as narrow as they can be", "[convert]") {
  const auto width = [](std::int64_t n) {
    return bsr::detail::with_position(n, [](auto p) { return sizeof(p); });
  };
  CHECK(width(0) == 4);
  CHECK(width(2147483647) == 4);
  CHECK(width(2147483648) == 8);
}

}  // namespace
