// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/cpu/parallel.hpp"

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "support/threads.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;

/// Counts what it is asked and runs the tasks in the caller's thread, the last one first.
struct backwards {
  int calls = 0;
  int tasks = 0;
  bsr::cpu policy(int threads) {
    return {.threads = threads,
            .executor = {.context = this,
                         .run = [](void* self, int count, void (*task)(void*, int), void* argument) {
                           ++static_cast<backwards*>(self)->calls;
                           static_cast<backwards*>(self)->tasks += count;
                           for (int i = count - 1; i >= 0; --i) task(argument, i);
                         }}};
  }
};

/// The policies that can run several pieces here.
std::vector<bsr::cpu> policies(backwards& serial) {
  return {bsr::cpu{.threads = BSR_HAS_OPENMP ? 3 : 1}, bsr::cpu{}, serial.policy(3),
          bsr::cpu{.threads = 3, .executor = a_thread_each}};
}

// ---- how many ------------------------------------------------------------------------------------------

TEST_CASE("thread_count: what was asked for", "[parallel]") {
  backwards serial;
  CHECK(bsr::thread_count(bsr::cpu{.threads = 1}) == 1);
  CHECK(bsr::thread_count(serial.policy(1)) == 1);
  CHECK(bsr::thread_count(serial.policy(7)) == 7);
  CHECK(bsr::thread_count(serial.policy(std::numeric_limits<int>::max())) == std::numeric_limits<int>::max());
  // It is not known how many threads an executor has.
  CHECK(bsr::thread_count(serial.policy(0)) == 1);
  CHECK(serial.calls == 0);
#if BSR_HAS_OPENMP
  CHECK(bsr::thread_count(bsr::cpu{.threads = 7}) == 7);
  const int before = omp_get_max_threads();
  omp_set_num_threads(5);
  CHECK(bsr::thread_count(bsr::cpu{}) == 5);
  omp_set_num_threads(before);
  CHECK(bsr::thread_count(bsr::cpu{}) == before);
#else
  CHECK(bsr::thread_count(bsr::cpu{}) == 1);
#endif
}

TEST_CASE("thread_count: a negative number is refused", "[parallel]") {
  backwards serial;
  const std::string text = "bsr: cpu{.threads = -2}: a number of threads is 0 or positive.";
  CHECK(text_of<bsr::error>([] { (void)bsr::thread_count(bsr::cpu{.threads = -2}); }) == text);
  CHECK(text_of<bsr::error>([] { (void)bsr::thread_count(bsr::cpu{.threads = -2}, 0); }) == text);
  CHECK(text_of<bsr::error>([&] { (void)bsr::thread_count(serial.policy(-2)); }) == text);
}

TEST_CASE("thread_count: several threads need someone who runs them", "[parallel]") {
  const auto ask = [] { return bsr::thread_count(bsr::cpu{.threads = 2}); };
  // Refused for small work, too: whether a program is wrong does not depend on the size of its data.
  const auto ask_little = [] { return bsr::thread_count(bsr::cpu{.threads = 2}, 0); };
#if BSR_HAS_OPENMP
  CHECK(ask() == 2);
  CHECK(ask_little() == 1);
#else
  const std::string text =
      "bsr: cpu{.threads = 2}: more than one thread needs OpenMP at compile time (-fopenmp, or the target "
      "bsr::openmp) or cpu{.executor}.";
  CHECK(text_of<bsr::error>([&] { (void)ask(); }) == text);
  CHECK(text_of<bsr::error>([&] { (void)ask_little(); }) == text);
#endif
}

TEST_CASE("thread_count: no more threads than the work is worth", "[parallel]") {
  backwards serial;
  const bsr::cpu eight = serial.policy(8);
  CHECK(bsr::thread_count(eight, 0) == 1);
  CHECK(bsr::thread_count(eight, -1) == 1);
  CHECK(bsr::thread_count(eight, std::numeric_limits<std::int64_t>::min()) == 1);
  CHECK(bsr::thread_count(eight, std::numeric_limits<std::int64_t>::max()) == 8);
  // A thread is started for 4 microseconds of work.
  CHECK(bsr::thread_count(eight, 7999) == 1);
  CHECK(bsr::thread_count(eight, 8000) == 2);
  CHECK(bsr::thread_count(eight, 31999) == 7);
  CHECK(bsr::thread_count(eight, 32000) == 8);
  CHECK(bsr::thread_count(eight, 36000) == 8);
  CHECK(bsr::thread_count(serial.policy(1), 1000000) == 1);
}

#if BSR_HAS_OPENMP
TEST_CASE("thread_count: one inside a parallel region, unless a number is asked for", "[parallel]") {
  // Checked outside: Catch2 counts in one thread.
  int asked_nothing = 0;
  int asked_three = 0;
  int team = 0;
#pragma omp parallel num_threads(2)
  {
#pragma omp single
    {
      team = omp_get_num_threads();
      asked_nothing = bsr::thread_count(bsr::cpu{});
      asked_three = bsr::thread_count(bsr::cpu{.threads = 3});
    }
  }
  if (team < 2) SKIP("OpenMP gives no second thread");
  CHECK(asked_nothing == 1);
  CHECK(asked_three == 3);
}
#endif

// ---- every piece once ----------------------------------------------------------------------------------------

TEST_CASE("for_each_piece: every number once", "[parallel]") {
  backwards serial;
  for (const bsr::cpu& policy : policies(serial))
    for (const int pieces : {0, 1, 2, 3, 8, 61}) {
      std::vector<std::atomic<int>> calls(static_cast<std::size_t>(pieces) + 1);
      std::atomic<int> elsewhere{0};
      bsr::for_each_piece(policy, pieces, [&](int i) {
        if (i < 0 || i >= pieces)
          ++elsewhere;
        else
          ++calls[static_cast<std::size_t>(i)];
      });
      INFO(pieces << " pieces");
      CHECK(elsewhere == 0);
      bool once = true;
      for (std::size_t i = 0; i < static_cast<std::size_t>(pieces); ++i) once = once && calls[i] == 1;
      CHECK(once);
    }
}

TEST_CASE("for_each_piece: no piece, no call", "[parallel]") {
  backwards serial;
  for (const bsr::cpu& policy : policies(serial))
    for (const int pieces : {0, -1}) {
      int calls = 0;
      bsr::for_each_piece(policy, pieces, [&](int) { ++calls; });
      CHECK(calls == 0);
    }
  CHECK(serial.calls == 0);
}

TEST_CASE("for_each_piece: one piece runs in the caller's thread and wakes nobody", "[parallel]") {
  backwards serial;
  for (const bsr::cpu& policy : policies(serial)) {
    std::thread::id where;
    bsr::for_each_piece(policy, 1, [&](int) { where = std::this_thread::get_id(); });
    CHECK(where == std::this_thread::get_id());
  }
  CHECK(serial.calls == 0);
}

TEST_CASE("for_each_piece: an executor gets all pieces in one call", "[parallel]") {
  backwards serial;
  std::vector<int> order;
  bsr::for_each_piece(serial.policy(4), 4, [&](int i) { order.push_back(i); });
  CHECK(order == std::vector<int>{3, 2, 1, 0});
  CHECK(serial.calls == 1);
  CHECK(serial.tasks == 4);
}

#if BSR_HAS_OPENMP
TEST_CASE("for_each_piece: OpenMP's threads run the pieces", "[parallel]") {
  int given = 0;
#pragma omp parallel num_threads(2)
  {
#pragma omp single
    given = omp_get_num_threads();
  }
  std::atomic<int> team{0};
  bsr::for_each_piece(bsr::cpu{.threads = 2}, 2, [&](int) { team = omp_get_num_threads(); });
  CHECK(team == given);
}
#endif

TEST_CASE("for_each_piece: pieces inside pieces", "[parallel]") {
  backwards serial;
  for (const bsr::cpu& outer : policies(serial))
    for (const bsr::cpu& inner : policies(serial)) {
      if (inner.executor.context != nullptr) continue;  // that one counts its calls, in one thread
      std::vector<std::atomic<int>> calls(15);
      bsr::for_each_piece(outer, 3, [&](int i) {
        bsr::for_each_piece(inner, 5, [&](int j) { ++calls[static_cast<std::size_t>(5 * i + j)]; });
      });
      bool once = true;
      for (const auto& count : calls) once = once && count == 1;
      CHECK(once);
    }
}

// ---- exceptions --------------------------------------------------------------------------------------------

/// An exception that counts how many of it exist.
struct counted {
  static inline std::atomic<int> alive{0};
  int piece;
  explicit counted(int i) : piece(i) { ++alive; }
  counted(const counted& other) : piece(other.piece) { ++alive; }
  counted& operator=(const counted&) = delete;
  ~counted() { --alive; }
};

/// The piece whose exception arrives, -1 if none does.
template <class F>
int caught(const bsr::cpu& policy, int pieces, const F& f) {
  try {
    bsr::for_each_piece(policy, pieces, f);
  } catch (const counted& e) {
    return e.piece;
  }
  return -1;
}

TEST_CASE("for_each_piece: an exception arrives where the call was made, and nothing of it stays",
          "[parallel]") {
  backwards serial;
  for (const bsr::cpu& policy : policies(serial))
    for (const int pieces : {1, 2, 3, 8})
      for (int bad = 0; bad < pieces; ++bad) {
        INFO("piece " << bad << " of " << pieces);
        CHECK(caught(policy, pieces, [&](int i) {
                if (i == bad) throw counted(i);
              }) == bad);
        CHECK(counted::alive == 0);
        // And the next call knows nothing of it.
        CHECK(caught(policy, pieces, [](int) {}) == -1);
      }
}

TEST_CASE("for_each_piece: of several exceptions one arrives, and nothing of the others stays",
          "[parallel]") {
  backwards serial;
  for (const bsr::cpu& policy : policies(serial)) {
    const int piece = caught(policy, 8, [](int i) { throw counted(i); });
    CHECK((piece >= 0 && piece < 8));
    CHECK(counted::alive == 0);
  }
}

TEST_CASE("for_each_piece: exceptions that are thrown at the same time", "[parallel]") {
  const bsr::cpu policy{.threads = 2, .executor = a_thread_each};
  for (int repeat = 0; repeat < 50; ++repeat) {
    std::atomic<int> waiting{2};
    const int piece = caught(policy, 2, [&](int i) {
      --waiting;
      while (waiting > 0) std::this_thread::yield();
      throw counted(i);
    });
    REQUIRE((piece == 0 || piece == 1));
    REQUIRE(counted::alive == 0);
  }
}

TEST_CASE("for_each_piece: the first exception arrives, and what has not begun is left out", "[parallel]") {
  backwards serial;
  std::vector<int> begun;
  CHECK(caught(serial.policy(5), 5, [&](int i) {
          begun.push_back(i);
          if (i <= 3) throw counted(i);
        }) == 3);
  CHECK(begun == std::vector<int>{4, 3});
  CHECK(counted::alive == 0);
}

TEST_CASE("for_each_piece: an exception goes through pieces inside pieces", "[parallel]") {
  backwards serial;
  for (const bsr::cpu& policy : policies(serial)) {
    CHECK(caught(policy, 3, [&](int i) {
            bsr::for_each_piece(bsr::cpu{.threads = 3, .executor = a_thread_each}, 3, [&](int j) {
              if (i == 1 && j == 2) throw counted(10 * i + j);
            });
          }) == 12);
    CHECK(counted::alive == 0);
  }
}

}  // namespace
