// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What both parts of the demonstration share: fair timing, a progress bar, and how numbers are written.
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace demo {

/// Where things are and how long may be measured.
struct options {
  std::string elasticity;  ///< folder of elasticity.npz, system.npz and perhaps scipy.npz
  std::string layer;       ///< folder of model.safetensors, tokens.npz and perhaps scipy.npz
  std::string results;     ///< folder for what is written
  double seconds = 2;      ///< to time a group of contenders
};

/// What Python measured for the same input on this machine; empty where there was no Python.
class python_times {
 public:
  explicit python_times(const std::string& folder);
  /// Seconds, or 0 when it was not measured.
  double operator()(const char* name) const;
  /// "scipy 1.17.1"
  std::string scipy() const;

 private:
  std::string file_;
};

/// Something that is timed. `seconds` becomes the median of many short runs.
struct contender {
  std::function<void()> run;
  double seconds = 0;
};
/// Lets all contenders take turns, so that a disturbance meets them all alike, until `seconds` are over.
void race(std::vector<contender*> contenders, double seconds);

/// A line on a terminal that says what is going on and how far; nothing elsewhere. Wiped at the end.
class progress {
 public:
  explicit progress(std::string what);
  ~progress();
  progress(const progress&) = delete;
  progress& operator=(const progress&) = delete;
  void show(double fraction);

 private:
  std::string what_;
  bool terminal_;
  int last_ = -1;
};

double now();
/// Four characters and a unit: 1.23 ms, 12.3 MB.
std::string duration(double seconds);
std::string bytes(double count);
/// "3.1 x", or "" without a time to compare with.
std::string ratio(double reference, double seconds);
std::string scientific(double x);

int elasticity(const options& where);
int layer(const options& where);

}  // namespace demo
