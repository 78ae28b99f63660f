// SPDX-License-Identifier: BSD-3-Clause
// oneMKL chooses its code by the CPU's vendor and gives AMD CPUs its oldest. Preloaded, this function answers
// its question for the code path with AVX-512; the benchmark preloads it on AMD CPUs that have that. For
// measuring only.

extern "C" int mkl_serv_cbwr_get_nolock(int) {
  return 12;  // MKL_CBWR_AVX512
}
