// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What real scipy answered: tests/data/conformance.bin, written by tests/scipy/make_conformance.py, which
// explains the file; and the comparison with what bsr answers, compiled once for all types.
#include <complex>
#include <cstdint>
#include <cstring>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "bsr/storage.hpp"

namespace bsr_test {

/// One field of a case.
struct conformance_field {
  char kind = 0;
  std::string_view bytes;
  std::string dtype;
  std::vector<std::int64_t> sizes;
};

/// NumPy's name of an element type: "f8".
template <class T>
std::string dtype_name() {
  return bsr::scalar_traits<T>::npy_kind + std::to_string(sizeof(T));
}

/// One case: its fields by name.
class conformance_case {
 public:
  std::map<std::string, conformance_field, std::less<>> fields;

  bool has(std::string_view name) const { return fields.find(name) != fields.end(); }
  std::string text(std::string_view name) const { return std::string(get(name, 's').bytes); }
  std::int64_t whole(std::string_view name) const { return raw<std::int64_t>(get(name, 'i').bytes); }
  double number(std::string_view name) const { return raw<double>(get(name, 'd').bytes); }
  const std::vector<std::int64_t>& sizes(std::string_view name) const { return get(name, 'a').sizes; }
  /// An array of exactly this type.
  template <class T>
  bsr::buffer<T> array(std::string_view name) const {
    const conformance_field& f = get(name, 'a');
    if (f.dtype != dtype_name<T>()) throw std::runtime_error(std::string(name) + " is " + f.dtype);
    bsr::buffer<T> result(static_cast<std::int64_t>(f.bytes.size() / sizeof(T)), bsr::uninitialized);
    if (!f.bytes.empty()) std::memcpy(static_cast<void*>(result.data()), f.bytes.data(), f.bytes.size());
    return result;
  }
  /// Indices, of either width.
  template <class Index>
  bsr::buffer<Index> indices(std::string_view name) const {
    if (get(name, 'a').dtype == dtype_name<Index>()) return array<Index>(name);
    using Other = std::conditional_t<sizeof(Index) == 4, std::int64_t, std::int32_t>;
    const auto other = array<Other>(name);
    bsr::buffer<Index> result(other.size(), bsr::uninitialized);
    for (std::int64_t k = 0; k < other.size(); ++k) result[k] = static_cast<Index>(other[k]);
    return result;
  }
  bsr::dims shape(const std::string& name) const;
  bsr::dims blocksize(const std::string& name) const;
  /// The matrix NAME.data, NAME.indices, NAME.indptr.
  template <class Matrix>
  Matrix matrix(const std::string& name) const {
    using Index = typename Matrix::index_type;
    return Matrix(shape(name), array<typename Matrix::value_type>(name + ".data"),
                  indices<Index>(name + ".indices"), indices<Index>(name + ".indptr"), blocksize(name));
  }
  const conformance_field& get(std::string_view name, char kind) const;

 private:
  template <class T>
  static T raw(std::string_view bytes) {
    T value;
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
};

/// The cases of a file; the first record tells who made them.
class conformance_file {
 public:
  explicit conformance_file(const std::string& path);
  const conformance_case& header() const { return records_.at(0); }
  std::size_t size() const { return records_.size() - 1; }
  const conformance_case& operator[](std::size_t n) const { return records_.at(n + 1); }

 private:
  std::string_view take(std::size_t n);
  template <class T>
  T take() {
    T value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  conformance_case read();

  std::string bytes_;
  std::size_t at_ = 0;
  std::vector<conformance_case> records_;
};

/// The file of this run: tests/data/conformance.bin, or what the variable BSR_CONFORMANCE names.
const conformance_file& conformance_cases();

/// The number that every element type converts to exactly.
using any_number = std::complex<long double>;
template <class T>
any_number widest(const T& x) {
  if constexpr (bsr::is_complex<T>)
    return {x.real(), x.imag()};
  else
    return {static_cast<long double>(x), 0};
}

/// An array that bsr answered, its type forgotten.
struct any_array {
  std::string dtype;
  std::vector<any_number> values;
};
template <class T>
any_array as_array(const T* x, std::int64_t n) {
  any_array result{dtype_name<T>(), {}};
  result.values.reserve(static_cast<std::size_t>(n));
  for (std::int64_t k = 0; k < n; ++k) result.values.push_back(widest(x[k]));
  return result;
}

/// What bsr answered: a matrix, or arrays.
struct conformance_answer {
  bool sparse = false;
  bsr::dims shape;
  bsr::dims block;
  std::vector<std::int64_t> indices;
  std::vector<std::int64_t> indptr;
  std::vector<any_array> arrays;  ///< of a matrix: its data
};

/// "" if the answer is the one of the case: types, shapes and structure exactly, elements within its bound.
std::string conformance_difference(const conformance_case& c, const conformance_answer& answer);

}  // namespace bsr_test
