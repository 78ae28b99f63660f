// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "harness/peer.hpp"

namespace bench {

/// bsr itself, through its public interface, as a user would write it. Block sizes of the list in
/// candidates.hpp are compile-time numbers; others go through the view whose block size is known at run time.
std::vector<candidate> ours(const problem<float>& p);
std::vector<candidate> ours(const problem<double>& p);
std::vector<candidate> ours(const problem<bf16>& p);
std::vector<candidate> ours(const problem<std::int8_t>& p);

/// bsr beside itself: of one thread where the problem has more, with a bias and an activation where it asks.
std::vector<candidate> own_forms(const problem<float>& p);
std::vector<candidate> own_forms(const problem<double>& p);

}  // namespace bench
