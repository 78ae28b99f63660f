// expect: flags lie in the memory of the matrix whose blocks they switch off
// SPDX-License-Identifier: BSD-3-Clause
#include <vector>

#include "device_operands.hpp"

extern std::vector<unsigned char> flags;
extern bsr::device_vector<unsigned char> flags_there;

void f() {
#ifdef BSR_SHOULD_FAIL
  yd = masked(ad, flags) * xd;
#else
  yd = masked(ad, flags_there) * xd;
#endif
}
