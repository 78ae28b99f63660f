// SPDX-License-Identifier: BSD-3-Clause
#define BSR_WORK work_avx512
#include "work.hpp"
