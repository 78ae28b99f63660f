// SPDX-License-Identifier: BSD-3-Clause
#include "ours/candidates.hpp"

std::vector<bench::candidate> bench::ours(const problem<bf16>& p) { return candidates(p); }
std::vector<bench::candidate> bench::ours(const problem<std::int8_t>& p) { return candidates(p); }
