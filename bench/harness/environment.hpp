// SPDX-License-Identifier: BSD-3-Clause
#pragma once

namespace bench {

/// Libraries read these when they are loaded, so they are set before the program starts, by starting it
/// again: threads stay on their cores, everybody shares one OpenMP, and libraries that do not find out what
/// this CPU can do are told. What the caller has set already stays.
void restart_with_environment(int threads, char** argv);

}  // namespace bench
