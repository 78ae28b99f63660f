// SPDX-License-Identifier: BSD-3-Clause
// Conversions of a 4096 x 4096 matrix of f32, 10 % of its 16x16 blocks stored, beside a copy of as much
// memory. Bytes are those of the larger side, so that a rate near memcpy's is as good as it gets.

#include <benchmark/benchmark.h>

#include <bsr/bsr.hpp>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

namespace {

constexpr int size = 4096, block = 16;

struct operands {
  std::vector<float> dense = std::vector<float>(static_cast<std::size_t>(size) * size);
  operands() {
    std::mt19937 random(1);
    for (int i = 0; i < size; i += block)
      for (int j = 0; j < size; j += block)
        if (random() % 10 == 0)
          for (int x = 0; x < block; ++x)
            for (int y = 0; y < block; ++y)
              dense[static_cast<std::size_t>(i + x) * size + static_cast<std::size_t>(j + y)] = 1.0F;
  }
  bsr::dense_view<const float> view() const { return {dense.data(), size, size}; }
};
const operands& shared() {
  static const operands all;
  return all;
}
constexpr std::int64_t dense_bytes = std::int64_t{4} * size * size;

void copy_memory(benchmark::State& state) {
  const operands& o = shared();
  std::vector<float> to(o.dense.size());
  for (auto _ : state) {
    std::memcpy(to.data(), o.dense.data(), to.size() * sizeof(float));
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * dense_bytes);
}
BENCHMARK(copy_memory)->Unit(benchmark::kMillisecond);

void dense_to_bsr(benchmark::State& state) {
  const auto x = shared().view();
  for (auto _ : state) benchmark::DoNotOptimize(bsr::to_bsr<block>(x));
  state.SetBytesProcessed(state.iterations() * dense_bytes);
}
BENCHMARK(dense_to_bsr)->Unit(benchmark::kMillisecond);

void bsr_to_dense(benchmark::State& state) {
  const auto a = bsr::to_bsr<block>(shared().view());
  for (auto _ : state) benchmark::DoNotOptimize(bsr::to_dense(a));
  state.SetBytesProcessed(state.iterations() * dense_bytes);
}
BENCHMARK(bsr_to_dense)->Unit(benchmark::kMillisecond);

void csr_to_bsr(benchmark::State& state) {
  const auto a = bsr::to_csr(shared().view());
  for (auto _ : state) benchmark::DoNotOptimize(bsr::to_bsr<block>(a));
  state.SetBytesProcessed(state.iterations() * a.nnz() * 8);
}
BENCHMARK(csr_to_bsr)->Unit(benchmark::kMillisecond);

void bsr_to_csr(benchmark::State& state) {
  const auto a = bsr::to_bsr<block>(shared().view());
  for (auto _ : state) benchmark::DoNotOptimize(bsr::to_csr(a));
  state.SetBytesProcessed(state.iterations() * a.nnz() * 8);
}
BENCHMARK(bsr_to_csr)->Unit(benchmark::kMillisecond);

void transposed(benchmark::State& state) {
  const auto a = bsr::to_bsr<block>(shared().view());
  for (auto _ : state) benchmark::DoNotOptimize(bsr::to_transposed(a));
  state.SetBytesProcessed(state.iterations() * a.nnz() * 4);
}
BENCHMARK(transposed)->Unit(benchmark::kMillisecond);

void check(benchmark::State& state) {
  const auto a = bsr::to_bsr<block>(shared().view());
  for (auto _ : state) bsr::check_format(a);
  state.SetItemsProcessed(state.iterations() * a.num_blocks());
}
BENCHMARK(check);

}  // namespace
