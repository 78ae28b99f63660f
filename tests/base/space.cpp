// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/base/space.hpp"

#include <catch2/catch_test_macros.hpp>
#include <type_traits>

namespace {

TEST_CASE("space: a name without data", "[base]") { STATIC_CHECK(std::is_empty_v<bsr::host>); }

}  // namespace
