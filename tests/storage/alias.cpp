// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/storage/alias.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <span>
#include <vector>

#include "bsr/storage.hpp"
#include "support/random.hpp"

namespace {

constexpr std::int64_t memory_bytes = 1536;  // an operand begins in the first 512 and is shorter than 1024
alignas(64) unsigned char memory[memory_bytes];

/// Which bytes of `memory` something touches.
using bytes = std::vector<bool>;

bytes of_footprint(const bsr::footprint& f) {
  bytes touched(memory_bytes);
  for (std::int64_t i = 0; i < f.count; ++i)
    for (std::int64_t b = 0; b < f.width; ++b)
      touched[static_cast<std::size_t>(
          static_cast<std::int64_t>(f.begin - reinterpret_cast<std::uintptr_t>(memory)) + i * f.pitch + b)] =
          true;
  return touched;
}

template <class T>
void touch(bytes& touched, const T& element) {
  const auto at = reinterpret_cast<const unsigned char*>(&element) - memory;
  for (std::size_t b = 0; b < sizeof(T); ++b) touched[static_cast<std::size_t>(at) + b] = true;
}
template <class T, class Layout>
bytes of(const bsr::dense_view<T, Layout>& x) {
  bytes touched(memory_bytes);
  for (std::int64_t i = 0; i < x.rows(); ++i)
    for (std::int64_t j = 0; j < x.cols(); ++j) touch(touched, x(i, j));
  return touched;
}
template <class T>
bytes of(const bsr::vector_view<T>& x) {
  bytes touched(memory_bytes);
  for (std::int64_t i = 0; i < x.size(); ++i) touch(touched, x[i]);
  return touched;
}
template <class T>
bytes of(std::span<T> x) {
  bytes touched(memory_bytes);
  for (const T& element : x) touch(touched, element);
  return touched;
}

bool meet(const bytes& x, const bytes& y) {
  for (std::size_t b = 0; b < x.size(); ++b)
    if (x[b] && y[b]) return true;
  return false;
}

struct operand {
  bsr::footprint where;
  bytes elements;
};

template <class X>
operand make(const X& x) {
  return {bsr::footprint_of(x), of(x)};
}

/// A small operand somewhere in the memory: any kind, any layout. `ld` is the leading dimension of matrices,
/// or 0 for any.
template <class T>
operand random_operand(bsr_test::random& rng, std::int64_t ld) {
  const std::int64_t room = 512 / static_cast<std::int64_t>(sizeof(T));
  T* const data = reinterpret_cast<T*>(memory) + rng.below(room);
  const std::int64_t rows = rng.between(0, 5);
  const std::int64_t cols = rng.between(0, 5);
  const std::int64_t any = rng.between(1, 9);
  if (ld == 0) ld = rng.between(5, 8);
  switch (rng.below(6)) {
    case 0:
      return make(bsr::dense_view<T>(data, rows, cols, ld));
    case 1:
      return make(bsr::dense_view<const T, bsr::col_major>(data, rows, cols, ld));
    case 2:
      return make(bsr::dense_view<T, bsr::strided>(data, rows, cols, any, 10 - any));
    case 3:
      return make(bsr::vector_view<T>(data, rows + cols, any < 5 ? ld : any - 4));
    case 4:
      return make(std::span<const T>(data, static_cast<std::size_t>(rng.between(0, 12))));
    default:
      return make(bsr::dense_view<T>(data, rows, cols));  // packed
  }
}

}  // namespace

TEST_CASE("footprints hold every byte of their operands, and no other where strides leave no holes",
          "[alias]") {
  bsr_test::random rng(1);
  for (int round = 0; round < 4000; ++round) {
    const operand x = round % 2 == 0 ? random_operand<float>(rng, 0) : random_operand<double>(rng, 0);
    const bytes runs = of_footprint(x.where);
    for (std::size_t b = 0; b < runs.size(); ++b)
      if (x.elements[b]) REQUIRE(runs[b]);
  }
  alignas(64) static float buffer[64];
  const auto begin = reinterpret_cast<std::uintptr_t>(buffer);
  const auto same = [](const bsr::footprint& f, const bsr::footprint& g) {
    return f.begin == g.begin && f.count == g.count && f.width == g.width && f.pitch == g.pitch;
  };
  CHECK(same(bsr::footprint_of(bsr::dense_view<float>(buffer, 3, 2, 5)), {begin, 3, 8, 20}));
  CHECK(same(bsr::footprint_of(bsr::dense_view<float, bsr::col_major>(buffer, 3, 2, 5)), {begin, 2, 12, 20}));
  CHECK(
      same(bsr::footprint_of(bsr::dense_view<float, bsr::strided>(buffer, 3, 2, 2, 10)), {begin, 2, 20, 40}));
  CHECK(
      same(bsr::footprint_of(bsr::dense_view<float, bsr::strided>(buffer, 3, 2, 10, 2)), {begin, 3, 12, 40}));
  CHECK(same(bsr::footprint_of(bsr::dense_view<float>(buffer, 3, 4)), {begin, 1, 48, 48}));
  CHECK(same(bsr::footprint_of(bsr::dense_view<float>(buffer, 1, 4, 9)), {begin, 1, 16, 16}));
  CHECK(same(bsr::footprint_of(bsr::vector_view<float>(buffer, 5)), {begin, 1, 20, 20}));
  CHECK(same(bsr::footprint_of(bsr::vector_view<float>(buffer, 5, 3)), {begin, 5, 4, 12}));
  CHECK(same(bsr::footprint_of(std::span<float>(buffer, 5)), {begin, 1, 20, 20}));
  CHECK(bsr::footprint_of(bsr::dense_view<float>(buffer, 0, 4)).empty());
  CHECK(bsr::footprint_of(bsr::dense_view<float>(buffer, 4, 0)).empty());
  CHECK(bsr::footprint_of(bsr::vector_view<float>(buffer, 0)).empty());
  CHECK(bsr::footprint_of(std::span<float>()).empty());
}

TEST_CASE("overlap never misses a byte, and is exact on one grid and for operands without gaps", "[alias]") {
  bsr_test::random rng(2);
  int exact = 0;
  int shared = 0;
  int interleaved = 0;
  const auto compare = [&](const operand& x, const operand& y) {
    const bool answer = bsr::overlap(x.where, y.where);
    REQUIRE(answer == bsr::overlap(y.where, x.where));
    if (meet(x.elements, y.elements)) REQUIRE(answer);
    const bool one_grid = x.where.count <= 1 || y.where.count <= 1 || x.where.pitch == y.where.pitch;
    const bool regular = (x.where.count <= 1 || x.where.width <= x.where.pitch) &&
                         (y.where.count <= 1 || y.where.width <= y.where.pitch);
    if (!one_grid || !regular) return;
    const bool truth = meet(of_footprint(x.where), of_footprint(y.where));
    REQUIRE(answer == truth);
    ++exact;
    shared += truth;
    const bool ranges_meet = !x.where.empty() && !y.where.empty() && x.where.begin < y.where.end() &&
                             y.where.begin < x.where.end();
    interleaved += ranges_meet && !truth;
  };
  for (int round = 0; round < 30000; ++round) {
    const std::int64_t ld = round % 3 == 0 ? 0 : rng.between(5, 8);
    const operand x = random_operand<float>(rng, ld);
    switch (round % 4) {
      case 0:
        compare(x, random_operand<double>(rng, ld));
        break;
      case 1:
        compare(x, random_operand<char>(rng, 4 * ld));
        break;
      default:
        compare(x, random_operand<float>(rng, ld));
    }
  }
  // The cases that matter have all been met.
  CHECK(exact > 5000);
  CHECK(shared > 1000);
  CHECK(interleaved > 200);
}

TEST_CASE("q, k and v of one buffer do not overlap, and neighbours that share a column do", "[alias]") {
  std::vector<float> buffer(10 * 12);
  const bsr::dense_view<float> all(buffer.data(), 10, 12);
  const auto q = all.block(0, 0, 10, 4);
  const auto k = all.block(0, 4, 10, 4);
  const auto v = all.block(0, 8, 10, 4);
  const auto overlap = [](auto x, auto y) {
    return bsr::overlap(bsr::footprint_of(x), bsr::footprint_of(y));
  };
  CHECK_FALSE(overlap(q, k));
  CHECK_FALSE(overlap(k, v));
  CHECK_FALSE(overlap(v, q));
  CHECK(overlap(q, q));
  CHECK(overlap(q, all));
  CHECK(overlap(v, all));
  CHECK(overlap(q, all.block(0, 3, 10, 4)));
  CHECK(overlap(q, all.block(9, 3, 1, 4)));
  CHECK_FALSE(overlap(q, all.block(9, 4, 1, 4)));
  CHECK_FALSE(overlap(all.block(0, 0, 5, 4), all.block(5, 0, 5, 4)));
  CHECK(overlap(all.block(0, 0, 6, 4), all.block(5, 0, 5, 4)));
  // One more row of q reaches below k, but not into it.
  CHECK_FALSE(overlap(all.block(1, 0, 9, 4), all.block(0, 4, 9, 4)));
  // As columns of a column-major buffer, and as vectors with the same stride.
  CHECK_FALSE(overlap(transpose(q), transpose(k)));
  CHECK_FALSE(overlap(bsr::vector_view<float>(buffer.data(), 10, 12),
                      bsr::vector_view<float>(buffer.data() + 1, 10, 12)));
  CHECK(overlap(bsr::vector_view<float>(buffer.data(), 10, 12),
                bsr::vector_view<float>(buffer.data() + 12, 3, 12)));
  // A packed column that fits into the gaps of another matrix.
  CHECK_FALSE(overlap(q, bsr::dense_view<float>(buffer.data() + 4, 8, 1)));
  CHECK(overlap(q, bsr::dense_view<float>(buffer.data() + 4, 9, 1)));
}

TEST_CASE("same_elements compares what is there: address, type, shape and the strides that are used",
          "[alias]") {
  std::vector<float> buffer(100);
  float* const p = buffer.data();
  using bsr::same_elements;
  const bsr::dense_view<float> x(p, 4, 5, 7);
  CHECK(same_elements(x, x));
  CHECK(same_elements(bsr::dense_view<const float>(x), x));
  CHECK(same_elements(x, bsr::dense_view<float, bsr::strided>(p, 4, 5, 7, 1)));
  CHECK_FALSE(same_elements(x, bsr::dense_view<float>(p + 1, 4, 5, 7)));
  CHECK_FALSE(same_elements(x, bsr::dense_view<float>(p, 4, 5, 8)));
  CHECK_FALSE(same_elements(x, bsr::dense_view<float>(p, 4, 4, 7)));
  CHECK_FALSE(same_elements(x, bsr::dense_view<float>(p, 3, 5, 7)));
  CHECK_FALSE(same_elements(x, bsr::dense_view<float, bsr::strided>(p, 4, 5, 7, 2)));
  CHECK_FALSE(
      same_elements(x, bsr::dense_view<const std::int32_t>(reinterpret_cast<std::int32_t*>(p), 4, 5, 7)));
  CHECK_FALSE(
      same_elements(bsr::dense_view<float>(p, 4, 4, 4), bsr::dense_view<float, bsr::col_major>(p, 4, 4, 4)));
  // A stride that leads nowhere does not matter.
  CHECK(same_elements(bsr::dense_view<float>(p, 1, 5, 7), bsr::dense_view<float>(p, 1, 5, 9)));
  CHECK(
      same_elements(bsr::dense_view<float>(p, 5, 1, 1), bsr::dense_view<float, bsr::col_major>(p, 5, 1, 9)));

  const bsr::vector_view<float> u(p, 4, 3);
  CHECK(same_elements(u, bsr::vector_view<const float>(p, 4, 3)));
  CHECK_FALSE(same_elements(u, bsr::vector_view<float>(p, 4, 2)));
  CHECK_FALSE(same_elements(u, bsr::vector_view<float>(p, 3, 3)));
  CHECK_FALSE(same_elements(u, bsr::vector_view<float>(p + 3, 4, 3)));
  CHECK(same_elements(bsr::vector_view<float>(p, 1, 3), bsr::vector_view<float>(p, 1, 2)));
  CHECK_FALSE(same_elements(u, bsr::vector_view<std::int32_t>(reinterpret_cast<std::int32_t*>(p), 4, 3)));
}
