// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Files of trained weights in the safetensors format. Needs nlohmann-json (CMake component safetensors),
// whose functions are not part of bsr's target namespace: in a program for several instruction sets, include
// this header in one unit.
#include "bsr/io/safetensors.hpp"
