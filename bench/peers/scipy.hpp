// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <string>

#include "harness/peer.hpp"

namespace bench {

/// scipy, which lives in a Python process of its own and times its calls itself. The first of the
/// interpreters that can import scipy is taken; null if none can.
std::unique_ptr<peer> start_scipy(const std::vector<std::string>& interpreters, const std::string& script);

}  // namespace bench
