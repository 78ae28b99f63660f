// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Operands for the refused expressions. They are declared only: nothing here is linked.
#include <complex>
#include <vector>

#include "bsr/expr/assign.hpp"
#include "bsr/storage.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

template <>
struct backend<cpu> {
  template <class Problem>
  static void spmm(const cpu&, const Problem& p) {
    p.c(0, 0) = to_element<typename decltype(p.c)::value_type>(p.epilogue(p.alpha, 0, 0));
  }
  template <class Problem>
  static void spmv(const cpu&, const Problem& p) {
    p.y[0] = to_element<typename decltype(p.y)::value_type>(p.epilogue(p.alpha, 0, 0));
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET

using bsr::per_col;
using bsr::per_row;

extern bsr::matrix<float, 2> a, a2;
extern bsr::csr<float> s;
extern bsr::dense_matrix<float> x, y, z;
extern bsr::vector_view<float> r;
extern std::vector<float> u, v;

extern bsr::matrix<int, 2> ai;
extern bsr::dense_matrix<int> xi, yi;

using complex = std::complex<float>;
extern bsr::matrix<complex, 2> ac;
extern bsr::dense_matrix<complex> xc, yc;
