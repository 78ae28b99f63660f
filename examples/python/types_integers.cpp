// SPDX-License-Identifier: BSD-3-Clause
// int32, uint32.
#include "routines.hpp"
#include "types.hpp"

void add_integers(registry& r) {
  add_routines<std::int32_t, std::int32_t>(r);
  add_routines<std::int32_t, std::int64_t>(r);
  add_routines<std::uint32_t, std::int32_t>(r);
  add_routines<std::uint32_t, std::int64_t>(r);
}
