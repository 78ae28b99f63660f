// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Are two matrices stored alike, array by array? NaN equals NaN here, and 0 equals -0.0.
#include <cstddef>
#include <span>
#include <sstream>
#include <string>
#include <type_traits>

#include "bsr/storage.hpp"

namespace bsr_test {

template <class T>
bool same_number(const T& x, const T& y) {
  return x == y || (x != x && y != y);
}

/// "" or the first difference of two arrays.
template <class X, class Y>
std::string span_difference(const char* name, std::span<const X> x, std::span<const Y> y) {
  std::ostringstream text;
  if (x.size() != y.size()) {
    text << name << " has " << x.size() << " instead of " << y.size() << " elements";
    return text.str();
  }
  for (std::size_t k = 0; k < x.size(); ++k)
    if (!same_number(x[k], static_cast<X>(y[k]))) {
      text << name << "[" << k << "] is " << +x[k] << " instead of " << +y[k];
      return text.str();
    }
  return {};
}

template <class X, class Y>
std::string array_difference(const char* name, const X& x, const Y& y) {
  using T = std::remove_cvref_t<decltype(*x.data())>;
  using U = std::remove_cvref_t<decltype(*y.data())>;
  return span_difference(name, std::span<const T>(x.data(), static_cast<std::size_t>(x.size())),
                         std::span<const U>(y.data(), static_cast<std::size_t>(y.size())));
}

inline std::string shape_difference(bsr::dims a, bsr::dims b) {
  if (a == b) return {};
  std::ostringstream text;
  text << "shape is " << a.rows << "x" << a.cols << " instead of " << b.rows << "x" << b.cols;
  return text.str();
}

/// "" when `a` is stored exactly as `b` is, else the first difference in words. The index types may differ.
template <class A, class B>
  requires bsr::sparse_like<const A&> && bsr::sparse_like<const B&>
std::string stored_difference(const A& a, const B& b) {
  std::string text = shape_difference(a.shape(), b.shape());
  if (text.empty() && a.blocksize() != b.blocksize()) text = "the block sizes differ";
  if (text.empty()) text = array_difference("indptr", a.indptr(), b.indptr());
  if (text.empty()) text = array_difference("indices", a.indices(), b.indices());
  if (text.empty()) text = array_difference("data", a.data(), b.data());
  return text;
}
template <class A, class B>
  requires bsr::csr_like<const A&> && bsr::csr_like<const B&>
std::string stored_difference(const A& a, const B& b) {
  std::string text = shape_difference(a.shape(), b.shape());
  if (text.empty()) text = array_difference("indptr", a.indptr(), b.indptr());
  if (text.empty()) text = array_difference("indices", a.indices(), b.indices());
  if (text.empty()) text = array_difference("data", a.data(), b.data());
  return text;
}
template <class A, class B>
  requires bsr::csc_like<const A&> && bsr::csc_like<const B&>
std::string stored_difference(const A& a, const B& b) {
  std::string text = shape_difference(a.shape(), b.shape());
  if (text.empty()) text = array_difference("indptr", a.indptr(), b.indptr());
  if (text.empty()) text = array_difference("indices", a.indices(), b.indices());
  if (text.empty()) text = array_difference("data", a.data(), b.data());
  return text;
}
template <class A, class B>
  requires bsr::coo_like<const A&> && bsr::coo_like<const B&>
std::string stored_difference(const A& a, const B& b) {
  std::string text = shape_difference(a.shape(), b.shape());
  if (text.empty()) text = array_difference("row", a.row(), b.row());
  if (text.empty()) text = array_difference("col", a.col(), b.col());
  if (text.empty()) text = array_difference("data", a.data(), b.data());
  return text;
}

}  // namespace bsr_test
