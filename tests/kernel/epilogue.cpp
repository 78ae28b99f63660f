// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/kernel/epilogue.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/storage.hpp"
#include "support/bounds.hpp"
#include "support/expected.hpp"
#include "support/guarded.hpp"
#include "support/random.hpp"

namespace {

using bsr::axis;
using bsr::lanes;

using matrix_view = bsr::dense_view<const double>;
using vector = bsr::vector_view<const double>;
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinite = std::numeric_limits<double>::infinity();

template <class F>
bsr::user_function<F> user(F f) {
  return {f};
}

/// Operands of epilogues: every element is another number.
struct operands {
  static constexpr std::int64_t rows = 12, cols = 15;
  bsr::dense_matrix<double> d{rows, cols};
  std::vector<double> row, col;
  operands() {
    for (std::int64_t i = 0; i < rows; ++i)
      for (std::int64_t j = 0; j < cols; ++j) d(i, j) = static_cast<double>(100 * i + j) / 64;
    for (std::int64_t i = 0; i < rows; ++i) row.push_back(static_cast<double>(7 * i + 1) / 32);
    for (std::int64_t j = 0; j < cols; ++j) col.push_back(static_cast<double>(j - 5) / 32);
  }
};

/// f(value, i, j) where the place matters and i and j mean different things.
struct placed {
  double operator()(double v, std::int64_t i, std::int64_t j) const {
    return v + static_cast<double>(1000 * i) + static_cast<double>(j) / 4;
  }
};

/// Calls f(e, what e(v, i, j) must be) for every epilogue and for compositions of them.
template <class F>
void for_each_epilogue(const operands& o, F f) {
  const bsr::add_dense<matrix_view, double> dense(2, o.d.view());
  const bsr::add_per_row<vector> per_row(vector(o.row.data(), o.row.size()));
  const bsr::add_per_col<vector> per_col(vector(o.col.data(), o.col.size()));
  const auto at = [](const std::vector<double>& v, std::int64_t i) { return v[static_cast<std::size_t>(i)]; };
  f(bsr::no_epilogue{}, [](double v, std::int64_t, std::int64_t) { return v; });
  f(bsr::scale_by<double>{-3}, [](double v, std::int64_t, std::int64_t) { return -3 * v; });
  f(bsr::scale_by<int>{2}, [](double v, std::int64_t, std::int64_t) { return 2 * v; });
  f(dense, [&](double v, std::int64_t i, std::int64_t j) { return v + 2 * o.d(i, j); });
  f(per_row, [&](double v, std::int64_t i, std::int64_t) { return v + at(o.row, i); });
  f(per_col, [&](double v, std::int64_t, std::int64_t j) { return v + at(o.col, j); });
  f(bsr::relu_function{}, [](double v, std::int64_t, std::int64_t) { return v > 0 ? v : 0; });
  f(user(placed{}), placed{});
  f(user([](double v) { return v * v; }), [](double v, std::int64_t, std::int64_t) { return v * v; });
  f(bsr::compose(bsr::compose(dense, bsr::relu_function{}), per_col),
    [&](double v, std::int64_t i, std::int64_t j) { return std::fmax(v + 2 * o.d(i, j), 0) + at(o.col, j); });
  f(bsr::compose(bsr::compose(per_row, user(placed{})), bsr::compose(bsr::scale_by<double>{4}, dense)),
    [&](double v, std::int64_t i, std::int64_t j) {
      return 4 * placed{}(v + at(o.row, i), i, j) + 2 * o.d(i, j);
    });
}

}  // namespace

TEST_CASE("every epilogue computes its formula", "[epilogue]") {
  const operands o;
  for_each_epilogue(o, [&](const auto& e, const auto& formula) {
    for (std::int64_t i = 0; i < o.rows; ++i)
      for (std::int64_t j = 0; j < o.cols; ++j)
        for (const double v : {-7.25, -0.5, 0.0, 0.75, 12.0}) REQUIRE(e(v, i, j) == formula(v, i, j));
  });
}

TEST_CASE("a transposed epilogue is the same one for the transposed destination, and back", "[epilogue]") {
  const operands o;
  for_each_epilogue(o, [&](const auto& e, const auto& formula) {
    const auto t = bsr::transposed_epilogue(e);
    const auto back = bsr::transposed_epilogue(t);
    for (std::int64_t i = 0; i < o.rows; ++i)
      for (std::int64_t j = 0; j < o.cols; ++j)
        for (const double v : {-7.25, 0.75}) {
          REQUIRE(t(v, j, i) == formula(v, i, j));
          REQUIRE(back(v, i, j) == formula(v, i, j));
        }
  });
}

TEST_CASE("activations have the values of torch.nn.functional", "[epilogue]") {
  // 40 digits of v (1 + erf(v / sqrt 2)) / 2 and v / (1 + exp(-v)), from mpmath.
  struct row {
    long double v, gelu, silu;
  };
  const row rows[] = {
      {-3.0L, -0.004049694094890283579955444302784932133488L, -0.1422776195327003426365444553152566041585L},
      {-1.0L, -0.1586552539314570514147674543679620775221L, -0.2689414213699951207488407581781637256349L},
      {-0.5L, -0.1542687693629934481811476946958311300582L, -0.1887703343990727176805497171272457606234L},
      {0.0L, 0.0L, 0.0L},
      {0.25L, 0.1496765814207309310602134478952584348205L, 0.1405441252214495260068309094757365884595L},
      {1.0L, 0.8413447460685429485852325456320379224779L, 0.7310585786300048792511592418218362743651L},
      {2.0L, 1.954499736103641585599434725666933125056L, 1.761594155955764888119458282604793590413L}};
  const auto check = [&](auto type) {
    using T = decltype(type);
    for (const row& r : rows) {
      const long double size = std::fabs(r.v);
      CHECK(std::fabs(bsr::gelu_function{}(T(r.v), 0, 0) - r.gelu) <= bsr_test::gamma<T>(12) * size);
      CHECK(std::fabs(bsr::silu_function{}(T(r.v), 0, 0) - r.silu) <=
            bsr_test::gamma<T>(bsr_test::silu_roundings) * size);
    }
  };
  check(float{});
  check(double{});
  check(static_cast<long double>(0));
}

TEST_CASE("activations at the ends of the line", "[epilogue]") {
  const auto relu = [](auto v) { return bsr::relu_function{}(v, 0, 0); };
  const auto gelu = [](auto v) { return bsr::gelu_function{}(v, 0, 0); };
  const auto silu = [](auto v) { return bsr::silu_function{}(v, 0, 0); };
  CHECK(std::isnan(relu(not_a_number)));
  CHECK(std::isnan(gelu(not_a_number)));
  CHECK(std::isnan(silu(not_a_number)));
  CHECK(relu(infinite) == infinite);
  CHECK(gelu(infinite) == infinite);
  CHECK(silu(infinite) == infinite);
  CHECK(relu(-infinite) == 0);
  CHECK(gelu(-40.0) == 0);
  CHECK(std::fabs(silu(-1000.0)) == 0);
  CHECK(gelu(1000.0f) == 1000.0f);
  CHECK(silu(1000.0f) == 1000.0f);
  CHECK(relu(-3) == 0);
  CHECK(relu(3) == 3);
  CHECK(relu(3u) == 3u);
}

TEST_CASE("an addend with beta == 0 is not read", "[epilogue]") {
  const std::vector<double> poisoned(16, not_a_number);
  const bsr::add_dense<matrix_view, double> dense(0, matrix_view(poisoned.data(), 4, 4));
  const bsr::add_vector<vector, float> add_vector(0, vector(poisoned.data(), 4));
  CHECK(dense(5.0, 1, 2) == 5.0);
  CHECK(dense.transposed()(5.0, 1, 2) == 5.0);
  CHECK(add_vector(5.0, 1, 0) == 5.0);
  using pack = bsr::simd::pack<double>;
  double out[pack::size];
  dense.pack(pack::broadcast(5), 0, 0, lanes<axis::row>{1}).store(out);
  CHECK(out[0] == 5.0);
  add_vector.pack(pack::broadcast(5), 0, 0, lanes<axis::column>{1}).store(out);
  CHECK(out[0] == 5.0);
  CHECK(std::isnan(bsr::add_dense<matrix_view, double>(1, matrix_view(poisoned.data(), 4, 4))(5.0, 1, 2)));
}

TEST_CASE("numbers become accumulators: real into complex, fractions cut, integers wrapped", "[epilogue]") {
  using bsr::detail::convert;
  using cf = std::complex<float>;
  CHECK(convert<cf>(0.1) == cf(0.1f, 0));
  CHECK(convert<cf>(3) == cf(3, 0));
  CHECK(convert<cf>(std::complex<double>(1, 2)) == cf(1, 2));
  CHECK(convert<float>(0.1) == 0.1f);
  CHECK(convert<int>(-2.0) == -2);
  CHECK(convert<std::uint32_t>(-1.0) == 4294967295u);
  CHECK(convert<std::uint32_t>(4294967295.0) == 4294967295u);
  CHECK(convert<std::uint64_t>(18446744073709549568.0) == 18446744073709549568u);
  CHECK(convert<std::uint64_t>(-3.0) == 18446744073709551613u);
  CHECK(convert<std::uint8_t>(-1.0L) == 255);
  CHECK(convert<std::int8_t>(300) == 44);
  CHECK(convert<bool>(-1.0));
  CHECK_FALSE(convert<bool>(0.0));
  CHECK(bsr::add_dense<bsr::dense_view<const std::uint32_t>, double>(
            -1, bsr::dense_view<const std::uint32_t>(std::vector<std::uint32_t>{5}.data(), 0, 0))
            .beta == -1);
}

namespace {

/// A pack that knows which memory it may read: loads of n lanes touch n elements, and those lie in [begin,
/// end).
template <class T, int Size>
struct watched {
  using value_type = T;
  static constexpr int size = Size;
  static inline const T* begin = nullptr;
  static inline const T* end = nullptr;
  static inline int outside = 0;
  T v[Size];

  static watched zero() { return broadcast(T(0)); }
  static watched broadcast(T value) {
    watched p;
    for (T& x : p.v) x = value;
    return p;
  }
  static watched load(const T* from) { return load(from, Size); }
  static watched load(const T* from, int n) {
    watched p = zero();
    for (int l = 0; l < n; ++l) {
      if (begin != nullptr && (from + l < begin || from + l >= end))
        ++outside;
      else
        p.v[l] = from[l];
    }
    return p;
  }
  void store(T* to) const {
    for (int l = 0; l < Size; ++l) to[l] = v[l];
  }
  template <class F>
  static watched each(const watched& a, const watched& b, F f) {
    watched p;
    for (int l = 0; l < Size; ++l) p.v[l] = f(a.v[l], b.v[l]);
    return p;
  }
  friend watched operator+(watched a, watched b) {
    return each(a, b, [](T x, T y) { return x + y; });
  }
  friend watched operator-(watched a, watched b) {
    return each(a, b, [](T x, T y) { return x - y; });
  }
  friend watched operator*(watched a, watched b) {
    return each(a, b, [](T x, T y) { return x * y; });
  }
  friend watched operator/(watched a, watched b) {
    return each(a, b, [](T x, T y) { return x / y; });
  }
  friend watched fma(watched a, watched b, watched c) { return a * b + c; }
  friend watched max_or_second(watched a, watched b) {
    return each(a, b, [](T x, T y) { return x > y ? x : y; });
  }
};

/// e on a pack against e element by element: lanes along Axis from (i, j), `count` in use. Numbers are such
/// that every step is exact in double.
template <class Pack, axis Axis, class E>
void compare_lanes(const E& e, std::int64_t i, std::int64_t j, int count) {
  using T = typename Pack::value_type;
  T in[Pack::size];
  T out[Pack::size];
  for (int l = 0; l < Pack::size; ++l) in[l] = static_cast<T>(l - 3) / 4;
  bsr::apply_epilogue<Axis>(e, Pack::load(in), i, j, lanes<Axis>{count}).store(out);
  for (int l = 0; l < count; ++l)
    REQUIRE(out[l] == (Axis == axis::row ? e(in[l], i, j + l) : e(in[l], i + l, j)));
}

template <class Pack, class E>
void compare_everywhere(const E& e, std::int64_t rows, std::int64_t cols) {
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t j = 0; j < cols; ++j)
      for (int count = 1; count <= Pack::size; ++count) {
        if (j + count <= cols) compare_lanes<Pack, axis::row>(e, i, j, count);
        if (i + count <= rows) compare_lanes<Pack, axis::column>(e, i, j, count);
      }
}

}  // namespace

TEST_CASE("packs go the way of single elements, along rows and along columns, with any number of lanes",
          "[epilogue]") {
  const operands o;
  for_each_epilogue(o, [&](const auto& e, const auto&) {
    compare_everywhere<watched<double, 4>>(e, o.rows, o.cols);
    compare_everywhere<bsr::simd::pack<double>>(e, o.rows, o.cols);
    const auto t = bsr::transposed_epilogue(e);
    compare_everywhere<watched<double, 4>>(t, o.cols, o.rows);
  });
  // A vector's addend has its lanes along the column.
  const bsr::add_vector<vector, double> z(2, vector(o.row.data(), o.row.size()));
  for (int count = 1; count <= bsr::simd::pack<double>::size; ++count)
    compare_lanes<bsr::simd::pack<double>, axis::column>(z, 2, 0, count);
  static_assert(!bsr::packed_epilogue<decltype(z), bsr::simd::pack<double>, axis::row>);
  compare_lanes<bsr::simd::pack<double>, axis::row>(z, 2, 0, 1);
}

TEST_CASE("packs read every layout, stride and narrower type", "[epilogue]") {
  bsr_test::random rng(5);
  const auto compare = [&](const auto& x) {
    const auto view = bsr::input(x);
    using view_type = std::remove_cv_t<decltype(view)>;
    compare_everywhere<bsr::simd::pack<double>>(bsr::add_dense<view_type, double>(-1, view), view.rows(),
                                                view.cols());
  };
  const auto numbers = bsr_test::numbers::small_integers;
  const auto by_row = bsr_test::random_dense<double>(rng, 11, 18, numbers);
  compare(by_row.view());
  compare(by_row.view().block(1, 3, 9, 12));
  compare(bsr_test::random_dense<double, bsr::col_major>(rng, 18, 11, numbers).view());
  compare(bsr::dense_view<const double, bsr::strided>(by_row.data(), 9, 9, 18, 2));
  compare(bsr_test::random_dense<float>(rng, 9, 9, numbers).view());
  compare(bsr_test::random_dense<std::int8_t>(rng, 9, 9).view());
  const bsr::vector_view<const double> spaced(by_row.data(), 9, 20);
  compare_everywhere<bsr::simd::pack<double>>(bsr::add_per_row<bsr::vector_view<const double>>(spaced), 9, 9);
  compare_everywhere<bsr::simd::pack<double>>(bsr::add_per_col<bsr::vector_view<const double>>(spaced), 9, 9);
  // Real numbers into complex accumulators.
  using cd = std::complex<double>;
  const bsr::add_per_col<bsr::vector_view<const double>> real_bias(spaced);
  cd out[bsr::simd::pack<cd>::size];
  bsr::apply_epilogue<axis::row>(real_bias, bsr::simd::pack<cd>::broadcast({1, 2}), 0, 3, lanes<axis::row>{1})
      .store(out);
  CHECK(out[0] == cd(1 + spaced[3], 2));
}

TEST_CASE("lanes that are not in use are not read", "[epilogue]") {
  using pack = watched<double, 8>;
  const std::vector<double> memory(5, 1.5);
  pack::begin = memory.data();
  pack::end = memory.data() + 5;
  const bsr::add_per_col<vector> bias(vector(memory.data(), 5));
  const bsr::add_dense<matrix_view, double> d(1, matrix_view(memory.data(), 1, 5));
  const bsr::add_dense<bsr::dense_view<const double, bsr::col_major>, double> column(
      1, bsr::dense_view<const double, bsr::col_major>(memory.data(), 5, 1));
  for (int count = 1; count <= 5; ++count)
    for (int first = 0; first + count <= 5; ++first) {
      CHECK(bias.pack(pack::zero(), 0, first, lanes<axis::row>{count}).v[count - 1] == 1.5);
      CHECK(bias.transposed().pack(pack::zero(), first, 0, lanes<axis::column>{count}).v[count - 1] == 1.5);
      CHECK(d.pack(pack::zero(), 0, first, lanes<axis::row>{count}).v[count - 1] == 1.5);
      CHECK(column.pack(pack::zero(), first, 0, lanes<axis::column>{count}).v[count - 1] == 1.5);
    }
  CHECK(pack::outside == 0);
  bias.pack(pack::zero(), 0, 0, lanes<axis::row>{6});
  CHECK(pack::outside == 1);  // the watch works
  pack::begin = nullptr;
  // One row whose leading dimension is 0: nobody walks along it.
  CHECK(bsr::add_dense<matrix_view, double>(1, matrix_view(memory.data(), 1, 5, 0))
            .pack(pack::zero(), 0, 2, lanes<axis::column>{1})
            .v[0] == 1.5);
}

namespace {

template <class T>
void activations_in_packs() {
  using pack = bsr::simd::pack<T>;
  bsr_test::random rng(9);
  for (int round = 0; round < 2000; ++round) {
    T in[pack::size];
    T out[pack::size];
    for (T& v : in) v = static_cast<T>((2 * rng.unit() - 1) * (round % 3 == 0 ? 100 : 6));
    if (round == 0) in[0] = std::numeric_limits<T>::quiet_NaN();
    const auto check = [&](const auto& e, auto formula, int roundings) {
      bsr::apply_epilogue<axis::row>(e, pack::load(in), 0, 0, lanes<axis::row>{pack::size}).store(out);
      for (int l = 0; l < pack::size; ++l) {
        const long double v = in[l];
        if (v != v)
          REQUIRE(out[l] != out[l]);
        else
          REQUIRE(std::fabs(out[l] - formula(v)) <=
                  bsr_test::gamma<T>(roundings) * std::fabs(v) + std::numeric_limits<T>::denorm_min());
      }
    };
    check(bsr::relu_function{}, [](long double v) { return v < 0 ? 0 : v; }, 0);
    check(
        bsr::gelu_function{}, [](long double v) { return v * (1 + std::erf(v / std::sqrt(2.0L))) / 2; },
        bsr_test::gelu_roundings<T>);
    check(
        bsr::silu_function{}, [](long double v) { return v / (1 + std::exp(-v)); }, bsr_test::silu_roundings);
  }
}

}  // namespace

TEST_CASE("activations of packs are those of elements, NaN included", "[epilogue]") {
  activations_in_packs<float>();
  activations_in_packs<double>();
}

TEST_CASE("composition applies from left to right and knows the no_epilogue", "[epilogue]") {
  const auto e = bsr::compose(bsr::scale_by<double>{2}, bsr::relu_function{});
  STATIC_REQUIRE(
      std::same_as<std::remove_cvref_t<decltype(e)>, bsr::then<bsr::scale_by<double>, bsr::relu_function>>);
  STATIC_REQUIRE(
      std::same_as<decltype(bsr::compose(bsr::no_epilogue{}, bsr::relu_function{})), bsr::relu_function>);
  CHECK(e(3.0, 0, 0) == 6);
  CHECK(bsr::compose(bsr::relu_function{}, bsr::scale_by<double>{-2})(3.0, 0, 0) == -6);
  CHECK(bsr::compose(bsr::scale_by<double>{-2}, bsr::relu_function{})(3.0, 0, 0) == 0);
}
