// SPDX-License-Identifier: BSD-3-Clause
// oneMKL's operations on sparse matrices that give sparse matrices.

#include "structure/mkl_side.hpp"

#include <mkl.h>

#include <stdexcept>
#include <string>
#include <type_traits>

#include "harness/clock.hpp"
#include "peers/mkl_sparse.hpp"

namespace {

struct single {
  static constexpr auto export_bsr = mkl_sparse_s_export_bsr;
  static constexpr auto export_csr = mkl_sparse_s_export_csr;
  static constexpr auto add = mkl_sparse_s_add;
};
struct twice {
  static constexpr auto export_bsr = mkl_sparse_d_export_bsr;
  static constexpr auto export_csr = mkl_sparse_d_export_csr;
  static constexpr auto add = mkl_sparse_d_add;
};

using bench::check_mkl;

template <class T>
class call final : public bench::mkl_call {
  using f = std::conditional_t<std::is_same_v<T, float>, single, twice>;

 public:
  call(std::string what, const std::vector<bench::mkl_operand>& operands, int block)
      : what_(std::move(what)), block_(block) {
    create(first_, operands[0]);
    if (operands.size() > 1) create(second_, operands[1]);
    if (what_ == "transpose" || what_ == "add" || what_ == "multiply") block_ = operands[0].block;
    if (what_ == "to_csr" || what_ == "to_csc") block_ = 1;
    if (what_ == "multiply again") {
      block_ = operands[0].block;
      mkl_set_num_threads(1);
      multiply(SPARSE_STAGE_NNZ_COUNT);
      multiply(SPARSE_STAGE_FINALIZE_MULT_NO_VAL);
    }
  }

  double seconds() override {
    if (what_ != "multiply again") result_.reset();
    mkl_set_num_threads(1);
    constexpr auto as_it_is = SPARSE_OPERATION_NON_TRANSPOSE;
    const double start = bench::now();
    if (what_ == "multiply")
      check_mkl(mkl_sparse_spmm(as_it_is, first_.get(), second_.get(), result_.to_set()), "mkl_sparse_spmm");
    else if (what_ == "multiply again")
      multiply(SPARSE_STAGE_FINALIZE_MULT);
    else if (what_ == "add")
      check_mkl(f::add(as_it_is, first_.get(), T(1), second_.get(), result_.to_set()), "mkl_sparse_add");
    else if (what_ == "transpose" && block_ > 1)
      check_mkl(mkl_sparse_convert_bsr(first_.get(), block_, SPARSE_LAYOUT_ROW_MAJOR,
                                       SPARSE_OPERATION_TRANSPOSE, result_.to_set()),
                "mkl_sparse_convert_bsr");
    else if (what_ == "transpose" || what_ == "to_csc")
      // The columns of a matrix are the rows of the transposed one.
      check_mkl(mkl_sparse_convert_csr(first_.get(), SPARSE_OPERATION_TRANSPOSE, result_.to_set()),
                "mkl_sparse_convert_csr");
    else if (what_ == "to_bsr")
      check_mkl(
          mkl_sparse_convert_bsr(first_.get(), block_, SPARSE_LAYOUT_ROW_MAJOR, as_it_is, result_.to_set()),
          "mkl_sparse_convert_bsr");
    else if (what_ == "to_csr")
      check_mkl(mkl_sparse_convert_csr(first_.get(), as_it_is, result_.to_set()), "mkl_sparse_convert_csr");
    else
      throw std::runtime_error("MKL has no " + what_);
    return bench::now() - start;
  }

  bench::mkl_operand result() override {
    sparse_index_base_t base{};
    sparse_layout_t layout{};
    int rows = 0, cols = 0, block = 1;
    int *begin = nullptr, *end = nullptr, *indices = nullptr;
    T* data = nullptr;
    if (block_ > 1)
      check_mkl(
          f::export_bsr(result_.get(), &base, &layout, &rows, &cols, &block, &begin, &end, &indices, &data),
          "mkl_sparse_export_bsr");
    else
      check_mkl(f::export_csr(result_.get(), &base, &rows, &cols, &begin, &end, &indices, &data),
                "mkl_sparse_export_csr");
    if (base != SPARSE_INDEX_BASE_ZERO || (block > 1 && layout != SPARSE_LAYOUT_ROW_MAJOR))
      throw std::runtime_error("MKL's result has a layout of its own");
    return {sizeof(T) == 4, rows, cols, block, begin, indices, data};
  }

 private:
  void multiply(sparse_request_t stage) {
    matrix_descr general{};
    general.type = SPARSE_MATRIX_TYPE_GENERAL;
    check_mkl(
        mkl_sparse_sp2m(SPARSE_OPERATION_NON_TRANSPOSE, general, first_.get(), SPARSE_OPERATION_NON_TRANSPOSE,
                        general, second_.get(), stage, result_.to_set()),
        "mkl_sparse_sp2m");
  }
  static void create(bench::mkl_matrix& to, const bench::mkl_operand& a) {
    bench::create_mkl_matrix(to, a.rows, a.cols, a.block, a.indptr, a.indices, static_cast<const T*>(a.data));
  }

  std::string what_;
  int block_;
  bench::mkl_matrix first_, second_, result_;
};

class library final : public bench::mkl_library {
 public:
  std::string version() const override { return bench::mkl_version(); }
  std::unique_ptr<bench::mkl_call> prepare(const std::string& what,
                                           const std::vector<bench::mkl_operand>& operands,
                                           int block) override {
    if (operands.empty()) return nullptr;
    if (operands[0].single) return std::make_unique<call<float>>(what, operands, block);
    return std::make_unique<call<double>>(what, operands, block);
  }
};

}  // namespace

extern "C" bench::mkl_library* bsr_bench_mkl_side() {
  static library instance;
  return &instance;
}
