// SPDX-License-Identifier: BSD-3-Clause
#include "plot.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>

namespace train {

namespace {

constexpr double left = 70, top = 40, width = 480, height = 280;
constexpr const char* colours[] = {"#444444", "#d95f02", "#1b9e77", "#7570b3", "#e7298a"};

std::string number(double x, const char* pattern = "%.1f") {
  char text[32];
  std::snprintf(text, sizeof text, pattern, x);
  return text;
}

}  // namespace

void write_plot(const std::string& path, const std::string& title, const std::string& x, const std::string& y,
                const std::vector<curve>& curves) {
  double least = 1, low = 1, high = 0;
  for (const curve& c : curves)
    for (const auto& [at, value] : c.points) {
      least = std::min(least, at);
      low = std::min(low, value);
      high = std::max(high, value);
    }
  low = std::floor(low * 50) / 50;
  high = std::ceil(high * 50 + 1e-9) / 50;
  const auto px = [&](double at) { return left + width * (least < 1 ? std::log(at) / std::log(least) : 0); };
  const auto py = [&](double value) { return top + height * (high - value) / (high - low); };
  std::ofstream out(path);
  out << "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 720 380' font-family='sans-serif' "
         "font-size='12'>\n"
      << "<rect width='720' height='380' fill='white'/>\n<text x='" << left << "' y='24' font-size='15'>"
      << title << "</text>\n";
  for (int k = 0; k <= 4; ++k) {
    const double value = low + (high - low) * k / 4;
    out << "<line x1='" << left << "' x2='" << left + width << "' y1='" << py(value) << "' y2='" << py(value)
        << "' stroke='#dddddd'/>\n<text text-anchor='end' x='" << left - 6 << "' y='" << py(value) + 4 << "'>"
        << number(100 * value) << " %</text>\n";
  }
  for (const double at : {1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01}) {
    if (at < least * 0.999) continue;
    out << "<text text-anchor='middle' x='" << px(at) << "' y='" << top + height + 18 << "'>"
        << number(100 * at, "%g") << " %</text>\n";
  }
  out << "<text x='" << left + width / 2 << "' y='" << top + height + 40 << "' text-anchor='middle'>" << x
      << "</text>\n<text transform='translate(16 " << top + height / 2
      << ") rotate(-90)' text-anchor='middle'>" << y << "</text>\n";
  for (std::size_t c = 0; c < curves.size(); ++c) {
    const char* const colour = colours[c % std::size(colours)];
    out << "<polyline fill='none' stroke-width='2' stroke='" << colour << "' points='";
    for (const auto& [at, value] : curves[c].points) out << px(at) << ',' << py(value) << ' ';
    out << "'/>\n";
    for (const auto& [at, value] : curves[c].points)
      out << "<circle r='3.5' cx='" << px(at) << "' cy='" << py(value) << "' fill='" << colour << "'/>\n";
    const double at = top + 12 + 20 * static_cast<double>(c);
    out << "<circle r='4' cx='" << left + width + 18 << "' cy='" << at << "' fill='" << colour
        << "'/><text x='" << left + width + 28 << "' y='" << at + 4 << "'>" << curves[c].name << "</text>\n";
  }
  out << "</svg>\n";
}

}  // namespace train
