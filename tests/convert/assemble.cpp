// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/convert/assemble.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <vector>

namespace {

/// Contributions of one to element (0, 0) of blocks whose columns are given row by row.
struct ones {
  std::vector<std::vector<std::int32_t>> rows;
  std::int64_t count(std::int64_t i) const {
    return static_cast<std::int64_t>(rows[static_cast<std::size_t>(i)].size());
  }
  template <class F>
  void columns(std::int64_t i, const F& f) const {
    for (const auto j : rows[static_cast<std::size_t>(i)]) f(j);
  }
  template <class At>
  void add(std::int64_t i, const At& at) const {
    for (const auto j : rows[static_cast<std::size_t>(i)]) *at(j) += 1;
  }
};

template <bsr::detail::block_order Order>
auto run(const ones& source) {
  return bsr::detail::assemble<Order, float, std::int32_t>("f", static_cast<std::int64_t>(source.rows.size()),
                                                           4, bsr::extent<2>(), bsr::extent<bsr::dynamic>(1),
                                                           source);
}

std::vector<std::int32_t> list(const bsr::buffer<std::int32_t>& x) { return {x.begin(), x.end()}; }
std::vector<float> list(const bsr::buffer<float>& x) { return {x.begin(), x.end()}; }

TEST_CASE("assemble: each block once, in the order asked for, the rest zero", "[convert]") {
  const ones source{{{2, 0, 2}, {}, {3, 3, 3, 1, 2}, {0}, {}}};
  const auto first = run<bsr::detail::block_order::first_appearance>(source);
  CHECK(list(first.indptr) == std::vector<std::int32_t>{0, 2, 2, 5, 6, 6});
  CHECK(list(first.indices) == std::vector<std::int32_t>{2, 0, 3, 1, 2, 0});
  CHECK(list(first.data) == std::vector<float>{2, 0, 1, 0, 3, 0, 1, 0, 1, 0, 1, 0});
  const auto sorted = run<bsr::detail::block_order::sorted>(source);
  CHECK(list(sorted.indptr) == std::vector<std::int32_t>{0, 2, 2, 5, 6, 6});
  CHECK(list(sorted.indices) == std::vector<std::int32_t>{0, 2, 1, 2, 3, 0});
  CHECK(list(sorted.data) == std::vector<float>{1, 0, 2, 0, 1, 0, 1, 0, 3, 0, 1, 0});
}

TEST_CASE("assemble: nothing makes nothing", "[convert]") {
  const auto none = run<bsr::detail::block_order::sorted>(ones{});
  CHECK(list(none.indptr) == std::vector<std::int32_t>{0});
  CHECK(none.indices.empty());
  CHECK(none.data.empty());
}

}  // namespace
