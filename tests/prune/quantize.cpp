// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/prune/quantize.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "bsr/construct/random.hpp"
#include "bsr/convert/to_dense.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
namespace prune = bsr::prune;

/// Numbers of both signs and several sizes.
bsr::matrix<float> sample(bsr::dims shape, bsr::dims block, std::uint64_t seed) {
  auto a = bsr::random<float>(shape, block, 0.5, seed, bsr::padded);
  for (std::int64_t k = 0; k < a.num_blocks(); ++k)
    for (float& x : a.data().subspan(static_cast<std::size_t>(k * block.rows * block.cols),
                                     static_cast<std::size_t>(block.rows * block.cols)))
      x = x == 0 ? 0 : (x - 0.5f) * static_cast<float>(k % 7 + 1);
  return a;
}

TEST_CASE("quantize: by hand", "[prune]") {
  const bsr::matrix<float, 2> a({2, 2}, {127, -63.5f, 0.4f, 1.27f}, {0}, {0, 1});
  const auto whole = prune::quantize(a, prune::scale_of::matrix);
  CHECK(whole.scales[0] == 1);
  CHECK(std::vector<int>(whole.values.data().begin(), whole.values.data().end()) ==
        std::vector<int>{127, -64, 0, 1});
  CHECK(whole.error.max_abs == 0.5);
  CHECK(std::fabs(whole.error.rms - std::sqrt((0.25 + 0.16 + 0.0729) / 4)) < 1e-7);
  const auto rows = prune::quantize(a, prune::scale_of::row);
  CHECK(rows.scales.size() == 2);
  CHECK(std::vector<int>(rows.values.data().begin(), rows.values.data().end()) ==
        std::vector<int>{127, -64, 40, 127});
  // Halves go to the even number.
  const bsr::matrix<float, 1, 4> halves({1, 4}, {127, 62.5f, -62.5f, 63.5f}, {0}, {0, 1});
  const auto even = prune::quantize(halves);
  CHECK(std::vector<int>(even.values.data().begin(), even.values.data().end()) ==
        std::vector<int>{127, 62, -62, 64});
  CHECK(rows.error.relative < whole.error.relative);
  CHECK(rows.error.signal_to_noise > whole.error.signal_to_noise);
}

TEST_CASE("quantize: every element within half a step, the report as summed up densely", "[prune]") {
  for (const bsr::dims block : {bsr::dims(1, 1), {4, 4}, {16, 3}, {1, 16}}) {
    const auto a = sample({50, 45}, block, 4);
    const auto w = bsr::to_dense(a);
    double last = std::numeric_limits<double>::infinity();
    for (const auto kind : {prune::scale_of::matrix, prune::scale_of::row, prune::scale_of::block}) {
      const auto q = prune::quantize(a, kind);
      const auto back = prune::dequantize<double>(q);
      const auto v = bsr::to_dense(back);
      double squares = 0, lost = 0, most = 0;
      for (std::int64_t i = 0; i < 50; ++i)
        for (std::int64_t j = 0; j < 45; ++j) {
          const double d = double(w(i, j)) - v(i, j);
          squares += double(w(i, j)) * double(w(i, j));
          lost += d * d;
          most = std::fmax(most, std::fabs(d));
        }
      CHECK(q.error.max_abs == most);
      CHECK(std::fabs(q.error.relative - std::sqrt(lost / squares)) <= 1e-12);
      CHECK(std::fabs(q.error.signal_to_noise - 10 * std::log10(squares / lost)) <= 1e-9);
      for (std::int64_t i = 0; i < a.block_rows(); ++i)
        for (std::int64_t k = a.indptr()[static_cast<std::size_t>(i)];
             k < a.indptr()[static_cast<std::size_t>(i) + 1]; ++k)
          for (std::int64_t r = 0; r < (std::min)(block.rows, 50 - i * block.rows); ++r) {
            const double scale = double(q.scale(i, k, r));
            for (std::int64_t c = 0; c < block.cols; ++c)
              // Half a step, and 127 times the rounding of the scale to float.
              CHECK(std::fabs(double(a.block(k)(r, c)) - back.block(k)(r, c)) <=
                    scale * (0.5 + 127 * 0x1p-24));
          }
      if (kind != prune::scale_of::block) CHECK(q.error.rms <= last);
      last = q.error.rms;
    }
  }
}

TEST_CASE("quantize: zeros and tiny numbers", "[prune]") {
  const bsr::matrix<float, 1> a({2, 1}, {0, 1e-44f}, {0, 0}, {0, 1, 2});
  const auto q = prune::quantize(a, prune::scale_of::row);
  CHECK(q.scales[0] == 1);
  CHECK(q.scales[1] == (std::numeric_limits<float>::min)());
  CHECK(q.values.data()[0] == 0);
  CHECK(q.values.data()[1] == 0);
  CHECK(std::isfinite(q.error.relative));
  const auto zero = prune::quantize(bsr::matrix<float, 1>({1, 1}, {0}, {0}, {0, 1}));
  CHECK(zero.error.relative == 0);
  CHECK(zero.error.signal_to_noise == std::numeric_limits<double>::infinity());
  CHECK(prune::quantize(bsr::matrix<double, 2>({4, 4})).error.rms == 0);
}

TEST_CASE("quantize: what pads a block does not count", "[prune]") {
  // One block of 2 x 2, of which only its first element belongs to the matrix.
  const bsr::matrix<float, 2> a({1, 1}, {2, 1000, 1000, 1000}, {0}, {0, 1}, bsr::padded);
  for (const auto kind : {prune::scale_of::matrix, prune::scale_of::row, prune::scale_of::block}) {
    const auto q = prune::quantize(a, kind);
    CHECK(q.scales[0] == 2.0f / 127);
    CHECK(q.values.data()[0] == 127);
  }
}

TEST_CASE("quantize: what is refused", "[prune]") {
  bsr::matrix<float, 2> a({2, 4}, {1, 2, 3, 4}, {1}, {0, 1});
  a.data()[3] = std::numeric_limits<float>::infinity();
  CHECK(text_of<bsr::error>([&] { prune::quantize(a); }) ==
        "bsr: prune: quantize: element (1, 3) is inf, which no int8 with a float scale comes near.");
  const bsr::matrix<double, 2> huge({4, 4}, {1, 1, 1, 1, 1, 1, 1e39, 1}, {0, 1}, {0, 1, 2});
  CHECK(text_of<bsr::error>([&] { prune::quantize(huge); }) ==
        "bsr: prune: quantize: element (3, 2) is 1e+39, which no int8 with a float scale comes near.");
  bsr::matrix<float, 2> outside({4, 4}, {1, 2, 3, 4}, {1}, {0, 1, 1});
  outside.indices()[0] = 2;
  CHECK_THROWS_AS(prune::quantize(outside), bsr::format_error);
}

}  // namespace
