// SPDX-License-Identifier: BSD-3-Clause
#include "machine/probe.hpp"

#include <omp.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>
#include <utility>

#include "harness/clock.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace bench::machine {
namespace {

constexpr int chains = 12;  // independent results: two units of up to six cycles latency stay busy

// The compiler must neither see what is in a register nor that nobody reads it.
#if defined(__x86_64__)
#define BENCH_OPAQUE(x) asm volatile("" : "+v"(x))
#define BENCH_OPAQUE_SSE(x) asm volatile("" : "+x"(x))
#else
#define BENCH_OPAQUE_SSE(x) asm volatile("" : "+w"(x))
#endif

// acc = acc * x + y with |x| < 1 tends to a normal number, so that no denormal slows the loop down.
#define BENCH_FMA_LOOP(name, attribute, vector, set, fma, opaque)    \
  attribute void name(std::int64_t rounds) {                         \
    vector x = set(0.5F), y = set(0.25F), sums[chains];              \
    opaque(x);                                                       \
    opaque(y);                                                       \
    for (int i = 0; i < chains; ++i) {                               \
      sums[i] = set(1.0F);                                           \
      opaque(sums[i]);                                               \
    }                                                                \
    for (; rounds > 0; --rounds)                                     \
      for (int i = 0; i < chains; ++i) sums[i] = fma(sums[i], x, y); \
    for (int i = 0; i < chains; ++i) opaque(sums[i]);                \
  }

#if defined(__x86_64__)
#define BENCH_AVX512 __attribute__((target("avx512f"), noinline))
#define BENCH_AVX2 __attribute__((target("avx2,fma"), noinline))
BENCH_FMA_LOOP(fma_f32_zmm, BENCH_AVX512, __m512, _mm512_set1_ps, _mm512_fmadd_ps, BENCH_OPAQUE)
BENCH_FMA_LOOP(fma_f64_zmm, BENCH_AVX512, __m512d, _mm512_set1_pd, _mm512_fmadd_pd, BENCH_OPAQUE)
BENCH_FMA_LOOP(fma_f32_ymm, BENCH_AVX2, __m256, _mm256_set1_ps, _mm256_fmadd_ps, BENCH_OPAQUE_SSE)
BENCH_FMA_LOOP(fma_f64_ymm, BENCH_AVX2, __m256d, _mm256_set1_pd, _mm256_fmadd_pd, BENCH_OPAQUE_SSE)
#endif

#if defined(__x86_64__)
// Sums of products of pairs of bf16 and of fours of bytes. Compilers keep no more sums than this in
// registers.
constexpr int dot_chains = 16;
#define BENCH_DOT_LOOP(name, features, vector, set, dot)                       \
  __attribute__((target(features), noinline)) void name(std::int64_t rounds) { \
    __m512i x = _mm512_set1_epi32(1), y = x;                                   \
    vector sums[dot_chains];                                                   \
    BENCH_OPAQUE(x);                                                           \
    BENCH_OPAQUE(y);                                                           \
    for (auto& sum : sums) sum = set();                                        \
    for (; rounds > 0; --rounds)                                               \
      for (auto& sum : sums) sum = dot(sum, x, y);                             \
    for (auto& sum : sums) BENCH_OPAQUE(sum);                                  \
  }
#define BENCH_DOT_BF16(sum, x, y) \
  _mm512_dpbf16_ps(sum, reinterpret_cast<__m512bh>(x), reinterpret_cast<__m512bh>(y))
BENCH_DOT_LOOP(dot_bf16_zmm, "avx512f,avx512bf16", __m512, _mm512_setzero_ps, BENCH_DOT_BF16)
BENCH_DOT_LOOP(dot_int8_zmm, "avx512f,avx512vnni", __m512i, _mm512_setzero_si512, _mm512_dpbusd_epi32)
#endif

// 16 bytes: what every CPU of the architecture has.
using f32x4 = float __attribute__((vector_size(16)));
using f64x2 = double __attribute__((vector_size(16)));
inline f32x4 set_f32x4(float x) { return f32x4{x, x, x, x}; }
inline f64x2 set_f64x2(float x) { return f64x2{x, x}; }
inline f32x4 madd(f32x4 a, f32x4 x, f32x4 y) { return a * x + y; }
inline f64x2 madd(f64x2 a, f64x2 x, f64x2 y) { return a * x + y; }
BENCH_FMA_LOOP(madd_f32_xmm, __attribute__((noinline)), f32x4, set_f32x4, madd, BENCH_OPAQUE_SSE)
BENCH_FMA_LOOP(madd_f64_xmm, __attribute__((noinline)), f64x2, set_f64x2, madd, BENCH_OPAQUE_SSE)

// Reads [first, last), a multiple of 512 bytes long, `repeats` times, with eight chains of the widest loads.
#if defined(__x86_64__)
BENCH_AVX512 void read_zmm(const char* first, const char* last, int repeats) {
  __m512i sums[8];
  for (auto& sum : sums) sum = _mm512_setzero_si512();
  for (; repeats > 0; --repeats)
    for (const char* at = first; at != last; at += 512)
      for (int i = 0; i < 8; ++i) sums[i] = _mm512_or_si512(sums[i], _mm512_loadu_si512(at + 64 * i));
  for (auto& sum : sums) BENCH_OPAQUE(sum);
}
BENCH_AVX2 void read_ymm(const char* first, const char* last, int repeats) {
  __m256i sums[8];
  for (auto& sum : sums) sum = _mm256_setzero_si256();
  for (; repeats > 0; --repeats)
    for (const char* at = first; at != last; at += 256)
      for (int i = 0; i < 8; ++i)
        sums[i] = _mm256_or_si256(sums[i], _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at + 32 * i)));
  for (auto& sum : sums) BENCH_OPAQUE_SSE(sum);
}
#endif
__attribute__((noinline)) void read_xmm(const char* first, const char* last, int repeats) {
  using vector = long long __attribute__((vector_size(16), aligned(1), may_alias));
  using sum_type = long long __attribute__((vector_size(16)));
  sum_type sums[8] = {};
  for (; repeats > 0; --repeats)
    for (const char* at = first; at != last; at += 128)
      for (int i = 0; i < 8; ++i) sums[i] |= *reinterpret_cast<const vector*>(at + 16 * i);
  for (auto& sum : sums) BENCH_OPAQUE_SSE(sum);
}

using reader = void (*)(const char*, const char*, int);
reader widest_reader() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return read_zmm;
  if (__builtin_cpu_supports("avx2")) return read_ymm;
#endif
  return read_xmm;
}

/// Runs work(thread) on every thread at once and returns the longest time.
template <class Work>
double together(int threads, const Work& work) {
  if (threads == 1) {
    const double start = now();
    work(0);
    return now() - start;
  }
  double longest = 0;
#pragma omp parallel num_threads(threads) reduction(max : longest)
  {
#pragma omp barrier
    const double start = now();
    work(omp_get_thread_num());
    longest = now() - start;
  }
  return longest;
}

}  // namespace

const std::vector<arithmetic>& arithmetics() {
  static const std::vector<arithmetic> all = [] {
    std::vector<arithmetic> found;
    const auto add = [&](const char* name, int bytes, void (*f32)(std::int64_t), void (*f64)(std::int64_t)) {
      found.push_back({name, 2.0 * chains * bytes / 4, 2.0 * chains * bytes / 8, f32, f64});
    };
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) add("zmm", 64, fma_f32_zmm, fma_f64_zmm);
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
      add("ymm", 32, fma_f32_ymm, fma_f64_ymm);
#endif
    add("xmm", 16, madd_f32_xmm, madd_f64_xmm);
    return found;
  }();
  return all;
}

double flops(const arithmetic& a, bool single, int threads, double seconds) {
  // Rounds for about the wanted time: a round of twelve operations lasts about two nanoseconds.
  const auto rounds = std::max<std::int64_t>(1000, static_cast<std::int64_t>(seconds / 2e-9));
  const double took = together(threads, [&](int) { (single ? a.run_f32 : a.run_f64)(rounds); });
  return (single ? a.flops_f32 : a.flops_f64) * static_cast<double>(rounds) * threads / took * 1e-9;
}

double peak_flops(bool single, int threads, double seconds) {
  static std::map<std::pair<bool, int>, const arithmetic*> quickest;
  const arithmetic*& best = quickest[{single, threads}];
  if (best == nullptr) {
    double record = 0;
    for (const arithmetic& a : arithmetics())
      for (int i = 0; i < 20; ++i)
        if (const double rate = flops(a, single, threads, 1e-3); rate > record) {
          record = rate;
          best = &a;
        }
  }
  return flops(*best, single, threads, seconds);
}

double half_width_flops(bool single, int threads, double seconds) {
  for (const arithmetic& a : arithmetics())
    if (a.name == "ymm") return flops(a, single, threads, seconds);
  return 0;
}

double dot_flops(bool bytes, int threads, double seconds) {
#if defined(__x86_64__)
  if (bytes ? __builtin_cpu_supports("avx512vnni") : __builtin_cpu_supports("avx512bf16")) {
    const auto rounds = std::max<std::int64_t>(500, static_cast<std::int64_t>(seconds / 6e-9));
    const double took = together(threads, [&](int) { (bytes ? dot_int8_zmm : dot_bf16_zmm)(rounds); });
    const double rate =
        2.0 * dot_chains * (bytes ? 64 : 32) * static_cast<double>(rounds) * threads / took * 1e-9;
    // Some CPUs multiply widened bf16 quicker than they take their sums of products.
    return bytes ? rate : std::max(rate, peak_flops(true, threads, seconds));
  }
#endif
  return bytes ? 0 : peak_flops(true, threads, seconds);
}

double read_seconds(const void* data, std::size_t bytes, int threads, int repeats) {
  static const reader read = widest_reader();
  const char* const start = static_cast<const char*>(data);
  const std::size_t part = bytes / static_cast<std::size_t>(threads) / 512 * 512;
  const double took = together(threads, [&](int thread) {
    const char* const first = start + static_cast<std::size_t>(thread) * part;
    read(first, first + part, repeats);
  });
  return took * static_cast<double>(bytes) / static_cast<double>(part * static_cast<std::size_t>(threads));
}

std::size_t cache_size(int level) {
#if defined(_SC_LEVEL1_DCACHE_SIZE)
  const int names[] = {_SC_LEVEL1_DCACHE_SIZE, _SC_LEVEL2_CACHE_SIZE, _SC_LEVEL3_CACHE_SIZE};
  return static_cast<std::size_t>(std::max(0L, sysconf(names[level - 1])));
#else
  return 0 * static_cast<std::size_t>(level);
#endif
}

namespace {
std::string cpuinfo(const std::string& key) {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.compare(0, key.size(), key) == 0)
      if (const auto colon = line.find(": "); colon != std::string::npos) return line.substr(colon + 2);
  return "";
}
}  // namespace

std::string cpu_name() {
  const std::string name = cpuinfo("model name"), family = cpuinfo("cpu family"), model = cpuinfo("model\t");
  if (name.empty()) return "unknown CPU";
  std::string text = name;
  if (!family.empty()) text.append(" family ").append(family).append(" model ").append(model);
  return text;
}

std::string cpu_features() {
  std::istringstream flags(cpuinfo("flags"));
  std::string found;
  for (std::string flag; flags >> flag;)
    for (const char* known : {"fma", "avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16"})
      if (flag == known) found.append(found.empty() ? "" : " ").append(flag);
  return found;
}

}  // namespace bench::machine
