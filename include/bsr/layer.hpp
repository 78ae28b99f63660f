// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// A linear layer of a network on a block-sparse matrix, and steps of gradient descent. Needs <bsr/bsr.hpp>'s
// kernels, which it includes. CMake component layer.
#include "bsr/kernel/cpu/backend.hpp"
#include "bsr/layer/inference.hpp"
#include "bsr/layer/int8_linear.hpp"
#include "bsr/layer/linear.hpp"
#include "bsr/layer/optimizer.hpp"
