// SPDX-License-Identifier: BSD-3-Clause
#include "support/conformance.hpp"

#include <zlib.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>
#include <sstream>
#include <utility>

namespace bsr_test {

const conformance_field& conformance_case::get(std::string_view name, char kind) const {
  const auto found = fields.find(name);
  if (found == fields.end() || found->second.kind != kind)
    throw std::runtime_error("no field " + std::string(name) + " of kind " + kind);
  return found->second;
}
bsr::dims conformance_case::shape(const std::string& name) const {
  const auto shape = array<std::int64_t>(name + ".shape");
  return {shape[0], shape[1]};
}
bsr::dims conformance_case::blocksize(const std::string& name) const {
  const auto& size = get(name + ".data", 'a').sizes;
  return {size.at(1), size.at(2)};
}

conformance_file::conformance_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string packed{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  std::uint64_t size = 0;
  if (packed.size() < sizeof size) throw std::runtime_error(path + " cannot be read");
  std::memcpy(&size, packed.data(), sizeof size);
  bytes_.resize(size);
  uLongf length = size;
  if (uncompress(reinterpret_cast<Bytef*>(bytes_.data()), &length,
                 reinterpret_cast<const Bytef*>(packed.data()) + sizeof size,
                 static_cast<uLong>(packed.size() - sizeof size)) != Z_OK ||
      length != size)
    throw std::runtime_error(path + " is damaged");
  while (at_ < bytes_.size()) records_.push_back(read());
}

const conformance_file& conformance_cases() {
  static const conformance_file file([] {
    const char* const other = std::getenv("BSR_CONFORMANCE");
    return std::string(other != nullptr ? other : BSR_TESTS_DIR "/data/conformance.bin");
  }());
  return file;
}

std::string_view conformance_file::take(std::size_t n) {
  const std::string_view part = std::string_view(bytes_).substr(at_, n);
  if (part.size() != n) throw std::runtime_error("a record is cut");
  at_ += n;
  return part;
}

conformance_case conformance_file::read() {
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

namespace {

template <class T>
std::vector<any_number> numbers_in(std::string_view bytes) {
  std::vector<any_number> result(bytes.size() / sizeof(T));
  for (std::size_t k = 0; k < result.size(); ++k) {
    T x;
    std::memcpy(static_cast<void*>(&x), bytes.data() + k * sizeof(T), sizeof(T));
    result[k] = widest(x);
  }
  return result;
}
std::vector<any_number> numbers(const conformance_field& f) {
  const std::string& d = f.dtype;
  if (d == "b1") return numbers_in<bool>(f.bytes);
  if (d == "i1") return numbers_in<std::int8_t>(f.bytes);
  if (d == "i2") return numbers_in<std::int16_t>(f.bytes);
  if (d == "i4") return numbers_in<std::int32_t>(f.bytes);
  if (d == "i8") return numbers_in<std::int64_t>(f.bytes);
  if (d == "u1") return numbers_in<std::uint8_t>(f.bytes);
  if (d == "u2") return numbers_in<std::uint16_t>(f.bytes);
  if (d == "u4") return numbers_in<std::uint32_t>(f.bytes);
  if (d == "u8") return numbers_in<std::uint64_t>(f.bytes);
  if (d == "f4") return numbers_in<float>(f.bytes);
  if (d == "f8") return numbers_in<double>(f.bytes);
  if (d == "f16") return numbers_in<long double>(f.bytes);
  if (d == "c8") return numbers_in<std::complex<float>>(f.bytes);
  if (d == "c16") return numbers_in<std::complex<double>>(f.bytes);
  if (d == "c32") return numbers_in<std::complex<long double>>(f.bytes);
  throw std::runtime_error("no dtype " + d);
}

bool same_part(long double x, long double y, long double bound) {
  return x == y || (x != x && y != y) || std::fabs(x - y) <= bound;
}

/// Elements of the type `dtype`; `bound` empty: exact.
std::string values_difference(const char* what, const std::vector<any_number>& x,
                              const std::vector<any_number>& expected, const std::vector<any_number>& bound,
                              const std::string& dtype) {
  std::ostringstream text;
  text.precision(20);
  if (x.size() != expected.size()) {
    text << what << " has " << x.size() << " elements instead of " << expected.size();
    return text.str();
  }
  if (!bound.empty() && bound.size() != x.size()) return "the case has another number of bounds";
  const bool whole = dtype[0] == 'b' || dtype[0] == 'i' || dtype[0] == 'u';
  // Products of tiny numbers may be denormal.
  const long double least = dtype == "f4" || dtype == "c8" ? std::numeric_limits<float>::denorm_min()
                                                           : std::numeric_limits<double>::denorm_min();
  for (std::size_t k = 0; k < x.size(); ++k) {
    long double most = 0;
    if (!whole && !bound.empty()) most = bound[k].real() + 8 * least;
    if (same_part(x[k].real(), expected[k].real(), most) && same_part(x[k].imag(), expected[k].imag(), most))
      continue;
    text << what << "[" << k << "] is " << x[k] << " instead of " << expected[k] << ", bound " << most;
    return text.str();
  }
  return {};
}

std::string index_difference(const char* what, const std::vector<std::int64_t>& x,
                             const std::vector<any_number>& expected) {
  if (x.size() != expected.size())
    return std::string(what) + " has " + std::to_string(x.size()) + " elements instead of " +
           std::to_string(expected.size());
  for (std::size_t k = 0; k < x.size(); ++k)
    if (static_cast<long double>(x[k]) != expected[k].real())
      return std::string(what) + "[" + std::to_string(k) + "]";
  return {};
}

/// The elements of canonical blocks, in rows.
std::vector<any_number> expanded(bsr::dims shape, bsr::dims block, const std::vector<any_number>& data,
                                 const std::vector<std::int64_t>& indices,
                                 const std::vector<std::int64_t>& indptr) {
  std::vector<any_number> result(static_cast<std::size_t>(shape.rows * shape.cols));
  for (std::size_t i = 0; i + 1 < indptr.size(); ++i)
    for (std::int64_t k = indptr[i]; k < indptr[i + 1]; ++k)
      for (std::int64_t r = 0; r < block.rows; ++r)
        for (std::int64_t c = 0; c < block.cols; ++c)
          result[static_cast<std::size_t>((static_cast<std::int64_t>(i) * block.rows + r) * shape.cols +
                                          indices[static_cast<std::size_t>(k)] * block.cols + c)] =
              data[static_cast<std::size_t>((k * block.rows + r) * block.cols + c)];
  return result;
}

}  // namespace

std::string conformance_difference(const conformance_case& c, const conformance_answer& answer) {
  const std::vector<any_number> bound =
      c.has("bound") ? numbers(c.get("bound", 'a')) : std::vector<any_number>();
  if (answer.sparse) {
    const conformance_field& data = c.get("result.data", 'a');
    const any_array& own = answer.arrays.at(0);
    if (own.dtype != data.dtype) return "type " + own.dtype + " instead of " + data.dtype;
    if (answer.shape != c.shape("result")) return "shape";
    if (answer.block != c.blocksize("result")) return "block size";
    auto text = index_difference("indptr", answer.indptr, numbers(c.get("result.indptr", 'a')));
    if (text.empty())
      text = index_difference("indices", answer.indices, numbers(c.get("result.indices", 'a')));
    if (!text.empty()) return text;
    return values_difference(
        "element", expanded(answer.shape, answer.block, own.values, answer.indices, answer.indptr),
        expanded(answer.shape, answer.block, numbers(data), answer.indices, answer.indptr), bound, own.dtype);
  }
  for (std::size_t n = 0; n < answer.arrays.size(); ++n) {
    const std::string name = n == 0 ? "value" : "value" + std::to_string(n);
    const conformance_field& expected = c.get(name, 'a');
    const any_array& own = answer.arrays[n];
    if (own.dtype != expected.dtype && own.dtype != "any")
      return name + " has type " + own.dtype + " instead of " + expected.dtype;
    const auto text = values_difference(name.c_str(), own.values, numbers(expected),
                                        n == 0 ? bound : std::vector<any_number>(), expected.dtype);
    if (!text.empty()) return text;
  }
  if (c.has("value" + std::to_string(answer.arrays.size()))) return "the case has more arrays";
  return {};
}

}  // namespace bsr_test
