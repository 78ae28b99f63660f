// SPDX-License-Identifier: BSD-3-Clause
// The code of docs/how-to.
#include <bit>
#include <bsr/bsr.hpp>
#include <bsr/io.hpp>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "bsr/kernel/reference/spmv.hpp"

// ---- add-an-epilogue.md ---------------------------------------------------------------------------------------

// [epilogue]
namespace bsr::inline v0::inline BSR_TARGET {

/// max(v, slope * v), 0 <= slope <= 1. NaN stays NaN.
struct leaky_relu_function {
  double slope;
  template <class V>
  BSR_INLINE constexpr V operator()(V v, std::int64_t, std::int64_t) const {
    const V scaled = multiply(static_cast<V>(slope), v);
    return v < scaled ? scaled : v;
  }
  template <class Pack, axis Axis>
  BSR_INLINE Pack pack(Pack p, std::int64_t, std::int64_t, lanes<Axis>) const {
    return max_or_second(Pack::broadcast(static_cast<typename Pack::value_type>(slope)) * p, p);
  }
};

/// value where it is positive, else slope * value.
template <value P>
BSR_INLINE auto leaky_relu(const P& p, double slope) {
  return p.with(compose(p.epilogue, leaky_relu_function{slope}));
}

}  // namespace bsr::inline v0::inline BSR_TARGET
// [epilogue]

TEST_CASE("how-to: an epilogue") {
  bsr::matrix<float, 2> a({2, 4}, {1, 2, 3, 4}, {1}, {0, 1});
  bsr::dense_matrix<float> x(4, 33), y(2, 33);
  for (int j = 0; j < 33; ++j) x(2, j) = static_cast<float>(j - 16);
  // [use-epilogue]
  y = leaky_relu(a * x, 0.25);
  // [use-epilogue]
  for (int j = 0; j < 33; ++j) {
    CHECK(y(0, j) == (j < 16 ? 0.25f : 1.0f) * static_cast<float>(j - 16));
    CHECK(y(1, j) == 3 * y(0, j));
  }
  // [user-epilogue]
  float slope = 0.25f;
  y = map(a * x, [slope](float v) { return v < 0 ? slope * v : v; });
  // [user-epilogue]
  CHECK(y(1, 0) == 3 * 0.25f * -16);
}

// ---- add-a-scalar-type.md ---------------------------------------------------------------------------------------

// [scalar]
/// The upper half of a float.
struct brief {
  std::uint16_t bits = 0;
  brief() = default;
  explicit brief(float x) : bits(static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(x) >> 16)) {}
  explicit operator float() const { return std::bit_cast<float>(std::uint32_t{bits} << 16); }
};

template <>
struct bsr::scalar_traits<brief> {
  static constexpr bool known = true;
  using accumulator = float;  // sums, alpha and beta
  using real = float;         // an absolute value
};
// [scalar]

TEST_CASE("how-to: a scalar type") {
  // [use-scalar]
  const brief one(1.0f), two(2.0f);
  bsr::matrix<brief, 2> a({2, 2}, {one, two, two, one}, {0}, {0, 1});
  std::vector<brief> x = {one, two}, y(2);
  std::vector<float> z(2);
  bsr::view(y) = a * x;        // sums are floats, results are rounded
  bsr::view(z) = 0.5 * a * x;  // and not rounded here
  // [use-scalar]
  CHECK(float(y[0]) == 5);
  CHECK(z[1] == 2);
}

// ---- add-a-foreign-library.md -------------------------------------------------------------------------------------

// [foreign-type]
namespace other {
struct tensor {  // somebody's matrix: row-major, rows `pitch` apart
  float* values;
  long height, width, pitch;
};
}  // namespace other
// [foreign-type]

// [foreign]
template <>
struct bsr::foreign_view<other::tensor> {
  template <class X>  // other::tensor, const or not
  BSR_INLINE static auto view(X& t) {
    return bsr::dense_view<float>(t.values, t.height, t.width, t.pitch);
  }
};
template <>
inline constexpr bool bsr::enable_borrowed_view<other::tensor> = true;  // it does not own what it points to
// [foreign]

TEST_CASE("how-to: a foreign library") {
  const bsr::matrix<float, 2> w({2, 2}, {1, 2, 3, 4}, {0}, {0, 1});
  float in[] = {1, 1, 1, 1}, out[4] = {};
  other::tensor x{in, 2, 2, 2}, y{out, 2, 2, 2};
  // [use-foreign]
  bsr::view(y) = w * x;
  // [use-foreign]
  CHECK((out[0] == 3 && out[3] == 7));
  CHECK(bsr::dense_like<other::tensor>);
}

// ---- add-a-block-shape.md -----------------------------------------------------------------------------------------

TEST_CASE("how-to: a block shape") {
  // [shape]
  bsr::matrix<double, 5, 7> a({10, 14});  // any shape: nothing to add
  bsr::matrix<double> b({10, 14}, {5, 7});
  // [shape]
  CHECK(a.blocksize() == b.blocksize());
}

// ---- add-a-microkernel.md -----------------------------------------------------------------------------------------

// [micro]
namespace bsr::inline v0::inline BSR_TARGET::micro {

/// y = epilogue(alpha * A * x) for blocks of 1 x 1, an ordinary sparse matrix.
template <class Problem>
struct spmv_single;

template <class A, class X, class Y, class Epilogue>
struct spmv_single<spmv_problem<A, op::none, X, Y, Epilogue>> {
  using problem = spmv_problem<A, op::none, X, Y, Epilogue>;
  using accumulator = typename problem::accumulator;
  static constexpr bool fits = A::static_rows == 1 && A::static_cols == 1;

  static void run(const cpu& policy, const problem& p) {
    const std::int64_t m = p.y.size();
    const int pieces = thread_count(policy, p.a.nnz());
    for_each_piece(policy, pieces, [&](int piece) {
      for (std::int64_t i = share(m, piece, pieces); i < share(m, piece + 1, pieces); ++i) row(p, i);
    });
  }

 private:
  BSR_INLINE static void row(const problem& p, std::int64_t i) {
    const auto* const indptr = p.a.indptr().data();
    const auto* const indices = p.a.indices().data();
    accumulator sum{};
    for (std::int64_t k = indptr[i]; k < indptr[i + 1]; ++k)
      sum = add(sum, multiply(static_cast<accumulator>(p.a.data().data()[k]),
                              static_cast<accumulator>(p.x[indices[k]])));
    p.y[i] = to_element<typename Y::value_type>(p.epilogue(multiply(p.alpha, sum), i, 0));
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET::micro
// [micro]

TEST_CASE("how-to: a microkernel") {
  const bsr::matrix<double, 1> a({3, 4}, {1, 2, 3, 4}, {0, 3, 3, 1}, {0, 2, 2, 4});
  const std::vector<double> x = {1, 2, 3, 4};
  std::vector<double> y(3), expected(3, -1);
  // [micro-test]
  using problem = bsr::spmv_problem<bsr::input_t<decltype((a))>, bsr::op::none,
                                    bsr::vector_view<const double>, bsr::vector_view<double>>;
  static_assert(bsr::micro::spmv_single<problem>::fits);
  problem p{2.0, bsr::input(a), bsr::input(x), bsr::view(y), {}};
  problem q{2.0, bsr::input(a), bsr::input(x), bsr::view(expected), {}};
  bsr::micro::spmv_single<problem>::run(bsr::cpu{.threads = 2}, p);
  bsr::reference::spmv(q);
  // [micro-test]
  CHECK(y == expected);
}

// ---- add-a-file-format.md -----------------------------------------------------------------------------------------
// [format]
namespace bsr::inline v0::inline BSR_TARGET::io {

/// Reads a dense matrix from a raw file: two 64-bit sizes, then the elements, row by row, all little-endian.
/// O(size of the file). Throws format_error when the sizes are not those of the file, bsr::error when it
/// cannot be read.
template <scalar T>
dense_matrix<T> load_raw(file_path file) {
  input_file in({"load_raw", file.c_str()});
  std::int64_t shape[2];
  in.read(0, shape, sizeof shape);
  std::int64_t bytes = 0;
  // Nothing is allocated before the file has shown that it holds so much.
  if (shape[0] < 0 || shape[1] < 0 || __builtin_mul_overflow(shape[0], shape[1], &bytes) ||
      __builtin_mul_overflow(bytes, static_cast<std::int64_t>(sizeof(T)), &bytes) ||
      in.size() - sizeof shape != static_cast<std::uint64_t>(bytes))
    in.where().refuse("a matrix of ", dims(shape[0], shape[1]), " elements of ", sizeof(T),
                      " bytes is not what ", in.size(), " bytes hold.");
  dense_matrix<T> x(shape[0], shape[1], uninitialized);
  in.read(sizeof shape, x.data(), static_cast<std::size_t>(bytes));
  return x;
}

}  // namespace bsr::inline v0::inline BSR_TARGET::io
// [format]

TEST_CASE("how-to: a file format") {
  const auto path = std::filesystem::temp_directory_path() / "bsr_docs_how_to.raw";
  const auto write = [&](std::int64_t rows, std::int64_t cols) {
    std::ofstream out(path, std::ios::binary);
    const float values[] = {1, 2, 3, 4, 5, 6};
    out.write(reinterpret_cast<const char*>(&rows), 8).write(reinterpret_cast<const char*>(&cols), 8);
    out.write(reinterpret_cast<const char*>(values), 24);
  };
  // [format-test]
  write(2, 3);
  CHECK(bsr::io::load_raw<float>(path)(1, 2) == 6);
  write(2, std::int64_t{1} << 62);  // the product of the sizes overflows
  CHECK_THROWS_AS(bsr::io::load_raw<float>(path), bsr::format_error);
  write(2, 4);  // more than there is
  CHECK_THROWS_AS(bsr::io::load_raw<float>(path), bsr::format_error);
  // [format-test]
  std::filesystem::remove(path);
}
