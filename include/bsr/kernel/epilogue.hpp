// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What happens to an element of a product before it is stored: addends, biases, activations, the user's
// function.
//
// An epilogue is a small value with
//   v' = e(v, i, j)                       for the accumulator v of element (i, j)
// and, optionally,
//   p' = e.pack(p, i, j, lanes<axis>{n})  for n elements at once: lane l is element (i, j + l) when the lanes
//   lie along
//                                         a row, (i + l, j) when they lie along a column. Lanes from n on are
//                                         unused, and memory that belongs to them must not be read.
// An epilogue without `pack` is applied lane by lane. One whose meaning depends on i or j has
//   e.transposed()                        the same epilogue for the transposed destination,
// and one that reads operands derives from reads_operands and gets its checks in op/check.hpp.
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/storage/dense_view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// In which direction the lanes of a pack lie in the destination.
enum class axis { row, column };

/// `count` lanes in use, along `Axis`.
template <axis Axis>
struct lanes {
  static constexpr axis along = Axis;
  int count;
};

/// Base of epilogues that read memory besides the accumulator.
struct reads_operands {};

/// Whether an epilogue is so few instructions for a pack that tiles apply it to all their sums while they are
/// in registers: its member `light`, if it has one.
template <class E>
inline constexpr bool is_light = false;
template <class E>
  requires requires { E::light; }
inline constexpr bool is_light<E> = E::light;

/// An epilogue that has a form for several elements at once.
template <class E, class Pack, axis Axis>
concept packed_epilogue = requires(const E& e, Pack p, std::int64_t i, lanes<Axis> l) {
  { e.pack(p, i, i, l) } -> std::same_as<Pack>;
};

/// Applies an epilogue to a pack of accumulators: in one piece where it can, else lane by lane.
template <axis Axis, class E, class Pack>
BSR_INLINE Pack apply_epilogue(const E& e, Pack p, std::int64_t i, std::int64_t j, lanes<Axis> l) {
  if constexpr (packed_epilogue<E, Pack, Axis>) {
    return e.pack(p, i, j, l);
  } else {
    typename Pack::value_type values[Pack::size];
    p.store(values);
    for (int n = 0; n < l.count; ++n)
      values[n] = Axis == axis::row ? e(values[n], i, j + n) : e(values[n], i + n, j);
    return Pack::load(values);
  }
}

namespace detail {

/// A number among accumulators. Integers wrap, a floating-point number first becomes the integer that it is.
template <class To, class From>
BSR_INLINE BSR_HD constexpr To convert(From value) {
  if constexpr (is_complex<To> && !is_complex<From>)
    return To(static_cast<typename scalar_traits<To>::real>(value));
  else if constexpr (std::integral<To> && !std::same_as<To, bool> && std::floating_point<From>)
    return value < From(0) ? static_cast<To>(static_cast<std::int64_t>(value))
                           : static_cast<To>(static_cast<std::uint64_t>(value));
  else
    return static_cast<To>(value);
}

/// Lanes of a vector from element `first` on.
template <class Pack, class T>
BSR_INLINE Pack load_lanes(vector_view<const T> v, std::int64_t first, int count) {
  using value = typename Pack::value_type;
  if constexpr (std::same_as<value, T>)
    if (v.stride() == 1) {
      if (count == Pack::size) return Pack::load(v.data() + first);
      return Pack::load(v.data() + first, count);
    }
  value values[Pack::size] = {};
  for (int n = 0; n < count; ++n) values[n] = convert<value>(v[first + n]);
  return Pack::load(values);
}

/// Lanes of a dense matrix from element (i, j) on, along `Axis`.
template <axis Axis, class Pack, class T, class Layout>
BSR_INLINE Pack load_lanes(dense_view<const T, Layout> d, std::int64_t i, std::int64_t j, int count) {
  const std::int64_t stride = count == 1 ? 1 : Axis == axis::row ? d.col_stride() : d.row_stride();
  return load_lanes<Pack>(vector_view<const T>(&d(i, j), count, stride), 0, count);
}

}  // namespace detail

/// v
struct no_epilogue {
  template <class V>
  BSR_INLINE BSR_HD constexpr V operator()(V v, std::int64_t, std::int64_t) const {
    return v;
  }
  template <class Pack, axis Axis>
  BSR_INLINE Pack pack(Pack p, std::int64_t, std::int64_t, lanes<Axis>) const {
    return p;
  }
};

/// The epilogue as seen from the transposed destination.
template <class E>
BSR_INLINE constexpr auto transposed_epilogue(const E& e) {
  if constexpr (requires { e.transposed(); })
    return e.transposed();
  else
    return e;
}

/// g(f(v))
template <class F, class G>
struct then {
  static constexpr bool light = is_light<F> && is_light<G>;
  [[no_unique_address]] F f;
  [[no_unique_address]] G g;

  BSR_INLINE constexpr auto transposed() const {
    return then<decltype(transposed_epilogue(f)), decltype(transposed_epilogue(g))>{transposed_epilogue(f),
                                                                                    transposed_epilogue(g)};
  }

  template <class V>
  BSR_INLINE BSR_HD constexpr V operator()(V v, std::int64_t i, std::int64_t j) const {
    return g(f(v, i, j), i, j);
  }
  template <class Pack, axis Axis>
  BSR_INLINE Pack pack(Pack p, std::int64_t i, std::int64_t j, lanes<Axis> l) const {
    return apply_epilogue<Axis>(g, apply_epilogue<Axis>(f, p, i, j, l), i, j, l);
  }
};

/// factor * v
template <class S>
struct scale_by {
  static constexpr bool light = true;
  S factor;
  template <class V>
  BSR_INLINE BSR_HD constexpr V operator()(V v, std::int64_t, std::int64_t) const {
    return multiply(detail::convert<V>(factor), v);
  }
  template <class Pack, axis Axis>
  BSR_INLINE Pack pack(Pack p, std::int64_t, std::int64_t, lanes<Axis>) const {
    return Pack::broadcast(detail::convert<typename Pack::value_type>(factor)) * p;
  }
};

/// v + beta * d(i, j). When beta is 0, d is not read, so NaN in it does not spread.
template <class View, class S>
struct add_dense : reads_operands {
  static constexpr bool light = true;
  S beta;
  View d;
  BSR_INLINE constexpr add_dense(S factor, View addend) : beta(factor), d(addend) {}
  BSR_INLINE constexpr auto transposed() const {
    return add_dense<decltype(transpose(d)), S>(beta, transpose(d));
  }
  template <class V>
  BSR_INLINE BSR_HD constexpr V operator()(V v, std::int64_t i, std::int64_t j) const {
    if (beta == S(0)) return v;
    return add(v, multiply(detail::convert<V>(beta), detail::convert<V>(d(i, j))));
  }
  template <class Pack, axis Axis>
  BSR_INLINE Pack pack(Pack p, std::int64_t i, std::int64_t j, lanes<Axis> l) const {
    if (beta == S(0)) return p;
    return fma(Pack::broadcast(detail::convert<typename Pack::value_type>(beta)),
               detail::load_lanes<Axis, Pack>(d, i, j, l.count), p);
  }
};

/// v + beta * z(i): the addend of a vector.
template <class View, class S>
struct add_vector : reads_operands {
  S beta;
  View z;
  BSR_INLINE constexpr add_vector(S factor, View addend) : beta(factor), z(addend) {}
  template <class V>
  BSR_INLINE BSR_HD constexpr V operator()(V v, std::int64_t i, std::int64_t) const {
    if (beta == S(0)) return v;
    return add(v, multiply(detail::convert<V>(beta), detail::convert<V>(z[i])));
  }
  template <class Pack, axis Axis>
    requires(Axis == axis::column)
  BSR_INLINE Pack pack(Pack p, std::int64_t i, std::int64_t, lanes<Axis> l) const {
    if (beta == S(0)) return p;
    return fma(Pack::broadcast(detail::convert<typename Pack::value_type>(beta)),
               detail::load_lanes<Pack>(z, i, l.count), p);
  }
};

namespace detail {

struct sum_of_both {
  template <class V>
  BSR_INLINE BSR_HD static constexpr V of(V v, V x) {
    return add(v, x);
  }
  template <class Pack>
  BSR_INLINE static Pack of_packs(Pack p, Pack x) {
    return p + x;
  }
};
struct product_of_both {
  template <class V>
  BSR_INLINE BSR_HD static constexpr V of(V v, V x) {
    return multiply(v, x);
  }
  template <class Pack>
  BSR_INLINE static Pack of_packs(Pack p, Pack x) {
    return p * x;
  }
};

/// v combined with one number for each row of the destination (Lines: axis::row), or for each column.
template <class View, class Combine, axis Lines>
struct with_lines : reads_operands {
  using lines_type = View;
  static constexpr bool light = true;
  View values;
  BSR_INLINE constexpr explicit with_lines(View v) : values(v) {}
  template <class V>
  BSR_INLINE BSR_HD constexpr V operator()(V v, std::int64_t i, std::int64_t j) const {
    return Combine::of(v, detail::convert<V>(values[Lines == axis::row ? i : j]));
  }
  template <class Pack, axis Axis>
  BSR_INLINE Pack pack(Pack p, std::int64_t i, std::int64_t j, lanes<Axis> l) const {
    const std::int64_t n = Lines == axis::row ? i : j;
    if constexpr (Axis == Lines)
      return Combine::of_packs(p, Pack::broadcast(detail::convert<typename Pack::value_type>(values[n])));
    else
      return Combine::of_packs(p, detail::load_lanes<Pack>(values, n, l.count));
  }
};

/// An epilogue that reads one number for each row or column.
template <class E>
concept line_epilogue = requires { typename E::lines_type; };

}  // namespace detail

template <class View>
struct add_per_col;

/// v + values(i): one number for each row.
template <class View>
struct add_per_row : detail::with_lines<View, detail::sum_of_both, axis::row> {
  BSR_INLINE constexpr explicit add_per_row(View v)
      : detail::with_lines<View, detail::sum_of_both, axis::row>(v) {}
  BSR_INLINE constexpr auto transposed() const { return add_per_col<View>(this->values); }
};

/// v + values(j): one number for each column.
template <class View>
struct add_per_col : detail::with_lines<View, detail::sum_of_both, axis::column> {
  BSR_INLINE constexpr explicit add_per_col(View v)
      : detail::with_lines<View, detail::sum_of_both, axis::column>(v) {}
  BSR_INLINE constexpr auto transposed() const { return add_per_row<View>(this->values); }
};

template <class View>
struct scale_per_col;

/// v * values(i): one number for each row.
template <class View>
struct scale_per_row : detail::with_lines<View, detail::product_of_both, axis::row> {
  BSR_INLINE constexpr explicit scale_per_row(View v)
      : detail::with_lines<View, detail::product_of_both, axis::row>(v) {}
  BSR_INLINE constexpr auto transposed() const { return scale_per_col<View>(this->values); }
};

/// v * values(j): one number for each column.
template <class View>
struct scale_per_col : detail::with_lines<View, detail::product_of_both, axis::column> {
  BSR_INLINE constexpr explicit scale_per_col(View v)
      : detail::with_lines<View, detail::product_of_both, axis::column>(v) {}
  BSR_INLINE constexpr auto transposed() const { return scale_per_row<View>(this->values); }
};

/// The whole number next to v, of two the even one, within what Integer holds; NaN becomes the lowest. For
/// floating point: a problem with this epilogue has no other accumulators.
template <class Integer>
struct saturate_function {
  static_assert(sizeof(Integer) <= 2, "every value of Integer must be a float");
  static constexpr float lowest = std::numeric_limits<Integer>::lowest(),
                         highest = (std::numeric_limits<Integer>::max)();
  template <class V>
  BSR_INLINE V operator()(V v, std::int64_t, std::int64_t) const {
    const V above = v > V(lowest) ? v : V(lowest);
    return std::nearbyint(above < V(highest) ? above : V(highest));
  }
  template <class Pack, axis Axis>
    requires requires(Pack p) { p.pin(); }
  BSR_INLINE Pack pack(Pack p, std::int64_t, std::int64_t, lanes<Axis>) const {
    using value = typename Pack::value_type;
    // Beyond it floats are whole; adding and taking it off again rounds as the processor does.
    constexpr value whole = value(1.5) / std::numeric_limits<value>::epsilon();
    const Pack above = max_or_second(p, Pack::broadcast(lowest));
    Pack shifted = Pack::zero() - max_or_second(Pack::zero() - above, Pack::broadcast(-highest));
    shifted = shifted + Pack::broadcast(whole);
    shifted.pin();
    return shifted - Pack::broadcast(whole);
  }
};

namespace detail {
/// Whether an epilogue asks for accumulators of floating point, whatever the operands are.
template <class E>
inline constexpr bool sums_in_float = false;
template <class Integer>
inline constexpr bool sums_in_float<saturate_function<Integer>> = true;
template <class F, class G>
inline constexpr bool sums_in_float<then<F, G>> = sums_in_float<F> || sums_in_float<G>;
}  // namespace detail

/// max(v, 0). NaN stays NaN.
struct relu_function {
  static constexpr bool light = true;
  template <class V>
  BSR_INLINE BSR_HD constexpr V operator()(V v, std::int64_t, std::int64_t) const {
    return v < V(0) ? V(0) : v;
  }
  template <class Pack, axis Axis>
  BSR_INLINE Pack pack(Pack p, std::int64_t, std::int64_t, lanes<Axis>) const {
    return max_or_second(Pack::zero(), p);
  }
};

/// v (1 + erf(v / sqrt 2)) / 2, as torch.nn.functional.gelu(v). Hendrycks and Gimpel, arXiv 1606.08415.
struct gelu_function {
  template <class V>
  BSR_INLINE BSR_HD V operator()(V v, std::int64_t, std::int64_t) const {
    return V(0.5) * v * (V(1) + std::erf(v * V(0.7071067811865475244008443621048490392848L)));
  }
  template <class Pack, axis Axis>
  BSR_INLINE Pack pack(Pack p, std::int64_t, std::int64_t, lanes<Axis>) const {
    using value = typename Pack::value_type;
    return Pack::broadcast(value(0.5)) * p *
           (Pack::broadcast(value(1)) + erf(p * Pack::broadcast(value(0.70710678118654752440))));
  }
};

/// v / (1 + exp(-v)), as torch.nn.functional.silu(v).
struct silu_function {
  template <class V>
  BSR_INLINE BSR_HD V operator()(V v, std::int64_t, std::int64_t) const {
    return v / (V(1) + std::exp(-v));
  }
  template <class Pack, axis Axis>
  BSR_INLINE Pack pack(Pack p, std::int64_t, std::int64_t, lanes<Axis>) const {
    using value = typename Pack::value_type;
    return p / (Pack::broadcast(value(1)) + exp(Pack::zero() - p));
  }
};

/// The same function for the transposed destination: element (j, i) there is element (i, j) here.
template <class E>
struct exchanged {
  E e;
  BSR_INLINE constexpr E transposed() const { return e; }
  template <class V>
  BSR_INLINE BSR_HD constexpr V operator()(V v, std::int64_t i, std::int64_t j) const {
    return e(v, j, i);
  }
};

/// The user's f(v, i, j) or f(v).
template <class F>
struct user_function {
  F f;
  BSR_INLINE constexpr auto transposed() const { return exchanged<user_function>{*this}; }
  template <class V>
  BSR_INLINE BSR_HD constexpr V operator()(V v, std::int64_t i, std::int64_t j) const {
    if constexpr (std::is_invocable_v<const F&, V, std::int64_t, std::int64_t>)
      return static_cast<V>(f(v, i, j));
    else
      return static_cast<V>(f(v));
  }
};

/// g after f.
template <class F, class G>
BSR_INLINE constexpr auto compose(const F& f, const G& g) {
  if constexpr (std::same_as<F, no_epilogue>)
    return g;
  else
    return then<F, G>{f, g};
}

}  // namespace bsr::inline v0::inline BSR_TARGET
