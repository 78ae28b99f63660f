// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// Kernels made wrong on purpose. Each place of a body that asks for an instruction can be given a wrong one;
// a test that does not notice has a hole.
#include <compare>
#include <cstring>
#include <set>
#include <string>
#include <vector>

namespace bsr_test::emulator {

/// A line of a kernel body. As a default argument it is the caller's.
struct site {
  const char* file;
  int line;

  static site here(const char* f = __builtin_FILE(), int l = __builtin_LINE()) { return {f, l}; }
  const char* name() const {
    const char* const slash = std::strrchr(file, '/');
    return slash == nullptr ? file : slash + 1;
  }
  std::string text() const { return std::string(name()) + ":" + std::to_string(line); }
};

/// What is done wrong.
enum class change {
  none,
  drop,        // the instruction does not happen
  one_less,    // a wait lets one group more be under way
  whole,       // a copy takes all its bytes, also those beyond the edge
  elsewhere,   // the next 16 bytes of shared memory
  neighbour,   // the next element of global memory, the next lane
  transposed,  // ldmatrix with .trans or without
  exchanged,   // two registers of an operand
  complement,  // the other bits
};
inline const char* name_of(change c) {
  constexpr const char* names[] = {"none",      "drop",       "one_less",  "whole",     "elsewhere",
                                   "neighbour", "transposed", "exchanged", "complement"};
  return names[static_cast<int>(c)];
}

/// An instruction at a place, and what is done to it.
struct mutation {
  std::string instruction;
  std::string file;
  int line = 0;
  change how = change::none;

  auto operator<=>(const mutation&) const = default;
  bool concerns(const char* what, site at) const {
    return line == at.line && instruction == what && file == at.name();
  }
  std::string text() const {
    return file + ":" + std::to_string(line) + " " + instruction + " " + name_of(how);
  }
};

/// Every place that a kernel came through, with every way to do it wrong.
using mutations = std::set<mutation>;

}  // namespace bsr_test::emulator
