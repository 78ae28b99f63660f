// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What the two units offer: the same function for two instruction sets. It speaks in views, which are the
// same for every unit; bsr/storage.hpp holds them and nothing that computes.
#include "bsr/storage.hpp"

using weights = bsr::matrix_view<const float, 8>;
using samples = bsr::dense_view<const float>;
using outputs = bsr::dense_view<float>;

const char* layer_avx512(outputs y, samples x, weights w);
const char* layer_any_pc(outputs y, samples x, weights w);
