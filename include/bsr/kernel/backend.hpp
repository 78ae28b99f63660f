// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The seam between what is asked and who computes it: one specialisation of backend for each execution
// policy.
#include "bsr/base/error.hpp"
#include "bsr/base/target.hpp"

namespace bsr::inline v0::inline BSR_TARGET {

/// What a device computes, of checked problems; a new device is one specialisation, and rooms above never
/// name one.
///   spmm(policy, spmm_problem), spmv(policy, spmv_problem), sddmm(policy, sddmm_problem)
///   workspace<op, B>(policy, a, columns)   what a plan of op(a) * B keeps; its update(a) is for moved blocks
///   spmm(policy, workspace, spmm_problem), spmv(policy, workspace, spmv_problem)   the same products with it
///   pack<op, B>(policy, a), repack<op>(policy, packed, a)   blocks of op(a) laid out for a product with B
///   calibrate(policy)                 the rates of the machine
///   cost<op, B, A>(policy, workspace, machine, shape, block, num_blocks, columns, packed)   what a product
///                                     costs there; machine_type is the type of the rates
///   spgemm_structure(policy, a, b)    indptr and indices of the product of two patterns, rows sorted
///   spgemm_fits(policy, a, b, c)      whether pattern c holds every block of the product
///   spgemm_workspace(policy, a, b, c) the memory that products into pattern c need
///   spgemm(policy, workspace, alpha, a, b, c)   c = alpha * a * b at the places of c, which hold the product
///   spadd_structure(policy, a, b)     indptr and indices of the union of two patterns, rows sorted
///   spadd_places(policy, a, b, c)     where the blocks of a and b go in pattern c, and the memory for it
///   spadd(policy, places, alpha, a, beta, b, c)  c = alpha * a + beta * b
template <class Policy>
struct backend {
  static_assert(detail::never<Policy>,
                "bsr: no backend for this execution policy here. For bsr::cpu include <bsr/bsr.hpp>, for "
                "bsr::cuda <bsr/cuda.hpp>.");
  // So that the sentence is the only error.
  template <class Problem>
  static void spmm(const Policy&, const Problem&) {}
  template <class Problem>
  static void spmv(const Policy&, const Problem&) {}
  template <class Problem>
  static void sddmm(const Policy&, const Problem&) {}
  template <class Workspace, class T, class A, class B, class C>
  static void spgemm(const Policy&, Workspace&, T, const A&, const B&, const C&) {}
};

}  // namespace bsr::inline v0::inline BSR_TARGET
