// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/elementwise/conj.hpp"

#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <type_traits>

#include "support/identical.hpp"
#include "support/random.hpp"
#include "support/sample.hpp"
#include "support/shapes.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
using bsr_test::random;  // not the one of stdlib.h

TEST_CASE("conj, real, imag: as stored, duplicates included", "[elementwise]") {
  using complex = std::complex<float>;
  const auto a = sample::matrix<complex>();  // n - n i
  const auto c = bsr::conj(a);
  const auto re = bsr::real(a);
  const auto im = bsr::imag(a);
  STATIC_CHECK(std::is_same_v<decltype(c), const bsr::matrix<complex, 2, 3>>);
  STATIC_CHECK(std::is_same_v<decltype(re), const bsr::matrix<float, 2, 3>>);
  STATIC_CHECK(std::is_same_v<decltype(im), const bsr::matrix<float, 2, 3>>);
  CHECK(stored_difference(re, sample::matrix<float>()) == "");
  auto expected = sample::matrix<complex>();
  auto negative = sample::matrix<float>();
  for (std::int64_t k = 0; k < a.nnz(); ++k) {
    const auto e = static_cast<std::size_t>(k);
    expected.data()[e] = complex(expected.data()[e].real(), expected.data()[e].real());
    negative.data()[e] = -negative.data()[e];
  }
  CHECK(stored_difference(c, expected) == "");
  CHECK(stored_difference(im, negative) == "");
}

TEST_CASE("conj, real, imag: real elements", "[elementwise]") {
  const auto a = sample::matrix<std::int8_t, bsr::dynamic, bsr::dynamic, std::int64_t>();
  CHECK(stored_difference(bsr::conj(a), a) == "");
  CHECK(stored_difference(bsr::real(a), a) == "");
  const auto zero = bsr::imag(a);  // bsr_array.imag: stored zeros
  CHECK(array_difference("indices", zero.indices(), a.indices()) == "");
  for (const auto x : zero.data()) CHECK(x == 0);
}

TEST_CASE("conj, real, imag: every shape, padding becomes zero", "[elementwise]") {
  random rng(4);
  for_each_matrix<std::complex<double>>(rng, [](const auto& a) {
    const auto twice = bsr::conj(bsr::conj(a));
    CHECK(array_difference("indptr", twice.indptr(), a.indptr()) == "");
    CHECK(array_difference("indices", twice.indices(), a.indices()) == "");
    for (std::size_t k = 0; k < a.data().size(); ++k) {
      const auto x = a.data()[k];
      const bool padding = x != x;
      CHECK(bsr::conj(a).data()[k] == (padding ? 0.0 : std::conj(x)));
      CHECK(bsr::real(a).data()[k] == (padding ? 0.0 : x.real()));
      CHECK(bsr::imag(a).data()[k] == (padding ? 0.0 : x.imag()));
    }
  });
}

TEST_CASE("conj, real, imag: broken indices are refused", "[elementwise]") {
  const bsr::matrix<double, 1> a({1, 2}, {1.0}, {2}, {0, 1});
  CHECK(text_of<bsr::format_error>([&] { bsr::conj(a); }).substr(0, 11) == "bsr: conj: ");
  CHECK(text_of<bsr::format_error>([&] { bsr::real(a); }).substr(0, 11) == "bsr: real: ");
  CHECK(text_of<bsr::format_error>([&] { bsr::imag(a); }).substr(0, 11) == "bsr: imag: ");
}

}  // namespace
