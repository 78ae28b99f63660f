// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/elementwise/compare.hpp"

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "support/bounds.hpp"
#include "support/identical.hpp"
#include "support/random.hpp"
#include "support/sample.hpp"
#include "support/shapes.hpp"
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
using bsr_test::random;  // not the one of stdlib.h

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// The whole answer, place by place.
template <class Comparison>
std::vector<bool> answer(const Comparison& c) {
  const auto& a = c.stored;
  std::vector<bool> result(static_cast<std::size_t>(a.rows() * a.cols()), c.elsewhere);
  const bsr::dims b = a.blocksize();
  for (std::int64_t i = 0; i < a.block_rows(); ++i)
    for (auto block : a.row(i))
      for (std::int64_t r = 0; r < b.rows && i * b.rows + r < a.rows(); ++r)
        for (std::int64_t s = 0; s < b.cols && block.col() * b.cols + s < a.cols(); ++s)
          result[static_cast<std::size_t>((i * b.rows + r) * a.cols() + block.col() * b.cols + s)] =
              block(r, s);
  return result;
}
/// "10010", place by place.
template <class Comparison>
std::string text(const Comparison& c) {
  std::string result;
  for (const bool b : answer(c)) result += b ? '1' : '0';
  return result;
}

template <class V, class F>
std::vector<bool> expected(const table<V>& x, const table<V>& y, const F& f) {
  std::vector<bool> result;
  for (std::size_t k = 0; k < x.values.size(); ++k) result.push_back(f(V(x.values[k]), V(y.values[k])));
  return result;
}

/// Each stored block has a place that differs from elsewhere.
template <class Comparison>
bool is_minimal(const Comparison& c) {
  if (!bsr::has_canonical_format(c.stored)) return false;
  const auto area = static_cast<std::size_t>(c.stored.blocksize().rows * c.stored.blocksize().cols);
  for (std::size_t k = 0; k < static_cast<std::size_t>(c.stored.num_blocks()); ++k) {
    bool any = false;
    for (std::size_t e = 0; e < area; ++e) any |= c.stored.data()[k * area + e] != c.elsewhere;
    if (!any) return false;
  }
  return true;
}

template <class T>
bool below(const T& x, const T& y) {
  if constexpr (bsr::is_complex<T>)
    return x.real() < y.real() || (x.real() == y.real() && x.imag() < y.imag());
  else
    return x < y;
}

template <class A, class B>
void check_all(const A& a, const B& b) {
  const auto x = dense(a);
  const auto y = dense(b);
  const auto eq = bsr::equal(a, b);
  const auto ne = bsr::not_equal(a, b);
  const auto lt = bsr::less(a, b);
  const auto le = bsr::less_equal(a, b);
  const auto gt = bsr::greater(a, b);
  const auto ge = bsr::greater_equal(a, b);
  CHECK((eq.elsewhere && !ne.elsewhere && !lt.elsewhere && le.elsewhere && !gt.elsewhere && ge.elsewhere));
  CHECK((is_minimal(eq) && is_minimal(ne) && is_minimal(lt) && is_minimal(le) && is_minimal(gt) &&
         is_minimal(ge)));
  CHECK(answer(eq) == expected(x, y, [](auto p, auto q) { return p == q; }));
  CHECK(answer(ne) == expected(x, y, [](auto p, auto q) { return p != q; }));
  CHECK(answer(lt) == expected(x, y, [](auto p, auto q) { return below(p, q); }));
  CHECK(answer(le) == expected(x, y, [](auto p, auto q) { return !below(q, p); }));
  CHECK(answer(gt) == expected(x, y, [](auto p, auto q) { return below(q, p); }));
  CHECK(answer(ge) == expected(x, y, [](auto p, auto q) { return !below(p, q); }));
}

TEMPLATE_TEST_CASE("compare: random matrices against loops", "[elementwise]", bool, std::uint8_t, double,
                   std::complex<double>) {
  random rng(1);
  random_options options = wild;
  options.values = numbers::small_integers;
  for (int round = 0; round < 2; ++round) {
    const bsr::dims shape = round == 0 ? bsr::dims(8, 12) : bsr::dims(9, 10);  // the second is padded
    check_all(random_matrix<TestType, 2, 3>(rng, shape, options),
              random_matrix<TestType, 2, 3>(rng, shape, options));
  }
  check_all(bsr::matrix<TestType, 2, 3>({0, 3}), bsr::matrix<TestType, 2, 3>({0, 3}));
}

// A = bsr_array(([[[1., 0]], [[2, -.5]], [[1, 1]]], [1, 0, 1], [0, 3]), shape=(1, 4)); (A < 1.0).toarray()
// and so on
TEST_CASE("compare: with a number, as scipy", "[elementwise]") {
  const bsr::matrix<double, 1, 2> a({1, 4}, {1.0, 0.0, 2.0, -0.5, 1.0, 1.0}, {1, 0, 1}, {0, 3});
  CHECK(text(bsr::less(a, 1.0)) == "0100");
  CHECK(text(bsr::greater(a, 1.0)) == "1010");
  CHECK(text(bsr::equal(a, 1.0)) == "0001");
  CHECK(text(bsr::not_equal(a, 1.0)) == "1110");
  CHECK(text(bsr::less_equal(a, 1.0)) == "0101");
  CHECK(text(bsr::greater_equal(a, 1)) == "1011");
  CHECK((bsr::less(a, 1.0).elsewhere && !bsr::greater(a, 1.0).elsewhere));
  const auto c = bsr::greater(a, 1.5);
  STATIC_CHECK(std::is_same_v<decltype(c), const bsr::comparison<1, 2>>);
  CHECK(stored_difference(c.stored,
                          bsr::matrix<bool, 1, 2>({1, 4}, {true, false, true, false}, {0, 1}, {0, 2})) == "");
  CHECK(bsr::greater(a, 5).stored.num_blocks() == 0);
  // NaN: all False, != all True
  CHECK((text(bsr::equal(a, nan)) == "0000" && text(bsr::less_equal(a, nan)) == "0000"));
  CHECK((text(bsr::not_equal(a, nan)) == "1111" && bsr::not_equal(a, nan).elsewhere));
  // float32 next to 0.1: the number becomes a float32
  CHECK(text(bsr::equal(bsr::matrix<float, 1>({1, 2}, {0.1f}, {0}, {0, 1}), 0.1)) == "10");
}

TEST_CASE("compare: values, not representations", "[elementwise]") {
  const bsr::matrix<std::int64_t, 1, 3> a({1, 3}, {-1, 9007199254740993, 5}, {0}, {0, 1});
  const bsr::matrix<std::uint64_t, 1, 3> b({1, 3}, {~std::uint64_t{0}, 9007199254740992, 5}, {0}, {0, 1});
  CHECK(text(bsr::less(a, b)) == "100");
  CHECK(text(bsr::greater(a, b)) == "010");
  CHECK(text(bsr::equal(b, a)) == "001");
  CHECK(text(bsr::greater_equal(b, a)) == "101");
  const bsr::matrix<std::int8_t, 1, 3> c({1, 3}, {-1, 100, 3}, {0}, {0, 1});
  CHECK(text(bsr::less(c, 300)) == "111");
  CHECK(text(bsr::less(c, 99.5)) == "101");
  CHECK(text(bsr::greater(c, std::uint64_t{3})) == "010");
  CHECK(text(bsr::equal(bsr::matrix<bool, 1, 2>({1, 2}, {true, false}, {0}, {0, 1}), 1)) == "10");
  const auto mixed = bsr::equal(sample::matrix<std::int8_t>(),
                                sample::matrix<float, bsr::dynamic, bsr::dynamic, std::int64_t>());
  STATIC_CHECK(std::is_same_v<decltype(mixed), const bsr::comparison<2, 3, std::int64_t>>);
  CHECK((mixed.elsewhere && mixed.stored.num_blocks() == 0));
}

TEST_CASE("compare: NaN is equal to nothing, complex numbers are in lexicographic order", "[elementwise]") {
  using complex = std::complex<double>;
  const bsr::matrix<double, 1, 3> a({1, 3}, {nan, nan, 1}, {0}, {0, 1});
  const bsr::matrix<double, 1, 3> b({1, 3}, {nan, 1, nan}, {0}, {0, 1});
  CHECK((text(bsr::equal(a, b)) == "000" && text(bsr::not_equal(a, b)) == "111"));
  CHECK((text(bsr::less_equal(a, b)) == "000" && text(bsr::greater(a, b)) == "000"));
  // x = bsr_array([[1+2j, 1+3j, 2, 0]]), y = bsr_array([[1+3j, 1+2j, 1+5j, -1j]]); (x < y).toarray() -> T F F
  // F
  const bsr::matrix<complex, 1, 4> x({1, 4}, {complex(1, 2), complex(1, 3), complex(2, 0), complex()}, {0},
                                     {0, 1});
  const bsr::matrix<complex, 1, 4> y({1, 4}, {complex(1, 3), complex(1, 2), complex(1, 5), complex(0, -1)},
                                     {0}, {0, 1});
  CHECK(text(bsr::less(x, y)) == "1000");
  CHECK(text(bsr::greater_equal(x, y)) == "0111");
}

TEST_CASE("compare: shapes that differ and broken indices are refused", "[elementwise]") {
  const bsr::matrix<double, 1> a({1, 2}, {1.0}, {0}, {0, 1});
  CHECK(text_of<bsr::shape_error>([&] { bsr::equal(a, bsr::matrix<double, 1>({2, 1})); }) ==
        "bsr: equal(a, b): inconsistent shapes: a is 1x2, b is 2x1.");
  CHECK(text_of<bsr::format_error>([] {
          bsr::less(bsr::matrix<double, 1>({1, 2}, {1.0}, {2}, {0, 1}), 1);
        }).substr(0, 11) == "bsr: less: ");
}

}  // namespace
