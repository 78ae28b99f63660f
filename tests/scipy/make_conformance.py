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
NAME.indptr, NAME.shape, what else the operation was told, and the answer: result.* (a matrix, canonical), value (an
array) or number. `bound` says how far each element may be off: 0 where the answer is exact, else gamma_k times the sum
of magnitudes, for scipy's rounding and for ours.
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
STATES = ["canonical", "unsorted", "duplicates", "zeros", "empty", "no_rows", "no_cols"]


class Writer:
    def __init__(self):
        self.parts = []
        self.count = 0

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
                dtype = (value.dtype.kind + str(value.dtype.itemsize)).encode()
                out.append(b"a" + struct.pack("<B", len(dtype)) + dtype + struct.pack("<B", value.ndim) +
                           struct.pack(f"<{value.ndim}q", *value.shape) + np.ascontiguousarray(value).tobytes())
        self.parts.append(b"".join(out))
        self.count += 1


def matrix(prefix, a):
    return {f"{prefix}__shape": np.array(a.shape, dtype=np.int64), f"{prefix}__data": np.ascontiguousarray(a.data),
            f"{prefix}__indices": a.indices, f"{prefix}__indptr": a.indptr}


def canonical(a):
    a = sp.bsr_array((np.ascontiguousarray(a.data).copy(), a.indices.copy(), a.indptr.copy()), shape=a.shape)
    a.sum_duplicates()
    return a


def values(rng, shape, dtype):
    if dtype.kind == "b":
        return rng.random(shape) < 0.6
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
    data = values(rng, (len(indices), R, C), dtype)
    if state == "zeros":
        data[rng.random(data.shape) < 0.5] = 0
        for k in range(len(indices)):
            if rng.random() < 0.4:
                data[k] = 0
    return sp.bsr_array((data, np.array(indices, dtype=index), np.array(indptr, dtype=index)), shape=(m * R, n * C))


def wide(a):
    """The elements in the widest type, duplicates added up as their own type does."""
    return np.asarray(canonical(a).toarray())


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


def operation(*kinds):
    """Registers f(rng, a) -> fields for the dtypes of these kinds."""
    def register(f):
        OPERATIONS[f.__name__] = ("".join(kinds) or "biufc", f)
        return f
    return register


def result(c):
    c = c if c.format == "bsr" else c.tobsr((1, 1))
    return matrix("result", canonical(c))


# ---- one matrix -------------------------------------------------------------------------------------------------------
@operation()
def to_dense(rng, a):
    return {"value": a.toarray(), "bound": 2 * gamma(4, a.dtype) * magnitudes(a)}


@operation()
def transpose(rng, a):
    return {**result(a.T), "bound": 2 * gamma(4, a.dtype) * magnitudes(a).T}


@operation()
def diagonal(rng, a):
    k = int(rng.integers(-a.shape[0] - 1, a.shape[1] + 2))
    # NumPy's: scipy 1.18.1 crashes when a matrix has no columns.
    return {"k": k, "value": a.toarray().diagonal(k), "bound": 2 * gamma(4, a.dtype) * magnitudes(a).diagonal(k)}


@operation("biufc")
def count_nonzero(rng, a):
    return {"number": int(canonical(a).count_nonzero())}


@operation()
def eliminate_zeros(rng, a):
    c = canonical(a)
    c.eliminate_zeros()
    return {**result(c), "bound": 2 * gamma(4, a.dtype) * magnitudes(a)}


def axis_magnitudes(a, axis):
    m = magnitudes(a)
    return m.sum() if axis is None else m.sum(axis=axis)


@operation()
def sum_all(rng, a):
    s = canonical(a).sum()
    return {"value": np.asarray(s).reshape(1),
            "bound": np.array([2 * gamma(a.nnz + 4, np.asarray(s).dtype) * axis_magnitudes(a, None)])}


@operation()
def sum_axis(rng, a):
    axis = int(rng.integers(0, 2))
    s = a.sum(axis=axis)  # duplicates are not added up first
    return {"axis": axis, "value": np.asarray(s),
            "bound": 2 * gamma(a.nnz + 4, np.asarray(s).dtype) * np.atleast_1d(axis_magnitudes(a, axis))}


@operation("biuf")
def max_all(rng, a):
    if 0 in a.shape:
        return None
    c = canonical(a)
    return {"value": np.asarray(c.max()).reshape(1).astype(a.dtype), "bound": np.array(
        [2 * gamma(4, a.dtype) * magnitudes(a).max()])}


@operation("biuf")
def min_axis(rng, a):
    if 0 in a.shape:
        return None
    axis = int(rng.integers(0, 2))
    return {"axis": axis, "value": canonical(a).min(axis=axis).toarray().ravel().astype(a.dtype),
            "bound": 2 * gamma(4, a.dtype) * magnitudes(a).max(axis=axis)}


# ---- one matrix, other forms ------------------------------------------------------------------------------------------
@operation()
def sum_duplicates(rng, a):
    return {**result(a), "structure": "exact", "bound": 2 * gamma(4, a.dtype) * magnitudes(a)}


@operation()
def to_csr(rng, a):
    c = a.tocsr()
    return {"csr__data": c.data, "csr__indices": c.indices, "csr__indptr": c.indptr}


@operation()
def to_coo(rng, a):
    c = a.tocoo()
    return {"coo__data": c.data, "coo__row": c.coords[0], "coo__col": c.coords[1]}


@operation()
def to_bsr(rng, a):
    divisors = lambda n: [d for d in (1, 2, 3, 4, 5, 6, 8) if n % d == 0]
    block = (int(rng.choice(divisors(a.shape[0]))), int(rng.choice(divisors(a.shape[1]))))
    c = a.tocsr().tobsr(block)
    return {**result(c), "structure": "exact", "bound": 2 * gamma(4, a.dtype) * magnitudes(a)}


@operation()
def count_blocks(rng, a):
    from scipy.sparse._spfuncs import count_blocks as count
    r, c = int(rng.integers(1, 5)), int(rng.integers(1, 5))
    if a.shape[0] % r or a.shape[1] % c or a.nnz == 0:
        return None
    return {"r": r, "c": c, "number": int(count(a.tocsr(), (r, c)))}


@operation()
def estimate_blocksize(rng, a):
    from scipy.sparse._spfuncs import estimate_blocksize as estimate
    if a.nnz == 0:
        return None
    r, c = estimate(a.tocsr())
    return {"value": np.array([r, c], dtype=np.int64), "bound": np.zeros(2)}


@operation()
def astype(rng, a):
    kinds = "biufc" if a.dtype.kind == "c" else "biuf"
    to = str(rng.choice([d for d in DTYPES if np.can_cast(a.dtype, d, "same_kind") and np.dtype(d).kind in "biufc"]))
    c = a.astype(to)
    return {"to": to, **result(c), "structure": "exact",
            "bound": 2 * (gamma(4, to) + gamma(4, a.dtype)) * magnitudes(a)}


@operation("c")
def conj(rng, a):
    return {**result(a.conj()), "structure": "exact", "bound": 2 * gamma(4, a.dtype) * magnitudes(a)}


@operation("c")
def real(rng, a):
    return {**result(a.real), "structure": "exact", "bound": 2 * gamma(4, a.dtype) * magnitudes(a)}


@operation("c")
def imag(rng, a):
    return {**result(a.imag), "structure": "exact", "bound": 2 * gamma(4, a.dtype) * magnitudes(a)}


@operation("fc")
def scale(rng, a):
    factor = float(rng.integers(-8, 9)) / 4
    return {"factor": factor, **result(a * a.dtype.type(factor)), "structure": "exact",
            "bound": 2 * gamma(8, a.dtype) * abs(factor) * magnitudes(a)}


@operation("f")
def function(rng, a):
    name = str(rng.choice(["sin", "tan", "arcsin", "arctan", "sinh", "tanh", "arcsinh", "arctanh", "rint", "sign", "expm1",
                           "log1p", "deg2rad", "rad2deg", "floor", "ceil", "trunc", "sqrt"]))
    # Arguments near 1, exact in every type, so that condition numbers are small; sums of duplicates are exact.
    c = canonical(a)
    c.data = (np.sign(c.data) * np.minimum(np.abs(np.trunc(c.data * 4) / 32), 0.5)).astype(a.dtype)
    if name in ("sqrt",):
        c.data = np.abs(c.data)
    r = getattr(c, name)()
    return {"name": name, **matrix("c", c), **result(r), "structure": "exact",
            "bound": 32 * gamma(4, a.dtype) * np.maximum(np.abs(r.toarray()).astype(np.float64), 0)}


@operation("iuf")
def power(rng, a):
    c = canonical(a).power(2)
    return {"n": 2, **result(c), "structure": "exact", "bound": 4 * gamma(12, a.dtype) * magnitudes(a)**2}


@operation()
def trace(rng, a):
    if 0 in a.shape:
        return None
    k = int(rng.integers(-a.shape[0] + 1, a.shape[1]))
    t = np.asarray(a.toarray().trace(k, dtype=a.dtype if a.dtype.kind in "fc" else None))
    return {"k": k, "value": t.reshape(1), "bound": np.array([2 * gamma(64, a.dtype) * magnitudes(a).trace(k)])}


@operation("fc")
def norms(rng, a):
    if 0 in a.shape:
        return None
    from scipy.sparse.linalg import norm
    c = canonical(a)
    wide_c = np.abs(c.toarray()).astype(np.float64)
    n = np.array([np.sqrt((wide_c**2).sum()), wide_c.sum(axis=0).max(), wide_c.sum(axis=1).max()])
    assert np.allclose(n, [norm(c), norm(c, 1), norm(c, np.inf)], rtol=1e-4)
    # The expected numbers are float64, whatever the type.
    return {"value": n, "bound": 2 * (gamma(a.nnz + 16, a.dtype) + gamma(a.nnz + 16, "f8")) * n +
            2 * (gamma(8, a.dtype) + gamma(8, "f8")) * magnitudes(a).max() * c.nnz}


@operation("biuf")
def arg_extremes(rng, a):
    if 0 in a.shape:
        return None
    d = canonical(a).toarray()
    return {"value": np.array([d.argmax(), d.argmin()], dtype=np.int64), "bound": np.zeros(2)}


@operation()
def mean_axis(rng, a):
    if 0 in a.shape:
        return None
    axis = int(rng.integers(0, 2))
    v = np.asarray(a.mean(axis=axis))
    # scipy multiplies by 1 / n, a float64 for every type.
    return {"axis": axis, "value": v, "bound": (2 * gamma(a.nnz + 8, v.dtype) + unit("f8") / a.shape[axis]) *
            axis_magnitudes(a, axis)}


@operation()
def triangle(rng, a):
    k = int(rng.integers(-a.shape[0] - 1, a.shape[1] + 2))
    lower = int(rng.integers(0, 2))
    d = a.toarray()
    return {"k": k, "lower": lower, "value": np.tril(d, k) if lower else np.triu(d, k),
            "bound": 2 * gamma(4, a.dtype) * magnitudes(a)}


@operation()
def resize(rng, a):
    R, C = a.blocksize
    c = a.copy()
    c.resize(int(rng.integers(0, 6)) * R, int(rng.integers(0, 6)) * C)
    return {**result(c), "structure": "exact", "bound": 2 * gamma(4, a.dtype) * magnitudes(c)}


# ---- two matrices -----------------------------------------------------------------------------------------------------
def partner(rng, a, state=None):
    return random_bsr(rng, state or str(rng.choice(STATES[:5])), a.dtype, a.blocksize, a.indices.dtype,
                      a.shape[0] // a.blocksize[0], a.shape[1] // a.blocksize[1])


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
    return {**matrix("b", b), **result(c.tobsr(a.blocksize)), "bound": 2 * gamma(12, a.dtype) * magnitudes(a) *
            magnitudes(b)}


@operation()
def matmul(rng, a):
    inner = a.shape[1] // a.blocksize[1]
    C = int(rng.choice([1, 2, 3, 4, 8]))
    b = random_bsr(rng, str(rng.choice(STATES[:5])), a.dtype, (a.blocksize[1], C), a.indices.dtype, inner,
                   int(rng.integers(0, 4)))
    c = a @ b
    if c.format != "bsr" or c.blocksize != (a.blocksize[0], C):
        c = c.tobsr((a.blocksize[0], C))
    return {**matrix("b", b), **result(c), "structure": "subset",
            "bound": 2 * gamma(4 * a.shape[1] + 4, a.dtype) * (magnitudes(a) @ magnitudes(b))}


@operation()
def matvec(rng, a):
    x = values(rng, a.shape[1], a.dtype)
    y = a @ x
    return {"x": x, "value": y, "bound": 2 * gamma(4 * a.shape[1] + 4, a.dtype) * (magnitudes(a) @ np.abs(x).astype(
        np.float64))}


@operation("biuf")
def maximum(rng, a):
    b = partner(rng, a)
    c = canonical(a).maximum(canonical(b)).toarray()
    return {**matrix("b", b), "value": c, "bound": 2 * gamma(8, a.dtype) * (magnitudes(a) + magnitudes(b))}


@operation("biuf")
def compare(rng, a):
    b = partner(rng, a)
    if a.dtype.kind == "f":  # sums of duplicates are exact here
        a = sp.bsr_array((np.rint(a.data), a.indices, a.indptr), shape=a.shape)
        b = sp.bsr_array((np.rint(b.data), b.indices, b.indptr), shape=b.shape)
    name = str(rng.choice(["equal", "not_equal", "less", "less_equal", "greater", "greater_equal"]))
    return {**matrix("c", a), **matrix("b", b), "name": name, "value": getattr(np, name)(a.toarray(), b.toarray()),
            "bound": np.zeros(a.shape)}


@operation()
def stack(rng, a):
    b = partner(rng, a)
    how = str(rng.choice(["hstack", "vstack", "block_diag"]))
    x, y = a.toarray(), b.toarray()
    if how == "block_diag":
        value = np.block([[x, np.zeros((x.shape[0], y.shape[1]), x.dtype)],
                          [np.zeros((y.shape[0], x.shape[1]), x.dtype), y]])
    else:
        value = getattr(np, how)([x, y])
    return {**matrix("b", b), "how": how, "value": value, "bound": 2 * gamma(4, a.dtype) * np.abs(value).astype(
        np.float64) + (0 if a.dtype.kind in "biu" else 2 * gamma(8, a.dtype) * (magnitudes(a).max(initial=0) +
                                                                         magnitudes(b).max(initial=0)))}


@operation()
def rmatvec(rng, a):
    x = values(rng, a.shape[0], a.dtype)
    return {"x": x, "value": x @ a, "bound": 2 * gamma(4 * a.shape[0] + 4, a.dtype) * (np.abs(x).astype(
        np.float64) @ magnitudes(a))}


@operation()
def matvecs(rng, a):
    x = values(rng, (a.shape[1], int(rng.integers(0, 20))), a.dtype)
    return {"x": x, "value": a @ x, "bound": 2 * gamma(4 * a.shape[1] + 4, a.dtype) * (magnitudes(a) @ np.abs(x).astype(
        np.float64))}


@operation()
def kron(rng, a):
    b = random_bsr(rng, str(rng.choice(STATES[:5])), a.dtype, (2, 1), a.indices.dtype, 2, 2)
    c = sp.kron(a, b.toarray(), format="bsr") if a.nnz else sp.bsr_array(
        (a.shape[0] * 4, a.shape[1] * 2), blocksize=(1, 1), dtype=a.dtype)
    # The type of a product with nothing in it is float64 in scipy.
    return {**matrix("b", b), "value": c.toarray().astype(a.dtype), "bound": 2 * gamma(12, a.dtype) * np.kron(
        magnitudes(a), magnitudes(b))}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("output", nargs="?",
                        default=pathlib.Path(__file__).resolve().parents[1] / "data" / "conformance.bin")
    arguments = parser.parse_args()
    rng = np.random.default_rng(arguments.seed)
    writer = Writer()
    writer.record(scipy=scipy.__version__, numpy=np.__version__, cases=arguments.cases)
    # Every operation x type first, then round and round with other blocks and states.
    grid = [(op, dtype) for op in OPERATIONS for dtype in DTYPES if np.dtype(dtype).kind in OPERATIONS[op][0]]
    done, tries = 0, 0
    while done < arguments.cases:
        op, dtype = grid[tries % len(grid)]
        block = BLOCKS[(tries // len(grid) + tries) % len(BLOCKS)]
        state = STATES[(tries // len(grid) + tries // 3) % len(STATES)]
        tries += 1
        index = np.int64 if rng.random() < 0.2 else np.int32
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
    print(f"{done} cases of {len(OPERATIONS)} operations, {len(raw)} bytes, {len(packed)} compressed")


if __name__ == "__main__":
    sys.exit(main())
