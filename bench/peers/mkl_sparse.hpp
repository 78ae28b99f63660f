// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What everything here that calls oneMKL's sparse BLAS needs.

#include <mkl.h>

#include <stdexcept>
#include <string>

namespace bench {

/// Throws unless MKL did what it was asked for.
inline void check_mkl(sparse_status_t status, const char* what) {
  if (status != SPARSE_STATUS_SUCCESS)
    throw std::runtime_error(std::string(what) + " returns " + std::to_string(status));
}

inline std::string mkl_version() {
  MKLVersion v;
  mkl_get_version(&v);
  return "oneMKL " + std::to_string(v.MajorVersion) + "." + std::to_string(v.UpdateVersion);
}

/// A handle that is freed in the end.
class mkl_matrix {
 public:
  mkl_matrix() = default;
  mkl_matrix(const mkl_matrix&) = delete;
  mkl_matrix& operator=(const mkl_matrix&) = delete;
  ~mkl_matrix() { reset(); }
  void reset() {
    if (value_ != nullptr) mkl_sparse_destroy(value_);
    value_ = nullptr;
  }
  sparse_matrix_t get() const { return value_; }
  sparse_matrix_t* to_set() { return &value_; }

 private:
  sparse_matrix_t value_ = nullptr;
};

/// A matrix over these arrays, in square blocks of `block` row by row, or in CSR for 1.
template <class T>
void create_mkl_matrix(mkl_matrix& to, int rows, int cols, int block, const int* indptr, const int* indices,
                       const T* data) {
  const auto create = [&](auto bsr, auto csr) {
    auto* const begin = const_cast<int*>(indptr);
    auto* const columns = const_cast<int*>(indices);
    if (block > 1)
      check_mkl(bsr(to.to_set(), SPARSE_INDEX_BASE_ZERO, SPARSE_LAYOUT_ROW_MAJOR, rows, cols, block, begin,
                    begin + 1, columns, const_cast<T*>(data)),
                "mkl_sparse_create_bsr");
    else
      check_mkl(csr(to.to_set(), SPARSE_INDEX_BASE_ZERO, rows, cols, begin, begin + 1, columns,
                    const_cast<T*>(data)),
                "mkl_sparse_create_csr");
  };
  if constexpr (sizeof(T) == 4)
    create(mkl_sparse_s_create_bsr, mkl_sparse_s_create_csr);
  else
    create(mkl_sparse_d_create_bsr, mkl_sparse_d_create_csr);
}

}  // namespace bench
