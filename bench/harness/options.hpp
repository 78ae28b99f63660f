// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "harness/duel.hpp"

namespace bench {

/// The options that every benchmark has.
struct common_options {
  std::vector<std::string> filters;  // points whose name contains all of them
  std::string peers;                 // names to load, comma separated; empty: all
  std::string results;               // where the JSON goes; empty: nowhere
  duel_rules rules;

  /// Takes one option with its value; false if it is none of these.
  bool take(const std::string& option, const std::string& value) {
    if (option == "--filter")
      filters.push_back(value);
    else if (option == "--peers")
      peers = value;
    else if (option == "--json")
      results = value;
    else if (option == "--rounds")
      rules.rounds = std::max(1, std::atoi(value.c_str()));
    else if (option == "--seconds")
      rules.seconds = std::atof(value.c_str());
    else
      return false;
    return true;
  }
  bool asked_for_peer(const std::string& name) const {
    return peers.empty() || ("," + peers + ",").find("," + name + ",") != std::string::npos;
  }
  bool asked_for_point(const std::string& name) const {
    return std::all_of(filters.begin(), filters.end(),
                       [&](const std::string& text) { return name.find(text) != std::string::npos; });
  }
};

}  // namespace bench
