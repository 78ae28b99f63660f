// SPDX-License-Identifier: BSD-3-Clause
// oneDNN 2 or 3: the dense product in f32, for a linear layer with the weights in whatever form it likes
// best.

#include <omp.h>

#include <dnnl.hpp>
#include <memory>
#include <string>
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

struct onednn final : bench::peer_of<onednn> {
  std::string version() const override {
    const dnnl_version_t* const v = dnnl_version();
    return "oneDNN " + std::to_string(v->major) + "." + std::to_string(v->minor) + "." +
           std::to_string(v->patch);
  }

  std::vector<bench::candidate> candidates(const bench::problem<double>&) { return {}; }

  std::vector<bench::candidate> candidates(const bench::problem<float>& p) {
    if (p.what == bench::operation::spmv || p.what == bench::operation::sddmm ||
        p.dense_size() > bench::largest_dense)
      return {};
    using tag = memory::format_tag;
    constexpr auto f32 = memory::data_type::f32;
    omp_set_num_threads(p.threads);
    auto dense = std::make_shared<bench::array<float>>(bench::to_dense(p));

    const bool rows = p.what == bench::operation::spmm;
    const memory::dim m = rows ? p.m : p.n, n = rows ? p.n : p.m, k = p.k;
    const memory::desc left({m, k}, f32, tag::ab), result({m, n}, f32, tag::ab);
    const memory::desc plain({k, n}, f32, rows ? tag::ab : tag::ba);
    const memory::desc right = rows ? plain : memory::desc({k, n}, f32, tag::any);
    const auto description = describe(cpu_, left, right, result);

    memory a(left, cpu_, rows ? dense->data() : const_cast<float*>(p.b));
    memory b(plain, cpu_, rows ? const_cast<float*>(p.b) : dense->data());
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

 private:
  dnnl::engine cpu_{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream_{cpu_};
};

}  // namespace

extern "C" bench::peer* bsr_bench_peer() {
  static onednn instance;
  return &instance;
}
