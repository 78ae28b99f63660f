#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""check.py <check_layers.py>: the checker itself finds what it is there to find, and nothing else."""
import importlib.util
import sys

spec = importlib.util.spec_from_file_location("check_layers", sys.argv[1])
layers = importlib.util.module_from_spec(spec)
spec.loader.exec_module(layers)

ALLOWED = [
    ("op/spmm.hpp", '#include "bsr/kernel/backend.hpp"'),
    ("format/sort_indices.hpp", '#include "bsr/kernel/cpu/parallel.hpp"'),
    ("kernel/cpu/pack.hpp", "#include <xsimd/xsimd.hpp>"),
    ("interop/eigen.hpp", '#include "bsr/expr/assign.hpp"'),
    ("interop/eigen.hpp", "#include <Eigen/Core>"),
    ("io/npz.hpp", "#include <zlib.h>\n#include <vector>"),
    ("bsr.hpp", '#include "bsr/kernel/cpu/backend.hpp"'),
    ("storage/view.hpp", "// for each matrix\nnamespace bsr::inline v0 {}"),
    ("kernel/problem.hpp", "namespace bsr::inline v0::inline BSR_TARGET {}"),
]
REFUSED = [
    ("base/error.hpp", '#include "bsr/storage/matrix.hpp"'),
    ("storage/view.hpp", '#include "bsr/kernel/cpu/pack.hpp"'),
    ("storage/view.hpp", "inline void f() { for (;;) {} }"),
    ("kernel/cpu/backend.hpp", '#include "bsr/op/spmm.hpp"'),
    ("kernel/reference/spmm.hpp", '#include "bsr/kernel/cpu/backend.hpp"'),
    ("op/spmm.hpp", '#include "bsr/kernel/cpu/backend.hpp"'),
    ("op/spmm.hpp", '#include "bsr/bsr.hpp"'),
    ("op/spmm.hpp", "#include <vector>"),
    ("op/spmm.hpp", "#include <xsimd/xsimd.hpp>"),
    ("op/spmm.hpp", "#pragma omp parallel"),
    ("op/spmm.hpp", '#include "check.hpp"'),
    ("op/spmm.hpp", "#include <bsr/op/check.hpp>"),
    ("op/spmm.hpp", "namespace bsr::inline v0 {}"),
    ("expr/assign.hpp", "#include <Eigen/Core>"),
    ("format/check_format.hpp", '#include "bsr/convert/to_csr.hpp"'),
    ("interop/mdspan.hpp", '#include "bsr/expr/assign.hpp"'),
    ("convert/to_csr.hpp", "#include <zlib.h>"),
    ("cellar/wine.hpp", ""),
]

wrong = [f"allowed, but: {v}" for path, text in ALLOWED for v in layers.violations(path, text)]
wrong += [f"not found: {path}: {text}" for path, text in REFUSED if len(list(layers.violations(path, text))) != 1]
print("\n".join(wrong) or f"{len(ALLOWED)} allowed, {len(REFUSED)} refused")
sys.exit(1 if wrong else 0)
