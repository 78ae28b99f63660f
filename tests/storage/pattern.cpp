// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/storage/pattern.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "bsr/storage.hpp"
#include "support/sample.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;

TEST_CASE("pattern: owns its arrays, a view shows them", "[storage]") {
  bsr::pattern<2, 3> p({6, 9}, {2, 0, 1, 1}, {0, 2, 2, 3});
  CHECK(p.num_blocks() == 3);
  CHECK(p.nnz() == 18);
  CHECK(p.block_rows() == 3);
  const bsr::pattern_view<2, 3> v = p;
  CHECK(v.indices().data() == p.indices().data());
  p.indices()[0] = 1;
  CHECK(v.indices()[0] == 1);
  const bsr::pattern<2, 3> copy(v);
  CHECK(copy.indices().data() != p.indices().data());
  CHECK(copy.indices()[0] == 1);
  const bsr::pattern_view<> any = v;
  CHECK(any.blocksize() == bsr::dims(2, 3));
  STATIC_CHECK_FALSE(std::is_convertible_v<bsr::pattern_view<>, bsr::pattern_view<2, 3>>);
  STATIC_CHECK_FALSE(std::is_copy_assignable_v<bsr::pattern_view<2, 3>>);
}

TEST_CASE("pattern: of a matrix, without copying", "[storage]") {
  const auto a = sample::matrix<float, bsr::dynamic>();
  CHECK(a.pattern().indices().data() == a.indices().data());
  CHECK(a.pattern().blocksize() == bsr::dims(2, 3));
  CHECK(a.view().indptr().data() == a.indptr().data());
}

TEST_CASE("pattern: default, moved-from, empty and padded", "[storage]") {
  bsr::pattern<4> p;
  CHECK(p.shape() == bsr::dims(0, 0));
  CHECK(p.view().indptr().size() == 1);
  bsr::pattern<4> q({8, 8}, {0, 1}, {0, 1, 2});
  p = std::move(q);
  CHECK(p.num_blocks() == 2);
  CHECK(q.view().num_blocks() == 0);
  CHECK(q.shape() == bsr::dims(0, 0));
  CHECK(bsr::pattern<4>({9, 1}, {0}, {0, 1, 1, 1}, bsr::padded).block_rows() == 3);
  const std::vector<std::int32_t> none, zero{0};
  CHECK(bsr::pattern_view<4>({0, 4}, none, zero).num_blocks() == 0);
}

TEST_CASE("pattern: refusals name who refuses", "[storage]") {
  CHECK(text_of<bsr::shape_error>([] { bsr::pattern<2>({4, 4}, {0}, {0, 1}); }) ==
        "bsr: pattern: index pointer size (2) should be (3): shape is 4x4, blocksize is 2x2.");
  const std::vector<std::int32_t> indices{0}, indptr{1, 1, 1};
  CHECK(text_of<bsr::format_error>([&] { bsr::pattern_view<2>({4, 4}, indices, indptr); }) ==
        "bsr: pattern_view: index pointer should start with 0, not 1.");
  CHECK(text_of<bsr::shape_error>([&] { bsr::pattern_view<2>({4, 4}, indices, indptr, bsr::dims(2, 4)); }) ==
        "bsr: pattern_view: mismatching blocksize=2x4 vs 2x2 of the type.");
}

}  // namespace
