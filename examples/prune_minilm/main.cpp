// SPDX-License-Identifier: BSD-3-Clause
// prune_minilm FOLDER [--quick]: a trained sentence encoder, pruned by blocks and mended without labels.
//
// FOLDER holds model.safetensors and sentences.npz (data.py makes them) and gets patterns.svg. --quick: fewer
// block sizes, fewer steps.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <exception>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "bsr/io.hpp"
#include "dense.hpp"
#include "encoder.hpp"
#include "step.hpp"

namespace {

using namespace minilm;

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// A line on a terminal that says what is going on and how far; nothing elsewhere.
void show(const std::string& what, double fraction) {
  static int last = -1;
  static const bool terminal = isatty(STDOUT_FILENO) != 0;
  const int full = std::clamp(static_cast<int>(30 * fraction), 0, 30);
  if (!terminal || (full == last && fraction < 1)) return;
  last = full;
  if (fraction >= 1)
    std::printf("\r%*s\r", 79, "");
  else
    std::printf("\r  %-40s [%.*s%.*s]", what.c_str(), full, "##############################", 30 - full,
                "..............................");
  std::fflush(stdout);
}

struct sentences {
  std::vector<batch> test, train;  ///< of about 128 tokens; of about 512 tokens
  batch all_test;
  bsr::dense_matrix<float> expected;  ///< NumPy's embeddings of the first sentences
};

sentences load(const std::string& file) {
  const bsr::io::npz_reader reader(file);
  const auto tokens = reader.load_vector<std::int32_t>("tokens");
  const auto begin = reader.load_vector<std::int64_t>("begin");
  const auto test = reader.load_vector<std::int64_t>("test")[0];
  sentences result;
  result.expected = reader.load<float>("expected");
  const auto append = [&](batch& b, std::int64_t s) {
    for (std::int64_t t = begin[s]; t < begin[s + 1]; ++t) b.tokens.push_back(tokens[t]);
    b.begin.push_back(static_cast<std::int64_t>(b.tokens.size()));
  };
  for (std::int64_t s = 0; s + 1 < begin.size(); ++s) {
    auto& batches = s < test ? result.test : result.train;
    if (batches.empty() || batches.back().size() >= (s < test ? 112 : 480)) batches.emplace_back();
    append(batches.back(), s);
    if (s < test) append(result.all_test, s);
  }
  return result;
}

/// Mean and smallest cosine of the rows of x and y, which have length one.
std::pair<double, double> similarity(const bsr::dense_matrix<float>& x, const bsr::dense_matrix<float>& y) {
  double mean = 0, least = 1;
  for (std::int64_t i = 0; i < y.rows(); ++i) {
    double sum = 0;
    for (std::int64_t j = 0; j < y.cols(); ++j)
      sum += static_cast<double>(x(i, j)) * static_cast<double>(y(i, j));
    mean += sum / static_cast<double>(y.rows());
    least = std::min(least, sum);
  }
  return {mean, least};
}

double difference(const activations& x, const activations& y) {
  double lost = 0, all = 0;
  for (std::int64_t k = 0; k < x.rows() * x.cols(); ++k) {
    const double d = static_cast<double>(x.data()[k]) - static_cast<double>(y.data()[k]);
    lost += d * d;
    all += static_cast<double>(y.data()[k]) * static_cast<double>(y.data()[k]);
  }
  return std::sqrt(lost / all);
}

/// Seconds of a dense and of a pruned model, which take turns: a sentence in batches of about 128 tokens, and
/// the feed-forward parts alone. The sum of the best times of each batch, because others on the machine only
/// add time.
struct times {
  double sentence[2] = {0, 0}, feed_forward[2] = {0, 0};
};
times race(const encoder& dense, const encoder& pruned, const sentences& data, int rounds) {
  const encoder* const models[2] = {&dense, &pruned};
  times result;
  std::int64_t count = 0;
  for (const batch& b : data.test) {
    double best[2] = {1e9, 1e9}, best_part[2] = {1e9, 1e9};
    activations x = dense.embed(b), wide(b.size(), 1536), out(b.size(), 384);
    for (int round = 0; round < rounds; ++round)
      for (int side = 0; side < 2; ++side) {
        double begin = now();
        models[side]->forward(b);
        best[side] = std::min(best[side], now() - begin);
        begin = now();
        for (const auto& l : models[side]->layers()) {
          l.part[intermediate].forward(x, wide, true);
          l.part[output].forward(wide, out);
        }
        best_part[side] = std::min(best_part[side], now() - begin);
      }
    for (int side = 0; side < 2; ++side) {
      result.sentence[side] += best[side];
      result.feed_forward[side] += best_part[side];
    }
    count += b.sentences();
  }
  for (double& t : result.sentence) t /= static_cast<double>(count);
  return result;
}

void drop_blocks(encoder& model) {
  for (auto& l : model.layers())
    for (auto& p : l.part) p.blocks.reset();
}
double bytes(const std::vector<encoder_layer>& layers) {
  double sum = 0;
  for (const auto& l : layers)
    for (const auto& p : l.part)
      sum += p.blocks ? static_cast<double>(p.blocks->bytes())
                      : 4.0 * static_cast<double>(p.w.rows() * p.w.cols());
  return sum;
}

/// How far the feed-forward part of the layers is off when its inputs are those of the dense model.
double feed_forward_error(encoder& model, const batch& b) {
  const std::int64_t n = b.size();
  activations x = model.embed(b), q(n, 384), k(n, 384), v(n, 384), mixed(n, 384), wide(n, 1536), out(n, 384);
  double sum = 0;
  for (auto& l : model.layers()) {
    std::unique_ptr<block_weights> blocks[parts];
    for (int p = 0; p < parts; ++p) blocks[p].swap(l.part[p].blocks);
    l.part[query].forward(x, q);
    l.part[key].forward(x, k);
    l.part[value].forward(x, v);
    encoder::attention(b, q, k, v, mixed);
    l.part[attention_output].forward(mixed, q);
    encoder::add(q, x);
    l.after_attention.forward(x);
    l.part[intermediate].forward(x, wide, true);
    l.part[output].forward(wide, q);
    for (int p = 0; p < parts; ++p) blocks[p].swap(l.part[p].blocks);
    l.part[intermediate].forward(x, wide, true);
    l.part[output].forward(wide, out);
    sum += difference(out, q);
    encoder::add(q, x);
    l.after_output.forward(x);
  }
  return sum / static_cast<double>(model.layers().size());
}

/// How one linear layer after the other is pruned and mended: its inputs are those that the pruned model
/// gives it, its targets what the dense layer made of the dense model's. Nothing but sentences is needed.
class distillation {
 public:
  distillation(encoder& model, const std::vector<batch>& sentences, const pruner& prune, double sparsity,
               int passes)
      : model_(model), sentences_(sentences), prune_(prune), sparsity_(sparsity), passes_(passes) {
    for (const batch& b : sentences) {
      dense_.push_back(model.embed(b));
      sparse_.push_back(dense_.back());
    }
  }
  void run() {
    const std::size_t count = sentences_.size();
    for (auto& l : model_.layers()) {
      using list = std::vector<activations>;
      list q[2], k[2], v[2], mixed[2], out[2];
      both(l.part[query], dense_, sparse_, q);
      both(l.part[key], dense_, sparse_, k);
      both(l.part[value], dense_, sparse_, v);
      for (int side = 0; side < 2; ++side)
        for (std::size_t s = 0; s < count; ++s) {
          mixed[side].emplace_back(sentences_[s].size(), 384);
          encoder::attention(sentences_[s], q[side][s], k[side][s], v[side][s], mixed[side][s]);
        }
      both(l.part[attention_output], mixed[0], mixed[1], out);
      finish(out, l.after_attention);
      list wide[2], last[2];
      both(l.part[intermediate], dense_, sparse_, wide, true);
      both(l.part[output], wide[0], wide[1], last);
      finish(last, l.after_output);
    }
    show("", 1);
  }

 private:
  void finish(std::vector<activations> (&out)[2], const layer_norm& norm) {
    for (std::size_t s = 0; s < sentences_.size(); ++s) {
      encoder::add(out[0][s], dense_[s]);
      encoder::add(out[1][s], sparse_[s]);
      norm.forward(dense_[s]);
      norm.forward(sparse_[s]);
    }
  }
  /// Prunes a layer, mends it, and gives its outputs in the dense and in the pruned model.
  void both(linear& l, const std::vector<activations>& x, const std::vector<activations>& x_pruned,
            std::vector<activations> (&y)[2], bool gelu = false) {
    const std::size_t count = sentences_.size();
    std::vector<activations> target;
    std::vector<float> importance(static_cast<std::size_t>(l.w.cols()));
    double tokens = 0;
    for (std::size_t s = 0; s < count; ++s) {
      target.emplace_back(x[s].rows(), l.w.rows());
      l.forward(x[s], target.back());
      tokens += static_cast<double>(x[s].rows());
      for (std::int64_t j = 0; j < l.w.cols(); ++j)
        for (std::int64_t i = 0; i < x[s].rows(); ++i)
          importance[static_cast<std::size_t>(j)] += x_pruned[s](i, j) * x_pruned[s](i, j);
    }
    for (float& v : importance) v = std::sqrt(v / static_cast<float>(tokens));
    auto blocks = prune_(l.w, l.b.span(), sparsity_, importance);
    activations scratch;
    for (int pass = 0; pass < passes_; ++pass) {
      for (std::size_t s = 0; s < count; ++s) {
        scratch = activations(x[s].rows(), l.w.rows());
        const double done = static_cast<double>(pass) + static_cast<double>(s) / static_cast<double>(count);
        const double left = 1 - done / passes_;
        blocks->fit(x_pruned[s], target[s], scratch, 2e-3 * left);
      }
      show(l.name,
           (static_cast<double>(layers_done_) + static_cast<double>(pass + 1) / passes_) / 36.0 * 0.999);
    }
    ++layers_done_;
    for (std::size_t s = 0; s < count; ++s) {
      y[0].emplace_back(x[s].rows(), l.w.rows());
      y[1].emplace_back(x[s].rows(), l.w.rows());
      l.forward(x[s], y[0][s], gelu);
      blocks->forward(x_pruned[s], y[1][s], gelu);
    }
    mended_.push_back({&l, std::move(blocks)});
  }

 public:
  /// Puts the mended weights into the model.
  void install() {
    for (auto& [l, blocks] : mended_) l->blocks = std::move(blocks);
  }

 private:
  encoder& model_;
  const std::vector<batch>& sentences_;
  const pruner& prune_;
  double sparsity_;
  int passes_;
  int layers_done_ = 0;
  std::vector<activations> dense_, sparse_;
  std::vector<std::pair<linear*, std::unique_ptr<block_weights>>> mended_;
};

/// Which blocks every layer keeps, in characters: the six parts of a layer side by side, each as 12 x 12
/// cells.
void print_patterns(const std::vector<encoder_layer>& layers) {
  constexpr std::int64_t cells = 12;
  for (const auto& l : layers) {
    std::string lines[cells];
    for (const auto& p : l.part) {
      const auto blocks = p.blocks->picture();
      const std::int64_t high = blocks.rows() / cells, wide = blocks.cols() / cells;
      for (std::int64_t i = 0; i < cells; ++i) {
        for (std::int64_t j = 0; j < cells; ++j) {
          std::int64_t stored = 0;
          for (std::int64_t r = i * high; r < (i + 1) * high; ++r)
            for (std::int64_t c = j * wide; c < (j + 1) * wide; ++c) stored += blocks(r, c);
          lines[i] += " .:+#"[(4 * stored + high * wide - 1) / (high * wide)];
        }
        lines[i] += "|";
      }
    }
    std::printf("  %-12s %-12s %-12s %-12s %-12s %-12s\n", (l.part[0].name.substr(14, 1) + ": query").c_str(),
                "key", "value", "output", "intermediate", "output");
    for (const std::string& line : lines) std::printf("  |%s\n", line.c_str());
  }
}

/// Which blocks every layer keeps, as an SVG picture.
void draw(const std::string& path, const std::vector<encoder_layer>& layers) {
  std::ofstream out(path);
  constexpr double gap = 14;
  double right = 0, y = gap;
  std::string body;
  const auto text = [](double v) { return std::to_string(static_cast<int>(v)); };
  for (const auto& l : layers) {
    double x = gap, tallest = 0;
    for (const auto& p : l.part) {
      const auto blocks = p.blocks->picture();
      const double sx = static_cast<double>(p.w.cols()) / 4 / static_cast<double>(blocks.cols());
      const double sy = static_cast<double>(p.w.rows()) / 4 / static_cast<double>(blocks.rows());
      body += "<text x='" + text(x) + "' y='" + text(y - 3) + "'>" + p.name.substr(8) +
              "</text><rect fill='#f2f2f2' x='" + text(x) + "' y='" + text(y) + "' width='" +
              text(static_cast<double>(p.w.cols()) / 4) + "' height='" +
              text(static_cast<double>(p.w.rows()) / 4) + "'/>\n<path fill='#1b6ca8' d='";
      char cell[96];
      for (std::int64_t i = 0; i < blocks.rows(); ++i)
        for (std::int64_t j = 0; j < blocks.cols(); ++j)
          if (blocks(i, j) != 0) {
            std::snprintf(cell, sizeof cell, "M%.2f %.2fh%.2fv%.2fh-%.2fz", x + sx * static_cast<double>(j),
                          y + sy * static_cast<double>(i), sx, sy, sx);
            body += cell;
          }
      body += "'/>\n";
      x += static_cast<double>(p.w.cols()) / 4 + gap;
      tallest = std::max(tallest, static_cast<double>(p.w.rows()) / 4);
    }
    right = std::max(right, x);
    y += tallest + 2 * gap;
  }
  out << "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 " << text(right) << ' ' << text(y)
      << "' font-family='sans-serif' font-size='8'>\n<rect width='100%' height='100%' fill='white'/>\n"
      << body << "</svg>\n";
}

}  // namespace

int main(int argc, char** argv) try {
  const bool quick = argc > 2 && std::strcmp(argv[2], "--quick") == 0;
  if (argc < 2 || argc > 3 || (argc == 3 && !quick)) {
    std::puts("prune_minilm FOLDER [--quick]");
    return 2;
  }
  const std::string folder = argv[1];
  const double start = now();
  encoder model(folder + "/model.safetensors");
  const encoder dense_model(folder + "/model.safetensors");
  const sentences data = load(folder + "/sentences.npz");
  const std::string library = choose_dense_library();

  const auto dense = model.forward(data.all_test);
  double off = 0;
  for (std::int64_t i = 0; i < data.expected.rows(); ++i)
    for (std::int64_t j = 0; j < 384; ++j)
      off = std::max(off,
                     std::fabs(static_cast<double>(dense(i, j)) - static_cast<double>(data.expected(i, j))));
  std::printf(
      "all-MiniLM-L6-v2: 6 layers, %lld test sentences of %lld tokens; dense products by %s, one thread\n",
      static_cast<long long>(data.all_test.sentences()), static_cast<long long>(data.all_test.size()),
      library.empty() ? "plain loops (no library was there: times say nothing)" : library.c_str());
  std::printf("embeddings of %lld sentences: at most %.1e from NumPy's\n\n",
              static_cast<long long>(data.expected.rows()), off);
  if (!(off < 1e-5)) {
    std::puts("WRONG: that is too far");
    return 1;
  }

  const bsr::machine machine = bsr::calibrate(bsr::cpu{.threads = 1});
  constexpr std::int64_t tokens = 128;  // of a batch, about
  const double dense_bytes = bytes(model.layers());
  std::printf("  %-10s %8s %9s %8s %8s %9s %8s %11s %8s %11s %9s\n", "blocks", "sparsity", "FFN error",
              "cosine", "least", "size", "smaller", "a sentence", "faster", "FFN faster", "expected");
  std::printf("  %-10s %6.0f %% %9s %8.4f %8.4f %6.1f MB %6.1f x %8.3f ms %6.2f x %9.2f x\n", "dense", 0.0,
              "-", 1.0, 1.0, dense_bytes / 1e6, 1.0, 1e3 * race(dense_model, model, data, 4).sentence[0], 1.0,
              1.0);
  const std::vector<std::pair<const char*, pruner>> shapes = {{"16x16", prune_to_blocks<16, 16>()},
                                                              {"32x32", prune_to_blocks<32, 32>()},
                                                              {"1x16", prune_to_blocks<1, 16>()},
                                                              {"4x4", prune_to_blocks<4, 4>()}};
  // A line of the table; predicted: what the cost model says of the feed-forward parts, 0 if it says nothing.
  const auto line = [&](const char* shape, double sparsity, double predicted) {
    const auto [mean, least] = similarity(model.forward(data.all_test), dense);
    const double error = feed_forward_error(model, data.test.front());
    const times t = race(dense_model, model, data, 4);
    const double size = bytes(model.layers());
    show("", 1);
    std::printf("  %-10s %6.0f %% %9.3f %8.4f %8.4f %6.1f MB %6.1f x %8.3f ms %6.2f x %9.2f x ", shape,
                100 * sparsity, error, mean, least, size / 1e6, dense_bytes / size, t.sentence[1] * 1e3,
                t.sentence[0] / t.sentence[1], t.feed_forward[0] / t.feed_forward[1]);
    if (predicted > 0) std::printf("%7.2f x", predicted);
    std::puts(t.sentence[1] > t.sentence[0] ? "  dense is faster here" : "");
    std::fflush(stdout);
    return mean;
  };
  const auto expected = [&] {
    double sparse = 0, full = 0;
    for (auto& l : model.layers())
      for (const int p : {intermediate, output}) {
        const auto times = l.part[p].blocks->expected(machine, tokens);
        sparse += times.sparse_seconds;
        full += times.dense_seconds;
      }
    return full / sparse;
  };
  // Layers that the cost model expects to be slower than dense ones become dense.
  const auto fall_back = [&] {
    int count = 0;
    for (auto& l : model.layers())
      for (auto& p : l.part) count += p.blocks->allow_dense(machine, tokens) ? 1 : 0;
    if (count == 0) return;
    const times t = race(dense_model, model, data, 4);
    std::printf(
        "  %-10s dense should be faster in %d of 36 layers; with these dense, because asked: %.3f ms, %.2f "
        "x, FFN %.2f x\n",
        "", count, t.sentence[1] * 1e3, t.sentence[0] / t.sentence[1], t.feed_forward[0] / t.feed_forward[1]);
    std::fflush(stdout);
  };
  // The same model in 8 bits.
  const auto in_bytes = [&](double sparsity) {
    double lost = 0;
    for (auto& l : model.layers())
      for (auto& p : l.part) lost += p.blocks->to_bytes() / 36;
    line("16x16 int8", sparsity, 0);
    std::printf("  %-10s weights with a scale for each row are off by %.2f %% of their norm\n", "",
                100 * lost);
  };
  int lines = 0;
  for (const auto& [name, prune] : shapes) {
    if (quick && std::strcmp(name, "16x16") != 0) continue;
    for (const double sparsity : {0.0, 0.5, 0.75, 0.9}) {
      show(std::string(name) + " blocks", ++lines / 17.0);
      for (auto& l : model.layers())
        for (auto& p : l.part) p.blocks = prune(p.w, p.b.span(), sparsity, {});
      line(name, sparsity, expected());
      fall_back();
      if (name == shapes[0].first && (sparsity == 0 || sparsity == 0.9)) in_bytes(sparsity);
    }
  }

  std::printf(
      "\nA training step (forward, backward, Adam) of the first feed-forward layer, 1536 x 384, 16x16 blocks "
      "at 90 %%:\n\n");
  for (const std::int64_t samples : {128, 512}) {
    const step_times t = race_steps(model.layers()[0].part[intermediate], samples);
    std::printf(
        "  %4lld samples: dense %6.0f us; blocks, activations by columns %6.0f us, %.1f times faster; by "
        "rows "
        "%6.0f us, %.1f times faster\n",
        static_cast<long long>(samples), t.dense, t.by_columns, t.dense / t.by_columns, t.by_rows,
        t.dense / t.by_rows);
  }

  const int passes = quick ? 2 : 12;
  std::printf(
      "\nEach pruned layer fitted to the outputs of the dense one, on %zu batches of other sentences, %d "
      "times each:\n\n",
      data.train.size(), passes);
  for (const double sparsity : quick ? std::vector<double>{0.75} : std::vector<double>{0.5, 0.75, 0.9}) {
    drop_blocks(model);
    const pruner& prune = shapes[0].second;
    for (auto& l : model.layers())
      for (auto& p : l.part) p.blocks = prune(p.w, p.b.span(), sparsity, {});
    const double before = similarity(model.forward(data.all_test), dense).first;
    drop_blocks(model);
    const double begin = now();
    distillation mending(model, data.train, prune, sparsity, passes);
    mending.run();
    mending.install();
    const double seconds = now() - begin;
    const double after = line("16x16", sparsity, expected());
    std::printf("  %-10s cosine %.4f before, %.4f after %.0f s\n", "", before, after, seconds);
    in_bytes(sparsity);
  }
  std::puts("\nWhich blocks the last model keeps (` .:+#': none to all of a place):\n");
  print_patterns(model.layers());
  draw(folder + "/patterns.svg", model.layers());
  std::printf("\n%.0f s in all; every block of it: %s/patterns.svg\n", now() - start, folder.c_str());
} catch (const std::exception& problem) {
  std::puts(problem.what());
  return 1;
}
