// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// For tests of files: a folder that vanishes, what scipy says about the golden files, zip files with any lie
// in them, and the check that a refusal is a sentence.
#include <stdlib.h>
#include <zlib.h>

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <complex>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <typeinfo>
#include <utility>
#include <vector>

#include "bsr/base/error.hpp"
#include "bsr/base/scalar.hpp"

namespace bsr_test {

/// A folder of its own for each test, removed at its end.
class scratch {
 public:
  scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "bsr-io-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = name;
  }
  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;
  ~scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  std::string operator/(const std::string& name) const { return (folder_ / name).string(); }
  const std::filesystem::path& path() const { return folder_; }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder_), {}));
  }

 private:
  std::filesystem::path folder_;
};

inline std::string read_bytes(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  REQUIRE(in);
  return {std::istreambuf_iterator<char>(in), {}};
}
inline void write_bytes(const std::string& file, const std::string& bytes) {
  std::filesystem::remove(file);  // some file systems wait for the disk when a file is overwritten
  std::ofstream out(file, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  REQUIRE(out);
}

inline std::string golden_file(const std::string& name) { return BSR_TESTS_DIR "/data/io/" + name; }

/// Words that a sentence must contain. Plain, so that long tables of them compile fast.
struct sentence {
  const char* words[4];
};

inline void check_sentence(const std::string& file, const sentence& expected, const std::string& text,
                           const std::string& wrong_type) {
  INFO("sentence: " << text);
  CHECK(wrong_type == "");
  CHECK(text.starts_with("bsr: "));
  CHECK(text.ends_with("."));
  CHECK(text.find('\n') == std::string::npos);
  if (!file.empty()) CHECK(text.find("'" + file + "'") != std::string::npos);
  for (const char* word : expected.words) {
    if (word == nullptr) break;
    INFO("word: " << word);
    CHECK(text.find(word) != std::string::npos);
  }
}

/// call() throws exactly Error: one sentence about the file that contains all the words.
template <class Error = bsr::format_error, class Call>
void check_refusal(const std::string& file, const sentence& expected, Call&& call) {
  std::string text;
  std::string wrong_type = "nothing";
  try {
    call();
  } catch (const std::exception& e) {
    text = e.what();
    wrong_type = typeid(e) == typeid(Error) ? "" : typeid(e).name();
  }
  check_sentence(file, expected, text, wrong_type);
}

/// A file that bsr may accept or refuse with its own errors. Returns whether it accepted.
template <class Call>
bool accepted(Call&& call) {
  try {
    call();
    return true;
  } catch (const bsr::error& e) {
    const std::string text = e.what();
    CHECK(text.starts_with("bsr: "));
    return false;
  }
}

// ---- golden.txt -----------------------------------------------------------------------------------------------

/// Numbers as scipy wrote them down, exact.
struct numbers_text {
  std::vector<std::string> words;

  explicit numbers_text(const std::string& line) {
    std::istringstream in(line);
    std::size_t count = 0;
    in >> count;
    for (std::string word; in >> word;) words.push_back(word);
    if (words.size() != count) throw std::runtime_error("golden.txt is damaged: " + line.substr(0, 60));
  }
  template <class T>
  std::size_t count() const {
    return bsr::is_complex<T> ? words.size() / 2 : words.size();
  }
  template <class T>
  T at(std::size_t i) const {
    if constexpr (bsr::is_complex<T>) {
      using real = typename T::value_type;
      // A real number is written alone.
      return {parse<real>(words[2 * i]), parse<real>(words[2 * i + 1])};
    } else {
      return parse<T>(words[i]);
    }
  }
  template <class T>
  static T parse(const std::string& word) {
    if constexpr (std::is_same_v<T, bool>)
      return word == "1";
    else if constexpr (std::is_integral_v<T> && std::is_signed_v<T>)
      return static_cast<T>(std::strtoll(word.c_str(), nullptr, 10));
    else if constexpr (std::is_integral_v<T>)
      return static_cast<T>(std::strtoull(word.c_str(), nullptr, 10));
    else
      return static_cast<T>(std::strtold(word.c_str(), nullptr));
  }
};

/// The same value: NaN is NaN, and -0 is not 0.
template <class T>
bool same(T x, T y) {
  if constexpr (bsr::is_complex<T>)
    return same(x.real(), y.real()) && same(x.imag(), y.imag());
  else if constexpr (std::is_floating_point_v<T>)
    return (x != x && y != y) || (x == y && std::signbit(x) == std::signbit(y));
  else
    return x == y;
}

struct golden_entry {
  std::vector<std::string> words;  // kind, file, ...
  std::vector<numbers_text> numbers;
  std::int64_t number(std::size_t i) const { return std::stoll(words.at(i)); }
};

/// The entries of one kind: matrix, array or market.
inline std::vector<golden_entry> golden(const std::string& kind) {
  std::ifstream in(golden_file("golden.txt"));
  std::string line;
  REQUIRE(std::getline(in, line));
  REQUIRE(line.starts_with("scipy 1.18.1 "));
  std::vector<golden_entry> entries;
  while (std::getline(in, line)) {
    golden_entry entry;
    std::istringstream words(line);
    for (std::string word; words >> word;) entry.words.push_back(word);
    const int lines = entry.words.at(0) == "array" ? 1 : 3;
    for (int i = 0; i < lines; ++i) {
      REQUIRE(std::getline(in, line));
      entry.numbers.emplace_back(line);
    }
    if (entry.words[0] == kind) entries.push_back(std::move(entry));
  }
  REQUIRE(entries.size() > 10);
  return entries;
}

/// Calls f(T{}) for the C++ type that NumPy's name means.
template <class F>
void with_type(const std::string& name, F&& f) {
  if (name == "b1") return f(bool{});
  if (name == "i1") return f(std::int8_t{});
  if (name == "u1") return f(std::uint8_t{});
  if (name == "i2") return f(std::int16_t{});
  if (name == "u2") return f(std::uint16_t{});
  if (name == "i4") return f(std::int32_t{});
  if (name == "u4") return f(std::uint32_t{});
  if (name == "i8") return f(std::int64_t{});
  if (name == "u8") return f(std::uint64_t{});
  if (name == "f4") return f(float{});
  if (name == "f8") return f(double{});
  if (name == "c8") return f(std::complex<float>{});
  if (name == "c16") return f(std::complex<double>{});
#if defined(__x86_64__)
  if (name == "f16") return f(static_cast<long double>(0));
  if (name == "c32") return f(std::complex<long double>{});
#endif
}

// ---- bytes ----------------------------------------------------------------------------------------------------

template <class Unsigned>
std::string little(std::uint64_t value) {
  std::string bytes;
  for (std::size_t i = 0; i < sizeof(Unsigned); ++i) bytes += static_cast<char>(value >> (8 * i) & 255);
  return bytes;
}
template <class T>
std::string bytes_of(std::initializer_list<T> values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  if (values.size() > 0) std::memcpy(bytes.data(), values.begin(), bytes.size());
  return bytes;
}
inline std::string deflate_raw(const std::string& bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK) throw std::bad_alloc();
  std::string out(bytes.size() + bytes.size() / 100 + 100, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) throw std::runtime_error("deflate");
  return out;
}

/// A .npy file with that text as header.
inline std::string npy_text(const std::string& header, const std::string& data, int version = 1) {
  return std::string("\x93NUMPY") + static_cast<char>(version) + '\0' +
         (version == 1 ? little<std::uint16_t>(header.size()) : little<std::uint32_t>(header.size())) +
         header + data;
}
inline std::string npy(const std::string& type, const std::string& shape, const std::string& data) {
  std::string header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }";
  while ((10 + header.size() + 1) % 64 != 0) header += ' ';
  return npy_text(header + '\n', data);
}

/// One member of a zip file. What is not set follows from the contents.
struct test_member {
  std::string name, content;
  bool deflated = false;
  std::uint16_t flags = 0, disk = 0;
  std::optional<std::uint16_t> local_flags{}, method{}, local_method{};
  std::optional<std::uint32_t> crc{}, local_crc{}, local_signature{}, signature{};
  std::optional<std::uint64_t> size{}, compressed{}, local_size{}, local_compressed{}, offset{};
  std::optional<std::string> raw{}, local_name{}, extra{}, local_extra{};
  bool zip64 = false;  // sizes and offset in the extra field of the directory
};

struct test_zip {
  std::vector<test_member> members{};
  std::string prefix{}, before_directory{}, after_directory{}, comment{}, suffix{};
  std::optional<std::uint64_t> count{}, count_here{}, directory_size{}, directory_offset{};
  std::uint16_t disk = 0, first_disk = 0;
  bool zip64 = false;  // the numbers of the end record in a zip64 end record
  std::optional<std::uint64_t> count64{}, locator_offset{}, record_size{};
  std::optional<std::uint32_t> record_signature{}, disks{}, disk64{};
  bool locator = true;

  test_member& at(const std::string& name) {
    for (test_member& m : members)
      if (m.name == name) return m;
    throw std::out_of_range(name);
  }
  void remove(const std::string& name) {
    for (std::size_t i = 0; i < members.size(); ++i)
      if (members[i].name == name) members.erase(members.begin() + static_cast<std::ptrdiff_t>(i));
  }

  std::string build() const {
    constexpr std::uint64_t full = 0xffffffff;
    std::string out = prefix;
    std::string directory;
    for (const test_member& m : members) {
      const std::uint64_t offset = m.offset.value_or(out.size());
      const std::string raw = m.raw.value_or(m.deflated ? deflate_raw(m.content) : m.content);
      const auto sum = static_cast<std::uint32_t>(
          crc32(0, reinterpret_cast<const Bytef*>(m.content.data()), static_cast<uInt>(m.content.size())));
      const std::uint32_t crc = m.crc.value_or(sum);
      const std::uint64_t size = m.size.value_or(m.content.size()),
                          compressed = m.compressed.value_or(raw.size());
      const std::uint16_t method = m.method.value_or(m.deflated ? 8 : 0);
      const std::string name = m.local_name.value_or(m.name), local_extra = m.local_extra.value_or("");
      out += little<std::uint32_t>(m.local_signature.value_or(0x04034b50)) + little<std::uint16_t>(45) +
             little<std::uint16_t>(m.local_flags.value_or(m.flags)) +
             little<std::uint16_t>(m.local_method.value_or(method)) + little<std::uint32_t>(0) +
             little<std::uint32_t>(m.local_crc.value_or(crc)) +
             little<std::uint32_t>(m.local_compressed.value_or(compressed)) +
             little<std::uint32_t>(m.local_size.value_or(size)) + little<std::uint16_t>(name.size()) +
             little<std::uint16_t>(local_extra.size()) + name + local_extra + raw;
      const std::string wide = little<std::uint16_t>(1) + little<std::uint16_t>(24) +
                               little<std::uint64_t>(size) + little<std::uint64_t>(compressed) +
                               little<std::uint64_t>(offset);
      const std::string extra = m.extra.value_or(m.zip64 ? wide : "");
      directory += little<std::uint32_t>(m.signature.value_or(0x02014b50)) + little<std::uint16_t>(45) +
                   little<std::uint16_t>(45) + little<std::uint16_t>(m.flags) +
                   little<std::uint16_t>(method) + little<std::uint32_t>(0) + little<std::uint32_t>(crc) +
                   little<std::uint32_t>(m.zip64 ? full : compressed) +
                   little<std::uint32_t>(m.zip64 ? full : size) + little<std::uint16_t>(m.name.size()) +
                   little<std::uint16_t>(extra.size()) + little<std::uint16_t>(0) +
                   little<std::uint16_t>(m.disk) + little<std::uint16_t>(0) + little<std::uint32_t>(0) +
                   little<std::uint32_t>(m.zip64 ? full : offset) + m.name + extra;
    }
    out += before_directory;
    const std::uint64_t offset = directory_offset.value_or(out.size());
    out += directory + after_directory;
    const std::uint64_t number = count.value_or(members.size()),
                        size = directory_size.value_or(directory.size());
    if (zip64) {
      const std::uint64_t record = out.size();
      out += little<std::uint32_t>(record_signature.value_or(0x06064b50)) +
             little<std::uint64_t>(record_size.value_or(44)) + little<std::uint32_t>(45) +
             little<std::uint32_t>(disk64.value_or(0)) + little<std::uint32_t>(0) +
             little<std::uint64_t>(count_here.value_or(number)) +
             little<std::uint64_t>(count64.value_or(number)) + little<std::uint64_t>(size) +
             little<std::uint64_t>(offset);
      if (locator)
        out += little<std::uint32_t>(0x07064b50) + little<std::uint32_t>(0) +
               little<std::uint64_t>(locator_offset.value_or(record)) +
               little<std::uint32_t>(disks.value_or(1));
    }
    out += little<std::uint32_t>(0x06054b50) + little<std::uint16_t>(disk) +
           little<std::uint16_t>(first_disk) +
           little<std::uint16_t>(zip64 ? 0xffff : count_here.value_or(number)) +
           little<std::uint16_t>(zip64 ? 0xffff : number) + little<std::uint32_t>(zip64 ? full : size) +
           little<std::uint32_t>(zip64 ? full : offset) + little<std::uint16_t>(comment.size()) + comment +
           suffix;
    return out;
  }
};

/// A sound bsr file: 4x6, blocks of 2x3, two of them.
inline test_zip sound_npz(bool deflated = false) {
  test_zip zip;
  const auto add = [&](const std::string& name, const std::string& content) {
    test_member member{};
    member.name = name;
    member.content = content;
    member.deflated = deflated;
    zip.members.push_back(member);
  };
  add("indices.npy", npy("<i4", "(2,)", bytes_of<std::int32_t>({1, 0})));
  add("indptr.npy", npy("<i4", "(3,)", bytes_of<std::int32_t>({0, 1, 2})));
  add("format.npy", npy("|S3", "()", "bsr"));
  add("shape.npy", npy("<i8", "(2,)", bytes_of<std::int64_t>({4, 6})));
  add("data.npy", npy("<f8", "(2, 2, 3)", bytes_of<double>({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})));
  add("_is_array.npy", npy("|b1", "()", "\1"));
  return zip;
}

}  // namespace bsr_test
