// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Complex numbers in registers: the real and imaginary part by turns, as they lie in memory.
#include <complex>
#include <cstdint>

#include "bsr/base/target.hpp"
#include "bsr/kernel/cpu/pack.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// The numbers that one element puts into a register, and their type.
template <class T>
struct parts_of {
  using type = T;
  static constexpr int count = 1;
};
template <class T>
struct parts_of<std::complex<T>> {
  using type = T;
  static constexpr int count = 2;
};

/// The pack for elements of type T, and how many of them it holds.
template <class T>
using parts_pack = pack<typename parts_of<T>::type>;
template <class T>
inline constexpr int elements_of_pack = parts_pack<T>::size / parts_of<T>::count;

/// The parts by turns, as std::complex lies in memory.
template <class T>
BSR_INLINE const T* parts(const std::complex<T>* z) {
  return reinterpret_cast<const T*>(z);
}
template <class T>
BSR_INLINE T* parts(std::complex<T>* z) {
  return reinterpret_cast<T*>(z);
}

/// Lanes (x, y) of a pack by turns become (-y, x): times i.
template <class P>
BSR_INLINE P times_i(P z) {
  using T = typename P::value_type;
  T sign[P::size];
  for (int l = 0; l < P::size; ++l) sign[l] = l % 2 == 0 ? T(-1) : T(1);
  return P::load(sign) * P::shuffle(z, z, [](int lane) { return lane ^ 1; });
}

/// Sums of complex products: re[r][v] += row[v] * the real part of x[r * step], im[r][v] += row[v] * the
/// imaginary one; re + i im is the sum. `step` counts parts.
template <int Rows, int Packs, class P>
BSR_INLINE void complex_update(P (&re)[Rows][Packs], P (&im)[Rows][Packs], const typename P::value_type* x,
                               std::int64_t step, const P (&row)[Packs]) {
  BSR_UNROLL
  for (int r = 0; r < Rows; ++r) {
    const P real = P::broadcast(x[r * step]), imaginary = P::broadcast(x[r * step + 1]);
    BSR_UNROLL
    for (int v = 0; v < Packs; ++v) {
      re[r][v] = fma(real, row[v], re[r][v]);
      im[r][v] = fma(imaginary, row[v], im[r][v]);
    }
  }
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
