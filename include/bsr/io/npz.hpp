// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// scipy.sparse.save_npz and load_npz: BSR and CSR matrices, and dense arrays, as members of an .npz file.
// Needs zlib.
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/format/check_format.hpp"
#include "bsr/io/dtype.hpp"
#include "bsr/io/file.hpp"
#include "bsr/io/npy.hpp"
#include "bsr/io/zip.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/csr.hpp"
#include "bsr/storage/dense_matrix.hpp"
#include "bsr/storage/matrix.hpp"
#include "bsr/storage/matrix_view.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET::io {

/// How an .npz file is written. Not compressed: larger, faster, and NumPy can map it.
struct npz_options {
  bool compressed = true;
};

/// Tag argument of save_npz: a matrix whose last blocks reach beyond the edge is written with its shape
/// rounded up to whole blocks, and zeros where the padding was. Files know no padding.
struct pad_shape_t {};
inline constexpr pad_shape_t pad_shape{};

/// What a file of scipy.sparse.save_npz holds.
struct npz_info {
  /// "bsr" or "csr".
  const char* format;
  /// Written from a bsr_array or csr_array, not from a bsr_matrix or csr_matrix.
  bool is_array;
  dims shape;
  /// 1x1 for csr.
  dims blocksize;
  /// Stored blocks; stored elements for csr.
  std::int64_t num_blocks;
  /// Of the values.
  dtype data_type;
  /// Of the column indices.
  dtype index_type;
};

namespace detail {

/// The member of an array: the name with ".npy" behind it, as NumPy has it.
class npy_name {
 public:
  explicit npy_name(std::string_view name)
      : text_(static_cast<std::int64_t>(name.size()) + 4, uninitialized) {
    if (!name.empty()) std::memcpy(text_.data(), name.data(), name.size());
    std::memcpy(text_.data() + name.size(), ".npy", 4);
  }
  operator std::string_view() const { return {text_.data(), text_.bytes()}; }

 private:
  buffer<char> text_;
};

inline const zip_entry& find_member(const zip_reader& zip, std::string_view name) {
  const zip_entry* const entry = zip.find(name);
  if (entry == nullptr) zip.file().where().refuse("the file has no member ", quoted{name}, ".");
  return *entry;
}

/// An array member with its header read.
struct npz_array {
  npz_array(const zip_reader& zip, std::string_view name)
      : member(zip, find_member(zip, name)), header(read_npy_header(member)) {}
  const place& where() const { return member.where(); }

  zip_member member;
  npy_header header;
};

/// Reads the format member, a text of bytes or of four-byte characters.
inline const char* read_format(const zip_reader& zip) {
  static constexpr int longest = 8;
  if (zip.find("format.npy") == nullptr)
    zip.file().where().refuse("the file does not contain a sparse matrix: it has no member 'format.npy'.");
  npz_array format(zip, "format.npy");
  const dtype type = format.header.type;
  const int width = type.kind == 'U' ? 4 : 1;
  if ((type.kind != 'S' && type.kind != 'U') || format.header.shape.rank != 0 || type.bytes > longest * width)
    format.where().refuse("the name of a sparse format was expected, not an array of shape ",
                          format.header.shape, " and dtype ", type, ".");
  char raw[4 * longest] = {};
  format.member.read(raw, static_cast<std::size_t>(type.bytes));
  format.member.finish();
  char text[longest + 1] = {};
  for (int i = 0; i < type.bytes; ++i) {
    if (i % width == 0)
      text[i / width] = raw[i];
    else if (raw[i] != 0)
      text[i / width] = '?';
  }
  if (std::strcmp(text, "bsr") == 0) return "bsr";
  if (std::strcmp(text, "csr") == 0) return "csr";
  format.where().refuse("the format is ", quoted{text}, "; 'bsr' and 'csr' can be read.");
}

inline dims read_shape(const zip_reader& zip) {
  npz_array shape(zip, "shape.npy");
  if (shape.header.shape.rank != 1 || shape.header.elements != 2)
    shape.where().refuse("two numbers were expected, not an array of shape ", shape.header.shape, ".");
  std::int64_t extents[2];
  read_npy_elements(shape.member, shape.header, extents);
  if (extents[0] < 0 || extents[1] < 0)
    shape.where().refuse("the shape is ", dims(extents[0], extents[1]), ".");
  return {extents[0], extents[1]};
}

inline bool read_is_array(const zip_reader& zip) {
  if (zip.find("_is_array.npy") == nullptr) return false;
  npz_array flag(zip, "_is_array.npy");
  if (flag.header.type != dtype{'b', 1} || flag.header.shape.rank != 0)
    flag.where().refuse("True or False was expected, not an array of shape ", flag.header.shape,
                        " and dtype ", flag.header.type, ".");
  bool value = false;
  read_npy_elements(flag.member, flag.header, &value);
  return value;
}

/// The members of a sparse matrix: everything but the long arrays is read, and all of it fits together.
class npz_sparse {
 public:
  explicit npz_sparse(place where)
      : zip_(where),
        format_(read_format(zip_)),
        is_array_(read_is_array(zip_)),
        shape_(read_shape(zip_)),
        indices_(zip_, "indices.npy"),
        indptr_(zip_, "indptr.npy"),
        data_(zip_, "data.npy") {
    check_index_array(indices_);
    check_index_array(indptr_);
    const array_shape& data = data_.header.shape;
    if (data.rank != (is_bsr() ? 3 : 1))
      data_.where().refuse("the data of a ", format_, " matrix has ", is_bsr() ? 3 : 1,
                           " dimensions, not the shape ", data, ".");
    if (is_bsr()) blocksize_ = {data.extents[1], data.extents[2]};
    const dims block = blocksize_;
    std::int64_t area = 0;
    if (block.rows < 1 || block.cols < 1 || __builtin_mul_overflow(block.rows, block.cols, &area))
      data_.where().refuse("invalid blocksize ", block, ".");
    if (data.extents[0] != indices_.header.elements)
      data_.where().refuse("indices and data should have the same size: data has the shape ", data,
                           ", and there are ", indices_.header.elements, " indices.");
    if (shape_.rows % block.rows != 0 || shape_.cols % block.cols != 0)
      this->where()
          .at("shape.npy")
          .refuse("shape must be multiple of blocksize: shape is ", shape_, ", blocksize is ", block, ".");
    if (indptr_.header.elements - 1 != shape_.rows / block.rows)
      indptr_.where().refuse("index pointer size (", indptr_.header.elements, ") should be (",
                             shape_.rows / block.rows, " + 1): shape is ", shape_, ", blocksize is ", block,
                             ".");
  }

  const place& where() const { return zip_.file().where(); }
  bool is_bsr() const { return format_[0] == 'b'; }
  dims shape() const { return shape_; }
  dims blocksize() const { return blocksize_; }
  npz_info info() const {
    return {format_,           is_array_,           shape_, blocksize_, indices_.header.elements,
            data_.header.type, indices_.header.type};
  }

  template <scalar T>
  void check_data_type() const {
    check_dtype<T>(data_.where(), data_.header.type);
  }

  /// Reads the three arrays. Every index is checked.
  template <index Index>
  buffer<Index> read_indptr() {
    buffer<Index> indptr = read_indices<Index>(indptr_);
    const std::int64_t n = indptr.size() - 1;
    if (indptr[0] != 0) indptr_.where().refuse("index pointer should start with 0, not ", indptr[0], ".");
    for (std::int64_t i = 0; i < n; ++i)
      if (indptr[i + 1] < indptr[i])
        indptr_.where().refuse("index pointer values must form a non-decreasing sequence: value ", i + 1,
                               " is ", indptr[i + 1], " after ", indptr[i], ".");
    if (indptr[n] > indices_.header.elements)
      indptr_.where().refuse("its last value is ", indptr[n], ", and there are ", indices_.header.elements,
                             " indices.");
    return indptr;
  }
  /// Those up to `used` name block columns; what lies beyond belongs to no row and is dropped later.
  template <index Index>
  buffer<Index> read_columns(std::int64_t used) {
    buffer<Index> columns = read_indices<Index>(indices_);
    const std::int64_t limit = shape_.cols / blocksize_.cols;
    for (std::int64_t k = 0; k < used; ++k)
      if (columns[k] < 0 || columns[k] >= limit)
        indices_.where().refuse("column index values must be >= 0 and < ", limit, ": value ", k, " is ",
                                columns[k], ".");
    return columns;
  }
  template <scalar T>
  buffer<T> read_data() {
    buffer<T> data(data_.header.elements, uninitialized);
    read_npy_elements(data_.member, data_.header, data.data());
    return data;
  }

 private:
  static void check_index_array(const npz_array& array) {
    const dtype type = array.header.type;
    if (array.header.shape.rank != 1 || (type != dtype{'i', 4} && type != dtype{'i', 8}))
      array.where().refuse("indices are one-dimensional and of dtype i4 or i8, not of shape ",
                           array.header.shape, " and dtype ", type, ".");
  }

  template <index Index>
  static buffer<Index> read_indices(npz_array& array) {
    buffer<Index> values(array.header.elements, uninitialized);
    if (array.header.type.bytes <= static_cast<int>(sizeof(Index))) {
      read_npy_elements(array.member, array.header, values.data());
      return values;
    }
    static constexpr std::int64_t piece = 1024;
    std::int64_t wide[piece];
    for (std::int64_t i = 0; i < values.size(); i += piece) {
      const std::int64_t count = values.size() - i < piece ? values.size() - i : piece;
      array.member.read(wide, static_cast<std::size_t>(count) * sizeof(std::int64_t));
      for (std::int64_t j = 0; j < count; ++j) {
        values[i + j] = static_cast<Index>(wide[j]);
        if (values[i + j] != wide[j])
          array.where().refuse("value ", i + j, " is ", wide[j],
                               ", beyond 32 bits; read the file into a matrix with std::int64_t indices.");
      }
    }
    array.member.finish();
    return values;
  }

  zip_reader zip_;
  const char* format_;
  bool is_array_;
  dims shape_;
  dims blocksize_{1, 1};
  npz_array indices_;
  npz_array indptr_;
  npz_array data_;
};

template <index Index>
void write_index_array(zip_writer& zip, const char* name, std::span<const Index> values) {
  zip.begin(name);
  write_npy(zip, {1, {static_cast<std::int64_t>(values.size())}}, values.data());
  zip.end();
}

/// The members that come before the data: indices, indptr, format, shape, in scipy's order.
template <index Index>
void write_structure(zip_writer& zip, const char* format, dims shape, std::span<const Index> indices,
                     std::span<const Index> indptr) {
  write_index_array(zip, "indices.npy", indices);
  write_index_array(zip, "indptr.npy", indptr);
  zip.begin("format.npy");
  write_npy_header(zip, {'S', 3}, false, {});
  zip.write(format, 3);
  zip.end();
  const std::int64_t extents[2] = {shape.rows, shape.cols};
  zip.begin("shape.npy");
  write_npy(zip, {1, {2}}, extents);
  zip.end();
}

inline void write_is_array(zip_writer& zip) {
  const bool yes = true;
  zip.begin("_is_array.npy");
  write_npy(zip, {}, &yes);
  zip.end();
}

template <class T, int R, int C, class Index, class Space>
void write_bsr(zip_writer& zip, const matrix_view<T, R, C, Index, Space>& a) {
  const dims block = a.blocksize();
  const dims whole{a.block_rows() * block.rows, a.block_cols() * block.cols};
  write_structure(zip, "bsr", whole, a.indices(), a.indptr());
  zip.begin("data.npy");
  write_npy_header(zip, written_dtype<T>(), false, {3, {a.num_blocks(), block.rows, block.cols}});
  if (!a.is_padded()) {
    zip.write(a.data().data(), a.data().size_bytes());
  } else {
    const buffer<std::remove_const_t<T>> zeros(block.cols);
    for (std::int64_t i = 0; i < a.block_rows(); ++i) {
      const std::int64_t rows = a.rows() - i * block.rows;
      for (const auto entry : a.row(i)) {
        const std::int64_t left = a.cols() - entry.col() * block.cols;
        for (std::int64_t r = 0; r < block.rows; ++r) {
          const std::int64_t kept = r >= rows ? 0 : left < block.cols ? left : block.cols;
          zip.write(entry.values().data() + r * block.cols, static_cast<std::size_t>(kept) * sizeof(T));
          zip.write(zeros.data(), static_cast<std::size_t>(block.cols - kept) * sizeof(T));
        }
      }
    }
  }
  zip.end();
  write_is_array(zip);
}

}  // namespace detail

/// What a file of scipy.sparse.save_npz holds: format, shape, block size, types. Reads headers, not the
/// values; what it returns fits together. O(1). Throws format_error as load_npz does.
inline npz_info inspect_npz(file_path file) {
  return detail::npz_sparse({"inspect_npz", file.c_str()}).info();
}

/// Reads a block-sparse-row matrix that scipy.sparse.save_npz wrote, compressed or not. O(size of the file).
///
/// Blocks stay in the order of the file; unsorted and repeated columns are kept, as in scipy. Every index is
/// checked, which scipy does not do. Throws
///   format_error  naming file, member and value: the file is damaged, is not a bsr matrix, has a shape that
///   is no
///                 multiple of its block size, indices out of range or beyond Index; or its dtype has values
///                 that T has not: f4 becomes double, i4 becomes double, f8 does not become float;
///   shape_error   its blocks are not R x C;
///   error         it cannot be read.
/// Sizes are compared with the bytes in the file before memory is allocated. scipy: load_npz
template <scalar T, int R = dynamic, int C = R, index Index = std::int32_t>
matrix<T, R, C, Index> load_npz(file_path file) {
  detail::npz_sparse in({"load_npz", file.c_str()});
  if (!in.is_bsr()) in.where().refuse("the file holds a csr matrix; read it with load_npz_csr.");
  const dims block = in.blocksize();
  if ((R != dynamic && block.rows != R) || (C != dynamic && block.cols != C))
    in.where().refuse<shape_error>("the blocks in the file are ", block, ", those of the type are ",
                                   dims(R == dynamic ? block.rows : R, C == dynamic ? block.cols : C), ".");
  in.check_data_type<T>();
  buffer<Index> indptr = in.read_indptr<Index>();
  buffer<Index> columns = in.read_columns<Index>(indptr[indptr.size() - 1]);
  return {in.shape(), in.read_data<T>(), std::move(columns), std::move(indptr), block};
}

/// Reads a CSR matrix that scipy.sparse.save_npz wrote, with the same rules.
template <scalar T, index Index = std::int32_t>
csr<T, Index> load_npz_csr(file_path file) {
  detail::npz_sparse in({"load_npz_csr", file.c_str()});
  if (in.is_bsr())
    in.where().refuse("the file holds a bsr matrix with blocks of ", in.blocksize(),
                      "; read it with load_npz.");
  in.check_data_type<T>();
  buffer<Index> indptr = in.read_indptr<Index>();
  buffer<Index> columns = in.read_columns<Index>(indptr[indptr.size() - 1]);
  return {in.shape(), in.read_data<T>(), std::move(columns), std::move(indptr)};
}

/// Writes a block-sparse-row matrix so that scipy.sparse.load_npz reads it as a bsr_array. Blocks stay in
/// their order. A file of that name is replaced when all is written. O(blocks). Throws format_error when an
/// index is out of range, shape_error for a padded matrix (pass io::pad_shape), bsr::error when the file
/// cannot be written. scipy: save_npz
template <class A>
  requires sparse_like<const A&>
void save_npz(file_path file, const A& a, npz_options options = {}) {
  const auto v = input(a);
  if (v.is_padded())
    place{"save_npz", file.c_str()}.refuse<shape_error>(
        "shape must be multiple of blocksize: shape is ", v.shape(), ", blocksize is ", v.blocksize(),
        "; pass bsr::io::pad_shape to write whole blocks, with zeros as padding.");
  save_npz(file, v, pad_shape, options);
}
/// The same for a matrix that may be padded.
template <class A>
  requires sparse_like<const A&>
void save_npz(file_path file, const A& a, pad_shape_t, npz_options options = {}) {
  const auto v = input(a);
  check_format(v);
  zip_writer zip({"save_npz", file.c_str()}, options.compressed);
  detail::write_bsr(zip, v);
  zip.close();
}
/// Writes a CSR matrix so that scipy.sparse.load_npz reads it as a csr_array.
template <class A>
  requires csr_like<const A&>
void save_npz(file_path file, const A& a, npz_options options = {}) {
  const auto v = input(a);
  check_format(v);
  zip_writer zip({"save_npz", file.c_str()}, options.compressed);
  detail::write_structure(zip, "csr", v.shape(), v.indices(), v.indptr());
  zip.begin("data.npy");
  write_npy(zip, {1, {v.nnz()}}, v.data().data());
  zip.end();
  detail::write_is_array(zip);
  zip.close();
}

/// Reads the arrays of an .npz file by their names, as numpy.load does.
///
///   io::npz_reader file("results.npz");
///   bsr::dense_matrix<double> y = file.load<double>("y");
///
/// Throws format_error as load_npy does, also when there is no array of a name.
class npz_reader {
 public:
  explicit npz_reader(file_path file)
      : name_(std::span<const char>(file.c_str(), std::strlen(file.c_str()) + 1)),
        zip_({"npz_reader", name_.data()}) {}

  bool contains(std::string_view name) const { return zip_.find(detail::npy_name(name)) != nullptr; }
  /// Shape and type of an array.
  npy_header header(std::string_view name) const { return open(name).header; }
  /// A two-dimensional array.
  template <scalar T, class Layout = row_major>
  dense_matrix<T, Layout> load(std::string_view name) const {
    zip_member member(zip_, detail::find_member(zip_, detail::npy_name(name)));
    return detail::read_matrix<T, Layout>(member);
  }
  /// A one-dimensional array.
  template <scalar T>
  buffer<T> load_vector(std::string_view name) const {
    zip_member member(zip_, detail::find_member(zip_, detail::npy_name(name)));
    return detail::read_vector<T>(member);
  }

 private:
  detail::npz_array open(std::string_view name) const { return {zip_, detail::npy_name(name)}; }

  buffer<char> name_;
  zip_reader zip_;
};

/// Writes several arrays into one .npz file, which numpy.load reads by their names.
///
///   io::npz_writer file("results.npz");
///   file.add("y", y);
///   file.close();
///
/// The file appears under its name when close() returns; without close() nothing is left behind.
/// Throws bsr::error when a name is taken or something cannot be written.
class npz_writer {
 public:
  explicit npz_writer(file_path file, npz_options options = {})
      : name_(std::span<const char>(file.c_str(), std::strlen(file.c_str()) + 1)),
        zip_({"npz_writer", name_.data()}, options.compressed) {}

  /// A dense matrix (Fortran's order when it is column-major) or a vector.
  template <class X>
    requires dense_like<const X&> || vector_like<const X&>
  void add(std::string_view name, const X& x) {
    zip_.begin(detail::npy_name(name));
    write_npy(zip_, input(x));
    zip_.end();
  }
  /// A number, an array without dimensions.
  template <scalar T>
  void add(std::string_view name, T value) {
    zip_.begin(detail::npy_name(name));
    write_npy(zip_, {}, &value);
    zip_.end();
  }
  void close() { zip_.close(); }

 private:
  buffer<char> name_;
  zip_writer zip_;
};

}  // namespace bsr::inline v0::inline BSR_TARGET::io
