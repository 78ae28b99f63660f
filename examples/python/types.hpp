// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Which file compiles the routines for which types: several, so that they compile side by side.
#include "registry.hpp"

void add_bytes(registry& r);
void add_words(registry& r);
void add_integers(registry& r);
void add_long_integers(registry& r);
void add_real(registry& r);
void add_complex(registry& r);
void add_extended(registry& r);
