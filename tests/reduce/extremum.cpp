// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/reduce/extremum.hpp"

#include <algorithm>
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
#include "support/throws.hpp"

namespace {

using namespace bsr_test;
using bsr_test::random;  // not the one of stdlib.h

template <class T>
bool nan(const T& x) {
  return x != x;
}
/// Python's tuples, NumPy's complex numbers.
template <class T>
bool less(const T& x, const T& y) {
  if constexpr (bsr::is_complex<T>)
    return x.real() != y.real() ? x.real() < y.real() : x.imag() < y.imag();
  else
    return x < y;
}

/// A matrix as a list of lines: the elements in order, and which of them are stored.
template <class T>
struct line {
  std::vector<T> all;
  std::vector<bool> stored;

  void put(const T& x, bool is_stored) {
    all.push_back(x);
    stored.push_back(is_stored);
  }
  /// Where numpy.argmax or argmin (sign: 1 or -1) finds it among those that count; -1 if there are none.
  std::int64_t place(int sign, bool only_stored, bool skip_nan) const {
    std::int64_t best = -1;
    for (std::size_t k = 0; k < all.size(); ++k) {
      if (only_stored && !stored[k]) continue;
      const T x = all[k];
      if (best < 0) {
        best = static_cast<std::int64_t>(k);
        continue;
      }
      const T y = all[static_cast<std::size_t>(best)];
      const bool better = nan(y)   ? skip_nan && !nan(x)
                          : nan(x) ? !skip_nan
                                   : (sign > 0 ? less(y, x) : less(x, y));
      if (better) best = static_cast<std::int64_t>(k);
    }
    return best;
  }
  T value(int sign, bool only_stored, bool skip_nan) const {
    const auto k = place(sign, only_stored, skip_nan);
    return k < 0 ? T{} : all[static_cast<std::size_t>(k)];
  }
};

template <class T>
std::string place_difference(const bsr::buffer<std::int64_t>& got, const std::vector<line<T>>& lines,
                             int sign, bool only_stored) {
  if (static_cast<std::size_t>(got.size()) != lines.size()) return "wrong size";
  for (std::size_t k = 0; k < lines.size(); ++k) {
    const auto expected = std::max<std::int64_t>(0, lines[k].place(sign, only_stored, false));
    const auto found = got[static_cast<std::int64_t>(k)];
    if (found != expected)
      return "line " + std::to_string(k) + ": " + std::to_string(found) + " for " + std::to_string(expected);
  }
  return "";
}
template <class T>
std::string value_difference(const bsr::buffer<T>& got, const std::vector<line<T>>& lines, int sign,
                             bool only_stored, bool skip_nan) {
  std::vector<T> expected;
  for (const auto& l : lines) expected.push_back(l.value(sign, only_stored, skip_nan));
  if (static_cast<std::size_t>(got.size()) != expected.size()) return "wrong size";
  for (std::size_t k = 0; k < expected.size(); ++k)
    if (!same_number<T>(got[static_cast<std::int64_t>(k)], expected[k])) return "line " + std::to_string(k);
  return "";
}

template <class A>
void check_extremes(const A& a) {
  using T = typename A::value_type;
  INFO(a.rows() << "x" << a.cols() << " in " << a.blocksize().rows << "x" << a.blocksize().cols);
  const auto d = dense(a);
  table<char> is_stored(a.rows(), a.cols());
  const bsr::dims b = a.blocksize();
  for (std::int64_t i = 0; i < a.block_rows(); ++i)
    for (auto block : a.row(i))
      for (std::int64_t r = i * b.rows; r < std::min((i + 1) * b.rows, a.rows()); ++r)
        for (std::int64_t c = block.col() * b.cols; c < std::min((block.col() + 1) * b.cols, a.cols()); ++c)
          is_stored(r, c) = 1;
  std::vector<line<T>> rows(static_cast<std::size_t>(a.rows())), cols(static_cast<std::size_t>(a.cols()));
  line<T> all;
  for (std::int64_t i = 0; i < a.rows(); ++i)
    for (std::int64_t j = 0; j < a.cols(); ++j) {
      T x{};
      if constexpr (bsr::is_complex<T>)
        x = {static_cast<typename T::value_type>(d(i, j).real()),
             static_cast<typename T::value_type>(d(i, j).imag())};
      else
        x = static_cast<T>(d(i, j));
      all.put(x, is_stored(i, j) != 0);
      rows[static_cast<std::size_t>(i)].put(x, is_stored(i, j) != 0);
      cols[static_cast<std::size_t>(j)].put(x, is_stored(i, j) != 0);
    }

  using bsr::elements;
  for (const elements which : {elements::all, bsr::explicit_only}) {
    const bool only = which == bsr::explicit_only;
    if (a.rows() > 0 && a.cols() > 0) {
      STATIC_CHECK(std::is_same_v<decltype((bsr::max)(a, which)), T>);
      CHECK(same_number<T>((bsr::max)(a, which), all.value(1, only, false)));
      CHECK(same_number<T>((bsr::min)(a, which), all.value(-1, only, false)));
      CHECK(same_number<T>(bsr::nanmax(a, which), all.value(1, only, true)));
      CHECK(same_number<T>(bsr::nanmin(a, which), all.value(-1, only, true)));
      if (!only || a.num_blocks() > 0) {
        CHECK(bsr::argmax(a, which) == all.place(1, only, false));
        CHECK(bsr::argmin(a, which) == all.place(-1, only, false));
      }
    }
    for (const int axis : {0, 1}) {
      if ((axis == 0 ? a.rows() : a.cols()) == 0) continue;
      const auto& lines = axis == 0 ? cols : rows;
      CHECK(value_difference((bsr::max)(a, axis, which), lines, 1, only, false) == "");
      CHECK(value_difference((bsr::min)(a, axis - 2, which), lines, -1, only, false) == "");
      CHECK(value_difference(bsr::nanmax(a, axis, which), lines, 1, only, true) == "");
      CHECK(value_difference(bsr::nanmin(a, axis, which), lines, -1, only, true) == "");
      CHECK(place_difference(bsr::argmax(a, axis, which), lines, 1, only) == "");
      CHECK(place_difference(bsr::argmin(a, axis - 2, which), lines, -1, only) == "");
    }
  }
}

/// Small whole numbers, so that many elements are equal.
random_options options(double density) {
  return {.density = density,
          .duplicates = 0.2,
          .zero_blocks = 0.2,
          .empty_rows = 0.1,
          .values = numbers::small_integers};
}

/// The same with some NaN; of complex numbers in one part or in both.
template <class A>
A with_nan(random& rng, A a, double chance) {
  using T = typename A::value_type;
  using R = typename bsr::scalar_traits<T>::real;
  if constexpr (!std::is_integral_v<T>)
    for (T& x : a.data()) {
      if (!rng.chance(chance)) continue;
      const R no = std::numeric_limits<R>::quiet_NaN();
      if constexpr (bsr::is_complex<T>)
        x = rng.chance(0.4) ? T(no, no) : rng.chance(0.5) ? T(x.real(), no) : T(no, x.imag());
      else
        x = no;
    }
  return a;
}

TEMPLATE_TEST_CASE("extremes: random patterns, against the definition", "[reduce]", bool, std::int8_t, double,
                   std::complex<double>) {
  random rng(101);
  for (int round = 0; round < 24; ++round) {
    const auto o = options(round % 3 == 0 ? 1.0 : 0.5);
    const double nans = round % 4 == 0 ? 0.05 : round % 4 == 1 ? 0.9 : 0.0;
    const bsr::dims block(rng.between(1, 5), rng.between(1, 5));
    const bsr::dims shape(rng.between(0, 9), rng.between(0, 14));
    check_extremes(with_nan(rng, random_matrix<TestType>(rng, shape, block, o), nans));
  }
}

TEST_CASE("extremes: static blocks, longer than a chunk, 64-bit indices", "[reduce]") {
  random rng(102);
  check_extremes(with_nan(rng, random_matrix<float, 2, 3>(rng, {200, 300}, options(1)), 0.0001));
  for (int round = 0; round < 10; ++round)
    check_extremes(random_matrix<std::int16_t, 1, 2, std::int64_t>(
        rng, {rng.between(0, 9), rng.between(0, 9)}, options(0.8)));
}

// bsr_array(np.array([[0, np.nan, 3], [1, 2, 0]])): .max() .nanmax() .nanmin() .argmax() .argmax(axis=1)
//   nan 3.0 0.0 0 [0 1]; NumPy, of toarray(): argmax 1, [1 1]
TEST_CASE("argmax: NaN comes first, as in NumPy; scipy overlooks it beside places that are not stored",
          "[reduce]") {
  constexpr double no = std::numeric_limits<double>::quiet_NaN();
  const bsr::matrix<double, 1> a({2, 3}, {no, 3, 1, 2}, {1, 2, 0, 1}, {0, 2, 4});
  CHECK(nan((bsr::max)(a)));
  CHECK(bsr::nanmax(a) == 3);
  CHECK(bsr::nanmin(a) == 0);
  CHECK(bsr::argmax(a) == 1);
  CHECK(bsr::argmin(a) == 1);
  CHECK(bsr::argmax(a, 1)[0] == 1);
  CHECK(bsr::argmax(a, 1)[1] == 1);
}

// data = [[[1,2,3],[4,5,6]], [[7,0,8],[0,9,0]], [[1,0,0],[0,1,2]], [[0,0,0],[0,0,0]], [[3,0,0],[0,0,5]]]
// a = bsr_array((data, [2, 0, 2, 1, 0], [0, 3, 3, 5]), shape=(6, 9))
// a.max(), a.min(), a.argmax(), a.argmin(), a.max(explicit=True), a.min(explicit=True)      9 0 10 1 9 0
// a.max(axis=0).toarray(), a.max(axis=1).toarray()          [7 9 8 0 0 0 4 6 8] [8 9 0 0 3 5]
// a.argmax(axis=0), a.argmax(axis=1)                        [0 1 0 0 0 0 1 1 1] [2 1 0 0 0 2]
// (-a).max(), (-a).max(axis=0).toarray(), (-a).argmax(axis=1), (-a).argmax(axis=1, explicit=True)
//   0 [0 0 0 0 0 0 0 0 0] [1 0 0 0 1 0] [1 0 0 0 1 0]
TEST_CASE("extremes: as scipy", "[reduce]") {
  auto a = sample::matrix<int>();
  using list = std::vector<int>;
  CHECK((bsr::max)(a) == 9);
  CHECK((bsr::min)(a) == 0);
  CHECK(bsr::argmax(a) == 10);
  CHECK(bsr::argmin(a) == 1);
  CHECK((bsr::max)(a, bsr::explicit_only) == 9);
  CHECK((bsr::min)(a, bsr::explicit_only) == 0);
  CHECK(array_difference("max", (bsr::max)(a, 0).span(), list{7, 9, 8, 0, 0, 0, 4, 6, 8}) == "");
  CHECK(array_difference("max", (bsr::max)(a, 1).span(), list{8, 9, 0, 0, 3, 5}) == "");
  CHECK(array_difference("argmax", bsr::argmax(a, 0).span(), list{0, 1, 0, 0, 0, 0, 1, 1, 1}) == "");
  CHECK(array_difference("argmax", bsr::argmax(a, 1).span(), list{2, 1, 0, 0, 0, 2}) == "");
  for (int& x : a.data()) x = -x;
  CHECK((bsr::max)(a) == 0);
  CHECK(array_difference("max", (bsr::max)(a, 0).span(), list(9)) == "");
  CHECK(array_difference("argmax", bsr::argmax(a, 1).span(), list{1, 0, 0, 0, 1, 0}) == "");
  CHECK(array_difference("argmax", bsr::argmax(a, 1, bsr::explicit_only).span(), list{1, 0, 0, 0, 1, 0}) ==
        "");
  CHECK(a.num_blocks() == 5);
}

// a = bsr_array((np.array([[[1 + 2j, 1 - 1j]], [[0.5 + 9j, 0]]]), [0, 0], [0, 1, 2]), shape=(2, 2))
// a.max(), a.min(), a.argmax(), a.argmin()      (1+2j) 0j 0 3
TEST_CASE("extremes: complex numbers are ordered by real, then by imaginary part", "[reduce]") {
  using number = std::complex<double>;
  const bsr::matrix<number, 1, 2> a({2, 2}, {number(1, 2), number(1, -1), number(0.5, 9), number(0, 0)},
                                    {0, 0}, {0, 1, 2});
  CHECK((bsr::max)(a) == number(1, 2));
  CHECK((bsr::min)(a) == number(0, 0));
  CHECK(bsr::argmax(a) == 0);
  CHECK(bsr::argmin(a) == 3);
}

TEST_CASE("extremes: nothing stored, infinities, the ends of a type", "[reduce]") {
  const bsr::matrix<float, 2> none({4, 6});
  CHECK((bsr::max)(none) == 0);
  CHECK((bsr::min)(none, bsr::explicit_only) == 0);
  CHECK(bsr::argmin(none) == 0);
  CHECK((bsr::max)(none, 0).size() == 6);
  CHECK(bsr::argmax(none, 1, bsr::explicit_only)[3] == 0);
  CHECK((bsr::max)(bsr::matrix<float, 2>({0, 4}), 1).empty());
  CHECK(bsr::argmax(bsr::matrix<float, 2>({4, 0}), 0).empty());
  constexpr float inf = std::numeric_limits<float>::infinity();
  const bsr::matrix<float, 1, 2> low({1, 2}, {-inf, -inf}, {0}, {0, 1});
  CHECK((bsr::max)(low) == -inf);
  CHECK(bsr::nanmax(low) == -inf);
  CHECK(bsr::argmax(low) == 0);
  const bsr::matrix<std::int64_t, 1, 2> least(
      {1, 2}, std::vector<std::int64_t>(2, (std::numeric_limits<std::int64_t>::min)()), {0}, {0, 1});
  CHECK((bsr::max)(least) == (std::numeric_limits<std::int64_t>::min)());
  CHECK(bsr::argmax(least) == 0);
}

TEST_CASE("extremes: refusals, in scipy's words", "[reduce]") {
  const bsr::matrix<float, 2> flat({0, 4});
  CHECK(text_of<bsr::shape_error>([&] { (bsr::max)(flat); }) ==
        "bsr: max: zero-size array to reduction operation: a is 0x4.");
  CHECK(text_of<bsr::shape_error>([&] { (bsr::min)(flat, 0); }) ==
        "bsr: min: zero-size array to reduction operation: a is 0x4.");
  CHECK(text_of<bsr::shape_error>([&] { bsr::nanmax(flat, 0); }) ==
        "bsr: nanmax: zero-size array to reduction operation: a is 0x4.");
  CHECK(text_of<bsr::shape_error>([&] { bsr::nanmin(flat, 3); }) ==
        "bsr: nanmin: axis out of range: it is 3, and a matrix has the axes 0 (or -2) and 1 (or -1).");
  CHECK(text_of<bsr::shape_error>([&] { bsr::argmax(flat); }) ==
        "bsr: argmax: Cannot apply argmax to an empty matrix: a is 0x4.");
  CHECK(text_of<bsr::shape_error>([&] { bsr::argmin(flat, 0); }) ==
        "bsr: argmin: Cannot apply argmin along a zero-sized dimension: a is 0x4.");
  CHECK(text_of<bsr::shape_error>([&] { bsr::argmin(bsr::matrix<float>({1, 2}), bsr::explicit_only); }) ==
        "bsr: argmin: Cannot apply argmin to zero matrix when only stored elements count.");
  const std::int64_t large = std::int64_t{1} << 32;
  const bsr::matrix<float> vast({large, large}, {large, large});
  CHECK(text_of<bsr::shape_error>([&] { bsr::argmax(vast); }) ==
        "bsr: argmax: a is 4294967296x4294967296, and has more places than can be numbered.");
  const bsr::matrix<double, 2> broken({4, 4}, std::vector<double>(8), {0, 2}, {0, 1, 2});
  const std::string sentence = "column index values must be < 2 (now max 2): block row 1 holds 2.";
  CHECK(text_of<bsr::format_error>([&] { (bsr::max)(broken); }) == "bsr: max: " + sentence);
  CHECK(text_of<bsr::format_error>([&] { bsr::nanmin(broken, 0); }) == "bsr: nanmin: " + sentence);
  CHECK(text_of<bsr::format_error>([&] { bsr::argmax(broken); }) == "bsr: argmax: " + sentence);
  CHECK(text_of<bsr::format_error>([&] { bsr::argmin(broken, 1); }) == "bsr: argmin: " + sentence);
}

}  // namespace
