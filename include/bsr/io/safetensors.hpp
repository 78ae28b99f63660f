// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// safetensors: named tensors behind a JSON header.
#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "bsr/base/error.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/io/dtype.hpp"
#include "bsr/io/file.hpp"
#include "bsr/io/npy.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/dense_matrix.hpp"
#include "bsr/storage/dense_view.hpp"

namespace bsr::inline v0::inline BSR_TARGET::io {

/// A tensor of a safetensors file.
struct tensor_info {
  std::string_view name;
  /// As the file calls it: "F32", "BF16", "I64", ...
  const char* type_name = "";
  /// What it is to bsr; kind 0 when bsr has no such numbers, as for the 8-bit floats.
  dtype type;
  array_shape shape;
  std::int64_t elements = 0;
  /// Where its bytes are, from the end of the header on.
  std::uint64_t begin = 0, end = 0;
};

namespace detail {

struct safetensors_type {
  const char* name;
  dtype type;
  int bytes;
};
inline constexpr safetensors_type safetensors_types[] = {
    {"BOOL", {'b', 1}, 1},    {"U8", {'u', 1}, 1},   {"I8", {'i', 1}, 1},  {"F8_E4M3", {'4', 1}, 1},
    {"F8_E5M2", {'5', 1}, 1}, {"F8_E8M0", {}, 1},    {"I16", {'i', 2}, 2}, {"U16", {'u', 2}, 2},
    {"F16", {'f', 2}, 2},     {"BF16", {'B', 2}, 2}, {"I32", {'i', 4}, 4}, {"U32", {'u', 4}, 4},
    {"F32", {'f', 4}, 4},     {"I64", {'i', 8}, 8},  {"U64", {'u', 8}, 8}, {"F64", {'f', 8}, 8},
    {"C64", {'c', 8}, 8},
};

/// Receives the words of the header from the JSON reader and accepts this and nothing else:
///   {"name": {"dtype": "F32", "shape": [3, 2], "data_offsets": [0, 24]}, ..., "__metadata__": {"key":
///   "text", ...}}
/// It hears every key, where a tree of JSON values would have lost those that repeat.
class safetensors_header {
 public:
  using number_integer_t = nlohmann::json::number_integer_t;
  using number_unsigned_t = nlohmann::json::number_unsigned_t;
  using number_float_t = nlohmann::json::number_float_t;
  using string_t = nlohmann::json::string_t;
  using binary_t = nlohmann::json::binary_t;

  safetensors_header(const place& where, std::size_t header_size)
      : where_(where),
        names_(static_cast<std::int64_t>(header_size), uninitialized),
        tensors_(static_cast<std::int64_t>(header_size / shortest_tensor + 2), uninitialized) {}

  /// After the last word: the tensors in the order of their bytes, which must fill `data_size` without gap or
  /// overlap. Names point into `names`.
  void finish(std::uint64_t data_size, buffer<tensor_info>& tensors, buffer<char>& names) {
    tensors_.truncate(count_);
    const auto refuse_name = [&](const tensor_info& tensor) {
      where_.at(tensor.name).refuse("two tensors have this name.");
    };
    std::sort(tensors_.begin(), tensors_.end(),
              [](const tensor_info& a, const tensor_info& b) { return a.name < b.name; });
    for (std::int64_t i = 1; i < count_; ++i)
      if (tensors_[i].name == tensors_[i - 1].name) refuse_name(tensors_[i]);
    std::sort(tensors_.begin(), tensors_.end(), [](const tensor_info& a, const tensor_info& b) {
      return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
    });
    std::uint64_t end = 0;
    for (const tensor_info& tensor : tensors_) {
      if (tensor.begin != end)
        where_.at(tensor.name)
            .refuse("it starts at byte ", tensor.begin, ", and the tensor before it ends at byte ", end,
                    "; tensors lie side by side.");
      end = tensor.end;
      if (end > data_size)
        where_.at(tensor.name)
            .refuse("it ends at byte ", end, ", and the file has ", data_size, " bytes of tensors.");
    }
    if (end != data_size) where_.refuse("the tensors end at byte ", end, " of ", data_size, ".");
    tensors = std::move(tensors_);
    names = std::move(names_);
  }

  bool null() { refuse_value("null"); }
  bool boolean(bool value) { refuse_value(value ? "true" : "false"); }
  bool number_integer(number_integer_t value) { refuse_number(value); }
  bool number_float(number_float_t, const string_t& text) { refuse_value(text); }
  bool binary(binary_t&) { refuse_value("binary data"); }

  bool number_unsigned(number_unsigned_t value) {
    if (state_ == state::shape) {
      array_shape& shape = tensor().shape;
      if (shape.rank == array_shape::max_rank)
        here().refuse("the tensor has more than ", array_shape::max_rank, " dimensions.");
      if (value > static_cast<number_unsigned_t>((std::numeric_limits<std::int64_t>::max)()))
        refuse_number(value);
      shape.extents[shape.rank++] = static_cast<std::int64_t>(value);
    } else if (state_ == state::offsets && offsets_ < 2) {
      (offsets_ == 0 ? tensor().begin : tensor().end) = value;
      ++offsets_;
    } else {
      refuse_number(value);
    }
    return true;
  }

  bool string(string_t& text) {
    if (state_ == state::metadata) return true;
    if (state_ != state::tensor || word_ != word::type) refuse_value(text);
    for (const safetensors_type& type : safetensors_types) {
      if (text != type.name) continue;
      tensor().type_name = type.name;
      tensor().type = type.type;
      element_size_ = type.bytes;
      return true;
    }
    here().refuse("the dtype ", quoted{text}, " is unknown.");
  }

  bool start_object(std::size_t) {
    if (state_ == state::outside)
      state_ = state::tensors;
    else if (state_ == state::tensors)
      state_ = word_ == word::metadata ? state::metadata : state::tensor;
    else
      refuse_value("an object");
    return true;
  }
  bool end_object() {
    if (state_ == state::tensor) finish_tensor();
    state_ = state_ == state::tensors ? state::outside : state::tensors;
    return true;
  }
  bool start_array(std::size_t) {
    if (state_ == state::tensor && word_ == word::shape) {
      state_ = state::shape;
    } else if (state_ == state::tensor && word_ == word::offsets) {
      state_ = state::offsets;
      offsets_ = 0;
    } else {
      refuse_value("an array");
    }
    return true;
  }
  bool end_array() {
    if (state_ == state::offsets && offsets_ != 2)
      here().refuse("data_offsets holds ", offsets_, " numbers, not 2.");
    state_ = state::tensor;
    return true;
  }

  bool key(string_t& text) {
    if (state_ == state::metadata) return true;
    if (state_ == state::tensors) {
      word_ = text == "__metadata__" ? word::metadata : word::name;
      if (word_ == word::name) start_tensor(text);
      if (word_ == word::metadata && has_metadata_)
        where_.refuse("the header has two members '__metadata__'.");
      has_metadata_ = has_metadata_ || word_ == word::metadata;
      return true;
    }
    word_ = text == "dtype"          ? word::type
            : text == "shape"        ? word::shape
            : text == "data_offsets" ? word::offsets
                                     : word::name;
    const unsigned bit = 1u << static_cast<int>(word_);
    if (word_ == word::name || (seen_ & bit) != 0)
      here().refuse("the key ", quoted{text}, " is unknown or repeated.");
    seen_ |= bit;
    return true;
  }

  template <class Exception>
  bool parse_error(std::size_t position, const string_t&, const Exception&) {
    where_.refuse("the header is no JSON: reading stops at its byte ", position, ".");
  }

 private:
  enum class state { outside, tensors, metadata, tensor, shape, offsets };
  enum class word { name, metadata, type, shape, offsets };
  static constexpr std::size_t shortest_tensor =
      std::string_view(R"("":{"dtype":"U8","shape":[],"data_offsets":[0,0]})").size();

  tensor_info& tensor() { return tensors_[count_ - 1]; }
  /// The tensor that is being described, or the file.
  place here() const {
    const bool inside = state_ == state::tensor || state_ == state::shape || state_ == state::offsets;
    return inside ? where_.at(tensors_[count_ - 1].name) : where_;
  }
  template <class Integer>
  [[noreturn]] void refuse_number(Integer value) const {
    if (state_ == state::metadata)
      where_.refuse("'__metadata__' holds the number ", value, "; it holds texts only.");
    here().refuse("the header has the number ", value, " where it cannot be.");
  }
  [[noreturn]] void refuse_value(std::string_view what) const {
    if (state_ == state::metadata)
      where_.refuse("'__metadata__' holds ", quoted{what}, "; it holds texts only.");
    here().refuse("the header has ", quoted{what}, " where it cannot be.");
  }

  void start_tensor(std::string_view name) {
    if (name.find('\0') != std::string_view::npos) where_.at(name).refuse("the name contains a zero byte.");
    if (count_ == tensors_.size()) where_.refuse("the header is too short for its tensors.");
    if (!name.empty()) std::memcpy(names_.data() + names_filled_, name.data(), name.size());
    tensors_[count_++] = tensor_info{};
    tensor().name = std::string_view(names_.data() + names_filled_, name.size());
    names_filled_ += name.size();
    seen_ = 0;
  }

  void finish_tensor() {
    tensor_info& t = tensor();
    for (const word needed : {word::type, word::shape, word::offsets})
      if ((seen_ & 1u << static_cast<int>(needed)) == 0)
        here().refuse("it has no ",
                      needed == word::type    ? "dtype"
                      : needed == word::shape ? "shape"
                                              : "data_offsets",
                      ".");
    t.elements = count_elements(t.shape);
    std::int64_t bytes = 0;
    if (t.elements < 0 || __builtin_mul_overflow(t.elements, std::int64_t{element_size_}, &bytes))
      here().refuse("a tensor of shape ", t.shape, " is too large to exist.");
    if (t.begin > t.end || t.end - t.begin != static_cast<std::uint64_t>(bytes))
      here().refuse("a tensor of shape ", t.shape, " and dtype ", t.type_name, " has ", bytes,
                    " bytes, not those from byte ", t.begin, " to byte ", t.end, ".");
  }

  place where_;
  buffer<char> names_;
  buffer<tensor_info> tensors_;
  std::size_t names_filled_ = 0;
  std::int64_t count_ = 0;
  state state_ = state::outside;
  word word_ = word::name;
  unsigned seen_ = 0;
  int offsets_ = 0;
  int element_size_ = 0;
  bool has_metadata_ = false;
};

}  // namespace detail

/// Reads tensors of a safetensors file by their names.
///
///   io::safetensors_reader file("model.safetensors");
///   bsr::dense_matrix<float> w = file.load<float>("encoder.layer.0.output.dense.weight");
///
/// The header is read and checked at once: tensors lie side by side and fill the file, and every size is
/// compared with the bytes that are there. Throws format_error, naming file, tensor and value, for everything
/// else; bsr::error when the file cannot be read.
class safetensors_reader {
 public:
  explicit safetensors_reader(file_path file)
      : file_name_(std::span<const char>(file.c_str(), std::strlen(file.c_str()) + 1)),
        file_({"safetensors_reader", file_name_.data()}) {
    static constexpr std::uint64_t longest_header = 100'000'000;  // as in the reference implementation
    const place& where = file_.where();
    std::uint64_t size = 0;
    if (file_.size() < sizeof size)
      where.refuse("it has ", file_.size(), " bytes, too few for a safetensors file.");
    file_.read(0, &size, sizeof size);
    if (size > longest_header || size > file_.size() - sizeof size)
      where.refuse("the header is said to have ", size, " bytes, and the file has ", file_.size(),
                   " in all.");
    const buffer<char> text(static_cast<std::int64_t>(size), uninitialized);
    file_.read(sizeof size, const_cast<char*>(text.data()), size);
    if (size == 0 || text[0] != '{') where.refuse("the header does not start with '{'.");
    // To the JSON reader a zero byte is the end.
    if (std::memchr(text.data(), 0, size) != nullptr) where.refuse("the header contains a zero byte.");
    data_ = sizeof size + size;
    detail::safetensors_header header(where, size);
    nlohmann::json::sax_parse(text.begin(), text.end(), &header);
    header.finish(file_.size() - data_, tensors_, names_);
  }

  /// All tensors, in the order of their bytes. The names live as long as the reader.
  std::span<const tensor_info> tensors() const { return tensors_.span(); }
  /// The tensor of that name, or null.
  const tensor_info* find(std::string_view name) const {
    for (const tensor_info& tensor : tensors_)
      if (tensor.name == name) return &tensor;
    return nullptr;
  }

  /// A tensor of two dimensions. Its type may be another one if T holds all its values: BF16, F16, F8_E4M3
  /// and F8_E5M2 become float.
  template <scalar T, class Layout = row_major>
  dense_matrix<T, Layout> load(std::string_view name) const {
    const tensor_info& tensor = checked<T>(name);
    const array_shape& shape = tensor.shape;
    if (shape.rank != 2) at(tensor).refuse("a tensor of shape ", shape, " is no matrix.");
    dense_matrix<T, Layout> x(shape.extents[0], shape.extents[1], uninitialized);
    read(tensor, x.data(), std::same_as<Layout, col_major>);
    return x;
  }
  /// A tensor of one dimension, with the same rules.
  template <scalar T>
  buffer<T> load_vector(std::string_view name) const {
    const tensor_info& tensor = checked<T>(name);
    if (tensor.shape.rank != 1) at(tensor).refuse("a tensor of shape ", tensor.shape, " is no vector.");
    buffer<T> x(tensor.elements, uninitialized);
    read(tensor, x.data(), false);
    return x;
  }

 private:
  place at(const tensor_info& tensor) const { return file_.where().at(tensor.name); }

  template <scalar T>
  const tensor_info& checked(std::string_view name) const {
    const tensor_info* const tensor = find(name);
    if (tensor == nullptr) file_.where().refuse("the file has no tensor ", quoted{name}, ".");
    if (!reads_exactly<T>(tensor->type))
      at(*tensor).refuse("the dtype is ", tensor->type_name, ", and its values cannot be read as ",
                         dtype_of<T>, " without loss.");
    return *tensor;
  }
  template <scalar T>
  void read(const tensor_info& tensor, T* to, bool fortran_order) const {
    detail::file_source source(file_, at(tensor), data_ + tensor.begin, tensor.end - tensor.begin);
    read_npy_elements(source, {tensor.type, false, tensor.shape, tensor.elements}, to, fortran_order);
  }

  buffer<char> file_name_;
  input_file file_;
  std::uint64_t data_ = 0;
  buffer<tensor_info> tensors_;
  buffer<char> names_;
};

}  // namespace bsr::inline v0::inline BSR_TARGET::io
