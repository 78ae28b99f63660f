// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// bsr beside Eigen: everything of bsr/bsr.hpp, and Eigen's types as operands, results and solvers.
// The only front door that includes Eigen.
#include "bsr/bsr.hpp"
#include "bsr/interop/eigen.hpp"
#include "bsr/interop/eigen_blocks.hpp"
