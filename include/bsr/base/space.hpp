// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Where memory lives.
#include "bsr/base/target.hpp"

namespace bsr::inline v0 {

/// Memory that the CPU reads and writes.
struct host {};

}  // namespace bsr::inline v0
