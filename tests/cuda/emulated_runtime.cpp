// SPDX-License-Identifier: BSD-3-Clause
// The runtime on the emulated device: its memory is the host's, where nobody but kernels and copies may touch
// it; its kernels are the bodies.
#include "cuda/emulated_runtime.hpp"

#include <cstdlib>
#include <cstring>
#include <map>
#include <type_traits>

#include "bsr/kernel/cuda/dispatch.hpp"
#include "cuda/emulator/hopper_isa.hpp"

namespace bsr_test {

emulated_device& emulated_device::get() {
  static emulated_device d;
  return d;
}

namespace {

bool within(const void* at, const void* begin, std::size_t bytes) {
  const auto* const first = static_cast<const unsigned char*>(begin);
  return at >= first && at < first + bytes;
}

class emulated_launch {
  using along = bsr::gpu::along;
  template <class T, class Result>
  static constexpr bool is_half = std::is_same_v<T, bsr::bfloat16> && std::is_same_v<Result, float>;

 public:
  /// For a kernel that writes `bytes` bytes at `to`. plan: may be null.
  emulated_launch(const void* to, std::int64_t bytes, const bsr::gpu_runtime::spmm_prepared* plan)
      : to_(static_cast<const unsigned char*>(to)), bytes_(bytes), plan_(plan) {}

  template <class T>
  static constexpr bool has_type = true;
  /// Each takes seconds to compile, and their bodies have tests of their own.
  template <class T, class Result, int Rows, along OrderA, along OrderB>
  static constexpr bool has_mma =
      OrderA == along::m ? is_half<T, Result> && Rows == 16
      : OrderB == along::n
          ? (is_half<T, Result> && Rows >= 64) || (std::is_same_v<T, float> && Rows == 16)
          : (is_half<T, Result> && Rows == 16) || (std::is_same_v<T, std::int8_t> && Rows == 32) ||
                (std::is_same_v<T, double> && Rows == 16);
  template <class T, class Result, int Rows, along OrderA, along OrderB>
  static constexpr bool has_wgmma =
      std::is_same_v<T, std::int8_t> ? sizeof(Result) == 4 && Rows == 64
      : std::is_same_v<T, float>
          ? Rows == 128
          : is_half<T, Result> && (OrderA == along::k ? Rows == 128 || Rows == 32
                                                      : OrderB == along::n && (Rows == 64 || Rows == 16));
  template <class T, class Result, int Rows, along OrderX, along OrderY>
  static constexpr bool has_sample_mma = is_half<T, Result> && Rows == 16;

  template <class Body, class Args>
  bsr::gpu_runtime::status plain(const Args& args, std::int64_t) const {
    return run<Body, emulator::isa>(args, {4, Body::threads, Body::shared_bytes}, nullptr);
  }
  template <class Body, class Args>
  bsr::gpu_runtime::status sample(const Args& args, std::int64_t tiles) const {
    return mma<Body>(args, static_cast<int>(tiles < 4 ? tiles : 4), Body::shared_bytes);
  }
  template <class Body, class Args>
  bsr::gpu_runtime::status mma(const Args& args, int workers, int shared_bytes) const {
    ++emulated_device::get().calls["tensor cores"];
    return run<Body, emulator::isa>(args, {workers, Body::threads, shared_bytes}, plan_);
  }
  template <class Body, class Args>
  bsr::gpu_runtime::status wgmma(const Args& args, int workers, int shared_bytes) const {
    ++emulated_device::get().calls["wgmma"];
    return run<Body, emulator::hopper_isa>(args, {workers, Body::threads, shared_bytes}, plan_);
  }
  using slab_map = bsr::gpu::slab_source;
  static bsr::gpu_runtime::status make_slab_map(slab_map& map, const bsr::gpu::slab_source& s) {
    if (emulated_device::get().failing == "slabs") return {1, "slabs", "as the test wants it"};
    map = s;
    return {};
  }

 private:
  template <class Body, class Isa, class Args>
  bsr::gpu_runtime::status run(const Args& args, emulator::grid_size size,
                               const bsr::gpu_runtime::spmm_prepared* plan) const {
    emulator::machine m({});
    m.add_output(to_, bytes_);
    for (const auto& [begin, bytes] : emulated_device::get().memory) {
      const auto* const memory = static_cast<const unsigned char*>(begin);
      if (plan != nullptr && (begin == plan->partial || begin == plan->counters))
        m.add_exchange(memory, static_cast<std::int64_t>(bytes));
      else if (!within(to_, begin, bytes))
        m.add_input(memory, static_cast<std::int64_t>(bytes));
    }
    m.run<Isa>(size, [&](Isa& isa) { Body::run(isa, args); });
    return {};
  }

  const unsigned char* to_;
  std::int64_t bytes_;
  const bsr::gpu_runtime::spmm_prepared* plan_;
};

}  // namespace
}  // namespace bsr_test

namespace bsr::inline v0::gpu_runtime {

using bsr_test::emulated_device;

static status answer(const char* call) {
  emulated_device& d = emulated_device::get();
  ++d.calls[call];
  return d.failing == call ? status{2, call, "as the test wants it"} : status{};
}

status count_devices(int* count) {
  *count = 1;
  return answer("count");
}
status allocate(void** memory, std::size_t bytes, CUstream_st*) {
  if (const status s = answer("allocate"); s.code != 0) return s;
  *memory = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
  std::memset(*memory, 0xff, bytes);
  emulated_device::get().memory[*memory] = bytes;
  return {};
}
status release(void* memory, CUstream_st*) {
  if (emulated_device::get().memory.erase(memory) != 1) std::abort();
  std::free(memory);
  return answer("release");
}
status copy(void* to, const void* from, std::size_t bytes, direction way, CUstream_st*) {
  if (const status s = answer("copy"); s.code != 0) return s;
  const emulated_device& d = emulated_device::get();
  if (d.holds(to, bytes) != (way != direction::to_host)) return {1, "copy", "to the wrong memory"};
  if (d.holds(from, bytes) != (way != direction::to_device)) return {1, "copy", "from the wrong memory"};
  std::memcpy(to, from, bytes);
  return {};
}
status clear(void* memory, std::size_t bytes, CUstream_st*) {
  if (!emulated_device::get().holds(memory, bytes)) return {1, "clear", "of the wrong memory"};
  std::memset(memory, 0, bytes);
  return answer("clear");
}
status synchronize(CUstream_st*) { return answer("synchronize"); }
status limits(device_limits* found) {
  const emulated_device& d = emulated_device::get();
  *found = {.processors = 3, .shared_bytes = d.shared_bytes, .wgmma = d.wgmma};
  return answer("limits");
}
static std::int64_t bytes_of(element e) {
  return e == element::float64                          ? 8
         : e == element::float32 || e == element::int32 ? 4
         : e == element::int8                           ? 1
                                                        : 2;
}
status spmm(const spmm_call& call, CUstream_st* stream) {
  emulated_device::get().stream = stream;
  if (const status s = answer("spmm"); s.code != 0) return s;
  const std::int64_t last = (call.rows - 1) * call.c_row_stride + (call.cols - 1) * call.c_col_stride;
  return gpu::dispatch_spmm(
      call, bsr_test::emulated_launch(call.c, (last + 1) * bytes_of(call.result), call.prepared));
}
status sddmm(const sddmm_call& call, CUstream_st* stream) {
  emulated_device::get().stream = stream;
  if (const status s = answer("sddmm"); s.code != 0) return s;
  return gpu::dispatch_sddmm(
      call, bsr_test::emulated_launch(
                call.s, call.blocks * call.block_rows * call.block_cols * bytes_of(call.result), nullptr));
}

}  // namespace bsr::inline v0::gpu_runtime
