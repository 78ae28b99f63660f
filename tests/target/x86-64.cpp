// SPDX-License-Identifier: BSD-3-Clause
#define BSR_WORK work_baseline
#include "work.hpp"
