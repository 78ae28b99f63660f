// SPDX-License-Identifier: BSD-3-Clause
// Prints what CuTe knows of fragments and of places in shared memory, one table in a line: a name and numbers.
// Made and run by cute.py.
#include <cstdio>
#include <cute/atom/copy_traits_sm75.hpp>
#include <cute/atom/mma_traits_sm80.hpp>
#include <cute/atom/mma_traits_sm90_gmma.hpp>
#include <cute/tensor.hpp>

using namespace cute;

/// Of every lane every element: row + rows * column in A (m x k), B (n x k) and C (m x n).
template <class Layout>
static void print(const char* name, const char* operand, Layout layout, int lanes) {
  std::printf("%s.%s", name, operand);
  for (int lane = 0; lane < lanes; ++lane)
    for (int i = 0; i < int(size(layout)) / lanes; ++i) std::printf(" %d", int(layout(lane, i)));
  std::printf("\n");
}
template <class Instruction>
static void print_mma(const char* name) {
  using traits = MMA_Traits<Instruction>;
  print(name, "a", typename traits::ALayout{}, 32);
  print(name, "b", typename traits::BLayout{}, 32);
  print(name, "c", typename traits::CLayout{}, 32);
}

/// Of every element of 8 rows: the place where the swizzle puts it, counted in elements.
template <class Atom>
static void print_swizzle(const char* name, Atom atom) {
  const auto layout = as_position_independent_swizzle_layout(atom);
  std::printf("%s", name);
  for (int i = 0; i < int(size<0>(atom)); ++i)
    for (int j = 0; j < int(size<1>(atom)); ++j) std::printf(" %d", int(layout(i, j)));
  std::printf("\n");
}

/// Of every element of an operand of wgmma, 128 bytes of k in slabs of 64 lines: its place, counted in elements; and the descriptor of its
/// first slice, in four parts of 16 bits, without the address.
template <class T, GMMA::Major Major, class Layout>
static void print_operand(const char* name, Layout layout) {
  print_swizzle(name, layout);
  const auto tile = make_tensor(make_smem_ptr(static_cast<T*>(nullptr)), layout);
  const auto first = local_tile(tile, make_shape(size<0>(layout), Int<32 / sizeof(T)>{}), make_coord(0, 0));
  const auto bits = static_cast<unsigned long long>(uint64_t(SM90::GMMA::make_gmma_desc<Major>(first)));
  std::printf("%s.descriptor", name);
  for (int part = 1; part < 4; ++part) std::printf(" %d", int(bits >> 16 * part & 0xffff));
  std::printf("\n");
}

int main() {
  print_mma<SM80_16x8x16_F32F16F16F32_TN>("m16n8k16.f16");
  print_mma<SM80_16x8x16_F32BF16BF16F32_TN>("m16n8k16.bf16");
  print_mma<SM80_16x8x8_F32TF32TF32F32_TN>("m16n8k8.tf32");
  print_mma<SM80_16x8x32_S32S8S8S32_TN>("m16n8k32.s8");
  print_mma<SM80_16x8x16_S32S8S8S32_TN>("m16n8k16.s8");
  print_mma<SM80_8x8x4_F64F64F64F64_TN>("m8n8k4.f64");
  print("ldmatrix", "bits", Copy_Traits<SM75_U32x4_LDSM_N>::DstLayout{}, 32);
  print("ldmatrix.trans", "bits", Copy_Traits<SM75_U16x8_LDSM_T>::DstLayout{}, 32);
  print_swizzle("k.128.2", GMMA::Layout_K_SW128_Atom<bfloat16_t>{});
  print_swizzle("k.64.2", GMMA::Layout_K_SW64_Atom<bfloat16_t>{});
  print_swizzle("k.32.2", GMMA::Layout_K_SW32_Atom<bfloat16_t>{});
  print_swizzle("k.128.4", GMMA::Layout_K_SW128_Atom<tfloat32_t>{});
  print_swizzle("k.64.4", GMMA::Layout_K_SW64_Atom<tfloat32_t>{});
  print_swizzle("k.32.4", GMMA::Layout_K_SW32_Atom<tfloat32_t>{});
  print_swizzle("k.128.1", GMMA::Layout_K_SW128_Atom<int8_t>{});
  print_swizzle("k.64.1", GMMA::Layout_K_SW64_Atom<int8_t>{});
  print_swizzle("k.32.1", GMMA::Layout_K_SW32_Atom<int8_t>{});
  print_swizzle("n.128.2", GMMA::Layout_MN_SW128_Atom<bfloat16_t>{});
  print("wgmma", "c", SM90::GMMA::CLayout_64x256{}, 128);
  print("wgmma.32", "c", SM90::GMMA::CLayout_64x32{}, 128);
  print("wgmma.16", "c", SM90::GMMA::CLayout_64x16{}, 128);
  print_operand<bfloat16_t, GMMA::Major::K>(
      "wgmma.k", tile_to_shape(GMMA::Layout_K_SW128_Atom<bfloat16_t>{}, Shape<_256, _64>{}));
  print_operand<bfloat16_t, GMMA::Major::MN>(
      "wgmma.n", tile_to_shape(GMMA::Layout_MN_SW128_Atom<bfloat16_t>{}, Shape<_256, _64>{}, Step<_2, _1>{}));
  print_operand<int8_t, GMMA::Major::K>(
      "wgmma.k.1", tile_to_shape(GMMA::Layout_K_SW128_Atom<int8_t>{}, Shape<_256, _128>{}));
  print_operand<tfloat32_t, GMMA::Major::K>(
      "wgmma.k.4", tile_to_shape(GMMA::Layout_K_SW128_Atom<tfloat32_t>{}, Shape<_256, _32>{}));
  print_operand<bfloat16_t, GMMA::Major::K>(
      "wgmma.k.64", tile_to_shape(GMMA::Layout_K_SW64_Atom<bfloat16_t>{}, Shape<_256, _32>{}));
  print_operand<bfloat16_t, GMMA::Major::K>(
      "wgmma.k.32", tile_to_shape(GMMA::Layout_K_SW32_Atom<bfloat16_t>{}, Shape<_256, _16>{}));
  print_operand<bfloat16_t, GMMA::Major::MN>(
      "wgmma.n.64", tile_to_shape(GMMA::Layout_MN_SW64_Atom<bfloat16_t>{}, Shape<_32, _32>{}, Step<_2, _1>{}));
  print_operand<bfloat16_t, GMMA::Major::MN>(
      "wgmma.n.32", tile_to_shape(GMMA::Layout_MN_SW32_Atom<bfloat16_t>{}, Shape<_16, _16>{}, Step<_2, _1>{}));
}
