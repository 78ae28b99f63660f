// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// In which type NumPy adds up an array.
#include <concepts>
#include <cstdint>
#include <type_traits>

#include "bsr/base/scalar.hpp"
#include "bsr/base/target.hpp"

namespace bsr::inline v0 {

/// The type of a sum over many T, as numpy.sum has it: bool and the signed integers below 64 bits become
/// std::int64_t, the unsigned ones std::uint64_t, every other type stays.
template <class T>
using sum_type_t = std::conditional_t<
    std::same_as<T, bool> || (std::signed_integral<T> && sizeof(T) < 8), std::int64_t,
    std::conditional_t<std::unsigned_integral<T> && sizeof(T) < 8, std::uint64_t, std::remove_const_t<T>>>;

}  // namespace bsr::inline v0
