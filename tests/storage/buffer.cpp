// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/storage/buffer.hpp"

#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/throws.hpp"

namespace {

using bsr_test::text_of;

bool is_aligned(const void* p) { return reinterpret_cast<std::uintptr_t>(p) % 64 == 0; }

TEST_CASE("buffer: zero or not set, always aligned to 64 bytes", "[storage]") {
  for (const std::int64_t n : {1, 3, 17, 100000, 3 << 20}) {  // the last one is large for an int8, too
    const bsr::buffer<float> x(n);
    CHECK(is_aligned(x.data()));
    CHECK(x.size() == n);
    bool zero = true;
    for (const float v : x) zero &= v == 0;
    CHECK(zero);
    CHECK(is_aligned(bsr::buffer<std::int8_t>(n, bsr::uninitialized).data()));
  }
  const bsr::buffer<double> none(0);
  CHECK(none.empty());
  CHECK(none.begin() == none.end());
  CHECK(none.bytes() == 0);
}

TEST_CASE("buffer: from lists, spans and vectors: copies", "[storage]") {
  const std::vector<double> v{1, 2, 3};
  const bsr::buffer<double> x(v);
  CHECK(x.data() != v.data());
  CHECK(std::vector<double>(x.begin(), x.end()) == v);
  const bsr::buffer<int> y{4, 5};
  CHECK(y[1] == 5);
  const bsr::buffer<bool> z{true, false};
  CHECK(z[0]);
  CHECK(y.span().size() == 2);
  CHECK(y.bytes() == 2 * sizeof(int));
}

TEST_CASE("buffer: copies are deep, moves leave nothing behind", "[storage]") {
  bsr::buffer<int> x{1, 2, 3};
  bsr::buffer<int> copy(x);
  copy[0] = 9;
  CHECK(x[0] == 1);
  const int* const memory = x.data();
  bsr::buffer<int> moved(std::move(x));
  CHECK(moved.data() == memory);
  CHECK(x.empty());
  CHECK(x.data() == nullptr);
  x = moved;
  CHECK(x.data() != memory);
  CHECK(x[2] == 3);
  moved = std::move(copy);
  CHECK(moved[0] == 9);
  auto& self = moved;
  moved = self;
  CHECK(moved[0] == 9);
  moved = std::move(self);
  CHECK(moved[0] == 9);
  STATIC_CHECK(std::is_nothrow_move_constructible_v<bsr::buffer<int>>);
  STATIC_CHECK(std::is_nothrow_move_assignable_v<bsr::buffer<int>>);
}

TEST_CASE("buffer: adopted memory is freed once, by its own function, with its context", "[storage]") {
  int memory[4] = {1, 2, 3, 4};
  int freed = 0;
  const auto release = [](int*, void* context) noexcept { ++*static_cast<int*>(context); };
  {
    bsr::buffer<int> x(memory, 4, release, &freed);
    CHECK(x.data() == memory);
    bsr::buffer<int> y(std::move(x));
    bsr::buffer<int> copy(y);
    CHECK(copy.data() != memory);
    CHECK(freed == 0);
    y = bsr::buffer<int>{7};
    CHECK(freed == 1);
  }
  CHECK(freed == 1);
}

TEST_CASE("buffer: truncate forgets, resize keeps what fits", "[storage]") {
  bsr::buffer<int> x{1, 2, 3, 4};
  const int* const memory = x.data();
  x.truncate(3);
  CHECK(x.size() == 3);
  x.truncate(5);
  CHECK(x.size() == 3);
  CHECK(x.data() == memory);
  x.resize(6, bsr::uninitialized);
  CHECK(x.size() == 6);
  CHECK(x[2] == 3);
  x.resize(2, bsr::uninitialized);
  CHECK(std::vector<int>(x.begin(), x.end()) == std::vector<int>{1, 2});
  x.truncate(-1);
  CHECK(x.empty());
  x.resize(0, bsr::uninitialized);
  CHECK(x.empty());
}

TEST_CASE("buffer: sizes change in place up to the capacity", "[storage]") {
  bsr::buffer<int> x{1, 2, 3, 4};
  const int* const memory = x.data();
  CHECK(x.capacity() == 4);
  x.truncate(1);
  CHECK((x.size() == 1 && x.capacity() == 4));
  x.resize_in_place(3);
  CHECK((x.size() == 3 && x.data() == memory && x[2] == 3));
  CHECK(bsr::buffer<int>().capacity() == 0);
  int others[4] = {};
  bsr::buffer<int> adopted(others, 4, [](int*, void*) noexcept {});
  CHECK(adopted.capacity() == 4);
}

TEST_CASE("buffer: sizes that cannot be are refused before anything is allocated", "[storage]") {
  CHECK(text_of<bsr::shape_error>([] { bsr::buffer<double>(-1); }) ==
        "bsr: a buffer of -1 elements of 8 bytes cannot exist.");
  constexpr std::int64_t many = std::numeric_limits<std::int64_t>::max() / 16 + 1;
  CHECK(text_of<bsr::shape_error>([] { bsr::buffer<std::complex<double>>(many, bsr::uninitialized); }) ==
        "bsr: a buffer of 576460752303423488 elements of 16 bytes cannot exist.");
  bsr::buffer<double> x{1, 2};
  CHECK(text_of<bsr::shape_error>([&] { x.resize(-3, bsr::uninitialized); }) ==
        "bsr: a buffer of -3 elements of 8 bytes cannot exist.");
  CHECK(x.size() == 2);
}

}  // namespace
