// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// What views have in common that stand for a stored matrix in products, but read it in their own way.
#include <concepts>
#include <cstdint>

#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// A, a matrix_view, and what such a view takes from it as it is.
template <class A>
class wrapped_view {
 public:
  using value_type = typename A::value_type;
  using index_type = typename A::index_type;
  using matrix_view_type = A;
  using space = typename A::space;
  static constexpr int static_rows = A::static_rows, static_cols = A::static_cols;

  BSR_INLINE const A& matrix() const { return a_; }
  BSR_INLINE dims shape() const { return a_.shape(); }
  BSR_INLINE std::int64_t rows() const { return a_.rows(); }
  BSR_INLINE std::int64_t cols() const { return a_.cols(); }
  BSR_INLINE dims blocksize() const { return a_.blocksize(); }
  BSR_INLINE std::int64_t block_rows() const { return a_.block_rows(); }
  BSR_INLINE std::int64_t block_cols() const { return a_.block_cols(); }
  BSR_INLINE std::int64_t num_blocks() const { return a_.num_blocks(); }
  BSR_INLINE std::int64_t nnz() const { return a_.nnz(); }
  BSR_INLINE bool is_padded() const { return a_.is_padded(); }
  BSR_INLINE auto data() const { return a_.data(); }
  BSR_INLINE auto indices() const { return a_.indices(); }
  BSR_INLINE auto indptr() const { return a_.indptr(); }

 protected:
  BSR_INLINE explicit wrapped_view(const A& a) : a_(a) {}

 private:
  A a_;
};

namespace detail {
/// The matrix that is stored: A itself, or what a wrapped_view was made of.
template <class A>
BSR_INLINE const A& stored_matrix(const A& a) {
  return a;
}
template <class View>
  requires std::derived_from<View, wrapped_view<typename View::matrix_view_type>>
BSR_INLINE const typename View::matrix_view_type& stored_matrix(const View& a) {
  return a.matrix();
}
}  // namespace detail

}  // namespace bsr::inline v0::inline BSR_TARGET
