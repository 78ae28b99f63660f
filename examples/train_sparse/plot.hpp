// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// A plot as an SVG file.
#include <string>
#include <utility>
#include <vector>

namespace train {

struct curve {
  std::string name;
  std::vector<std::pair<double, double>> points;
};

/// Writes curves over x (from left: 100 % to the right: little, logarithmic) as an SVG picture.
void write_plot(const std::string& path, const std::string& title, const std::string& x, const std::string& y,
                const std::vector<curve>& curves);

}  // namespace train
