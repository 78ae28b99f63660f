// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The tables of CuTe, which cuda/oracle/cute.py makes: rows of numbers, each with a name.
#include <zlib.h>

#include <catch2/catch_test_macros.hpp>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace bsr_test {

inline const std::map<std::string, std::vector<int>>& tables() {
  static const auto all = [] {
    std::map<std::string, std::vector<int>> result;
    const gzFile file = gzopen(BSR_TESTS_DIR "/data/cute_tables.txt.gz", "rb");
    std::string text;
    char part[4096];
    for (int n = 0; file != nullptr && (n = gzread(file, part, sizeof part)) > 0;)
      text.append(part, static_cast<std::size_t>(n));
    if (file != nullptr) gzclose(file);
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::string name;
      words >> name;
      for (int number = 0; words >> number;) result[name].push_back(number);
    }
    return result;
  }();
  return all;
}
inline const std::vector<int>& table(const std::string& name) {
  REQUIRE(tables().count(name) == 1);
  return tables().at(name);
}

}  // namespace bsr_test
