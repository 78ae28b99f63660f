// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What real scipy answered: tests/data/conformance.bin, written by tests/scipy/make_conformance.py, which
// explains the file.
#include <zlib.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
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

/// One case: its fields by name.
class conformance_case {
 public:
  std::map<std::string, conformance_field, std::less<>> fields;

  bool has(std::string_view name) const { return fields.find(name) != fields.end(); }
  std::string text(std::string_view name) const { return std::string(get(name, 's').bytes); }
  std::int64_t whole(std::string_view name) const { return raw<std::int64_t>(get(name, 'i').bytes, 0); }
  double number(std::string_view name) const { return raw<double>(get(name, 'd').bytes, 0); }
  const std::vector<std::int64_t>& sizes(std::string_view name) const { return get(name, 'a').sizes; }
  const std::string& dtype(std::string_view name) const { return get(name, 'a').dtype; }
  /// An array of exactly this type.
  template <class T>
  bsr::buffer<T> array(std::string_view name) const {
    const conformance_field& f = get(name, 'a');
    if (f.dtype != bsr::scalar_traits<T>::npy_kind + std::to_string(sizeof(T)))
      throw std::runtime_error(std::string(name) + " is " + f.dtype);
    bsr::buffer<T> result(static_cast<std::int64_t>(f.bytes.size() / sizeof(T)), bsr::uninitialized);
    if (!f.bytes.empty()) std::memcpy(static_cast<void*>(result.data()), f.bytes.data(), f.bytes.size());
    return result;
  }
  /// Indices, of either width.
  template <class Index>
  bsr::buffer<Index> indices(std::string_view name) const {
    if (dtype(name) == bsr::scalar_traits<Index>::npy_kind + std::to_string(sizeof(Index)))
      return array<Index>(name);
    using Other = std::conditional_t<sizeof(Index) == 4, std::int64_t, std::int32_t>;
    const auto other = array<Other>(name);
    bsr::buffer<Index> result(other.size(), bsr::uninitialized);
    for (std::int64_t k = 0; k < other.size(); ++k) result[k] = static_cast<Index>(other[k]);
    return result;
  }
  template <class T, class Index = std::int32_t>
  bsr::matrix<T, bsr::dynamic, bsr::dynamic, Index> matrix(const std::string& name) const {
    const auto shape = array<std::int64_t>(name + ".shape");
    const auto& sizes = get(name + ".data", 'a').sizes;
    return {bsr::dims(shape[0], shape[1]), array<T>(name + ".data"), indices<Index>(name + ".indices"),
            indices<Index>(name + ".indptr"), bsr::dims(sizes[1], sizes[2])};
  }

 private:
  template <class T>
  static T raw(std::string_view bytes, std::size_t at) {
    T value;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
  }
  const conformance_field& get(std::string_view name, char kind) const {
    const auto found = fields.find(name);
    if (found == fields.end() || found->second.kind != kind)
      throw std::runtime_error("no field " + std::string(name) + " of kind " + kind);
    return found->second;
  }
};

/// The cases of a file; the first record tells who made them.
class conformance_file {
 public:
  explicit conformance_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string packed{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    std::uint64_t size = 0;
    if (packed.size() < sizeof size) throw std::runtime_error(path + " cannot be read");
    std::memcpy(&size, packed.data(), sizeof size);
    bytes_.resize(size);
    uLongf length = size;
    if (uncompress(reinterpret_cast<Bytef*>(bytes_.data()), &length,
                   reinterpret_cast<const Bytef*>(packed.data()) + sizeof size,
                   packed.size() - sizeof size) != Z_OK ||
        length != size)
      throw std::runtime_error(path + " is damaged");
    while (at_ < bytes_.size()) records_.push_back(read());
  }
  const conformance_case& header() const { return records_.at(0); }
  std::size_t size() const { return records_.size() - 1; }
  const conformance_case& operator[](std::size_t n) const { return records_.at(n + 1); }

 private:
  template <class T>
  T take() {
    T value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::string_view take(std::size_t n) {
    const std::string_view part = std::string_view(bytes_).substr(at_, n);
    if (part.size() != n) throw std::runtime_error("a record is cut");
    at_ += n;
    return part;
  }
  conformance_case read() {
    conformance_case result;
    for (auto left = take<std::uint16_t>(); left > 0; --left) {
      const std::string name(take(take<std::uint8_t>()));
      conformance_field field;
      field.kind = take<char>();
      if (field.kind == 's') {
        field.bytes = take(take<std::uint32_t>());
      } else if (field.kind == 'i' || field.kind == 'd') {
        field.bytes = take(8);
      } else {
        field.dtype = std::string(take(take<std::uint8_t>()));
        std::size_t bytes = std::stoul(field.dtype.substr(1));
        for (auto dimensions = take<std::uint8_t>(); dimensions > 0; --dimensions) {
          field.sizes.push_back(take<std::int64_t>());
          bytes *= static_cast<std::size_t>(field.sizes.back());
        }
        field.bytes = take(bytes);
      }
      result.fields.emplace(name, std::move(field));
    }
    return result;
  }

  std::string bytes_;
  std::size_t at_ = 0;
  std::vector<conformance_case> records_;
};

}  // namespace bsr_test
