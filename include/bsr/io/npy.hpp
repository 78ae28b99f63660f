// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// NumPy's .npy: one array behind a header that is the text of a Python dict. Read by a grammar of three keys,
// never evaluated; pickled objects are refused.
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/io/dtype.hpp"
#include "bsr/io/file.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/dense_matrix.hpp"
#include "bsr/storage/dense_view.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET::io {

/// The extents of an array in a file. Printed as Python does: (), (3,), (3, 2).
struct array_shape {
  static constexpr int max_rank = 8;
  int rank = 0;
  std::int64_t extents[max_rank] = {};
};
inline message& operator<<(message& out, const array_shape& shape) {
  out << '(';
  for (int d = 0; d < shape.rank; ++d)
    out << (d > 0 ? " " : "") << shape.extents[d] << (d + 1 < shape.rank ? "," : "");
  return out << (shape.rank == 1 ? ",)" : ")");
}

namespace detail {

/// The number of elements, or -1 when it cannot be counted in 64 bits.
inline std::int64_t count_elements(const array_shape& shape) {
  std::int64_t n = 1;
  for (int d = 0; d < shape.rank; ++d)
    if (__builtin_mul_overflow(n, shape.extents[d], &n)) return -1;
  return n;
}

}  // namespace detail

/// What the header of a .npy array says.
struct npy_header {
  dtype type;
  bool fortran_order = false;
  array_shape shape;
  std::int64_t elements = 0;
};

namespace detail {

/// The grammar of the header: {'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), } in any order of the
/// keys.
class npy_parser {
 public:
  npy_parser(const place& where, std::string_view text) : where_(where), whole_(text), text_(text) {}

  npy_header parse() {
    npy_header header;
    bool has_type = false, has_order = false, has_shape = false;
    expect('{');
    while (!take('}')) {
      const std::string_view key = parse_string();
      expect(':');
      if (key == "descr" && !has_type) {
        has_type = true;
        header.type = parse_type();
      } else if (key == "fortran_order" && !has_order) {
        has_order = true;
        header.fortran_order = parse_bool();
      } else if (key == "shape" && !has_shape) {
        has_shape = true;
        header.shape = parse_shape();
      } else {
        where_.refuse("the header has the key ", quoted{key}, ", which is unknown or repeated.");
      }
      if (take(',')) continue;
      expect('}');
      break;
    }
    skip_blanks();
    if (text_ != "\n") refuse_header();
    if (!has_type || !has_order || !has_shape)
      where_.refuse("the header lacks ",
                    !has_type    ? "'descr'"
                    : !has_order ? "'fortran_order'"
                                 : "'shape'",
                    ".");
    return header;
  }

 private:
  [[noreturn]] void refuse_header() const {
    where_.refuse("the header ", quoted{whole_}, " is no NumPy header.");
  }

  void skip_blanks() {
    while (!text_.empty() && text_[0] == ' ') text_.remove_prefix(1);
  }
  bool take(char c) {
    skip_blanks();
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!take(c)) refuse_header();
  }
  bool take_word(std::string_view word) {
    skip_blanks();
    if (text_.substr(0, word.size()) != word) return false;
    text_.remove_prefix(word.size());
    return true;
  }

  std::string_view parse_string() {
    skip_blanks();
    const char quote = text_.empty() ? '\0' : text_[0];
    if (quote != '\'' && quote != '"') refuse_header();
    for (std::size_t i = 1; i < text_.size(); ++i) {
      if (text_[i] == '\\' || text_[i] == '\n') break;
      if (text_[i] != quote) continue;
      const std::string_view inside = text_.substr(1, i - 1);
      text_.remove_prefix(i + 1);
      return inside;
    }
    refuse_header();
  }

  bool parse_bool() {
    if (take_word("True")) return true;
    if (!take_word("False")) refuse_header();
    return false;
  }

  std::int64_t parse_number() {
    skip_blanks();
    std::size_t digits = 0;
    std::int64_t value = 0;
    for (; digits < text_.size() && text_[digits] >= '0' && text_[digits] <= '9'; ++digits)
      if (__builtin_mul_overflow(value, std::int64_t{10}, &value) ||
          __builtin_add_overflow(value, std::int64_t{text_[digits] - '0'}, &value))
        where_.refuse("the header ", quoted{whole_}, " has a number beyond 64 bits.");
    if (digits == 0 || (digits > 1 && text_[0] == '0')) refuse_header();
    text_.remove_prefix(digits);
    return value;
  }

  array_shape parse_shape() {
    array_shape shape;
    expect('(');
    bool comma = true;
    while (!take(')')) {
      if (!comma) refuse_header();
      if (shape.rank == array_shape::max_rank)
        where_.refuse("the array has more than ", array_shape::max_rank, " dimensions.");
      shape.extents[shape.rank++] = parse_number();
      comma = take(',');
    }
    if (shape.rank == 1 && !comma) refuse_header();  // (3) is a number in Python
    return shape;
  }

  dtype parse_type() {
    skip_blanks();
    if (!text_.empty() && text_[0] == '[')
      where_.refuse("the dtype is a record with fields, which is not read.");
    const std::string_view text = parse_string();
    const auto unknown = [&]() { where_.refuse("the dtype ", quoted{text}, " is not one that is read."); };
    const bool has_order = !text.empty() && std::string_view("<>|=").find(text[0]) != std::string_view::npos;
    if (text.substr(has_order ? 1 : 0).starts_with('O'))
      where_.refuse("the dtype ", quoted{text}, " is Python objects; they are pickled, and never read.");
    if (text.size() < 3 || text.size() > 8) unknown();
    dtype type{text[1], 0};
    for (const char c : text.substr(2)) {
      if (c < '0' || c > '9') unknown();
      type.bytes = 10 * type.bytes + (c - '0');
    }
    if (text[2] == '0') unknown();
    const bool one_byte = type.kind == 'S' || type.bytes == 1;
    if (text[0] == '>' && !one_byte)
      where_.refuse("the dtype ", quoted{text}, " is big-endian, which is not read.");
    if (text[0] != '<' && !(text[0] == '|' && one_byte)) unknown();
    if (type.kind == 'U') {
      type.bytes *= 4;
    } else if (type.kind != 'S') {
      static constexpr dtype numbers[] = {{'b', 1},  {'i', 1}, {'i', 2},  {'i', 4}, {'i', 8}, {'u', 1},
                                          {'u', 2},  {'u', 4}, {'u', 8},  {'f', 2}, {'f', 4}, {'f', 8},
                                          {'f', 16}, {'c', 8}, {'c', 16}, {'c', 32}};
      bool known = false;
      for (const dtype& number : numbers) known = known || number == type;
      if (!known) unknown();
    }
    return type;
  }

  const place& where_;
  std::string_view whole_;
  std::string_view text_;
};

/// A part of a file as a source of bytes.
class file_source {
 public:
  explicit file_source(const input_file& file) : file_source(file, file.where(), 0, file.size()) {}
  file_source(const input_file& file, const place& where, std::uint64_t offset, std::uint64_t size)
      : file_(file), where_(where), offset_(offset), size_(size) {}
  const place& where() const { return where_; }
  std::uint64_t size() const { return size_; }
  void read(void* to, std::size_t count) {
    file_.read(offset_, to, count);
    offset_ += count;
  }
  void finish() {}

 private:
  const input_file& file_;
  place where_;
  std::uint64_t offset_;
  std::uint64_t size_;
};

/// Elements of an array of that shape, from Fortran's order (first index fastest) to C's (last index
/// fastest).
template <class T>
void fortran_to_c(const array_shape& shape, const T* from, T* to) {
  std::int64_t stride[array_shape::max_rank];
  std::int64_t at[array_shape::max_rank] = {};
  std::int64_t n = 1;
  for (int d = 0; d < shape.rank; ++d) {
    stride[d] = n;
    n *= shape.extents[d];
  }
  std::int64_t offset = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    to[i] = from[offset];
    for (int d = shape.rank - 1; d >= 0; --d) {
      offset += stride[d];
      if (++at[d] < shape.extents[d]) break;
      offset -= stride[d] * shape.extents[d];
      at[d] = 0;
    }
  }
}

}  // namespace detail

/// Reads the header of an array from a source of bytes, which has read(), size() and where(). Throws
/// format_error unless the rest of the source is exactly the elements that the header announces.
template <class Source>
npy_header read_npy_header(Source& source) {
  static constexpr std::uint64_t longest = 1 << 16;
  const place& where = source.where();
  char start[12];
  if (source.size() < 10) where.refuse("it has ", source.size(), " bytes, too few for a NumPy array.");
  source.read(start, 10);
  if (std::memcmp(start, "\x93NUMPY", 6) != 0) where.refuse("it does not start as a NumPy array does.");
  const auto number = [&](int at) {
    return static_cast<std::uint64_t>(static_cast<unsigned char>(start[at]));
  };
  if (number(6) < 1 || number(6) > 3 || number(7) != 0)
    where.refuse("the version of its NumPy format is ", number(6), '.', number(7),
                 "; 1.0, 2.0 and 3.0 are read.");
  std::uint64_t prefix = 10;
  std::uint64_t length = number(8) | number(9) << 8;
  if (number(6) > 1) {
    prefix = 12;
    if (source.size() < prefix) where.refuse("it has ", source.size(), " bytes, too few for a NumPy array.");
    source.read(start + 10, 2);
    length |= number(10) << 16 | number(11) << 24;
  }
  if (length > longest || length > source.size() - prefix)
    where.refuse("the header is said to have ", length, " bytes, and the array has ", source.size(),
                 " in all.");
  const buffer<char> text(static_cast<std::int64_t>(length), uninitialized);
  source.read(const_cast<char*>(text.data()), text.bytes());
  npy_header header = detail::npy_parser(where, {text.data(), text.bytes()}).parse();
  header.elements = detail::count_elements(header.shape);
  std::int64_t bytes = 0;
  if (header.elements < 0 || __builtin_mul_overflow(header.elements, std::int64_t{header.type.bytes}, &bytes))
    where.refuse("an array of shape ", header.shape, " and dtype ", header.type, " is too large to exist.");
  const std::uint64_t left = source.size() - prefix - length;
  if (left != static_cast<std::uint64_t>(bytes))
    where.refuse("an array of shape ", header.shape, " and dtype ", header.type, " has ", bytes, " bytes; ",
                 left, " bytes follow the header.");
  return header;
}

/// Reads the elements after the header, as Ts in C's or Fortran's order, and finishes the source. Throws
/// format_error when T does not hold the dtype exactly. Allocates only when the order in the file is the
/// other one.
template <scalar T, class Source>
void read_npy_elements(Source& source, const npy_header& header, T* to, bool fortran_order = false) {
  check_dtype<T>(source.where(), header.type);
  if (header.shape.rank < 2 || header.fortran_order == fortran_order) {
    read_elements(source.where(), header.type, source, to, header.elements);
  } else {
    buffer<T> elements(header.elements, uninitialized);
    read_elements(source.where(), header.type, source, elements.data(), header.elements);
    array_shape shape = header.shape;
    if (fortran_order)  // C's order is Fortran's of the reversed shape
      for (int d = 0; d < shape.rank; ++d) shape.extents[d] = header.shape.extents[shape.rank - 1 - d];
    detail::fortran_to_c(shape, elements.data(), to);
  }
  source.finish();
}

namespace detail {

template <scalar T, class Layout, class Source>
dense_matrix<T, Layout> read_matrix(Source& source) {
  const npy_header header = read_npy_header(source);
  if (header.shape.rank != 2) source.where().refuse("an array of shape ", header.shape, " is no matrix.");
  check_dtype<T>(source.where(), header.type);
  dense_matrix<T, Layout> x(header.shape.extents[0], header.shape.extents[1], uninitialized);
  read_npy_elements(source, header, x.data(), std::same_as<Layout, col_major>);
  return x;
}

template <scalar T, class Source>
buffer<T> read_vector(Source& source) {
  const npy_header header = read_npy_header(source);
  if (header.shape.rank != 1) source.where().refuse("an array of shape ", header.shape, " is no vector.");
  check_dtype<T>(source.where(), header.type);
  buffer<T> x(header.elements, uninitialized);
  read_npy_elements(source, header, x.data());
  return x;
}

}  // namespace detail

/// Writes the header as NumPy does, in version 1.0: the elements after it are aligned to 64 bytes in the
/// file.
template <class Sink>
void write_npy_header(Sink& sink, dtype type, bool fortran_order, const array_shape& shape) {
  // NumPy leaves room for the first extent to grow to this many digits.
  static constexpr std::size_t growth = 21, alignment = 64, prefix = 10;
  message text, grown;
  text << "{'descr': '" << (type.bytes == 1 || type.kind == 'S' ? '|' : '<') << type
       << "', 'fortran_order': " << (fortran_order ? "True" : "False") << ", 'shape': " << shape << ", }";
  std::size_t length = std::strlen(text.c_str());
  if (shape.rank > 0) {
    grown << shape.extents[fortran_order ? shape.rank - 1 : 0];
    length += growth - std::strlen(grown.c_str());
  }
  length += alignment - (prefix + length + 1) % alignment;
  for (std::size_t i = std::strlen(text.c_str()); i < length; ++i) text << ' ';
  text << '\n';
  ++length;
  const char start[prefix + 1] = {
      '\x93', 'N', 'U', 'M', 'P', 'Y', 1, 0, static_cast<char>(length & 255), static_cast<char>(length >> 8),
      0};
  sink.write(start, prefix);
  sink.write(text.c_str(), length);
}

/// The dtype of elements that are to be written.
template <scalar T>
constexpr dtype written_dtype() {
  constexpr char kind = scalar_traits<std::remove_const_t<T>>::npy_kind;
  static_assert(kind != 'B' && kind != '4' && kind != '5',
                "bsr: NumPy's files have no bfloat16 and no float8. Convert with astype<float> first.");
  return dtype_of<T>;
}

/// Writes a whole array: header and elements.
template <class Sink, scalar T>
void write_npy(Sink& sink, const array_shape& shape, const T* elements) {
  write_npy_header(sink, written_dtype<T>(), false, shape);
  sink.write(elements, static_cast<std::size_t>(detail::count_elements(shape)) * sizeof(T));
}
template <class Sink, scalar T, class Layout>
void write_npy(Sink& sink, dense_view<T, Layout> x) {
  if constexpr (std::same_as<Layout, col_major>) {
    write_npy_header(sink, written_dtype<T>(), true, {2, {x.rows(), x.cols()}});
    if (x.rows() == 0) return;
    for (std::int64_t j = 0; j < x.cols(); ++j)
      sink.write(x.data() + j * x.ld(), static_cast<std::size_t>(x.rows()) * sizeof(T));
  } else {
    write_npy_header(sink, written_dtype<T>(), false, {2, {x.rows(), x.cols()}});
    if (x.cols() == 0) return;
    for (std::int64_t i = 0; i < x.rows(); ++i) {
      if constexpr (std::same_as<Layout, row_major>)
        sink.write(x.data() + i * x.ld(), static_cast<std::size_t>(x.cols()) * sizeof(T));
      else
        for (std::int64_t j = 0; j < x.cols(); ++j) sink.write(&x(i, j), sizeof(T));
    }
  }
}
template <class Sink, scalar T>
void write_npy(Sink& sink, vector_view<T> x) {
  write_npy_header(sink, written_dtype<T>(), false, {1, {x.size()}});
  if (x.stride() == 1) return sink.write(x.data(), static_cast<std::size_t>(x.size()) * sizeof(T));
  for (std::int64_t i = 0; i < x.size(); ++i) sink.write(&x[i], sizeof(T));
}

/// Reads a two-dimensional array from a .npy file; either order in the file into either layout. O(size of the
/// file). Throws format_error when the file is damaged, or its dtype has values that T has not: f4 becomes
/// double, f8 does not become float. numpy: load
template <scalar T, class Layout = row_major>
dense_matrix<T, Layout> load_npy(file_path file) {
  const input_file input({"load_npy", file.c_str()});
  detail::file_source source(input);
  return detail::read_matrix<T, Layout>(source);
}
/// Reads a one-dimensional array, with the same rules.
template <scalar T>
buffer<T> load_npy_vector(file_path file) {
  const input_file input({"load_npy_vector", file.c_str()});
  detail::file_source source(input);
  return detail::read_vector<T>(source);
}

/// Writes a dense matrix or a vector to a .npy file; a column-major matrix in Fortran's order. A file of that
/// name is replaced when all is written. Throws bsr::error when it cannot be written. numpy: save
template <class X>
  requires dense_like<const X&> || vector_like<const X&>
void save_npy(file_path file, const X& x) {
  output_file output({"save_npy", file.c_str()});
  write_npy(output, input(x));
  output.commit();
}

}  // namespace bsr::inline v0::inline BSR_TARGET::io
