// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// How a plan knows the operand that it was made for.
#include <concepts>
#include <cstdint>

#include "bsr/base/error.hpp"
#include "bsr/base/extent.hpp"
#include "bsr/base/space.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/cpu/sparse/merge.hpp"
#include "bsr/storage/pattern.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// Whether both are of one kind and have the same blocks in the same order.
template <class A, class B>
bool same_structure(const A& a, const B& b) {
  return a.shape() == b.shape() && a.blocksize() == b.blocksize() && a.num_blocks() == b.num_blocks() &&
         same_blocks(a.block_rows(), a.indptr().data(), a.indices().data(), b.indptr().data(),
                     b.indices().data());
}

/// The structure that a plan was made for, known again in O(1) by its sizes and addresses; with BSR_ASSERT
/// also by its contents.
template <class Index>
class known_structure {
 public:
  template <class View>
  explicit known_structure(const View& a)
      : shape_(a.shape()),
        blocksize_(a.blocksize()),
        indptr_(a.indptr().data()),
        indices_(a.indices().data()),
        num_blocks_(a.num_blocks()) {
#ifdef BSR_ENABLE_ASSERT
    // What is in device memory cannot be read from here.
    if constexpr (std::same_as<typename View::space, host>) contents_ = pattern<dynamic, dynamic, Index>(a);
#endif
  }
  dims shape() const { return shape_; }
  dims blocksize() const { return blocksize_; }
  std::int64_t num_blocks() const { return num_blocks_; }
  /// Throws shape_error unless `a` has this shape and block size.
  template <class View>
  void check_size(const char* who, const View& a) const {
    if (a.shape() != shape_ || a.blocksize() != blocksize_)
      fail<shape_error>("bsr: plan.", who, ": the plan was made for ", shape_, " in blocks of ", blocksize_,
                        ", and the new structure is ", a.shape(), " in blocks of ", a.blocksize(),
                        ". Make another plan.");
  }
  /// Throws shape_error unless `a` has this structure, at this address.
  template <class View>
  void check(const char* name, const View& a) const {
    check_source(name, a, a.indptr().data(), a.indices().data());
#ifdef BSR_ENABLE_ASSERT
    if constexpr (std::same_as<typename View::space, host>)
      BSR_ASSERT(same_structure(a, contents_),
                 ".on(plan): the structure of an operand was changed in place after the plan was made.");
#endif
  }
  /// The same for a packed matrix, which knows where its index arrays were.
  template <class View>
  void check_source(const char* name, const View& a) const {
    check_source(name, a, a.source_indptr(), a.source_indices());
  }

 private:
  template <class View>
  void check_source(const char* name, const View& a, const Index* indptr, const Index* indices) const {
    if (a.shape() != shape_ || a.blocksize() != blocksize_ || a.num_blocks() != num_blocks_)
      fail<shape_error>("bsr: .on(plan): the plan was made for ", name, " of ", shape_, " with ", num_blocks_,
                        " blocks of ", blocksize_, ", and is used with ", a.shape(), " with ", a.num_blocks(),
                        " blocks of ", a.blocksize(), ".");
    if (indptr != indptr_ || indices != indices_)
      fail<shape_error>(
          "bsr: .on(plan): ", name,
          " has its indices elsewhere than when the plan was made. Make a plan for this matrix.");
  }

  dims shape_;
  dims blocksize_;
  const Index* indptr_;
  const Index* indices_;
  std::int64_t num_blocks_;
#ifdef BSR_ENABLE_ASSERT
  pattern<dynamic, dynamic, Index> contents_;
#endif
};

}  // namespace bsr::inline v0::inline BSR_TARGET::detail
