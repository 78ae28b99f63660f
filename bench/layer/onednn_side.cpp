// SPDX-License-Identifier: BSD-3-Clause
// Dense layers on oneDNN 2 or 3: sgemm, and the layer in one piece, with weights in the form that it likes
// best.
#include <omp.h>

#include <dnnl.hpp>
#include <memory>
#include <unordered_map>

#include "layer/dense_side.hpp"

namespace {

using dnnl::matmul;
using dnnl::memory;

struct onednn final : bench::dense_library {
  std::string name() const override { return "oneDNN"; }
  onednn() { omp_set_num_threads(1); }

  void gemm(bool transpose_a, bool transpose_b, int m, int n, int k, const float* a, int lda, const float* b,
            int ldb, float* c, int ldc) override {
    dnnl_sgemm(transpose_a ? 'T' : 'N', transpose_b ? 'T' : 'N', m, n, k, 1, a, lda, b, ldb, 0, c, ldc);
  }

  std::function<void()> whole(const bench::dense_layer& l) override {
    using tag = memory::format_tag;
    constexpr auto f32 = memory::data_type::f32;
    // Samples that lie by columns are the right operand of w x^T, and its bias is one number a row.
    const memory::dim m = l.by_columns ? l.out : l.n, n = l.by_columns ? l.n : l.out, k = l.in;
    const memory::desc weights({l.by_columns ? m : k, l.by_columns ? k : n}, f32, tag::any);
    const memory::desc plain({l.by_columns ? m : k, l.by_columns ? k : n}, f32,
                             l.by_columns ? tag::ab : tag::ba);
    const memory::desc samples({l.by_columns ? k : m, l.by_columns ? n : k}, f32, tag::ab);
    const memory::desc bias({l.by_columns ? m : 1, l.by_columns ? 1 : n}, f32, tag::ab);
    const memory::desc result({m, n}, f32, tag::ab);
    const memory::desc &left = l.by_columns ? weights : samples, &right = l.by_columns ? samples : weights;
    try {
      dnnl::post_ops after;
      dnnl::primitive_attr how;
#if DNNL_VERSION_MAJOR >= 3
      if (l.gelu) after.append_eltwise(dnnl::algorithm::eltwise_gelu_erf, 0, 0);
      how.set_post_ops(after);
      const matmul::primitive_desc d(cpu_, left, right, bias, result, how);
#else
      if (l.gelu) after.append_eltwise(1, dnnl::algorithm::eltwise_gelu_erf, 0, 0);
      how.set_post_ops(after);
      const matmul::primitive_desc d(matmul::desc(left, right, bias, result), how, cpu_);
#endif
      memory from(plain, cpu_, const_cast<float*>(l.w)),
          w(l.by_columns ? d.src_desc() : d.weights_desc(), cpu_);
      dnnl::reorder(from, w).execute(stream_, from, w);
      stream_.wait();
      memory x(samples, cpu_, const_cast<float*>(l.x)), y(result, cpu_, l.y),
          b(bias, cpu_, const_cast<float*>(l.bias));
      const matmul product(d);
      const std::unordered_map<int, memory> arguments{{DNNL_ARG_SRC, l.by_columns ? w : x},
                                                      {DNNL_ARG_WEIGHTS, l.by_columns ? x : w},
                                                      {DNNL_ARG_BIAS, b},
                                                      {DNNL_ARG_DST, y}};
      return [=, this] {
        product.execute(stream_, arguments);
        dnnl::stream(stream_).wait();
      };
    } catch (const dnnl::error&) {
      return {};
    }
  }

 private:
  dnnl::engine cpu_{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream_{cpu_};
};

}  // namespace

extern "C" bench::dense_library* bsr_bench_dense() {
  static onednn instance;
  return &instance;
}
