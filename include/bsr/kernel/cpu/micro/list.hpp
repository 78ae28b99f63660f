// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The microkernels, in the order in which they are tried. A new one is a line here.
#include "bsr/kernel/cpu/micro/sddmm_dot.hpp"
#include "bsr/kernel/cpu/micro/sddmm_generic.hpp"
#include "bsr/kernel/cpu/micro/sddmm_outer.hpp"
#include "bsr/kernel/cpu/micro/sddmm_panel.hpp"
#include "bsr/kernel/cpu/micro/sddmm_quads.hpp"
#include "bsr/kernel/cpu/micro/spmm_bytes.hpp"
#include "bsr/kernel/cpu/micro/spmm_column.hpp"
#include "bsr/kernel/cpu/micro/spmm_complex.hpp"
#include "bsr/kernel/cpu/micro/spmm_complex_column.hpp"
#include "bsr/kernel/cpu/micro/spmm_generic.hpp"
#include "bsr/kernel/cpu/micro/spmm_halves.hpp"
#include "bsr/kernel/cpu/micro/spmm_narrow.hpp"
#include "bsr/kernel/cpu/micro/spmm_panel.hpp"
#include "bsr/kernel/cpu/micro/spmm_scatter.hpp"
#include "bsr/kernel/cpu/micro/spmv_block.hpp"
#include "bsr/kernel/cpu/micro/spmv_complex.hpp"
#include "bsr/kernel/cpu/micro/spmv_generic.hpp"
#include "bsr/kernel/cpu/micro/symmetric_generic.hpp"
#include "bsr/kernel/cpu/micro/symmetric_scatter.hpp"

namespace bsr::inline v0::inline BSR_TARGET::detail {

/// The first whose `fits` is true.
template <class First, class... Rest>
struct first_fit {
  using type = typename first_fit<Rest...>::type;
};
template <class First, class... Rest>
  requires First::fits
struct first_fit<First, Rest...> {
  using type = First;
};
}  // namespace bsr::inline v0::inline BSR_TARGET::detail

namespace bsr::inline v0::inline BSR_TARGET::micro {

template <class Problem>
struct spmm_choice
    : detail::first_fit<spmm_bytes<Problem>, spmm_halves<Problem>, spmm_narrow<Problem>, spmm_panel<Problem>,
                        spmm_column<Problem>, spmm_scatter<Problem>, spmm_complex<Problem>,
                        spmm_complex_column<Problem>, spmm_generic<Problem>> {};
// The kernels that know of masks.
template <class M, op Op, class B, class C, class Epilogue>
struct spmm_choice<spmm_problem<masked_view<M>, Op, B, C, Epilogue>>
    : detail::first_fit<spmm_panel<spmm_problem<masked_view<M>, Op, B, C, Epilogue>>,
                        spmm_column<spmm_problem<masked_view<M>, Op, B, C, Epilogue>>,
                        spmm_scatter<spmm_problem<masked_view<M>, Op, B, C, Epilogue>>,
                        spmm_complex<spmm_problem<masked_view<M>, Op, B, C, Epilogue>>,
                        spmm_complex_column<spmm_problem<masked_view<M>, Op, B, C, Epilogue>>,
                        spmm_generic<spmm_problem<masked_view<M>, Op, B, C, Epilogue>>> {};
template <class Problem>
struct spmv_choice : detail::first_fit<spmv_block<Problem>, spmv_complex<Problem>, spmv_generic<Problem>> {};

template <class M, op Op, class B, class C, class Epilogue>
struct spmm_choice<spmm_problem<symmetric_view<M>, Op, B, C, Epilogue>>
    : detail::first_fit<symmetric_scatter<spmm_problem<symmetric_view<M>, Op, B, C, Epilogue>>,
                        symmetric_generic<spmm_problem<symmetric_view<M>, Op, B, C, Epilogue>>> {};
template <class M, op Op, class X, class Y, class Epilogue>
struct spmv_choice<spmv_problem<symmetric_view<M>, Op, X, Y, Epilogue>> {
  using type = symmetric_generic<spmv_problem<symmetric_view<M>, Op, X, Y, Epilogue>>;
};

template <class Problem>
using spmm_kernel = typename spmm_choice<Problem>::type;

template <class Problem>
using spmv_kernel = typename spmv_choice<Problem>::type;

template <class Problem>
using sddmm_kernel =
    typename detail::first_fit<sddmm_quads<Problem>, sddmm_dot<Problem>, sddmm_outer<Problem>,
                               sddmm_panel<Problem>, sddmm_generic<Problem>>::type;

}  // namespace bsr::inline v0::inline BSR_TARGET::micro
