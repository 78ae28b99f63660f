// SPDX-License-Identifier: BSD-3-Clause
#include "bsr/io/npz.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <complex>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <type_traits>
#include <vector>

#include "support.hpp"

namespace io = bsr::io;
using bsr_test::bytes_of;
using bsr_test::check_refusal;
using bsr_test::npy;
using bsr_test::sound_npz;
using bsr_test::test_zip;

namespace {

std::string type_name(io::dtype type) {
  bsr::message out;
  out << type;
  return out.c_str();
}

/// Compares arrays with what scipy has read; data beyond indptr[-1] is dropped by both.
template <class T, class Matrix>
void check_arrays(const Matrix& a, const bsr_test::golden_entry& entry) {
  REQUIRE(a.indptr().size() == entry.numbers[0].count<std::int64_t>());
  for (std::size_t i = 0; i < a.indptr().size(); ++i)
    CHECK(a.indptr()[i] == entry.numbers[0].at<std::int64_t>(i));
  REQUIRE(a.indices().size() == entry.numbers[1].count<std::int64_t>());
  for (std::size_t i = 0; i < a.indices().size(); ++i)
    CHECK(a.indices()[i] == entry.numbers[1].at<std::int64_t>(i));
  REQUIRE(a.data().size() == entry.numbers[2].count<T>());
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < a.data().size(); ++i)
    wrong += bsr_test::same(static_cast<T>(a.data()[i]), entry.numbers[2].at<T>(i)) ? 0 : 1;
  CHECK(wrong == 0);
}

/// Calls f(file, entry) for the golden files of a format.
template <class F>
void for_each_golden(const std::string& format, F&& f) {
  for (const bsr_test::golden_entry& entry : bsr_test::golden("matrix")) {
    if (entry.words[2] != format) continue;
    INFO(entry.words[1]);
    f(bsr_test::golden_file(entry.words[1]), entry);
  }
}

std::string i4(const char* shape, std::initializer_list<std::int32_t> values) {
  return npy("<i4", shape, bytes_of<std::int32_t>(values));
}
std::string i8(const char* shape, std::initializer_list<std::int64_t> values) {
  return npy("<i8", shape, bytes_of<std::int64_t>(values));
}
const std::string twelve = bytes_of<double>({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});

}  // namespace

TEST_CASE("npz: bsr files are read as scipy reads them") {
  std::size_t files = 0;
  for_each_golden("bsr", [&](const std::string& file, const bsr_test::golden_entry& entry) {
    const bsr::dims shape(entry.number(6), entry.number(7)), block(entry.number(8), entry.number(9));
    const io::npz_info info = io::inspect_npz(file);
    CHECK(std::string(info.format) == "bsr");
    CHECK(info.is_array == (entry.words[5] == "1"));
    CHECK(info.shape == shape);
    CHECK(info.blocksize == block);
    CHECK(type_name(info.data_type) == entry.words[3]);
    CHECK(type_name(info.index_type) == entry.words[4]);
    CHECK(info.num_blocks >= static_cast<std::int64_t>(entry.numbers[1].words.size()));
    bsr_test::with_type(entry.words[3], [&](auto zero) {
      using T = decltype(zero);
      const auto narrow = io::load_npz<T>(file);
      CHECK(narrow.shape() == shape);
      CHECK(narrow.blocksize() == block);
      check_arrays<T>(narrow, entry);
      const auto wide = io::load_npz<T, bsr::dynamic, bsr::dynamic, std::int64_t>(file);
      CHECK(wide.shape() == shape);
      check_arrays<T>(wide, entry);
      if (block == bsr::dims(2, 3)) check_arrays<T>(io::load_npz<T, 2, 3>(file), entry);
      ++files;
    });
  });
  CHECK(files >= 40);
}

TEST_CASE("npz: csr files are read as scipy reads them") {
  std::size_t files = 0;
  for_each_golden("csr", [&](const std::string& file, const bsr_test::golden_entry& entry) {
    const io::npz_info info = io::inspect_npz(file);
    CHECK(std::string(info.format) == "csr");
    CHECK(info.blocksize == bsr::dims(1, 1));
    CHECK(info.num_blocks == static_cast<std::int64_t>(entry.numbers[1].words.size()));
    bsr_test::with_type(entry.words[3], [&](auto zero) {
      using T = decltype(zero);
      const auto a = io::load_npz_csr<T>(file);
      CHECK(a.shape() == bsr::dims(entry.number(6), entry.number(7)));
      check_arrays<T>(a, entry);
      check_arrays<T>(io::load_npz_csr<T, std::int64_t>(file), entry);
    });
    check_refusal(file, {"csr", "load_npz_csr"}, [&] { io::load_npz<double>(file); });
    ++files;
  });
  CHECK(files >= 4);
  const std::string bsr_file = bsr_test::golden_file("block_5x7.npz");
  check_refusal(bsr_file, {"bsr", "5x7", "load_npz"}, [&] { io::load_npz_csr<double>(bsr_file); });
}

TEST_CASE("npz: types that hold every value are read, others refused by both names") {
  const auto file = [](const char* type) {
    return bsr_test::golden_file(std::string("type_") + type + ".npz");
  };
  for_each_golden("bsr", [&](const std::string& name, const bsr_test::golden_entry& entry) {
    if (entry.words[3] == "f4") {
      check_arrays<float>(io::load_npz<double>(name), entry);
      const auto a = io::load_npz<std::complex<double>>(name);
      for (std::size_t i = 0; i < a.data().size(); ++i) {
        CHECK(bsr_test::same(static_cast<float>(a.data()[i].real()), entry.numbers[2].at<float>(i)));
        CHECK(a.data()[i].imag() == 0);
      }
    }
    if (entry.words[3] == "i4") check_arrays<std::int32_t>(io::load_npz<double>(name), entry);
    if (entry.words[3] == "u1") check_arrays<std::uint8_t>(io::load_npz<float>(name), entry);
    if (entry.words[3] == "b1") check_arrays<bool>(io::load_npz<std::int8_t>(name), entry);
  });
  check_refusal(file("f8"), {"'data.npy'", "f8", "f4", "without loss"},
                [&] { io::load_npz<float>(file("f8")); });
  check_refusal(file("i4"), {"'data.npy'", "i4", "f4"}, [&] { io::load_npz<float>(file("i4")); });
  check_refusal(file("i8"), {"i8", "f8"}, [&] { io::load_npz<double>(file("i8")); });
  check_refusal(file("c16"), {"c16", "f8"}, [&] { io::load_npz<double>(file("c16")); });
  check_refusal(file("u2"), {"u2", "i2"}, [&] { io::load_npz<std::int16_t>(file("u2")); });
  check_refusal(file("f4"), {"f4", "b1"}, [&] { io::load_npz<bool>(file("f4")); });
}

TEST_CASE("npz: static block sizes must be those of the file") {
  const std::string file = bsr_test::golden_file("block_5x7.npz");
  check_refusal<bsr::shape_error>(file, {"5x7", "4x4"}, [&] { io::load_npz<float, 4>(file); });
  check_refusal<bsr::shape_error>(file, {"5x7", "5x8"}, [&] { io::load_npz<float, bsr::dynamic, 8>(file); });
  check_refusal<bsr::shape_error>(file, {"5x7", "7x7"}, [&] { io::load_npz<float, 7, bsr::dynamic>(file); });
  CHECK(io::load_npz<float, 5, 7>(file).blocksize() == bsr::dims(5, 7));
  CHECK(io::load_npz<float, 5, bsr::dynamic>(file).blocksize() == bsr::dims(5, 7));
}

TEST_CASE("npz: stored files are those that scipy writes, byte for byte") {
  const bsr_test::scratch folder;
  const std::string copy = folder / "copy.npz";
  const auto check = [&](const char* name, const auto& a) {
    INFO(name);
    io::save_npz(copy, a, {.compressed = false});
    CHECK(bsr_test::read_bytes(copy) == bsr_test::read_bytes(bsr_test::golden_file(name)));
  };
  const auto golden = [](const char* name) { return bsr_test::golden_file(name); };
  check("stored.npz", io::load_npz<double>(golden("stored.npz")));
  check("stored.npz", io::load_npz<double, 2, 3>(golden("stored.npz")));
  check("index64_stored.npz", io::load_npz<double, 2, 3, std::int64_t>(golden("index64_stored.npz")));
  check("csr_stored_f4.npz", io::load_npz_csr<float>(golden("csr_stored_f4.npz")));
}

TEST_CASE("npz: what is written is read") {
  const bsr_test::scratch folder;
  const std::string copy = folder / "copy.npz";
  for (const bool compressed : {false, true}) {
    for_each_golden("bsr", [&](const std::string& file, const bsr_test::golden_entry& entry) {
      bsr_test::with_type(entry.words[3], [&](auto zero) {
        using T = decltype(zero);
        const auto a = io::load_npz<T>(file);
        io::save_npz(copy, a, {.compressed = compressed});
        const auto b = io::load_npz<T>(copy);
        CHECK(b.shape() == a.shape());
        CHECK(b.blocksize() == a.blocksize());
        check_arrays<T>(b, entry);
        CHECK(io::inspect_npz(copy).is_array);
      });
    });
    for_each_golden("csr", [&](const std::string& file, const bsr_test::golden_entry& entry) {
      io::save_npz(copy, io::load_npz_csr<double>(file), {.compressed = compressed});
      check_arrays<double>(io::load_npz_csr<double>(copy), entry);
    });
  }
  CHECK(folder.files() == 1);
}

TEST_CASE("npz: a padded matrix is written only when asked, with zeros as padding") {
  const bsr_test::scratch folder;
  const std::string file = folder / "padded.npz";
  // 5 x 7 in blocks of 2 x 3: the last row and the last two columns are padding; -1 marks it.
  bsr::buffer<float> data(4 * 6);
  for (std::int64_t i = 0; i < data.size(); ++i) data[i] = static_cast<float>(i + 1);
  const bsr::matrix<float> a({5, 7}, data, {0, 2, 1, 2}, {0, 2, 2, 4}, {2, 3}, bsr::padded);
  check_refusal<bsr::shape_error>(file, {"5x7", "2x3", "pad_shape"}, [&] { io::save_npz(file, a); });
  CHECK(folder.files() == 0);
  io::save_npz(file, a, io::pad_shape);
  const bsr::matrix<float> b = io::load_npz<float>(file);
  CHECK(b.shape() == bsr::dims(6, 9));
  const std::vector<float> expected = {1,  2,  3,  4, 5, 6, 7,  0, 0, 10, 0, 0,   // row 0: blocks 0 and 2
                                       13, 14, 15, 0, 0, 0, 19, 0, 0, 0,  0, 0};  // row 2: blocks 1 and 2
  REQUIRE(b.data().size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(b.data()[i] == expected[i]);
  // A matrix that is not padded is written by either.
  io::save_npz(file, b, io::pad_shape, {.compressed = false});
  CHECK(io::load_npz<float>(file).data().size() == expected.size());
}

TEST_CASE("npz: a matrix with wrong indices is not written") {
  const bsr_test::scratch folder;
  const std::string file = folder / "wrong.npz";
  const bsr::matrix<float, 2> a({4, 4}, bsr::buffer<float>(8), {0, 7}, {0, 1, 2});
  check_refusal("", {"column index values must be < 2", "7"}, [&] { io::save_npz(file, a); });
  const bsr::csr<float> c({2, 2}, bsr::buffer<float>(2), {0, -1}, {0, 1, 2});
  check_refusal("", {"-1"}, [&] { io::save_npz(file, c); });
  CHECK(folder.files() == 0);
}

TEST_CASE("npz: what cannot be written leaves nothing behind") {
  const std::string file = "/nowhere/at/all.npz";
  const bsr::matrix<float, 2> a({4, 4});
  check_refusal<bsr::error>(file, {"save_npz", "No such file"}, [&] { io::save_npz(file, a); });
  const bsr_test::scratch folder;
  {
    io::npz_writer writer(folder / "results.npz");
    writer.add("x", std::vector<double>{1, 2, 3}.size());
    CHECK(folder.files() == 1);
  }  // no close()
  CHECK(folder.files() == 0);
}

TEST_CASE("npz: dense arrays by name") {
  const bsr_test::scratch folder;
  const std::string file = folder / "arrays.npz";
  const std::string golden = bsr_test::golden_file("arrays.npz");
  const io::npz_reader scipys(golden);
  for (const bool compressed : {false, true}) {
    {
      io::npz_writer writer(file, {.compressed = compressed});
      writer.add("x", scipys.load<double>("x"));
      writer.add("b", scipys.load_vector<float>("b"));
      writer.add("transposed", scipys.load<double, bsr::col_major>("transposed"));
      writer.add("number", 7.5);
      writer.add("flag", true);
      check_refusal<bsr::error>(file, {"'x.npy'", "already"}, [&] { writer.add("x", 1); });
      writer.close();
    }
    const io::npz_reader reader(file);
    for (const io::npz_reader* in : {&scipys, &reader})
      for (const bsr_test::golden_entry& entry : bsr_test::golden("array")) {
        if (entry.words[1] != "arrays.npz") continue;
        INFO(entry.words[2]);
        CHECK(in->contains(entry.words[2]));
        const io::npy_header header = in->header(entry.words[2]);
        CHECK(type_name(header.type) == entry.words[3]);
        CHECK(header.fortran_order == (entry.words[4] == "F"));
        CHECK(header.shape.rank == entry.number(5));
        if (entry.number(5) == 1) {
          const bsr::buffer<float> b = in->load_vector<float>(entry.words[2]);
          for (std::size_t i = 0; i < 6; ++i)
            CHECK(bsr_test::same(b[static_cast<std::int64_t>(i)], entry.numbers[0].at<float>(i)));
        } else {
          const bsr::dense_matrix<double> x = in->load<double>(entry.words[2]);
          for (std::size_t i = 0; i < 12; ++i)
            CHECK(bsr_test::same(x.data()[i], entry.numbers[0].at<double>(i)));
        }
      }
    CHECK(reader.header("number").shape.rank == 0);
    CHECK_FALSE(reader.contains("y"));
    check_refusal(file, {"no member 'y.npy'"}, [&] { reader.load<double>("y"); });
    check_refusal(file, {"'b.npy'", "(6,)"}, [&] { reader.load<double>("b"); });
    check_refusal(file, {"'x.npy'", "f8", "f4"}, [&] { reader.load<float>("x"); });
  }
}

TEST_CASE("npz: readers and writers keep the name of their file") {
  const bsr_test::scratch folder;
  bsr_test::write_bytes(folder / "a.npz", sound_npz().build());
  const io::npz_reader reader(std::string(folder / "a.npz"));
  check_refusal(folder / "a.npz", {"'z.npy'"}, [&] { reader.header("z"); });
}

TEST_CASE("npz: data beyond 4 GiB is described without being read") {
  // The data is a hole in the file: 36 028 800 blocks of 4 x 4 doubles.
  const bsr_test::scratch folder;
  const std::string file = folder / "large.npz";
  const std::int64_t blocks = 36'028'800;
  const auto size = static_cast<std::uint64_t>(blocks) * 128;
  REQUIRE(size > 0x100000000u);
  test_zip zip = sound_npz();
  const std::string header = npy("<f8", "(36028800, 4, 4)", "");
  zip.at("shape.npy").content = npy("<i8", "(2,)", bytes_of<std::int64_t>({8, 4 * blocks}));
  zip.at("indptr.npy").content = npy("<i8", "(3,)", bytes_of<std::int64_t>({0, 0, blocks}));
  zip.at("data.npy").content = header;
  std::rotate(zip.members.begin(), zip.members.begin() + 4, zip.members.end());
  REQUIRE(zip.members[0].name == "data.npy");
  bsr_test::test_member& data = zip.members[0];
  data.zip64 = true;
  data.size = data.compressed = header.size() + size;
  data.local_size = data.local_compressed = 0xffffffff;
  data.local_extra = bsr_test::little<std::uint16_t>(1) + bsr_test::little<std::uint16_t>(16) +
                     bsr_test::little<std::uint64_t>(*data.size) +
                     bsr_test::little<std::uint64_t>(*data.size);
  // indices: as long as the data, a hole too, before the others.
  const std::string plain = zip.build();
  const std::size_t hole = plain.find(header) + header.size();
  test_zip shifted = zip;
  std::uint64_t offset = 0;
  for (bsr_test::test_member& m : shifted.members) {
    m.offset = offset;
    m.zip64 = true;
    if (m.name == "data.npy") offset += size;
    const std::string local = m.local_extra.value_or("");
    offset += 30 + m.name.size() + local.size() + m.content.size();
  }
  shifted.directory_offset = offset;
  shifted.zip64 = true;
  std::string tail = shifted.build();
  tail = tail.substr(tail.find("PK\1\2"));
  tail.replace(tail.find("PK\6\7") + 8, 8, bsr_test::little<std::uint64_t>(offset + tail.find("PK\6\6")));
  {
    std::ofstream out(file, std::ios::binary);
    out << plain.substr(0, hole);
    out.seekp(static_cast<std::streamoff>(hole + size));
    out << plain.substr(hole, plain.find("PK\1\2") - hole) << tail;
    REQUIRE(out);
  }
  // Two indices for 36 million blocks: refused, and the sentence shows that everything has been found.
  check_refusal(file, {"'data.npy'", "(36028800, 4, 4)", "there are 2 indices"},
                [&] { io::inspect_npz(file); });
}

TEST_CASE("npz: damaged files are refused") {
  struct damage {
    const char* name;
    bsr_test::sentence words;
    void (*change)(test_zip&);
  };
  static const damage damages[] = {
      // Members.
      {"no format",
       {"does not contain a sparse matrix", "'format.npy'"},
       [](test_zip& z) { z.remove("format.npy"); }},
      {"no indices", {"no member 'indices.npy'"}, [](test_zip& z) { z.remove("indices.npy"); }},
      {"no indptr", {"no member 'indptr.npy'"}, [](test_zip& z) { z.remove("indptr.npy"); }},
      {"no shape", {"no member 'shape.npy'"}, [](test_zip& z) { z.remove("shape.npy"); }},
      {"no data", {"no member 'data.npy'"}, [](test_zip& z) { z.remove("data.npy"); }},
      {"nothing", {"does not contain a sparse matrix"}, [](test_zip& z) { z.members.clear(); }},
      {"a member twice",
       {"'data.npy'", "two members"},
       [](test_zip& z) { z.members.push_back(z.at("data.npy")); }},
      {"encrypted", {"'data.npy'", "encrypted"}, [](test_zip& z) { z.at("data.npy").flags = 1; }},
      {"checksum of data", {"'data.npy'", "checksum"}, [](test_zip& z) { z.at("data.npy").crc = 1; }},
      {"checksum of indices",
       {"'indices.npy'", "checksum"},
       [](test_zip& z) { z.at("indices.npy").crc = 1; }},
      {"checksum of indptr", {"'indptr.npy'", "checksum"}, [](test_zip& z) { z.at("indptr.npy").crc = 1; }},
      {"checksum of shape", {"'shape.npy'", "checksum"}, [](test_zip& z) { z.at("shape.npy").crc = 1; }},
      {"checksum of format", {"'format.npy'", "checksum"}, [](test_zip& z) { z.at("format.npy").crc = 1; }},
      {"checksum of _is_array",
       {"'_is_array.npy'", "checksum"},
       [](test_zip& z) { z.at("_is_array.npy").crc = 1; }},
      {"local header",
       {"'data.npy'", "about the name"},
       [](test_zip& z) { z.at("data.npy").local_name = "date.npy"; }},
      {"not an array",
       {"'data.npy'", "does not start as a NumPy array"},
       [](test_zip& z) { z.at("data.npy").content = "hello, world"; }},
      // format
      {"csc",
       {"'format.npy'", "'csc'"},
       [](test_zip& z) { z.at("format.npy").content = npy("|S3", "()", "csc"); }},
      {"coo", {"'coo'"}, [](test_zip& z) { z.at("format.npy").content = npy("|S3", "()", "coo"); }},
      {"unknown format",
       {"'x\\x0ay'"},
       [](test_zip& z) { z.at("format.npy").content = npy("|S3", "()", "x\ny"); }},
      {"unicode csc",
       {"'csc'"},
       [](test_zip& z) {
         z.at("format.npy").content = npy("<U3", "()", std::string("c\0\0\0s\0\0\0c\0\0\0", 12));
       }},
      {"unicode beyond ASCII",
       {"format is"},
       [](test_zip& z) {
         z.at("format.npy").content = npy("<U3", "()", std::string("b\1\0\0s\0\0\0r\0\0\0", 12));
       }},
      {"format with more",
       {"'bsr?'"},
       [](test_zip& z) { z.at("format.npy").content = npy("|S4", "()", "bsr?"); }},
      {"format too long",
       {"'format.npy'", "S9"},
       [](test_zip& z) { z.at("format.npy").content = npy("|S9", "()", "bsr______"); }},
      {"format of a dimension",
       {"'format.npy'", "(1,)"},
       [](test_zip& z) { z.at("format.npy").content = npy("|S3", "(1,)", "bsr"); }},
      {"format as number",
       {"'format.npy'", "i8"},
       [](test_zip& z) { z.at("format.npy").content = i8("()", {7}); }},
      {"format pickled",
       {"'format.npy'", "pickled"},
       [](test_zip& z) { z.at("format.npy").content = npy("|O", "()", "\x80\3."); }},
      {"format big-endian",
       {"'format.npy'", "big-endian"},
       [](test_zip& z) { z.at("format.npy").content = npy(">U3", "()", std::string(12, '\0')); }},
      // _is_array
      {"_is_array of a number",
       {"'_is_array.npy'", "i8"},
       [](test_zip& z) { z.at("_is_array.npy").content = i8("()", {1}); }},
      {"_is_array of two",
       {"'_is_array.npy'", "(2,)"},
       [](test_zip& z) { z.at("_is_array.npy").content = npy("|b1", "(2,)", "\1\1"); }},
      {"_is_array is 3",
       {"'_is_array.npy'", "stored as 3"},
       [](test_zip& z) { z.at("_is_array.npy").content = npy("|b1", "()", "\3"); }},
      // shape
      {"shape of three",
       {"'shape.npy'", "(3,)"},
       [](test_zip& z) { z.at("shape.npy").content = i8("(3,)", {4, 6, 1}); }},
      {"shape of one",
       {"'shape.npy'", "(1,)"},
       [](test_zip& z) { z.at("shape.npy").content = i8("(1,)", {4}); }},
      {"shape of no dimension",
       {"'shape.npy'", "()"},
       [](test_zip& z) { z.at("shape.npy").content = i8("()", {4}); }},
      {"shape of floats",
       {"'shape.npy'", "f8"},
       [](test_zip& z) { z.at("shape.npy").content = npy("<f8", "(2,)", bytes_of<double>({4, 6})); }},
      {"shape unsigned",
       {"'shape.npy'", "u8"},
       [](test_zip& z) { z.at("shape.npy").content = npy("<u8", "(2,)", bytes_of<std::int64_t>({4, 6})); }},
      {"negative rows",
       {"'shape.npy'", "-4x6"},
       [](test_zip& z) { z.at("shape.npy").content = i8("(2,)", {-4, 6}); }},
      {"negative columns",
       {"'shape.npy'", "4x-6"},
       [](test_zip& z) { z.at("shape.npy").content = i8("(2,)", {4, -6}); }},
      {"rows no multiple",
       {"'shape.npy'", "multiple of blocksize", "5x6", "2x3"},
       [](test_zip& z) { z.at("shape.npy").content = i8("(2,)", {5, 6}); }},
      {"columns no multiple",
       {"4x7", "2x3"},
       [](test_zip& z) { z.at("shape.npy").content = i8("(2,)", {4, 7}); }},
      {"more rows",
       {"'indptr.npy'", "index pointer size (3) should be (3 + 1)"},
       [](test_zip& z) { z.at("shape.npy").content = i8("(2,)", {6, 6}); }},
      {"fewer rows",
       {"'indptr.npy'", "index pointer size (3) should be (1 + 1)"},
       [](test_zip& z) { z.at("shape.npy").content = i8("(2,)", {2, 6}); }},
      {"rows of 2^62",
       {"'indptr.npy'", "2305843009213693952 + 1"},
       [](test_zip& z) { z.at("shape.npy").content = i8("(2,)", {std::int64_t{1} << 62, 6}); }},
      {"fewer columns",
       {"'indices.npy'", "< 1", "value 0 is 1"},
       [](test_zip& z) { z.at("shape.npy").content = i8("(2,)", {4, 3}); }},
      {"no columns",
       {"'indices.npy'", "< 0"},
       [](test_zip& z) { z.at("shape.npy").content = i8("(2,)", {4, 0}); }},
      // indptr
      {"indptr starts with 1",
       {"'indptr.npy'", "start with 0, not 1"},
       [](test_zip& z) { z.at("indptr.npy").content = i4("(3,)", {1, 1, 2}); }},
      {"indptr starts below",
       {"'indptr.npy'", "not -1"},
       [](test_zip& z) { z.at("indptr.npy").content = i4("(3,)", {-1, 1, 2}); }},
      {"indptr falls",
       {"'indptr.npy'", "non-decreasing", "value 2 is 1 after 2"},
       [](test_zip& z) { z.at("indptr.npy").content = i4("(3,)", {0, 2, 1}); }},
      {"indptr negative",
       {"'indptr.npy'", "value 1 is -5"},
       [](test_zip& z) { z.at("indptr.npy").content = i4("(3,)", {0, -5, 2}); }},
      {"indptr beyond the blocks",
       {"'indptr.npy'", "last value is 3", "2 indices"},
       [](test_zip& z) { z.at("indptr.npy").content = i4("(3,)", {0, 1, 3}); }},
      {"indptr far beyond",
       {"'indptr.npy'", "2147483647"},
       [](test_zip& z) { z.at("indptr.npy").content = i4("(3,)", {0, 1, 2147483647}); }},
      {"indptr huge in the middle",
       {"'indptr.npy'", "value 2 is 2 after 2147483647"},
       [](test_zip& z) { z.at("indptr.npy").content = i4("(3,)", {0, 2147483647, 2}); }},
      {"indptr too short",
       {"index pointer size (2) should be (2 + 1)"},
       [](test_zip& z) { z.at("indptr.npy").content = i4("(2,)", {0, 2}); }},
      {"indptr too long",
       {"index pointer size (4)"},
       [](test_zip& z) { z.at("indptr.npy").content = i4("(4,)", {0, 1, 2, 2}); }},
      {"indptr empty",
       {"index pointer size (0)"},
       [](test_zip& z) { z.at("indptr.npy").content = i4("(0,)", {}); }},
      {"indptr two-dimensional",
       {"'indptr.npy'", "(1, 3)"},
       [](test_zip& z) { z.at("indptr.npy").content = i4("(1, 3)", {0, 1, 2}); }},
      {"indptr of floats",
       {"'indptr.npy'", "f8"},
       [](test_zip& z) { z.at("indptr.npy").content = npy("<f8", "(3,)", bytes_of<double>({0, 1, 2})); }},
      {"indptr beyond 32 bits",
       {"'indptr.npy'", "value 1 is 4294967297", "int64"},
       [](test_zip& z) { z.at("indptr.npy").content = i8("(3,)", {0, 4294967297, 4294967298}); }},
      {"indptr of 8 bits",
       {"'indptr.npy'", "i1"},
       [](test_zip& z) { z.at("indptr.npy").content = npy("|i1", "(3,)", std::string("\0\1\2", 3)); }},
      // indices
      {"column too large",
       {"'indices.npy'", "< 2", "value 1 is 2"},
       [](test_zip& z) { z.at("indices.npy").content = i4("(2,)", {0, 2}); }},
      {"column far too large",
       {"'indices.npy'", "value 0 is 2147483647"},
       [](test_zip& z) { z.at("indices.npy").content = i4("(2,)", {2147483647, 0}); }},
      {"column negative",
       {"'indices.npy'", "value 0 is -1"},
       [](test_zip& z) { z.at("indices.npy").content = i4("(2,)", {-1, 0}); }},
      {"column beyond 32 bits",
       {"'indices.npy'", "value 1 is 4294967296", "int64"},
       [](test_zip& z) { z.at("indices.npy").content = i8("(2,)", {0, 4294967296}); }},
      {"indices unsigned",
       {"'indices.npy'", "u4"},
       [](test_zip& z) { z.at("indices.npy").content = npy("<u4", "(2,)", bytes_of<std::int32_t>({0, 1})); }},
      {"indices big-endian",
       {"'indices.npy'", "big-endian"},
       [](test_zip& z) { z.at("indices.npy").content = npy(">i4", "(2,)", bytes_of<std::int32_t>({0, 1})); }},
      {"fewer indices",
       {"'data.npy'", "(2, 2, 3)", "1 indices"},
       [](test_zip& z) { z.at("indices.npy").content = i4("(1,)", {0}); }},
      {"more indices",
       {"'data.npy'", "(2, 2, 3)", "3 indices"},
       [](test_zip& z) { z.at("indices.npy").content = i4("(3,)", {0, 1, 0}); }},
      {"indices that are not there",
       {"'indices.npy'", "4611686018427387904"},
       [](test_zip& z) {
         z.at("indices.npy").content = npy("<i4", "(4611686018427387904,)", bytes_of<std::int32_t>({0, 1}));
       }},
      {"indices of 2^40",
       {"'indices.npy'", "8 bytes follow"},
       [](test_zip& z) {
         z.at("indices.npy").content = npy("<i4", "(1099511627776,)", bytes_of<std::int32_t>({0, 1}));
       }},
      // data
      {"data of two dimensions",
       {"'data.npy'", "3 dimensions", "(2, 6)"},
       [](test_zip& z) { z.at("data.npy").content = npy("<f8", "(2, 6)", twelve); }},
      {"data of four dimensions",
       {"'data.npy'", "(2, 2, 3, 1)"},
       [](test_zip& z) { z.at("data.npy").content = npy("<f8", "(2, 2, 3, 1)", twelve); }},
      {"blocks of no rows",
       {"'data.npy'", "invalid blocksize 0x3"},
       [](test_zip& z) { z.at("data.npy").content = npy("<f8", "(2, 0, 3)", ""); }},
      {"blocks of no columns",
       {"'data.npy'", "invalid blocksize 2x0"},
       [](test_zip& z) { z.at("data.npy").content = npy("<f8", "(2, 2, 0)", ""); }},
      {"blocks of other size",
       {"'shape.npy'", "blocksize is 3x2"},
       [](test_zip& z) { z.at("data.npy").content = npy("<f8", "(2, 3, 2)", twelve); }},
      {"fewer blocks",
       {"'data.npy'", "(1, 2, 3)", "2 indices"},
       [](test_zip& z) { z.at("data.npy").content = npy("<f8", "(1, 2, 3)", twelve.substr(0, 48)); }},
      {"blocks that are not there",
       {"'data.npy'", "96 bytes follow"},
       [](test_zip& z) { z.at("data.npy").content = npy("<f8", "(3, 2, 3)", twelve); }},
      {"data of 2^45 blocks",
       {"'data.npy'", "96 bytes follow"},
       [](test_zip& z) { z.at("data.npy").content = npy("<f8", "(35184372088832, 2, 3)", twelve); }},
      {"data that overflows",
       {"'data.npy'", "too large to exist"},
       [](test_zip& z) { z.at("data.npy").content = npy("<f8", "(4611686018427387904, 2, 3)", twelve); }},
      {"no blocks of 2^62 elements",
       {"'data.npy'"},
       [](test_zip& z) {
         z.at("data.npy").content = npy("<f8", "(0, 4611686018427387904, 4611686018427387904)", "");
         z.at("indices.npy").content = i4("(0,)", {});
       }},
      {"pickled",
       {"'data.npy'", "pickled"},
       [](test_zip& z) { z.at("data.npy").content = npy("|O", "(2, 2, 3)", "\x80\3]q\0."); }},
      {"big-endian",
       {"'data.npy'", "'>f8'", "big-endian"},
       [](test_zip& z) { z.at("data.npy").content = npy(">f8", "(2, 2, 3)", twelve); }},
      {"data of texts",
       {"'data.npy'", "S8"},
       [](test_zip& z) { z.at("data.npy").content = npy("|S8", "(2, 2, 3)", twelve); }},
      {"data of dates",
       {"'data.npy'", "not one that is read"},
       [](test_zip& z) { z.at("data.npy").content = npy("<M8[D]", "(2, 2, 3)", twelve); }},
      {"data of complex numbers",
       {"'data.npy'", "c16", "f8"},
       [](test_zip& z) { z.at("data.npy").content = npy("<c16", "(2, 2, 3)", twelve + twelve); }},
      {"bytes behind the data",
       {"'data.npy'", "97 bytes follow"},
       [](test_zip& z) { z.at("data.npy").content = npy("<f8", "(2, 2, 3)", twelve + "x"); }},
      {"unknown key",
       {"'data.npy'", "'extra'", "unknown"},
       [](test_zip& z) {
         z.at("data.npy").content = bsr_test::npy_text(
             "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2, 3), 'extra': ()}\n", twelve);
       }},
  };
  const bsr_test::scratch folder;
  const std::string file = folder / "bad.npz";
  for (const bool deflated : {false, true})
    for (const damage& d : damages) {
      INFO(d.name);
      test_zip zip = sound_npz(deflated);
      d.change(zip);
      bsr_test::write_bytes(file, zip.build());
      check_refusal(file, d.words, [&] { io::load_npz<double>(file); });
    }
  CHECK(std::size(damages) == 85);
}

TEST_CASE("npz: 64-bit indices that fit are read, others need a wide matrix") {
  const bsr_test::scratch folder;
  const std::string file = folder / "wide.npz";
  test_zip zip = sound_npz();
  const std::int64_t far = std::int64_t{1} << 40;
  zip.at("indices.npy").content = npy("<i8", "(2,)", bytes_of<std::int64_t>({far, 5}));
  zip.at("shape.npy").content = npy("<i8", "(2,)", bytes_of<std::int64_t>({4, 3 * (far + 1)}));
  bsr_test::write_bytes(file, zip.build());
  const auto a = io::load_npz<double, 2, 3, std::int64_t>(file);
  CHECK(a.indices()[0] == far);
  CHECK(a.cols() == 3 * (far + 1));
  check_refusal(file, {"'indices.npy'", "1099511627776", "int64"}, [&] { io::load_npz<double, 2, 3>(file); });
}

TEST_CASE("npz: every golden file, cut anywhere or with a changed byte, is refused or sound") {
  const bsr_test::scratch folder;
  const std::string file = folder / "bad.npz";
  for (const char* name :
       {"stored.npz", "index64.npz", "fortran.npz", "streamed.npz", "unicode_format.npz"}) {
    INFO(name);
    const std::string good = bsr_test::read_bytes(bsr_test::golden_file(name));
    for (std::size_t size = 0; size < good.size(); size += 3) {
      bsr_test::write_bytes(file, good.substr(0, size));
      CHECK_FALSE(bsr_test::accepted([&] { io::load_npz<double>(file); }));
    }
    for (std::size_t i = 0; i < good.size(); ++i) {
      std::string changed = good;
      changed[i] = static_cast<char>(changed[i] ^ (1 << (i % 8)));
      bsr_test::write_bytes(file, changed);
      bsr_test::accepted(
          [&] { bsr::check_format(bsr::input(io::load_npz<std::complex<double>>(file).view())); });
    }
  }
}
