// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <bsr/bsr.hpp>
#include <complex>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

namespace bench {

/// Something that scipy's process is to have: what it is, and the arrays it consists of where they lie.
struct message {
  struct part {
    std::string name, type;  // the type as NumPy spells it: "f8"
    const void* data;
    std::size_t bytes;
  };
  std::string kind, members;  // "bsr"; more members of a JSON object: "\"shape\": [4, 4]"
  std::vector<part> parts;
};

template <class T>
std::string numpy_type() {
  if constexpr (std::is_same_v<T, bool>)
    return "?";
  else if constexpr (bsr::is_complex<T>)
    return "c" + std::to_string(sizeof(T));
  else
    return (std::is_floating_point_v<T> ? "f" : std::is_signed_v<T> ? "i" : "u") + std::to_string(sizeof(T));
}

template <class T>
message::part part_of(const char* name, std::span<const T> values) {
  return {name, numpy_type<T>(), values.data(), values.size_bytes()};
}
inline std::string shape_member(bsr::dims shape) {
  return "\"shape\": [" + std::to_string(shape.rows) + ", " + std::to_string(shape.cols) + "]";
}

// What may be sent: operands, and results to be compared. A type that is missing here does not compile.

template <class T, int R, int C, class Index>
message describe(const bsr::matrix_view<const T, R, C, Index>& a) {
  const bsr::dims block = a.blocksize();
  return {"bsr",
          shape_member(a.shape()) + ", \"block\": [" + std::to_string(block.rows) + ", " +
              std::to_string(block.cols) + "]",
          {part_of("data", std::span<const T>(a.data())), part_of("indices", a.indices()),
           part_of("indptr", a.indptr())}};
}
template <class T, int R, int C, class Index>
message describe(const bsr::matrix<T, R, C, Index>& a) {
  return describe(a.view());
}
template <class T, int R, int C, class Index>
message describe(const bsr::row_slice<T, R, C, Index>& a) {
  return describe(bsr::matrix_view<const std::remove_const_t<T>, R, C, Index>(a.view()));
}
template <class T, class Index>
message describe(const bsr::csr<T, Index>& a) {
  return {"csr",
          shape_member(a.shape()),
          {part_of("data", a.data()), part_of("indices", a.indices()), part_of("indptr", a.indptr())}};
}
template <class T, class Index>
message describe(const bsr::csc<T, Index>& a) {
  return {"csc",
          shape_member(a.shape()),
          {part_of("data", a.data()), part_of("indices", a.indices()), part_of("indptr", a.indptr())}};
}
template <class T, class Index>
message describe(const bsr::coo<T, Index>& a) {
  return {"coo",
          shape_member(a.shape()),
          {part_of("data", a.data()), part_of("row", a.row()), part_of("col", a.col())}};
}
template <class T>
message describe(const bsr::dense_matrix<T>& x) {
  return {"dense",
          shape_member(x.shape()),
          {{"data", numpy_type<T>(), x.data(),
            static_cast<std::size_t>(x.rows()) * static_cast<std::size_t>(x.cols()) * sizeof(T)}}};
}
template <class T>
message describe(const bsr::buffer<T>& x) {
  return {"vector", "\"shape\": [0, 0]", {part_of("data", x.span())}};
}
template <class Index>
message describe(const bsr::nonzero_places<Index>& x) {
  return {"places", "\"shape\": [0, 0]", {part_of("row", x.row.span()), part_of("col", x.col.span())}};
}
template <int R, int C, class Index>
message describe(const bsr::comparison<R, C, Index>& x) {
  if (x.elsewhere) throw std::runtime_error("a comparison that is true where nothing is stored is not sent");
  return describe(x.stored);
}
inline message describe(const bsr::dims& x) { return {"pair", shape_member(x), {}}; }
template <class T>
  requires(std::is_arithmetic_v<T> || bsr::is_complex<T>)
message describe(const T& x) {
  return {"number", "\"shape\": [0, 0]", {part_of("data", std::span<const T>(&x, 1))}};
}

/// The bytes of its arrays.
inline std::size_t bytes_of(const message& m) {
  std::size_t sum = 0;
  for (const message::part& p : m.parts) sum += p.bytes;
  return sum;
}

}  // namespace bench
