// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Blocks that a product of op(A) leaves out, as flags in device memory say when it runs.
#include <cstdint>

#include "bsr/base/target.hpp"

namespace bsr::inline v0::inline BSR_TARGET::gpu {

/// Flags, or nullptr where nothing is left out. 0: left out, and not read.
struct block_mask {
  const unsigned char* gate = nullptr;         // of the blocks, as they are stored
  const unsigned char* active = nullptr;       // of the block columns of op(A)
  const unsigned char* active_rows = nullptr;  // of its block rows

  template <class Isa>
  BSR_DEVICE bool takes(Isa& isa, std::int64_t block, std::int64_t block_column) const {
    if (gate != nullptr && isa.load(gate + block) == 0) return false;
    return active == nullptr || isa.load(active + block_column) != 0;
  }
  template <class Isa>
  BSR_DEVICE bool takes_row(Isa& isa, std::int64_t block_row) const {
    return active_rows == nullptr || isa.load(active_rows + block_row) != 0;
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET::gpu
