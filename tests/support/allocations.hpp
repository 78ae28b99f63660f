// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// How often a program allocates: through new, through malloc and its relatives, through mmap.

namespace bsr_test {

/// Whether allocations are counted: not with a sanitizer, which has its own, and only with glibc.
bool counts_allocations();
void start_counting();
/// How many allocations there were.
int stop_counting();

/// The allocations that f makes; 0 where they are not counted.
template <class F>
int allocations_of(const F& f) {
  start_counting();
  f();
  return stop_counting();
}

}  // namespace bsr_test
