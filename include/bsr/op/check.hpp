// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What must hold before a kernel runs: shapes fit, and the destination overlaps nothing it must not overlap.
// Messages speak of the expression as its author wrote it: c = a * b, c = b * transpose(a), y = a * x.
#include <concepts>
#include <cstdint>

#include "bsr/base/error.hpp"
#include "bsr/kernel/epilogue.hpp"
#include "bsr/kernel/problem.hpp"
#include "bsr/storage/alias.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// On which side of the product the sparse factor was written. A right-hand product b * a is computed as (a' b')',
/// with free transposed views of b and c.
enum class side { left, right };

/// What the author of an expression promises about it.
enum class aliasing { checked, assumed_disjoint };

namespace detail {

template <op Op, side Side>
constexpr const char* product_text(bool vector) {
  if (vector)
    return Side == side::left ? (Op == op::none ? "y = a * x" : "y = transpose(a) * x")
                              : (Op == op::none ? "y = x * transpose(a)" : "y = x * a");
  return Side == side::left ? (Op == op::none ? "c = a * b" : "c = transpose(a) * b")
                            : (Op == op::none ? "c = b * transpose(a)" : "c = b * a");
}

template <side Side>
constexpr dims as_written(dims d) {
  return Side == side::left ? d : dims(d.cols, d.rows);
}

/// Calls f(e) for every part of an epilogue that reads operands.
template <class E, class F>
void for_each_reader(const E& e, F&& f) {
  if constexpr (std::derived_from<E, reads_operands>) f(e);
}
template <class First, class Second, class F>
void for_each_reader(const then<First, Second>& e, F&& f) {
  for_each_reader(e.f, f);
  for_each_reader(e.g, f);
}

/// Checks one epilogue operand after another against the destination.
template <op Op, side Side, class C>
struct epilogue_check {
  C c;
  aliasing promise;

  template <class View, class S>
  void operator()(const add_dense<View, S>& e) const {
    if (e.d.shape() != c.shape())
      fail<shape_error>("bsr: ", product_text<Op, Side>(false), " + d: d is ", as_written<Side>(e.d.shape()),
                        ", c is ", as_written<Side>(c.shape()), ".");
    if (promise == aliasing::checked && !same_elements(e.d, c) && overlap(footprint_of(e.d), footprint_of(c)))
      fail<alias_error>("bsr: ", product_text<Op, Side>(false), " + d: c (", as_written<Side>(c.shape()),
                        ") shares memory with d (", as_written<Side>(e.d.shape()),
                        ") without being the same elements; the addend may be exactly c, or apart from it.");
  }
  template <class View, class S>
  void operator()(const add_vector<View, S>& e) const {
    if (e.z.size() != c.size())
      fail<shape_error>("bsr: ", product_text<Op, Side>(true), " + z: z has ", e.z.size(), " elements, y has ",
                        c.size(), ".");
    if (promise == aliasing::checked && !same_elements(e.z, c) && overlap(footprint_of(e.z), footprint_of(c)))
      fail<alias_error>("bsr: ", product_text<Op, Side>(true), " + z: y (", c.size(), " elements) shares memory with z (",
                        e.z.size(), " elements) without being the same elements; the addend may be exactly y, or apart "
                        "from it.");
  }
  template <class View>
  void operator()(const add_per_row<View>& e) const {
    bias(e.bias, Side == side::left ? "per_row" : "per_col", c.rows());
  }
  template <class View>
  void operator()(const add_per_col<View>& e) const {
    bias(e.bias, Side == side::left ? "per_col" : "per_row", c.cols());
  }
  template <class View>
  void bias(View v, const char* name, std::int64_t wanted) const {
    if (v.size() != wanted)
      fail<shape_error>("bsr: ", product_text<Op, Side>(false), " + ", name, "(v): v has ", v.size(),
                        " elements, c is ", as_written<Side>(c.shape()), ".");
    if (promise == aliasing::checked && overlap(footprint_of(v), footprint_of(c)))
      fail<alias_error>("bsr: ", product_text<Op, Side>(false), " + ", name, "(v): c (", as_written<Side>(c.shape()),
                        ") shares memory with v (", v.size(), " elements).");
  }
};

/// The destination must not lie in the arrays of a, nor in the dense factor.
template <op Op, side Side, class A, class B, class C>
void check_factors_apart(const A& a, const B& b, const C& c, bool vector, dims a_shape, dims b_shape, dims c_shape) {
  const footprint to = footprint_of(c);
  const char* other = nullptr;
  if (overlap(footprint_of(b), to)) other = vector ? "x" : "b";
  if (overlap(footprint_of(a.data()), to) || overlap(footprint_of(a.indices()), to) ||
      overlap(footprint_of(a.indptr()), to))
    other = "a";
  if (other != nullptr)
    fail<alias_error>("bsr: ", product_text<Op, Side>(vector), ": ", vector ? "y" : "c", " shares memory with ", other,
                      ", which is read while ", vector ? "y" : "c", " is written: a is ", a_shape, ", ",
                      vector ? "x" : "b", " is ", b_shape, ", ", vector ? "y" : "c", " is ", c_shape,
                      ". Compute into other memory.");
}

}  // namespace detail

/// Throws shape_error or alias_error unless the problem may run. O(1) for a given epilogue.
template <side Side, class A, op Op, class B, class C, class Epilogue>
void check(const spmm_problem<A, Op, B, C, Epilogue>& p, aliasing promise) {
  const dims a = Op == op::none ? p.a.shape() : dims(p.a.cols(), p.a.rows());
  if (a.cols != p.b.rows() || a.rows != p.c.rows() || p.b.cols() != p.c.cols())
    fail<shape_error>("bsr: ", detail::product_text<Op, Side>(false), ": a is ", p.a.shape(), ", b is ",
                      detail::as_written<Side>(p.b.shape()), ", c is ", detail::as_written<Side>(p.c.shape()), ".");
  if (promise == aliasing::checked)
    detail::check_factors_apart<Op, Side>(p.a, p.b, p.c, false, p.a.shape(), detail::as_written<Side>(p.b.shape()),
                                          detail::as_written<Side>(p.c.shape()));
  detail::for_each_reader(p.epilogue, detail::epilogue_check<Op, Side, C>{p.c, promise});
}

template <side Side, class A, op Op, class X, class Y, class Epilogue>
void check(const spmv_problem<A, Op, X, Y, Epilogue>& p, aliasing promise) {
  const dims a = Op == op::none ? p.a.shape() : dims(p.a.cols(), p.a.rows());
  if (a.cols != p.x.size() || a.rows != p.y.size())
    fail<shape_error>("bsr: ", detail::product_text<Op, Side>(true), ": a is ", p.a.shape(), ", x has ", p.x.size(),
                      " elements, y has ", p.y.size(), ".");
  if (promise == aliasing::checked)
    detail::check_factors_apart<Op, Side>(p.a, p.x, p.y, true, p.a.shape(), dims(p.x.size(), 1), dims(p.y.size(), 1));
  detail::for_each_reader(p.epilogue, detail::epilogue_check<Op, Side, Y>{p.y, promise});
}

}  // namespace bsr::inline v0::inline BSR_TARGET
