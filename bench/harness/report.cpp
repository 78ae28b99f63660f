// SPDX-License-Identifier: BSD-3-Clause
#include "harness/report.hpp"

#include <cctype>
#include <ctime>

#include "machine/probe.hpp"

namespace bench {
namespace {

std::string date() {
  char text[32];
  const std::time_t seconds = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  std::strftime(text, sizeof text, "%Y-%m-%dT%H-%M-%SZ", &utc);
  return text;
}

}  // namespace

std::string json_text(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return quoted + "\"";
}

std::filesystem::path report_path(const std::string& directory, const std::string& ending) {
  std::string folder = machine::cpu_name();
  for (char& c : folder)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '-';
  const auto path = std::filesystem::path(directory) / folder / (date() + ending);
  std::filesystem::create_directories(path.parent_path());
  return path;
}

std::string report_head() {
  return "\"cpu\": " + json_text(machine::cpu_name()) +
         ",\n  \"features\": " + json_text(machine::cpu_features()) + ",\n  \"date\": " + json_text(date()) +
         ",\n  \"compiler\": " + json_text(BSR_BENCH_COMPILER);
}

}  // namespace bench
