// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/convert/with_blocksize.hpp"

#include <catch2/catch_test_macros.hpp>
#include <type_traits>
#include <utility>

#include "support/identical.hpp"
#include "support/random.hpp"
#include "support/sample.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
using bsr_test::random;  // not the one of stdlib.h

TEST_CASE("with_blocksize: the same memory with a static block size", "[convert]") {
  auto a = sample::matrix<float, bsr::dynamic, bsr::dynamic, std::int64_t>();
  const auto v = bsr::with_blocksize<2, 3>(a);
  STATIC_CHECK(std::is_same_v<decltype(v), const bsr::matrix_view<float, 2, 3, std::int64_t>>);
  CHECK(v.data().data() == a.data().data());
  CHECK(v.indices().data() == a.indices().data());
  CHECK(stored_difference(v, a) == "");
  v.data()[0] = 50;
  CHECK(a.data()[0] == 50.0f);
  const auto& fixed = a;
  STATIC_CHECK(std::is_same_v<decltype(bsr::with_blocksize<2, 3>(fixed)),
                              bsr::matrix_view<const float, 2, 3, std::int64_t>>);
  STATIC_CHECK(std::is_same_v<decltype(bsr::with_blocksize<2, 3>(fixed.view())),
                              bsr::matrix_view<const float, 2, 3, std::int64_t>>);
}

template <class A>
concept can_be_given_a_blocksize = requires(A&& a) { bsr::with_blocksize<2, 3>(std::forward<A>(a)); };

TEST_CASE("with_blocksize: a view of a temporary owner is refused at compile time", "[convert]") {
  STATIC_CHECK(can_be_given_a_blocksize<bsr::matrix<float>&>);
  STATIC_CHECK_FALSE(can_be_given_a_blocksize<bsr::matrix<float>>);
}

TEST_CASE("with_blocksize: padded matrices stay padded", "[convert]") {
  random rng(1);
  const auto a = random_matrix<double>(rng, {7, 8}, bsr::dims(3, 3));
  const auto v = bsr::with_blocksize<3>(a);
  CHECK(v.is_padded());
  CHECK(v.shape() == bsr::dims(7, 8));
}

TEST_CASE("with_blocksize: another block size is refused", "[convert]") {
  const auto a = sample::matrix<float, bsr::dynamic>();
  CHECK(text_of<bsr::shape_error>([&] { bsr::with_blocksize<3, 2>(a); }) ==
        "bsr: with_blocksize: mismatching blocksize=2x3 vs 3x2 of the type.");
}

}  // namespace
