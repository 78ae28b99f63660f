// SPDX-License-Identifier: BSD-3-Clause
// int16, uint16.
#include "routines.hpp"
#include "types.hpp"

void add_words(registry& r) {
  add_routines<std::int16_t, std::int32_t>(r);
  add_routines<std::int16_t, std::int64_t>(r);
  add_routines<std::uint16_t, std::int32_t>(r);
  add_routines<std::uint16_t, std::int64_t>(r);
}
