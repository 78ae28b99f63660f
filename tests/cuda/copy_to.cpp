// SPDX-License-Identifier: BSD-3-Clause
// The front door for device memory alone, on the emulated device, which refuses copies from or to the wrong
// memory.
#include "bsr/cuda.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "cuda/emulated_runtime.hpp"
#include "support/throws.hpp"

using bsr::copy_to;
using bsr::device;
using bsr::host;
using bsr_test::emulated_device;

namespace {

/// How many copies f makes.
template <class F>
int copies(const F& f) {
  emulated_device::get().calls.clear();
  f();
  return emulated_device::get().calls["copy"];
}
std::vector<float> count_up(std::size_t n) {
  std::vector<float> v(n);
  for (std::size_t k = 0; k < n; ++k) v[k] = static_cast<float>(k);
  return v;
}

/// 3 x 4 elements with `gap` others between its lines, there and back.
template <class Layout>
void check_dense(std::int64_t gap, int expected_copies) {
  constexpr bool by_row = std::is_same_v<Layout, bsr::row_major>;
  const std::int64_t ld = (by_row ? 4 : 3) + gap;
  const std::vector<float> from = count_up(static_cast<std::size_t>(ld * (by_row ? 3 : 4)));
  const bsr::dense_view<const float, Layout> x(from.data(), 3, 4, ld);
  bsr::dense_matrix<float, Layout, device> there;
  CHECK(copies([&] { there = copy_to<device>(x); }) == expected_copies);
  const auto back = copy_to<host>(there);
  static_assert(std::is_same_v<decltype(back), const bsr::dense_matrix<float, Layout>>);
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 4; ++j) CHECK(back(i, j) == x(i, j));
}

}  // namespace

TEST_CASE("copy_to: a dense matrix in one copy, with gaps one for each line") {
  check_dense<bsr::row_major>(0, 1);
  check_dense<bsr::row_major>(2, 3);
  check_dense<bsr::col_major>(0, 1);
  check_dense<bsr::col_major>(2, 4);
}

TEST_CASE("copy_to: strided elements: rows as they lie, others are refused") {
  const std::vector<float> from = count_up(40);
  const auto rows =
      copy_to<host>(copy_to<device>(bsr::dense_view<const float, bsr::strided>(from.data(), 3, 4, 10, 1)));
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 4; ++j) CHECK(rows(i, j) == static_cast<float>(10 * i + j));
  const bsr::dense_view<const float, bsr::strided> apart(from.data(), 3, 4, 10, 2);
  CHECK(bsr_test::text_of<bsr::shape_error>([&] { (void)copy_to<device>(apart); }) ==
        "bsr: copy_to: the elements of a row of a strided matrix (3x4) do not lie one after the other. Copy "
        "it into "
        "a dense_matrix first.");
}

TEST_CASE("copy_to: vectors, packed on their way to the device, one by one on their way back") {
  const std::vector<float> from = count_up(12);
  bsr::device_vector<float> there;
  CHECK(copies([&] { there = copy_to<device>(bsr::vector_view<const float>(from.data(), 4, 3)); }) == 1);
  const bsr::buffer<float> back = copy_to<host>(there);
  REQUIRE(back.size() == 4);
  for (int k = 0; k < 4; ++k) CHECK(back[k] == static_cast<float>(3 * k));
  const bsr::vector_view<const float, device> every_other(there.data(), 2, 2);
  bsr::buffer<float> two;
  CHECK(copies([&] { two = copy_to<host>(every_other); }) == 2);
  REQUIRE(two.size() == 2);
  CHECK(two[0] == 0);
  CHECK(two[1] == 6);
}

TEST_CASE("copy_to: what is empty is not copied") {
  CHECK(copies([] { (void)copy_to<host>(copy_to<device>(bsr::dense_matrix<float>(0, 5))); }) == 0);
  CHECK(copies([] { (void)copy_to<host>(copy_to<device>(std::vector<float>())); }) == 0);
  const bsr::matrix<float, 2, 3> no_blocks({4, 6});
  bsr::matrix<float, 2, 3> back;
  CHECK(copies([&] { back = copy_to<host>(copy_to<device>(no_blocks)); }) == 2);  // the index pointer
  CHECK(back.shape() == bsr::dims(4, 6));
  CHECK(back.num_blocks() == 0);
}

TEST_CASE("cuda.hpp is all that a product on the device needs") {
  const bsr::matrix<float, 2> a({2, 4}, {1, 2, 3, 4}, {1}, {0, 1});
  const std::vector<float> b{9, 9, 5, 6};
  const auto a_device = copy_to<device>(a);
  const auto b_device = copy_to<device>(bsr::dense_view<const float>(b.data(), 4, 1));
  bsr::dense_matrix<float, bsr::row_major, device> c(2, 1);
  c = a_device * b_device;
  const auto result = copy_to<host>(c);
  CHECK(result(0, 0) == 17);
  CHECK(result(1, 0) == 39);
}
