// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/micro/spmm_chunks.hpp"

#include "kernel/cpu/micro/with_plan.hpp"

using namespace bsr_test;

constexpr auto plain = bsr::op::none;

TEST_CASE("spmm_chunks computes C = alpha A B for packed blocks of one row") {
  SECTION("1x16, every number of columns") {
    bsr_test::random rng(1);
    const auto a = random_matrix<float, 1, 16>(rng, {23, 16 * 11}, wild);
    for (const int n : all_columns{131})
      check_spmm<with_pack, plain, bsr::row_major, bsr::row_major>(rng, a.view(), n);
  }
  SECTION("1x1, chunks of 64 columns") {
    check_blocks<with_pack, plain, bsr::row_major, bsr::row_major, float, 1, 1>(few_columns, 30, 150);
  }
  SECTION("1x5, which does not divide a chunk") {
    check_blocks<with_pack, plain, bsr::row_major, bsr::row_major, float, 1, 5>(few_columns, 30, 40);
  }
  SECTION("padded") {
    check_padded<plain, bsr::row_major, bsr::row_major, float, 1, 5, with_pack>(few_columns);
  }
  SECTION("transposed: columns of blocks of one column") {
    check_blocks<with_pack, bsr::op::transpose, bsr::row_major, bsr::row_major, float, 4, 1>(few_columns);
  }
}

TEST_CASE("spmm_chunks: what reads C is left to another kernel, other epilogues run at the end") {
  bsr_test::random rng(2);
  const auto a = random_matrix<float, 1, 8>(rng, {30, 160}, wild);
  const auto b = random_dense<float>(rng, 160, 37);
  auto p = plan(bsr::cpu{.threads = 1}, a * b);
  const auto packed = pack(p, a);
  const auto before = random_dense<float>(rng, 30, 37);
  bsr::dense_matrix<float> c = before, expected = before;
  const std::vector<float> bias(30, 0.5F);
  c.on(p) = packed * b + 2 * c;
  expected = a * b + 2 * expected;
  CHECK(same_bits(c, expected));
  c.on(p) = relu(-2 * packed * b + bsr::per_row(bias));
  // The same sums chunk by chunk: within rounding.
  expected = -2 * a * b + bsr::per_row(bias);
  for (std::int64_t i = 0; i < 30; ++i)
    for (std::int64_t j = 0; j < 37; ++j) CHECK((c(i, j) == 0 ? expected(i, j) < 1e-4F : c(i, j) > 0));
}
