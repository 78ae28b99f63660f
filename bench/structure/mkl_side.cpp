// SPDX-License-Identifier: BSD-3-Clause
// oneMKL's operations on sparse matrices that give sparse matrices.

#include "structure/mkl_side.hpp"

#include <mkl.h>

#include <stdexcept>
#include <string>
#include <type_traits>

#include "harness/clock.hpp"

namespace {

struct single {
  static constexpr auto create_bsr = mkl_sparse_s_create_bsr;
  static constexpr auto create_csr = mkl_sparse_s_create_csr;
  static constexpr auto export_bsr = mkl_sparse_s_export_bsr;
  static constexpr auto export_csr = mkl_sparse_s_export_csr;
  static constexpr auto add = mkl_sparse_s_add;
};
struct twice {
  static constexpr auto create_bsr = mkl_sparse_d_create_bsr;
  static constexpr auto create_csr = mkl_sparse_d_create_csr;
  static constexpr auto export_bsr = mkl_sparse_d_export_bsr;
  static constexpr auto export_csr = mkl_sparse_d_export_csr;
  static constexpr auto add = mkl_sparse_d_add;
};

void check(sparse_status_t status, const char* what) {
  if (status != SPARSE_STATUS_SUCCESS)
    throw std::runtime_error(std::string(what) + " returns " + std::to_string(status));
}

class handle {
 public:
  handle() = default;
  handle(const handle&) = delete;
  handle& operator=(const handle&) = delete;
  ~handle() { reset(); }
  void reset() {
    if (value_ != nullptr) mkl_sparse_destroy(value_);
    value_ = nullptr;
  }
  sparse_matrix_t get() const { return value_; }
  sparse_matrix_t* to_set() { return &value_; }

 private:
  sparse_matrix_t value_ = nullptr;
};

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
  }

  double seconds() override {
    result_.reset();
    mkl_set_num_threads(1);
    constexpr auto as_it_is = SPARSE_OPERATION_NON_TRANSPOSE;
    const double start = bench::now();
    if (what_ == "multiply")
      check(mkl_sparse_spmm(as_it_is, first_.get(), second_.get(), result_.to_set()), "mkl_sparse_spmm");
    else if (what_ == "add")
      check(f::add(as_it_is, first_.get(), T(1), second_.get(), result_.to_set()), "mkl_sparse_add");
    else if (what_ == "transpose" && block_ > 1)
      check(mkl_sparse_convert_bsr(first_.get(), block_, SPARSE_LAYOUT_ROW_MAJOR, SPARSE_OPERATION_TRANSPOSE,
                                   result_.to_set()),
            "mkl_sparse_convert_bsr");
    else if (what_ == "transpose" || what_ == "to_csc")
      // The columns of a matrix are the rows of the transposed one.
      check(mkl_sparse_convert_csr(first_.get(), SPARSE_OPERATION_TRANSPOSE, result_.to_set()),
            "mkl_sparse_convert_csr");
    else if (what_ == "to_bsr")
      check(mkl_sparse_convert_bsr(first_.get(), block_, SPARSE_LAYOUT_ROW_MAJOR, as_it_is, result_.to_set()),
            "mkl_sparse_convert_bsr");
    else if (what_ == "to_csr")
      check(mkl_sparse_convert_csr(first_.get(), as_it_is, result_.to_set()), "mkl_sparse_convert_csr");
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
      check(f::export_bsr(result_.get(), &base, &layout, &rows, &cols, &block, &begin, &end, &indices, &data),
            "mkl_sparse_export_bsr");
    else
      check(f::export_csr(result_.get(), &base, &rows, &cols, &begin, &end, &indices, &data),
            "mkl_sparse_export_csr");
    if (base != SPARSE_INDEX_BASE_ZERO || (block > 1 && layout != SPARSE_LAYOUT_ROW_MAJOR))
      throw std::runtime_error("MKL's result has a layout of its own");
    return {sizeof(T) == 4, rows, cols, block, begin, indices, data};
  }

 private:
  static void create(handle& to, const bench::mkl_operand& a) {
    auto* const indptr = const_cast<int*>(a.indptr);
    auto* const indices = const_cast<int*>(a.indices);
    T* const data = const_cast<T*>(static_cast<const T*>(a.data));
    if (a.block > 1)
      check(f::create_bsr(to.to_set(), SPARSE_INDEX_BASE_ZERO, SPARSE_LAYOUT_ROW_MAJOR, a.rows, a.cols,
                          a.block, indptr, indptr + 1, indices, data),
            "mkl_sparse_create_bsr");
    else
      check(f::create_csr(to.to_set(), SPARSE_INDEX_BASE_ZERO, a.rows, a.cols, indptr, indptr + 1, indices,
                          data),
            "mkl_sparse_create_csr");
  }

  std::string what_;
  int block_;
  handle first_, second_, result_;
};

class library final : public bench::mkl_library {
 public:
  std::string version() const override {
    MKLVersion v;
    mkl_get_version(&v);
    return "oneMKL " + std::to_string(v.MajorVersion) + "." + std::to_string(v.UpdateVersion);
  }
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
