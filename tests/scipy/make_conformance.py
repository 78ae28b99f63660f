#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""make_conformance.py [--cases N] [--seed S] [output]: what real scipy answers to every operation that bsr has.

Writes tests/data/conformance.bin, a zlib stream of records. Needs scipy >= 1.15; the versions are the first record.
The same arguments give the same bytes. tests/conformance reads it; tests/support/conformance.hpp has the reader.

  record  := u16 number of fields, field...
  field   := u8 length, name, kind, content
  kind    := 's' u32 length, bytes            text
             'i' i64                          a whole number
             'd' f64                          a number
             'a' u8 length, dtype ("f8"), u8 number of dimensions, i64 sizes..., bytes in C order

A case has the fields op, dtype, state (how the operand is stored), its operands as NAME.data, NAME.indices,
NAME.indptr, NAME.shape, what else the operation was told, and the answer: result.* (a matrix, canonical) or value,
value1, ... (arrays). `bound` says how far each element of the matrix or of `value` may be off: gamma_k times the sum of
magnitudes, for scipy's rounding and for ours. Without it the answer is exact.

The structure of a result is exact, too. Where scipy makes a result in another format or with other blocks, the structure
is that of scipy's own operation on the pattern of the blocks.
"""
import argparse
import pathlib
import struct
import sys
import warnings
import zlib

import numpy as np
import scipy
import scipy.sparse as sp

warnings.simplefilter("ignore")
np.seterr(all="ignore")

DTYPES = ["b1", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8", "f16", "c8", "c16", "c32"]
BLOCKS = [(1, 1), (1, 4), (2, 3), (4, 1), (3, 3), (8, 8), (5, 2)]
STATES = ["canonical", "unsorted", "duplicates", "zeros", "large", "empty", "no_rows", "no_cols"]
# Two types that meet.
PAIRS = ["i1+u1", "u8+i8", "i4+f4", "i2+f4", "f4+f8", "c8+f8", "b1+i1", "i8+f4", "f16+c8", "u1+b1"]


class Writer:
    def __init__(self):
        self.parts = []

    def record(self, **fields):
        out = [struct.pack("<H", len(fields))]
        for name, value in fields.items():
            name = name.replace("__", ".").encode()
            out.append(struct.pack("<B", len(name)) + name)
            if isinstance(value, str):
                data = value.encode()
                out.append(b"s" + struct.pack("<I", len(data)) + data)
            elif isinstance(value, (bool, int, np.integer)) and not isinstance(value, np.bool_):
                out.append(b"i" + struct.pack("<q", int(value)))
            elif isinstance(value, float):
                out.append(b"d" + struct.pack("<d", value))
            else:
                value = np.asarray(value)
                data = np.array(value, order="C").reshape(-1)
                if data.dtype in (np.longdouble, np.clongdouble):
                    data.view(np.uint8).reshape(-1, 16)[:, 10:] = 0  # bytes that mean nothing
                dtype = (value.dtype.kind + str(value.dtype.itemsize)).encode()
                out.append(b"a" + struct.pack("<B", len(dtype)) + dtype + struct.pack("<B", value.ndim) +
                           struct.pack(f"<{value.ndim}q", *value.shape) + data.tobytes())
        self.parts.append(b"".join(out))


def matrix(prefix, a):
    return {f"{prefix}__shape": np.array(a.shape, dtype=np.int64), f"{prefix}__data": np.ascontiguousarray(a.data),
            f"{prefix}__indices": a.indices, f"{prefix}__indptr": a.indptr}


def canonical(a):
    a = sp.bsr_array((np.ascontiguousarray(a.data).copy(), a.indices.copy(), a.indptr.copy()), shape=a.shape)
    a.sum_duplicates()
    return a


def values(rng, shape, dtype, large=False):
    """Numbers of which short sums are exact. Large: integers of any size, so that sums and products wrap."""
    if dtype.kind == "b":
        return rng.random(shape) < 0.6
    if dtype.kind in "iu" and large:
        return rng.integers(np.iinfo(dtype).min, np.iinfo(dtype).max, shape, dtype=dtype, endpoint=True)
    if dtype.kind == "u":
        return rng.integers(0, 8, shape).astype(dtype)
    if dtype.kind == "i":
        return rng.integers(-6, 7, shape).astype(dtype)
    if dtype.kind == "f":
        return (rng.integers(-2**20, 2**20, shape) / 2.0**18).astype(dtype)
    part = np.dtype(f"f{dtype.itemsize // 2}")
    return (values(rng, shape, part) + 1j * values(rng, shape, part)).astype(dtype)


def random_bsr(rng, state, dtype, block, index, block_rows=None, block_cols=None):
    R, C = block
    m = int(rng.integers(1, 5)) if block_rows is None else block_rows
    n = int(rng.integers(1, 5)) if block_cols is None else block_cols
    if state == "no_rows" and block_rows is None:
        m = 0
    if state == "no_cols" and block_cols is None:
        n = 0
    indices, indptr = [], [0]
    for _ in range(m):
        row = [] if state == "empty" else [j for j in range(n) if rng.random() < 0.5]
        if state == "duplicates":
            row += [j for j in row if rng.random() < 0.5]
        if state in ("unsorted", "duplicates"):
            rng.shuffle(row)
        indices += row
        indptr.append(len(indices))
    data = values(rng, (len(indices), R, C), dtype, state == "large")
    if state == "zeros":
        data[rng.random(data.shape) < 0.5] = 0
        for k in range(len(indices)):
            if rng.random() < 0.4:
                data[k] = 0
    return sp.bsr_array((data, np.array(indices, dtype=index), np.array(indptr, dtype=index)), shape=(m * R, n * C))


def unit(dtype):
    dtype = np.dtype(dtype)
    if dtype.kind in "biu":
        return 0.0
    return float(np.finfo(dtype).eps) / 2


def gamma(k, dtype):
    if np.dtype(dtype).kind == "c":
        k = 2 * k + 2
    ku = k * unit(dtype)
    return ku / (1 - ku)


def magnitudes(a):
    """Sums of |stored numbers| at each place."""
    m = sp.bsr_array((np.abs(a.data.astype(np.clongdouble if a.data.dtype.kind == "c" else np.longdouble)).astype(
        np.float64), a.indices, a.indptr), shape=a.shape)
    return np.asarray(m.toarray(), dtype=np.float64)


OPERATIONS = {}


def operation(kinds="biufc"):
    """Registers f(rng, a) -> fields, or None where the operation has no meaning, for the dtypes of these kinds."""
    def register(f):
        OPERATIONS[f.__name__] = (kinds, f)
        return f
    return register


def result(c):
    """A matrix as the answer."""
    return matrix("result", canonical(c if c.format == "bsr" else c.tobsr((1, 1))))


def blocks_of(a):
    """One where a block is stored, as CSR."""
    return sp.csr_array((np.ones(len(a.indices), dtype=np.int64), a.indices.copy(), a.indptr.copy()),
                        shape=(a.shape[0] // a.blocksize[0], a.shape[1] // a.blocksize[1]))


def result_at(pattern, dense, block):
    """The blocks of a dense answer that are stored, given as a sparse matrix of positive numbers."""
    p = pattern.tocsr()
    p.sum_duplicates()
    assert np.all(p.data > 0)
    R, C = block
    dense = np.asarray(dense)
    data = np.zeros((len(p.indices), R, C), dtype=dense.dtype)
    rest = dense.copy()
    rows = np.repeat(np.arange(p.shape[0]), np.diff(p.indptr))
    for k, (i, j) in enumerate(zip(rows, p.indices)):
        data[k] = dense[i * R:(i + 1) * R, j * C:(j + 1) * C]
        rest[i * R:(i + 1) * R, j * C:(j + 1) * C] = 0
    assert not np.any(rest), "the pattern misses a block"
    return {"result__shape": np.array(dense.shape, dtype=np.int64), "result__data": data,
            "result__indices": p.indices.astype(np.int32), "result__indptr": p.indptr.astype(np.int32)}


def small(a, k=4):
    """The bound of a sum of a few terms at each place."""
    return 2 * gamma(k, a.dtype) * magnitudes(a)


def vector(value, bound=None):
    value = np.atleast_1d(np.asarray(value))
    return {"value": value, **({} if bound is None else {"bound": np.atleast_1d(np.asarray(bound, dtype=np.float64))})}


def divisors(n):
    return [d for d in (1, 2, 3, 4, 5, 6, 8) if n % d == 0]


# ---- conversions ------------------------------------------------------------------------------------------------------
@operation()
def to_dense(rng, a):
    return {"value": a.toarray(), "bound": small(a)}


@operation()
def from_dense(rng, a):
    d = a.toarray()
    if a.dtype.kind in "fc" and d.size:  # -0.0 is no element, NaN is one
        at = rng.random(d.shape)
        d[at < 0.1] = -0.0
        d[at > 0.95] = np.nan
    R, C = int(rng.choice(divisors(d.shape[0]))), int(rng.choice(divisors(d.shape[1])))
    return {"dense": d, "R": R, "C": C, **result(sp.bsr_array(d, blocksize=(R, C)))}


@operation()
def from_csr(rng, a):
    c = a.tocsr()  # unsorted, duplicates and zeros stay
    R, C = int(rng.choice(divisors(a.shape[0]))), int(rng.choice(divisors(a.shape[1])))
    return {"csr__data": c.data, "csr__indices": c.indices, "csr__indptr": c.indptr, "R": R, "C": C,
            **result(c.tobsr((R, C))), "bound": small(a)}


@operation()
def from_csc(rng, a):
    c = a.tocsc()
    R, C = int(rng.choice(divisors(a.shape[0]))), int(rng.choice(divisors(a.shape[1])))
    return {"csc__data": c.data, "csc__indices": c.indices, "csc__indptr": c.indptr, "R": R, "C": C,
            **result(c.tobsr((R, C))), "bound": small(a)}


@operation()
def from_coo(rng, a):
    c = a.tocoo()
    order = rng.permutation(c.nnz)
    row, col, data = c.coords[0][order], c.coords[1][order], c.data[order]
    R, C = int(rng.choice(divisors(a.shape[0]))), int(rng.choice(divisors(a.shape[1])))
    b = sp.bsr_array((data, (row, col)), shape=a.shape, blocksize=(R, C))
    return {"coo__data": data, "coo__row": row, "coo__col": col, "R": R, "C": C, **result(b), "bound": small(a)}


@operation()
def transpose(rng, a):
    return {**result(a.T), "bound": small(a).T}


@operation()
def to_csr(rng, a):
    c = a.tocsr()
    return {"value": c.data, "value1": c.indices, "value2": c.indptr}


@operation()
def to_csc(rng, a):
    c = a.tocsc()
    return {"value": c.data, "value1": c.indices, "value2": c.indptr}


@operation()
def to_coo(rng, a):
    c = a.tocoo()
    return {"value": c.data, "value1": c.coords[0], "value2": c.coords[1]}


@operation()
def to_bsr(rng, a):
    R, C = int(rng.choice(divisors(a.shape[0]))), int(rng.choice(divisors(a.shape[1])))
    return {"R": R, "C": C, **result(a.tobsr((R, C))), "bound": small(a)}


@operation()
def count_blocks(rng, a):
    from scipy.sparse._spfuncs import count_blocks as count
    r, c = int(rng.integers(1, 5)), int(rng.integers(1, 5))
    if a.shape[0] % r or a.shape[1] % c or a.nnz == 0:
        return None
    return {"R": r, "C": c, **vector(np.int64(count(a.tocsr(), (r, c))))}


@operation()
def estimate_blocksize(rng, a):
    from scipy.sparse._spfuncs import estimate_blocksize as estimate
    return vector(np.array(estimate(a.tocsr()), dtype=np.int64))


@operation()
def astype(rng, a):
    kinds = "biufc" if a.dtype.kind != "c" else "c"
    to = str(rng.choice([d for d in ("b1", "i1", "u2", "i8", "f4", "f8", "c16") if np.dtype(d).kind in kinds]))
    if a.dtype.kind == "f" and np.dtype(to).kind in "iu":  # other numbers have no integer
        a = sp.bsr_array((np.abs(np.rint(a.data)), a.indices, a.indptr), shape=a.shape)
    c = a.astype(to)
    return {"to": to, **matrix("c", a), **result(c), "bound": 2 * (gamma(4, to) + gamma(4, a.dtype)) * magnitudes(a)}


# ---- structure --------------------------------------------------------------------------------------------------------
@operation()
def flags(rng, a):
    return vector(np.array([a.has_sorted_indices, a.has_canonical_format], dtype=np.int64))


@operation()
def sort_indices(rng, a):
    if not canonical(a).nnz == a.nnz:
        return None  # scipy's is not stable
    c = a.copy()
    c.sort_indices()
    return {"value": c.data.ravel(), "value1": c.indices, "value2": c.indptr}


@operation()
def sum_duplicates(rng, a):
    return {**result(a), "bound": small(a)}


@operation()
def eliminate_zeros(rng, a):
    c = a.copy()  # duplicates are not added up first: a block and its negative stay
    c.eliminate_zeros()
    stored = len(c.indices)
    return {**result(c), "stored": stored, "bound": small(a)}


@operation()
def resize(rng, a):
    R, C = a.blocksize
    c = a.copy()
    c.resize(int(rng.integers(0, 6)) * R, int(rng.integers(0, 6)) * C)
    return {**result(c), "bound": small(c)}


@operation()
def slice(rng, a):
    R, C = a.blocksize
    m, n = a.shape[0] // R, a.shape[1] // C
    i0, j0 = int(rng.integers(0, m + 1)), int(rng.integers(0, n + 1))
    i1, j1 = int(rng.integers(i0, m + 1)), int(rng.integers(j0, n + 1))
    d = a.toarray()[i0 * R:i1 * R, j0 * C:j1 * C]
    return {"range": np.array([i0 * R, i1 * R, j0 * C, j1 * C], dtype=np.int64),
            **result_at(blocks_of(a)[i0:i1, j0:j1], d, (R, C)), "bound": small(a)[i0 * R:i1 * R, j0 * C:j1 * C]}


@operation()
def select(rng, a):
    R, C = a.blocksize
    m, n = a.shape[0] // R, a.shape[1] // C
    rows = int(rng.integers(0, 2))
    size, step = (m, R) if rows else (n, C)
    which = rng.integers(0, size, int(rng.integers(0, 6)) if size else 0).astype(np.int64)
    lines = (which[:, None] * step + np.arange(step)[None, :]).ravel()
    d = a.toarray()
    d = d[lines, :] if rows else d[:, lines]
    p = blocks_of(a)
    p = p[which, :] if rows else p[:, which]
    bound = small(a)
    return {"rows": rows, "which": which, **result_at(p, d, (R, C)),
            "bound": bound[lines, :] if rows else bound[:, lines]}


@operation()
def element(rng, a):
    if 0 in a.shape:
        return None
    i, j = int(rng.integers(0, a.shape[0])), int(rng.integers(0, a.shape[1]))
    return {"i": i, "j": j, **vector(a.tocsr()[i, j], small(a)[i, j])}


@operation()
def diagonal(rng, a):
    k = int(rng.integers(-a.shape[0] - 1, a.shape[1] + 2))
    # NumPy's: scipy 1.18.1 crashes when a matrix has no columns.
    return {"k": k, "value": a.toarray().diagonal(k), "bound": small(a).diagonal(k)}


@operation()
def setdiag(rng, a):
    if 0 in a.shape:
        return None
    k = int(rng.integers(-a.shape[0] + 1, a.shape[1]))
    c = canonical(a)
    v = values(rng, len(c.diagonal(k)), a.dtype)
    d = c.tolil()  # scipy's for BSR raises
    d.setdiag(v, k)
    at = sp.csr_array(sp.eye_array(*a.shape, k=k, dtype=np.int64, format="csr"))
    p = sp.bsr_array((np.ones_like(c.data, dtype=np.int64), c.indices, c.indptr), shape=c.shape).tocsr() + at
    return {"k": k, "values": v, **result_at(blocks_of(p.tobsr(a.blocksize)), d.toarray(), a.blocksize),
            **matrix("c", c)}


@operation()
def triangle(rng, a):
    k = int(rng.integers(-a.shape[0] - 1, a.shape[1] + 2))
    lower = int(rng.integers(0, 2))
    ones = sp.bsr_array((np.ones_like(a.data, dtype=np.int64), a.indices, a.indptr), shape=a.shape)
    cut, dense_cut = (sp.tril, np.tril) if lower else (sp.triu, np.triu)
    p = cut(ones, k, format="csr")
    return {"k": k, "lower": lower, **result_at(blocks_of(p.tobsr(a.blocksize)), dense_cut(a.toarray(), k),
                                                a.blocksize), "bound": small(a)}


@operation()
def block_triangle(rng, a):
    R, C = a.blocksize
    k = int(rng.integers(-a.shape[0] // R - 1, a.shape[1] // C + 2))
    lower = int(rng.integers(0, 2))
    p = (sp.tril if lower else sp.triu)(blocks_of(a), k, format="csr")
    keep = np.kron((p.toarray() > 0).astype(np.int64), np.ones((R, C), np.int64)).reshape(a.shape)
    return {"k": k, "lower": lower, **result_at(p, np.where(keep, a.toarray(), a.dtype.type(0)), (R, C)),
            "bound": small(a)}


# ---- construction -----------------------------------------------------------------------------------------------------
@operation()
def eye(rng, a):
    R, C = a.blocksize
    if 0 in a.shape:
        return None
    k = int(rng.integers(-a.shape[0] + 1, a.shape[1]))  # scipy refuses others
    e = sp.eye_array(*a.shape, k=k, dtype=a.dtype, format="csr")
    return {"k": k, **result(e.tobsr((R, C)))}


@operation()
def diags(rng, a):
    if 0 in a.shape:
        return None
    offsets = rng.choice(np.arange(-a.shape[0] + 1, a.shape[1]), min(2, sum(a.shape) - 1), replace=False)
    rows = [values(rng, len(np.zeros(a.shape).diagonal(k)), a.dtype) for k in offsets]
    d = sp.diags_array(rows, offsets=offsets, shape=a.shape, dtype=a.dtype)
    e = sp.bsr_array(d.toarray(), blocksize=a.blocksize)  # blocks of zeros are not stored
    return {"offsets": offsets.astype(np.int64), "first": rows[0],
            "second": rows[1] if len(rows) > 1 else np.zeros(0, a.dtype), **result(e)}


def partner(rng, a, state=None, dtype=None):
    return random_bsr(rng, state or str(rng.choice(STATES[:6])), dtype or a.dtype, a.blocksize, a.indices.dtype,
                      a.shape[0] // a.blocksize[0], a.shape[1] // a.blocksize[1])


@operation()
def stack(rng, a):
    b = partner(rng, a)
    how = str(rng.choice(["hstack", "vstack", "block_diag", "block_array"]))
    x, y, p, q = a.toarray(), b.toarray(), blocks_of(a), blocks_of(b)
    s, u = small(a), small(b)
    if how == "block_array":  # [[a, None], [b, a]]
        join = lambda r, t: np.block([[r, np.zeros_like(r)], [t, r]])
        pattern = sp.block_array([[p, None], [q, p]], format="csr")
    elif how == "block_diag":
        join = lambda r, t: np.block([[r, np.zeros_like(r)], [np.zeros_like(t), t]])
        pattern = sp.block_diag([p, q], format="csr")
    else:
        join = lambda r, t: getattr(np, how)([r, t])
        pattern = getattr(sp, how)([p, q], format="csr")
    return {**matrix("b", b), "how": how, **result_at(pattern, join(x, y), a.blocksize), "bound": join(s, u)}


@operation()
def kron(rng, a):
    b = random_bsr(rng, str(rng.choice(STATES[:6])), a.dtype, (2, 1), a.indices.dtype, 2, 2)
    ones = sp.bsr_array((np.ones_like(a.data, dtype=np.int64), a.indices, a.indptr), shape=a.shape).tocsr()
    d = np.kron(a.toarray(), b.toarray()) if a.dtype.kind != "b" else np.kron(
        a.toarray().astype(np.int64), b.toarray().astype(np.int64)).astype(bool)
    c = sp.kron(a, b)
    assert a.nnz == 0 or b.nnz == 0 or np.array_equal(c.toarray(), d) or a.dtype.kind in "fc"
    return {**matrix("b", b), **result_at(sp.kron(ones, blocks_of(b), format="csr"), d.astype(a.dtype), (2, 1)),
            "bound": 2 * gamma(12, a.dtype) * np.kron(magnitudes(a), magnitudes(b))}


# ---- element by element -----------------------------------------------------------------------------------------------
@operation("c")
def conj(rng, a):
    return {**result(a.conj()), "bound": small(a)}


@operation("c")
def real(rng, a):
    return {**result(a.real), "bound": small(a)}


@operation("c")
def imag(rng, a):
    return {**result(a.imag), "bound": small(a)}


@operation("iufc")
def negative(rng, a):
    return {**result(-a), "bound": small(a)}


@operation()
def scale(rng, a):
    if a.dtype.kind in "fc":
        factor = float(rng.integers(-8, 9)) / 4
    else:
        factor = int(rng.integers(0, 2 if a.dtype.kind == "b" else 5))
    return {"factor": factor, **result(a * a.dtype.type(factor)),
            "bound": 2 * gamma(8, a.dtype) * abs(factor) * magnitudes(a)}


@operation()
def divide(rng, a):
    divisor = 4 if a.dtype.kind != "b" else 1
    c = a / divisor
    return {"divisor": divisor, **result(c), "bound": 2 * gamma(8, c.dtype) / divisor * magnitudes(a)}


@operation()
def scale_lines(rng, a):
    rows = int(rng.integers(0, 2))
    v = values(rng, a.shape[0 if rows else 1], a.dtype)
    from scipy.sparse import _sparsetools
    c = a.copy()
    f = _sparsetools.bsr_scale_rows if rows else _sparsetools.bsr_scale_columns
    R, C = a.blocksize
    f(a.shape[0] // R, a.shape[1] // C, R, C, c.indptr, c.indices, c.data.ravel(), v)
    big = np.abs(v).astype(np.float64)
    return {"rows": rows, "v": v, **result(c),
            "bound": 2 * gamma(12, a.dtype) * magnitudes(a) * (big[:, None] if rows else big[None, :])}


@operation("iufc")
def absolute(rng, a):
    c = abs(canonical(a))
    return {**result(c), "bound": 2 * gamma(12, a.dtype) * magnitudes(a)}


@operation("fc")
def rounded(rng, a):
    c = canonical(a)
    c.data = (np.rint(c.data * 16) / 16).astype(a.dtype)
    decimals = int(rng.integers(0, 3))
    return {"decimals": decimals, **matrix("c", c), **result(round(c, decimals)),
            "bound": 2 * gamma(12, a.dtype) * np.abs(c.toarray()).astype(np.float64)}


@operation("fc")
def function(rng, a):
    names = ["sin", "tan", "arcsin", "arctan", "sinh", "tanh", "arcsinh", "arctanh", "rint", "sign", "expm1", "log1p",
             "sqrt"] + ([] if a.dtype.kind == "c" else ["deg2rad", "rad2deg", "floor", "ceil", "trunc"])
    name = str(rng.choice(names))
    # Arguments below 1/2, exact in every type, so that condition numbers are small.
    c = canonical(a)
    if a.dtype.kind == "f":
        c.data = (np.sign(c.data) * np.minimum(np.abs(np.trunc(c.data * 4) / 32), 0.5)).astype(a.dtype)
    else:
        part = lambda x: np.sign(x) * np.minimum(np.abs(np.trunc(x * 4) / 32), 0.5)
        c.data = (part(c.data.real) + 1j * part(c.data.imag)).astype(a.dtype)
    if name == "sqrt" and a.dtype.kind == "f":
        c.data = np.abs(c.data)
    r = getattr(c, name)()
    return {"name": name, **matrix("c", c), **result(r),
            "bound": 32 * gamma(4, a.dtype) * np.abs(r.toarray()).astype(np.float64)}


@operation("iufc")
def power(rng, a):
    n = int(rng.integers(1, 4))
    c = canonical(a).power(n)
    return {"n": n, **result(c), "bound": 4 * gamma(12, a.dtype) * magnitudes(a)**n}


@operation("biuf")
def compare_number(rng, a):
    c = canonical(a)
    if a.dtype.kind == "f":  # sums of duplicates are exact here
        c.data = np.rint(c.data)
    number = int(rng.integers(0, 3)) if a.dtype.kind != "b" else int(rng.integers(0, 2))
    name = str(rng.choice(["equal", "not_equal", "less", "less_equal", "greater", "greater_equal"]))
    return {**matrix("c", c), "name": name, "number": number,
            "value": getattr(np, name)(c.toarray(), a.dtype.type(number))}


@operation("iuf")
def extreme_number(rng, a):
    name = str(rng.choice(["maximum", "minimum"]))
    number = -int(rng.integers(0, 3)) if name == "maximum" else int(rng.integers(0, 3))
    if a.dtype.kind == "u" and number < 0:
        number = 0
    c = getattr(canonical(a), name)(a.dtype.type(number)).toarray()
    return {"name": name, "number": number, "value": c, "bound": small(a)}


# ---- reductions -------------------------------------------------------------------------------------------------------
def axis_magnitudes(a, axis):
    m = magnitudes(a)
    return m.sum() if axis is None else m.sum(axis=axis)


@operation()
def sum_all(rng, a):
    s = canonical(a).sum()
    return vector(s, 2 * gamma(a.nnz + 4, np.asarray(s).dtype) * axis_magnitudes(a, None))


@operation()
def sum_axis(rng, a):
    axis = int(rng.integers(0, 2))
    s = a.sum(axis=axis)  # duplicates are not added up first
    return {"axis": axis, **vector(s, 2 * gamma(a.nnz + 4, np.asarray(s).dtype) * axis_magnitudes(a, axis))}


@operation()
def mean_all(rng, a):
    if 0 in a.shape:
        return None
    n = a.shape[0] * a.shape[1]
    m = a.mean()  # all that is stored for a place counts, also of bool
    return vector(m, (2 * gamma(a.nnz + 8, np.asarray(m).dtype) + 2 * unit("f8")) / n * axis_magnitudes(a, None) * 2)


@operation()
def mean_axis(rng, a):
    if 0 in a.shape:
        return None
    axis = int(rng.integers(0, 2))
    v = np.asarray(a.mean(axis=axis))
    # scipy multiplies by 1 / n, a float64 for every type.
    return {"axis": axis, **vector(v, (2 * gamma(a.nnz + 8, v.dtype) + unit("f8")) / a.shape[axis] *
                                   axis_magnitudes(a, axis))}


@operation()
def trace(rng, a):
    if 0 in a.shape:
        return None
    k = int(rng.integers(-a.shape[0] + 1, a.shape[1]))
    return {"k": k, **vector(a.trace(k), 2 * gamma(64, a.dtype) * magnitudes(a).trace(k))}


@operation()
def norms(rng, a):
    if 0 in a.shape:
        return None
    from scipy.sparse.linalg import norm
    c = canonical(a)
    w = np.abs(c.toarray().astype(np.clongdouble if a.dtype.kind == "c" else np.longdouble)).astype(np.float64)
    n = np.array([np.sqrt((w**2).sum()), w.sum(axis=0).max(), w.sum(axis=1).max(), w.sum(axis=0).min(),
                  w.sum(axis=1).min(), w.max()])
    if a.dtype.kind in "fc":  # those of small integers wrap
        assert np.allclose(n[:5], [norm(c), norm(c, 1), norm(c, np.inf), norm(c, -1), norm(c, -np.inf)], rtol=1e-4)
    # The expected numbers are float64, whatever the type.
    return {"value": n, "bound": 2 * (gamma(a.nnz + 16, a.dtype) + gamma(a.nnz + 16, "f8")) * n +
            2 * (gamma(8, a.dtype) + gamma(8, "f8")) * magnitudes(a).max() * c.nnz}


@operation()
def count_nonzero(rng, a):
    c = canonical(a)
    axis = int(rng.integers(-1, 2))
    number = c.count_nonzero() if axis < 0 else c.tocsr().count_nonzero(axis=axis)
    return {"axis": axis, **vector(np.asarray(number).astype(np.int64))}


@operation()
def nonzero(rng, a):
    r, c = canonical(a).nonzero()
    return {"value": r.astype(np.int64), "value1": c.astype(np.int64), **matrix("c", canonical(a))}


@operation()
def find(rng, a):
    c = canonical(a)
    r, s, v = sp.find(c)
    order = np.lexsort((s, r))
    return {"value": v[order], "value1": r[order].astype(np.int64), "value2": s[order].astype(np.int64),
            **matrix("c", c)}


@operation("biuf")
def extreme(rng, a):
    if 0 in a.shape:
        return None
    axis = int(rng.integers(-1, 2))
    c = canonical(a)
    names = ["max", "min"]
    if a.dtype.kind == "f":
        names += ["nanmax", "nanmin"]
        c.data[rng.random(c.data.shape) < 0.1] = np.nan
    name = str(rng.choice(names))
    stored = int(rng.integers(0, 2)) if c.nnz and axis < 0 else 0
    if stored:
        v = getattr(c, name)(explicit=True)
    else:
        v = getattr(c, name)() if axis < 0 else getattr(c, name)(axis=axis).toarray().ravel()
        d = c.toarray()
        expected = getattr(np, name)(d, axis=None if axis < 0 else axis)
        assert np.array_equal(np.asarray(v), expected, equal_nan=a.dtype.kind == "f")
    return {"axis": axis, "name": name, "stored": stored, **matrix("c", c), **vector(np.asarray(v).astype(a.dtype))}


@operation("biuf")
def arg_extreme(rng, a):
    if 0 in a.shape:
        return None
    axis = int(rng.integers(-1, 2))
    name = str(rng.choice(["argmax", "argmin"]))
    c = canonical(a)
    found = getattr(c, name)(axis=None if axis < 0 else axis)
    assert np.array_equal(np.asarray(found), getattr(c.toarray(), name)(axis=None if axis < 0 else axis))
    return {"axis": axis, "name": name, **matrix("c", c), **vector(np.asarray(found).astype(np.int64))}


# ---- two operands -----------------------------------------------------------------------------------------------------
@operation()
def add(rng, a):
    b = partner(rng, a)
    return {**matrix("b", b), **result(a + b), "bound": 2 * gamma(8, a.dtype) * (magnitudes(a) + magnitudes(b))}


@operation("iufc")
def subtract(rng, a):
    b = partner(rng, a)
    return {**matrix("b", b), **result(a - b), "bound": 2 * gamma(8, a.dtype) * (magnitudes(a) + magnitudes(b))}


@operation()
def multiply(rng, a):
    b = partner(rng, a)
    c = canonical(a).multiply(canonical(b))
    return {**matrix("b", b), **result(c.tobsr(a.blocksize)),
            "bound": 2 * gamma(12, a.dtype) * magnitudes(a) * magnitudes(b)}


@operation("biuf")
def extreme_of_two(rng, a):
    b = partner(rng, a)
    name = str(rng.choice(["maximum", "minimum"]))
    c = getattr(canonical(a), name)(canonical(b)).toarray()
    return {**matrix("b", b), "name": name, "value": c, "bound": 2 * gamma(8, a.dtype) * (magnitudes(a) + magnitudes(b))}


@operation("biuf")
def compare(rng, a):
    b = partner(rng, a)
    if a.dtype.kind == "f":  # sums of duplicates are exact here
        a = sp.bsr_array((np.rint(a.data), a.indices, a.indptr), shape=a.shape)
        b = sp.bsr_array((np.rint(b.data), b.indices, b.indptr), shape=b.shape)
    name = str(rng.choice(["equal", "not_equal", "less", "less_equal", "greater", "greater_equal"]))
    return {**matrix("c", a), **matrix("b", b), "name": name, "value": getattr(np, name)(a.toarray(), b.toarray())}


def product(a, b):
    """a @ b; its structure is that of the product of the patterns."""
    c = a @ b
    block = (a.blocksize[0], b.blocksize[1])
    if a.blocksize[1] != b.blocksize[0]:
        b = b.tobsr((a.blocksize[1], block[1]))
    pattern = blocks_of(a) @ blocks_of(b)
    if c.format == "bsr" and c.blocksize == block and block + (a.blocksize[1],) != (1, 1, 1):
        own = blocks_of(canonical(c))
        p = pattern.tocsr()
        p.sum_duplicates()
        assert np.array_equal(own.indices, p.indices) and np.array_equal(own.indptr, p.indptr)
    return result_at(pattern, c.toarray(), block)


@operation()
def matmul(rng, a):
    inner = a.shape[1] // a.blocksize[1]
    C = int(rng.choice([1, 2, 3, 4, 8]))
    K = a.blocksize[1]
    if inner % 2 == 0 and rng.random() < 0.3:  # other inner blocks: those of a win
        inner, K = inner // 2, 2 * K
    b = random_bsr(rng, str(rng.choice(STATES[:6])), a.dtype, (K, C), a.indices.dtype, inner, int(rng.integers(0, 4)))
    return {**matrix("b", b), **product(a, b),
            "bound": 2 * gamma(4 * a.shape[1] + 4, a.dtype) * (magnitudes(a) @ magnitudes(b))}


@operation()
def matmul_transposed(rng, a):
    b = random_bsr(rng, str(rng.choice(STATES[:6])), a.dtype, (a.blocksize[0], 2), a.indices.dtype,
                   a.shape[0] // a.blocksize[0], int(rng.integers(0, 4)))
    return {**matrix("b", b), **product(a.T, b),
            "bound": 2 * gamma(4 * a.shape[0] + 4, a.dtype) * (magnitudes(a).T @ magnitudes(b))}


@operation()
def matrix_power(rng, a):
    R = a.blocksize[0]
    n = int(rng.integers(0, 4))
    b = random_bsr(rng, str(rng.choice(STATES[:5])), a.dtype, (R, R), a.indices.dtype, 3, 3)
    if n == 0:
        e = sp.eye_array(3 * R, dtype=a.dtype, format="csr").tobsr((R, R))
        return {**matrix("c", b), "n": n, **result(e)}
    c, p = b, blocks_of(b)
    for _ in range(n - 1):
        c, p = c @ b, p @ blocks_of(b)
    m = magnitudes(b)
    return {**matrix("c", b), "n": n, **result_at(p, c.toarray(), (R, R)),
            "bound": 2 * gamma(64 * R * n, a.dtype) * np.linalg.matrix_power(m, n)}


@operation()
def matvec(rng, a):
    x = values(rng, a.shape[1], a.dtype)
    return {"x": x, "value": a @ x,
            "bound": 2 * gamma(4 * a.shape[1] + 4, a.dtype) * (magnitudes(a) @ np.abs(x).astype(np.float64))}


@operation()
def rmatvec(rng, a):
    x = values(rng, a.shape[0], a.dtype)
    return {"x": x, "value": x @ a,
            "bound": 2 * gamma(4 * a.shape[0] + 4, a.dtype) * (np.abs(x).astype(np.float64) @ magnitudes(a))}


@operation()
def matvecs(rng, a):
    x = values(rng, (a.shape[1], int(rng.integers(0, 20))), a.dtype)
    return {"x": x, "value": a @ x,
            "bound": 2 * gamma(4 * a.shape[1] + 4, a.dtype) * (magnitudes(a) @ np.abs(x).astype(np.float64))}


@operation()
def rmatvecs(rng, a):
    x = values(rng, (int(rng.integers(0, 20)), a.shape[0]), a.dtype)
    return {"x": x, "value": x @ a,
            "bound": 2 * gamma(4 * a.shape[0] + 4, a.dtype) * (np.abs(x).astype(np.float64) @ magnitudes(a))}


# ---- two types --------------------------------------------------------------------------------------------------------
def mixed(rng, name, pair, block, index):
    first, second = (np.dtype(d) for d in pair.split("+"))
    a = random_bsr(rng, str(rng.choice(STATES[:5])), first, block, index)
    if name == "matmul":
        b = random_bsr(rng, "unsorted", second, (block[1], 2), index, a.shape[1] // block[1], 2)
        c, fields = a @ b, product(a, b)
        bound = 2 * gamma(4 * a.shape[1] + 4, c.dtype) * (magnitudes(a) @ magnitudes(b))
    elif name == "hstack":
        b = partner(rng, a, "duplicates", second)
        c = sp.hstack([a, b])
        fields = result_at(sp.hstack([blocks_of(a), blocks_of(b)]), c.toarray(), block)
        bound = np.hstack([small(a), small(b)]) + 2 * unit(c.dtype) * np.hstack([magnitudes(a), magnitudes(b)])
    elif name == "kron":
        b = random_bsr(rng, "unsorted", second, (2, 1), index, 2, 2)
        c = np.kron(canonical(a).toarray(), canonical(b).toarray())
        ones = sp.bsr_array((np.ones_like(a.data, dtype=np.int64), a.indices, a.indptr), shape=a.shape).tocsr()
        fields = result_at(sp.kron(ones, blocks_of(b), format="csr"), c, (2, 1))
        bound = 2 * gamma(12, c.dtype) * np.kron(magnitudes(a), magnitudes(b))
    else:
        b = partner(rng, a, "duplicates", second)
        ca, cb = canonical(a), canonical(b)
        c = ca + cb if name == "add" else ca - cb if name == "subtract" else ca.multiply(cb).tobsr(block)
        fields = result(c)
        rounding = 2 * gamma(12, c.dtype) + 2 * gamma(4, first) + 2 * gamma(4, second)
        bound = rounding * (magnitudes(a) * magnitudes(b) if name == "multiply" else magnitudes(a) + magnitudes(b))
    return {**matrix("a", a), **matrix("b", b), **fields, "bound": bound}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("output", nargs="?",
                        default=pathlib.Path(__file__).resolve().parents[1] / "data" / "conformance.bin")
    arguments = parser.parse_args()
    rng = np.random.default_rng(arguments.seed)
    writer = Writer()
    writer.record(scipy=scipy.__version__, numpy=np.__version__, cases=arguments.cases)
    # Every operation x type first, then round and round with other blocks and states.
    grid = [(op, dtype) for op in OPERATIONS for dtype in DTYPES if np.dtype(dtype).kind in OPERATIONS[op][0]]
    grid += [("mixed " + op, pair) for op in ("add", "subtract", "multiply", "matmul", "hstack", "kron") for pair in PAIRS]
    done, tries = 0, 0
    while done < arguments.cases:
        op, dtype = grid[tries % len(grid)]
        block = BLOCKS[(tries // len(grid) + tries) % len(BLOCKS)]
        state = STATES[(tries // len(grid) + tries // 3) % len(STATES)]
        tries += 1
        index = np.int64 if rng.random() < 0.2 else np.int32
        if op.startswith("mixed "):
            writer.record(op=op, dtype=dtype, state="mixed", **mixed(rng, op[6:], dtype, block, index))
            done += 1
            continue
        a = random_bsr(rng, state, np.dtype(dtype), block, index)
        before = (a.data.copy(), a.indices.copy(), a.indptr.copy())
        fields = OPERATIONS[op][1](rng, sp.bsr_array(tuple(x.copy() for x in before), shape=a.shape))
        if fields is None:
            continue
        a = sp.bsr_array(before, shape=a.shape)
        writer.record(op=op, dtype=dtype, state=state, **matrix("a", a), **fields)
        done += 1
    raw = b"".join(writer.parts)
    packed = zlib.compress(raw, 9)
    pathlib.Path(arguments.output).write_bytes(struct.pack("<Q", len(raw)) + packed)
    print(f"{done} cases of {len(OPERATIONS)} operations and {len(PAIRS)} pairs of types, {len(raw)} bytes, "
          f"{len(packed)} compressed")


if __name__ == "__main__":
    sys.exit(main())
