#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""make_golden.py [output]: what real scipy answers, for tests/format and tests/convert.

Writes tests/data/golden.txt. Needs scipy 1.18.1 (Python >= 3.12); the versions are stored in the file. Always writes the
same bytes. The file is text, so that tests of conversions do not stand on the library's own file readers:

  versions <scipy> <numpy> <python>
  case <name> <dtype>                             begins a case; what follows belongs to it
  bsr <name> M N R C nblocks indptr.. indices.. data..
  csr <name> M N nnz indptr.. indices.. data..
  coo <name> M N nnz row.. col.. data..
  dense <name> M N data..                         row by row
  numbers <name> n values..
  text <name> words..                             to the end of the line

A complex number is two tokens. Sums are of small integers and halves, so they are exact in every order.
"""
import pathlib
import platform
import sys

import numpy as np
import scipy
import scipy.sparse as sp
from scipy.sparse._spfuncs import count_blocks, estimate_blocksize

WANTED = "1.18.1"
out = []


def token(x):
    if isinstance(x, (complex, np.complexfloating)):
        return token(x.real) + " " + token(x.imag)
    if isinstance(x, (bool, np.bool_, int, np.integer)):
        return str(int(x))
    x = float(x)
    if x != x:
        return "nan"
    if x == int(x) if abs(x) < 1e15 else False:
        return ("-" if np.signbit(x) else "") + str(abs(int(x)))
    return repr(x)


def line(*parts):
    words = []
    for part in parts:
        if isinstance(part, np.ndarray):
            words += [token(x) for x in part.ravel()]
        else:
            words.append(part if isinstance(part, str) else token(part))
    out.append(" ".join(words))


def bsr(name, a):
    assert a.format == "bsr"
    line("bsr", name, *a.shape, *a.blocksize, len(a.indices), a.indptr, a.indices, np.ascontiguousarray(a.data))


def csr(name, a):
    assert a.format == "csr"
    line("csr", name, *a.shape, a.nnz, a.indptr, a.indices, a.data)


def coo(name, a):
    assert a.format == "coo"
    line("coo", name, *a.shape, a.nnz, *a.coords, a.data)


def dense(name, a):
    line("dense", name, *a.shape, np.ascontiguousarray(a))


def canonical(a):
    """scipy's sum_duplicates; its sort is not stable, but our sums are exact in every order."""
    a = a.copy()
    a.data = np.ascontiguousarray(a.data)
    a.sum_duplicates()
    return a


def values(rng, shape, dtype, nan=False):
    n = rng.integers(-6, 7, size=shape)
    n[rng.random(shape) < 0.25] = 0
    if dtype == np.bool_:
        return n != 0
    if dtype == np.int8:
        return (n * 20).astype(dtype)  # sums of a few wrap
    x = (n / 2).astype(dtype)
    if np.issubdtype(dtype, np.complexfloating):
        x = x + 1j * rng.integers(-3, 4, size=shape).astype(dtype)
    if nan:
        x[rng.random(shape) < 0.03] = np.nan
        x[rng.random(shape) < 0.1] = -0.0
    return x


def random_bsr(rng, block_rows, block_cols, R, C, dtype, index, density, duplicates, sort, nan):
    indices, indptr = [], [0]
    for _ in range(block_rows):
        row = [] if rng.random() < 0.15 else [j for j in range(block_cols) if rng.random() < density]
        row += [j for j in row if rng.random() < duplicates]
        if sort:
            row.sort()
        else:
            rng.shuffle(row)
        indices += row
        indptr.append(len(indices))
    data = values(rng, (len(indices), R, C), dtype, nan)
    for k in range(len(indices)):
        if rng.random() < 0.15:
            data[k] = 0
    shape = (block_rows * R, block_cols * C)
    return sp.bsr_array((data, np.array(indices, dtype=index), np.array(indptr, dtype=index)), shape=shape)


def divisors(n):
    return [d for d in (1, 2, 3, 4, 5, 6, 8) if n % d == 0]


def everything(rng, name, a):
    """Every verb and every conversion of one BSR matrix."""
    line("case", name, a.dtype.str[1:])
    bsr("a", a)
    a = sp.bsr_array((a.data.copy(), a.indices.copy(), a.indptr.copy()), shape=a.shape)
    line("numbers", "flags", 2, bool(a.has_sorted_indices), bool(a.has_canonical_format))
    dense("dense", a.toarray())
    csr("csr", a.tocsr())
    coo("coo", a.tocoo())
    if a.nnz:
        bsr("transposed", a.transpose())
    b = canonical(a)
    bsr("canonical", b)
    b = a.copy()
    b.eliminate_zeros()
    b.prune()
    bsr("without_zeros", b)
    if len(a.indices) and a.shape[0] * a.shape[1]:
        R = int(rng.choice(divisors(a.shape[0])))
        C = int(rng.choice(divisors(a.shape[1])))
        if (R, C) != a.blocksize:
            bsr("other_blocks", a.tobsr(blocksize=(R, C)))
        c = a.tocsr()
        bsr("from_csr", c.tobsr(blocksize=(R, C)))
        bsr("from_dense", canonical(sp.bsr_array(a.toarray(), blocksize=(R, C))))
        # Triplets in a random order.
        t = a.tocoo()
        p = rng.permutation(t.nnz)
        t = sp.coo_array((t.data[p], (t.coords[0][p], t.coords[1][p])), shape=t.shape)
        coo("triplets", t)
        bsr("from_triplets", canonical(t.tobsr(blocksize=(R, C))))
        csr("csr_from_triplets", t.tocsr())
        line("numbers", "estimate", 2, *estimate_blocksize(c))
        line("numbers", "counts", 4, *[count_blocks(c, s) for s in ((1, 1), (2, 2), (3, 2), (R, C))])


def block_sizes(rng):
    """Matrices whose block size is to be guessed: blocks of one size, partly filled."""
    for number in range(40):
        n = int(rng.choice([1, 2, 3, 4, 6]))
        m = 12 * int(rng.integers(1, 3))
        keep = rng.choice([1.0, 0.95, 0.9, 0.8, 0.72, 0.6])
        pattern = np.kron(rng.random((m // n, m // n)) < 0.3, np.ones((n, n), dtype=bool)) & (rng.random((m, m)) < keep)
        a = sp.csr_array(pattern.astype(np.float64))
        line("case", f"blocksize-{number}", "f8")
        csr("csr", a)
        line("numbers", "estimate", 2, *estimate_blocksize(a))
        line("numbers", "estimate-0.5", 2, *estimate_blocksize(a, 0.5))


def errors():
    """What scipy says about broken matrices; check_format in full where the constructor is content."""
    data = np.ones((3, 2, 2))
    for name, indices, indptr in [
        ("column-too-large", [0, 7, 1], [0, 2, 3]),
        ("column-just-too-large", [0, 1, 3], [0, 2, 3]),
        ("column-negative", [0, -1, 1], [0, 2, 3]),
        ("indptr-falls", [0, 1, 2], [0, 4, 3]),
        ("indptr-does-not-start-with-0", [0, 1, 2], [1, 2, 3]),
        ("indptr-ends-beyond", [0, 1, 2], [0, 2, 4]),
        ("indptr-too-short", [0, 1, 2], [0, 3]),
        ("indices-too-short", [0, 1], [0, 1, 2]),
    ]:
        try:
            a = sp.bsr_array((data, np.array(indices), np.array(indptr)), shape=(4, 6))
            a.check_format(full_check=True)
            said = "nothing"
        except Exception as e:
            said = str(e)
        line("case", "error-" + name, "f8")
        line("numbers", "indices", len(indices), *indices)
        line("numbers", "indptr", len(indptr), *indptr)
        line("text", "said", said)
    for name, row, col in [("row", [0, 4], [0, 0]), ("column", [0, 1], [0, 6]), ("row-negative", [-1, 0], [0, 0])]:
        try:
            sp.coo_array((np.ones(2), (np.array(row), np.array(col))), shape=(4, 6))
            said = "nothing"
        except Exception as e:
            said = str(e)
        line("case", "error-coo-" + name, "f8")
        line("numbers", "row", 2, *row)
        line("numbers", "col", 2, *col)
        line("text", "said", said)


def main():
    if scipy.__version__ != WANTED:
        sys.exit(f"make_golden.py: scipy {WANTED} is needed, this is {scipy.__version__}")
    rng = np.random.default_rng(20)
    line("versions", scipy.__version__, np.__version__, platform.python_version())

    sample = np.array(
        [[[1, 2, 3], [4, 5, 6]], [[7, 0, 8], [0, 9, 0]], [[1, 0, 0], [0, 1, 2]], [[0] * 3] * 2, [[3, 0, 0], [0, 0, 5]]], dtype=float
    )
    everything(rng, "sample", sp.bsr_array((sample, [2, 0, 2, 1, 0], [0, 3, 3, 5]), shape=(6, 9)))
    for shape in ((0, 6), (4, 0), (0, 0), (4, 6)):
        everything(rng, f"empty-{shape[0]}x{shape[1]}", sp.bsr_array(shape, blocksize=(2, 3)))

    dtypes = [np.float64, np.float32, np.int8, np.bool_, np.complex128, np.int64]
    for number in range(120):
        dtype = dtypes[number % len(dtypes)]
        R, C = (int(x) for x in rng.integers(1, 5, size=2))
        block_rows, block_cols = (int(x) for x in rng.integers(1, 6, size=2))
        sort = rng.random() < 0.3
        duplicates = float(rng.choice([0.0, 0.4]))
        nan = dtype in (np.float64, np.float32) and rng.random() < 0.4
        index = np.int32 if rng.random() < 0.7 else np.int64
        a = random_bsr(rng, block_rows, block_cols, R, C, dtype, index, 0.45, duplicates, sort, nan)
        everything(rng, f"random-{number}", a)
    block_sizes(rng)
    errors()

    default = pathlib.Path(__file__).resolve().parent.parent / "data" / "golden.txt"
    path = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else default
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(out) + "\n", encoding="ascii")
    print(f"{path}: {sum(l.startswith('case ') for l in out)} cases, {path.stat().st_size} bytes")


main()
