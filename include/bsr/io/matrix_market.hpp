// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Matrix Market: matrices as text, one entry a line. A number is read as it is written or refused: no `1,5`,
// no `0x10`, no `+1`, nothing behind it.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <complex>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/io/dtype.hpp"
#include "bsr/io/file.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/coo.hpp"
#include "bsr/storage/csr.hpp"
#include "bsr/storage/dense_matrix.hpp"
#include "bsr/storage/matrix_view.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET::io {

enum class mtx_field { real, integer, unsigned_integer, complex, pattern };
enum class mtx_symmetry { general, symmetric, skew_symmetric, hermitian };

/// What the first lines of a Matrix Market file say.
struct mtx_info {
  /// One line for each stored entry; else all elements, column after column.
  bool coordinate = true;
  mtx_field field = mtx_field::real;
  mtx_symmetry symmetry = mtx_symmetry::general;
  dims shape;
  /// Entries in the file: with a symmetry, one half and the diagonal.
  std::int64_t entries = 0;
};

/// How a Matrix Market file is written.
struct mtx_options {
  /// Other than general: one half is written, and the matrix must be exactly what that half says.
  mtx_symmetry symmetry = mtx_symmetry::general;
  /// Write where entries are, not what they are.
  bool pattern = false;
};

namespace detail {

inline constexpr const char* mtx_field_names[] = {"real", "integer", "unsigned-integer", "complex",
                                                  "pattern"};
inline constexpr const char* mtx_symmetry_names[] = {"general", "symmetric", "skew-symmetric", "hermitian"};

inline const char* name_of(mtx_field field) { return mtx_field_names[static_cast<int>(field)]; }
inline const char* name_of(mtx_symmetry symmetry) { return mtx_symmetry_names[static_cast<int>(symmetry)]; }

inline bool is_blank(char c) { return c == ' ' || c == '\t'; }
inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The lines of a file, read in pieces of a megabyte.
class line_reader {
 public:
  explicit line_reader(const input_file& file) : file_(file), window_(window_size, uninitialized) {}

  /// The next line without its end; false when there is none.
  bool next(std::string_view& line) {
    std::int64_t searched = 0;
    for (;;) {
      const void* const found = end_ > begin_ + searched
                                    ? std::memchr(window_.data() + begin_ + searched, '\n',
                                                  static_cast<std::size_t>(end_ - begin_ - searched))
                                    : nullptr;
      if (found != nullptr) {
        const std::int64_t stop = static_cast<const char*>(found) - window_.data();
        take(line, stop);
        begin_ = stop + 1;
        return true;
      }
      searched = end_ - begin_;
      if (offset_ == file_.size()) break;
      fill();
    }
    if (begin_ == end_) return false;
    take(line, end_);
    begin_ = end_;
    return true;
  }
  /// Of the line that next() has given, from 1.
  std::int64_t number() const { return number_; }
  /// Bytes behind that line.
  std::uint64_t bytes_left() const {
    return file_.size() - offset_ + static_cast<std::uint64_t>(end_ - begin_);
  }

  /// Throws: "... line 3: parts".
  template <class... Parts>
  [[noreturn]] BSR_COLD void refuse(const Parts&... parts) const {
    file_.where().refuse("line ", number_, ": ", parts...);
  }
  const place& where() const { return file_.where(); }

 private:
  static constexpr std::int64_t window_size = std::int64_t{1} << 20;

  void take(std::string_view& line, std::int64_t stop) {
    ++number_;
    std::int64_t last = stop;
    if (last > begin_ && window_[last - 1] == '\r') --last;
    line = std::string_view(window_.data() + begin_, static_cast<std::size_t>(last - begin_));
  }
  void fill() {
    const std::int64_t kept = end_ - begin_;
    if (kept == window_size) {
      ++number_;
      refuse("it is longer than ", window_size, " bytes.");
    }
    if (kept > 0) std::memmove(window_.data(), window_.data() + begin_, static_cast<std::size_t>(kept));
    const std::uint64_t room = static_cast<std::uint64_t>(window_size - kept), left = file_.size() - offset_;
    const std::uint64_t count = left < room ? left : room;
    file_.read(offset_, window_.data() + kept, count);
    offset_ += count;
    begin_ = 0;
    end_ = kept + static_cast<std::int64_t>(count);
  }

  const input_file& file_;
  buffer<char> window_;
  std::int64_t begin_ = 0;
  std::int64_t end_ = 0;
  std::uint64_t offset_ = 0;
  std::int64_t number_ = 0;
};

/// The words of one line.
class line_scanner {
 public:
  line_scanner(const line_reader& lines, std::string_view line)
      : lines_(lines), at_(line.data()), end_(line.data() + line.size()) {}

  bool at_end() {
    while (at_ != end_ && is_blank(*at_)) ++at_;
    return at_ == end_;
  }
  /// The rest of the line must be blank.
  void finish() {
    if (!at_end()) lines_.refuse(quoted{rest()}, " follows what the line should hold.");
  }
  std::string_view word() {
    at_end();
    const char* const start = at_;
    while (at_ != end_ && !is_blank(*at_)) ++at_;
    return {start, static_cast<std::size_t>(at_ - start)};
  }

  /// Digits, with a minus before them if the type has one.
  template <std::integral Integer>
  Integer integer(const char* what) {
    if (at_end()) lines_.refuse("the line ends before ", what, ".");
    const char* const start = at_;
    const bool negative = std::is_signed_v<Integer> && *at_ == '-';
    if (negative) ++at_;
    const char* const digits = at_;
    Integer value = 0;
    bool fits = true;
    for (; at_ != end_ && is_digit(*at_); ++at_) {
      const auto digit = static_cast<Integer>(*at_ - '0');
      fits = fits && !__builtin_mul_overflow(value, Integer{10}, &value) &&
             !(negative ? __builtin_sub_overflow(value, digit, &value)
                        : __builtin_add_overflow(value, digit, &value));
    }
    if (at_ == digits || (at_ != end_ && !is_blank(*at_))) refuse_word(start, what, " is not a whole number");
    if (!fits) refuse_word(start, what, " is beyond 64 bits");
    return value;
  }

  /// A decimal number, rounded to the nearest T; inf and nan in any case.
  template <std::floating_point T>
  T real(const char* what) {
    if (at_end()) lines_.refuse("the line ends before ", what, ".");
    const char* const start = at_;
    T value{};
    const auto [stop, problem] = std::from_chars(start, end_, value);
    if (problem == std::errc::invalid_argument || (stop != end_ && !is_blank(*stop)))
      refuse_word(start, what, " is not a number");
    at_ = stop;
    if (problem == std::errc::result_out_of_range) {
      if (is_large({start, static_cast<std::size_t>(stop - start)}))
        refuse_word(start, what, " is too large for ", dtype_of<T>);
      value = *start == '-' ? -T(0) : T(0);
    }
    return value;
  }

  /// Where the next word starts.
  const char* position() {
    at_end();
    return at_;
  }
  [[noreturn]] BSR_COLD void refuse_value(const char* start, dtype type) {
    refuse_word(start, "the value", " cannot be read as ", type, " without loss");
  }

 private:
  template <class... Problem>
  [[noreturn]] BSR_COLD void refuse_word(const char* start, const char* what, const Problem&... problem) {
    at_ = start;
    lines_.refuse(what, " ", quoted{word()}, problem..., ".");
  }
  std::string_view rest() const { return {at_, static_cast<std::size_t>(end_ - at_)}; }

  /// Of a decimal number that is no T: whether it is too large, not too small. The place of its first digit
  /// decides.
  static bool is_large(std::string_view text) {
    if (text.front() == '-') text.remove_prefix(1);
    std::int64_t place = 0;  // of the first digit that is not zero: 10^place
    bool point = false, found = false;
    std::size_t i = 0;
    for (; i < text.size() && (is_digit(text[i]) || text[i] == '.'); ++i) {
      if (text[i] == '.') {
        point = true;
      } else {
        if (found && !point) ++place;
        if (!found && point) --place;
        found = found || text[i] != '0';
      }
    }
    std::int64_t exponent = 0;
    bool negative = false;
    for (; i < text.size(); ++i) {
      negative = negative || text[i] == '-';
      if (is_digit(text[i]) && exponent < std::int64_t{1} << 50) exponent = 10 * exponent + (text[i] - '0');
    }
    return place + (negative ? -exponent : exponent) > 0;
  }

  const line_reader& lines_;
  const char* at_;
  const char* end_;
};

inline bool same_word(std::string_view word, const char* lower) {
  if (word.size() != std::strlen(lower)) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const char c = word[i] >= 'A' && word[i] <= 'Z' ? static_cast<char>(word[i] - 'A' + 'a') : word[i];
    if (c != lower[i]) return false;
  }
  return true;
}

template <int N>
int find_word(line_scanner& line, const line_reader& lines, const char* what, const char* const (&names)[N]) {
  const std::string_view word = line.word();
  for (int i = 0; i < N; ++i)
    if (same_word(word, names[i])) return i;
  lines.refuse("the ", what, " ", quoted{word}, " is not one that is read.");
}

/// Reads the banner, the comments and the size line, and compares the sizes with the bytes that follow.
inline mtx_info read_mtx_header(line_reader& lines) {
  std::string_view text;
  if (!lines.next(text)) lines.where().refuse("the file is empty.");
  line_scanner banner(lines, text);
  if (!same_word(banner.word(), "%%matrixmarket"))
    lines.refuse("a Matrix Market file starts with %%MatrixMarket.");
  static constexpr const char* objects[] = {"matrix"};
  static constexpr const char* formats[] = {"array", "coordinate"};
  mtx_info info;
  find_word(banner, lines, "object", objects);
  info.coordinate = find_word(banner, lines, "format", formats) == 1;
  info.field = static_cast<mtx_field>(find_word(banner, lines, "field", mtx_field_names));
  info.symmetry = static_cast<mtx_symmetry>(find_word(banner, lines, "symmetry", mtx_symmetry_names));
  banner.finish();
  const bool pattern = info.field == mtx_field::pattern, complex = info.field == mtx_field::complex;
  if (pattern && !info.coordinate) lines.refuse("an array has values; it cannot be a pattern.");
  if (pattern && info.symmetry == mtx_symmetry::skew_symmetric)
    lines.refuse("a pattern cannot be skew-symmetric.");

  do {
    if (!lines.next(text)) lines.where().refuse("the file ends before the line of sizes.");
  } while (text.starts_with('%') || line_scanner(lines, text).at_end());
  line_scanner sizes(lines, text);
  info.shape.rows = sizes.integer<std::int64_t>("the number of rows");
  info.shape.cols = sizes.integer<std::int64_t>("the number of columns");
  const std::int64_t rows = info.shape.rows, cols = info.shape.cols;
  if (info.coordinate) info.entries = sizes.integer<std::int64_t>("the number of entries");
  sizes.finish();
  if (rows < 0 || cols < 0 || info.entries < 0) lines.refuse("a size is negative.");
  if (info.symmetry != mtx_symmetry::general && rows != cols)
    lines.refuse("a ", info.shape, " matrix is not ", name_of(info.symmetry), ".");
  if (!info.coordinate) {
    std::int64_t all = 0;
    if (__builtin_mul_overflow(rows, cols, &all))
      lines.refuse("a ", info.shape, " array is too large to exist.");
    if (info.symmetry == mtx_symmetry::skew_symmetric)
      info.entries = (all - rows) / 2;
    else
      info.entries = info.symmetry == mtx_symmetry::general ? all : (all - rows) / 2 + rows;
  }
  // The shortest line of an entry: each number one character and what ends it.
  const std::uint64_t shortest = (info.coordinate ? 4 : 0) + (pattern ? 0 : complex ? 4 : 2);
  if (static_cast<std::uint64_t>(info.entries) > (lines.bytes_left() + 1) / shortest)
    lines.refuse(info.entries, " entries are announced, and ", lines.bytes_left(), " bytes follow.");
  return info;
}

/// Values of T out of the fields of a file: accept() once, then read() entry by entry.
template <scalar T>
struct mtx_value {
  using real = typename scalar_traits<T>::real;

  static void accept(const line_reader& lines, const mtx_info& info) {
    if ((info.field == mtx_field::complex && !is_complex<T>) ||
        (info.field == mtx_field::real && std::integral<T>))
      lines.where().refuse("the file holds ", name_of(info.field), " numbers, which cannot be read as ",
                           dtype_of<T>, " without loss.");
    if (info.symmetry == mtx_symmetry::skew_symmetric && !(is_complex<T> || std::is_signed_v<T>))
      lines.where().refuse("a skew-symmetric matrix has negative values, and ", dtype_of<T>, " has none.");
  }

  static T read(line_scanner& line, mtx_field field) {
    if (field == mtx_field::pattern) return T(1);
    if (field == mtx_field::integer) return read_whole<std::int64_t>(line);
    if (field == mtx_field::unsigned_integer) return read_whole<std::uint64_t>(line);
    if constexpr (std::integral<T>) {
      return T(0);  // accept() has refused the rest
    } else {
      const real x = line.real<real>("the value");
      if constexpr (is_complex<T>)
        return {x, field == mtx_field::complex ? line.real<real>("the imaginary part") : real(0)};
      else
        return x;
    }
  }

 private:
  template <class Integer>
  static T read_whole(line_scanner& line) {
    const char* const start = line.position();
    const auto value = line.integer<Integer>("the value");
    bool exact = false;
    if constexpr (std::same_as<T, bool>) {
      exact = value == 0 || value == 1;
    } else if constexpr (std::integral<T>) {
      const auto narrow = static_cast<T>(value);
      exact = static_cast<Integer>(narrow) == value && (narrow > 0) == (value > 0);
    } else {
      // Rounding may reach 2^63 or 2^64, which Integer cannot hold.
      const auto limit = 2 * static_cast<real>((std::numeric_limits<Integer>::max)() / 2 + 1);
      const auto rounded = static_cast<real>(value);
      exact = rounded < limit && static_cast<Integer>(rounded) == value;
    }
    if (!exact) line.refuse_value(start, dtype_of<T>);
    if constexpr (is_complex<T>)
      return {static_cast<real>(value), real(0)};
    else
      return static_cast<T>(value);
  }
};

/// Whether T has negative numbers.
template <class T>
inline constexpr bool has_minus = is_complex<T> || std::is_signed_v<T>;

/// The value at (j, i) when x is the one at (i, j). For skew_symmetric T has negative numbers.
template <class T>
T mirror(T x, mtx_symmetry symmetry) {
  if constexpr (has_minus<T>) {
    if (symmetry == mtx_symmetry::skew_symmetric) return multiply(T(-1), x);
  }
  if constexpr (is_complex<T>) {
    if (symmetry == mtx_symmetry::hermitian) return {x.real(), -x.imag()};
  }
  return x;
}

/// Whether x may stand on the diagonal.
template <class T>
bool fits_diagonal(T x, mtx_symmetry symmetry) {
  if (symmetry == mtx_symmetry::skew_symmetric) return x == T(0);
  if constexpr (is_complex<T>) {
    if (symmetry == mtx_symmetry::hermitian) return x.imag() == 0;
  }
  return true;
}

/// Calls entry(i, j, value) for every element of the matrix that the file stores or implies.
template <scalar T, class F>
void read_mtx_entries(line_reader& lines, const mtx_info& info, F&& entry) {
  const bool general = info.symmetry == mtx_symmetry::general;
  const std::int64_t below_diagonal = info.symmetry == mtx_symmetry::skew_symmetric ? 1 : 0;
  std::int64_t i = below_diagonal, j = 0, k = 0;  // of an array: the next element
  bool below = false, above = false;
  std::string_view text;
  while (lines.next(text)) {
    line_scanner line(lines, text);
    if (line.at_end()) continue;
    if (k++ == info.entries)
      lines.refuse("all ", info.entries, " entries have been read, and the file goes on.");
    if (info.coordinate) {
      i = line.integer<std::int64_t>("the row");
      j = line.integer<std::int64_t>("the column");
      if (i < 1 || i > info.shape.rows)
        lines.refuse("row ", i, " is outside of a ", info.shape, " matrix, whose rows are counted from 1.");
      if (j < 1 || j > info.shape.cols)
        lines.refuse("column ", j, " is outside of a ", info.shape,
                     " matrix, whose columns are counted from 1.");
      --i;
      --j;
    }
    const T value = mtx_value<T>::read(line, info.field);
    line.finish();
    entry(i, j, value);
    if (!general && i == j && !fits_diagonal(value, info.symmetry))
      lines.refuse("the value on the diagonal of a ", name_of(info.symmetry), " matrix is not ",
                   info.symmetry == mtx_symmetry::hermitian ? "real." : "zero.");
    if (!general && i != j) {
      below = below || i > j;
      above = above || i < j;
      if (below && above)
        lines.refuse("row ", i + 1, ", column ", j + 1,
                     " is on the other side of the diagonal than entries before; a ", name_of(info.symmetry),
                     " file stores one side.");
      const T mirrored = mirror(value, info.symmetry);
      if constexpr (std::integral<T>) {
        if (info.symmetry == mtx_symmetry::skew_symmetric && value != 0 && mirrored == value)
          lines.refuse("the value has no opposite in ", dtype_of<T>, ".");
      }
      entry(j, i, mirrored);
    }
    if (!info.coordinate && ++i == info.shape.rows) {
      ++j;
      i = general ? 0 : j + below_diagonal;
    }
  }
  if (k != info.entries) lines.where().refuse("the file ends after ", k, " of ", info.entries, " entries.");
}

/// Text into a file.
class text_writer {
 public:
  explicit text_writer(output_file& file) : file_(file) {}

  text_writer& operator<<(std::string_view text) {
    file_.write(text);
    return *this;
  }
  /// The shortest text that is read back as the same value.
  template <scalar T>
  text_writer& operator<<(T value) {
    if constexpr (is_complex<T>) {
      return *this << value.real() << std::string_view(" ") << value.imag();
    } else if constexpr (std::same_as<T, bool>) {
      return *this << std::string_view(value ? "1" : "0");
    } else if constexpr (std::integral<T>) {
      message text;
      if constexpr (std::same_as<T, char>)
        text << int{value};
      else
        text << value;
      return *this << std::string_view(text.c_str());
    } else {
      if (value != value) return *this << std::string_view("nan");
      char text[64];
      const char* const end = std::to_chars(text, text + sizeof text, value).ptr;
      return *this << std::string_view(text, static_cast<std::size_t>(end - text));
    }
  }

 private:
  output_file& file_;
};

template <scalar T>
mtx_field field_of() {
  if (is_complex<T>) return mtx_field::complex;
  if (std::floating_point<T>) return mtx_field::real;
  return std::unsigned_integral<T> && sizeof(T) == 8 ? mtx_field::unsigned_integer : mtx_field::integer;
}

/// Calls entry(i, j, value) for every stored element, in storage order, without padding.
template <class T, class Index, class F>
void for_each_entry(const coo_view<T, Index>& a, F&& entry) {
  const Index* const row = a.row().data();
  const Index* const col = a.col().data();
  for (std::int64_t k = 0; k < a.nnz(); ++k)
    entry(std::int64_t{row[k]}, std::int64_t{col[k]}, a.data().data()[k]);
}
template <class T, class Index, class F>
void for_each_entry(const csr_view<T, Index>& a, F&& entry) {
  const Index* const indptr = a.indptr().data();
  const Index* const indices = a.indices().data();
  for (std::int64_t i = 0; i < a.rows(); ++i)
    for (std::int64_t k = indptr[i]; k < indptr[i + 1]; ++k)
      entry(i, std::int64_t{indices[k]}, a.data().data()[k]);
}
template <class T, int R, int C, class Index, class Space, class F>
void for_each_entry(const matrix_view<T, R, C, Index, Space>& a, F&& entry) {
  const dims block = a.blocksize();
  for (std::int64_t i = 0; i < a.block_rows(); ++i)
    for (const auto b : a.row(i))
      for (std::int64_t r = 0; r < block.rows && i * block.rows + r < a.rows(); ++r)
        for (std::int64_t c = 0; c < block.cols && b.col() * block.cols + c < a.cols(); ++c)
          entry(i * block.rows + r, b.col() * block.cols + c, b(r, c));
}

template <scalar T>
struct mtx_entry {
  std::int64_t row, col;
  T value;
  std::int64_t outer() const { return row > col ? row : col; }
  std::int64_t inner() const { return row > col ? col : row; }
};

/// A real matrix that equals its conjugate transpose is symmetric.
template <scalar T>
mtx_symmetry symmetry_for(mtx_symmetry symmetry) {
  return symmetry == mtx_symmetry::hermitian && !is_complex<T> ? mtx_symmetry::symmetric : symmetry;
}

/// Throws unless y, at (j, i), is what a file of that symmetry implies from x, at (i, j).
template <scalar T>
void check_mirror(const place& where, mtx_symmetry symmetry, std::int64_t i, std::int64_t j, T x, T y) {
  const T implied = mirror(x, symmetry);
  const bool skew = symmetry == mtx_symmetry::skew_symmetric;
  const bool same = i == j ? fits_diagonal(x, symmetry) : implied == y || (implied != implied && y != y);
  if (!same || (skew && x != T(0) && (!has_minus<T> || (std::integral<T> && implied == x))))
    where.refuse("the matrix is not ", name_of(symmetry), ": see row ", i + 1, ", column ", j + 1, ".");
}

/// Sorts the entries, and keeps those on and below the diagonal of a matrix with that symmetry.
template <scalar T>
void keep_lower_half(const place& where, mtx_symmetry symmetry, buffer<mtx_entry<T>>& entries) {
  std::sort(entries.begin(), entries.end(), [](const mtx_entry<T>& a, const mtx_entry<T>& b) {
    if (a.outer() != b.outer()) return a.outer() < b.outer();
    if (a.inner() != b.inner()) return a.inner() < b.inner();
    return a.row > b.row;
  });
  std::int64_t kept = 0;
  for (std::int64_t k = 0; k < entries.size();) {
    const mtx_entry<T> lower = entries[k];
    const bool diagonal = lower.row == lower.col;
    const std::int64_t expected = diagonal ? 1 : 2;
    std::int64_t found = 0;
    while (k + found < entries.size() && entries[k + found].outer() == lower.outer() &&
           entries[k + found].inner() == lower.inner())
      ++found;
    const mtx_entry<T>& upper = entries[k + expected - 1 < entries.size() ? k + expected - 1 : k];
    if (found != expected || (!diagonal && (lower.row < lower.col || upper.row > upper.col)))
      where.refuse("row ", lower.row + 1, ", column ", lower.col + 1,
                   " is stored more than once, or has no entry opposite of it; a ", name_of(symmetry),
                   " file needs one entry on each side.");
    check_mirror(where, symmetry, lower.row, lower.col, lower.value, upper.value);
    entries[kept++] = lower;
    k += found;
  }
  entries.truncate(kept);
}

inline void write_mtx_start(text_writer& out, const char* format, mtx_field field, mtx_symmetry symmetry,
                            dims shape) {
  out << std::string_view("%%MatrixMarket matrix ") << std::string_view(format) << std::string_view(" ")
      << std::string_view(name_of(field)) << std::string_view(" ") << std::string_view(name_of(symmetry))
      << std::string_view("\n%\n") << shape.rows << std::string_view(" ") << shape.cols;
}

template <class View>
void save_mtx_entries(file_path file, const View& a, mtx_options options) {
  using T = typename View::value_type;
  const place where{"save_mtx", file.c_str()};
  const mtx_symmetry symmetry = symmetry_for<T>(options.symmetry);
  const mtx_field field = options.pattern ? mtx_field::pattern : field_of<T>();
  if (options.pattern && symmetry == mtx_symmetry::skew_symmetric)
    where.refuse<error>("a pattern cannot be skew-symmetric.");
  check_format(a);
  std::int64_t count = 0;
  for_each_entry(a, [&](std::int64_t, std::int64_t, T) { ++count; });
  buffer<mtx_entry<T>> half;
  if (symmetry != mtx_symmetry::general) {
    half = buffer<mtx_entry<T>>(count, uninitialized);
    std::int64_t k = 0;
    for_each_entry(a, [&](std::int64_t i, std::int64_t j, T x) { half[k++] = {i, j, x}; });
    keep_lower_half(where, symmetry, half);
    count = half.size();
  }
  output_file output(where);
  text_writer out(output);
  write_mtx_start(out, "coordinate", field, symmetry, a.shape());
  out << std::string_view(" ") << count << std::string_view("\n");
  const auto write = [&](std::int64_t i, std::int64_t j, T x) {
    out << i + 1 << std::string_view(" ") << j + 1;
    if (!options.pattern) out << std::string_view(" ") << x;
    out << std::string_view("\n");
  };
  if (symmetry == mtx_symmetry::general)
    for_each_entry(a, write);
  else
    for (const mtx_entry<T>& entry : half) write(entry.row, entry.col, entry.value);
  output.commit();
}

}  // namespace detail

/// What a Matrix Market file says of itself. Reads its first lines. Throws format_error as load_mtx does.
inline mtx_info inspect_mtx(file_path file) {
  const input_file input({"inspect_mtx", file.c_str()});
  detail::line_reader lines(input);
  return detail::read_mtx_header(lines);
}

/// Reads a matrix from a Matrix Market file: coordinate or array; real, integer, complex or pattern (ones);
/// general, symmetric, skew-symmetric or hermitian (both halves are returned). Entries come in the order of
/// the file, each with its mirror image behind it; repeated ones are kept, and add up in conversions. O(size
/// of the file).
///
/// Decimal numbers are rounded to the nearest T; whole numbers must be values of T. Throws format_error,
/// naming file, line and value, for everything that is not exactly the format; among them numbers such as 1,5
/// and 0x10 and +1, too many or too few entries, sizes that the file cannot hold, entries on both sides of
/// the diagonal of a symmetric file, and a field that T has not (real for an integer T, complex for a real
/// T). scipy: io.mmread
template <scalar T, index Index = std::int32_t>
coo<T, Index> load_mtx(file_path file) {
  const input_file input({"load_mtx", file.c_str()});
  detail::line_reader lines(input);
  const mtx_info info = detail::read_mtx_header(lines);
  detail::mtx_value<T>::accept(lines, info);
  const std::int64_t largest = (std::numeric_limits<Index>::max)();
  if (info.shape.rows > largest || info.shape.cols > largest)
    lines.where().refuse("a ", info.shape, " matrix needs 64-bit indices; use load_mtx<T, std::int64_t>.");
  const std::int64_t most = info.symmetry == mtx_symmetry::general ? info.entries : 2 * info.entries;
  buffer<T> data(most, uninitialized);
  buffer<Index> row(most, uninitialized), col(most, uninitialized);
  std::int64_t n = 0;
  detail::read_mtx_entries<T>(lines, info, [&](std::int64_t i, std::int64_t j, T x) {
    row[n] = static_cast<Index>(i);
    col[n] = static_cast<Index>(j);
    data[n++] = x;
  });
  data.truncate(n);
  row.truncate(n);
  col.truncate(n);
  return {info.shape, std::move(data), std::move(row), std::move(col)};
}

/// Reads a dense matrix from a Matrix Market file in array format, with the same rules.
template <scalar T, class Layout = row_major>
dense_matrix<T, Layout> load_mtx_dense(file_path file) {
  const input_file input({"load_mtx_dense", file.c_str()});
  detail::line_reader lines(input);
  const mtx_info info = detail::read_mtx_header(lines);
  detail::mtx_value<T>::accept(lines, info);
  if (info.coordinate) lines.where().refuse("the file holds a sparse matrix; read it with load_mtx.");
  dense_matrix<T, Layout> x(info.shape.rows, info.shape.cols);
  detail::read_mtx_entries<T>(lines, info, [&](std::int64_t i, std::int64_t j, T value) { x(i, j) = value; });
  return x;
}

/// Writes a sparse matrix (coo, csr, or blocks element by element; padding is left out) to a Matrix Market
/// file in coordinate format. Values are written so that they are read back exactly. With options.symmetry
/// one half is written; the matrix must then be exactly symmetric, with one entry on each side. O(entries),
/// O(entries log entries) with a symmetry. A file of that name is replaced when all is written. Throws
/// format_error when an index is out of range or the matrix has not the symmetry, bsr::error when the file
/// cannot be written. scipy: io.mmwrite
template <class A>
  requires coo_like<const A&>
void save_mtx(file_path file, const A& a, mtx_options options = {}) {
  detail::save_mtx_entries(file, input(a), options);
}
template <class A>
  requires csr_like<const A&>
void save_mtx(file_path file, const A& a, mtx_options options = {}) {
  detail::save_mtx_entries(file, input(a), options);
}
template <class A>
  requires sparse_like<const A&>
void save_mtx(file_path file, const A& a, mtx_options options = {}) {
  detail::save_mtx_entries(file, input(a), options);
}
/// Writes a dense matrix in array format.
template <class A>
  requires dense_like<const A&>
void save_mtx(file_path file, const A& a, mtx_options options = {}) {
  const auto x = input(a);
  using T = typename decltype(x)::value_type;
  const place where{"save_mtx", file.c_str()};
  const mtx_symmetry symmetry = detail::symmetry_for<T>(options.symmetry);
  const bool general = symmetry == mtx_symmetry::general;
  if (options.pattern) where.refuse<error>("an array has values; it cannot be a pattern.");
  if (!general && x.rows() != x.cols())
    where.refuse("a ", x.shape(), " matrix is not ", detail::name_of(symmetry), ".");
  if (!general)
    for (std::int64_t i = 0; i < x.rows(); ++i)
      for (std::int64_t j = 0; j <= i; ++j) detail::check_mirror<T>(where, symmetry, i, j, x(i, j), x(j, i));
  output_file output(where);
  detail::text_writer out(output);
  detail::write_mtx_start(out, "array", detail::field_of<T>(), symmetry, x.shape());
  out << std::string_view("\n");
  for (std::int64_t j = 0; j < x.cols(); ++j) {
    const std::int64_t first = general ? 0 : symmetry == mtx_symmetry::skew_symmetric ? j + 1 : j;
    for (std::int64_t i = first; i < x.rows(); ++i) out << x(i, j) << std::string_view("\n");
  }
  output.commit();
}

}  // namespace bsr::inline v0::inline BSR_TARGET::io
