// SPDX-License-Identifier: BSD-3-Clause
// A layer of a trained model: pruned to one block in ten, and run beside the dense layer.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <numeric>

#include <Eigen/Core>
#include <unsupported/Eigen/SpecialFunctions>

#include "bsr/eigen.hpp"
#include "bsr/io.hpp"
#include "bsr/safetensors.hpp"
#include "report.hpp"

namespace demo {
namespace {

using by_row = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using exact_matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
constexpr const char* name = "encoder.layer.0.intermediate.dense";
constexpr double sparsity = 0.9;

/// The blocks with the largest Frobenius norms, all but floor(sparsity * n) of the n; of equals, the first.
template <int R>
bsr::matrix<float, R> prune(const by_row& w) {
  const Eigen::Index rows = w.rows() / R, cols = w.cols() / R, n = rows * cols;
  std::vector<double> norm(static_cast<std::size_t>(n));
  std::vector<Eigen::Index> order(norm.size());
  for (Eigen::Index k = 0; k < n; ++k)
    norm[static_cast<std::size_t>(k)] =
        w.block<R, R>(k / cols * R, k % cols * R).template cast<double>().squaredNorm();
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](Eigen::Index a, Eigen::Index b) {
    return norm[static_cast<std::size_t>(a)] > norm[static_cast<std::size_t>(b)];
  });
  order.resize(norm.size() - static_cast<std::size_t>(std::floor(sparsity * static_cast<double>(n))));
  std::sort(order.begin(), order.end());

  std::vector<std::int32_t> indices, indptr(static_cast<std::size_t>(rows) + 1);
  std::vector<float> data;
  for (const Eigen::Index k : order) {
    const Eigen::Matrix<float, R, R, Eigen::RowMajor> block = w.block<R, R>(k / cols * R, k % cols * R);
    data.insert(data.end(), block.data(), block.data() + R * R);
    indices.push_back(static_cast<std::int32_t>(k % cols));
    ++indptr[static_cast<std::size_t>(k / cols) + 1];
  }
  std::partial_sum(indptr.begin(), indptr.end(), indptr.begin());
  return {bsr::dims(w.rows(), w.cols()), data, indices, indptr};
}

exact_matrix gelu(const exact_matrix& z) {
  return z.unaryExpr([](double v) { return 0.5 * v * (1 + std::erf(v * std::sqrt(0.5))); });
}

struct input {
  by_row x, w;
  Eigen::RowVectorXf bias;
};

/// The layer of some weights in double, and what float may cost: gamma_k (|x| |w'| + |bias|), k the longest
/// sum.
struct oracle {
  exact_matrix y;
  double bound;

  oracle(const input& in, const by_row& w, std::int64_t longest_sum) {
    const exact_matrix x = in.x.cast<double>(), wd = w.cast<double>();
    const auto bias = in.bias.cast<double>();
    exact_matrix z = x * wd.transpose();
    z.rowwise() += bias;
    exact_matrix size = x.cwiseAbs() * wd.cwiseAbs().transpose();
    size.rowwise() += bias.cwiseAbs();
    y = gelu(z);
    // The slope of gelu is below 1.13, and evaluating it takes a few roundings more.
    const double unit = std::numeric_limits<float>::epsilon() / 2;
    bound = 1.13 * static_cast<double>(longest_sum + 2) * unit * size.norm() + 16 * unit * z.norm();
    bound /= y.norm();
  }
  double error(const by_row& computed) const { return (computed.cast<double>() - y).norm() / y.norm(); }
};

/// The layer with weights in blocks of R x R: what is timed, and what it is worth.
template <int R>
struct pruned {
  const input& in;
  bsr::matrix<float, R> w;
  by_row y;
  contender product, layer;

  explicit pruned(const input& from) : in(from), w(prune<R>(from.w)), y(from.x.rows(), from.w.rows()) {
    product.run = [this] { bsr::view(y).on(bsr::cpu{.threads = 1}) = in.x * transpose(w); };
    layer.run = [this] {
      bsr::view(y).on(bsr::cpu{.threads = 1}) = gelu(in.x * transpose(w) + bsr::per_col(in.bias));
    };
  }
  pruned(const pruned&) = delete;

  double size() const {
    return static_cast<double>(w.nnz() * 4 + w.num_blocks() * 4 + (w.block_rows() + 1) * 4);
  }
  std::int64_t longest_sum() const {
    std::int64_t blocks = 0;
    for (std::int64_t i = 0; i < w.block_rows(); ++i) blocks = std::max(blocks, w.row(i).size());
    return blocks * R;
  }
};

}  // namespace

int layer(const options& where) {
  const python_times python(where.layer);
  input in;
  {
    const bsr::io::safetensors_reader model(where.layer + "/model.safetensors");
    const auto w = model.load<float>(std::string(name) + ".weight");
    const auto bias = model.load_vector<float>(std::string(name) + ".bias");
    const auto x = bsr::io::npz_reader(where.layer + "/tokens.npz").load<float>("x");
    in.w = by_row::Map(w.data(), w.rows(), w.cols());
    in.bias = Eigen::RowVectorXf::Map(bias.data(), bias.size());
    in.x = by_row::Map(x.data(), x.rows(), x.cols());
  }
  std::printf(
      "\nB. A trained layer, all-MiniLM-L6-v2 %s:\n   y = gelu(x * transpose(w) + per_col(bias)), "
      "w %ld x %ld floats, %ld tokens, one thread\n\n",
      name, static_cast<long>(in.w.rows()), static_cast<long>(in.w.cols()), static_cast<long>(in.x.rows()));

  by_row dense(in.x.rows(), in.w.rows());
  contender dense_product{[&] { dense.noalias() = in.x * in.w.transpose(); }};
  contender dense_layer{[&] {
    dense.noalias() = in.x * in.w.transpose();
    dense.rowwise() += in.bias;
    dense = (0.5f * dense.array() * (1.0f + (dense.array() * std::sqrt(0.5f)).erf())).matrix();
  }};
  pruned<4> small(in);
  pruned<16> middle(in);
  pruned<32> large(in);
  Eigen::setNbThreads(1);
  race({&dense_product, &small.product, &middle.product, &large.product, &dense_layer, &small.layer,
        &middle.layer, &large.layer},
       where.seconds);

  std::printf("   %-28s %9s %9s %9s %9s %9s %8s %9s\n", "weights", "size", "x * w'", "speed-up", "layer",
              "speed-up", "pruning", "rounding");
  const auto line = [&](const char* what, double size, double product, double layer, const std::string& lost,
                        const std::string& error) {
    std::printf("   %-28s %9s %9s %9s %9s %9s %8s %9s\n", what, bytes(size).c_str(),
                duration(product).c_str(), ratio(dense_product.seconds, product).c_str(),
                duration(layer).c_str(), ratio(dense_layer.seconds, layer).c_str(), lost.c_str(),
                error.c_str());
  };
  const oracle exact(in, in.w, in.w.cols());
  const double size = static_cast<double>(in.w.size()) * 4;
  int wrong = 0;
  if (python("numpy_layer") > 0)
    line("dense, NumPy", size, python("numpy_product"), python("numpy_layer"), "-", "-");
  line("dense, Eigen", size, dense_product.seconds, dense_layer.seconds, "-", scientific(exact.error(dense)));
  const auto judge = [&]<int R>(const pruned<R>& p) {
    const auto kept = bsr::to_dense(p.w);
    const oracle own(in, by_row::Map(kept.data(), kept.rows(), kept.cols()), p.longest_sum());
    const double error = own.error(p.y);
    char lost[16], what[48];
    std::snprintf(lost, sizeof lost, "%.0f %%", 100 * (own.y - exact.y).norm() / exact.y.norm());
    std::snprintf(what, sizeof what, "bsr, %.1f %% of %d x %d",
                  100 * static_cast<double>(p.w.nnz()) / static_cast<double>(in.w.size()), R, R);
    line(what, p.size(), p.product.seconds, p.layer.seconds, lost, scientific(error));
    if (!(error <= own.bound)) {
      std::printf("   WRONG: the rounding error is beyond its bound %.1e\n", own.bound);
      ++wrong;
    }
    const std::string ending = "_" + std::to_string(R) + "x" + std::to_string(R) + ".npz";
    bsr::io::save_npz(where.results + "/pruned" + ending, p.w);
    bsr::io::npz_writer out(where.results + "/layer" + ending);
    out.add("y", p.y);
    out.close();
  };
  judge(small);
  judge(middle);
  judge(large);
  std::printf(
      "   pruning: how far y moves when nine blocks in ten are dropped by their norm, without retraining\n");
  return wrong;
}

}  // namespace demo
