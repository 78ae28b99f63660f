// SPDX-License-Identifier: BSD-3-Clause
// bsr_demo [--quick] ELASTICITY LAYER RESULTS: the main job of bsr on real input. scripts/demo runs it.
// ELASTICITY and LAYER are folders that data.py made, or examples/data; files are written to RESULTS.
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "bsr/storage.hpp"
#include "bsr/version.hpp"
#include "report.hpp"

namespace demo {
namespace {

std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.rfind("model name", 0) == 0) return line.substr(line.find(':') + 2);
  return "unknown processor";
}

int run(const options& where) {
  std::filesystem::create_directories(where.results);
  const std::string target = bsr::target_name;
  std::printf("bsr %d.%d.%d for %s on %s\n(%s)\n", BSR_VERSION_MAJOR, BSR_VERSION_MINOR, BSR_VERSION_PATCH,
              target.substr(0, target.find('_')).c_str(), processor().c_str(), bsr::target_name);
  return elasticity(where) + layer(where);
}

}  // namespace
}  // namespace demo

int main(int argc, char** argv) {
  demo::options where;
  std::vector<std::string> folders;
  for (int i = 1; i < argc; ++i)
    if (std::strcmp(argv[i], "--quick") == 0)
      where.seconds = 0.02;
    else
      folders.emplace_back(argv[i]);
  if (folders.size() != 3) {
    std::fprintf(stderr, "usage: bsr_demo [--quick] ELASTICITY LAYER RESULTS\n");
    return 2;
  }
  where.elasticity = folders[0];
  where.layer = folders[1];
  where.results = folders[2];
  try {
    return demo::run(where) == 0 ? 0 : 1;
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "%s\n", problem.what());
    return 1;
  }
}
