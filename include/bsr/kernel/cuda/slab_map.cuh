// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// A slab_source as the copy engine wants it.
#include <cuda.h>
#include <cuda_runtime_api.h>

#include "bsr/base/target.hpp"
#include "bsr/kernel/cuda/runtime.hpp"
#include "bsr/kernel/cuda/slab.hpp"
#include "bsr/kernel/cuda/status.cuh"

namespace bsr::inline v0::inline BSR_TARGET::gpu {

/// Neither allocates nor waits.
inline gpu_runtime::status make_slab_map(CUtensorMap& map, const slab_source& s) {
  using encode_function = decltype(&cuTensorMapEncodeTiled);
  // The driver's, found at run time: a program that links it would not start where there is none.
  void* function = nullptr;
  cudaDriverEntryPointQueryResult found{};
  if (const cudaError_t e = cudaGetDriverEntryPointByVersion("cuTensorMapEncodeTiled", &function, 12000,
                                                             cudaEnableDefault, &found))
    return status_of(e, "cudaGetDriverEntryPointByVersion");
  if (found != cudaDriverEntryPointSuccess || function == nullptr)
    return {static_cast<int>(found), "cudaGetDriverEntryPointByVersion",
            "the driver has no cuTensorMapEncodeTiled"};
  const cuuint64_t sizes[] = {static_cast<cuuint64_t>(s.sizes[0]), static_cast<cuuint64_t>(s.sizes[1]),
                              static_cast<cuuint64_t>(s.sizes[2])};
  const cuuint64_t strides[] = {static_cast<cuuint64_t>(s.strides[0]), static_cast<cuuint64_t>(s.strides[1])};
  const cuuint32_t box[] = {static_cast<cuuint32_t>(s.box.line / s.element_bytes),
                            static_cast<cuuint32_t>(s.box.lines), 1};
  const CUtensorMapSwizzle exchange = s.box.line == 128  ? CU_TENSOR_MAP_SWIZZLE_128B
                                      : s.box.line == 64 ? CU_TENSOR_MAP_SWIZZLE_64B
                                                         : CU_TENSOR_MAP_SWIZZLE_32B;
  const cuuint32_t apart[] = {1, 1, 1};
  // Only floats change on their way.
  const CUtensorMapDataType type = s.element_bytes == 1   ? CU_TENSOR_MAP_DATA_TYPE_UINT8
                                   : s.element_bytes == 2 ? CU_TENSOR_MAP_DATA_TYPE_UINT16
                                                          : CU_TENSOR_MAP_DATA_TYPE_TFLOAT32;
  const CUresult result = reinterpret_cast<encode_function>(function)(
      &map, type, 3, const_cast<void*>(s.data), sizes, strides, box, apart, CU_TENSOR_MAP_INTERLEAVE_NONE,
      exchange, CU_TENSOR_MAP_L2_PROMOTION_L2_256B, CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE);
  if (result == CUDA_SUCCESS) return {};
  return {static_cast<int>(result), "cuTensorMapEncodeTiled", "the driver refuses the array"};
}

}  // namespace bsr::inline v0::inline BSR_TARGET::gpu
