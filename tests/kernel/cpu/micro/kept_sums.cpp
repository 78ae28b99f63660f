// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/micro/kept_sums.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>

#include "bsr/storage/dense_view.hpp"
#include "support/guarded.hpp"

namespace {

using matrix = bsr::dense_view<float, bsr::row_major>;
using addend = bsr::add_dense<bsr::dense_view<const float, bsr::row_major>, float>;

TEST_CASE("kept_sums: C becomes the first addend, and gets the rest of the epilogue") {
  bsr_test::guarded<float> c(2, 21), d(2, 21);
  for (std::int64_t i = 0; i < 2; ++i)
    for (std::int64_t j = 0; j < 21; ++j)
      c.view()(i, j) = 7, d.view()(i, j) = static_cast<float>(j % 2 == 0 ? j : -j);
  const bsr::then<addend, bsr::relu_function> e{addend(2, d.view()), {}};
  bsr::detail::start_sums<bsr::axis::row>(c.view(), e, 1, 20);
  for (std::int64_t j = 1; j < 20; ++j) CHECK(c.view()(1, j) == 2 * d.view()(1, j));
  bsr::detail::finish_sums<bsr::axis::row>(c.view(), e, 1, 20);
  for (std::int64_t j = 1; j < 20; ++j) CHECK(c.view()(0, j) == (j % 2 == 0 ? 2 * static_cast<float>(j) : 0));
  CHECK(c.view()(0, 0) == 7);
  CHECK(c.view()(1, 20) == 7);
  CHECK(c.intact());
}

TEST_CASE("kept_sums: 0 without an addend, whatever C was") {
  bsr_test::guarded<float> c(2, 21);
  bsr::detail::start_sums<bsr::axis::row>(c.view(), bsr::relu_function{}, 0, 21);
  for (std::int64_t j = 0; j < 21; ++j) CHECK(c.view()(1, j) == 0);
  CHECK(c.intact());
}

TEST_CASE("kept_sums: what reads C") {
  bsr_test::guarded<float> c(2, 3), d(2, 3);
  const addend same(1, c.view()), other(1, d.view());
  const matrix to = c.view();
  CHECK(bsr::detail::reads(same, to));
  CHECK(!bsr::detail::reads(other, to));
  CHECK(bsr::detail::reads(bsr::then<bsr::relu_function, addend>{{}, same}, to));
  using split = bsr::detail::split_epilogue<bsr::then<addend, bsr::relu_function>>;
  const bsr::then<addend, bsr::relu_function> first{same, {}};
  CHECK(!bsr::detail::reads(split::rest(first), to));  // the addend is where sums start
}

}  // namespace
