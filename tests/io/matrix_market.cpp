// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/io/matrix_market.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include "bsr/storage.hpp"
#include "support.hpp"

namespace io = bsr::io;
using bsr_test::check_refusal;

namespace {

template <class T>
struct entry {
  std::int64_t row, col;
  T value;
};

/// In the order of rows and columns; equal places stay as they are.
template <class T, class Index>
std::vector<entry<T>> sorted(const bsr::coo<T, Index>& a) {
  std::vector<entry<T>> entries;
  for (std::size_t k = 0; k < a.data().size(); ++k) entries.push_back({a.row()[k], a.col()[k], a.data()[k]});
  std::stable_sort(entries.begin(), entries.end(), [](const auto& x, const auto& y) {
    return std::tie(x.row, x.col) < std::tie(y.row, y.col);
  });
  return entries;
}

/// The value that scipy has read; a real number has no imaginary part.
template <class T>
T expected_at(const bsr_test::golden_entry& golden, std::size_t k) {
  if constexpr (bsr::is_complex<T>) {
    if (golden.words[3][0] != 'c') return {golden.numbers[2].at<typename T::value_type>(k), 0};
  }
  return golden.numbers[2].at<T>(k);
}

/// Values equal scipy's. The sign of a zero is not compared: scipy and we mirror it in different ways. scipy
/// makes an array of an array file, where the diagonal of a skew-symmetric one is zero without being stored.
template <class T>
void check_entries(const std::vector<entry<T>>& entries, const bsr_test::golden_entry& golden) {
  std::size_t k = 0;
  for (std::size_t g = 0; g < golden.numbers[0].words.size(); ++g) {
    const auto row = golden.numbers[0].at<std::int64_t>(g), col = golden.numbers[1].at<std::int64_t>(g);
    const T expected = expected_at<T>(golden, g);
    const bool stored = k < entries.size() && entries[k].row == row && entries[k].col == col;
    if (!stored && golden.words[2] == "array" && row == col && expected == T(0)) continue;
    REQUIRE(stored);
    CHECK((entries[k].value == expected || bsr_test::same(entries[k].value, expected)));
    ++k;
  }
  CHECK(k == entries.size());
}

template <class F>
void for_each_golden(F&& f) {
  for (const bsr_test::golden_entry& golden : bsr_test::golden("market")) {
    INFO(golden.words[1]);
    f(bsr_test::golden_file(golden.words[1]), golden);
  }
}

/// A file with that text.
struct text_file {
  bsr_test::scratch folder{};
  std::string name = folder / "a.mtx";
  const std::string& operator()(const std::string& text) const {
    bsr_test::write_bytes(name, text);
    return name;
  }
};

const std::string real_general = "%%MatrixMarket matrix coordinate real general\n";
const std::string integer_general = "%%MatrixMarket matrix coordinate integer general\n";

}  // namespace

TEST_CASE("matrix_market: files are read as scipy reads them") {
  std::size_t files = 0;
  for_each_golden([&](const std::string& file, const bsr_test::golden_entry& golden) {
    const io::mtx_info info = io::inspect_mtx(file);
    CHECK(info.coordinate == (golden.words[2] == "coordinate"));
    CHECK(info.shape == bsr::dims(golden.number(4), golden.number(5)));
    bsr_test::with_type(golden.words[3], [&](auto zero) {
      using T = decltype(zero);
      const auto a = io::load_mtx<T>(file);
      CHECK(a.shape() == info.shape);
      check_entries(sorted(a), golden);
      check_entries(sorted(io::load_mtx<T, std::int64_t>(file)), golden);
      if (!info.coordinate) {
        const auto x = io::load_mtx_dense<T>(file);
        const auto y = io::load_mtx_dense<T, bsr::col_major>(file);
        REQUIRE(x.shape() == info.shape);
        for (std::int64_t i = 0; i < x.rows(); ++i)
          for (std::int64_t j = 0; j < x.cols(); ++j) {
            CHECK(x(i, j) == golden.numbers[2].at<T>(static_cast<std::size_t>(i * x.cols() + j)));
            CHECK(y(i, j) == x(i, j));
          }
      } else {
        check_refusal(file, {"sparse matrix", "load_mtx"}, [&] { io::load_mtx_dense<T>(file); });
      }
      ++files;
    });
    if (golden.words[3] != "u8" && golden.words[3] != "c16")
      check_entries(sorted(io::load_mtx<std::complex<double>>(file)), golden);
  });
  CHECK(files >= 25);
}

TEST_CASE("matrix_market: what is written is read exactly") {
  const bsr_test::scratch folder;
  const std::string copy = folder / "copy.mtx";
  for_each_golden([&](const std::string& file, const bsr_test::golden_entry& golden) {
    bsr_test::with_type(golden.words[3], [&](auto zero) {
      using T = decltype(zero);
      io::save_mtx(copy, io::load_mtx<T>(file));
      check_entries(sorted(io::load_mtx<T>(copy)), golden);
      if (golden.words[2] == "array") {
        io::save_mtx(copy, io::load_mtx_dense<T>(file));
        CHECK_FALSE(io::inspect_mtx(copy).coordinate);
        check_entries(sorted(io::load_mtx<T>(copy)), golden);
      }
    });
  });
  CHECK(folder.files() == 1);
}

TEST_CASE("matrix_market: symmetric files are written from symmetric matrices") {
  const bsr_test::scratch folder;
  const std::string copy = folder / "copy.mtx";
  std::size_t files = 0;
  for_each_golden([&](const std::string& file, const bsr_test::golden_entry& golden) {
    const io::mtx_info info = io::inspect_mtx(file);
    if (info.symmetry == io::mtx_symmetry::general) return;
    bsr_test::with_type(golden.words[3], [&](auto zero) {
      using T = decltype(zero);
      const bool as_symmetric = info.symmetry == io::mtx_symmetry::hermitian && !bsr::is_complex<T>;
      io::save_mtx(copy, io::load_mtx<T>(file), {.symmetry = info.symmetry});
      CHECK(io::inspect_mtx(copy).symmetry == (as_symmetric ? io::mtx_symmetry::symmetric : info.symmetry));
      CHECK(io::inspect_mtx(copy).entries <= io::inspect_mtx(file).entries);
      check_entries(sorted(io::load_mtx<T>(copy)), golden);
      if (!info.coordinate) {
        io::save_mtx(copy, io::load_mtx_dense<T>(file), {.symmetry = info.symmetry});
        CHECK(io::inspect_mtx(copy).entries == info.entries);
        check_entries(sorted(io::load_mtx<T>(copy)), golden);
      }
      ++files;
    });
  });
  CHECK(files >= 10);
}

TEST_CASE("matrix_market: a matrix without the symmetry is refused") {
  const bsr_test::scratch folder;
  const std::string file = folder / "a.mtx";
  using bsr::coo;
  using io::mtx_symmetry;
  const auto refuse = [&](const auto& a, mtx_symmetry symmetry, const bsr_test::sentence& words) {
    check_refusal(file, words, [&] { io::save_mtx(file, a, {.symmetry = symmetry}); });
    CHECK(folder.files() == 0);
  };
  const coo<double> general({2, 2}, {1.0, 2.0}, {0, 1}, {1, 0});
  refuse(general, mtx_symmetry::symmetric, {"not symmetric", "row 2, column 1"});
  refuse(general, mtx_symmetry::skew_symmetric, {"not skew-symmetric"});
  refuse(coo<double>({2, 2}, {1.0}, {0}, {1}), mtx_symmetry::symmetric,
         {"row 1, column 2", "no entry opposite"});
  refuse(coo<double>({2, 2}, {1.0, 1.0, 0.0}, {0, 1, 1}, {1, 0, 0}), mtx_symmetry::symmetric,
         {"more than once"});
  refuse(coo<double>({2, 2}, {1.0, 1.0}, {0, 0}, {0, 0}), mtx_symmetry::symmetric, {"more than once"});
  refuse(coo<double>({2, 2}, {1.0, 1.0}, {1, 1}, {0, 0}), mtx_symmetry::symmetric, {"more than once"});
  refuse(coo<double>({2, 2}, {1.0}, {1}, {1}), mtx_symmetry::skew_symmetric, {"row 2, column 2"});
  refuse(coo<std::uint8_t>({2, 2}, {1, 255}, {0, 1}, {1, 0}), mtx_symmetry::skew_symmetric,
         {"not skew-symmetric"});
  refuse(coo<std::int8_t>({2, 2}, {-128, -128}, {0, 1}, {1, 0}), mtx_symmetry::skew_symmetric,
         {"not skew-symmetric"});
  using complex = std::complex<double>;
  const coo<complex> h({2, 2}, {complex(1, 2), complex(1, 2)}, {0, 1}, {1, 0});
  refuse(h, mtx_symmetry::hermitian, {"not hermitian"});
  io::save_mtx(file, h, {.symmetry = mtx_symmetry::symmetric});
  std::filesystem::remove(file);
  refuse(coo<complex>({1, 1}, {complex(1, 2)}, {0}, {0}), mtx_symmetry::hermitian, {"row 1, column 1"});
  bsr::dense_matrix<double> x(2, 2);
  x(0, 1) = 1;
  refuse(x, mtx_symmetry::symmetric, {"row 2, column 1"});
  refuse(bsr::dense_matrix<double>(2, 3), mtx_symmetry::symmetric, {"2x3", "not symmetric"});
}

TEST_CASE("matrix_market: numbers come back with the same bits") {
  const bsr_test::scratch folder;
  const std::string file = folder / "a.mtx";
  const auto check = [&](auto zero, auto bits_zero) {
    using T = decltype(zero);
    using Bits = decltype(bits_zero);
    bsr::buffer<T> data(4000);
    std::uint64_t state = 1;
    for (std::int64_t k = 0; k < data.size(); ++k) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      const auto bits = static_cast<Bits>(state >> (64 - 8 * sizeof(Bits)));
      std::memcpy(&data[k], &bits, sizeof(T));
      if (data[k] != data[k]) data[k] = T(-0.0);
    }
    bsr::buffer<std::int32_t> row(data.size()), col(data.size());
    for (std::int64_t k = 0; k < data.size(); ++k) col[k] = static_cast<std::int32_t>(k);
    const bsr::coo<T> a({1, 4000}, data, row, col);
    io::save_mtx(file, a);
    const bsr::coo<T> b = io::load_mtx<T>(file);
    REQUIRE(b.nnz() == 4000);
    CHECK(std::memcmp(a.data().data(), b.data().data(), data.bytes()) == 0);
  };
  check(double{}, std::uint64_t{});
  check(float{}, std::uint32_t{});
}

TEST_CASE("matrix_market: integers of every type, at their limits") {
  const bsr_test::scratch folder;
  const std::string file = folder / "a.mtx";
  for (const char* name : {"b1", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"})
    bsr_test::with_type(name, [&](auto zero) {
      using T = decltype(zero);
      if constexpr (std::is_integral_v<T>) {
        const T low = std::numeric_limits<T>::lowest(), high = std::numeric_limits<T>::max();
        io::save_mtx(file, bsr::coo<T>({2, 2}, {low, high, T(0)}, {0, 1, 1}, {0, 0, 1}));
        const auto a = io::load_mtx<T>(file);
        REQUIRE(a.nnz() == 3);
        CHECK((a.data()[0] == low && a.data()[1] == high && a.data()[2] == T(0)));
      }
    });
}

TEST_CASE("matrix_market: csr and block matrices are written element by element") {
  const bsr_test::scratch folder;
  const std::string file = folder / "a.mtx";
  const bsr::csr<double> c({3, 4}, {1.5, 2.5, -3.0}, {3, 1, 1}, {0, 2, 2, 3});
  io::save_mtx(file, c);
  CHECK(bsr_test::read_bytes(file) == real_general + "%\n3 4 3\n1 4 1.5\n1 2 2.5\n3 2 -3\n");
  // 3 x 3 in blocks of 2 x 2: what reaches beyond the edge is not written.
  bsr::buffer<float> data(8);
  for (std::int64_t i = 0; i < 8; ++i) data[i] = static_cast<float>(i);
  const bsr::matrix<float, 2> a({3, 3}, data, {1, 0}, {0, 1, 2}, bsr::padded);
  io::save_mtx(file, a);
  CHECK(bsr_test::read_bytes(file) == real_general + "%\n3 3 4\n1 3 0\n2 3 2\n3 1 4\n3 2 5\n");
  io::save_mtx(file, a, {.pattern = true});
  CHECK(bsr_test::read_bytes(file) ==
        "%%MatrixMarket matrix coordinate pattern general\n%\n3 3 4\n1 3\n2 3\n3 1\n3 2\n");
  check_refusal<bsr::error>(file, {"pattern"},
                            [&] { io::save_mtx(file, bsr::dense_matrix<float>(2, 2), {.pattern = true}); });
  check_refusal<bsr::error>(file, {"pattern cannot be skew"}, [&] {
    io::save_mtx(file, a, {.symmetry = io::mtx_symmetry::skew_symmetric, .pattern = true});
  });
  check_refusal("", {"axis 1 index 7"},
                [&] { io::save_mtx(file, bsr::coo<float>({2, 2}, {1.f}, {0}, {7})); });
  check_refusal("", {"column index values"},
                [&] { io::save_mtx(file, bsr::csr<float>({1, 2}, {1.f}, {7}, {0, 1})); });
  CHECK(folder.files() == 1);
}

TEST_CASE("matrix_market: numbers that are read") {
  const text_file file;
  const auto read = [&](const std::string& number) {
    return io::load_mtx<double>(file(real_general + "1 1 1\n1 1 " + number + "\n")).data()[0];
  };
  CHECK(read("1") == 1.0);
  CHECK(read("-1.5") == -1.5);
  CHECK(read("1.") == 1.0);
  CHECK(read(".5") == 0.5);
  CHECK(read("-.5e1") == -5.0);
  CHECK(read("1E5") == 1e5);
  CHECK(read("1e+05") == 1e5);
  CHECK(read("0.1") == 0.1);
  CHECK(read("00012") == 12.0);
  CHECK(read("9007199254740993") == 9007199254740992.0);  // rounded to even
  CHECK(read("5e-324") == 5e-324);
  CHECK(read("2.4703282292062327e-324") == 0.0);  // below half of the smallest
  CHECK(read("1e-999") == 0.0);
  CHECK(std::signbit(read("-1e-999")));
  CHECK(read("0." + std::string(400, '0') + "1") == 0.0);
  CHECK(read("0e999999999999999999999") == 0.0);
  CHECK(read("1.7976931348623157e308") == 1.7976931348623157e308);
  CHECK(read("1" + std::string(308, '0')) == 1e308);
  CHECK(std::isinf(read("inf")));
  CHECK(read("-Infinity") == -INFINITY);
  CHECK(std::isnan(read("NaN")));
  // A decimal number becomes the nearest float, without a stop at double.
  CHECK(io::load_mtx<float>(file(real_general + "1 1 1\n1 1 0.1\n")).data()[0] == 0.1f);
  CHECK(io::load_mtx<float>(file(real_general + "1 1 1\n1 1 1e-60\n")).data()[0] == 0.0f);
  CHECK(io::load_mtx<float>(file(real_general + "1 1 1\n1 1 1.00000017881393432617187499\n")).data()[0] ==
        0x1.000002p0f);
  CHECK(io::load_mtx<double>(file(integer_general + "1 1 1\n1 1 9007199254740992\n")).data()[0] == 0x1p53);
  CHECK(io::load_mtx<double>(file(integer_general + "1 1 1\n1 1 -9223372036854775808\n")).data()[0] ==
        -0x1p63);
  CHECK(io::load_mtx<float>(file(integer_general + "1 1 1\n1 1 16777218\n")).data()[0] == 16777218.0f);
  CHECK(io::load_mtx<bool>(file(integer_general + "1 1 1\n1 1 1\n")).data()[0]);
  CHECK(io::load_mtx<std::int32_t>(file("%%MatrixMarket matrix coordinate pattern general\n1 1 1\n1 1\n"))
            .data()[0] == 1);
}

TEST_CASE("matrix_market: a line may lie across the pieces in which the file is read") {
  const text_file file;
  // Comments of growing length move the entries over every boundary of a megabyte.
  for (const std::size_t length : {1048000u, 1048500u, 1048520u, 1048525u, 1048530u}) {
    std::string text =
        real_general + "%" + std::string(length, 'c') + "\n4 1 4\n1 1 1.25\n2 1 2.25\n3 1 3.25\n4 1 4.25";
    const bsr::coo<double> a = io::load_mtx<double>(file(text));
    REQUIRE(a.nnz() == 4);
    for (std::size_t k = 0; k < 4; ++k) CHECK(a.data()[k] == static_cast<double>(k) + 1.25);
  }
  std::string many = real_general + "200000 1 200000\n";
  for (int i = 1; i <= 200000; ++i) many += std::to_string(i) + " 1 " + std::to_string(i) + ".5\n";
  const bsr::coo<double> a = io::load_mtx<double>(file(many));
  REQUIRE(a.nnz() == 200000);
  std::size_t wrong = 0;
  for (std::size_t k = 0; k < 200000; ++k)
    wrong += a.row()[k] == static_cast<int>(k) && a.data()[k] == static_cast<double>(k) + 1.5 ? 0 : 1;
  CHECK(wrong == 0);
}

namespace {

struct damage {
  std::string (*text)();
  bsr_test::sentence words;
};
std::string banner(const std::string& words) { return "%%MatrixMarket " + words + "\n1 1 1\n1 1 1\n"; }
std::string one(const std::string& entry) { return real_general + "2 2 1\n" + entry + "\n"; }
std::string whole(const std::string& entry) { return integer_general + "2 2 1\n" + entry + "\n"; }
std::string sizes(const std::string& line) { return real_general + line + "\n1 1 1\n"; }
const std::string symmetric = "%%MatrixMarket matrix coordinate real symmetric\n";
const std::string skew = "%%MatrixMarket matrix coordinate real skew-symmetric\n";
const std::string array = "%%MatrixMarket matrix array real general\n";

}  // namespace

TEST_CASE("matrix_market: everything else is refused") {
  static const damage damages[] = {
      // The banner.
      {[] { return std::string(); }, {"the file is empty"}},
      {[] { return std::string("\n"); }, {"line 1", "%%MatrixMarket"}},
      {[] { return std::string("1 1 1\n1 1 1\n"); }, {"line 1", "%%MatrixMarket"}},
      {[] { return std::string("%MatrixMarket matrix coordinate real general\n1 1 1\n1 1 1\n"); },
       {"line 1", "%%MatrixMarket"}},
      {[] { return std::string("%%MatrixMarke matrix coordinate real general\n"); }, {"%%MatrixMarket"}},
      {[] { return banner("vector coordinate real general"); }, {"line 1", "object 'vector'"}},
      {[] { return banner("matrix coord real general"); }, {"format 'coord'"}},
      {[] { return banner("matrix coordinate double general"); }, {"field 'double'"}},
      {[] { return banner("matrix coordinate real"); }, {"symmetry ''"}},
      {[] { return banner("matrix"); }, {"format ''"}},
      {[] { return banner("matrix coordinate real generally"); }, {"symmetry 'generally'"}},
      {[] { return banner("matrix coordinate real general x"); }, {"'x' follows"}},
      {[] { return banner("matrix array pattern general"); }, {"cannot be a pattern"}},
      {[] { return banner("matrix coordinate pattern skew-symmetric"); },
       {"pattern cannot be skew-symmetric"}},
      {[] { return std::string("%%MatrixMarket matrix coordinate complex general\n1 1 1\n1 1 1 1\n"); },
       {"complex numbers", "f8"}},
      // The line of sizes.
      {[] { return real_general; }, {"ends before the line of sizes"}},
      {[] { return real_general + "% only comments\n%\n\n"; }, {"ends before the line of sizes"}},
      {[] { return sizes("1 1"); }, {"line 2", "number of entries"}},
      {[] { return sizes("1"); }, {"number of columns"}},
      {[] { return sizes("1 1 1 1"); }, {"'1' follows"}},
      {[] { return sizes("1 1 x"); }, {"the number of entries 'x' is not a whole number"}},
      {[] { return sizes("1 1 1.0"); }, {"'1.0' is not a whole number"}},
      {[] { return sizes("1, 1, 1"); }, {"'1,' is not a whole number"}},
      {[] { return sizes("0x1 1 1"); }, {"'0x1' is not a whole number"}},
      {[] { return sizes("+1 1 1"); }, {"'+1' is not a whole number"}},
      {[] { return sizes("1e0 1 1"); }, {"'1e0' is not a whole number"}},
      {[] { return sizes("- 1 1"); }, {"'-' is not a whole number"}},
      {[] { return sizes("-1 1 1"); }, {"a size is negative"}},
      {[] { return sizes("1 1 -1"); }, {"a size is negative"}},
      {[] { return sizes("99999999999999999999 1 1"); }, {"beyond 64 bits"}},
      {[] { return sizes("1 1 9223372036854775807"); },
       {"9223372036854775807 entries are announced", "6 bytes follow"}},
      {[] { return sizes("1 1 2"); }, {"2 entries are announced"}},
      {[] { return sizes("1 1 1000000000000"); }, {"1000000000000 entries are announced"}},
      {[] { return sizes("3000000000 1 1"); }, {"3000000000x1", "64-bit indices"}},
      {[] { return symmetric + "2 3 1\n2 1 1\n"; }, {"2x3", "not symmetric"}},
      {[] { return array + "4294967296 4294967296\n1\n"; }, {"too large to exist"}},
      {[] { return array + "1000000 1000000\n1\n"; }, {"1000000000000 entries are announced"}},
      {[] { return array + "2 2 4\n1\n2\n3\n4\n"; }, {"'4' follows"}},
      {[] { return std::string("%%MatrixMarket matrix array real symmetric\n3037000500 3037000500\n1\n"); },
       {"too large to exist"}},
      {[] { return std::string("%%MatrixMarket matrix array real skew-symmetric\n1000000 1000000\n1\n"); },
       {"499999500000 entries"}},
      // Entries.
      {[] { return one("1 1 1,5"); }, {"line 3", "the value '1,5' is not a number"}},
      {[] { return one("1 1 0x10"); }, {"'0x10' is not a number"}},
      {[] { return one("1 1 +1"); }, {"'+1' is not a number"}},
      {[] { return one("1 1 +-1"); }, {"'+-1' is not a number"}},
      {[] { return one("1 1 --1"); }, {"'--1' is not a number"}},
      {[] { return one("1 1 1.5d0"); }, {"'1.5d0' is not a number"}},
      {[] { return one("1 1 1e"); }, {"'1e' is not a number"}},
      {[] { return one("1 1 1.5.5"); }, {"'1.5.5' is not a number"}},
      {[] { return one("1 1 1_000"); }, {"'1_000' is not a number"}},
      {[] { return one("1 1 ."); }, {"'.' is not a number"}},
      {[] { return one("1 1 -"); }, {"'-' is not a number"}},
      {[] { return one("1 1 e5"); }, {"'e5' is not a number"}},
      {[] { return one("1 1 one"); }, {"'one' is not a number"}},
      {[] { return one("1 1 infi"); }, {"'infi' is not a number"}},
      {[] { return one(std::string("1 1 1\0", 6)); }, {"'1\\x00' is not a number"}},
      {[] { return one("1 1 1\v"); }, {"'1\\x0b' is not a number"}},
      {[] { return one("1 1 1%comment"); }, {"'1%comment' is not a number"}},
      {[] { return one("1 1 1e999"); }, {"'1e999' is too large for f8"}},
      {[] { return one("1 1 -1e309"); }, {"'-1e309' is too large"}},
      {[] { return one("1 1 1" + std::string(309, '0')); }, {"is too large"}},
      {[] { return one("1 1 0.001e999999999999999999999999"); }, {"is too large"}},
      {[] { return one("1 1 1 7"); }, {"'7' follows"}},
      {[] { return one("1 1 1 % comment"); }, {"'% comment' follows"}},
      {[] { return one("1 1     "); }, {"the line ends before the value"}},
      {[] { return one("1         "); }, {"the line ends before the column"}},
      {[] { return one("+1 1 1"); }, {"the row '+1' is not a whole number"}},
      {[] { return one("1.0 1 1"); }, {"the row '1.0'"}},
      {[] { return one("1 1x 1"); }, {"the column '1x'"}},
      {[] { return one("a b c"); }, {"the row 'a'"}},
      {[] { return one("0 1 1"); }, {"row 0 is outside of a 2x2"}},
      {[] { return one("3 1 1"); }, {"row 3 is outside"}},
      {[] { return one("1 0 1"); }, {"column 0 is outside"}},
      {[] { return one("1 3 1"); }, {"column 3 is outside"}},
      {[] { return one("-1 1 1"); }, {"row -1 is outside"}},
      {[] { return one("9223372036854775808 1 1"); }, {"beyond 64 bits"}},
      {[] { return one("-9223372036854775808 1 1"); }, {"outside"}},
      {[] { return one("1 1 1\n2 2 2"); }, {"line 4", "all 1 entries have been read"}},
      {[] { return one("1 1 1\n% the end"); }, {"line 4", "goes on"}},
      {[] { return one("% comment\n1 1 1"); }, {"line 3", "the row '%'"}},
      {[] { return real_general + "2 2 2\n1 1 1.00000000\n"; }, {"ends after 1 of 2 entries"}},
      {[] { return whole("1 1 1.5"); }, {"'1.5' is not a whole number"}},
      {[] { return whole("1 1 1e3"); }, {"'1e3' is not a whole number"}},
      {[] { return whole("1 1 nan"); }, {"'nan' is not a whole number"}},
      {[] { return whole("1 1 9223372036854775808"); }, {"beyond 64 bits"}},
      {[] { return whole("1 1 -9223372036854775809"); }, {"beyond 64 bits"}},
      {[] { return whole("1 1 9007199254740993"); },
       {"'9007199254740993' cannot be read as f8 without loss"}},
      {[] { return whole("1 1 9223372036854775807"); }, {"'9223372036854775807' cannot be read as f8"}},
      {[] {
         return std::string("%%MatrixMarket matrix coordinate unsigned-integer general\n1 1 1\n1 1 -1\n");
       },
       {"'-1' is not a whole number"}},
      {[] {
         return std::string(
             "%%MatrixMarket matrix coordinate unsigned-integer general\n1 1 1\n1 1 18446744073709551615\n");
       },
       {"cannot be read as f8"}},
      {[] {
         return std::string(
             "%%MatrixMarket matrix coordinate unsigned-integer general\n1 1 1\n1 1 18446744073709551616\n");
       },
       {"beyond 64 bits"}},
      {[] { return std::string("%%MatrixMarket matrix coordinate pattern general\n1 1 1\n1 1 1\n"); },
       {"'1' follows"}},
      // Symmetry.
      {[] { return symmetric + "2 2 2\n2 1 5\n1 2 5\n"; }, {"line 4", "row 1, column 2", "other side"}},
      {[] { return skew + "2 2 2\n2 1 5\n1 1 3\n"; }, {"line 4", "diagonal", "not zero"}},
      {[] { return skew + "2 2 1\n1 1 nan\n"; }, {"not zero"}},
      // Arrays.
      {[] { return array + "2 2\n1.0\n2.0\n3.0\n"; }, {"ends after 3 of 4 entries"}},
      {[] { return array + "2 2\n1\n2\n3\n4\n5\n"; }, {"all 4 entries"}},
      {[] { return array + "2 2\n1 2\n3 4\n5 6\n"; }, {"line 3", "'2' follows"}},
      {[] { return array + "2 2\n1\n2\n%\n3\n4\n"; }, {"'%' is not a number"}},
      {[] { return array + "0 5\n1\n"; }, {"all 0 entries"}},
  };
  const text_file file;
  for (const damage& d : damages) {
    INFO(d.text());
    file(d.text());
    check_refusal(file.name, d.words, [&] { io::load_mtx<double>(file.name); });
  }
  CHECK(std::size(damages) == 99);
  const std::string hermitian = "%%MatrixMarket matrix coordinate complex hermitian\n2 2 1\n";
  using complex = std::complex<double>;
  check_refusal(file.name, {"line 3", "not real"},
                [&] { io::load_mtx<complex>(file(hermitian + "1 1 3 2\n")); });
  check_refusal(file.name, {"before the imaginary part"},
                [&] { io::load_mtx<complex>(file(hermitian + "2 1 3     \n")); });
  check_refusal(file.name, {"'1,5'"}, [&] { io::load_mtx<complex>(file(hermitian + "2 1 3 1,5\n")); });
  check_refusal(file.name, {"'8' follows"}, [&] { io::load_mtx<complex>(file(hermitian + "2 1 3 1 8\n")); });
  const auto typed = [&](const std::string& header, const std::string& value) {
    return file("%%MatrixMarket matrix coordinate " + header + "\n2 2 1\n2 1 " + value + "\n");
  };
  check_refusal(file.name, {"real numbers", "i4"},
                [&] { io::load_mtx<std::int32_t>(typed("real general", "1")); });
  check_refusal(file.name, {"'300'", "u1"},
                [&] { io::load_mtx<std::uint8_t>(typed("integer general", "300")); });
  check_refusal(file.name, {"'-1'", "u8"},
                [&] { io::load_mtx<std::uint64_t>(typed("integer general", "-1")); });
  check_refusal(file.name, {"'2'", "b1"}, [&] { io::load_mtx<bool>(typed("integer general", "2")); });
  check_refusal(file.name, {"'-129'", "i1"},
                [&] { io::load_mtx<std::int8_t>(typed("integer general", "-129")); });
  check_refusal(file.name, {"'16777217'", "f4"},
                [&] { io::load_mtx<float>(typed("integer general", "16777217")); });
  check_refusal(file.name, {"too large for f4"}, [&] { io::load_mtx<float>(typed("real general", "1e39")); });
  check_refusal(file.name, {"skew-symmetric", "u1"},
                [&] { io::load_mtx<std::uint8_t>(typed("integer skew-symmetric", "1")); });
  check_refusal(file.name, {"no opposite", "i1"},
                [&] { io::load_mtx<std::int8_t>(typed("integer skew-symmetric", "-128")); });
  check_refusal(file.name, {"longer than 1048576 bytes"},
                [&] { io::load_mtx<double>(file(real_general + std::string(1100000, '%'))); });
}

TEST_CASE("matrix_market: a file cut anywhere or with a changed byte is refused or sound") {
  const text_file file;
  for (const char* name :
       {"real.mtx", "hermitian.mtx", "dense_skew.mtx", "integer_symmetric.mtx", "pattern.mtx"}) {
    const std::string good = bsr_test::read_bytes(bsr_test::golden_file(name));
    const std::int64_t all = io::load_mtx<std::complex<double>>(file(good)).nnz();
    for (std::size_t size = 0; size < good.size(); ++size) {
      // A number that loses its last digits is still a number, so only the count can tell.
      if (good.find('\n', size) < good.size() - 1)
        CHECK_FALSE(
            bsr_test::accepted([&] { io::load_mtx<std::complex<double>>(file(good.substr(0, size))); }));
    }
    for (std::size_t i = 0; i < good.size(); ++i)
      for (const char c : {'9', '-', ' ', '\n', 'x', '\0'}) {
        std::string changed = good;
        changed[i] = c;
        bsr_test::accepted([&] {
          const auto a = io::load_mtx<std::complex<double>>(file(changed));
          bsr::check_format(a);
          CHECK(a.nnz() <= 10 * all);
        });
      }
  }
}
