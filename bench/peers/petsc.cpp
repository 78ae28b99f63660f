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
  std::vector<PetscInt> indptr, indices;
  std::vector<PetscScalar> values;  // PETSc keeps a block by columns
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
    m->indptr.assign(p.indptr, p.indptr + p.block_rows() + 1);
    m->indices.assign(p.indices, p.indices + p.num_blocks);
    const auto blocks = bench::transposed_blocks(p);
    m->values.assign(blocks.data(), blocks.data() + p.nnz());
    check(MatCreateSeqBAIJWithArrays(PETSC_COMM_SELF, p.r, p.m, p.k, m->indptr.data(), m->indices.data(),
                                     m->values.data(), &m->a),
          "MatCreateSeqBAIJWithArrays");
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
