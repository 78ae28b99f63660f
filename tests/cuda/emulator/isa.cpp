// SPDX-License-Identifier: BSD-3-Clause
// The emulator finds what it is there to find.
#include "cuda/emulator/isa.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>
#include <vector>

using namespace bsr_test::emulator;
using Catch::Matchers::ContainsSubstring;

/// The error of a kernel of one block with 64 threads and 1 KiB of shared memory; "" when there is none.
template <class Body>
static std::string error_of(const Body& body, settings how = {}, grid_size size = {1, 64, 1024}) {
  machine m(how);
  try {
    m.run<isa>(size, body);
  } catch (const emulation_error& e) {
    return e.what();
  }
  return "";
}

TEST_CASE("threads run, meet and see what others wrote") {
  for (const auto who : {order::forward, order::reverse, order::random}) {
    std::vector<int> seen(64);
    CHECK(error_of(
              [&](isa& x) {
                x.store_shared(x.shared() + static_cast<std::uint32_t>(4 * x.thread()), 100 + x.thread());
                x.sync();
                seen[static_cast<std::size_t>(x.thread())] =
                    x.load_shared<int>(x.shared() + static_cast<std::uint32_t>(4 * (63 - x.thread())));
              },
              {.order = who}) == "");
    for (int i = 0; i < 64; ++i) CHECK(seen[static_cast<std::size_t>(i)] == 163 - i);
  }
}

TEST_CASE("a missing barrier is found whoever goes first") {
  for (const auto who : {order::forward, order::reverse, order::random}) {
    const auto text = error_of(
        [&](isa& x) {
          if (x.thread() == 0) x.store_shared(x.shared(), 1);
          x.sync();
          if (x.thread() == 33) x.store_shared(x.shared(), 2);
          (void)x.load_shared<int>(x.shared());
        },
        {.order = who});
    CHECK_THAT(text, ContainsSubstring("no barrier since thread"));
  }
}

TEST_CASE("a write over what others may still read is found") {
  const auto text = error_of([](isa& x) {
    if (x.thread() == 0) x.store_shared(x.shared(), 1);
    x.sync();
    (void)x.load_shared<int>(x.shared());
    if (x.thread() == 0) x.store_shared(x.shared(), 2);
  });
  CHECK_THAT(text, ContainsSubstring("read shared memory at byte 0"));
}

TEST_CASE("a barrier of the warp orders its lanes and no others") {
  CHECK(error_of([](isa& x) {
          const auto at = x.shared() + static_cast<std::uint32_t>(4 * x.warp());
          if (x.lane() == 0) x.store_shared(at, 1);
          x.sync_warp();
          (void)x.load_shared<int>(at);
        }) == "");
  CHECK_THAT(error_of([](isa& x) {
               if (x.thread() == 0) x.store_shared(x.shared(), 1);
               x.sync_warp();
               if (x.warp() == 0) (void)x.load_shared<int>(x.shared());
               x.sync_warp();
               if (x.thread() == 40) (void)x.load_shared<int>(x.shared());
             }),
             ContainsSubstring("thread 40"));
}

TEST_CASE("shared memory that nobody wrote, out of bounds, or misaligned") {
  CHECK_THAT(error_of([](isa& x) { (void)x.load_shared<int>(x.shared() + 64); }),
             ContainsSubstring("nobody has written shared memory at byte 64"));
  CHECK_THAT(error_of([](isa& x) { x.store_shared(x.shared() + 1024, 1); }),
             ContainsSubstring("byte 1024 of 1024"));
  CHECK_THAT(error_of([](isa& x) { x.store_shared(x.shared() - 4, 1); }),
             ContainsSubstring("byte -4 of 1024"));
  CHECK_THAT(error_of([](isa& x) { x.store_shared(x.shared() + 4, bsr::gpu::quad{}); }),
             ContainsSubstring("no multiple"));
}

TEST_CASE("threads that do not meet are a deadlock") {
  CHECK_THAT(
      error_of([](isa& x) {
        if (x.thread() < 32) x.sync();
      }),
      ContainsSubstring("deadlock: 32 threads of block 0: have left; 32 threads of block 0: wait for sync"));
  CHECK_THAT(error_of([](isa& x) {
               if (x.lane() < 31) (void)x.ballot(true);
             }),
             ContainsSubstring("wait for ballot"));
  const auto other_place = [](isa& x) {  // outside of the macro, which is one line
    if (x.thread() < 32)
      x.sync();
    else
      x.sync();
  };
  CHECK_THAT(error_of(other_place), ContainsSubstring("meets others"));
  CHECK_THAT(error_of([](isa& x) {
               if (x.lane() < 16)
                 (void)x.ballot(true);
               else
                 (void)x.shuffle(1, 0);
             }),
             ContainsSubstring("the warp is divided"));
}

TEST_CASE("asynchronous copies land at any time until they are waited for") {
  alignas(16) const float from[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
  const auto run = [&](timing when, const auto& body) {
    machine m({.timing = when});
    m.add_input(from, 16);
    std::string text;
    try {
      m.run<isa>({1, 32, 256}, body);
    } catch (const emulation_error& e) {
      text = e.what();
    }
    return text;
  };
  for (const auto when : {timing::early, timing::late, timing::random}) {
    CAPTURE(static_cast<int>(when));
    float seen[4] = {};
    CHECK(run(when, [&](isa& x) {
            const auto mine = x.shared() + static_cast<std::uint32_t>(16 * (x.lane() % 4));
            if (x.lane() < 4) x.copy_async<16>(mine, from + 4 * x.lane(), x.lane() == 3 ? 6 : 16);
            x.commit();
            x.wait<0>();
            x.sync();
            if (x.lane() < 4) {
              const auto q = x.load_shared<bsr::gpu::quad>(mine);
              seen[x.lane()] = std::bit_cast<float>(q.word[x.lane() == 3 ? 2 : 0]);
              if (x.lane() == 3 && q.word[1] != (std::bit_cast<std::uint32_t>(14.0f) & 0xffffu)) seen[3] = -1;
            }
          }) == "");
    CHECK(seen[0] == 1);
    CHECK(seen[2] == 9);
    CHECK(seen[3] == 0);
    CHECK_THAT(run(when,
                   [&](isa& x) {
                     if (x.thread() == 0) x.copy_async<16>(x.shared(), from, 16);
                     x.commit();
                     x.wait<1>();
                     x.sync();
                     (void)x.load_shared<int>(x.shared());
                   }),
               ContainsSubstring("reads a copy under way"));
    CHECK_THAT(run(when,
                   [&](isa& x) {
                     if (x.thread() == 0) x.copy_async<16>(x.shared(), from, 16);
                     x.commit();
                     x.wait<0>();
                     (void)x.load_shared<int>(x.shared());
                   }),
               ContainsSubstring("no barrier since thread 0"));
    CHECK_THAT(run(when,
                   [&](isa& x) {
                     if (x.thread() == 0) x.copy_async<16>(x.shared(), from, 16);
                     x.commit();
                   }),
               ContainsSubstring("leaves with copies under way"));
  }
  CHECK_THAT(run(timing::late, [&](isa& x) { x.copy_async<16>(x.shared(), from + 1, 16); }),
             ContainsSubstring("no multiple"));
  CHECK_THAT(run(timing::late, [&](isa& x) { x.copy_async<16>(x.shared(), from + 16, 4); }),
             ContainsSubstring("no input"));
}

TEST_CASE("global memory: results once, nothing outside") {
  int in[32] = {};
  int out[64] = {};
  const auto run = [&](const auto& body) {
    machine m({});
    m.add_input(in, 32);
    m.add_output(out, 64);
    std::string text;
    try {
      m.run<isa>({2, 32, 64}, body);
      for (const int& x : out)
        if (m.times_written(&x) != 1) text = "not written";
    } catch (const emulation_error& e) {
      text = e.what();
    }
    return text;
  };
  CHECK(run([&](isa& x) { x.store(out + 32 * x.block() + x.lane(), x.load(in + x.lane())); }) == "");
  CHECK(run([&](isa& x) {
          if (x.lane() > 0) x.store(out + 32 * x.block() + x.lane(), 1);
        }) == "not written");
  CHECK_THAT(run([&](isa& x) { x.store(out + x.lane(), 1); }), ContainsSubstring("a second time"));
  CHECK_THAT(run([&](isa& x) { x.store(out + 33 + x.lane(), 1); }), ContainsSubstring("no output"));
  CHECK_THAT(run([&](isa& x) { x.store(in + x.lane(), 1); }), ContainsSubstring("no output"));
  CHECK_THAT(run([&](isa& x) { (void)x.load(in + 1 + x.lane()); }), ContainsSubstring("no input"));
}

TEST_CASE("blocks see what others wrote when it was released to them") {
  for (const auto who : {order::forward, order::reverse, order::random})
    for (unsigned seed = 1; seed < 20; ++seed) {
      int sums[8] = {};
      std::uint32_t counter = 0;
      int out[32] = {};
      const auto run = [&](bool wait_before, bool wait_after) {
        std::fill(sums, sums + 8, 0);
        counter = 0;
        machine m({.order = who, .seed = seed, .resident = 3});
        m.add_exchange(sums, 8);
        m.add_exchange(&counter, 1);
        m.add_output(out, 32);
        std::string text;
        try {
          m.run<isa>({8, 32, 64}, [&](isa& x) {
            if (x.lane() == 5) x.store(sums + x.block(), x.block());
            if (wait_before) x.sync();
            if (x.lane() == 0) x.store_shared(x.shared(), x.exchange_count(&counter, 1));
            x.sync();
            if (x.load_shared<std::uint32_t>(x.shared()) != 7) return;
            if (wait_after) x.sync();
            int sum = 0;
            for (int i = 0; i < 8; ++i) sum += x.load_written(sums + i);
            x.store(out + x.lane(), sum);
          });
        } catch (const emulation_error& e) {
          text = e.what();
        }
        return text;
      };
      CHECK(run(true, true) == "");
      CHECK(out[31] == 28);
      CHECK(run(true, false) == "");
      CHECK_THAT(run(false, true), ContainsSubstring("has not released"));
    }
}

TEST_CASE("a lane that reads another block's sums before a barrier is found") {
  int sum = 0;
  std::uint32_t counter = 0;
  machine m({.resident = 1});
  m.add_exchange(&sum, 1);
  m.add_exchange(&counter, 1);
  std::string text;
  try {
    m.run<isa>({2, 32, 64}, [&](isa& x) {
      if (x.block() == 0 && x.lane() == 0) x.store(&sum, 1);
      x.sync();
      if (x.lane() == 0) (void)x.exchange_count(&counter, 1);
      if (x.block() == 1 && x.lane() == 1) (void)x.load_written(&sum);
    });
  } catch (const emulation_error& e) {
    text = e.what();
  }
  CHECK_THAT(text, ContainsSubstring("block 0 has not released what is read"));
}

TEST_CASE("mutations are listed and done") {
  mutations list;
  const auto body = [](isa& x) {
    if (x.thread() == 0) x.store_shared(x.shared(), 1);
    x.sync();
    (void)x.load_shared<int>(x.shared());
  };
  machine first({});
  first.record(&list);
  first.run<isa>({1, 64, 64}, body);
  CHECK(list.size() == 4);
  for (const mutation& each : list) {
    CAPTURE(each.text());
    machine m({});
    m.mutate(&each);
    CHECK_THROWS_AS(m.run<isa>({1, 64, 64}, body), emulation_error);
  }
}
