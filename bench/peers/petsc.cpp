// SPDX-License-Identifier: BSD-3-Clause
// PETSc: products of its BAIJ matrices (square blocks) with vectors, in double, by one process.

#include <petscmat.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/peer.hpp"

namespace {

void check(PetscErrorCode code, const char* what) {
  if (code != 0) throw std::runtime_error(std::string("PETSc: ") + what + " failed");
}

struct matrix {
  Mat a = nullptr;
  Vec x = nullptr, y = nullptr;
  matrix() = default;
  matrix(const matrix&) = delete;
  matrix& operator=(const matrix&) = delete;
  ~matrix() {
    MatDestroy(&a);
    VecDestroy(&x);
    VecDestroy(&y);
  }
};

struct petsc final : bench::peer {
  petsc() { check(PetscInitializeNoArguments(), "its start"); }
  ~petsc() override { PetscFinalize(); }
  std::string version() const override {
    char text[256];
    PetscGetVersion(text, sizeof text);
    return std::string(text).substr(0, std::string(text).find(','));
  }
  std::vector<bench::candidate> prepare(const bench::problem<float>&) override { return {}; }
  std::vector<bench::candidate> prepare(const bench::problem<double>& p) override {
    if (p.what != bench::operation::spmv || p.r != p.c || p.threads != 1) return {};
    auto m = std::make_shared<matrix>();
    // It copies the blocks, into an order of its own.
    const std::vector<PetscInt> indptr(p.indptr, p.indptr + p.block_rows() + 1);
    const std::vector<PetscInt> indices(p.indices, p.indices + p.num_blocks);
    check(MatCreate(PETSC_COMM_SELF, &m->a), "MatCreate");
    check(MatSetSizes(m->a, p.m, p.k, p.m, p.k), "MatSetSizes");
    check(MatSetType(m->a, MATSEQBAIJ), "MatSetType");
    check(MatSeqBAIJSetPreallocationCSR(m->a, p.r, indptr.data(), indices.data(), p.data),
          "MatSeqBAIJSetPreallocationCSR");
    check(VecCreateSeqWithArray(PETSC_COMM_SELF, 1, p.k, p.b, &m->x), "VecCreateSeqWithArray");
    check(VecCreateSeqWithArray(PETSC_COMM_SELF, 1, p.m, p.out, &m->y), "VecCreateSeqWithArray");
    return {{"PETSc BAIJ", "", false, [m] { check(MatMult(m->a, m->x, m->y), "MatMult"); }}};
  }
};

}  // namespace

extern "C" bench::peer* bsr_bench_peer() {
  static petsc instance;
  return &instance;
}
