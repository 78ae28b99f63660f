// SPDX-License-Identifier: BSD-3-Clause
// int64, uint64.
#include "routines.hpp"
#include "types.hpp"

void add_long_integers(registry& r) {
  add_routines<std::int64_t, std::int32_t>(r);
  add_routines<std::int64_t, std::int64_t>(r);
  add_routines<std::uint64_t, std::int32_t>(r);
  add_routines<std::uint64_t, std::int64_t>(r);
}
