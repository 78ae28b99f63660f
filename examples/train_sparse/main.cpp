// SPDX-License-Identifier: BSD-3-Clause
// train_sparse [--quick] [FOLDER]: sparse networks trained from scratch, beside the dense one.
//
// FOLDER holds digits.npz (data.py makes it) and gets train_sparse.svg. With --quick, and without data, the
// task is a small one that the program makes up: only whether everything runs.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "bsr/io.hpp"
#include "plot.hpp"
#include "recipes.hpp"

namespace {

using namespace train;

/// Handwritten digits, 8 x 8 pixels of 0 .. 16.
void load(const std::string& file, const char* part, samples& to) {
  const bsr::io::npz_reader reader(file);
  to.x = reader.load<float>(std::string("x_") + part);
  for (std::int64_t k = 0; k < to.x.rows() * to.x.cols(); ++k) to.x.data()[k] /= 16;
  const auto label = reader.load_vector<std::int32_t>(std::string("y_") + part);
  to.label.assign(label.begin(), label.end());
}

/// Ten clouds of points.
samples made_up(std::int64_t count, std::uint64_t seed) {
  std::mt19937 centres(1), numbers(static_cast<std::mt19937::result_type>(seed));
  std::normal_distribution<float> normal;
  bsr::dense_matrix<float> centre(classes, 64);
  for (std::int64_t k = 0; k < classes * 64; ++k) centre.data()[k] = normal(centres);
  samples result{bsr::dense_matrix<float>(count, 64), {}};
  for (std::int64_t i = 0; i < count; ++i) {
    const int label = static_cast<int>(i % classes);
    result.label.push_back(label);
    for (std::int64_t j = 0; j < 64; ++j) result.x(i, j) = centre(label, j) + normal(numbers);
  }
  return result;
}

/// How far everything is, on a terminal.
class progress_bar {
 public:
  explicit progress_bar(double parts) : parts_(parts), terminal_(isatty(STDOUT_FILENO) != 0) {}
  void show(const std::string& what, double part) {
    const int full = static_cast<int>(30 * std::min((done_ + part) / parts_, 1.0));
    if (!terminal_ || (full == last_ && what == what_)) return;
    last_ = full;
    what_ = what;
    std::printf("\r  %-32s [%.*s%.*s]", what.c_str(), full, "##############################", 30 - full,
                "..............................");
    std::fflush(stdout);
  }
  void next() { ++done_; }
  void wipe() {
    if (terminal_) std::printf("\r%*s\r", 72, "");
    last_ = -1;
  }

 private:
  double parts_, done_ = 0;
  bool terminal_;
  int last_ = -1;
  std::string what_;
};

}  // namespace

int main(int argc, char** argv) try {
  const bool quick = argc > 1 && std::strcmp(argv[1], "--quick") == 0;
  const std::string folder = argc > 1 + quick ? argv[1 + quick] : ".";
  samples training, test;
  budget b;
  int seeds = 3;
  std::vector<double> densities = {0.2, 0.1, 0.05};
  if (std::filesystem::exists(folder + "/digits.npz")) {
    load(folder + "/digits.npz", "train", training);
    load(folder + "/digits.npz", "test", test);
  } else if (quick) {
    training = made_up(640, 2);
    test = made_up(320, 3);
  } else {
    std::printf("%s/digits.npz is not there; examples/train_sparse/data.py makes it.\n", folder.c_str());
    return 1;
  }
  if (quick) {
    b.steps = 120;
    b.width = 128;
    seeds = 1;
    densities = {0.2};
  }

  std::printf(
      "%lld samples to learn from, %lld to test; 64 -> %lld -> %lld -> 10, blocks of %dx%d, %lld steps of "
      "%lld; "
      "mean of %d seed%s\n\n",
      static_cast<long long>(training.size()), static_cast<long long>(test.size()),
      static_cast<long long>(b.width), static_cast<long long>(b.width), block, block,
      static_cast<long long>(b.steps), static_cast<long long>(b.batch), seeds, seeds > 1 ? "s" : "");
  std::printf("  %-24s %8s %10s %9s %9s %8s %8s %9s\n", "", "density", "accuracy", "to dense", "size",
              "smaller", "train", "faster");
  const auto all = recipes();
  progress_bar bar(static_cast<double>(seeds) *
                   (1 + static_cast<double>((all.size() - 1) * densities.size())));
  const auto begin = std::chrono::steady_clock::now();
  outcome dense;
  std::vector<curve> curves;
  for (const recipe& how : all) {
    const bool is_dense = how.name == "dense";
    curve accuracy{how.name, {}};
    for (const double density : is_dense ? std::vector<double>{1.0} : densities) {
      outcome mean;
      for (int seed = 1; seed <= seeds; ++seed) {
        const outcome one = run(how, b, density, static_cast<std::uint64_t>(seed), training, test,
                                [&](double part) { bar.show(how.name, part); });
        bar.next();
        mean.accuracy += one.accuracy / seeds;
        mean.density += one.density / seeds;
        mean.bytes += one.bytes / seeds;
        mean.train_seconds += one.train_seconds / seeds;
        mean.run_seconds += one.run_seconds / seeds;
      }
      if (is_dense) dense = mean;
      bar.wipe();
      std::printf("  %-24s %6.1f %% %8.2f %% %+7.2f %% %6.0f kB %6.1f x %6.2f s %7.2f x\n", how.name.c_str(),
                  100 * mean.density, 100 * mean.accuracy, 100 * (mean.accuracy - dense.accuracy),
                  mean.bytes / 1000, dense.bytes / mean.bytes, mean.train_seconds,
                  dense.run_seconds / mean.run_seconds);
      std::fflush(stdout);
      accuracy.points.emplace_back(mean.density, mean.accuracy);
    }
    curves.push_back(std::move(accuracy));
  }
  const std::string picture = folder + "/train_sparse.svg";
  if (!quick)
    write_plot(picture, "Digits: accuracy of block-sparse networks", "density of the hidden layers",
               "accuracy", curves);
  const double total = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::printf("\n'smaller' counts all layers, 'faster' is the forward pass over all test samples. ");
  if (quick)
    std::printf("Ready.\n");
  else
    std::printf("%.0f s in all; the plot is %s\n", total, picture.c_str());
} catch (const std::exception& problem) {
  std::puts(problem.what());
  return 1;
}
