// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/storage/kept_memory.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

#include "bsr/storage/buffer.hpp"
#include "support/allocations.hpp"
#include "support/throws.hpp"

namespace {

using bsr_test::allocations_of;
using buffer = bsr::buffer<std::int64_t>;
constexpr std::int64_t mega = std::int64_t{1} << 17;  // elements of a MiB

const bsr::storage_detail::kept_memory& kept() { return bsr::storage_detail::the_kept_memory; }

constexpr std::int64_t most_bytes = std::int64_t{256} << 20;
void again_from_nothing() {
  bsr::keep_memory(0);
  bsr::keep_memory(most_bytes);
}
/// Memory is kept as long as it lives.
struct keeping {
  keeping() { bsr::keep_memory(most_bytes); }
  ~keeping() { bsr::keep_memory(0); }
};

TEST_CASE("kept memory: a large buffer takes the place of one that is gone", "[storage]") {
  {
    buffer x(2 * mega, bsr::uninitialized);
  }
  CHECK(kept().count == 0);  // unless it is asked for
  const keeping asked;
  const std::int64_t* first = nullptr;
  {
    buffer x(2 * mega, bsr::uninitialized);
    first = x.data();
    x.truncate(5);  // its memory is as large as before
  }
  CHECK(kept().count == 1);
  CHECK(kept().total == 16 * mega);
  const auto again = [&](std::int64_t n) { return buffer(n, bsr::uninitialized).data() == first; };
  CHECK_FALSE(again(2 * mega + 1));
  CHECK_FALSE(again(mega));  // more than a quarter would lie idle
  CHECK(again(2 * mega - 1000));
  if (bsr_test::counts_allocations()) CHECK(allocations_of([&] { again(2 * mega); }) == 0);

  // Zeros are zeros there, too.
  {
    buffer x(2 * mega, bsr::uninitialized);
    for (std::int64_t& e : x) e = 7;
  }
  std::int64_t sum = 0;
  for (const std::int64_t e : buffer(2 * mega)) sum += e;
  CHECK(sum == 0);

  // Moved memory is freed once, adopted memory never kept, and small pieces neither.
  again_from_nothing();
  {
    buffer x(2 * mega, bsr::uninitialized);
    buffer y(std::move(x));
    y.swap(x);
  }
  CHECK(kept().count == 1);
  again_from_nothing();
  std::vector<std::int64_t> own(static_cast<std::size_t>(2 * mega));
  {
    buffer x(own.data(), 2 * mega, [](std::int64_t*, void*) noexcept {});
  }
  {
    buffer x(mega - 1, bsr::uninitialized);
  }
  CHECK(kept().count == 0);
}

TEST_CASE("kept memory: so many pieces and bytes at most, the newest", "[storage]") {
  const keeping asked;
  {
    std::vector<buffer> all;
    for (std::int64_t k = 0; k < 12; ++k) all.emplace_back((k + 1) * mega, bsr::uninitialized);
    while (!all.empty()) all.pop_back();  // the large ones first
  }
  CHECK(kept().count == 8);
  CHECK(kept().total == 36 * 8 * mega);
  CHECK(kept().pieces[7].bytes == 8 * mega);
  {
    buffer x(250 * mega, bsr::uninitialized);
  }
  CHECK(kept().total <= kept().most_bytes);
  CHECK(kept().pieces[kept().count - 1].bytes == 8 * 250 * mega);
  {
    buffer x(300 * mega, bsr::uninitialized);
  }
  CHECK(kept().pieces[kept().count - 1].bytes == 8 * 250 * mega);
  again_from_nothing();
  CHECK(kept().count == 0);
  CHECK(kept().total == 0);
}

TEST_CASE("kept memory: threads get pieces of their own", "[storage]") {
  const keeping asked;
  std::vector<std::thread> threads;
  int wrong[4] = {};
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([t, &wrong] {
      for (int n = 0; n < 200; ++n) {
        buffer x(mega + t % 2 * 100, bsr::uninitialized);
        for (std::int64_t k = 0; k < x.size(); k += 512) x[k] = t;
        for (std::int64_t k = 0; k < x.size(); k += 512) wrong[t] += x[k] != t;
      }
    });
  for (std::thread& thread : threads) thread.join();
  for (const int w : wrong) CHECK(w == 0);
}

TEST_CASE("keep_memory: less is kept at once, and nothing where it says so", "[storage]") {
  const keeping asked;
  {
    buffer x(2 * mega, bsr::uninitialized), y(3 * mega, bsr::uninitialized);
  }
  CHECK(kept().count == 2);
  bsr::keep_memory(8 * 2 * mega);
  CHECK(kept().count == 1);
  CHECK(kept().total == 8 * 2 * mega);
  bsr::keep_memory(0);
  CHECK(kept().count == 0);
  CHECK(bsr_test::text_of<bsr::error>([] { bsr::keep_memory(-1); }) ==
        "bsr: keep_memory(-1): so many bytes cannot be kept.");
}

}  // namespace
