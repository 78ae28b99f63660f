// SPDX-License-Identifier: BSD-3-Clause
// What we write, read by scipy and NumPy themselves. Skipped where no Python has them.
#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <type_traits>
#include <vector>

#include "bsr/io.hpp"
#include "bsr/storage.hpp"
#include "support.hpp"
#include "support/random.hpp"

namespace io = bsr::io;

namespace {

/// A Python that has scipy, or nothing.
std::string find_python() {
  std::vector<std::string> candidates = {BSR_TESTS_DIR "/../build/venv/bin/python", "python3"};
  if (const char* named = std::getenv("BSR_PYTHON")) candidates.insert(candidates.begin(), named);
  for (const std::string& python : candidates)
    if (std::system(("'" + python + "' -c 'import scipy' >/dev/null 2>&1").c_str()) == 0) return python;
  return {};
}

/// Says what is in the files: the format of golden.txt.
class manifest {
 public:
  explicit manifest(const std::string& file) : out_(file) { out_ << "written by bsr\n"; }

  template <class T>
  void number(T x) {
    char text[64];
    if constexpr (bsr::is_complex<T>) {
      number(x.real());
      number(x.imag());
      return;
    } else if constexpr (std::is_floating_point_v<T>) {
      std::snprintf(text, sizeof text, " %La", static_cast<long double>(x));
    } else if constexpr (std::is_same_v<T, std::uint64_t>) {
      std::snprintf(text, sizeof text, " %llu", static_cast<unsigned long long>(x));
    } else {
      std::snprintf(text, sizeof text, " %lld", static_cast<long long>(x));
    }
    out_ << text;
  }
  template <class Range>
  void numbers(const Range& range) {
    using T = std::remove_cvref_t<decltype(*range.begin())>;
    out_ << (bsr::is_complex<T> ? 2 : 1) * static_cast<std::int64_t>(range.size());
    for (const T& x : range) number(x);
    out_ << '\n';
  }
  template <class T, class Index, class Matrix>
  void matrix(const std::string& name, const char* format, const Matrix& a, bsr::dims block) {
    out_ << "matrix " << name << ' ' << format << ' ' << type<T>() << ' ' << type<Index>() << " 1 "
         << a.shape().rows << ' ' << a.shape().cols << ' ' << block.rows << ' ' << block.cols << '\n';
    numbers(a.indptr());
    numbers(a.indices());
    numbers(a.data());
  }
  template <class T>
  void array(const std::string& name, const std::string& member, const char* order,
             const std::vector<std::int64_t>& shape, const std::vector<T>& values) {
    out_ << "array " << name << ' ' << member << ' ' << type<T>() << ' ' << order << ' ' << shape.size();
    for (const std::int64_t n : shape) out_ << ' ' << n;
    out_ << '\n' << (bsr::is_complex<T> ? 2 : 1) * values.size();
    for (const T x : values) number(x);
    out_ << '\n';
  }
  template <class T>
  void market(const std::string& name, const char* kind, const bsr::coo<T>& a) {
    out_ << "market " << name << ' ' << kind << ' ' << type<T>() << ' ' << a.rows() << ' ' << a.cols()
         << '\n';
    numbers(a.row());
    numbers(a.col());
    numbers(a.data());
  }

 private:
  template <class T>
  static std::string type() {
    bsr::message text;
    text << io::dtype_of<T>;
    return text.c_str();
  }
  std::ofstream out_;
};

/// Random bits are the hardest numbers.
template <class T>
T any_value(std::uint64_t bits) {
  if constexpr (bsr::is_complex<T>) {
    using real = typename T::value_type;
    return {any_value<real>(bits), any_value<real>(bits * 6364136223846793005u + 1)};
  } else if constexpr (std::is_same_v<T, bool>) {
    return bits % 2 == 1;
  } else if constexpr (std::is_same_v<T, long double>) {
    return static_cast<long double>(bits) * 0x1p-70L;
  } else if constexpr (std::is_floating_point_v<T>) {
    T x;
    std::memcpy(&x, &bits, sizeof x);
    return x;
  } else {
    return static_cast<T>(bits);
  }
}

}  // namespace

TEST_CASE("scipy_roundtrip: scipy reads what is written") {
  const std::string python = find_python();
  if (python.empty()) SKIP("no Python with scipy was found: scripts/setup python makes build/venv");
  const bsr_test::scratch folder;
  std::uint64_t state = 7;
  const auto bits = [&] {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return state ^ state >> 29;
  };
  {
    manifest said(folder / "manifest.txt");
    int files = 0;
    const auto name = [&](const char* suffix) { return std::to_string(files++) + suffix; };

    for (const char* type :
         {"b1", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8", "f16", "c8", "c16", "c32"})
      bsr_test::with_type(type, [&](auto zero) {
        using T = decltype(zero);
        for (const bool compressed : {false, true}) {
          // 3 block rows, unsorted and repeated columns, an empty row.
          bsr::buffer<T> data(4 * 2 * 3);
          for (T& x : data) x = any_value<T>(bits());
          const bsr::matrix<T, 2, 3, std::int64_t> a({6, 12}, data, {3, 0, 1, 1}, {0, 2, 2, 4});
          std::string file = name(".npz");
          io::save_npz(folder / file, a, {.compressed = compressed});
          said.template matrix<T, std::int64_t>(file, "bsr", a, {2, 3});
          const bsr::csr<T> c({3, 9}, bsr::buffer<T>(data.span().first(4)), {8, 0, 0, 5}, {0, 1, 1, 4});
          file = name(".npz");
          io::save_npz(folder / file, c, {.compressed = compressed});
          said.template matrix<T, std::int32_t>(file, "csr", c, {1, 1});

          bsr::dense_matrix<T> x(3, 4);
          bsr::dense_matrix<T, bsr::col_major> y(4, 3);
          bsr::buffer<T> v(5);
          std::vector<T> x_values, y_values, v_values;
          for (std::int64_t i = 0; i < 12; ++i) x_values.push_back(x.data()[i] = any_value<T>(bits()));
          for (std::int64_t i = 0; i < 4; ++i)
            for (std::int64_t j = 0; j < 3; ++j) y_values.push_back(y(i, j) = any_value<T>(bits()));
          for (T& e : v) v_values.push_back(e = any_value<T>(bits()));
          file = name(".npz");
          io::npz_writer writer(folder / file, {.compressed = compressed});
          writer.add("x", x);
          writer.add("y", y);
          writer.add("v", v);
          writer.add("one", v[0]);
          writer.close();
          said.array(file, "x", "C", {3, 4}, x_values);
          said.array(file, "y", "F", {4, 3}, y_values);
          said.array(file, "v", "C", {5}, v_values);
          said.template array<T>(file, "one", "C", {}, {v[0]});
          file = name(".npy");
          io::save_npy(folder / file, y);
          said.array(file, "-", "F", {4, 3}, y_values);
        }
      });

    bsr_test::random rng(11);
    for (int i = 0; i < 60; ++i) {
      const bsr::dims block(rng.between(1, 6), rng.between(1, 6));
      const bsr::dims shape(block.rows * rng.between(0, 6), block.cols * rng.between(0, 6));
      const auto a = bsr_test::random_matrix<float>(rng, shape, block, bsr_test::wild);
      const std::string file = name(".npz");
      io::save_npz(folder / file, a);
      said.matrix<float, std::int32_t>(file, "bsr", a, block);
    }

    for (const char* type : {"f8", "c16", "i8", "u8"})
      bsr_test::with_type(type, [&](auto zero) {
        using T = decltype(zero);
        // Finite values with every exponent; each place once, in the order of rows and columns.
        bsr::buffer<T> data(300);
        bsr::buffer<std::int32_t> row(300), col(300);
        for (std::int64_t k = 0; k < 300; ++k) {
          do data[k] = any_value<T>(bits());
          while (!(data[k] - data[k] == T(0)));
          row[k] = static_cast<std::int32_t>(k / 20);
          col[k] = static_cast<std::int32_t>(k % 20);
        }
        const bsr::coo<T> a({17, 21}, data, row, col);
        std::string file = name(".mtx");
        io::save_mtx(folder / file, a);
        said.market(file, "coordinate", a);
        bsr::dense_matrix<T> x(15, 20);
        for (std::int64_t k = 0; k < 300; ++k) x.data()[k] = data[k];
        file = name(".mtx");
        io::save_mtx(folder / file, x);
        said.market(file, "array", bsr::coo<T>({15, 20}, data, row, col));
      });
    for (const bsr_test::golden_entry& golden : bsr_test::golden("market")) {
      const io::mtx_symmetry symmetry = io::inspect_mtx(bsr_test::golden_file(golden.words[1])).symmetry;
      if (symmetry == io::mtx_symmetry::general || golden.words[2] == "array" || golden.words[3] != "c16")
        continue;
      const auto a = io::load_mtx<std::complex<double>>(bsr_test::golden_file(golden.words[1]));
      const std::string file = name(".mtx");
      io::save_mtx(folder / file, a, {.symmetry = symmetry});
      said.market(file, "coordinate", a);
    }
  }
  const std::string command =
      "'" + python + "' '" BSR_TESTS_DIR "/scipy/check_io.py' '" + folder.path().string() + "'";
  CHECK(std::system(command.c_str()) == 0);
}
