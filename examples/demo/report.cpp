// SPDX-License-Identifier: BSD-3-Clause
#include "report.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "bsr/io.hpp"

namespace demo {

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

namespace {

std::string format(const char* pattern, double x, const char* unit) {
  char text[64];
  std::snprintf(text, sizeof text, pattern, x, unit);
  return text;
}
/// Three digits that count, and the unit.
std::string three_digits(double x, const char* unit) {
  return format(x < 9.995 ? "%.2f %s" : x < 99.95 ? "%.1f %s" : "%.0f %s", x, unit);
}
double median(std::vector<double>& x) {
  const auto middle = x.begin() + static_cast<std::ptrdiff_t>(x.size() / 2);
  std::nth_element(x.begin(), middle, x.end());
  return *middle;
}

}  // namespace

std::string duration(double seconds) {
  if (seconds < 1e-3) return three_digits(seconds * 1e6, "us");
  if (seconds < 1) return three_digits(seconds * 1e3, "ms");
  return three_digits(seconds, "s ");
}
std::string bytes(double count) {
  return count < 1e6 ? three_digits(count * 1e-3, "kB") : three_digits(count * 1e-6, "MB");
}
std::string ratio(double reference, double seconds) {
  return reference > 0 && seconds > 0 ? format("%.2f%s", reference / seconds, " x") : "";
}
std::string scientific(double x) { return format("%.1e%s", x, ""); }

progress::progress(std::string what) : what_(std::move(what)), terminal_(isatty(STDOUT_FILENO) != 0) {
  show(0);
}
progress::~progress() {
  if (terminal_) {
    std::printf("\r%*s\r", 79, "");
    std::fflush(stdout);
  }
}
void progress::show(double fraction) {
  constexpr int width = 30;
  const int full = std::clamp(static_cast<int>(std::lround(fraction * width)), 0, width);
  if (!terminal_ || full == last_) return;
  last_ = full;
  std::printf("\r  %-40s [%.*s%.*s]", what_.c_str(), full, "##############################", width - full,
              "..............................");
  std::fflush(stdout);
}

void race(std::vector<contender*> contenders, double seconds) {
  constexpr double turn = 2e-3;  // one turn lasts at least as long
  constexpr int least = 5;
  std::vector<int> calls;
  for (contender* c : contenders) {
    c->run();  // warm
    const double begin = now();
    c->run();
    calls.push_back(std::clamp(static_cast<int>(turn / std::max(now() - begin, 1e-9)), 1, 10000));
  }
  std::vector<std::vector<double>> times(contenders.size());
  progress bar("timing, each in turn");
  const double begin = now();
  for (int round = 0; round < least || now() < begin + seconds; ++round) {
    for (std::size_t i = 0; i < contenders.size(); ++i) {
      const double start = now();
      for (int k = 0; k < calls[i]; ++k) contenders[i]->run();
      times[i].push_back((now() - start) / calls[i]);
    }
    bar.show((now() - begin) / seconds);
  }
  for (std::size_t i = 0; i < contenders.size(); ++i) contenders[i]->seconds = median(times[i]);
}

python_times::python_times(const std::string& folder) : file_(folder + "/scipy.npz") {
  if (!std::filesystem::exists(file_)) file_.clear();
}
double python_times::operator()(const char* name) const {
  if (file_.empty()) return 0;
  const bsr::io::npz_reader file(file_);
  return file.contains(name) ? file.load_vector<double>(name)[0] : 0;
}
std::string python_times::scipy() const {
  std::string text = "scipy";
  if (file_.empty()) return text;
  const auto version = bsr::io::npz_reader(file_).load_vector<std::int64_t>("version");
  for (const std::int64_t part : version) text += (text == "scipy" ? ' ' : '.') + std::to_string(part);
  return text;
}

}  // namespace demo
