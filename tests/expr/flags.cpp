// SPDX-License-Identifier: BSD-3-Clause
// Translation units of one program with different flags: without exceptions, with -ffast-math.
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <string_view>

#include "bsr/base/target.hpp"
#include "expr/fast_math.hpp"
#include "expr/no_exceptions.hpp"
#include "support/expected.hpp"
#include "support/random.hpp"

using bsr_test::difference;

TEST_CASE("without exceptions products work, and a mismatch reaches the hook as a sentence", "[flags]") {
  bsr_test::random rng(1);
  const auto a = bsr_test::random_matrix<float, 2>(rng, {6, 8}, bsr_test::wild);
  const auto x = bsr_test::random_dense<float>(rng, 8, 3);
  bsr::dense_matrix<float> y(6, 3), wrong(6, 4);
  no_exceptions::multiply(a.view(), x.view(), y.view());
  CHECK(difference(y, bsr_test::expected<float>::left(a, false, x).scale(2)) == "");
  CHECK(std::string(no_exceptions::sentence_of_a_mismatch(a.view(), x.view(), wrong.view())) ==
        "bsr: c = a * b: a is 6x8, b is 8x3, c is 6x4.");
  CHECK(std::string(no_exceptions::sentence_of_a_mismatch(a.view(), x.view(), y.view())).empty());
}

TEST_CASE("with -ffast-math numbers are within their bounds", "[flags]") {
  bsr_test::random rng(2);
  const auto w = bsr_test::random_matrix<float, 2>(rng, {6, 8}, bsr_test::wild);
  const auto x = bsr_test::random_dense<float>(rng, 3, 8);
  const auto bias = bsr_test::random_vector<float>(rng, 6);
  const bsr::vector_view<const float> v(bias.data(), 6);
  bsr::dense_matrix<float> y(3, 6);
  fast_math::linear_layer(x.view(), w.view(), v, y.view());
  CHECK(difference(y, bsr_test::expected<float>::right(x, w, true).add_col(v).relu()) == "");
}

TEST_CASE("each set of flags has a target of its own", "[flags]") {
  const std::string_view mine = bsr::target_name;
  const std::string_view without_exceptions = no_exceptions::target();
  const std::string_view fast = fast_math::target();
  CHECK(mine != without_exceptions);
  CHECK(mine != fast);
  CHECK(fast != without_exceptions);
}
