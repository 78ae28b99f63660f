// SPDX-License-Identifier: BSD-3-Clause
// Measures every operation on sparse matrices that scipy has beside scipy's, and beside MKL's where it has
// one. README.md says how, and what the columns mean.

#include <dlfcn.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "harness/array.hpp"
#include "harness/clock.hpp"
#include "harness/duel.hpp"
#include "harness/environment.hpp"
#include "harness/options.hpp"
#include "harness/report.hpp"
#include "machine/probe.hpp"
#include "structure/partner.hpp"
#include "structure/suite.hpp"

namespace bench {

structure_suite::structure_suite() {
  add_conversions(*this);
  add_format(*this);
  add_products(*this);
  add_elementwise(*this);
  add_functions(*this);
  add_reductions(*this);
  add_construction(*this);
  add_selection(*this);
  // Points of one operation stand together, in the order in which operations were added.
  std::map<std::string, std::size_t> first;
  for (const structure_point& p : points) first.emplace(p.what.name, first.size());
  std::stable_sort(points.begin(), points.end(), [&](const structure_point& x, const structure_point& y) {
    return first[x.what.name] < first[y.what.name];
  });
}

namespace {

struct settings : common_options {
  settings() { rules = {.rounds = 30, .seconds = 0.3, .least = 5, .burst = 5}; }
  bool list = false;
};

[[noreturn]] void usage(int status) {
  std::fputs(
      "usage: bsr_structure [--filter TEXT]... [--peers scipy|MKL|none] [--rounds N] [--seconds S]\n"
      "                     [--json DIRECTORY] [--cpu-time] [--list]\n",
      status == 0 ? stdout : stderr);
  std::exit(status);
}

settings read_arguments(int argc, char** argv) {
  settings s;
  for (int i = 1; i < argc; ++i) {
    const std::string option = argv[i];
    if (option == "--help") usage(0);
    if (option == "--list") {
      s.list = true;
      continue;
    }
    if (option == "--cpu-time") {
      ::setenv("BSR_BENCH_CPU_TIME", "1", 1);  // scipy's process sees it, too
      continue;
    }
    if (i + 1 == argc) usage(2);
    const std::string value = argv[++i];
    if (!s.take(option, value)) usage(2);
  }
  return s;
}

struct peers {
  std::unique_ptr<partner> scipy;
  mkl_library* mkl = nullptr;
  std::string why_no_scipy, why_no_mkl;
};

peers load_peers(const common_options& options) {
  peers all;
  if (!options.asked_for_peer("scipy"))
    all.why_no_scipy = "not asked for";
  else if (all.scipy = partner::start(); all.scipy == nullptr)
    all.why_no_scipy = "no python3 here can import scipy";
  const std::string module = BSR_BENCH_MODULES "/mkl_side.so";
  if (!options.asked_for_peer("MKL")) {
    all.why_no_mkl = "not asked for";
  } else if (!std::filesystem::exists(module)) {
    all.why_no_mkl = "was not found when the benchmarks were built";
  } else if (void* const library = ::dlopen(module.c_str(), RTLD_NOW | RTLD_LOCAL); library == nullptr) {
    all.why_no_mkl = ::dlerror();
  } else {
    all.mkl = reinterpret_cast<mkl_library* (*)()>(::dlsym(library, "bsr_bench_mkl_side"))();
  }
  return all;
}

/// What a point came to.
struct outcome {
  const structure_point* point = nullptr;
  std::int64_t stored = 0;
  bool right = true;
  duel_result scipy, mkl;  // without values where the peer was not measured
  std::string expression;  // the one of scipy's that was quickest
  std::vector<std::string> remarks;

  /// Whether all that was asked for was reached; what could not be measured does not count.
  bool reached() const {
    const task& what = point->what;
    return right && (scipy.theirs.values.empty() || scipy.ratio() >= what.goal) &&
           (mkl.theirs.values.empty() || what.mkl_goal == 0 || mkl.ratio() >= what.mkl_goal) &&
           (what.of_copy_goal == 0 || of_copy() >= what.of_copy_goal);
  }
  /// The rate as a part of that of a copy of the same bytes, from the medians.
  double of_copy() const {
    const duel_result& t = scipy.ours.values.empty() ? mkl : scipy;
    return t.limit.values.empty() || t.limit.median() == 0 ? 0 : 1 / t.limit.median() / t.ours.median();
  }
  const series& ours() const { return scipy.ours.values.empty() ? mkl.ours : scipy.ours; }
};

message describe_mkl(const mkl_operand& a, bool columns) {
  const auto count = static_cast<std::size_t>(a.indptr[a.rows]);
  const std::size_t size = count * static_cast<std::size_t>(a.block) * static_cast<std::size_t>(a.block);
  const bsr::dims shape(std::int64_t{a.rows} * a.block, std::int64_t{a.cols} * a.block);
  message m{columns       ? "csc"
            : a.block > 1 ? "bsr"
                          : "csr",
            shape_member(columns ? bsr::dims(shape.cols, shape.rows) : shape) + ", \"block\": [" +
                std::to_string(a.block) + ", " + std::to_string(a.block) + "]",
            {{"data", a.single ? "f4" : "f8", a.data, size * (a.single ? 4 : 8)},
             {"indices", "i4", a.indices, count * 4},
             {"indptr", "i4", a.indptr, (static_cast<std::size_t>(a.rows) + 1) * 4}}};
  return m;
}

outcome measure(const structure_point& p, peers& with, const duel_rules& rules) {
  outcome out;
  out.point = &p;
  candidate mine{"bsr", "", false, {}, [&](int count) {
                   double sum = 0;
                   for (int i = 0; i < count; ++i) sum += p.ours();
                   return sum / count;
                 }};
  p.ours();
  out.stored = p.stored();

  std::function<double(bool)> limit = [](bool) { return 0.0; };
  std::shared_ptr<array<char>> from, to;
  if (p.what.copies) {
    const std::size_t bytes = p.bytes();
    from = std::make_shared<array<char>>(bytes);
    to = std::make_shared<array<char>>(bytes);
    limit = [=](bool) {
      const double start = now();
      std::memcpy(to->data(), from->data(), bytes);
      asm volatile("" : : "r"(to->data()) : "memory");
      return 1 / (now() - start);
    };
  }

  std::vector<candidate> ways;
  std::string chosen;
  const auto prepare = [&](const std::string& expression) {
    if (chosen != expression) with.scipy->prepare(p.what.each, expression, p.what.result);
    chosen = expression;
  };
  if (with.scipy != nullptr && !p.what.scipy.empty()) {
    for (operand_base* one : p.needs) one->send_to(*with.scipy);
    for (const std::string& expression : p.what.scipy) {
      prepare(expression);
      with.scipy->seconds(1);
      with.scipy->send("ours", p.result());
      if (const std::string wrong = with.scipy->compare(p.what.bound); !wrong.empty()) {
        out.right = false;
        out.remarks.push_back("wrong beside " + expression + ": " + wrong);
      }
      ways.push_back({"scipy", expression, false, {}, [&, expression](int count) {
                        prepare(expression);
                        return with.scipy->seconds(count);
                      }});
    }
  }
  std::vector<candidate> rivals;
  std::unique_ptr<mkl_call> mkl;
  bool has_scipy = false;
  if (!ways.empty()) {
    rivals.push_back(ways[quickest(ways)]);
    out.expression = rivals.back().variant;
    has_scipy = true;
  }
  if (with.mkl != nullptr && !p.what.mkl.empty()) {
    try {
      mkl = with.mkl->prepare(p.what.mkl, p.mkl_operands(), p.block);
      if (mkl != nullptr) {
        mkl->seconds();
        if (with.scipy != nullptr) {
          with.scipy->send("ours", describe_mkl(mkl->result(), p.what.mkl == "to_csc"));
          prepare(out.expression);
          with.scipy->seconds(1);
          if (const std::string wrong = with.scipy->compare(p.what.bound); !wrong.empty())
            throw std::runtime_error("its result is wrong: " + wrong);
        }
        rivals.push_back({"MKL", "", false, {}, [&](int count) {
                            double sum = 0;
                            for (int i = 0; i < count; ++i) sum += mkl->seconds();
                            return sum / count;
                          }});
      }
    } catch (const std::exception& error) {
      out.remarks.push_back(std::string("MKL: ") + error.what());
    }
  }
  if (!out.right) return out;
  std::vector<duel_result> times = duels(mine, rivals, limit, rules);
  std::size_t at = 0;
  if (has_scipy || rivals.empty()) out.scipy = std::move(times[at++]);
  if (at < times.size()) out.mkl = std::move(times[at]);
  return out;
}

constexpr int name_width = 38;

void print_header() {
  std::printf("%-*s %8s %9s %9s  %-15s %-8s %-17s %s\n", name_width, "point", "scalars", "bsr ms", "scipy ms",
              "ratio", "of copy", "MKL ratio", "to reach");
}

void print(const outcome& o) {
  const task& what = o.point->what;
  std::printf("%-*s %8lld", name_width, o.point->name().c_str(), static_cast<long long>(o.stored));
  if (!o.right) {
    std::printf("  FAILED\n");
  } else {
    const auto ratio = [](const duel_result& t) {
      char text[48] = "";
      if (!t.theirs.values.empty())
        std::snprintf(text, sizeof text, "%.2f (%.2f)", t.ratio(), t.best_ratio());
      return std::string(text);
    };
    char copy[16] = "", theirs[16] = "", goal[64];
    if (o.of_copy() > 0) std::snprintf(copy, sizeof copy, "%.2f", o.of_copy());
    if (!o.scipy.theirs.values.empty())
      std::snprintf(theirs, sizeof theirs, "%.3f", o.scipy.theirs.median() * 1e3);
    int length = std::snprintf(goal, sizeof goal, "%gx", what.goal);
    if (what.of_copy_goal > 0)
      length += std::snprintf(goal + length, sizeof goal - static_cast<std::size_t>(length), ", copy %g",
                              what.of_copy_goal);
    if (what.mkl_goal > 0)
      std::snprintf(goal + length, sizeof goal - static_cast<std::size_t>(length), ", MKL %gx",
                    what.mkl_goal);
    std::printf(" %9.3f %9s  %-15s %-8s %-17s %s%s\n", o.ours().median() * 1e3, theirs,
                ratio(o.scipy).c_str(), copy, ratio(o.mkl).c_str(), goal, o.reached() ? "" : "  BELOW");
  }
  for (const std::string& remark : o.remarks) std::printf("    %s\n", remark.c_str());
  std::fflush(stdout);
}

std::filesystem::path write_json(const std::string& directory, const peers& with,
                                 const std::vector<outcome>& measured) {
  const auto path = report_path(directory, "-structure.json");
  std::ofstream out(path);
  out.precision(6);
  const auto write = [&](const char* name, const series& s) {
    if (s.values.empty()) return;
    out << ", " << json_text(name) << ": {\"median\": " << s.median() << ", \"best\": " << s.minimum()
        << ", \"samples\": " << s.values.size() << "}";
  };
  out << "{\n  " << report_head() << ",\n  \"unit\": \"seconds\",\n  \"peers\": {\"scipy\": "
      << json_text(with.scipy != nullptr ? with.scipy->version() : "not measured: " + with.why_no_scipy)
      << ", \"MKL\": "
      << json_text(with.mkl != nullptr ? with.mkl->version() : "not measured: " + with.why_no_mkl)
      << "},\n  \"points\": [";
  const char* comma = "";
  for (const outcome& o : measured) {
    const task& what = o.point->what;
    out << comma << "\n    {\"point\": " << json_text(o.point->name()) << ", \"scalars\": " << o.stored
        << ", \"goal\": " << what.goal << ", \"reached\": " << (o.reached() ? "true" : "false")
        << ", \"expression\": " << json_text(o.expression);
    write("ours", o.ours());
    write("scipy", o.scipy.theirs);
    write("MKL", o.mkl.theirs);
    if (o.of_copy() > 0) out << ", \"of copy\": " << o.of_copy();
    out << "}";
    comma = ",";
  }
  out << "\n  ]\n}\n";
  if (!out.flush()) throw std::runtime_error(path.string() + ": cannot be written");
  return path;
}

int run(int argc, char** argv) {
  const settings s = read_arguments(argc, argv);
  structure_suite suite;
  if (s.list) {
    for (const structure_point& p : suite.points)
      if (s.asked_for_point(p.name())) std::printf("%s\n", p.name().c_str());
    return 0;
  }
  restart_with_environment(1, argv);
  count_cpu_time = std::getenv("BSR_BENCH_CPU_TIME") != nullptr;
  std::signal(SIGPIPE, SIG_IGN);  // scipy's process may end before us

  peers with = load_peers(s);
  std::printf("%s, %s\n", machine::cpu_name().c_str(), machine::cpu_features().c_str());
  std::string missing;
  int num_missing = 0;
  const auto tell = [&](const char* name, bool there, const std::string& text) {
    std::printf("%-6s %s\n", name, there ? text.c_str() : ("not measured: " + text).c_str());
    if (!there) missing += (num_missing++ == 0 ? "" : ", ") + std::string(name);
  };
  tell("scipy", with.scipy != nullptr, with.scipy != nullptr ? with.scipy->version() : with.why_no_scipy);
  tell("MKL", with.mkl != nullptr, with.mkl != nullptr ? with.mkl->version() : with.why_no_mkl);
  std::printf(
      "\nMedians of calls made in turn by one thread; in brackets the ratio of the quickest calls.\n\n");
  print_header();

  std::vector<outcome> measured;
  int failed = 0, below = 0;
  for (structure_point& p : suite.points) {
    if (!s.asked_for_point(p.name())) continue;
    outcome o;
    try {
      o = measure(p, with, s.rules);
    } catch (const std::exception& error) {
      o.point = &p;
      o.right = false;
      o.remarks.push_back(error.what());
    }
    p.set->drop();
    if (with.scipy != nullptr) with.scipy->forget();
    print(o);
    failed += o.right ? 0 : 1;
    below += o.right && !o.reached() ? 1 : 0;
    measured.push_back(std::move(o));
  }

  std::printf("\n");
  if (!s.results.empty() && !measured.empty())
    std::printf("written to %s\n", write_json(s.results, with, measured).c_str());
  std::printf("%zu points measured", measured.size() - static_cast<std::size_t>(failed));
  if (failed != 0) std::printf(", %d failed", failed);
  std::printf(", %d below what is to be reached, %d peers not measured", below, num_missing);
  if (num_missing != 0) std::printf(" (%s)", missing.c_str());
  std::printf("\n");
  return measured.empty() || failed != 0 ? 1 : 0;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  try {
    return bench::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bsr_structure: %s\n", error.what());
    return 1;
  }
}
