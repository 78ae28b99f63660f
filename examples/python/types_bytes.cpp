// SPDX-License-Identifier: BSD-3-Clause
// bool, int8, uint8, and what needs no elements.
#include "routines.hpp"
#include "types.hpp"

void add_bytes(registry& r) {
  add_routines<bool, std::int32_t>(r);
  add_routines<bool, std::int64_t>(r);
  add_routines<std::int8_t, std::int32_t>(r);
  add_routines<std::int8_t, std::int64_t>(r);
  add_routines<std::uint8_t, std::int32_t>(r);
  add_routines<std::uint8_t, std::int64_t>(r);
  add_counts<std::int32_t>(r);
  add_counts<std::int64_t>(r);
}
