// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// For each element type, how a warp loads 32 bytes of k of its operands from tiles, and multiplies them.
// What lies where is written in fragment.hpp and swizzle.hpp; here they meet.
//
//   accumulator, a_registers, b_registers
//   tiles_at_once(order)            columns of B are loaded by so many tiles of 8
//   column(order, tile, col)        the column of B, from the first of the warp, that is column `col` of the
//                                   8 x tile: not always 8 tile + col
//   takes_a(order)                  whether A may lie that way
//   load_a<order, Tile>(isa, a, tile, row, slice)    16 rows from `row`, 32 bytes of k from 32 * slice
//   load_b<order, Tile>(isa, b, tile, column, slice) tiles_at_once tiles from `column`
//   multiply(isa, c, a, b)
#include <cstdint>

#include "bsr/base/half.hpp"
#include "bsr/base/target.hpp"
#include "bsr/kernel/cuda/fragment.hpp"
#include "bsr/kernel/cuda/swizzle.hpp"

namespace bsr::inline v0::inline BSR_TARGET::gpu {

/// How the elements of an operand follow each other: along k (row-major A, column-major B) or along its rows
/// or columns, m of A (column-major) and n of B (row-major).
enum class along { k, n, m = n };

/// The tensor cores have an instruction for these elements: float16, bfloat16, float (as tf32: 10 bits of
/// fraction), std::int8_t with sums in int32, double.
template <class T>
struct mma_type {
  static constexpr bool exists = false;
  BSR_HD static constexpr bool takes_a(along) { return false; }
};

namespace detail {

/// Elements of up to four bytes: registers of 32 bits, loaded by ldmatrix.
template <class T, class Accumulator>
struct word_mma {
  static constexpr bool exists = true;
  using accumulator = Accumulator;
  using a_registers = std::uint32_t[4];
  using b_registers = std::uint32_t[2];
  using fragment = mma_fragment<sizeof(T)>;
  BSR_HD static constexpr int tiles_at_once(along) { return 2; }
  BSR_HD static constexpr int column(along, int tile, int col) { return 8 * tile + col; }

  /// A tile of 16 rows that lie along k.
  template <class Tile, class Isa>
  BSR_DEVICE static void load_a_along_k(Isa& isa, a_registers& a, std::uint32_t tile, int row, int slice) {
    const int lane = isa.lane();
    isa.load_matrix(a, tile + static_cast<std::uint32_t>(Tile::at(row + lane % 16, 2 * slice + lane / 16)));
  }
  /// Two tiles of 8 columns that lie along k.
  template <class Tile, class Isa>
  BSR_DEVICE static void load_b_along_k(Isa& isa, b_registers* b, std::uint32_t tile, int column, int slice) {
    const int lane = isa.lane();
    std::uint32_t r[4];
    isa.load_matrix(r, tile + static_cast<std::uint32_t>(
                                  Tile::at(column + lane % 8 + lane / 16 * 8, 2 * slice + lane / 8 % 2)));
    b[0][0] = r[0], b[0][1] = r[1], b[1][0] = r[2], b[1][1] = r[3];
  }
};

template <class T>
struct half_mma : word_mma<T, float> {
  using base = word_mma<T, float>;
  BSR_HD static constexpr bool takes_a(along) { return true; }
  template <along Order, class Tile, class Isa>
  BSR_DEVICE static void load_a(Isa& isa, typename base::a_registers& a, std::uint32_t tile, int row,
                                int slice) {
    if constexpr (Order == along::k) {
      base::template load_a_along_k<Tile>(isa, a, tile, row, slice);
    } else {
      const int lane = isa.lane();
      isa.load_matrix_transposed(
          a, tile + static_cast<std::uint32_t>(
                        Tile::at(16 * slice + lane % 8 + lane / 16 * 8, row / 8 + lane / 8 % 2)));
    }
  }
  template <along Order, class Tile, class Isa>
  BSR_DEVICE static void load_b(Isa& isa, typename base::b_registers* b, std::uint32_t tile, int column,
                                int slice) {
    if constexpr (Order == along::k) {
      base::template load_b_along_k<Tile>(isa, b, tile, column, slice);
    } else {
      const int lane = isa.lane();
      std::uint32_t r[4];
      isa.load_matrix_transposed(
          r, tile + static_cast<std::uint32_t>(Tile::at(16 * slice + lane % 16, column / 8 + lane / 16)));
      b[0][0] = r[0], b[0][1] = r[1], b[1][0] = r[2], b[1][1] = r[3];
    }
  }
};

}  // namespace detail

template <>
struct mma_type<bfloat16> : detail::half_mma<bfloat16> {
  template <class Isa>
  BSR_DEVICE static void multiply(Isa& isa, float (&c)[4], const a_registers& a, const b_registers& b) {
    isa.multiply_bf16(c, a, b);
  }
};
template <>
struct mma_type<float16> : detail::half_mma<float16> {
  template <class Isa>
  BSR_DEVICE static void multiply(Isa& isa, float (&c)[4], const a_registers& a, const b_registers& b) {
    isa.multiply_f16(c, a, b);
  }
};

/// Elements are rounded to tf32 as they are loaded.
template <>
struct mma_type<float> : detail::word_mma<float, float> {
  using base = detail::word_mma<float, float>;
  BSR_HD static constexpr bool takes_a(along) { return true; }
  template <along Order, class Tile, class Isa>
  BSR_DEVICE static void load_a(Isa& isa, a_registers& a, std::uint32_t tile, int row, int slice) {
    if constexpr (Order == along::k) {
      base::load_a_along_k<Tile>(isa, a, tile, row, slice);
    } else {
      BSR_GPU_UNROLL
      for (int i = 0; i < 4; ++i)
        a[i] = load_along_n<Tile>(isa, tile, row + 8 * (i % 2), 8 * slice + 4 * (i / 2));
    }
    BSR_GPU_UNROLL
    for (int i = 0; i < 4; ++i) a[i] = isa.to_tf32(a[i]);
  }
  template <along Order, class Tile, class Isa>
  BSR_DEVICE static void load_b(Isa& isa, b_registers* b, std::uint32_t tile, int column, int slice) {
    if constexpr (Order == along::k) {
      base::load_b_along_k<Tile>(isa, b, tile, column, slice);
    } else {
      BSR_GPU_UNROLL
      for (int j = 0; j < 2; ++j) BSR_GPU_UNROLL
      for (int half = 0; half < 2; ++half)
        b[j][half] = load_along_n<Tile>(isa, tile, column + 8 * j, 8 * slice + 4 * half);
    }
    BSR_GPU_UNROLL
    for (int j = 0; j < 2; ++j) BSR_GPU_UNROLL
    for (int half = 0; half < 2; ++half) b[j][half] = isa.to_tf32(b[j][half]);
  }
  template <class Isa>
  BSR_DEVICE static void multiply(Isa& isa, float (&c)[4], const a_registers& a, const b_registers& b) {
    isa.multiply_tf32(c, a, b);
  }

 private:
  /// This lane's element of eight rows or columns from `first` and four of k from `k`.
  template <class Tile, class Isa>
  BSR_DEVICE static std::uint32_t load_along_n(Isa& isa, std::uint32_t tile, int first, int k) {
    const int n = first + isa.lane() / 4;
    return isa.template load_shared<std::uint32_t>(
        tile + static_cast<std::uint32_t>(Tile::at(k + isa.lane() % 4, n / 4) + n % 4 * 4));
  }
};

/// Row-major B is loaded in words of four columns and transposed in registers, four rows of k at a time: the
/// tiles of 8 columns then hold every fourth column. A lies along k.
template <>
struct mma_type<std::int8_t> : detail::word_mma<std::int8_t, std::int32_t> {
  using base = detail::word_mma<std::int8_t, std::int32_t>;
  BSR_HD static constexpr bool takes_a(along order) { return order == along::k; }
  BSR_HD static constexpr int tiles_at_once(along order) { return order == along::k ? 2 : 4; }
  BSR_HD static constexpr int column(along order, int tile, int col) {
    return order == along::k ? 8 * tile + col : tile / 4 * 32 + 4 * col + tile % 4;
  }
  template <along Order, class Tile, class Isa>
  BSR_DEVICE static void load_a(Isa& isa, a_registers& a, std::uint32_t tile, int row, int slice) {
    static_assert(takes_a(Order));
    base::load_a_along_k<Tile>(isa, a, tile, row, slice);
  }
  template <along Order, class Tile, class Isa>
  BSR_DEVICE static void load_b(Isa& isa, b_registers* b, std::uint32_t tile, int column, int slice) {
    if constexpr (Order == along::k) {
      base::load_b_along_k<Tile>(isa, b, tile, column, slice);
    } else {
      const int lane = isa.lane();
      BSR_GPU_UNROLL
      for (int half = 0; half < 2; ++half) {
        std::uint32_t row[4];
        BSR_GPU_UNROLL
        for (int i = 0; i < 4; ++i)
          row[i] = isa.template load_shared<std::uint32_t>(
              tile + static_cast<std::uint32_t>(Tile::at(32 * slice + 16 * half + 4 * (lane % 4) + i,
                                                         (column + 4 * (lane / 4)) / 16) +
                                                lane / 4 % 4 * 4));
        const std::uint32_t low01 = isa.select_bytes(row[0], row[1], 0x5140);
        const std::uint32_t high01 = isa.select_bytes(row[0], row[1], 0x7362);
        const std::uint32_t low23 = isa.select_bytes(row[2], row[3], 0x5140);
        const std::uint32_t high23 = isa.select_bytes(row[2], row[3], 0x7362);
        b[0][half] = isa.select_bytes(low01, low23, 0x5410);
        b[1][half] = isa.select_bytes(low01, low23, 0x7632);
        b[2][half] = isa.select_bytes(high01, high23, 0x5410);
        b[3][half] = isa.select_bytes(high01, high23, 0x7632);
      }
    }
  }
  template <class Isa>
  BSR_DEVICE static void multiply(Isa& isa, std::int32_t (&c)[4], const a_registers& a,
                                  const b_registers& b) {
    isa.multiply_s8(c, a, b);
  }
};

/// m8n8k4 for the upper and the lower eight rows.
template <>
struct mma_type<double> {
  static constexpr bool exists = true;
  using accumulator = double;
  using a_registers = double[2];
  using b_registers = double[1];
  using fragment = mma_fragment<8>;
  BSR_HD static constexpr bool takes_a(along) { return true; }
  BSR_HD static constexpr int tiles_at_once(along) { return 2; }
  BSR_HD static constexpr int column(along, int tile, int col) { return 8 * tile + col; }

  template <along Order, class Tile, class Isa>
  BSR_DEVICE static void load_a(Isa& isa, a_registers& a, std::uint32_t tile, int row, int slice) {
    BSR_GPU_UNROLL
    for (int i = 0; i < 2; ++i) a[i] = load<Order, Tile>(isa, tile, row + 8 * i, slice);
  }
  template <along Order, class Tile, class Isa>
  BSR_DEVICE static void load_b(Isa& isa, b_registers* b, std::uint32_t tile, int column, int slice) {
    BSR_GPU_UNROLL
    for (int j = 0; j < 2; ++j) b[j][0] = load<Order, Tile>(isa, tile, column + 8 * j, slice);
  }
  template <class Isa>
  BSR_DEVICE static void multiply(Isa& isa, double (&c)[4], const a_registers& a, const b_registers& b) {
    BSR_GPU_UNROLL
    for (int half = 0; half < 2; ++half) {
      double d[2] = {c[2 * half], c[2 * half + 1]};
      isa.multiply_f64(d, a[half], b[0]);
      c[2 * half] = d[0], c[2 * half + 1] = d[1];
    }
  }

 private:
  /// This lane's element of eight rows or columns from `first` and four of k.
  template <along Order, class Tile, class Isa>
  BSR_DEVICE static double load(Isa& isa, std::uint32_t tile, int first, int slice) {
    const int n = first + isa.lane() / 4;
    const int k = isa.lane() % 4;
    const int at = Order == along::k ? Tile::at(n, 2 * slice + k / 2) + k % 2 * 8
                                     : Tile::at(4 * slice + k, n / 2) + n % 2 * 8;
    return isa.template load_shared<double>(tile + static_cast<std::uint32_t>(at));
  }
};

}  // namespace bsr::inline v0::inline BSR_TARGET::gpu
