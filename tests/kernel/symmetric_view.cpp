// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/symmetric_view.hpp"

#include <catch2/catch_test_macros.hpp>
#include <type_traits>

#include "bsr/kernel/masked_view.hpp"
#include "bsr/storage/matrix.hpp"

namespace {

TEST_CASE("symmetric_view: the matrix as it is") {
  const bsr::matrix<float, 1, 1> a({2, 2}, {1, 2}, {0, 1}, {0, 2, 2});
  const bsr::symmetric_view view(a.view());
  CHECK(view.matrix().data().data() == a.data().data());
  CHECK(view.shape() == a.shape());
  STATIC_REQUIRE(bsr::is_symmetric_view<std::remove_const_t<decltype(view)>>);
  STATIC_REQUIRE(!bsr::is_masked_view<std::remove_const_t<decltype(view)>>);
}

}  // namespace
