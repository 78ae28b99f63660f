// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// From a call, whose types are numbers, to a kernel body, whose types are types: the list of what is
// compiled.
#include <cstdint>

#include "bsr/base/half.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/cuda/flat_epilogue.hpp"
#include "bsr/kernel/cuda/kernel/spmm_plain.hpp"
#include "bsr/kernel/cuda/runtime.hpp"

namespace bsr::inline v0::inline BSR_TARGET::gpu {

namespace detail {

template <class T, class Accumulator, class Result, class Index, class Epilogue, class Launch>
gpu_runtime::status launch_plain(const gpu_runtime::spmm_call& call, const Epilogue& e,
                                 const Launch& launch) {
  using body = spmm_plain<T, Accumulator>;
  const spmm_plain_args<T, Accumulator, Result, Index, Epilogue> args{
      .a = static_cast<const T*>(call.a),
      .b = static_cast<const T*>(call.b),
      .c = static_cast<Result*>(call.c),
      .b_row_stride = call.b_row_stride,
      .b_col_stride = call.b_col_stride,
      .c_row_stride = call.c_row_stride,
      .c_col_stride = call.c_col_stride,
      .rows = static_cast<std::int32_t>(call.rows),
      .cols = static_cast<std::int32_t>(call.cols),
      .depth = static_cast<std::int32_t>(call.depth),
      .block_rows = static_cast<std::int32_t>(call.block_rows),
      .block_cols = static_cast<std::int32_t>(call.block_cols),
      .a_row_stride = static_cast<std::int32_t>(call.block_cols),
      .a_col_stride = 1,
      .alpha = static_cast<Accumulator>(call.alpha),
      .epilogue = e,
      .begin = static_cast<const Index*>(call.indptr),
      .columns = static_cast<const Index*>(call.indices),
      .blocks = nullptr};
  return launch.template operator()<body>(args, body::count_items(call.rows, call.cols, call.block_rows));
}

template <class T, class Accumulator, class Result, class Launch>
gpu_runtime::status launch_of_types(const gpu_runtime::spmm_call& call, const Launch& launch) {
  const auto with_index = [&](const auto& e) {
    return call.wide_index ? launch_plain<T, Accumulator, Result, std::int64_t>(call, e, launch)
                           : launch_plain<T, Accumulator, Result, std::int32_t>(call, e, launch);
  };
  if (call.steps == 0) return with_index(no_epilogue{});
  flat_epilogue e{};
  e.steps = call.steps;
  for (int n = 0; n < call.steps; ++n) e.step[n] = call.epilogue[n];
  return with_index(e);
}

}  // namespace detail

/// Which products the device has kernels for: two factors of one type, and the type of the result.
template <class T, class Result>
inline constexpr bool has_device_kernel = false;
template <>
inline constexpr bool has_device_kernel<float16, float16> = true;
template <>
inline constexpr bool has_device_kernel<float16, float> = true;
template <>
inline constexpr bool has_device_kernel<bfloat16, bfloat16> = true;
template <>
inline constexpr bool has_device_kernel<bfloat16, float> = true;
template <>
inline constexpr bool has_device_kernel<float, float> = true;
template <>
inline constexpr bool has_device_kernel<double, double> = true;
template <>
inline constexpr bool has_device_kernel<std::int8_t, std::int8_t> = true;
template <>
inline constexpr bool has_device_kernel<std::int8_t, std::int32_t> = true;

/// Calls launch.operator()<Body>(args, number of warps with work) for the kernel of a call.
template <class Launch>
gpu_runtime::status dispatch_spmm(const gpu_runtime::spmm_call& call, const Launch& launch) {
  using gpu_runtime::element;
  const auto is = [&](element type, element result) { return call.type == type && call.result == result; };
  if (is(element::float16, element::float16))
    return detail::launch_of_types<float16, float, float16>(call, launch);
  if (is(element::float16, element::float32))
    return detail::launch_of_types<float16, float, float>(call, launch);
  if (is(element::bfloat16, element::bfloat16))
    return detail::launch_of_types<bfloat16, float, bfloat16>(call, launch);
  if (is(element::bfloat16, element::float32))
    return detail::launch_of_types<bfloat16, float, float>(call, launch);
  if (is(element::float32, element::float32))
    return detail::launch_of_types<float, float, float>(call, launch);
  if (is(element::float64, element::float64))
    return detail::launch_of_types<double, double, double>(call, launch);
  if (is(element::int8, element::int8))
    return detail::launch_of_types<std::int8_t, std::int32_t, std::int8_t>(call, launch);
  if (is(element::int8, element::int32))
    return detail::launch_of_types<std::int8_t, std::int32_t, std::int32_t>(call, launch);
  return {1, "bsr", "no kernel for these types"};
}

}  // namespace bsr::inline v0::inline BSR_TARGET::gpu
