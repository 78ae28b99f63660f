// SPDX-License-Identifier: BSD-3-Clause
#include "ours/candidates.hpp"

std::vector<bench::candidate> bench::ours(const problem<double>& p) { return candidates(p); }
std::vector<bench::candidate> bench::own_forms(const problem<double>& p) { return forms(p); }
