// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What the host asks of the device: memory, copies, kernels. Declared here for every compiler, defined in
// cuda_kernels.cuh, which nvcc compiles into one object of the program; tests define it on an emulated
// device. The types are the same for every compile target, so objects of g++ and of nvcc agree on them.
#include <cstddef>
#include <cstdint>

#include "bsr/base/error.hpp"
#include "bsr/base/policy.hpp"
#include "bsr/base/target.hpp"

namespace bsr::inline v0 {

/// The device or its driver refused: no driver, no device, too old a device, no memory, or an error of an
/// earlier kernel. The text names the call, its number and what was being computed. Memory of the host is as
/// it was.
struct device_error : error {
  BSR_INLINE explicit device_error(const char* what) : error(what) {}
  /// CUDA's number for the error.
  int code = 0;
};

namespace gpu_runtime {

/// What became of a call: 0, or a number, the call and what it says.
struct status {
  int code = 0;
  const char* call = "";
  const char* reason = "";
};

enum class direction { to_device, to_host, on_device };

status count_devices(int* count);
/// Memory that may be used by everything that is given to the stream from now on.
status allocate(void** memory, std::size_t bytes, CUstream_st* stream);
/// Given back when everything before it in the stream is done.
status release(void* memory, CUstream_st* stream);
/// Copies from and to the host are done when the call returns.
status copy(void* to, const void* from, std::size_t bytes, direction way, CUstream_st* stream);
status clear(void* memory, std::size_t bytes, CUstream_st* stream);
status synchronize(CUstream_st* stream);
/// What a plan needs to know of a device.
struct device_limits {
  int processors;
  int shared_bytes;  // that a block of threads may have
  bool wgmma;        // it has compute capability 9.0, and the program has kernels for sm_90a
};
status limits(device_limits* found);

// ---- products ---------------------------------------------------------------------------------------------

enum class element : std::int32_t { float16, bfloat16, float32, float64, int8, int32 };

/// One step of an epilogue: v -> ...
struct epilogue_step {
  enum class kind : std::int32_t { scale, add_dense, add_per_row, add_per_col, relu, gelu, silu };
  kind what;
  element type;             // of data
  const void* data;         // (i, j), (i) or (j)
  std::int64_t row_stride;  // in elements
  std::int64_t col_stride;
  double factor;  // of v for scale, of data for add_dense
};
inline constexpr int most_epilogue_steps = 6;

/// What a plan has prepared for spmm_mma or a form of sm_90a, in device memory: row_groups and schedule of
/// that form's tile for the blocks, for `workers` blocks of threads and up to `most_columns` columns.
struct spmm_prepared {
  const void* columns;
  const void* blocks;
  const void* items;
  const void* begin;
  void* partial;
  std::uint32_t* counters;
  int workers;
  std::int64_t most_columns;
  bool wgmma;
  std::int64_t stored_blocks;  // of A
};

/// C(i, j) = epilogue(alpha * sum_k A(i, k) B(k, j), i, j), all in device memory. Strides are in elements.
struct spmm_call {
  element type;     // of A and B
  element result;   // of C
  bool wide_index;  // indices are 64 bits wide, else 32
  const void* a;
  const void* indices;
  const void* indptr;
  const void* b;
  void* c;
  std::int64_t b_row_stride, b_col_stride;
  std::int64_t c_row_stride, c_col_stride;
  std::int64_t rows, cols, depth;
  std::int64_t block_rows, block_cols;
  double alpha;
  int steps;
  epilogue_step epilogue[most_epilogue_steps];
  const spmm_prepared* prepared;  // nullptr: the plain form
  // A is read as its transpose: rows, depth and the blocks' size are the transposed ones, indptr and indices
  // those of a plan, and element n of `blocks` says where block n lies in a.
  bool transposed;
  const void* blocks;
  // Flags, or nullptr: of the blocks in a; of the block columns of A. 0: the block is left out.
  const unsigned char* gate;
  const unsigned char* active;
};
status spmm(const spmm_call& call, CUstream_st* stream);

/// S(i, j) = alpha * sum_k X(i, k) Y(k, j) + beta * D(i, j) at the stored blocks of S, all in device memory.
/// D has its blocks where S has them, and may be S.
struct sddmm_call {
  element type;     // of X and Y
  element result;   // of S and D
  bool wide_index;  // indices are 64 bits wide, else 32
  const void* x;
  const void* y;
  const void* d;
  void* s;
  const void* indices;
  const void* indptr;
  std::int64_t x_row_stride, x_col_stride;
  std::int64_t y_row_stride, y_col_stride;
  std::int64_t rows, cols, depth;
  std::int64_t block_rows, block_cols;
  std::int64_t blocks;  // of S
  double alpha, beta;
  bool tensor_cores;  // whether they may be used
};
status sddmm(const sddmm_call& call, CUstream_st* stream);

}  // namespace gpu_runtime
}  // namespace bsr::inline v0

namespace bsr::inline v0::inline BSR_TARGET::gpu {

/// Throws device_error unless a call went well: "bsr: <what>: <call> failed with <code> (<reason>)."
template <class... What>
void check(const gpu_runtime::status& s, What... what) {
  if (s.code == 0) return;
  message text;
  text << "bsr: ";
  (text << ... << what);
  text << ": " << s.call << " failed with " << s.code << " (" << s.reason << ").";
#if BSR_HAS_EXCEPTIONS
  device_error e(text.c_str());
  e.code = s.code;
  throw e;
#else
  error_hook(text.c_str());
#endif
}

}  // namespace bsr::inline v0::inline BSR_TARGET::gpu

namespace bsr::inline v0 {

BSR_INLINE bool cuda::available() {
  int count = 0;
  return gpu_runtime::count_devices(&count).code == 0 && count > 0;
}
BSR_INLINE void cuda::synchronize(CUstream_st* stream) {
  gpu::check(gpu_runtime::synchronize(stream), "cuda::synchronize");
}

}  // namespace bsr::inline v0
