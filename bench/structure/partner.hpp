// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <memory>
#include <string>

#include "harness/child.hpp"
#include "structure/message.hpp"

namespace bench {

/// scipy's process: it keeps operands under their names, times expressions of Python, and compares results.
/// scipy_side.py is the other end.
class partner {
 public:
  /// The first interpreter that can import scipy; null if none can.
  static std::unique_ptr<partner> start();

  const std::string& version() const { return version_; }
  void send(const std::string& name, const message& what);
  /// Forgets all operands.
  void forget();
  /// What is timed from now on: `call`, after `each` has run untimed. `result` is an expression that may use
  /// `r`, the value of the call.
  void prepare(const std::string& each, const std::string& call, const std::string& result);
  /// The mean seconds of some calls.
  double seconds(int count);
  /// Whether `ours`, which was sent under that name, equals what scipy's last call gave, up to `bound`, an
  /// expression in `theirs`, `eps` and the operands. Empty if so, else what is wrong.
  std::string compare(const std::string& bound);

 private:
  partner(std::unique_ptr<process> child, std::string version);
  std::string ask(const std::string& question);
  std::unique_ptr<process> child_;
  std::string version_;
};

}  // namespace bench
