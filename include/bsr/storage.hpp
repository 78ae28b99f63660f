// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The light front door: types that hold and show matrices, for headers that only pass them on. No SIMD, no
// kernels.
#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/policy.hpp"
#include "bsr/base/scalar.hpp"
#include "bsr/base/space.hpp"
#include "bsr/base/target.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/coo.hpp"
#include "bsr/storage/csc.hpp"
#include "bsr/storage/csr.hpp"
#include "bsr/storage/dense_matrix.hpp"
#include "bsr/storage/dense_view.hpp"
#include "bsr/storage/matrix.hpp"
#include "bsr/storage/matrix_view.hpp"
#include "bsr/storage/pattern.hpp"
#include "bsr/storage/view.hpp"
#include "bsr/version.hpp"
