// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Files: scipy's and NumPy's .npz and .npy, Matrix Market. Needs zlib (CMake component io).
#include "bsr/io/matrix_market.hpp"
#include "bsr/io/npy.hpp"
#include "bsr/io/npz.hpp"
