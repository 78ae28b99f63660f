// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// From a call, whose types are numbers, to a kernel body, whose types are types: the list of what is
// compiled.
#include <cstdint>
#include <type_traits>

#include "bsr/base/half.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/cuda/block_mask.hpp"
#include "bsr/kernel/cuda/flat_epilogue.hpp"
#include "bsr/kernel/cuda/kernel/sddmm_mma.hpp"
#include "bsr/kernel/cuda/kernel/sddmm_plain.hpp"
#include "bsr/kernel/cuda/kernel/spmm_mma.hpp"
#include "bsr/kernel/cuda/kernel/spmm_plain.hpp"
#include "bsr/kernel/cuda/kernel/spmm_thin.hpp"
#include "bsr/kernel/cuda/kernel/spmm_wgmma.hpp"
#include "bsr/kernel/cuda/kernel/spmm_wgmma_narrow.hpp"
#include "bsr/kernel/cuda/runtime.hpp"
#include "bsr/kernel/cuda/spmm_args.hpp"
#include "bsr/kernel/cuda/tile.hpp"

namespace bsr::inline v0::inline BSR_TARGET::gpu {

namespace detail {

constexpr std::int64_t bytes_of(gpu_runtime::element e) {
  using gpu_runtime::element;
  return e == element::float64                          ? 8
         : e == element::float32 || e == element::int32 ? 4
         : e == element::int8                           ? 1
                                                        : 2;
}
inline flat_epilogue flat_of(const gpu_runtime::spmm_call& call) {
  flat_epilogue e{};
  e.steps = call.steps;
  for (int n = 0; n < call.steps; ++n) e.step[n] = call.epilogue[n];
  return e;
}

/// What is left out of op(A).
inline block_mask mask_of(const gpu_runtime::spmm_call& call) {
  return {.gate = call.gate,
          .active = call.transposed ? nullptr : call.active,
          .active_rows = call.transposed ? call.active : nullptr};
}

inline gpu_runtime::status not_compiled() {
  return {1, "bsr", "the program has no kernels for this type: see bsr_add_cuda_kernels(... TYPES ...)"};
}

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
      .a_row_stride = call.transposed ? 1 : static_cast<std::int32_t>(call.block_cols),
      .a_col_stride = call.transposed ? static_cast<std::int32_t>(call.block_rows) : 1,
      .alpha = static_cast<Accumulator>(call.alpha),
      .epilogue = e,
      .begin = static_cast<const Index*>(call.indptr),
      .columns = static_cast<const Index*>(call.indices),
      .blocks = static_cast<const Index*>(call.blocks),
      .mask = mask_of(call)};
  if constexpr (std::is_floating_point_v<T>) {
    using thin = spmm_thin<T, Accumulator>;
    if (thin::suits(call.block_rows, call.block_cols, call.cols))
      return launch.template plain<thin>(args, thin::count_items(call.rows, call.cols, call.block_rows));
  }
  return launch.template plain<body>(args, body::count_items(call.rows, call.cols, call.block_rows));
}

/// The columns [first, first + count) of a product.
inline gpu_runtime::spmm_call columns_of(gpu_runtime::spmm_call call, std::int64_t first, std::int64_t count,
                                         std::int64_t factor_bytes, std::int64_t result_bytes) {
  call.cols = count;
  call.b = static_cast<const unsigned char*>(call.b) + first * call.b_col_stride * factor_bytes;
  call.c = static_cast<unsigned char*>(call.c) + first * call.c_col_stride * result_bytes;
  for (int n = 0; n < call.steps; ++n) {
    using kind = gpu_runtime::epilogue_step::kind;
    gpu_runtime::epilogue_step& s = call.epilogue[n];
    const std::int64_t apart = s.what == kind::add_dense     ? s.col_stride
                               : s.what == kind::add_per_col ? s.row_stride
                                                             : 0;
    if (apart != 0) s.data = static_cast<const unsigned char*>(s.data) + first * apart * bytes_of(s.type);
  }
  return call;
}

/// f(call) for all columns, as many at a time as the call's plan is for.
template <class T, class Result, class F>
gpu_runtime::status for_planned_columns(const gpu_runtime::spmm_call& all, const F& f) {
  const std::int64_t most = all.prepared->most_columns;
  gpu_runtime::status result;
  for (std::int64_t first = 0; first < all.cols && result.code == 0; first += most) {
    const std::int64_t rest = all.cols - first;
    result = f(columns_of(all, first, rest < most ? rest : most, sizeof(T), sizeof(Result)));
  }
  return result;
}
template <class T, class Result, along OrderB>
auto planned_args(const gpu_runtime::spmm_call& call) {
  using accumulator = typename mma_type<T>::accumulator;
  const gpu_runtime::spmm_prepared& plan = *call.prepared;
  return spmm_args<T, accumulator, Result, flat_epilogue>{
      .a = static_cast<const T*>(call.a),
      .b = static_cast<const T*>(call.b),
      .c = static_cast<Result*>(call.c),
      .b_stride = OrderB == along::n ? call.b_row_stride : call.b_col_stride,
      .c_row_stride = call.c_row_stride,
      .c_col_stride = call.c_col_stride,
      .rows = static_cast<std::int32_t>(call.rows),
      .cols = static_cast<std::int32_t>(call.cols),
      .depth = static_cast<std::int32_t>(call.depth),
      .block_cols = static_cast<std::int32_t>(call.block_cols),
      .alpha = static_cast<accumulator>(call.alpha),
      .epilogue = flat_of(call),
      .columns = static_cast<const std::int32_t*>(plan.columns),
      .blocks = static_cast<const std::int32_t*>(plan.blocks),
      .items = static_cast<const work_item*>(plan.items),
      .begin = static_cast<const std::int32_t*>(plan.begin),
      .partial = static_cast<accumulator*>(plan.partial),
      .counter = plan.counters,
      .mask = mask_of(call)};
}

/// With the plan of a call.
template <class T, class Result, int BlockRows, along OrderA, along OrderB, class Launch>
gpu_runtime::status launch_mma(const gpu_runtime::spmm_call& all, const Launch& launch) {
  using tile = selected_tile<T, BlockRows, planned_depth(sizeof(T), BlockRows, 128), planned_shared_kib>;
  using body = spmm_mma<T, tile, OrderB, 16, OrderA>;
  constexpr int shared_bytes = tile::value.shared_bytes() + body::template scratch_bytes<flat_epilogue>;
  static_assert(shared_bytes <= planned_shared_kib << 10);
  return for_planned_columns<T, Result>(all, [&](const gpu_runtime::spmm_call& call) {
    return launch.template mma<body>(planned_args<T, Result, OrderB>(call), call.prepared->workers,
                                     shared_bytes);
  });
}

/// A for spmm_wgmma, `cols` columns of each block of op(A).
inline slab_source blocks_as_slabs(const gpu_runtime::spmm_call& call, std::int64_t cols, slab_box box) {
  const std::int64_t bytes = bytes_of(call.type);
  const std::int64_t width = call.transposed ? call.block_rows : call.block_cols;  // as they are stored
  return {.data = call.a,
          .sizes = {call.transposed ? width : cols, call.transposed ? cols : call.block_rows,
                    call.prepared->stored_blocks},
          .strides = {width * bytes, call.block_rows * call.block_cols * bytes},
          .box = box,
          .element_bytes = static_cast<int>(bytes)};
}
inline slab_source dense_as_slabs(const gpu_runtime::spmm_call& call, slab_box box) {
  const bool by_row = call.b_col_stride == 1;
  const std::int64_t bytes = bytes_of(call.type);
  const std::int64_t stride = (by_row ? call.b_row_stride : call.b_col_stride) * bytes;
  return {.data = call.b,
          .sizes = {by_row ? call.cols : call.depth, by_row ? call.depth : call.cols, 1},
          .strides = {stride, stride},
          .box = box,
          .element_bytes = static_cast<int>(bytes)};
}
template <class T, int BlockRows, along OrderB, along OrderA>
struct wgmma_body {
  using type = spmm_wgmma<T, BlockRows, OrderB, OrderA>;
};
template <class T, int BlockRows, along OrderB, along OrderA>
  requires(BlockRows < 64)
struct wgmma_body<T, BlockRows, OrderB, OrderA> {
  using type = spmm_wgmma_narrow<T, BlockRows, OrderB, OrderA>;
};
template <class T, class Result, int BlockRows, along OrderA, along OrderB, class Launch>
gpu_runtime::status launch_wgmma(const gpu_runtime::spmm_call& all, const Launch& launch) {
  using body = typename wgmma_body<T, BlockRows, OrderB, OrderA>::type;
  constexpr int shared_bytes =
      select_wgmma_tile(BlockRows, sizeof(T)).shared_bytes() + body::template scratch_bytes<flat_epilogue>;
  static_assert(shared_bytes <= wgmma_shared_kib << 10);
  return for_planned_columns<T, Result>(all, [&](const gpu_runtime::spmm_call& call) {
    spmm_slab_args<T, Result, flat_epilogue, typename Launch::slab_map> args{
        planned_args<T, Result, OrderB>(call), {}, {}, {}};
    const std::int64_t rest = call.depth % call.block_cols;  // of the last block column
    gpu_runtime::status s =
        launch.make_slab_map(args.whole_blocks, blocks_as_slabs(call, call.block_cols, body::block_box));
    if (s.code == 0)
      s = launch.make_slab_map(args.cut_blocks,
                               blocks_as_slabs(call, rest > 0 ? rest : call.block_cols, body::block_box));
    if (s.code == 0) s = launch.make_slab_map(args.dense, dense_as_slabs(call, body::dense_box));
    return s.code == 0 ? launch.template wgmma<body>(args, call.prepared->workers, shared_bytes) : s;
  });
}

inline bool is_aligned(const void* p) { return reinterpret_cast<std::uintptr_t>(p) % 16 == 0; }
/// Whether a dense factor is what copies of 16 bytes need.
template <class T>
bool suits_copies(const void* data, std::int64_t row_stride, std::int64_t col_stride) {
  const std::int64_t stride = col_stride == 1 ? row_stride : col_stride;
  return (col_stride == 1 || row_stride == 1) && stride * static_cast<std::int64_t>(sizeof(T)) % 16 == 0 &&
         is_aligned(data);
}

/// Whether the copy engine and wgmma take a dense factor that copies of 16 bytes take: its rows or columns do
/// not overlap, and it lies along k if it must.
template <class T>
bool suits_slabs(const gpu_runtime::spmm_call& call) {
  if (call.b_col_stride != 1) return call.b_col_stride >= call.depth;
  return has_slabs_along_n<T> && call.b_row_stride >= call.cols;
}

/// f(integral_constant) for 16, 32, 64 or 128.
template <class F>
gpu_runtime::status with_rows(int rows, const F& f) {
  switch (rows) {
    case 16:
      return f(std::integral_constant<int, 16>());
    case 32:
      return f(std::integral_constant<int, 32>());
    case 64:
      return f(std::integral_constant<int, 64>());
    default:
      return f(std::integral_constant<int, 128>());
  }
}
/// The same for how an operand lies: along k, or else along its rows or columns.
template <class F>
gpu_runtime::status with_order(bool along_n, const F& f) {
  return along_n ? f(std::integral_constant<along, along::n>())
                 : f(std::integral_constant<along, along::k>());
}

template <class T, class Result, class Launch>
gpu_runtime::status launch_planned(const gpu_runtime::spmm_call& call, const Launch& launch) {
  return with_rows(static_cast<int>(call.block_rows), [&](auto rows) {
    return with_order(call.transposed, [&](auto a) {
      return with_order(call.b_col_stride == 1, [&](auto b) {
        constexpr int height = decltype(rows)::value;
        constexpr along order_a = decltype(a)::value, order_b = decltype(b)::value;
        if constexpr (takes_wgmma<T>(height, planned_depth(sizeof(T), height, 128), order_a, order_b)) {
          if (call.prepared->wgmma) {
            if constexpr (Launch::template has_wgmma<T, Result, height, order_a, order_b>)
              return launch_wgmma<T, Result, height, order_a, order_b>(call, launch);
            else
              return not_compiled();
          }
        }
        if constexpr (mma_type<T>::takes_a(order_a) &&
                      Launch::template has_mma<T, Result, height, order_a, order_b>)
          return launch_mma<T, Result, height, order_a, order_b>(call, launch);
        else
          return not_compiled();
      });
    });
  });
}

template <class T, class Accumulator, class Result, class Launch>
gpu_runtime::status launch_compiled(const gpu_runtime::spmm_call& call, const Launch& launch) {
  const auto with_index = [&](const auto& e) {
    return call.wide_index ? launch_plain<T, Accumulator, Result, std::int64_t>(call, e, launch)
                           : launch_plain<T, Accumulator, Result, std::int32_t>(call, e, launch);
  };
  // Sums of int8 that are stored as int8 are rare: they have no kernel of their own.
  if constexpr (sizeof(Result) >= 2)
    if (call.prepared != nullptr && is_aligned(call.a) &&
        suits_copies<T>(call.b, call.b_row_stride, call.b_col_stride) &&
        (!call.prepared->wgmma || suits_slabs<T>(call)))
      return launch_planned<T, Result>(call, launch);
  return call.steps == 0 ? with_index(no_epilogue{}) : with_index(flat_of(call));
}
template <class T, class Accumulator, class Result, class Launch>
gpu_runtime::status launch_of_types(const gpu_runtime::spmm_call& call, const Launch& launch) {
  if constexpr (Launch::template has_type<T>)
    return launch_compiled<T, Accumulator, Result>(call, launch);
  else
    return not_compiled();
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

namespace detail {

/// f.operator()<T, accumulator, Result>() for the types that two numbers name.
template <class F>
gpu_runtime::status with_types(gpu_runtime::element type, gpu_runtime::element result, const F& f) {
  using gpu_runtime::element;
  const auto is = [&](element t, element r) { return type == t && result == r; };
  if (is(element::float16, element::float16)) return f.template operator()<float16, float, float16>();
  if (is(element::float16, element::float32)) return f.template operator()<float16, float, float>();
  if (is(element::bfloat16, element::bfloat16)) return f.template operator()<bfloat16, float, bfloat16>();
  if (is(element::bfloat16, element::float32)) return f.template operator()<bfloat16, float, float>();
  if (is(element::float32, element::float32)) return f.template operator()<float, float, float>();
  if (is(element::float64, element::float64)) return f.template operator()<double, double, double>();
  if (is(element::int8, element::int8))
    return f.template operator()<std::int8_t, std::int32_t, std::int8_t>();
  if (is(element::int8, element::int32))
    return f.template operator()<std::int8_t, std::int32_t, std::int32_t>();
  return {1, "bsr", "no kernel for these types"};
}

/// Whether tensor cores take a sampled product. Of the ways in which X and Y can lie, X by columns with Y by
/// columns has no kernel.
template <class T>
bool suits_mma(const gpu_runtime::sddmm_call& call) {
  const bool x_along_m = call.x_col_stride != 1;
  const bool y_along_n = call.y_row_stride != 1;
  return call.tensor_cores && call.block_rows % 16 == 0 && call.block_cols % 16 == 0 &&
         suits_copies<T>(call.x, call.x_row_stride, call.x_col_stride) &&
         suits_copies<T>(call.y, call.y_row_stride, call.y_col_stride) &&
         (!x_along_m || (y_along_n && mma_type<T>::takes_a(along::m)));
}

template <class T, class Accumulator, class Result, class Launch>
gpu_runtime::status launch_sddmm(const gpu_runtime::sddmm_call& call, const Launch& launch) {
  const sddmm_args<T, Accumulator, Result> args{.x = static_cast<const T*>(call.x),
                                                .y = static_cast<const T*>(call.y),
                                                .d = static_cast<const Result*>(call.d),
                                                .s = static_cast<Result*>(call.s),
                                                .x_row_stride = call.x_row_stride,
                                                .x_col_stride = call.x_col_stride,
                                                .y_row_stride = call.y_row_stride,
                                                .y_col_stride = call.y_col_stride,
                                                .rows = static_cast<std::int32_t>(call.rows),
                                                .cols = static_cast<std::int32_t>(call.cols),
                                                .depth = static_cast<std::int32_t>(call.depth),
                                                .block_rows = static_cast<std::int32_t>(call.block_rows),
                                                .block_cols = static_cast<std::int32_t>(call.block_cols),
                                                .alpha = static_cast<Accumulator>(call.alpha),
                                                .beta = static_cast<Accumulator>(call.beta),
                                                .begin = {call.indptr, call.wide_index},
                                                .columns = {call.indices, call.wide_index},
                                                .blocks = call.blocks};
  if constexpr (sizeof(Result) >= 2)
    if (suits_mma<T>(call))
      return with_rows(select_sample_rows(sizeof(T), call.block_rows), [&](auto rows) {
        return with_order(call.x_col_stride != 1, [&](auto x) {
          return with_order(call.y_row_stride != 1, [&](auto y) {
            constexpr int height = decltype(rows)::value;
            constexpr along order_x = decltype(x)::value, order_y = decltype(y)::value;
            constexpr bool valid = mma_type<T>::takes_a(order_x) &&
                                   (order_x == along::k || order_y == along::n) &&
                                   select_sample_rows(sizeof(T), height) == height;
            if constexpr (valid && Launch::template has_sample_mma<T, Result, height, order_x, order_y>) {
              using body = sddmm_mma<T, selected_sample_tile<T, height>, order_x, order_y>;
              return launch.template sample<body>(
                  args, body::count_tiles(call.blocks, call.block_rows, call.block_cols));
            } else {
              return not_compiled();
            }
          });
        });
      });
  using body = sddmm_plain<T, Accumulator>;
  return launch.template plain<body>(args, body::count_items(call.rows, call.block_rows));
}

}  // namespace detail

/// Calls launch.plain<Body>(args, number of warps with work) or, with a plan, launch.mma<Body>(args, blocks
/// of threads, bytes of shared memory) or launch.wgmma<Body>(likewise) for the kernels of a call.
/// Launch::has_type<T>, has_mma<T, Result, rows of a block, order of op(A), order of B> and
/// has_wgmma<likewise> say which of them exist; launch.make_slab_map(Launch::slab_map&, slab_source) makes
/// what copy_slab takes.
template <class Launch>
gpu_runtime::status dispatch_spmm(const gpu_runtime::spmm_call& call, const Launch& launch) {
  return detail::with_types(call.type, call.result, [&]<class T, class Accumulator, class Result>() {
    return detail::launch_of_types<T, Accumulator, Result>(call, launch);
  });
}

/// The same for a sampled product, on tensor cores by launch.sample<Body>(args, number of tiles) where
/// has_sample_mma<T, Result, rows of a tile, order of X, order of Y>.
template <class Launch>
gpu_runtime::status dispatch_sddmm(const gpu_runtime::sddmm_call& call, const Launch& launch) {
  return detail::with_types(call.type, call.result, [&]<class T, class Accumulator, class Result>() {
    if constexpr (Launch::template has_type<T>)
      return detail::launch_sddmm<T, Accumulator, Result>(call, launch);
    else
      return detail::not_compiled();
  });
}

}  // namespace bsr::inline v0::inline BSR_TARGET::gpu
