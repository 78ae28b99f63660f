// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The engine of every reduction: stored elements folded into one number, into one for each row, or into one
// for each column.
//
// A fold says what is done with an element:
//   F::state, F::total          what is carried along; what chunks are put together in
//   f.start()                   a state that no element has been put into
//   f.take(state, x)            the state with the element x
//   f.join(state, state)        two states as one
//   f.close(state)              as a total
//   f.join_totals(total, total) two totals as one
//   F::chunk                    how many elements a lane may take before close
// take and join work on numbers only and have no branches that a compiler could not turn into arithmetic;
// many states run side by side, so the order in which elements are taken is not the stored one.
#include <algorithm>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "bsr/base/extent.hpp"
#include "bsr/base/target.hpp"
#include "bsr/storage/buffer.hpp"
#include "bsr/storage/matrix_view.hpp"

// Left as a loop, a short loop over lanes becomes vector code; unrolled it would become scalars and branches.
#if defined(__clang__)
#define BSR_KEEP_LOOP _Pragma("clang loop unroll(disable)")
#elif defined(__CUDACC__)
#define BSR_KEEP_LOOP
#else
#define BSR_KEEP_LOOP _Pragma("GCC unroll 1")
#endif

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// So many states run side by side, and the compiler keeps them in registers.
template <class State>
inline constexpr int fold_lanes = sizeof(State) <= 8 ? 64 : 16;

/// n consecutive elements in one total, n <= F::chunk * fold_lanes.
template <class F, class T>
typename F::total fold_run(const F& f, const T* x, std::int64_t n) {
  using State = typename F::state;
  constexpr int lanes = fold_lanes<State>;
  State rest = f.start();
  if (n < lanes) {
    for (std::int64_t k = 0; k < n; ++k) rest = f.take(rest, x[k]);
    return f.close(rest);
  }
  State lane[lanes];
  for (int l = 0; l < lanes; ++l) lane[l] = f.start();
  const std::int64_t whole = n - n % lanes;
  for (std::int64_t k = 0; k < whole; k += lanes)
    for (int l = 0; l < lanes; ++l) lane[l] = f.take(lane[l], x[k + l]);
  for (std::int64_t k = whole; k < n; ++k) rest = f.take(rest, x[k]);
  typename F::total sum[lanes];
  for (int l = 0; l < lanes; ++l) sum[l] = f.close(lane[l]);
  for (int half = lanes / 2; half > 0; half /= 2)
    for (int l = 0; l < half; ++l) sum[l] = f.join_totals(sum[l], sum[l + half]);
  return f.join_totals(sum[0], f.close(rest));
}

/// Puts totals together two by two, then those by two and so on: with n of them each passes log2(n) joins,
/// and no number is kept but one for each level.
template <class F>
class cascade {
  using total = typename F::total;

 public:
  explicit cascade(const F& f) : f_(f) {}
  void push(total x) {
    int level = 0;
    for (std::uint64_t n = count_++; (n & 1) != 0; n >>= 1) x = f_.join_totals(level_[level++], x);
    level_[level] = x;
  }
  total result() const {
    total sum = f_.close(f_.start());
    for (int level = 0; level < 64; ++level)
      if ((count_ >> level & 1) != 0) sum = f_.join_totals(level_[level], sum);
    return sum;
  }

 private:
  const F& f_;
  std::uint64_t count_ = 0;
  total level_[64];
};

/// Calls f(elements, n) for runs of consecutive stored elements: together they are all that lie inside the
/// matrix, padding left out. One call when nothing is padded. The format of a has been checked.
template <class T, int R, int C, class Index, class Run>
void for_each_run(const matrix_view<const T, R, C, Index>& a, const Run& f) {
  const dims block = a.blocksize();
  const std::int64_t area = block.rows * block.cols;
  const Index* const indptr = a.indptr().data();
  const Index* const indices = a.indices().data();
  const T* const data = a.data().data();
  const std::int64_t stored = indptr[a.block_rows()];
  if (!a.is_padded()) {
    if (stored > 0) f(data, stored * area);
    return;
  }
  const std::int64_t whole_rows = a.rows() / block.rows;
  const std::int64_t whole_cols = a.cols() / block.cols;
  std::int64_t begin = 0;  // of the run of whole blocks that ends before block k
  for (std::int64_t i = 0; i < a.block_rows(); ++i)
    for (std::int64_t k = indptr[i]; k < indptr[i + 1]; ++k) {
      if (i < whole_rows && indices[k] < whole_cols) continue;
      if (begin < k) f(data + begin * area, (k - begin) * area);
      begin = k + 1;
      const std::int64_t height = (std::min)(block.rows, a.rows() - i * block.rows);
      const std::int64_t width = (std::min)(block.cols, a.cols() - indices[k] * block.cols);
      for (std::int64_t r = 0; r < height; ++r) f(data + k * area + r * block.cols, width);
    }
  if (begin < stored) f(data + begin * area, (stored - begin) * area);
}

/// n consecutive elements into a cascade.
template <class F, class T>
void push_run(cascade<F>& sum, const F& f, const T* x, std::int64_t n) {
  constexpr std::int64_t chunk = std::int64_t{F::chunk} * fold_lanes<typename F::state>;
  for (; n > chunk; n -= chunk, x += chunk) sum.push(fold_run(f, x, chunk));
  sum.push(fold_run(f, x, n));
}

/// All stored elements in one total. O(nnz).
template <class F, class T, int R, int C, class Index>
typename F::total fold_all(const F& f, const matrix_view<const T, R, C, Index>& a) {
  cascade<F> sum(f);
  for_each_run(a, [&](const T* x, std::int64_t n) { push_run(sum, f, x, n); });
  return sum.result();
}

/// Elements that repeat after `period` of them: x[0], x[period], x[2 period] ... into state[0], and so on. n
/// need not be a multiple of period.
template <int Period, class F, class T>
BSR_INLINE void fold_periods(const F& f, typename F::state* BSR_RESTRICT state, extent<Period> period,
                             const T* BSR_RESTRICT x, std::int64_t n) {
  const std::int64_t step = period.value();
  std::int64_t k = 0;
  for (; k + step <= n; k += step)
    BSR_KEEP_LOOP for (std::int64_t e = 0; e < step; ++e) state[e] = f.take(state[e], x[k + e]);
  for (std::int64_t e = 0; k + e < n; ++e) state[e] = f.take(state[e], x[k + e]);
}

/// Calls out(row, state) for every row of the block rows first .. last - 1 in order, with all its stored
/// elements. Each block row is read as one run of blocks, element by element of the block, and only then put
/// together along the rows. O(nnz + rows).
template <class F, class T, int R, int C, class Index, class Out>
void fold_rows(const F& f, const matrix_view<const T, R, C, Index>& a, std::int64_t first, std::int64_t last,
               const Out& out) {
  using State = typename F::state;
  constexpr bool is_static = R != dynamic && C != dynamic;
  constexpr int few = 8;  // blocks with fewer elements go several at a time
  constexpr int static_area = is_static ? R * C : 1;
  constexpr int static_copies = static_area < few ? few / static_area : 1;
  const dims block = a.blocksize();
  const std::int64_t area = block.rows * block.cols;
  const std::int64_t copies = is_static ? static_copies : (area < few ? few / area : 1);
  const extent<is_static ? static_area * static_copies : dynamic> period(area * copies);
  const Index* const indptr = a.indptr().data();
  const Index* const indices = a.indices().data();
  const std::int64_t whole_cols = a.cols() / block.cols;
  const bool ragged = a.cols() % block.cols != 0;

  buffer<State> memory(period.value(), uninitialized);
  State* const state = memory.data();
  for (std::int64_t i = first; i < last; ++i) {
    for (std::int64_t e = 0; e < period.value(); ++e) state[e] = f.start();
    const std::int64_t end = indptr[i + 1];
    std::int64_t begin = indptr[i];
    if (ragged)
      for (std::int64_t k = begin; k < end; ++k) {
        if (indices[k] < whole_cols) continue;
        fold_periods(f, state, period, a.data().data() + begin * area, (k - begin) * area);
        begin = k + 1;
        const std::int64_t width = (std::min)(block.cols, a.cols() - whole_cols * block.cols);
        const T* const x = a.data().data() + k * area;
        for (std::int64_t r = 0; r < block.rows; ++r)
          for (std::int64_t c = 0; c < width; ++c)
            state[r * block.cols + c] = f.take(state[r * block.cols + c], x[r * block.cols + c]);
      }
    fold_periods(f, state, period, a.data().data() + begin * area, (end - begin) * area);

    const std::int64_t height = (std::min)(block.rows, a.rows() - i * block.rows);
    for (std::int64_t r = 0; r < height; ++r) {
      State row = state[r * block.cols];
      for (std::int64_t c = 1; c < block.cols; ++c) row = f.join(row, state[r * block.cols + c]);
      for (std::int64_t copy = 1; copy < copies; ++copy)
        for (std::int64_t c = 0; c < block.cols; ++c)
          row = f.join(row, state[(copy * block.rows + r) * block.cols + c]);
      out(i * block.rows + r, row);
    }
  }
}

/// The same for all rows of the matrix.
template <class F, class T, int R, int C, class Index, class Out>
void fold_rows(const F& f, const matrix_view<const T, R, C, Index>& a, const Out& out) {
  fold_rows(f, a, 0, a.block_rows(), out);
}

/// The height x width elements of a row-major block with rows of `cols`, each into the state of its column.
template <int C, class F, class T>
BSR_INLINE void fold_block_cols(const F& f, typename F::state* BSR_RESTRICT state, const T* BSR_RESTRICT x,
                                extent<C> cols, std::int64_t height, std::int64_t width) {
  if constexpr (C != dynamic && C <= 16) {
    if (width == C) {
      typename F::state column[C];
      for (int c = 0; c < C; ++c) column[c] = state[c];
      for (std::int64_t r = 0; r < height; ++r)
        BSR_KEEP_LOOP for (int c = 0; c < C; ++c) column[c] = f.take(column[c], x[r * C + c]);
      for (int c = 0; c < C; ++c) state[c] = column[c];
      return;
    }
  }
  for (std::int64_t r = 0; r < height; ++r)
    for (std::int64_t c = 0; c < width; ++c) state[c] = f.take(state[c], x[r * cols.value() + c]);
}

/// For every column of the matrix a state with all its stored elements. O(nnz + columns).
template <class F, class T, int R, int C, class Index>
buffer<typename F::state> fold_cols(const F& f, const matrix_view<const T, R, C, Index>& a) {
  const dims block = a.blocksize();
  const Index* const indptr = a.indptr().data();
  const Index* const indices = a.indices().data();
  const T* x = a.data().data();
  buffer<typename F::state> result(a.cols(), uninitialized);
  for (auto& state : result) state = f.start();
  const auto sweep = [&](auto cols) {
    for (std::int64_t i = 0; i < a.block_rows(); ++i) {
      const bool whole = (i + 1) * block.rows <= a.rows();
      const std::int64_t height = whole ? block.rows : a.rows() - i * block.rows;
      for (std::int64_t k = indptr[i]; k < indptr[i + 1]; ++k, x += block.rows * block.cols) {
        const std::int64_t first = indices[k] * block.cols;
        const std::int64_t width = (std::min)(block.cols, a.cols() - first);
        fold_block_cols(f, result.data() + first, x, cols, height, width);
      }
    }
  };
  sweep(extent<C>(block.cols));
  return result;
}

}  // namespace bsr::inline v0::inline BSR_TARGET::detail

#undef BSR_KEEP_LOOP
