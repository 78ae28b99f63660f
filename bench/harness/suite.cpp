// SPDX-License-Identifier: BSD-3-Clause
#include "harness/suite.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>
#include <stdexcept>
#include <type_traits>

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

constexpr const char* scalar_names[] = {"f32", "f64", "bf16", "int8"};

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
  point p;
  while (words >> rest) {
    if (rest == "dynamic")
      p.dynamic = true;
    else if (rest == "epilogue")
      p.epilogue = true;
    else if (rest == "dense")
      p.dense = true;
    else
      throw std::runtime_error("after six words only 'dynamic', 'epilogue' and 'dense' may stand");
  }
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
  const auto* const name = std::find(std::begin(scalar_names), std::end(scalar_names), type);
  if (name == std::end(scalar_names))
    throw std::runtime_error("'" + type + "' is not f32, f64, bf16 or int8");
  p.type = static_cast<scalar>(name - std::begin(scalar_names));
  if ((p.type == scalar::bf16 || p.type == scalar::int8) && p.what != operation::spmm)
    throw std::runtime_error("bf16 and int8 are measured in spmm");
  const auto blocks = sizes(block);
  if (blocks.size() != 2) throw std::runtime_error("'" + block + "' is not a block size");
  p.r = blocks[0];
  p.c = blocks[1];
  p.pattern = pattern;
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

// Multiples of 2^-11 in [-1, 1), of 2^-7 for bf16, and every byte, with seven bits where it has no sign.
template <class T>
void fill_values(array<T>& values, std::uint32_t seed) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    seed = seed * 1664525U + 1013904223U;
    if constexpr (std::is_same_v<T, bf16>) {
      const float value = static_cast<float>(static_cast<int>(seed >> 24) - 128) / 128.0F;
      values[i] = static_cast<bf16>(std::bit_cast<std::uint32_t>(value) >> 16);
    } else if constexpr (std::is_same_v<T, std::int8_t>) {
      values[i] = static_cast<std::int8_t>(static_cast<int>(seed >> 24) - 128);
    } else if constexpr (std::is_same_v<T, std::uint8_t>) {
      values[i] = static_cast<std::uint8_t>(seed >> 25);
    } else {
      values[i] = static_cast<T>(static_cast<int>(seed >> 20) - 2048) / T(2048);
    }
  }
}

}  // namespace

std::string point::name() const {
  std::ostringstream text;
  text << name_of(what) << ' ' << scalar_names[static_cast<int>(type)] << ' ';
  if (starts_with(pattern, random_kind)) {
    text << m << 'x' << k;
    if (what != operation::spmv) text << 'x' << n;
    text << ' ';
  } else if (n != 1) {
    text << 'x' << n << ' ';
  }
  text << r << 'x' << c << ' ' << pattern << (dynamic ? " dynamic" : "") << (epilogue ? " epilogue" : "")
       << (dense ? " dense" : "");
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
  o.b = array<typename operand_types<T>::dense>(static_cast<std::size_t>(p.k) * n);
  const bool sampled = p.what == operation::sddmm;
  o.x = array<typename operand_types<T>::dense>(sampled ? static_cast<std::size_t>(p.m) * n : 0);
  o.out =
      array<typename operand_types<T>::result>(sampled ? o.data.size() : static_cast<std::size_t>(p.m) * n);
  fill_values(o.data, 1);
  fill_values(o.b, 2);
  fill_values(o.x, 3);
  return o;
}

template operands<float> make_operands<float>(const point&);
template operands<double> make_operands<double>(const point&);
template operands<bf16> make_operands<bf16>(const point&);
template operands<std::int8_t> make_operands<std::int8_t>(const point&);

}  // namespace bench
