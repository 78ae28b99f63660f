// SPDX-License-Identifier: BSD-3-Clause
// What the device can do at best: copies, reading from the L2 cache, tensor cores, multiply-adds, launches.
// The rates are those of bsr::cuda_machine.
#include "bsr/kernel/cuda/isa_cuda.cuh"
#include "measure.hpp"

using namespace bsr_measure;

namespace {

/// Every thread block reads all of an array that the L2 cache holds.
__global__ void __launch_bounds__(512) read_all(const uint4* data, int n, int rounds, unsigned* out) {
  unsigned sum = 0;
  for (int round = 0; round < rounds; ++round) {
    // Blocks begin at different places, so that they do not ask for the same line at once.
    const int first = static_cast<int>((static_cast<long long>(blockIdx.x) * n / gridDim.x) & ~511);
    for (int i = 0; i < n; i += 512) {
      int at = first + i + static_cast<int>(threadIdx.x);
      if (at >= n) at -= n;
      const uint4 x = __ldcg(data + at);
      sum += x.x ^ x.y ^ x.z ^ x.w;
    }
  }
  if (sum == 12345u) out[threadIdx.x] = sum;
}

constexpr int tiles = 16;
__global__ void __launch_bounds__(256) multiply(int rounds, float* out) {
  bsr::gpu::device_isa isa;
  float sums[tiles][4] = {};
  std::uint32_t a[4] = {threadIdx.x, 1u, 2u, 3u};
  std::uint32_t b[2] = {threadIdx.x, 5u};
  for (int round = 0; round < rounds; ++round) {
#pragma unroll
    for (int i = 0; i < tiles; ++i) isa.multiply_bf16(sums[i], a, b);
  }
  float sum = 0;
#pragma unroll
  for (int i = 0; i < tiles; ++i) sum += sums[i][0] + sums[i][1] + sums[i][2] + sums[i][3];
  if (sum == 12345.0f) out[threadIdx.x] = sum;
}

template <class T>
__global__ void __launch_bounds__(256) multiply_add(int rounds, T factor, T* out) {
  T sums[16];
#pragma unroll
  for (int i = 0; i < 16; ++i) sums[i] = T(threadIdx.x + i);
  for (int round = 0; round < rounds; ++round) {
#pragma unroll
    for (int i = 0; i < 16; ++i) sums[i] = sums[i] * factor + T(1);
  }
  T sum = 0;
#pragma unroll
  for (int i = 0; i < 16; ++i) sum += sums[i];
  if (sum == T(12345)) out[threadIdx.x] = sum;
}

__global__ void nothing() {}

}  // namespace

int main() {
  int devices = 0;
  if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) {
    std::printf("skipped: there is no device\n");
    return 4;
  }
  cudaDeviceProp device;
  check(cudaGetDeviceProperties(&device, 0), "cudaGetDeviceProperties");
  const int processors = device.multiProcessorCount;
  std::printf("{\"multiprocessors\": %d, \"l2 bytes\": %d, \"shared memory of a block\": %zu}\n", processors,
              device.l2CacheSize, device.sharedMemPerBlockOptin);

  const std::size_t large = std::size_t{1} << 30;
  unsigned char* memory = nullptr;
  check(cudaMalloc(&memory, 2 * large), "cudaMalloc");
  check(cudaMemset(memory, 1, 2 * large), "cudaMemset");
  auto* const out = reinterpret_cast<float*>(memory);

  const times copy = measure(
      [&](int) { cudaMemcpyAsync(memory, memory + large, large, cudaMemcpyDeviceToDevice, nullptr); });
  report("memory: a copy of 1 GiB, read and written", "device", copy, 0, 2.0 * large);

  const int n = (4 << 20) / 16;  // 4 MiB: far larger than an L1 cache, far smaller than the L2 cache
  const times cached = measure([&](int) {
    read_all<<<2 * processors, 512>>>(reinterpret_cast<const uint4*>(memory), n, 4,
                                      reinterpret_cast<unsigned*>(memory + large));
  });
  report("cache: 4 MiB, read by all multiprocessors", "device", cached, 0, 2.0 * processors * 4 * 16.0 * n);

  const int rounds = 4096;
  const times mma = measure([&](int) { multiply<<<2 * processors, 256>>>(rounds, out); });
  report("mma: mma.sync of bfloat16", "device", mma, 2.0 * processors * 8 * rounds * tiles * 4096.0, 0);
  const times fma = measure([&](int) { multiply_add<float><<<4 * processors, 256>>>(rounds, 0.5f, out); });
  report("fma: multiply-adds of float", "device", fma, 4.0 * processors * 256 * rounds * 32.0, 0);
  const times fma64 = measure([&](int) {
    multiply_add<double><<<4 * processors, 256>>>(rounds, 0.5, reinterpret_cast<double*>(out));
  });
  report("fma: multiply-adds of double", "device", fma64, 4.0 * processors * 256 * rounds * 32.0, 0);
  const times launch = measure([&](int) { nothing<<<1, 32>>>(); });
  report("launch: an empty kernel", "device", launch, 0, 0);
  std::printf("not measured: wgmma, which no kernel of bsr uses yet\n");
  cudaFree(memory);
  return 0;
}
