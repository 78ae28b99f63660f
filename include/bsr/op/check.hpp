// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What must hold before a kernel runs: types and shapes fit, and the destination overlaps nothing it must not
// overlap. Messages speak of the expression as its author wrote it:
// c = a * b, c = b * transpose(a), y = a * x.
#include <concepts>
#include <cstdint>
#include <type_traits>

#include "bsr/base/error.hpp"
#include "bsr/base/policy.hpp"
#include "bsr/kernel/epilogue.hpp"
#include "bsr/kernel/packed_view.hpp"
#include "bsr/kernel/problem.hpp"
#include "bsr/storage/alias.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// On which side of the product the sparse factor was written. A right-hand product b * a is computed as
/// (a' b')', with free transposed views of b and c.
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

/// Part of a message: the shapes of a product as its author wrote it.
struct product_shapes {
  dims a, b, c;
  bool vector;

  friend message& operator<<(message& text, const product_shapes& s) {
    text << "a is " << s.a;
    if (s.vector) return text << ", x has " << s.b.rows << " elements, y has " << s.c.rows << " elements";
    return text << ", b is " << s.b << ", c is " << s.c;
  }
};

template <side Side, class A, op Op, class B, class C, class E>
product_shapes shapes_of(const spmm_problem<A, Op, B, C, E>& p) {
  return {p.a.shape(), as_written<Side>(p.b.shape()), as_written<Side>(p.c.shape()), false};
}
template <side Side, class A, op Op, class X, class Y, class E>
product_shapes shapes_of(const spmv_problem<A, Op, X, Y, E>& p) {
  return {p.a.shape(), dims(p.x.size(), 1), dims(p.y.size(), 1), true};
}

/// Calls f(part) for every part of an epilogue.
template <class E, class F>
void for_each_part(const E& e, const F& f) {
  f(e);
}
template <class First, class Second, class F>
void for_each_part(const then<First, Second>& e, const F& f) {
  for_each_part(e.f, f);
  for_each_part(e.g, f);
}

/// Packed matrices are for plans.
template <class A, class Policy>
constexpr bool packed_fits() {
  constexpr bool fits = !is_packed_view<A> || takes_packed<std::remove_const_t<Policy>>;
  static_assert(fits,
                "bsr: a packed matrix is multiplied under the plan that it was packed for: y.on(plan) = x * "
                "transpose(wp).");
  return fits;
}

// ---- types: each refusal is one sentence at compile time --------------------------------------------------

/// What an epilogue would do wrong with accumulators of type V.
struct no_fault {
  static constexpr bool loses_imaginary = false, loses_fraction = false, has_no_function = false,
                        is_not_callable = false;
};
template <class V, class E>
struct faults : no_fault {};
template <class V>
struct faults<V, relu_function> : no_fault {
  static constexpr bool has_no_function = is_complex<V>;
};
template <class V>
struct faults<V, gelu_function> : no_fault {
  static constexpr bool has_no_function = !std::floating_point<V>;
};
template <class V>
struct faults<V, silu_function> : faults<V, gelu_function> {};
template <class V, class F>
struct faults<V, user_function<F>> : no_fault {
  static constexpr bool is_not_callable =
      !std::disjunction_v<std::is_invocable<const F&, V, std::int64_t, std::int64_t>,
                          std::is_invocable<const F&, V>>;
};
template <class V, class S>
struct faults<V, scale_by<S>> : no_fault {
  static constexpr bool loses_imaginary = is_complex<S> && !is_complex<V>;
};
template <class V, class View, class S>
struct operand_faults : no_fault {
  using element = typename View::value_type;
  static constexpr bool loses_imaginary = (is_complex<S> || is_complex<element>) && !is_complex<V>;
  static constexpr bool loses_fraction = std::integral<V> && std::floating_point<element>;
};
template <class V, class View, class S>
struct faults<V, add_dense<View, S>> : operand_faults<V, View, S> {};
template <class V, class View, class S>
struct faults<V, add_vector<View, S>> : operand_faults<V, View, S> {};
template <class V, line_epilogue E>
struct faults<V, E> : operand_faults<V, typename E::lines_type, V> {};
template <class V, class Integer>
struct faults<V, saturate_function<Integer>> : no_fault {
  static constexpr bool has_no_function = is_complex<V>;
};
template <class V, class F, class G>
struct faults<V, then<F, G>> {
  using f = faults<V, F>;
  using g = faults<V, G>;
  static constexpr bool loses_imaginary = f::loses_imaginary || g::loses_imaginary;
  static constexpr bool loses_fraction = f::loses_fraction || g::loses_fraction;
  static constexpr bool has_no_function = f::has_no_function || g::has_no_function;
  static constexpr bool is_not_callable = f::is_not_callable || g::is_not_callable;
};

/// Whether the types of a problem and of alpha make sense; where they do not, a sentence says so.
template <class Problem, class C, class Epilogue, class Alpha>
consteval bool types_fit() {
  using accumulator = typename Problem::accumulator;
  using wrong = faults<accumulator, Epilogue>;
  constexpr bool writable = !std::is_const_v<typename C::element_type>;
  constexpr bool stored = !is_complex<accumulator> || is_complex<typename C::value_type>;
  constexpr bool scaled = !is_complex<Alpha> || is_complex<accumulator>;
  static_assert(writable, "bsr: the destination is read-only.");
  static_assert(stored, "bsr: a complex product cannot be stored in a real destination.");
  static_assert(scaled, "bsr: a complex number times a real product needs a complex destination.");
  static_assert(!wrong::loses_imaginary,
                "bsr: a complex addend, bias or factor needs a complex destination.");
  static_assert(!wrong::loses_fraction,
                "bsr: floating-point numbers cannot be added to a product of integers.");
  static_assert(!wrong::has_no_function,
                "bsr: relu is for real numbers, gelu and silu are for floating-point numbers.");
  static_assert(!wrong::is_not_callable,
                "bsr: map(value, f) calls f(v, i, j) or f(v), and this f takes neither.");
  return writable && stored && scaled && !wrong::loses_imaginary && !wrong::loses_fraction &&
         !wrong::has_no_function && !wrong::is_not_callable;
}

/// Whether everything that an epilogue reads lies in a memory.
template <class E, class Space>
inline constexpr bool epilogue_lies_in = true;
template <class F, class G, class Space>
inline constexpr bool epilogue_lies_in<then<F, G>, Space> =
    epilogue_lies_in<F, Space> && epilogue_lies_in<G, Space>;
template <class View, class S, class Space>
inline constexpr bool epilogue_lies_in<add_dense<View, S>, Space> = std::same_as<typename View::space, Space>;
template <class View, class S, class Space>
inline constexpr bool epilogue_lies_in<add_vector<View, S>, Space> =
    std::same_as<typename View::space, Space>;
template <line_epilogue E, class Space>
inline constexpr bool epilogue_lies_in<E, Space> = std::same_as<typename E::lines_type::space, Space>;

/// Whether all operands lie in the memory that the policy works in; where they do not, a sentence says so.
template <class Policy, class A, class B, class C, class Epilogue>
consteval bool spaces_fit() {
  using space = typename space_of<std::remove_cvref_t<Policy>>::type;
  constexpr bool together = std::same_as<typename A::space, space> &&
                            std::same_as<typename B::space, space> &&
                            std::same_as<typename C::space, space> && epilogue_lies_in<Epilogue, space>;
  static_assert(together,
                "bsr: all operands of a product lie in the memory that its policy works in: "
                "bsr::copy_to<bsr::device>(x) "
                "and bsr::copy_to<bsr::host>(x) bring them there.");
  return together;
}

// ---- numbers ----------------------------------------------------------------------------------------------

/// alpha or beta among accumulators of type V, in the expression `text`. Throws bsr::error when V is an
/// integer type and the number is not.
template <class V, class S>
void check_number(const char* text, const char* name, S value) {
  if constexpr (std::integral<V> && std::floating_point<S>) {
    const bool fits = std::same_as<V, bool>
                          ? value == S(0) || value == S(1)
                          : value > S(-0x1p63) && value < S(0x1p64) &&
                                value == (value < S(0) ? S(static_cast<std::int64_t>(value))
                                                       : S(static_cast<std::uint64_t>(value)));
    if (!fits)
      fail<error>("bsr: ", text, ": ", name, " is ", static_cast<double>(value),
                  ", but sums of these operands are ",
                  std::same_as<V, bool> ? "true or false." : "integers.");
  }
}
template <class V, op Op, side Side, class S>
void check_number(const char* name, S value, bool vector) {
  check_number<V>(product_text<Op, Side>(vector), name, value);
}

// ---- shapes and overlap -----------------------------------------------------------------------------------

/// Checks one part of an epilogue after another against the destination.
template <class V, op Op, side Side, class C>
struct epilogue_check {
  C c;
  aliasing promise;
  product_shapes shapes;

  template <class E>
  void operator()(const E&) const {
    static_assert(!std::derived_from<E, reads_operands>,
                  "bsr: an epilogue that reads operands needs its check here.");
  }
  template <class S>
  void operator()(const scale_by<S>& e) const {
    check_number<V, Op, Side>("alpha", e.factor, shapes.vector);
  }
  template <class View, class S>
  void operator()(const add_dense<View, S>& e) const {
    check_number<V, Op, Side>("beta", e.beta, false);
    const dims d = as_written<Side>(e.d.shape());
    if (e.d.shape() != c.shape())
      fail<shape_error>("bsr: ", product_text<Op, Side>(false), " + d: ", shapes, ", d is ", d, ".");
    if (promise == aliasing::checked && !same_elements(e.d, c) && overlap(footprint_of(e.d), footprint_of(c)))
      fail<alias_error>("bsr: ", product_text<Op, Side>(false),
                        " + d: c shares memory with d without being the same elements: ", shapes, ", d is ",
                        d, ". The addend may be exactly c, or apart from it.");
  }
  template <class View, class S>
  void operator()(const add_vector<View, S>& e) const {
    check_number<V, Op, Side>("beta", e.beta, true);
    if (e.z.size() != c.size())
      fail<shape_error>("bsr: ", product_text<Op, Side>(true), " + z: ", shapes, ", z has ", e.z.size(),
                        " elements.");
    if (promise == aliasing::checked && !same_elements(e.z, c) && overlap(footprint_of(e.z), footprint_of(c)))
      fail<alias_error>("bsr: ", product_text<Op, Side>(true),
                        " + z: y shares memory with z without being the same elements: ", shapes, ", z has ",
                        e.z.size(), " elements. The addend may be exactly y, or apart from it.");
  }
  template <class View>
  void operator()(const add_per_row<View>& e) const {
    lines(e.values, Side == side::left ? " + per_row" : " + per_col", c.rows());
  }
  template <class View>
  void operator()(const add_per_col<View>& e) const {
    lines(e.values, Side == side::left ? " + per_col" : " + per_row", c.cols());
  }
  template <class View>
  void operator()(const scale_per_row<View>& e) const {
    lines(e.values, Side == side::left ? " * per_row" : " * per_col", c.rows());
  }
  template <class View>
  void operator()(const scale_per_col<View>& e) const {
    lines(e.values, Side == side::left ? " * per_col" : " * per_row", c.cols());
  }
  /// One number for each row or column.
  template <class View>
  void lines(View v, const char* name, std::int64_t wanted) const {
    if (v.size() != wanted)
      fail<shape_error>("bsr: ", product_text<Op, Side>(false), name, "(v): ", shapes, ", v has ", v.size(),
                        " elements.");
    if (promise == aliasing::checked && overlap(footprint_of(v), footprint_of(c)))
      fail<alias_error>("bsr: ", product_text<Op, Side>(false), name,
                        "(v): c shares memory with v, which is read while c is written: ", shapes, ", v has ",
                        v.size(), " elements. Compute into other memory.");
  }
};

/// The destination must not lie in the arrays of a, nor in the dense factor.
template <op Op, side Side, class A, class B, class C>
void check_factors_apart(const A& a, const B& b, const C& c, const product_shapes& shapes) {
  const footprint to = footprint_of(c);
  const char* other = nullptr;
  if (overlap(footprint_of(b), to)) other = shapes.vector ? "x" : "b";
  if (overlap(footprint_of(a.data()), to) || overlap(footprint_of(a.indices()), to) ||
      overlap(footprint_of(a.indptr()), to))
    other = "a";
  const char* const written = shapes.vector ? "y" : "c";
  if (other != nullptr)
    fail<alias_error>("bsr: ", product_text<Op, Side>(shapes.vector), ": ", written, " shares memory with ",
                      other, ", which is read while ", written, " is written: ", shapes,
                      ". Compute into other memory.");
}

}  // namespace detail

/// Throws shape_error or alias_error unless the problem may run, and bsr::error when a number that it is
/// scaled by is no value of the accumulator. O(1) for a given epilogue.
template <side Side, class A, op Op, class B, class C, class Epilogue>
void check(const spmm_problem<A, Op, B, C, Epilogue>& p, aliasing promise) {
  using accumulator = typename spmm_problem<A, Op, B, C, Epilogue>::accumulator;
  const dims a = Op == op::none ? p.a.shape() : dims(p.a.cols(), p.a.rows());
  const auto shapes = detail::shapes_of<Side>(p);
  if (a.cols != p.b.rows() || a.rows != p.c.rows() || p.b.cols() != p.c.cols())
    fail<shape_error>("bsr: ", detail::product_text<Op, Side>(false), ": ", shapes, ".");
  if (promise == aliasing::checked) detail::check_factors_apart<Op, Side>(p.a, p.b, p.c, shapes);
  detail::for_each_part(p.epilogue, detail::epilogue_check<accumulator, Op, Side, C>{p.c, promise, shapes});
}

template <side Side, class A, op Op, class X, class Y, class Epilogue>
void check(const spmv_problem<A, Op, X, Y, Epilogue>& p, aliasing promise) {
  using accumulator = typename spmv_problem<A, Op, X, Y, Epilogue>::accumulator;
  const dims a = Op == op::none ? p.a.shape() : dims(p.a.cols(), p.a.rows());
  const auto shapes = detail::shapes_of<Side>(p);
  if (a.cols != p.x.size() || a.rows != p.y.size())
    fail<shape_error>("bsr: ", detail::product_text<Op, Side>(true), ": ", shapes, ".");
  if (promise == aliasing::checked) detail::check_factors_apart<Op, Side>(p.a, p.x, p.y, shapes);
  detail::for_each_part(p.epilogue, detail::epilogue_check<accumulator, Op, Side, Y>{p.y, promise, shapes});
}

}  // namespace bsr::inline v0::inline BSR_TARGET
