// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>
#include <vector>

namespace bench {

/// One operation beside scipy's. The text of a point is its name, type and block size.
struct task {
  std::string name;
  /// Expressions of Python in the operands' names, each one way to ask for it; the quickest counts.
  std::vector<std::string> scipy;
  std::string each = "";     // statements that run before every call of scipy's, untimed
  std::string result = "r";  // what is compared, an expression in `r`, the value of the call
  std::string bound = "0";   // how far ours may be away: an expression in `theirs`, `eps` and the operands
  double goal = 1;           // how many times quicker than scipy it is to be
  bool copies = false;       // memory is its limit: it is compared with copying the larger side
  double of_copy_goal = 0;   // the part of that rate which it is to reach
  std::string mkl = "";      // what mkl_side.cpp calls it
  double mkl_goal = 0;       // how many times quicker than MKL it is to be
};

}  // namespace bench
