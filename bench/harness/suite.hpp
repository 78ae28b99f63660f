// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

#include "harness/problem.hpp"

namespace bench {

/// The type of a matrix's values; operand_types says what goes with it.
enum class scalar { f32, f64, bf16, int8 };

/// One line of a suite file: what is measured, as data.
struct point {
  operation what = operation::spmm;
  scalar type = scalar::f32;
  int m = 0, k = 0, n = 1;
  int r = 0, c = 0;
  std::string pattern;  // "random:0.1", "stencil27:48"
  int threads = 1;
  bool dynamic = false;   // bsr is not to know the block size when compiling
  bool epilogue = false;  // bsr is measured beside itself with a bias and an activation
  bool dense = false;     // of the other libraries only dense products are measured

  /// "spmm f32 1024x1024x128 16x16 random:0.1"
  std::string name() const;
};

/// Reads a suite file; README.md has its form. Throws std::runtime_error that names the file, the line and
/// what is wrong with it.
std::vector<point> read_suite(const std::string& path);

/// The matrix of a point with values in [-1, 1), and its dense operand: the same bits on every machine.
template <class T>
struct operands {
  std::vector<std::int32_t> indptr, indices;
  array<T> data;
  array<typename operand_types<T>::dense> b, x;
  array<typename operand_types<T>::result> out;
};
template <class T>
operands<T> make_operands(const point& p);

extern template operands<float> make_operands<float>(const point&);
extern template operands<double> make_operands<double>(const point&);
extern template operands<bf16> make_operands<bf16>(const point&);
extern template operands<std::int8_t> make_operands<std::int8_t>(const point&);

}  // namespace bench
