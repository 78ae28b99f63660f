// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Elements from one dense matrix or vector to another: what `=` between views does not mean.
#include <algorithm>
#include <concepts>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "bsr/base/error.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"
#include "bsr/storage/alias.hpp"
#include "bsr/storage/dense_view.hpp"
#include "bsr/storage/view.hpp"

namespace bsr::inline v0::inline BSR_TARGET {
namespace detail {

/// x as a U, as static_cast does it; a real number becomes a complex one without imaginary part.
template <class U, class T>
BSR_INLINE U cast_scalar(const T& x) {
  if constexpr (is_complex<U> && is_complex<T>)
    return {static_cast<typename U::value_type>(x.real()), static_cast<typename U::value_type>(x.imag())};
  else if constexpr (is_complex<U>)
    return {static_cast<typename U::value_type>(x), typename U::value_type{}};
  else
    return static_cast<U>(x);
}

template <class Layout>
inline constexpr bool columns_first = std::same_as<Layout, col_major>;

/// Where each element lies next to its neighbour in one of the two only, small squares keep both in the
/// cache.
template <class T, class From, class U, class To>
void copy_elements(const dense_view<const T, From>& from, const dense_view<U, To>& to) {
  if constexpr (columns_first<From> && columns_first<To>) {
    for (std::int64_t j = 0; j < to.cols(); ++j)
      for (std::int64_t i = 0; i < to.rows(); ++i) to(i, j) = cast_scalar<U>(from(i, j));
  } else if constexpr (!columns_first<From> && !columns_first<To>) {
    for (std::int64_t i = 0; i < to.rows(); ++i)
      for (std::int64_t j = 0; j < to.cols(); ++j) to(i, j) = cast_scalar<U>(from(i, j));
  } else {
    constexpr std::int64_t tile = 32;
    for (std::int64_t i = 0; i < to.rows(); i += tile)
      for (std::int64_t j = 0; j < to.cols(); j += tile)
        for (std::int64_t r = i; r < (std::min)(i + tile, to.rows()); ++r)
          for (std::int64_t c = j; c < (std::min)(j + tile, to.cols()); ++c)
            to(r, c) = cast_scalar<U>(from(r, c));
  }
}

template <class T, class U>
concept copyable_to = scalar<T> && scalar<U> && !std::is_const_v<U> && (!is_complex<T> || is_complex<U>);

}  // namespace detail

/// to(i, j) = from(i, j) for every element, whatever the two layouts; another element type converts as
/// static_cast does. O(m n). Copying a matrix onto itself does nothing. Throws shape_error unless the shapes
/// are equal, alias_error when `to` overlaps `from` without being the same elements.
template <class From, dense_like To>
  requires dense_like<const From&>
void copy(const From& from, To&& to) {
  const auto source = input(from);
  const auto destination = view(std::forward<To>(to));
  using target_type = typename decltype(destination)::element_type;
  static_assert(!std::is_const_v<target_type>, "bsr: copy(from, to): the elements of `to` are const.");
  static_assert(detail::copyable_to<typename decltype(source)::value_type, target_type>,
                "bsr: copy(from, to): complex elements do not fit into real ones.");
  if (source.shape() != destination.shape())
    fail<shape_error>("bsr: copy(from, to): from is ", source.shape(), ", to is ", destination.shape(), ".");
  if (same_elements(source, destination)) return;
  if (overlap(footprint_of(source), footprint_of(destination)))
    fail<alias_error>("bsr: copy(from, to): `to` (", destination.shape(),
                      ") shares memory with `from` without being the same elements.");
  detail::copy_elements(source, destination);
}

/// The same for vectors. O(n).
template <class From, vector_like To>
  requires vector_like<const From&>
void copy(const From& from, To&& to) {
  const auto source = input(from);
  const auto destination = view(std::forward<To>(to));
  using target_type = typename decltype(destination)::element_type;
  static_assert(!std::is_const_v<target_type>, "bsr: copy(from, to): the elements of `to` are const.");
  static_assert(detail::copyable_to<typename decltype(source)::value_type, target_type>,
                "bsr: copy(from, to): complex elements do not fit into real ones.");
  if (source.size() != destination.size())
    fail<shape_error>("bsr: copy(from, to): from has ", source.size(), " elements, to has ",
                      destination.size(), ".");
  if (same_elements(source, destination)) return;
  if (overlap(footprint_of(source), footprint_of(destination)))
    fail<alias_error>("bsr: copy(from, to): `to` (", destination.size(),
                      " elements) shares memory with `from` without being the same elements.");
  for (std::int64_t i = 0; i < destination.size(); ++i)
    destination(i) = detail::cast_scalar<target_type>(source(i));
}

}  // namespace bsr::inline v0::inline BSR_TARGET
