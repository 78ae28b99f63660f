// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/packed_blocks.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>

#include "bsr/bsr.hpp"
#include "support/random.hpp"

namespace {

using bsr::op;
using bsr::packed_layout;
using bsr_test::random;
using bsr_test::random_matrix;
using bsr_test::wild;

/// Whether the elements of op(A), block after block, are those of A: the definition of the layouts.
template <op Op, class A, class Blocks>
bool holds(const Blocks& packed, const A& a) {
  const auto list = packed.list();
  const bsr::dims block = packed.block();
  std::int64_t at = 0;
  for (std::int64_t i = 0; i < list.block_rows(); ++i) {
    if (packed.indptr()[std::size_t(i)] != at) return false;
    const auto same = [&](std::int64_t source, std::int64_t col) {
      const auto element = [&](std::int64_t r, std::int64_t c) {
        return packed.layout() == packed_layout::by_row
                   ? packed.view().data()[std::size_t((at * block.rows + r) * block.cols + c)]
                   : list.values(at)[r * list.row_step + c * list.col_step];
      };
      if (packed.indices()[std::size_t(at)] != col) return false;
      for (std::int64_t r = 0; r < block.rows; ++r)
        for (std::int64_t c = 0; c < block.cols; ++c)
          if (element(r, c) != (Op == op::none ? a.block(source)(r, c) : a.block(source)(c, r))) return false;
      ++at;
      return true;
    };
    if constexpr (Op == op::none) {
      for (const auto& entry : a.row(i))
        if (!same(entry.index(), entry.col())) return false;
    } else {
      for (std::int64_t row = 0; row < a.block_rows(); ++row)
        for (const auto& entry : a.row(row))
          if (entry.col() == i && !same(entry.index(), row)) return false;
    }
  }
  return at == packed.num_blocks() && at == a.num_blocks();
}

template <op Op, int R, int C>
void check(packed_layout layout) {
  random rng(static_cast<std::uint64_t>(10 * R + C));
  bsr::packed_blocks<float, Op == op::none ? R : C, Op == op::none ? C : R, std::int32_t> packed(layout);
  for (const int rows : {4, 9, 0, 5}) {
    const auto a = random_matrix<float, R, C>(rng, {rows * R, 7 * C}, wild);
    packed.template update<Op>(bsr::cpu{.threads = 1}, a.view());
    CHECK(holds<Op>(packed, a.view()));
  }
}

TEST_CASE("packed_blocks: every layout, made anew", "[plan]") {
  for (const auto layout : {packed_layout::by_row, packed_layout::turned}) {
    check<op::none, 3, 5>(layout);
    check<op::none, 16, 20>(layout);
    check<op::transpose, 3, 5>(layout);
    check<op::transpose, 16, 32>(layout);
    check<op::transpose, 4, 1>(layout);
  }
  check<op::none, 1, 30>(packed_layout::chunks);
  check<op::transpose, 5, 1>(packed_layout::chunks);
}

TEST_CASE("packed_blocks: chunks in order, rows in order within", "[plan]") {
  random rng(4);
  const auto a = random_matrix<float, 1, 20>(rng, {9, 20 * 8}, wild);
  bsr::packed_blocks<float, 1, 20, std::int32_t> packed(packed_layout::chunks);
  packed.update<op::none>(bsr::cpu{.threads = 1}, a.view());
  CHECK(packed.chunk_rows() == 60);
  CHECK(packed.num_chunks() == 3);
  CHECK(packed.chunk_begin(0) == 0);
  CHECK(packed.chunk_begin(3) == packed.num_blocks());
  for (std::int64_t c = 0; c < 3; ++c)
    for (std::int64_t k = packed.chunk_begin(c); k < packed.chunk_begin(c + 1); ++k) {
      CHECK(packed.chunked()[k].top % 20 == 0);
      CHECK(packed.chunked()[k].top < 60);
      if (k > packed.chunk_begin(c)) CHECK(packed.chunked()[k - 1].row <= packed.chunked()[k].row);
    }
}

}  // namespace
