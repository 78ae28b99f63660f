// SPDX-License-Identifier: BSD-3-Clause
// complex64, complex128.
#include "routines.hpp"
#include "types.hpp"

void add_complex(registry& r) {
  add_routines<std::complex<float>, std::int32_t>(r);
  add_routines<std::complex<float>, std::int64_t>(r);
  add_routines<std::complex<double>, std::int32_t>(r);
  add_routines<std::complex<double>, std::int64_t>(r);
}
