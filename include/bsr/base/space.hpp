// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Where memory lives.
#include "bsr/base/target.hpp"

namespace bsr::inline v0 {

/// Memory that the CPU reads and writes.
struct host {};
/// Memory of a GPU. What lies there is read and written by operations only: bsr/cuda.hpp.
struct device {};

}  // namespace bsr::inline v0
