// SPDX-License-Identifier: BSD-3-Clause
// Measures bsr beside the other libraries that are installed. README.md says how, and what the columns mean.

#include <dlfcn.h>
#include <omp.h>
#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "harness/child.hpp"
#include "harness/duel.hpp"
#include "harness/environment.hpp"
#include "harness/options.hpp"
#include "harness/oracle.hpp"
#include "harness/report.hpp"
#include "harness/suite.hpp"
#include "machine/probe.hpp"
#include "ours/ours.hpp"
#include "peers/scipy.hpp"

namespace {

using namespace bench;
namespace fs = std::filesystem;

struct settings : common_options {
  std::string suite = BSR_BENCH_DIR "/suite/main.txt";
};

[[noreturn]] void usage(int status) {
  std::fputs(
      "usage: bsr_bench [--suite FILE] [--filter TEXT]... [--peers NAME,...|none] [--rounds N] [--seconds "
      "S]\n"
      "                 [--json DIRECTORY]\n",
      status == 0 ? stdout : stderr);
  std::exit(status);
}

settings read_arguments(int argc, char** argv) {
  settings s;
  for (int i = 1; i < argc; ++i) {
    const std::string option = argv[i];
    if (option == "--help") usage(0);
    if (i + 1 == argc) usage(2);
    const std::string value = argv[++i];
    if (option == "--suite")
      s.suite = value;
    else if (!s.take(option, value))
      usage(2);
  }
  return s;
}

// ---- peers -----------------------------------------------------------------------------------------------

struct loaded_peer {
  std::string name;
  std::unique_ptr<peer> owned;
  peer* library = nullptr;  // null: not found, `reason` says why
  std::string reason;
};

/// A module's library comes with it and stays out of everybody else's sight. OpenBLAS is the first to be
/// loaded and looks into itself first, because MKL, which needs to be seen by its own parts, exports the same
/// names.
void load_module(loaded_peer& p) {
  std::string file = p.name;
  for (char& c : file) c = static_cast<char>(std::tolower(c));
  file = BSR_BENCH_MODULES "/peer_" + file + ".so";
  if (!fs::exists(file)) {
    p.reason = "was not found when the benchmarks were built";
    return;
  }
  const int flags = RTLD_NOW | RTLD_LOCAL | (p.name == "OpenBLAS" ? RTLD_DEEPBIND : 0);
  void* const module = ::dlopen(file.c_str(), flags);
  if (module == nullptr) {
    p.reason = ::dlerror();
    return;
  }
  const auto make = reinterpret_cast<peer* (*)()>(::dlsym(module, "bsr_bench_peer"));
  try {
    p.library = make();
  } catch (const std::exception& error) {
    p.reason = error.what();
  }
}

std::vector<loaded_peer> load_peers(const common_options& options) {
  std::vector<loaded_peer> all;
  for (const char* name : {"OpenBLAS", "LIBXSMM", "MKL", "oneDNN", "PETSc", "Eigen", "Eigen-BSR", "scipy",
                           "bsr-other", "bsr-avx2"}) {
    loaded_peer p;
    p.name = name;
    // bsr from another compiler or for another CPU is measured only where it is named.
    const bool own = p.name.rfind("bsr-", 0) == 0;
    if (own && options.peers.empty()) continue;
    if (!options.asked_for_peer(p.name)) {
      if (own) continue;
      p.reason = "not asked for";
    } else if (p.name == "scipy") {
      p.owned = start_scipy(python_interpreters(), BSR_BENCH_DIR "/peers/scipy_peer.py");
      p.library = p.owned.get();
      if (p.library == nullptr) p.reason = "no python3 here can import scipy";
    } else {
      load_module(p);
    }
    all.push_back(std::move(p));
  }
  return all;
}

// ---- one point -------------------------------------------------------------------------------------------

struct contender {
  std::string name, variant;
  bool dense = false, own = false;
  duel_result times;
};
struct measurement {
  point what;
  double flops = 0, dense_flops = 0, bytes = 0;
  bool of_reads = false;  // the limit is memory, in bytes a second; else multiply-adds, in flops a second
  std::vector<contender> contenders;  // best first
  duel_result alone;                  // ours, with no other between its calls
  std::vector<std::string> remarks;
};

/// The candidates whose result is right; the others are named in `remarks`.
template <class T>
std::vector<candidate> right_ones(std::vector<candidate> all, const problem<T>& p, const oracle<T>& truth,
                                  std::vector<std::string>& remarks) {
  std::vector<candidate> right;
  using result = typename problem<T>::result_type;
  for (candidate& c : all) {
    if (c.other_result) {
      c.run();
      right.push_back(std::move(c));
      continue;
    }
    std::fill_n(p.out, p.out_size(),
                std::is_integral_v<result> ? std::numeric_limits<result>::min()
                                           : std::numeric_limits<result>::quiet_NaN());
    std::string what = c.name + (c.variant.empty() ? "" : " (" + c.variant + ")");
    try {
      c.run();
    } catch (const std::exception& error) {
      remarks.push_back(what + ": " + error.what());
      continue;
    }
    if (const double error = truth.error(p.out); error <= 1) {
      right.push_back(std::move(c));
    } else {
      char text[64];
      std::snprintf(text, sizeof text, " is wrong: %.3g times the error bound", error);
      remarks.push_back(what + text);
    }
  }
  return right;
}

template <class T>
measurement measure_typed(const point& what, std::vector<loaded_peer>& peers, const duel_rules& rules) {
  operands<T> o = make_operands<T>(what);
  problem<T> p;
  p.what = what.what;
  p.m = what.m;
  p.k = what.k;
  p.n = what.n;
  p.r = what.r;
  p.c = what.c;
  p.num_blocks = static_cast<int>(o.indices.size());
  p.indptr = o.indptr.data();
  p.indices = o.indices.data();
  p.data = o.data.data();
  p.b = o.b.data();
  p.x = o.x.data();
  p.out = o.out.data();
  p.threads = what.threads;
  p.dynamic = what.dynamic;
  p.epilogue = what.epilogue;
  const oracle<T> truth(p);

  measurement m;
  m.what = what;
  m.flops = p.flops();
  m.dense_flops = 2.0 * static_cast<double>(p.dense_size()) * p.n;
  m.bytes = p.bytes();
  m.of_reads = p.what == operation::spmv;
  const std::size_t value_bytes = p.nnz() * sizeof(T);
  const std::function<double(bool)> limit = [&](bool half_width) -> double {
    constexpr double seconds = 50e-6;
    if (!m.of_reads && sizeof(T) < 4) return machine::dot_flops(sizeof(T) == 1, p.threads, seconds) * 1e9;
    if (!m.of_reads && half_width) return machine::half_width_flops(sizeof(T) == 4, p.threads, seconds) * 1e9;
    if (!m.of_reads) return machine::peak_flops(sizeof(T) == 4, p.threads, seconds) * 1e9;
    const int repeats = static_cast<int>(1 + (std::size_t{1} << 20) / value_bytes);
    return static_cast<double>(value_bytes) * repeats /
           machine::read_seconds(p.data, value_bytes, p.threads, repeats);
  };

  auto own = right_ones(ours(p), p, truth, m.remarks);
  if (own.empty()) return m;
  const candidate& mine = own[quickest(own)];

  std::vector<candidate> rivals;  // of every name its quickest variant
  const auto add_quickest = [&](std::vector<candidate> all) {
    while (!all.empty()) {
      std::vector<candidate> variants, rest;
      const std::string name = all.front().name;
      for (candidate& c : all) (c.name == name ? variants : rest).push_back(std::move(c));
      rivals.push_back(std::move(variants[quickest(variants)]));
      all = std::move(rest);
    }
  };
  if constexpr (std::is_floating_point_v<T>) add_quickest(right_ones(own_forms(p), p, truth, m.remarks));
  for (loaded_peer& library : peers) {
    if (library.library == nullptr) continue;
    std::vector<candidate> all;
    try {
      all = library.library->prepare(p);
      if (what.dense) std::erase_if(all, [](const candidate& c) { return !c.dense; });
      all = right_ones(std::move(all), p, truth, m.remarks);
    } catch (const std::exception& error) {
      m.remarks.push_back(library.name + ": " + error.what());
      continue;
    }
    add_quickest(std::move(all));
  }
  std::vector<duel_result> times = duels(mine, rivals, limit, rules);
  m.alone = std::move(times.back());
  for (std::size_t i = 0; i < rivals.size(); ++i)
    m.contenders.push_back(
        {rivals[i].name, rivals[i].variant, rivals[i].dense, rivals[i].own, std::move(times[i])});
  std::stable_sort(m.contenders.begin(), m.contenders.end(), [](const contender& a, const contender& b) {
    return a.own != b.own ? b.own : a.times.ratio() < b.times.ratio();
  });
  return m;
}

measurement measure(const point& p, std::vector<loaded_peer>& peers, const duel_rules& rules) {
  switch (p.type) {
    case scalar::f64:
      return measure_typed<double>(p, peers, rules);
    case scalar::bf16:
      return measure_typed<bf16>(p, peers, rules);
    case scalar::int8:
      return measure_typed<std::int8_t>(p, peers, rules);
    default:
      return measure_typed<float>(p, peers, rules);
  }
}

// ---- output ----------------------------------------------------------------------------------------------

constexpr int name_width = 48;

void print_header() {
  std::printf("%-*s %3s  %6s  %-24s  %-14s %6s  %s\n", name_width, "point", "thr", "ours", "of the limit",
              "best peer", "", "ratio");
}

/// GF/s, or GB/s where memory is the limit.
double rate(const measurement& m, double seconds) {
  return (m.of_reads ? m.bytes : m.flops) / seconds * 1e-9;
}

void print(const measurement& m) {
  const duel_result& t = m.alone;
  const double ours = rate(m, t.ours.median()), limit = t.limit.median() * 1e-9;
  const double top = rate(m, t.ours.minimum()), top_limit = t.limit.maximum() * 1e-9;
  char text[64];
  std::snprintf(text, sizeof text, "%3.0f %% of %5.1f (%.0f %%)", 100 * ours / limit, limit,
                100 * top / top_limit);
  std::printf("%-*s %3d  %6.1f  %-24s", name_width, m.what.name().c_str(), m.what.threads, ours, text);
  if (!m.contenders.empty()) {
    const contender& best = m.contenders.front();
    std::snprintf(text, sizeof text, "%.2f (%.2f)", best.times.ratio(), best.times.best_ratio());
    std::printf("  %-14s %6.1f  %-11s\n    ", best.name.c_str(), rate(m, best.times.theirs.median()), text);
    for (const contender& c : m.contenders) {
      const double seconds = c.times.theirs.median();
      std::printf("%s%s %.1f", &c == &best ? "" : ", ", c.name.c_str(), rate(m, seconds));
      if (c.dense) std::printf(" (%.0f)", m.dense_flops / seconds * 1e-9);
    }
  }
  std::printf("\n");
  for (const std::string& remark : m.remarks) std::printf("    %s\n", remark.c_str());
  std::fflush(stdout);
}

fs::path write_json(const std::string& directory, const std::vector<loaded_peer>& peers,
                    const std::vector<measurement>& measured) {
  const fs::path path = report_path(directory);
  std::ofstream out(path);
  out.precision(9);
  const auto rates = [&](const char* name, double median, double best, std::size_t samples) {
    out << json_text(name) << ": {\"median\": " << median * 1e-9 << ", \"best\": " << best * 1e-9
        << ", \"samples\": " << samples << "}";
  };
  out << "{\n  " << report_head() << ",\n  \"unit\": \"1e9 per second\",\n  \"peers\": {";
  const char* comma = "";
  for (const loaded_peer& p : peers) {
    out << comma << "\n    " << json_text(p.name) << ": "
        << json_text(p.library != nullptr ? p.library->version() : "not measured: " + p.reason);
    comma = ",";
  }
  out << "\n  },\n  \"points\": [";
  comma = "";
  for (const measurement& m : measured) {
    out << comma << "\n    {\"point\": " << json_text(m.what.name()) << ", \"threads\": " << m.what.threads
        << ", \"flops\": " << m.flops << ", \"bytes\": " << m.bytes << ", \"dense flops\": " << m.dense_flops
        << ", \"limit\": " << json_text(m.of_reads ? "read" : "multiply-add") << ", \"duels\": [";
    comma = "";
    const double work = m.of_reads ? m.bytes : m.flops;
    const auto duel = [&](const contender& c, const duel_result& t) {
      out << comma << "\n      {\"peer\": " << json_text(c.name) << ", \"variant\": " << json_text(c.variant)
          << ", \"dense\": " << (c.dense ? "true" : "false") << ", \"own\": " << (c.own ? "true" : "false")
          << ", ";
      rates("ours", work / t.ours.median(), work / t.ours.minimum(), t.ours.values.size());
      out << ", ";
      rates("limit", t.limit.median(), t.limit.maximum(), t.limit.values.size());
      if (!t.theirs.values.empty()) {
        out << ", ";
        rates("theirs", work / t.theirs.median(), work / t.theirs.minimum(), t.theirs.values.size());
        out << ", \"ratio\": " << t.ratio();
      }
      out << "}";
      comma = ",";
    };
    for (const contender& c : m.contenders) duel(c, c.times);
    duel({}, m.alone);
    out << "\n    ]}";
    comma = ",";
  }
  out << "\n  ]\n}\n";
  if (!out.flush()) throw std::runtime_error(path.string() + ": cannot be written");
  return path;
}

int run(int argc, char** argv) {
  const settings s = read_arguments(argc, argv);
  std::vector<point> points;
  for (point& p : read_suite(s.suite))
    if (s.asked_for_point(p.name())) points.push_back(std::move(p));
  int threads = 1;
  const int cores = omp_get_num_procs();
  for (const point& p : points)
    if (p.threads <= cores) threads = std::max(threads, p.threads);
  restart_with_environment(threads, argv);
  std::signal(SIGPIPE, SIG_IGN);  // scipy's process may end before us

  std::vector<loaded_peer> peers = load_peers(s);
  std::printf("%s, %s\n", machine::cpu_name().c_str(), machine::cpu_features().c_str());
  std::string missing;
  int num_missing = 0;
  for (const loaded_peer& p : peers) {
    if (p.library != nullptr) {
      std::printf("%-9s %s\n", p.name.c_str(), p.library->version().c_str());
    } else {
      std::printf("%-9s not measured: %s\n", p.name.c_str(), p.reason.c_str());
      missing += (num_missing++ == 0 ? "" : ", ") + p.name;
    }
  }
  std::printf(
      "\nGF/s, for spmv GB/s, medians of calls made in turn; in brackets the same from the quickest calls.\n"
      "A dense product counts by the operations that the sparse one needs; in brackets by its own.\n\n");
  print_header();

  std::vector<measurement> measured;
  std::vector<std::string> failures;
  int skipped = 0;
  for (const point& p : points) {
    if (p.threads > cores) {
      std::printf("%-*s %3d  not measured: this machine has %d cores\n", name_width, p.name().c_str(),
                  p.threads, cores);
      ++skipped;
      continue;
    }
    measurement m = measure(p, peers, s.rules);
    if (m.alone.ours.values.empty()) {
      std::printf("%-*s %3d  FAILED\n", name_width, p.name().c_str(), p.threads);
      for (const std::string& remark : m.remarks) std::printf("    %s\n", remark.c_str());
      failures.push_back(p.name());
      continue;
    }
    print(m);
    measured.push_back(std::move(m));
  }

  std::printf("\n");
  if (!s.results.empty() && !measured.empty())
    std::printf("written to %s\n", write_json(s.results, peers, measured).c_str());
  std::printf("%zu points measured", measured.size());
  if (!failures.empty()) std::printf(", %zu failed", failures.size());
  if (skipped != 0) std::printf(", %d not measured (not enough cores)", skipped);
  std::printf(", %d peers not measured", num_missing);
  if (num_missing != 0) std::printf(" (%s)", missing.c_str());
  std::printf("\n");
  return measured.empty() || !failures.empty() ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bsr_bench: %s\n", error.what());
    return 1;
  }
}
