// SPDX-License-Identifier: BSD-3-Clause
// The emulator of what sm_90a has beyond the rest finds what it is there to find.
#include "cuda/emulator/hopper_isa.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>
#include <vector>

using namespace bsr_test::emulator;
using bsr::gpu::slab_bytes;
using bsr::gpu::slab_descriptor;
using bsr::gpu::slab_source;
using Catch::Matchers::ContainsSubstring;
using along = bsr::gpu::along;

static const auto bf16 = [](double x) { return bsr::bfloat16(static_cast<float>(x)); };
static constexpr int ring = 6 * slab_bytes;  // slabs of A and B
static constexpr int bytes = ring + 1024;    // and barriers

/// 64 x 16 small integers for A, 256 x 64 for B.
struct operands {
  std::vector<bsr::bfloat16> a = std::vector<bsr::bfloat16>(64 * 64),
                             b = std::vector<bsr::bfloat16>(256 * 64);
  operands() {
    for (std::size_t i = 0; i < a.size(); ++i) a[i] = bf16(double(i * 7 % 13) - 6);
    for (std::size_t i = 0; i < b.size(); ++i) b[i] = bf16(double(i * 5 % 17) - 8);
  }
  slab_source from_a(std::int64_t cols = 64, std::int64_t rows = 64) const {
    return {a.data(), {cols, rows, 1}, {128, 128}};
  }
  slab_source from_b() const { return {b.data(), {64, 256, 1}, {128, 128}}; }
};
static const operands& given() {
  static const operands o;
  return o;
}

/// The error of a kernel of one warpgroup, or more; "" when there is none.
template <class Body>
static std::string error_of(const Body& body, settings how = {}, int threads = 128) {
  machine m(how);
  m.add_input(given().a.data(), 64 * 64);
  m.add_input(given().b.data(), 256 * 64);
  try {
    m.run<hopper_isa>({1, threads, bytes}, body);
  } catch (const emulation_error& e) {
    return e.what();
  }
  return "";
}
static std::vector<settings> ways() {
  return {
      {timing::early, order::forward}, {timing::late, order::reverse}, {timing::random, order::random, 7}};
}

/// What a body does, but for what a test leaves out of it.
struct parts {
  bool fence = true, sync = true, expect = true, wait = true, fence_sums = true, commit = true,
       wait_sums = true;
  std::uint32_t parity = 0;
  int missing = 0;  // bytes of what is expected
  std::uint32_t shift = 0;
};
/// sums = A B, of the first slice; lane l of warp w has them in d.
template <class After>
static auto product(const parts& p, const After& after) {
  return [p, after](hopper_isa& x) {
    const std::uint32_t a = x.shared(), b = a + slab_bytes, barrier = a + ring;
    if (x.thread() == 0) {
      x.phase_init(barrier, 1);
      if (p.fence) x.fence_async();
    }
    if (p.sync) x.sync();
    if (x.thread() == 0) {
      if (p.expect)
        x.phase_expect(barrier, static_cast<std::uint32_t>(5 * slab_bytes - p.missing));
      else
        x.phase_arrive(barrier);
      x.copy_slab(a + p.shift, given().from_a(), barrier, 0, 0, 0);
      for (int h = 0; h < 4; ++h)
        x.copy_slab(b + static_cast<std::uint32_t>(h * slab_bytes), given().from_b(), barrier, 0, 64 * h, 0);
    }
    if (p.wait) x.phase_wait(barrier, p.parity);
    float d[128];
    for (int i = 0; i < 128; ++i) d[i] = static_cast<float>(i);
    if (p.fence_sums) x.wgmma_fence();
    x.wgmma_bf16<false, false>(d, slab_descriptor(a, along::k, 0), slab_descriptor(b, along::k, 0));
    if (p.commit) x.wgmma_commit();
    if (p.wait_sums) x.wgmma_wait<0>();
    after(x, d);
  };
}
static const auto nothing = [](hopper_isa&, const float*) {};

TEST_CASE("a warpgroup multiplies what the engine has brought") {
  for (const settings& how : ways()) {
    int wrong = 0;
    CHECK(error_of(product({},
                           [&](hopper_isa& x, const float* d) {
                             for (int i = 0; i < 128; ++i) {
                               const int m = x.warp() * 16 + x.lane() / 4 + 8 * (i / 2 % 2);
                               const int n = i / 4 * 8 + 2 * (x.lane() % 4) + i % 2;
                               double sum = i;
                               for (int k = 0; k < 16; ++k)
                                 sum += double(float(given().a[std::size_t(64 * m + k)])) *
                                        double(float(given().b[std::size_t(64 * n + k)]));
                               wrong += double(d[i]) != sum;
                             }
                           }),
                   how) == "");
    CHECK(wrong == 0);
  }
}

/// d = A B of 64 rows, R columns and R elements of k; lines along k, or one k each.
template <int R, bool Transposed>
static int wrong_sums_of_low_blocks(const settings& how) {
  int wrong = 0;
  const auto source = [](const bsr::bfloat16* data, int line, int lines) {
    return slab_source{data, {64, 64, 1}, {128, 128}, {line, lines}};
  };
  const auto body = [&](hopper_isa& x) {
    constexpr int line_of_a = Transposed ? 128 : 2 * R;
    const std::uint32_t a = x.shared(), b = a + slab_bytes, barrier = a + ring;
    if (x.thread() == 0) {
      x.phase_init(barrier, 1);
      x.fence_async();
      x.phase_expect(barrier, 64 * R * 2 + R * R * 2);
      x.copy_slab(a, source(given().a.data(), line_of_a, 64 * R * 2 / line_of_a), barrier, 0, 0, 0);
      x.copy_slab(b, source(given().b.data(), 2 * R, R), barrier, 0, 0, 0);
    }
    x.sync();
    x.phase_wait(barrier, 0);
    float d[std::size_t{R / 2}] = {};
    x.wgmma_fence();
    for (int slice = 0; slice < R / 16; ++slice)
      x.wgmma_bf16<Transposed, Transposed>(
          d, slab_descriptor(a, Transposed ? along::m : along::k, slice, line_of_a),
          slab_descriptor(b, Transposed ? along::n : along::k, slice, 2 * R));
    x.wgmma_commit();
    x.wgmma_wait<0>();
    for (int i = 0; i < R / 2; ++i) {
      const int m = x.warp() * 16 + x.lane() / 4 + 8 * (i / 2 % 2);
      const int n = i / 4 * 8 + 2 * (x.lane() % 4) + i % 2;
      double sum = 0;
      for (int k = 0; k < R; ++k)
        sum += double(float(given().a[std::size_t(Transposed ? 64 * k + m : 64 * m + k)])) *
               double(float(given().b[std::size_t(Transposed ? 64 * k + n : 64 * n + k)]));
      wrong += double(d[i]) != sum;
    }
  };
  CHECK(error_of(body, how) == "");
  return wrong;
}
TEST_CASE("a warpgroup multiplies by 32 and by 16 columns, of shorter lines") {
  for (const settings& how : ways()) {
    CHECK(wrong_sums_of_low_blocks<32, false>(how) == 0);
    CHECK(wrong_sums_of_low_blocks<32, true>(how) == 0);
    CHECK(wrong_sums_of_low_blocks<16, false>(how) == 0);
    CHECK(wrong_sums_of_low_blocks<16, true>(how) == 0);
  }
}

TEST_CASE("what is left out of that is found") {
  for (const settings& how : ways()) {
    CAPTURE(static_cast<int>(how.timing));
    const auto found = [&](const parts& p) { return error_of(product(p, nothing), how); };
    CHECK(found({}) == "");
    CHECK_THAT(found({.fence = false}), ContainsSubstring("no fence since the barrier was made"));
    CHECK(found({.sync = false}) != "");
    CHECK(found({.expect = false}) != "");
    CHECK(found({.wait = false}) != "");
    CHECK(found({.parity = 1}) != "");
    CHECK_THAT(found({.missing = slab_bytes}), !ContainsSubstring("nothing"));
    CHECK(found({.missing = slab_bytes}) != "");
    CHECK_THAT(found({.missing = -16}), ContainsSubstring("wait for phase_wait"));
    CHECK_THAT(found({.fence_sums = false}), ContainsSubstring("no fence since then"));
    CHECK_THAT(found({.commit = false}), ContainsSubstring("leaves with multiplications under way"));
    CHECK_THAT(found({.wait_sums = false}), ContainsSubstring("leaves with multiplications under way"));
    CHECK_THAT(found({.shift = 512}), ContainsSubstring("no multiple of 1024"));
    bool a_number = false;
    (void)error_of(
        product({.wait_sums = false}, [&](hopper_isa&, const float* d) { a_number |= d[5] == d[5]; }), how);
    CHECK(!a_number);
  }
}

/// A body with a barrier of one arrival, made and fenced.
template <class Body>
static auto with_barrier(const Body& body) {
  return [&body](hopper_isa& x) {
    const std::uint32_t barrier = x.shared() + ring;
    if (x.thread() == 0) {
      x.phase_init(barrier, 1);
      x.fence_async();
    }
    x.sync();
    body(x, barrier);
  };
}

TEST_CASE("what lies outside of a source becomes zero, and is not read") {
  for (const settings& how : ways()) {
    std::uint32_t words[3] = {};
    const auto body = [&](hopper_isa& x, std::uint32_t barrier) {
      if (x.thread() == 0) {
        x.phase_expect(barrier, slab_bytes);
        // Columns from 8, of 10; rows from 60, of 62: what is there is 2 x 2.
        x.copy_slab(x.shared(), given().from_a(10, 62), barrier, 8, 60, 0);
      }
      x.phase_wait(barrier, 0);
      if (x.thread() != 5) return;
      words[0] = x.load_shared<std::uint32_t>(x.shared() + 128 + (0 ^ 1) * 16);  // line 1, chunk 0
      words[1] = x.load_shared<std::uint32_t>(x.shared() + 4);
      words[2] = x.load_shared<std::uint32_t>(x.shared() + 256);
    };
    CHECK(error_of(with_barrier(body), how) == "");
    std::uint32_t expected;
    std::memcpy(&expected, &given().a[61 * 64 + 8], 4);
    CHECK(words[0] == expected);
    CHECK(words[1] == 0);
    CHECK(words[2] == 0);
  }
}

TEST_CASE("sources that the engine does not take") {
  const auto run = [](const slab_source& s, int x0) {
    const auto body = [&](hopper_isa& x, std::uint32_t barrier) {
      if (x.thread() == 0) x.copy_slab(x.shared(), s, barrier, x0, 0, 0);
    };
    return error_of(with_barrier(body));
  };
  const slab_source good = given().from_a();
  CHECK_THAT(run({given().a.data() + 1, {8, 8, 1}, {128, 128}}, 0), ContainsSubstring("not aligned"));
  CHECK_THAT(run({good.data, {8, 8, 1}, {24, 128}}, 0), ContainsSubstring("not aligned"));
  CHECK_THAT(run({good.data, {64, 65, 1}, {128, 128}}, 64), ContainsSubstring("leaves with copies"));
  CHECK_THAT(run({good.data, {64, 64, 1}, {256, 128}}, 0), ContainsSubstring("are no input"));
  CHECK_THAT(run(good, -8), ContainsSubstring("begins nowhere"));
  const auto with_box = [&](int line, int lines) {
    slab_source s = good;
    s.box = {line, lines};
    return run(s, 0);
  };
  CHECK_THAT(with_box(48, 64), ContainsSubstring("have no exchange"));
  CHECK_THAT(with_box(64, 264), ContainsSubstring("copies 264 lines"));
}

TEST_CASE("what threads wrote is there for a multiplication after a fence") {
  for (const bool fence : {false, true})
    for (const settings& how : ways()) {
      const auto text = error_of(
          [&](hopper_isa& x) {
            for (int n = 16 * x.thread(); n < 5 * slab_bytes; n += 16 * 128)
              x.store_shared(x.shared() + static_cast<std::uint32_t>(n), bsr::gpu::quad{});
            if (fence) x.fence_async();
            x.sync();
            float d[128] = {};
            x.wgmma_fence();
            x.wgmma_f16<true, true>(d, slab_descriptor(x.shared(), along::m, 3),
                                    slab_descriptor(x.shared() + slab_bytes, along::n, 3));
            x.wgmma_commit();
            x.wgmma_wait<0>();
          },
          how);
      if (fence)
        CHECK(text == "");
      else
        CHECK_THAT(text, ContainsSubstring("no fence since thread"));
    }
}

TEST_CASE("a stage that is still being multiplied, or was by a warp that nobody asked") {
  // Two warpgroups: the second copies over what the first reads when `arrivals` warps say that they are done.
  const auto run = [](const settings& how, int arrivals, bool early) {
    const auto body = [&](hopper_isa& x) {
      const std::uint32_t full = x.shared() + ring, empty = full + 8;
      if (x.thread() == 0) {
        x.phase_init(full, 1);
        x.phase_init(empty, static_cast<std::uint32_t>(arrivals));
        x.fence_async();
      }
      x.sync();
      const auto copy = [&] {
        x.phase_expect(full, 5 * slab_bytes);
        for (int h = 0; h < 5; ++h)
          x.copy_slab(x.shared() + static_cast<std::uint32_t>(h * slab_bytes), given().from_b(), full, 0, 0,
                      0);
      };
      if (x.warp() >= 4) {
        if (x.thread() != 128) return;
        copy();
        x.phase_wait(empty, 0);
        copy();
        x.phase_wait(full, 1);
        return;
      }
      x.phase_wait(full, 0);
      float d[128] = {};
      x.wgmma_fence();
      x.wgmma_bf16<false, false>(d, slab_descriptor(x.shared(), along::k, 1),
                                 slab_descriptor(x.shared() + slab_bytes, along::k, 1));
      x.wgmma_commit();
      const auto arrive = [&] {
        if (x.lane() == 0 && x.warp() < arrivals) x.phase_arrive(empty);
      };
      if (early) arrive();
      x.wgmma_wait<0>();
      if (!early) arrive();
    };
    return error_of(body, how, 256);
  };
  for (const settings& how : ways()) {
    CHECK(run(how, 4, false) == "");
    CHECK(run(how, 1, false) != "");
    CHECK(run(how, 4, true) != "");
  }
}

TEST_CASE("descriptors of something else, warps that go different ways, too many arrivals") {
  const auto multiply = [](std::uint64_t change, bool all) {
    return error_of([=](hopper_isa& x) {
      for (int n = 16 * x.thread(); n < 5 * slab_bytes; n += 16 * 128)
        x.store_shared(x.shared() + static_cast<std::uint32_t>(n), bsr::gpu::quad{});
      x.fence_async();
      x.sync();
      if (!all && x.warp() == 2) return;
      float d[128] = {};
      x.wgmma_fence();
      x.wgmma_bf16<false, false>(d, slab_descriptor(x.shared(), along::k, 0) ^ change,
                                 slab_descriptor(x.shared() + slab_bytes, along::k, 0));
      x.wgmma_commit();
      x.wgmma_wait<0>();
    });
  };
  CHECK(multiply(0, true) == "");
  CHECK_THAT(multiply(std::uint64_t{1} << 62, true), ContainsSubstring("something else than slabs"));
  CHECK_THAT(multiply(std::uint64_t{3} << 62, true), ContainsSubstring("something else than slabs"));
  CHECK_THAT(multiply(std::uint64_t{1} << 49, true), ContainsSubstring("something else than slabs"));
  CHECK_THAT(multiply(std::uint64_t{0x2000}, true), ContainsSubstring("bytes of shared memory"));
  CHECK_THAT(multiply(0, false), ContainsSubstring("different things"));
  const auto twice = [](hopper_isa& x, std::uint32_t barrier) {
    if (x.thread() == 0) x.phase_expect(barrier, 16), x.phase_arrive(barrier);
  };
  CHECK_THAT(error_of(with_barrier(twice)), ContainsSubstring("more arrivals"));
  const auto over = [](hopper_isa& x, std::uint32_t barrier) {
    if (x.thread() == 0) x.store_shared(barrier, 1);
  };
  CHECK_THAT(error_of(with_barrier(over)), ContainsSubstring("writes over a barrier"));
  CHECK_THAT(error_of([](hopper_isa& x) { x.phase_arrive(x.shared()); }),
             ContainsSubstring("there is no barrier"));
}

TEST_CASE("a barrier of some threads orders those, and no others") {
  for (const settings& how : ways()) {
    const auto run = [&](bool asked) {
      return error_of(
          [&](hopper_isa& x) {
            if (x.warp() < 2) {
              x.store_shared(x.shared() + static_cast<std::uint32_t>(4 * x.thread()), x.thread());
              x.sync_some<64>();
              (void)x.load_shared<int>(x.shared() + static_cast<std::uint32_t>(4 * (63 - x.thread())));
            } else if (asked) {
              (void)x.load_shared<int>(x.shared());
            }
          },
          how);
    };
    CHECK(run(false) == "");
    CHECK(run(true) != "");
  }
}
