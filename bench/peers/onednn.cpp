// SPDX-License-Identifier: BSD-3-Clause
// oneDNN 2 or 3: the dense product in f32, bf16 (into f32) and int8 (into int32), for a linear layer with the
// weights in whatever form it likes best.

#include <omp.h>

#include <cstdint>
#include <dnnl.hpp>
#include <memory>
#include <string>
#include <type_traits>
#include <unordered_map>

#include "harness/peer.hpp"

namespace {

using dnnl::matmul;
using dnnl::memory;

matmul::primitive_desc describe(const dnnl::engine& cpu, const memory::desc& a, const memory::desc& b,
                                const memory::desc& c) {
#if DNNL_VERSION_MAJOR >= 3
  return matmul::primitive_desc(cpu, a, b, c);
#else
  return matmul::primitive_desc(matmul::desc(a, b, c), cpu);
#endif
}

template <class T>
constexpr auto type_of = memory::data_type::f32;
template <>
constexpr auto type_of<bench::bf16> = memory::data_type::bf16;
template <>
constexpr auto type_of<std::int8_t> = memory::data_type::s8;
template <>
constexpr auto type_of<std::int32_t> = memory::data_type::s32;

struct onednn final : bench::peer {
  std::string version() const override {
    const dnnl_version_t* const v = dnnl_version();
    return "oneDNN " + std::to_string(v->major) + "." + std::to_string(v->minor) + "." +
           std::to_string(v->patch);
  }

  std::vector<bench::candidate> prepare(const bench::problem<double>&) override { return {}; }
  std::vector<bench::candidate> prepare(const bench::problem<float>& p) override { return candidates(p); }
  std::vector<bench::candidate> prepare(const bench::problem<bench::bf16>& p) override {
    return candidates(p);
  }
  std::vector<bench::candidate> prepare(const bench::problem<std::int8_t>& p) override {
    return candidates(p);
  }

 private:
  template <class T>
  std::vector<bench::candidate> candidates(const bench::problem<T>& p) {
    if (p.what == bench::operation::spmv || p.what == bench::operation::sddmm ||
        p.dense_size() > bench::largest_dense)
      return {};
    using tag = memory::format_tag;
    using dense_type = std::remove_const_t<std::remove_pointer_t<decltype(p.b)>>;
    // The bytes of the dense operand have no sign and are at most 127: as numbers with a sign they are the
    // same.
    constexpr auto type = type_of<T>, result_type = type_of<std::remove_pointer_t<decltype(p.out)>>;
    omp_set_num_threads(p.threads);
    auto dense = std::make_shared<bench::array<T>>(bench::to_dense(p));

    const bool rows = p.what == bench::operation::spmm;
    const memory::dim m = rows ? p.m : p.n, n = rows ? p.n : p.m, k = p.k;
    const memory::desc left({m, k}, type, tag::ab), result({m, n}, result_type, tag::ab);
    const memory::desc plain({k, n}, type, rows ? tag::ab : tag::ba);
    const memory::desc right = rows ? plain : memory::desc({k, n}, type, tag::any);
    const auto description = describe(cpu_, left, right, result);

    void* const other = const_cast<dense_type*>(p.b);
    memory a(left, cpu_, rows ? dense->data() : other);
    memory b(plain, cpu_, rows ? other : dense->data());
    memory c(result, cpu_, p.out);
    if (!rows) {
      memory packed(description.weights_desc(), cpu_);
      dnnl::reorder(b, packed).execute(stream_, b, packed);
      stream_.wait();
      b = packed;
    }
    matmul product(description);
    std::unordered_map<int, memory> arguments{{DNNL_ARG_SRC, a}, {DNNL_ARG_WEIGHTS, b}, {DNNL_ARG_DST, c}};
    return {{"oneDNN dense", "", true, [=, this] {
               (void)dense;
               omp_set_num_threads(p.threads);
               product.execute(stream_, arguments);
               dnnl::stream(stream_).wait();
             }}};
  }

  dnnl::engine cpu_{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream_{cpu_};
};

}  // namespace

extern "C" bench::peer* bsr_bench_peer() {
  static onednn instance;
  return &instance;
}
