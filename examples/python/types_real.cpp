// SPDX-License-Identifier: BSD-3-Clause
// float32, float64.
#include "routines.hpp"
#include "types.hpp"

void add_real(registry& r) {
  add_routines<float, std::int32_t>(r);
  add_routines<float, std::int64_t>(r);
  add_routines<double, std::int32_t>(r);
  add_routines<double, std::int64_t>(r);
}
