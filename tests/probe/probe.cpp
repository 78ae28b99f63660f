// SPDX-License-Identifier: BSD-3-Clause
// Stands for any translation unit of the tests; see probe.py.
#include "bsr/version.hpp"
