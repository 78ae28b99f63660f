// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The version of bsr, written here and nowhere else; CMake reads it from this file.
// Below 1.0 a new minor version may change the interface; a new patch version does not.

#define BSR_VERSION_MAJOR 0
#define BSR_VERSION_MINOR 1
#define BSR_VERSION_PATCH 0

/// One number to compare: `#if BSR_VERSION >= 100` is true from 0.1.0 on.
#define BSR_VERSION (BSR_VERSION_MAJOR * 10000 + BSR_VERSION_MINOR * 100 + BSR_VERSION_PATCH)
