// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The front door for operands in device memory: bsr::cuda, copy_to, and products there. Needs no header of
// CUDA and no nvcc; the program links one object that nvcc made of bsr/cuda_kernels.cuh.
#include "bsr/expr/assign.hpp"
#include "bsr/expr/masked.hpp"
#include "bsr/expr/operators.hpp"
#include "bsr/expr/refuse.hpp"
#include "bsr/expr/sample.hpp"
#include "bsr/kernel/cuda/backend.hpp"
#include "bsr/kernel/cuda/copy_to.hpp"
#include "bsr/kernel/cuda/device_buffer.hpp"
#include "bsr/op/sddmm.hpp"
#include "bsr/op/spmm.hpp"
#include "bsr/op/spmv.hpp"
#include "bsr/plan/dense_plan.hpp"
#include "bsr/storage.hpp"
