// SPDX-License-Identifier: BSD-3-Clause
// What an assignment costs beside its arithmetic: one block, few columns.

#include <benchmark/benchmark.h>

#include <bsr/bsr.hpp>
#include <cstdint>
#include <vector>

namespace {

struct one_block {
  std::vector<float> data = std::vector<float>(16, 0.5F);
  std::vector<std::int32_t> indices{0}, indptr{0, 1};
  std::vector<float> b = std::vector<float>(64, 1.0F), c = std::vector<float>(64);
};

void product_static(benchmark::State& state) {
  one_block o;
  const auto n = state.range(0);
  const bsr::matrix_view<const float, 4, 4> a({4, 4}, o.data, o.indices, o.indptr);
  for (auto _ : state) {
    const bsr::dense_view<const float> b(o.b.data(), 4, n);
    const bsr::dense_view<float> c(o.c.data(), 4, n);
    c.on(bsr::cpu{.threads = 1}) = a * b;
    benchmark::ClobberMemory();
  }
}
BENCHMARK(product_static)->Arg(1)->Arg(16);

void product_dynamic(benchmark::State& state) {
  one_block o;
  const auto n = state.range(0);
  const bsr::matrix_view<const float> a({4, 4}, o.data, o.indices, o.indptr, {4, 4});
  for (auto _ : state) {
    const bsr::dense_view<const float> b(o.b.data(), 4, n);
    const bsr::dense_view<float> c(o.c.data(), 4, n);
    c.on(bsr::cpu{.threads = 1}) = a * b;
    benchmark::ClobberMemory();
  }
}
BENCHMARK(product_dynamic)->Arg(1)->Arg(16);

void vector_product(benchmark::State& state) {
  one_block o;
  const bsr::matrix_view<const float, 4, 4> a({4, 4}, o.data, o.indices, o.indptr);
  for (auto _ : state) {
    const bsr::vector_view<const float> x(o.b.data(), 4);
    const bsr::vector_view<float> y(o.c.data(), 4);
    y.on(bsr::cpu{.threads = 1}) = a * x;
    benchmark::ClobberMemory();
  }
}
BENCHMARK(vector_product);

}  // namespace
