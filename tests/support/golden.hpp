// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What real scipy answered: tests/data/golden.txt, written by tests/scipy/make_golden.py, which explains the
// file.
#include <complex>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "bsr/storage.hpp"

namespace bsr_test {

/// One case: a named matrix and everything scipy said about it, as words.
struct golden_case {
  std::string name;
  std::string dtype;                                      // NumPy's: f8, f4, i1, i8, b1, c16
  std::map<std::string, std::vector<std::string>> lines;  // by name; the first word is the kind

  bool has(const std::string& what) const { return lines.count(what) > 0; }
};

/// Takes one word after the other, as numbers.
class golden_words {
 public:
  golden_words(const golden_case& c, const std::string& what, const std::string& kind)
      : words_(c.lines.at(what)) {
    if (words_.at(0) != kind) throw std::runtime_error(c.name + ": " + what + " is no " + kind);
  }
  std::int64_t integer() { return std::strtoll(next().c_str(), nullptr, 10); }
  template <class T>
  T number() {
    if constexpr (bsr::is_complex<T>) {
      const auto re = number<typename T::value_type>();
      return {re, number<typename T::value_type>()};
    } else if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(integer());
    } else {
      return static_cast<T>(std::strtod(next().c_str(), nullptr));
    }
  }
  template <class T>
  bsr::buffer<T> numbers(std::int64_t n) {
    bsr::buffer<T> result(n);
    for (T& x : result) x = number<T>();
    return result;
  }
  bsr::dims pair() {
    const auto first = integer();
    return {first, integer()};
  }
  bool done() const { return at_ == words_.size(); }

 private:
  const std::string& next() { return words_.at(at_++); }
  const std::vector<std::string>& words_;
  std::size_t at_ = 1;
};

template <class T, int R = bsr::dynamic, int C = R, class Index = std::int32_t>
bsr::matrix<T, R, C, Index> golden_bsr(const golden_case& c, const std::string& what) {
  golden_words words(c, what, "bsr");
  const bsr::dims shape = words.pair();
  const bsr::dims block = words.pair();
  const auto n = words.integer();
  auto indptr = words.numbers<Index>(shape.rows / block.rows + 1);
  auto indices = words.numbers<Index>(n);
  auto data = words.numbers<T>(n * block.rows * block.cols);
  if (!words.done()) throw std::runtime_error(c.name + ": " + what + " has words left");
  return {shape, std::move(data), std::move(indices), std::move(indptr), block};
}
template <class T, class Index = std::int32_t>
bsr::csr<T, Index> golden_csr(const golden_case& c, const std::string& what) {
  golden_words words(c, what, "csr");
  const bsr::dims shape = words.pair();
  const auto n = words.integer();
  auto indptr = words.numbers<Index>(shape.rows + 1);
  auto indices = words.numbers<Index>(n);
  return {shape, words.numbers<T>(n), std::move(indices), std::move(indptr)};
}
template <class T, class Index = std::int32_t>
bsr::coo<T, Index> golden_coo(const golden_case& c, const std::string& what) {
  golden_words words(c, what, "coo");
  const bsr::dims shape = words.pair();
  const auto n = words.integer();
  auto row = words.numbers<Index>(n);
  auto col = words.numbers<Index>(n);
  return {shape, words.numbers<T>(n), std::move(row), std::move(col)};
}
template <class T>
bsr::dense_matrix<T> golden_dense(const golden_case& c, const std::string& what) {
  golden_words words(c, what, "dense");
  const bsr::dims shape = words.pair();
  bsr::dense_matrix<T> result(shape.rows, shape.cols);
  for (std::int64_t i = 0; i < shape.rows; ++i)
    for (std::int64_t j = 0; j < shape.cols; ++j) result(i, j) = words.number<T>();
  return result;
}
inline std::vector<std::int64_t> golden_numbers(const golden_case& c, const std::string& what) {
  golden_words words(c, what, "numbers");
  std::vector<std::int64_t> result(static_cast<std::size_t>(words.integer()));
  for (auto& x : result) x = words.integer();
  return result;
}
inline std::string golden_text(const golden_case& c, const std::string& what) {
  std::string text;
  const auto& words = c.lines.at(what);
  for (std::size_t k = 1; k < words.size(); ++k) text += (k > 1 ? " " : "") + words[k];
  return text;
}

/// All cases of the file; throws when it cannot be read.
inline const std::vector<golden_case>& golden_cases() {
  static const std::vector<golden_case> cases = [] {
    const std::string path = BSR_TESTS_DIR "/data/golden.txt";
    std::ifstream file(path);
    if (!file) throw std::runtime_error(path + " cannot be read");
    std::vector<golden_case> result;
    for (std::string line; std::getline(file, line);) {
      std::istringstream words(line);
      std::string kind;
      std::string name;
      words >> kind >> name;
      if (kind == "versions") continue;
      if (kind == "case") {
        result.push_back({name, "", {}});
        words >> result.back().dtype;
        continue;
      }
      std::vector<std::string> rest{kind};
      for (std::string word; words >> word;) rest.push_back(word);
      result.at(result.size() - 1).lines[name] = std::move(rest);
    }
    return result;
  }();
  return cases;
}

/// Keeps the code for each type in a function of its own, which compilers and sanitizers take better than one
/// large function.
template <class T, class F>
[[gnu::noinline]] void call_with(const F& f, const golden_case& c) {
  f(c, T{});
}

/// Calls f(case, T{}) for every case that has the line `what`, with the case's own type; returns how many
/// there were.
template <class F>
int for_each_golden(const std::string& what, const F& f) {
  int count = 0;
  for (const golden_case& c : golden_cases()) {
    if (!c.has(what)) continue;
    ++count;
    if (c.dtype == "f8")
      call_with<double>(f, c);
    else if (c.dtype == "f4")
      call_with<float>(f, c);
    else if (c.dtype == "i1")
      call_with<std::int8_t>(f, c);
    else if (c.dtype == "i8")
      call_with<std::int64_t>(f, c);
    else if (c.dtype == "b1")
      call_with<bool>(f, c);
    else if (c.dtype == "c16")
      call_with<std::complex<double>>(f, c);
    else
      throw std::runtime_error(c.name + ": unknown dtype " + c.dtype);
  }
  return count;
}

}  // namespace bsr_test
