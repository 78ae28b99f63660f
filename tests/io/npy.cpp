// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/io/npy.hpp"

#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "support.hpp"

namespace io = bsr::io;
using bsr_test::bytes_of;
using bsr_test::check_refusal;
using bsr_test::npy;
using bsr_test::npy_text;

namespace {

/// Calls f(file, entry) for the golden .npy files of that many dimensions.
template <class F>
void for_each_golden(int rank, F&& f) {
  std::size_t files = 0;
  for (const bsr_test::golden_entry& entry : bsr_test::golden("array")) {
    if (!entry.words[1].ends_with(".npy") || entry.number(5) != rank) continue;
    INFO(entry.words[1]);
    f(bsr_test::golden_file(entry.words[1]), entry);
    ++files;
  }
  CHECK(files > 0);
}

std::string shape_text(const io::array_shape& shape) {
  bsr::message out;
  out << shape;
  return out.c_str();
}

}  // namespace

TEST_CASE("npy: every type is read as numpy reads it") {
  std::size_t read = 0;
  for_each_golden(2, [&](const std::string& file, const bsr_test::golden_entry& entry) {
    bsr_test::with_type(entry.words[3], [&](auto zero) {
      using T = decltype(zero);
      const std::int64_t rows = entry.number(6), cols = entry.number(7);
      const bsr::dense_matrix<T> x = io::load_npy<T>(file);
      const bsr::dense_matrix<T, bsr::col_major> y = io::load_npy<T, bsr::col_major>(file);
      REQUIRE(x.shape() == bsr::dims(rows, cols));
      REQUIRE(y.shape() == bsr::dims(rows, cols));
      std::size_t wrong = 0;
      for (std::int64_t i = 0; i < rows; ++i)
        for (std::int64_t j = 0; j < cols; ++j) {
          const T expected = entry.numbers[0].at<T>(static_cast<std::size_t>(i * cols + j));
          wrong += bsr_test::same(x(i, j), expected) && bsr_test::same(y(i, j), expected) ? 0 : 1;
        }
      CHECK(wrong == 0);
      ++read;
    });
  });
  CHECK(read >= 17);
}

TEST_CASE("npy: halves are read as float") {
  for_each_golden(2, [&](const std::string& file, const bsr_test::golden_entry& entry) {
    if (entry.words[3] != "f2") return;
    const bsr::dense_matrix<float> x = io::load_npy<float>(file);
    for (std::size_t i = 0; i < 15; ++i) CHECK(bsr_test::same(x.data()[i], entry.numbers[0].at<float>(i)));
  });
}

TEST_CASE("npy: vectors") {
  for_each_golden(1, [&](const std::string& file, const bsr_test::golden_entry& entry) {
    const bsr::buffer<double> x = io::load_npy_vector<double>(file);
    REQUIRE(x.size() == 13);
    for (std::size_t i = 0; i < 13; ++i)
      CHECK(bsr_test::same(x[static_cast<std::int64_t>(i)], entry.numbers[0].at<double>(i)));
    check_refusal(file, {"load_npy:", "(13,)", "no matrix"}, [&] { io::load_npy<double>(file); });
  });
  check_refusal("", {"(3, 5)", "no vector"},
                [] { io::load_npy_vector<double>(bsr_test::golden_file("array_f8.npy")); });
  check_refusal("", {"(2, 3, 2)", "no matrix"},
                [] { io::load_npy<double>(bsr_test::golden_file("array_cube.npy")); });
  check_refusal("", {"shape () is no vector"},
                [] { io::load_npy_vector<double>(bsr_test::golden_file("array_scalar.npy")); });
}

TEST_CASE("npy: a type that would lose values is refused by both names") {
  const auto file = [](const char* type) {
    return bsr_test::golden_file(std::string("array_") + type + ".npy");
  };
  check_refusal(file("f8"), {"f8", "f4", "without loss"}, [&] { io::load_npy<float>(file("f8")); });
  check_refusal(file("c8"), {"c8", "f8"}, [&] { io::load_npy<double>(file("c8")); });
  check_refusal(file("i4"), {"i4", "f4"}, [&] { io::load_npy<float>(file("i4")); });
  check_refusal(file("i8"), {"i8", "f8"}, [&] { io::load_npy<double>(file("i8")); });
  check_refusal(file("u4"), {"u4", "i4"}, [&] { io::load_npy<std::int32_t>(file("u4")); });
  check_refusal(file("f4"), {"f4", "i8"}, [&] { io::load_npy<std::int64_t>(file("f4")); });
}

TEST_CASE("npy: files are those that numpy writes, byte for byte") {
  const bsr_test::scratch folder;
  const std::string copy = folder / "copy.npy";
  std::size_t files = 0;
  for_each_golden(2, [&](const std::string& file, const bsr_test::golden_entry& entry) {
    bsr_test::with_type(entry.words[3], [&](auto zero) {
      using T = decltype(zero);
      if (entry.words[4] == "F")
        io::save_npy(copy, io::load_npy<T, bsr::col_major>(file).view());
      else
        io::save_npy(copy, io::load_npy<T>(file).view());
      CHECK(bsr_test::read_bytes(copy) == bsr_test::read_bytes(file));
      ++files;
    });
  });
  CHECK(files >= 17);
  for_each_golden(1, [&](const std::string& file, const bsr_test::golden_entry&) {
    const bsr::buffer<double> x = io::load_npy_vector<double>(file);
    io::save_npy(copy, x);
    CHECK(bsr_test::read_bytes(copy) == bsr_test::read_bytes(file));
  });
}

TEST_CASE("npy: every layout is written") {
  const bsr_test::scratch folder;
  const std::string file = folder / "x.npy";
  std::vector<float> memory(1000);
  for (std::size_t i = 0; i < memory.size(); ++i) memory[i] = static_cast<float>(i);
  const auto check = [&](auto view) {
    io::save_npy(file, view);
    const bsr::dense_matrix<float> x = io::load_npy<float>(file);
    REQUIRE(x.shape() == view.shape());
    for (std::int64_t i = 0; i < x.rows(); ++i)
      for (std::int64_t j = 0; j < x.cols(); ++j) CHECK(x(i, j) == view(i, j));
  };
  check(bsr::dense_view<float>(memory.data(), 4, 5, 9));
  check(bsr::dense_view<const float, bsr::col_major>(memory.data(), 4, 5, 9));
  check(bsr::dense_view<const float, bsr::col_major>(memory.data(), 4, 5));
  check(bsr::dense_view<float, bsr::strided>(memory.data(), 4, 5, 2, 30));
  check(bsr::dense_view<float>(nullptr, 0, 5, 9));
  check(bsr::dense_view<float, bsr::col_major>(nullptr, 0, 5, 9));
  check(bsr::dense_view<float, bsr::col_major>(nullptr, 5, 0, 9));
  check(bsr::dense_view<float>(nullptr, 5, 0, 9));
  io::save_npy(file, bsr::vector_view<const float>(memory.data(), 7, 3));
  const bsr::buffer<float> v = io::load_npy_vector<float>(file);
  REQUIRE(v.size() == 7);
  for (std::int64_t i = 0; i < 7; ++i) CHECK(v[i] == static_cast<float>(3 * i));
  io::save_npy(file, memory);
  CHECK(io::load_npy_vector<float>(file).size() == 1000);
}

TEST_CASE("npy: the order of three dimensions") {
  // (2, 3, 4) in Fortran's order: element (i, j, k) lies at i + 2 j + 6 k.
  float from[24], to[24];
  for (int i = 0; i < 24; ++i) from[i] = static_cast<float>(i);
  io::detail::fortran_to_c({3, {2, 3, 4}}, from, to);
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 3; ++j)
      for (int k = 0; k < 4; ++k) CHECK(to[(i * 3 + j) * 4 + k] == static_cast<float>(i + 2 * j + 6 * k));
}

TEST_CASE("npy: shapes are printed as Python prints them") {
  CHECK(shape_text({}) == "()");
  CHECK(shape_text({1, {7}}) == "(7,)");
  CHECK(shape_text({2, {7, 0}}) == "(7, 0)");
  CHECK(shape_text({3, {7, 0, 2}}) == "(7, 0, 2)");
}

TEST_CASE("npy: headers that numpy accepts") {
  const bsr_test::scratch folder;
  const std::string file = folder / "x.npy", data = bytes_of<double>({1, 2, 3, 4, 5, 6});
  for (const char* header :
       {"{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }\n",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3)}\n",
        "{'descr':'<f8','fortran_order':False,'shape':(2,3,)}          \n",
        "{\"shape\": (2, 3), \"descr\": \"<f8\", 'fortran_order': False}\n",
        "  { 'shape' :  ( 2 , 3 ) , 'fortran_order' : False , 'descr' : '<f8' , }  \n"}) {
    INFO(header);
    for (const int version : {1, 2, 3}) {
      bsr_test::write_bytes(file, npy_text(header, data, version));
      const bsr::dense_matrix<double> x = io::load_npy<double>(file);
      CHECK((x.rows() == 2 && x.cols() == 3 && x(0, 1) == 2 && x(1, 0) == 4));
    }
  }
  bsr_test::write_bytes(file, npy_text("{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }\n", data));
  CHECK(io::load_npy<double>(file)(0, 1) == 3);
}

namespace {

struct damage {
  std::string (*bytes)();
  bsr_test::sentence words;
};
const std::string data = bytes_of<double>({1, 2, 3, 4, 5, 6});
std::string header(const std::string& text) { return npy_text(text + "\n", data); }
std::string typed(const std::string& type) { return npy(type, "(2, 3)", data); }
std::string shaped(const std::string& shape) { return npy("<f8", shape, data); }
const std::string good = typed("<f8");
std::string changed(std::size_t at, char c) {
  std::string bytes = good;
  bytes[at] = c;
  return bytes;
}

}  // namespace

TEST_CASE("npy: everything else is refused") {
  static const damage damages[] = {
      {[] { return std::string(); }, {"has 0 bytes, too few"}},
      {[] { return std::string("\x93NUMPY\1"); }, {"too few"}},
      {[] { return changed(0, 'N'); }, {"does not start as a NumPy array"}},
      {[] { return std::string("PK\3\4 and so on and on"); }, {"does not start as a NumPy array"}},
      {[] { return changed(6, 0); }, {"NumPy format is 0.0"}},
      {[] { return changed(6, 4); }, {"NumPy format is 4.0"}},
      {[] { return changed(7, 1); }, {"NumPy format is 1.1"}},
      {[] { return changed(6, 2); }, {"the header is said to have"}},
      {[] { return good.substr(0, 60); }, {"said to have 118 bytes", "60 in all"}},
      {[] { return good.substr(0, 10); }, {"said to have 118 bytes", "10 in all"}},
      {[] { return std::string("\x93NUMPY\2\0\xff\xff\xff\xff{}", 14); }, {"said to have 4294967295 bytes"}},
      {[] { return std::string("\x93NUMPY\2\0\0\0", 10); }, {"has 10 bytes, too few"}},
      {[] { return npy_text("", data); }, {"is no NumPy header"}},
      {[] { return npy_text("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }", data); },
       {"is no NumPy header"}},
      {[] { return header("{}"); }, {"lacks 'descr'"}},
      {[] { return header("{'descr': '<f8', 'shape': (2, 3)}"); }, {"lacks 'fortran_order'"}},
      {[] { return header("{'descr': '<f8', 'fortran_order': False}"); }, {"lacks 'shape'"}},
      {[] { return header("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), 'more': 1}"); },
       {"'more'", "unknown"}},
      {[] { return header("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), 'shape': (2, 3)}"); },
       {"'shape'", "repeated"}},
      {[] { return header("{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (2, 3)}"); },
       {"'descr'", "repeated"}},
      {[] { return header("{'descr': '<f8', 'fortran_order': 0, 'shape': (2, 3)}"); },
       {"is no NumPy header"}},
      {[] { return header("{'descr': '<f8', 'fortran_order': 'False', 'shape': (2, 3)}"); },
       {"is no NumPy header"}},
      {[] { return header("{'descr': '<f8', 'fortran_order': false, 'shape': (2, 3)}"); },
       {"is no NumPy header"}},
      {[] { return header("{'descr': '<f8' 'fortran_order': False, 'shape': (2, 3)}"); },
       {"is no NumPy header"}},
      {[] { return header("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3)} x"); },
       {"is no NumPy header"}},
      {[] { return header("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3)}\n"); },
       {"is no NumPy header"}},
      {[] { return header("['descr', '<f8']"); }, {"is no NumPy header"}},
      {[] {
         return header("{'descr': __import__('os').system('true'), 'fortran_order': False, 'shape': (2, 3)}");
       },
       {"is no NumPy"}},
      {[] { return header("{'descr: '<f8', 'fortran_order': False, 'shape': (2, 3)}"); },
       {"is no NumPy header"}},
      {[] { return header("{'de\\x73cr': '<f8', 'fortran_order': False, 'shape': (2, 3)}"); },
       {"is no NumPy header"}},
      {[] { return typed(">f8"); }, {"'>f8'", "big-endian"}},
      {[] { return typed(">i4"); }, {"big-endian"}},
      {[] { return typed(">U3"); }, {"big-endian"}},
      {[] { return typed("|O"); }, {"'|O'", "pickled"}},
      {[] { return typed("O"); }, {"pickled"}},
      {[] { return typed("<O8"); }, {"pickled"}},
      {[] { return header("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (6,)}"); },
       {"record with fields"}},
      {[] { return typed("|V8"); }, {"'|V8'", "not one that is read"}},
      {[] { return typed("<M8[ns]"); }, {"not one that is read"}},
      {[] { return typed("<f7"); }, {"not one that is read"}},
      {[] { return typed("<f08"); }, {"not one that is read"}},
      {[] { return typed("<f"); }, {"not one that is read"}},
      {[] { return typed("f8"); }, {"not one that is read"}},
      {[] { return typed("=f8"); }, {"not one that is read"}},
      {[] { return typed("|f8"); }, {"not one that is read"}},
      {[] { return typed("<f99999999999"); }, {"not one that is read"}},
      {[] { return typed("<i-8"); }, {"not one that is read"}},
      {[] { return typed("<x8"); }, {"not one that is read"}},
      {[] { return typed(""); }, {"not one that is read"}},
      {[] { return typed("|S8"); }, {"dtype is S8", "f8"}},
      {[] { return typed("<U2"); }, {"dtype is U2", "f8"}},
      {[] { return shaped("[2, 3]"); }, {"is no NumPy header"}},
      {[] { return shaped("(2; 3)"); }, {"is no NumPy header"}},
      {[] { return shaped("(2 3)"); }, {"is no NumPy header"}},
      {[] { return shaped("(2,, 3)"); }, {"is no NumPy header"}},
      {[] { return shaped("(6)"); }, {"is no NumPy header"}},
      {[] { return shaped("6"); }, {"is no NumPy header"}},
      {[] { return shaped("(-2, -3)"); }, {"is no NumPy header"}},
      {[] { return shaped("(02, 3)"); }, {"is no NumPy header"}},
      {[] { return shaped("(2L, 3L)"); }, {"is no NumPy header"}},
      {[] { return shaped("(2.0, 3)"); }, {"is no NumPy header"}},
      {[] { return shaped("(0x2, 3)"); }, {"is no NumPy header"}},
      {[] { return shaped("(1e1, 3)"); }, {"is no NumPy header"}},
      {[] { return shaped("(2, 3"); }, {"is no NumPy header"}},
      {[] { return shaped("(2, 99999999999999999999)"); }, {"beyond 64 bits"}},
      {[] { return shaped("(9223372036854775807, 9223372036854775807)"); }, {"too large to exist"}},
      {[] { return shaped("(4611686018427387904, 4)"); }, {"too large to exist"}},
      {[] { return shaped("(2305843009213693952, 4)"); }, {"too large to exist"}},
      {[] { return shaped("(1099511627776, 1048575)"); }, {"(1099511627776, 1048575)", "48 bytes follow"}},
      {[] { return shaped("(1, 1, 1, 1, 1, 1, 1, 1, 6)"); }, {"more than 8 dimensions"}},
      {[] { return shaped("(3, 3)"); }, {"(3, 3)", "has 72 bytes", "48 bytes follow"}},
      {[] { return shaped("(1, 3)"); }, {"has 24 bytes", "48 bytes follow"}},
      {[] { return good + "x"; }, {"has 48 bytes", "49 bytes follow"}},
      {[] { return good.substr(0, good.size() - 1); }, {"47 bytes follow"}},
      {[] { return shaped("()"); }, {"has 8 bytes", "48 bytes follow"}},
  };
  const bsr_test::scratch folder;
  const std::string file = folder / "bad.npy";
  for (const damage& d : damages) {
    INFO(d.bytes());
    bsr_test::write_bytes(file, d.bytes());
    check_refusal(file, d.words, [&] { io::load_npy<double>(file); });
  }
  CHECK(std::size(damages) == 75);
}

TEST_CASE("npy: a file cut anywhere is refused, a changed byte never breaks anything") {
  const bsr_test::scratch folder;
  const std::string file = folder / "bad.npy";
  const std::string sound = npy("<f8", "(2, 3)", bytes_of<double>({1, 2, 3, 4, 5, 6}));
  for (std::size_t size = 0; size < sound.size(); ++size) {
    bsr_test::write_bytes(file, sound.substr(0, size));
    CHECK_FALSE(bsr_test::accepted([&] { io::load_npy<double>(file); }));
  }
  for (std::size_t i = 0; i < sound.size(); ++i)
    for (int change = 1; change < 256; change += 6) {
      std::string changed = sound;
      changed[i] = static_cast<char>(changed[i] ^ change);
      bsr_test::write_bytes(file, changed);
      bsr_test::accepted([&] { io::load_npy<std::complex<double>>(file); });
    }
}
