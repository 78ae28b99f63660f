// SPDX-License-Identifier: BSD-3-Clause
// longdouble, clongdouble.
#include "routines.hpp"
#include "types.hpp"

void add_extended(registry& r) {
  add_routines<long double, std::int32_t>(r);
  add_routines<long double, std::int64_t>(r);
  add_routines<std::complex<long double>, std::int32_t>(r);
  add_routines<std::complex<long double>, std::int64_t>(r);
}
