// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// SpMV for float and double with vectors that lie in one piece: a pass over the values at the speed of memory.
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "bsr/base/policy.hpp"
#include "bsr/kernel/cpu/blocksize.hpp"
#include "bsr/kernel/cpu/micro/spmv_generic.hpp"
#include "bsr/kernel/cpu/pack.hpp"
#include "bsr/kernel/cpu/parallel.hpp"
#include "bsr/kernel/cpu/schedule.hpp"
#include "bsr/kernel/cpu/tile.hpp"
#include "bsr/kernel/problem.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

namespace detail {

/// The sums of one block row, R rows. `step` takes one block in, `finish` writes the R results.
///
/// Blocks narrower than a pack are read as one flat array: lane l of pack q is element q * size + l of the block, row
/// (q * size + l) / C, and meets x[(q * size + l) % C], which a constant shuffle puts there. Loads are whole packs as
/// long as what they read belongs to the matrix, though perhaps to a later block; the lanes beyond the block are dropped.
template <class T, int R, int C>
class flat_sums {
  using P = pack<T>;

 public:
  static constexpr int packs = (R * C + P::size - 1) / P::size;
  /// Elements that a step reads from the start of a block, masked or not.
  static constexpr std::int64_t reach = std::int64_t{packs} * P::size;
  static constexpr bool has_tail = R * C % P::size != 0;
  /// So many blocks are summed apart, so that an addition need not wait for the one before.
  static constexpr int chains = spmv_chains(packs);

  BSR_INLINE flat_sums() {
    BSR_UNROLL
    for (int s = 0; s < chains; ++s) {
      BSR_UNROLL
      for (int q = 0; q < packs; ++q) sums_[s][q] = P::zero();
    }
  }
  template <int Chain, bool Masked>
  BSR_INLINE void step(const T* block, const T* x, std::int64_t x_left) {
    const P loaded = load_x(x, x_left);
    [&]<std::size_t... Q>(std::index_sequence<Q...>) {
      ((sums_[Chain][Q] = fma(load_values<Q, Masked>(block), repeat<Q>(loaded), sums_[Chain][Q])), ...);
    }(std::make_index_sequence<packs>{});
  }
  /// out[r] = sum of row r, chain after chain.
  BSR_INLINE void reduce(T* out) {
    alignas(64) T flat[packs * P::size];
    BSR_UNROLL
    for (int q = 0; q < packs; ++q) {
      P sum = sums_[0][q];
      BSR_UNROLL
      for (int s = 1; s < chains; ++s) sum = sum + sums_[s][q];
      sum.store(flat + q * P::size);
    }
    BSR_UNROLL
    for (int r = 0; r < R; ++r) {
      T sum = flat[r * C];
      BSR_UNROLL
      for (int c = 1; c < C; ++c) sum += flat[r * C + c];
      out[r] = sum;
    }
  }

 private:
  template <std::size_t Q, bool Masked>
  BSR_INLINE static P load_values(const T* block) {
    if constexpr (Masked && has_tail && Q + 1 == packs)
      return P::load(block + Q * P::size, R * C - static_cast<int>(Q) * P::size);
    else
      return P::load(block + Q * P::size);
  }
  BSR_INLINE static P load_x(const T* x, std::int64_t left) {
    if constexpr (C == 1)
      return P::broadcast(*x);
    else if constexpr (C == P::size)
      return P::load(x);
    else if constexpr (P::masks_are_free)
      return P::load(x, C);
    else
      return left >= P::size ? P::load(x) : P::load(x, C);
  }
  template <std::size_t Q>
  BSR_INLINE static P repeat(P x) {
    if constexpr (C == 1 || C == P::size)
      return x;
    else
      return [&]<int... L>(std::integer_sequence<int, L...>) {
        return P(__builtin_shufflevector(x.value(), x.value(), ((static_cast<int>(Q) * P::size + L) % C)...));
      }(std::make_integer_sequence<int, P::size>{});
  }
  P sums_[chains][packs];
};

/// The same for blocks at least as wide as a pack: a sum for each row, R rows of a block at once.
template <class T, int R, int C>
class row_sums {
  using P = pack<T>;

 public:
  static constexpr int packs = (C + P::size - 1) / P::size;
  static constexpr std::int64_t reach = std::int64_t{R - 1} * C + std::int64_t{packs} * P::size;
  static constexpr bool has_tail = C % P::size != 0;
  static constexpr int chains = 1;

  BSR_INLINE row_sums() {
    BSR_UNROLL
    for (int r = 0; r < R; ++r) sums_[r] = P::zero();
  }
  template <int, bool>
  BSR_INLINE void step(const T* block, const T* x, std::int64_t) {
    BSR_UNROLL
    for (int q = 0; q < packs; ++q) {
      const bool tail = has_tail && q + 1 == packs;
      const P xq = tail ? P::load(x + q * P::size, C - q * P::size) : P::load(x + q * P::size);
      BSR_UNROLL
      for (int r = 0; r < R; ++r) {
        const T* const at = block + r * C + q * P::size;
        sums_[r] = fma(tail ? P::load(at, C - q * P::size) : P::load(at), xq, sums_[r]);
      }
    }
  }
  BSR_INLINE void reduce(T* out) {
    BSR_UNROLL
    for (int r = 0; r < R; ++r) {
      alignas(64) T lane[P::size];
      sums_[r].store(lane);
      BSR_UNROLL
      for (int half = P::size / 2; half > 0; half /= 2) {
        BSR_UNROLL
        for (int l = 0; l < half; ++l) lane[l] += lane[l + half];
      }
      out[r] = lane[0];
    }
  }

 private:
  P sums_[R];
};

/// y[0 .. count) = epilogue(alpha * sums, row + i, 0).
template <class T, class Problem>
BSR_INLINE void store_vector(const Problem& p, const T* sums, std::int64_t row, std::int64_t count) {
  using P = pack<T>;
  using element = typename std::remove_cvref_t<decltype(p.y)>::value_type;
  if constexpr (std::same_as<element, T>)
    if (p.y.stride() == 1) {
      for (std::int64_t i = 0; i < count; i += P::size) {
        const int lanes_used = count - i < P::size ? static_cast<int>(count - i) : P::size;
        const auto mask = P::first(lanes_used);
        const P sum = P::broadcast(p.alpha) * P::load(sums + i, mask);
        apply_epilogue<axis::column>(p.epilogue, sum, row + i, 0, lanes<axis::column>{lanes_used})
            .store(p.y.data() + row + i, mask);
      }
      return;
    }
  for (std::int64_t i = 0; i < count; ++i)
    p.y[row + i] = to_element<element>(p.epilogue(p.alpha * sums[i], row + i, 0));
}

/// Block rows [first, last) of y = A x with R x C blocks.
template <int R, int C, class Problem>
void spmv_rows(const Problem& p, std::int64_t first, std::int64_t last) {
  using T = typename Problem::accumulator;
  using P = pack<T>;
  // Tall blocks are read in strips, so that the sums stay in registers.
  constexpr bool flat = C < P::size || (C == P::size && R == 1);
  constexpr int height = flat ? (R * C <= 12 * P::size ? R : 12 * P::size / C) : (R < spmv_height ? R : spmv_height);
  const auto* const indptr = p.a.indptr().data();
  const auto* const indices = p.a.indices().data();
  const T* const values = p.a.data().data();
  const T* const x = p.x.data();
  const std::int64_t n = p.x.size();
  const auto total = static_cast<std::int64_t>(p.a.data().size());
  for (std::int64_t i = first; i < last; ++i) {
    const std::int64_t begin = indptr[i], end = indptr[i + 1];
    alignas(64) T out[R + P::size];
    const auto strip = [&]<int Rows>(std::integral_constant<int, Rows>, int top) {
      using sums_type = std::conditional_t<flat, flat_sums<T, Rows, C>, row_sums<T, Rows, C>>;
      sums_type sums;
      const T* block = values + begin * (R * C) + top * C;
      // Blocks from `whole` on are read with masks: a whole pack would reach beyond the last value.
      const std::int64_t room = total - top * C - sums_type::reach;
      std::int64_t whole = room < 0 ? 0 : room / (R * C) + 1;
      if (whole > end) whole = end;
      std::int64_t k = begin;
      for (; k + sums_type::chains <= whole; k += sums_type::chains)
        [&]<int... S>(std::integer_sequence<int, S...>) {
          (([&] {
             const std::int64_t left = static_cast<std::int64_t>(indices[k + S]) * C;
             __builtin_prefetch(reinterpret_cast<const char*>(block) + spmv_prefetch);
             sums.template step<S, false>(block, x + left, n - left);
             block += R * C;
           }()),
           ...);
        }(std::make_integer_sequence<int, sums_type::chains>{});
      for (; k < end; ++k, block += R * C) {
        const std::int64_t left = static_cast<std::int64_t>(indices[k]) * C;
        if (k < whole)
          sums.template step<0, false>(block, x + left, n - left);
        else
          sums.template step<0, true>(block, x + left, n - left);
      }
      sums.reduce(out + top);
    };
    constexpr int strips = R / height;
    for (int s = 0; s < strips; ++s) strip(std::integral_constant<int, height>{}, s * height);
    if constexpr (R % height != 0) strip(std::integral_constant<int, R % height>{}, strips * height);
    store_vector<T>(p, out, i * R, R);
  }
}

/// The same for a block size known at run time, row after row.
template <class Problem>
void spmv_rows_dynamic(const Problem& p, std::int64_t first, std::int64_t last) {
  using T = typename Problem::accumulator;
  using P = pack<T>;
  const dims block = p.a.blocksize();
  const auto* const indptr = p.a.indptr().data();
  const auto* const indices = p.a.indices().data();
  const T* const values = p.a.data().data();
  const auto tail = P::first(static_cast<int>(block.cols % P::size));
  for (std::int64_t i = first; i < last; ++i)
    for (std::int64_t r = 0; r < block.rows; ++r) {
      P sum = P::zero();
      for (std::int64_t k = indptr[i]; k < indptr[i + 1]; ++k) {
        const T* const a = values + (k * block.rows + r) * block.cols;
        const T* const x = p.x.data() + static_cast<std::int64_t>(indices[k]) * block.cols;
        std::int64_t c = 0;
        for (; c + P::size <= block.cols; c += P::size) sum = fma(P::load(a + c), P::load(x + c), sum);
        if (c < block.cols) sum = fma(P::load(a + c, tail), P::load(x + c, tail), sum);
      }
      T lane[P::size];
      sum.store(lane);
      T all = lane[0];
      for (int l = 1; l < P::size; ++l) all += lane[l];
      store_vector<T>(p, &all, i * block.rows + r, 1);
    }
}

}  // namespace detail

namespace micro {

/// y = epilogue(alpha * A * x), op none, float or double throughout, x in one piece.
///
/// The matrix is read once, in order. The terms of a row are summed lane by lane and chain by chain, then added up: an
/// order that depends on the block size and the target alone. Reads nothing beyond the values, and no element of x
/// beyond the last one.
template <class Problem>
struct spmv_block {
  static constexpr bool fits = false;
};

template <class A, class X, class Y, class Epilogue>
  requires(detail::has_xsimd<typename spmv_problem<A, op::none, X, Y, Epilogue>::accumulator> &&
           std::same_as<typename A::value_type, typename spmv_problem<A, op::none, X, Y, Epilogue>::accumulator> &&
           std::same_as<typename X::value_type, typename A::value_type>)
struct spmv_block<spmv_problem<A, op::none, X, Y, Epilogue>> {
  using problem = spmv_problem<A, op::none, X, Y, Epilogue>;
  static constexpr bool fits = true;

  static void run(const cpu& policy, const problem& p) {
    if (p.x.stride() != 1 || p.a.is_padded()) return spmv_generic<problem>::run(policy, p);
    const strip_schedule schedule(p.a.indptr().data(), p.a.block_rows(), 1);
    const int pieces = thread_count(policy, p.a.nnz() / 4);
    for_each_piece(policy, pieces, [&](int piece) {
      for_each_range(schedule, p.a.block_rows(), 1, piece, pieces,
                     [&](strip_position first, strip_position last, std::int64_t, std::int64_t) {
                       rows(p, first.block_row, last.block_row);
                     });
    });
  }

 private:
  static void rows(const problem& p, std::int64_t first, std::int64_t last) {
    if constexpr (A::static_rows != dynamic && A::static_cols != dynamic) {
      detail::spmv_rows<A::static_rows, A::static_cols>(p, first, last);
    } else {
      const bool known = with_static_blocksize(p.a.blocksize(), [&]<int R, int C>() {
        if constexpr ((A::static_rows == dynamic || A::static_rows == R) &&
                      (A::static_cols == dynamic || A::static_cols == C))
          detail::spmv_rows<R, C>(p, first, last);
      });
      if (!known) detail::spmv_rows_dynamic(p, first, last);
    }
  }
};

}  // namespace micro
}  // namespace bsr::inline v0::inline BSR_TARGET
