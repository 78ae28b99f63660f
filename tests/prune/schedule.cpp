// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/prune/schedule.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <limits>

#include "support/throws.hpp"

namespace {

using namespace bsr_test;
namespace prune = bsr::prune;
constexpr double eps = std::numeric_limits<double>::epsilon();

TEST_CASE("gradual threshold: the identities of the schedule", "[prune]") {
  for (const double q : {0.02, 1.0, 7.5})
    for (const std::int64_t ramp : {300, 1000, 2000}) {
      const prune::gradual_threshold s{.q = q, .start = 200, .ramp = ramp, .end = 2200};
      const double theta = s.start_slope();
      // eps(end) = q + 2.5 theta / every; a handful of roundings on both sides.
      CHECK(std::fabs(s.threshold(2200) - (q + 2.5 * theta / 100)) <= 16 * eps * q);
      CHECK(s.ramp_slope() == 1.5 * theta);
      // The jump at ramp is (theta + phi) / every.
      CHECK(std::fabs(s.threshold(ramp) - s.threshold(ramp - 1) - 2.5 * theta / 100) <= 16 * eps * q);
      // Between them the slope is theta / every, then phi / every.
      CHECK(std::fabs(s.threshold(202) - s.threshold(201) - theta / 100) <= 16 * eps * q);
      CHECK(std::fabs(s.threshold(ramp + 2) - s.threshold(ramp + 1) - 1.5 * theta / 100) <= 16 * eps * q);
      CHECK(s.threshold(199) == 0);
      CHECK(s.threshold(200) == theta / 100);
      CHECK(s.threshold(5000) == s.threshold(2200));
    }
}

TEST_CASE("gradual threshold: blocks have the fourth root of their size", "[prune]") {
  const prune::gradual_threshold one{.q = 0.1, .start = 100, .ramp = 400, .end = 1000};
  auto block = one;
  block.blocksize = {4, 4};
  CHECK(block.start_slope() == 2 * one.start_slope());
  block.blocksize = {16, 16};
  CHECK(block.start_slope() == 4 * one.start_slope());
  CHECK(block.threshold(1000) == 4 * one.threshold(1000));
}

TEST_CASE("gradual threshold: when it prunes", "[prune]") {
  const prune::gradual_threshold s{.q = 0.1, .start = 150, .ramp = 400, .end = 1000};
  int count = 0;
  for (std::int64_t t = 0; t < 2000; ++t) count += s.prunes(t) ? 1 : 0;
  CHECK(count == 9);
  CHECK((s.prunes(200) && s.prunes(1000) && !s.prunes(100) && !s.prunes(250) && !s.prunes(1100)));
  CHECK((!s.frozen(1000) && s.frozen(1001)));
}

TEST_CASE("cubic sparsity", "[prune]") {
  const prune::cubic_sparsity s{.last = 0.9, .start = 100, .steps = 4, .every = 50, .first = 0.1};
  CHECK(s(0) == 0.1);
  CHECK(s(100) == 0.1);
  CHECK(std::fabs(s(150) - (0.9 - 0.8 * 27 / 64)) <= 4 * eps);
  CHECK(s(199) == s(150));
  CHECK(std::fabs(s(200) - 0.8) <= 4 * eps);
  CHECK(s(300) == 0.9);
  CHECK(s(10000) == 0.9);
  CHECK((s.prunes(100) && s.prunes(300) && !s.prunes(350) && !s.prunes(101)));
  CHECK((!s.frozen(300) && s.frozen(301)));
  double before = 0;
  for (std::int64_t t = 0; t < 400; ++t) {
    CHECK(s(t) >= before);
    before = s(t);
  }
}

TEST_CASE("one shot", "[prune]") {
  const prune::one_shot s{0.75, 10};
  CHECK((s(9) == 0 && s(10) == 0.75 && s.prunes(10) && !s.prunes(11) && s.frozen(11)));
}

TEST_CASE("mask decay: factors multiply to what is left", "[prune]") {
  const prune::mask_decay linear{.rate = 0.1, .start = 5};
  CHECK(linear(4) == 1);
  CHECK(linear(5) == 1);
  CHECK(linear(10) == 0.5);
  CHECK(linear(15) == 0);
  const prune::mask_decay falling{
      .rate = 0.1, .start = 0, .end = 50, .shape = prune::mask_decay::form::exponential};
  CHECK(falling(10) == std::exp(-1.0));
  CHECK(falling(50) == 0);
  for (const auto& decay : {linear, falling}) {
    double product = 1;
    for (std::int64_t t = 1; t < 60; ++t) {
      product *= decay.step(t);
      CHECK(std::fabs(product - decay(t)) <= 64 * eps);
    }
  }
}

TEST_CASE("schedules: what is refused", "[prune]") {
  CHECK(text_of<bsr::error>([] { prune::gradual_threshold{0.1, 10, 5, 20}.threshold(1); }) ==
        "bsr: prune: gradual_threshold: start 10, ramp 5, end 20, every 100: 0 <= start <= ramp <= end is "
        "needed, "
        "not all equal, and every >= 1.");
  CHECK(text_of<bsr::error>([] { prune::gradual_threshold{-1, 0, 5, 20}.threshold(1); }) ==
        "bsr: prune: gradual_threshold: q -1, steepness 1.5, blocks of 1x1: none may be negative, no block "
        "empty.");
  CHECK(text_of<bsr::error>([] { prune::cubic_sparsity{1.5, 0, 3}(0); }) ==
        "bsr: prune: cubic_sparsity from 0 to 1.5 in 3 steps, one every 100: sparsities lie between 0 and 1, "
        "and "
        "there is at least one step.");
  CHECK(text_of<bsr::error>([] { prune::mask_decay{-1}(0); }) ==
        "bsr: prune: mask_decay: a rate is not negative, and is not -1.");
}

}  // namespace
