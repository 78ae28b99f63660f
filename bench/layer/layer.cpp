// SPDX-License-Identifier: BSD-3-Clause
// Layers beside dense ones, and what pruning costs beside a copy: bsr_layer [--filter TEXT]... [--rounds N]
// [--seconds S]. One thread. README.md says what the lines mean.
#include <dlfcn.h>

#include <algorithm>
#include <bsr/bsr.hpp>
#include <bsr/layer.hpp>
#include <bsr/prune.hpp>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harness/duel.hpp"
#include "harness/environment.hpp"
#include "harness/options.hpp"
#include "layer/dense_side.hpp"

namespace {

using namespace bench;
namespace layer = bsr::layer;
namespace prune = bsr::prune;
using lanes = bsr::simd::pack<float>;
constexpr bsr::cpu one{.threads = 1};

common_options options;
std::vector<dense_library*> libraries;
int points = 0, reached = 0, wrong = 0;

/// Modules are loaded as those of products are: bench.cpp says why in this order.
void load_libraries() {
  for (const char* const name : {"openblas", "mkl", "onednn"}) {
    const std::string file = std::string(BSR_BENCH_MODULES "/dense_") + name + ".so";
    void* module = nullptr;
    if (std::filesystem::exists(file))
      module = ::dlopen(file.c_str(),
                        RTLD_NOW | RTLD_LOCAL | (name[0] == 'o' && name[1] == 'p' ? RTLD_DEEPBIND : 0));
    if (module == nullptr) {
      std::printf("not measured: %s\n", name);
      continue;
    }
    libraries.push_back(reinterpret_cast<dense_library* (*)()>(::dlsym(module, "bsr_bench_dense"))());
  }
}

template <class X>
void fill(X& x, std::uint64_t seed, float scale) {
  const bsr::detail::random_stream numbers(seed, 0);
  for (std::int64_t k = 0; k < x.rows() * x.cols(); ++k)
    x.data()[k] = scale * (bsr::detail::random_value<float>(numbers.bits(k)) - 0.5f);
}
template <class Layout>
constexpr bool by_columns = std::is_same_v<Layout, bsr::col_major>;
template <class Layout>
constexpr const char* words = by_columns<Layout> ? "by columns" : "by rows";

/// Whether our numbers are those of the dense library, relative to the largest.
void check(const std::string& point, std::span<const float> ours, std::span<const float> theirs) {
  double most = 0, off = 0;
  for (std::size_t k = 0; k < ours.size(); ++k) {
    most = std::fmax(most, std::fabs(static_cast<double>(theirs[k])));
    off = std::fmax(off, std::fabs(static_cast<double>(ours[k]) - static_cast<double>(theirs[k])));
  }
  if (off <= 1e-4 * most) return;
  ++wrong;
  std::printf("%s: WRONG, off by %g of %g\n", point.c_str(), off, most);
}
template <class X>
std::span<const float> all(const X& x) {
  return {x.data(), static_cast<std::size_t>(x.rows() * x.cols())};
}

/// Without those that take more than twice as long as the quickest: oneDNN has no good kernel for some forms.
void drop_slow(std::vector<candidate>& all) {
  std::vector<double> times;
  for (const candidate& c : all) times.push_back(std::min(sample(c, 1), sample(c, 1)));
  const double least = *std::min_element(times.begin(), times.end());
  std::size_t kept = 0;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (times[i] <= 2 * least) all[kept++] = all[i];
  all.resize(kept);
}

/// Measures ours beside all others, and says how much longer the quickest of them takes.
void race(const std::string& point, const candidate& ours, const std::vector<candidate>& others,
          double goal) {
  const auto results = duels(ours, others, [](bool) { return 1.0; }, options.rules);
  std::size_t best = 0;
  for (std::size_t i = 1; i < results.size(); ++i)
    if (results[i].theirs.median() < results[best].theirs.median()) best = i;
  const duel_result& r = results[best];
  const bool good = r.ratio() >= goal;
  ++points;
  reached += good ? 1 : 0;
  std::printf("%-52s %8.0f us %-22s %8.0f us  %5.2f (%.2f) %s\n", point.c_str(), 1e6 * r.ours.median(),
              (others[best].name + others[best].variant).c_str(), 1e6 * r.theirs.median(), r.ratio(),
              r.best_ratio(),
              goal <= 0 ? ""
              : good    ? "reached"
                        : "BELOW");
  std::fflush(stdout);
}

// ---- a feed-forward part -----------------------------------------------------------------------------------

/// f(x + b), in a pass of its own: what a user of a BLAS writes.
void finish(const dense_layer& l) {
  const lanes half = lanes::broadcast(0.5f), one_lane = lanes::broadcast(1),
              root = lanes::broadcast(std::sqrt(0.5f));
  const int lines = l.by_columns ? l.out : l.n, length = l.by_columns ? l.n : l.out;
  for (int i = 0; i < lines; ++i) {
    float* const line = l.y + static_cast<std::ptrdiff_t>(i) * length;
    for (int j = 0; j < length; j += lanes::size) {
      const int count = std::min(length - j, lanes::size);
      const lanes b = l.by_columns ? lanes::broadcast(l.bias[i]) : lanes::load(l.bias + j, count);
      const lanes v = lanes::load(line + j, count) + b;
      (l.gelu ? half * v * (one_lane + erf(v * root)) : v).store(line + j, count);
    }
  }
}

/// Two layers, one after the other, in every way that a library has.
std::vector<candidate> dense_feed_forward(const dense_layer& first, const dense_layer& second) {
  std::vector<candidate> all;
  const char* const how = first.by_columns ? ", by columns" : ", by rows";
  for (dense_library* const library : libraries) {
    all.push_back({library->name(), how, true, [=] {
                     library->product(first);
                     finish(first);
                     library->product(second);
                     finish(second);
                   }});
    if (const auto a = library->packed(first), b = library->packed(second); a && b)
      all.push_back({library->name() + " packed", how, true, [=] {
                       a();
                       finish(first);
                       b();
                       finish(second);
                     }});
    if (const auto a = library->whole(first), b = library->whole(second); a && b)
      all.push_back({library->name() + " whole", how, true, [=] {
                       a();
                       b();
                     }});
  }
  return all;
}

template <int R, int C, class Layout>
void feed_forward(std::int64_t features, std::int64_t n, double sparsity, double goal) {
  char name[100];
  std::snprintf(name, sizeof name, "ffn %dx%d %.0f %% n=%d %s", R, C, 100 * sparsity, static_cast<int>(n),
                words<Layout>);
  if (!options.asked_for_point(name)) return;
  const std::int64_t wide = 4 * features;
  bsr::dense_matrix<float> w1(wide, features), w2(features, wide);
  fill(w1, 1, 0.3f);
  fill(w2, 2, 0.3f);
  const auto a1 = prune::to_bsr<R, C>(w1, prune::sparsity{sparsity}),
             a2 = prune::to_bsr<R, C>(w2, prune::sparsity{sparsity});
  const auto d1 = bsr::to_dense(a1), d2 = bsr::to_dense(a2);
  bsr::dense_matrix<float> b1(1, wide), b2(1, features);
  fill(b1, 3, 0.1f);
  fill(b2, 4, 0.1f);
  bsr::dense_matrix<float, Layout> x(n, features), h(n, wide), y(n, features), h_dense(n, wide),
      y_dense(n, features);
  fill(x, 5, 2);
  layer::inference<float, R, C, std::int32_t, Layout> first(a1, all(b1), n, one), second(a2, all(b2), n, one);
  const candidate ours{"bsr", "", false, [&] {
                         first.forward(x, h, [](auto e) { return gelu(e); });
                         second.forward(h, y);
                       }};
  const auto size = [](std::int64_t k) { return static_cast<int>(k); };
  const dense_layer l1{size(wide), size(features), size(n),  by_columns<Layout>, d1.data(),
                       b1.data(),  true,           x.data(), h_dense.data()};
  const dense_layer l2{size(features), size(wide), size(n),        by_columns<Layout>, d2.data(),
                       b2.data(),      false,      h_dense.data(), y_dense.data()};
  auto others = dense_feed_forward(l1, l2);
  ours.run();
  for (const candidate& c : others) {
    c.run();
    check(std::string(name) + ", " + c.name, all(y), all(y_dense));
  }
  drop_slow(others);
  race(name, ours, others, goal);
  const auto bytes = prune::account(a1).bytes + prune::account(a2).bytes;
  std::printf("%-52s %.2f times smaller\n", name,
              8.0 * static_cast<double>(wide * features) / static_cast<double>(bytes));
}

// ---- a step of training ------------------------------------------------------------------------------------

constexpr layer::adam how{.rate = 1e-9};

template <class Layout>
struct activations {
  bsr::dense_matrix<float, Layout> x, y, dy, dx;
  activations(std::int64_t out, std::int64_t in, std::int64_t n)
      : x(n, in), y(n, out), dy(n, out), dx(n, in) {
    fill(x, 1, 1);
    fill(dy, 2, 1e-3f);
  }
};

template <class Layout>
struct dense_step {
  dense_library* library;
  bsr::dense_matrix<float> w, dw, bias, db;
  layer::adam_state<float> for_weights, for_bias;
  activations<Layout> a;
  dense_step(dense_library* l, const bsr::dense_matrix<float>& weights, std::int64_t n)
      : library(l),
        w(weights),
        dw(w.rows(), w.cols()),
        bias(1, w.rows()),
        db(1, w.rows()),
        for_weights(w.rows() * w.cols()),
        for_bias(w.rows()),
        a(w.rows(), w.cols(), n) {}
  void operator()() {
    const int n = static_cast<int>(a.x.rows()), in = static_cast<int>(w.cols()),
              out = static_cast<int>(w.rows());
    dense_layer l{out, in, n, by_columns<Layout>, w.data(), bias.data(), false, a.x.data(), a.y.data()};
    library->product(l);
    finish(l);
    if (l.by_columns) {
      library->gemm(false, true, out, in, n, a.dy.data(), n, a.x.data(), n, dw.data(), in);
      library->gemm(true, false, in, n, out, w.data(), in, a.dy.data(), n, a.dx.data(), n);
    } else {
      library->gemm(true, false, out, in, n, a.dy.data(), out, a.x.data(), in, dw.data(), in);
      library->gemm(false, false, n, in, out, a.dy.data(), out, w.data(), in, a.dx.data(), in);
    }
    bsr::detail::sum_columns(bsr::input(a.dy), db.data(), false);
    const auto size = [](const auto& m) { return static_cast<std::size_t>(m.rows() * m.cols()); };
    layer::step(how, std::span(w.data(), size(w)), std::span<const float>(dw.data(), size(dw)), for_weights);
    layer::step(how, std::span(bias.data(), size(bias)), std::span<const float>(db.data(), size(db)),
                for_bias);
  }
};

template <class Layout>
void train(std::int64_t out, std::int64_t in, std::int64_t n, double goal) {
  char name[100];
  std::snprintf(name, sizeof name, "train 16x16 90 %% %dx%d n=%d %s", static_cast<int>(out),
                static_cast<int>(in), static_cast<int>(n), words<Layout>);
  if (!options.asked_for_point(name)) return;
  bsr::dense_matrix<float> w(out, in);
  fill(w, 1, 0.3f);
  layer::linear<float, 16, 16, std::int32_t, Layout> l(prune::to_bsr<16>(w, prune::sparsity{0.9}), one);
  layer::adam_state<float> for_blocks(l.weights().nnz()), for_bias(l.outputs());
  activations<Layout> a(out, in, n);
  std::vector<std::unique_ptr<dense_step<Layout>>> steps;
  std::vector<candidate> others;
  const auto zeros_too = bsr::to_dense(l.weights());
  for (dense_library* const library : libraries) {
    steps.push_back(std::make_unique<dense_step<Layout>>(library, zeros_too, n));
    others.push_back({library->name(), "", true, [step = steps.back().get()] { (*step)(); }});
  }
  const auto forward = [&] { l.forward(a.x, a.y); };
  const auto backward = [&] { l.backward(a.x, a.dy, a.dx); };
  const auto update = [&] {
    layer::step(how, l.weights().data(), l.weight_gradient().data(), for_blocks);
    layer::step(how, l.bias(), l.bias_gradient(), for_bias);
  };
  forward();
  backward();
  for (const auto& step : steps) {
    (*step)();
    const std::string who = std::string(name) + ", " + step->library->name();
    check(who + ", y", all(a.y), all(step->a.y));
    check(who + ", dx", all(a.dx), all(step->a.dx));
    check(who + ", db", l.bias_gradient(), all(step->db));
    const auto same = prune::gather(step->dw, bsr::pattern<16>(l.weights().pattern()));
    check(who + ", dw", l.weight_gradient().data(), same.data());
  }
  race(name, {"bsr", "", false, [&] { forward(), backward(), update(); }}, others, goal);
  // What it is made of.
  const auto part = [&](const auto& f) {
    double best = 1e9;
    for (int round = 0; round < 30; ++round) best = std::min(best, sample({"", "", false, f}, 3));
    return 1e6 * best;
  };
  std::printf("%-52s forward %.0f us, dw and db %.0f us, with dx %.0f us, Adam %.0f us\n", name,
              part(forward), part([&] { l.backward(a.x, a.dy); }), part(backward), part(update));
}

// ---- scores and gathered blocks ----------------------------------------------------------------------------

/// Bytes that must be read and written once, a second, beside those of memcpy: the matrix, and the blocks.
template <int R, int C>
void score(const bsr::dense_matrix<float>& w, std::vector<float>& to) {
  char name[100];
  std::snprintf(name, sizeof name, "score and gather %dx%d 90 %%", R, C);
  if (!options.asked_for_point(name)) return;
  const auto kept = prune::to_bsr<R, C>(w, prune::sparsity{0.9}, prune::l2_norm{}, one);
  const double matrix = 4.0 * static_cast<double>(w.rows() * w.cols());
  const double bytes = matrix + static_cast<double>(prune::account(kept).bytes);
  const candidate ours{"bsr", "", false,
                       [&] { prune::to_bsr<R, C>(w, prune::sparsity{0.9}, prune::l2_norm{}, one); }};
  const candidate copy{"memcpy", "", false,
                       [&] { std::memcpy(to.data(), w.data(), static_cast<std::size_t>(matrix)); }};
  const auto r = duels(ours, {copy}, [](bool) { return 1.0; }, options.rules)[0];
  const double share = bytes / (2 * matrix) * r.ratio();
  ++points;
  reached += share >= 0.5 ? 1 : 0;
  std::printf("%-52s %8.2f ms memcpy %8.2f ms  %5.2f of its bytes a second, %.2f of its time %s\n", name,
              1e3 * r.ours.median(), 1e3 * r.theirs.median(), share, r.ratio(),
              share >= 0.5 ? "reached" : "BELOW");
  std::fflush(stdout);
}

template <int... Sizes>
void square_scores(const bsr::dense_matrix<float>& w, std::vector<float>& to) {
  (score<Sizes, Sizes>(w, to), ...);
}

// ---- where dense is faster ---------------------------------------------------------------------------------

template <int R, int C, class Layout>
void choice(const bsr::machine& m, std::int64_t out, std::int64_t in, std::int64_t n, double density) {
  char name[100];
  std::snprintf(name, sizeof name, "choice %dx%d %.0f %% there %dx%d n=%d %s", R, C, 100 * density,
                static_cast<int>(out), static_cast<int>(in), static_cast<int>(n), words<Layout>);
  if (!options.asked_for_point(name)) return;
  bsr::dense_matrix<float> w(out, in), b(1, out);
  fill(w, 1, 0.3f);
  const auto blocks = prune::to_bsr<R, C>(w, prune::keep_density{density});
  const auto zeros_too = bsr::to_dense(blocks);
  bsr::dense_matrix<float, Layout> x(n, in), y(n, out);
  fill(x, 2, 1);
  layer::inference<float, R, C, std::int32_t, Layout> in_blocks(blocks, all(b), n, one);
  const dense_layer l{static_cast<int>(out),
                      static_cast<int>(in),
                      static_cast<int>(n),
                      by_columns<Layout>,
                      zeros_too.data(),
                      b.data(),
                      false,
                      x.data(),
                      y.data()};
  std::vector<candidate> others;
  for (dense_library* const library : libraries) {
    others.push_back({library->name(), "", true, [=] { library->product(l); }});
    if (const auto f = library->packed(l)) others.push_back({library->name(), " packed", true, f});
    if (const auto f = library->whole(l)) others.push_back({library->name(), " whole", true, f});
  }
  drop_slow(others);
  const auto results = duels(
      {"bsr", "", false, [&] { in_blocks.forward(x, y); }}, others, [](bool) { return 1.0; }, options.rules);
  std::size_t best = 0;
  for (std::size_t i = 1; i < results.size(); ++i)
    if (results[i].theirs.median() < results[best].theirs.median()) best = i;
  const duel_result& r = results[best];
  const auto expected = in_blocks.expected(m);
  ++points;
  const double off = expected.speedup() / r.best_ratio();
  const bool good = off < 1.25 && off > 0.8;
  reached += good ? 1 : 0;
  std::printf(
      "%-52s %7.0f us, predicted %7.0f; %-15s %7.0f us, predicted %7.0f; %5.2f times, predicted %5.2f %s\n",
      name, 1e6 * r.ours.minimum(), 1e6 * expected.sparse_seconds,
      (others[best].name + others[best].variant).c_str(), 1e6 * r.theirs.minimum(),
      1e6 * expected.dense_seconds, r.best_ratio(), expected.speedup(), good ? "" : "<--");
  std::printf("%-52s %s\n", name, expected.text().c_str());
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  options.rules = {.rounds = 100, .seconds = 1, .least = 20, .burst = 5};
  for (int i = 1; i + 1 < argc; i += 2)
    if (!options.take(argv[i], argv[i + 1])) return 2;
  restart_with_environment(1, argv);
  load_libraries();
  if (libraries.empty()) return 1;

  feed_forward<16, 16, bsr::col_major>(384, 128, 0.9, 7);
  feed_forward<16, 16, bsr::row_major>(384, 128, 0.9, 7);
  feed_forward<16, 16, bsr::col_major>(768, 128, 0.9, 7);
  for (const std::int64_t n : {128, 512}) {
    train<bsr::col_major>(1536, 384, n, 6);
    train<bsr::row_major>(1536, 384, n, 6);
    train<bsr::col_major>(384, 1536, n, 6);
    train<bsr::row_major>(384, 1536, n, 6);
  }
  if (options.asked_for_point("score and gather") || options.filters.empty() ||
      options.filters[0].find("score") == 0) {
    bsr::dense_matrix<float> w(4096, 4096);
    fill(w, 1, 1);
    std::vector<float> to(std::size_t{4096} * 4096);
    square_scores<1, 2, 4, 8, 16, 32, 64>(w, to);
    score<1, 4>(w, to);
    score<1, 16>(w, to);
    score<16, 1>(w, to);
  }
  if (options.filters.empty() || options.filters[0].find("choice") == 0) {
    const bsr::machine m = bsr::calibrate(one);
    for (const double density : {0.1, 0.5, 0.8, 0.9, 0.92, 0.95, 0.98, 1.0}) {
      choice<16, 16, bsr::col_major>(m, 1536, 384, 128, density);
      choice<16, 16, bsr::col_major>(m, 1536, 384, 512, density);
      choice<16, 16, bsr::row_major>(m, 1536, 384, 128, density);
      choice<16, 16, bsr::row_major>(m, 1536, 384, 512, density);
    }
    for (const double density : {0.1, 0.25, 0.5, 1.0}) {
      choice<4, 4, bsr::col_major>(m, 1536, 384, 128, density);
      choice<1, 16, bsr::col_major>(m, 1536, 384, 128, density);
      choice<4, 4, bsr::row_major>(m, 1536, 384, 128, density);
      choice<1, 16, bsr::row_major>(m, 1536, 384, 128, density);
    }
  }
  std::printf("%d of %d points reach their goal, %d wrong results\n", reached, points, wrong);
  return points > 0 && wrong == 0 ? 0 : 1;
}
