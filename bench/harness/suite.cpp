// SPDX-License-Identifier: BSD-3-Clause
#include "harness/suite.hpp"

#include <charconv>
#include <cmath>
#include <fstream>
#include <random>
#include <sstream>
#include <stdexcept>

namespace bench {
namespace {

const char* name_of(operation what) {
  switch (what) {
    case operation::spmm:
      return "spmm";
    case operation::linear:
      return "linear";
    case operation::spmv:
      return "spmv";
    case operation::sddmm:
      return "sddmm";
  }
  return "";
}

// "1024x1024x128" is three positive numbers.
std::vector<int> sizes(const std::string& text) {
  std::vector<int> numbers;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (true) {
    int number = 0;
    const auto [next, error] = std::from_chars(at, end, number);
    if (error != std::errc() || number <= 0) throw std::runtime_error("'" + text + "' is not a size");
    numbers.push_back(number);
    if (next == end) return numbers;
    if (*next != 'x') throw std::runtime_error("'" + text + "' is not a size");
    at = next + 1;
  }
}

// "random:0.1" is a kind and its number.
double argument(const std::string& pattern, const std::string& kind) {
  const std::string text = pattern.substr(kind.size());
  double number = 0;
  const auto [next, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || next != text.data() + text.size() || !(number > 0))
    throw std::runtime_error("'" + pattern + "' has no number after the colon");
  return number;
}

constexpr char random_kind[] = "random:";
constexpr char stencil_kind[] = "stencil27:";
bool starts_with(const std::string& text, const char* start) { return text.rfind(start, 0) == 0; }

point parse(const std::string& line) {
  std::istringstream words(line);
  std::string what, type, shape, block, pattern, threads, rest;
  if (!(words >> what >> type >> shape >> block >> pattern >> threads))
    throw std::runtime_error("six words are expected");
  if ((words >> rest && rest != "dynamic") || words >> what)
    throw std::runtime_error("after six words only 'dynamic' may stand");
  point p;
  if (what == "spmm")
    p.what = operation::spmm;
  else if (what == "linear")
    p.what = operation::linear;
  else if (what == "spmv")
    p.what = operation::spmv;
  else if (what == "sddmm")
    p.what = operation::sddmm;
  else
    throw std::runtime_error("'" + what + "' is not spmm, linear, spmv or sddmm");
  if (type != "f32" && type != "f64") throw std::runtime_error("'" + type + "' is not f32 or f64");
  p.single = type == "f32";
  const auto blocks = sizes(block);
  if (blocks.size() != 2) throw std::runtime_error("'" + block + "' is not a block size");
  p.r = blocks[0];
  p.c = blocks[1];
  p.pattern = pattern;
  p.dynamic = !rest.empty();
  const auto all_threads = sizes(threads);
  if (all_threads.size() != 1) throw std::runtime_error("'" + threads + "' is not a number of threads");
  p.threads = all_threads[0];
  if (starts_with(pattern, stencil_kind)) {
    const double side = argument(pattern, stencil_kind);
    if (side != std::floor(side) || side > 1000) throw std::runtime_error("'" + pattern + "' is not a grid");
    const auto nodes = static_cast<int>(side * side * side);
    if (p.r != p.c) throw std::runtime_error("the blocks of a stencil are square");
    p.m = p.k = nodes * p.r;
    if (shape != "-") p.n = sizes(shape).front();
  } else if (starts_with(pattern, random_kind)) {
    if (argument(pattern, random_kind) > 1) throw std::runtime_error("'" + pattern + "' is denser than 1");
    const auto numbers = sizes(shape);
    if (numbers.size() != (p.what == operation::spmv ? 2U : 3U))
      throw std::runtime_error("'" + shape + "' is not a shape for " + what);
    p.m = numbers[0];
    p.k = numbers[1];
    if (numbers.size() == 3) p.n = numbers[2];
  } else {
    throw std::runtime_error("'" + pattern + "' is not random:density or stencil27:side");
  }
  if (p.m % p.r != 0 || p.k % p.c != 0)
    throw std::runtime_error("the shape is no multiple of the block size");
  if (p.what == operation::spmv && p.n != 1) throw std::runtime_error("spmv has one column");
  return p;
}

// Exactly round(density * blocks) blocks, each set of that many equally likely.
template <class T>
void fill_random(const point& p, operands<T>& o) {
  const int rows = p.m / p.r, cols = p.k / p.c;
  const auto all = static_cast<std::uint64_t>(rows) * static_cast<std::uint64_t>(cols);
  auto wanted =
      static_cast<std::uint64_t>(std::llround(argument(p.pattern, random_kind) * static_cast<double>(all)));
  std::mt19937_64 random(1);
  std::uint64_t left = all;
  for (int i = 0; i < rows; ++i) {
    for (int j = 0; j < cols; ++j, --left)
      if (random() % left < wanted) {
        o.indices.push_back(j);
        --wanted;
      }
    o.indptr.push_back(static_cast<std::int32_t>(o.indices.size()));
  }
}

// Nodes of a cubic grid, each joined to the 27 nodes of the cube around it: the pattern of trilinear
// elements.
template <class T>
void fill_stencil(const point& p, operands<T>& o) {
  const auto side = static_cast<int>(argument(p.pattern, stencil_kind));
  for (int z = 0; z < side; ++z)
    for (int y = 0; y < side; ++y)
      for (int x = 0; x < side; ++x) {
        for (int dz = -1; dz <= 1; ++dz)
          for (int dy = -1; dy <= 1; ++dy)
            for (int dx = -1; dx <= 1; ++dx) {
              const auto inside = [side](int at) { return at >= 0 && at < side; };
              if (inside(x + dx) && inside(y + dy) && inside(z + dz))
                o.indices.push_back(((z + dz) * side + y + dy) * side + x + dx);
            }
        o.indptr.push_back(static_cast<std::int32_t>(o.indices.size()));
      }
}

// Multiples of 2^-11 in [-1, 1).
template <class T>
void fill_values(array<T>& values, std::uint32_t seed) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    seed = seed * 1664525U + 1013904223U;
    values[i] = static_cast<T>(static_cast<int>(seed >> 20) - 2048) / T(2048);
  }
}

}  // namespace

std::string point::name() const {
  std::ostringstream text;
  text << name_of(what) << (single ? " f32 " : " f64 ");
  if (starts_with(pattern, random_kind)) {
    text << m << 'x' << k;
    if (what != operation::spmv) text << 'x' << n;
    text << ' ';
  } else if (n != 1) {
    text << 'x' << n << ' ';
  }
  text << r << 'x' << c << ' ' << pattern << (dynamic ? " dynamic" : "");
  return text.str();
}

std::vector<point> read_suite(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error(path + ": cannot be read");
  std::vector<point> points;
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (const auto comment = line.find('#'); comment != std::string::npos) line.erase(comment);
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    try {
      points.push_back(parse(line));
    } catch (const std::exception& error) {
      throw std::runtime_error(path + ":" + std::to_string(number) + ": " + error.what());
    }
  }
  return points;
}

template <class T>
operands<T> make_operands(const point& p) {
  operands<T> o;
  o.indptr.push_back(0);
  starts_with(p.pattern, stencil_kind) ? fill_stencil(p, o) : fill_random(p, o);
  const auto n = static_cast<std::size_t>(p.n);
  o.data = array<T>(o.indices.size() * static_cast<std::size_t>(p.r) * static_cast<std::size_t>(p.c));
  o.b = array<T>(static_cast<std::size_t>(p.k) * n);
  const bool sampled = p.what == operation::sddmm;
  o.x = array<T>(sampled ? static_cast<std::size_t>(p.m) * n : 0);
  o.out = array<T>(sampled ? o.data.size() : static_cast<std::size_t>(p.m) * n);
  fill_values(o.data, 1);
  fill_values(o.b, 2);
  fill_values(o.x, 3);
  return o;
}

template operands<float> make_operands<float>(const point&);
template operands<double> make_operands<double>(const point&);

}  // namespace bench
