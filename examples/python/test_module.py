#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""test_module.py <folder of the module>: the module beside scipy's own routines, called with the same arguments.

Every routine, for every type of elements and of indices, several sizes of blocks, and matrices in every state."""
import gc
import os
import pathlib
import subprocess
import sys
import unittest

import numpy as np
import scipy
import scipy.sparse as sp
from scipy.sparse import _sparsetools

sys.path.insert(0, sys.argv[1])
import bsr

TYPES = (
    "bool int8 uint8 int16 uint16 int32 uint32 int64 uint64 longlong ulonglong "
    "float32 float64 longdouble complex64 complex128 clongdouble"
).split()
INDICES = ["int32", "int64"]
BLOCKS = [(1, 1), (2, 2), (2, 3), (3, 3), (4, 1), (8, 8)]
STATES = ["canonical", "unsorted", "duplicates", "zeros", "empty", "no rows", "no columns"]
BINARY = "plus minus elmul eldiv maximum minimum ne lt gt le ge".split()
COMPARISONS = ["ne", "lt", "gt", "le", "ge"]
calls = 0


# ---- matrices ------------------------------------------------------------------------------------------------


def grid(rng, dtype, n):
    """Numbers of which all sums and products in these tests are exact, and of which some are zero."""
    dtype = np.dtype(dtype)
    x = rng.integers(-16, 17, n) * (rng.random(n) < 0.8)
    if dtype.kind == "b":
        return x > 0
    if dtype.kind == "u":
        return abs(x).astype(dtype)
    if dtype.kind == "i":
        return x.astype(dtype)
    x = x.astype(dtype) / dtype.type(8)
    if dtype.kind == "c":
        x = x + (rng.integers(-16, 17, n) / 8 * 1j).astype(dtype)
    return x.astype(dtype)


def wild(rng, dtype, n):
    """Numbers with all their digits; integers that wrap."""
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return rng.random(n) < 0.5
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        return rng.integers(info.min, info.max, n, dtype=dtype, endpoint=True)
    x = rng.standard_normal(n).astype(dtype)
    x = x + (rng.standard_normal(n) * np.finfo(dtype).eps * 1000).astype(dtype)
    if dtype.kind == "c":
        x = x + dtype.type(1j) * rng.standard_normal(n).astype(dtype)
    return x.astype(dtype)


def structure(rng, state, rows, cols, itype):
    """indptr and indices of a matrix in some state."""
    if state == "no rows":
        rows = 0
    if state == "no columns":
        cols = 0
    columns = []
    for _ in range(rows):
        if state == "duplicates" and cols > 0:
            columns.append(rng.integers(0, cols, rng.integers(0, 2 * cols)))
        else:
            row = np.flatnonzero(rng.random(cols) < (0 if state == "empty" else 0.5))
            columns.append(rng.permutation(row) if state == "unsorted" else row)
    indptr = np.cumsum([0] + [len(row) for row in columns])
    indices = np.concatenate(columns) if columns else np.zeros(0)
    return rows, cols, indptr.astype(itype), indices.astype(itype)


class matrix:
    """The arrays of a matrix, read-only."""

    def __init__(self, rng, state, rows, cols, block, dtype, itype, values=grid, nonzero=False):
        self.rows, self.cols, self.indptr, self.indices = structure(rng, state, rows, cols, itype)
        self.block = block
        self.data = values(rng, dtype, len(self.indices) * block[0] * block[1])
        if nonzero:
            self.data[self.data == 0] = 1
        if state == "zeros":
            self.data.reshape(-1, *block)[::2] = 0
        for a in (self.indptr, self.indices, self.data):
            a.flags.writeable = False

    @property
    def arrays(self):
        return self.indptr, self.indices, self.data

    @property
    def sizes(self):
        return self.rows, self.cols, *self.block

    def dense(self, f=lambda x: x):
        """The sum of f(block) at every place, in the widest type of that kind."""
        R, C = self.block
        kind = self.data.dtype.kind
        wide = {"b": np.int64, "i": np.int64, "u": np.int64, "f": np.longdouble, "c": np.clongdouble}[kind]
        x = np.zeros((self.rows, self.cols, R, C), wide)
        rows = np.repeat(np.arange(self.rows), np.diff(self.indptr))
        np.add.at(x, (rows, self.indices), f(self.data.astype(wide)).reshape(-1, R, C))
        return x.transpose(0, 2, 1, 3).reshape(self.rows * R, self.cols * C)


def guarded(dtype, n, values=None):
    """An array of n elements inside a larger one."""
    around = np.full(n + 16, 1, dtype)
    a = around[8 : 8 + n]
    a[:] = 1 if values is None else values
    return around, a


def both(name, inputs, outputs, initial=None):
    """Calls bsr and scipy with the same arguments. outputs: (dtype, size) of each array that is written; initial
    gives what they hold before. Returns what both returned and wrote."""
    global calls
    calls += 1
    initial = initial or [None] * len(outputs)
    pairs = [guarded(d, n, v) for (d, n), v in zip(outputs, initial)]
    theirs = [a.copy() for _, a in pairs]
    before = [a.copy() if isinstance(a, np.ndarray) else a for a in inputs]
    returned = getattr(bsr, name)(*inputs, *(a for _, a in pairs))
    for around, a in pairs:
        edge = np.full(8, 1, a.dtype)
        assert np.array_equal(around[:8], edge) and np.array_equal(around[-8:], edge), name + " writes too much"
    for old, a in zip(before, inputs):
        assert np.array_equal(old, a, equal_nan=isinstance(a, np.ndarray) and a.dtype.kind in "fc"), name
    expected = getattr(_sparsetools, name)(*before, *theirs)
    return (returned, *(a for _, a in pairs)), (expected, *theirs)


def eps_of(dtype):
    return np.finfo(dtype).eps if np.dtype(dtype).kind in "fc" else 0


def sorted_rows(indptr, indices, data):
    """The used parts of three arrays, rows sorted by column; equal columns stay in order."""
    n = indptr[-1]
    if n == 0:
        return indptr, indices[:0], data[:0].ravel()
    rows = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    order = np.lexsort((indices[:n], rows))
    area = len(data) // max(len(indices), 1)
    return indptr, indices[:n][order], data[: n * area].reshape(n, area)[order]


def is_sorted(indptr, indices):
    return all(np.all(np.diff(indices[i:j]) > 0) for i, j in zip(indptr[:-1], indptr[1:]))


class Routines(unittest.TestCase):
    """Each test is one group of routines over all cases."""

    def cases(self, *states):
        rng = np.random.default_rng(7)
        for dtype in TYPES:
            for itype in INDICES:
                for block in BLOCKS:
                    for state in states or STATES:
                        where = f"{dtype} {itype} {block} {state}"
                        yield rng, dtype, itype, block, state, where

    def equal(self, ours, theirs, where):
        for x, y in zip(ours, theirs, strict=True):
            if isinstance(x, np.ndarray):
                self.assertTrue(np.array_equal(x, y, equal_nan=x.dtype.kind in "fc"), f"{where}:\n{x}\n{y}")
            else:
                self.assertEqual(x, y, where)

    def test_products_with_vectors(self):
        for rng, dtype, itype, block, state, where in self.cases():
            a = matrix(rng, state, 4, 5, block, dtype, itype, wild)
            n, m = a.cols * block[1], a.rows * block[0]
            magnitude = a.dense(abs)
            for vectors in (None, 0, 3, 17):
                k = 1 if vectors is None else vectors
                x, y = wild(rng, dtype, n * k), wild(rng, dtype, m * k)
                x.flags.writeable = False
                if vectors is None:
                    ours, theirs = both("bsr_matvec", [*a.sizes, *a.arrays, x], [(dtype, m)], [y])
                else:
                    sizes = [a.rows, a.cols, k, *block]
                    ours, theirs = both("bsr_matvecs", [*sizes, *a.arrays, x], [(dtype, m * k)], [y])
                if np.dtype(dtype).kind not in "fc":
                    self.equal(ours, theirs, where)
                    continue
                # Both make at most terms + 1 roundings of every sum, of complex numbers four for each term.
                terms = 2 * a.cols * block[1] + 2
                bound = magnitude @ abs(x.astype(np.clongdouble)).reshape(n, k)
                bound = 2 * 4 * terms * eps_of(dtype) * (bound + abs(y.astype(np.clongdouble)).reshape(m, k))
                error = abs(ours[1].astype(np.clongdouble) - theirs[1]).reshape(m, k)
                self.assertTrue(np.all(error <= bound), where)

    def test_product_of_matrices(self):
        for rng, dtype, itype, block, state, where in self.cases():
            for values in (grid, wild):
                a = matrix(rng, state, 4, 5, block, dtype, itype, values)
                R, N = block
                for C in {1, 3, N} if values is grid else {N}:
                    b = matrix(rng, state if state != "no rows" else "unsorted", a.cols, 3, (N, C), dtype, itype)
                    ours, theirs = both(
                        "csr_matmat_maxnnz", [a.rows, b.cols, a.indptr, a.indices, b.indptr, b.indices], []
                    )
                    self.equal(ours, theirs, where)
                    most = ours[0]
                    sizes = [most, a.rows, b.cols, R, C, N]
                    ours, theirs = both(
                        "bsr_matmat",
                        [*sizes, *a.arrays, *b.arrays],
                        [(itype, a.rows + 1), (itype, most), (dtype, most * R * C)],
                    )
                    self.assertTrue(is_sorted(*ours[1:3]), where)
                    if R == C == N == 1:
                        if values is wild and np.dtype(dtype).kind in "fc":
                            continue  # scipy drops zeros: only exact sums have the same ones
                        ours = (None, *self.without_zeros(*ours[1:]))
                    Cp, Cj, Cx = sorted_rows(*ours[1:])
                    Dp, Dj, Dx = sorted_rows(*theirs[1:])
                    self.equal((Cp, Cj), (Dp, Dj), where)
                    if np.dtype(dtype).kind not in "fc" or values is grid:
                        self.equal((Cx,), (Dx,), where)
                        continue
                    bound = a.dense(abs) @ b.dense(abs) * 2 * 4 * (2 * a.cols * N + 2) * eps_of(dtype)
                    rows = np.repeat(np.arange(a.rows), np.diff(Cp))
                    bound = bound.reshape(a.rows, R, b.cols, C)[rows, :, Cj, :].reshape(Cx.shape)
                    self.assertTrue(np.all(abs(Cx.astype(np.clongdouble) - Dx) <= bound), where)

    @staticmethod
    def without_zeros(indptr, indices, data):
        keep = data[: indptr[-1]] != 0
        total = np.concatenate(([0], np.cumsum(keep))).astype(indptr.dtype)
        return total[indptr], indices[: indptr[-1]][keep], data[: indptr[-1]][keep]

    def test_conversions(self):
        for rng, dtype, itype, block, state, where in self.cases():
            R, C = block
            a = matrix(rng, state, 4, 5, block, dtype, itype)
            blocks, n = len(a.indices), len(a.data)
            arguments = [*a.sizes, *a.arrays]
            made = [(itype, a.cols + 1), (itype, blocks), (dtype, n)]
            self.equal(*both("bsr_transpose", arguments, made), where)
            made = [(itype, a.rows * R + 1), (itype, n), (dtype, n)]
            ours, theirs = both("bsr_tocsr", arguments, made)
            self.equal(ours, theirs, where)

            # The same numbers as CSR, and a CSR matrix of its own; back to blocks of another size.
            random = matrix(rng, state, 24, 24, (1, 1), dtype, itype)
            for p, j, x, shape, to in (
                (*ours[1:], (a.rows * R, a.cols * C), block),
                (*random.arrays, (random.rows, random.cols), block),
            ):
                if shape[0] % to[0] or shape[1] % to[1]:
                    continue
                for i in (p, j, x):
                    i.flags.writeable = False
                counted, expected = both("csr_count_blocks", [*shape, *to, p, j], [])
                self.equal(counted, expected, where)
                count = counted[0]
                made = [(itype, shape[0] // to[0] + 1), (itype, count), (dtype, count * to[0] * to[1])]
                first = [np.zeros(m, d) for d, m in made]  # scipy adds to what is there
                ours, theirs = both("csr_tobsr", [*shape, *to, p, j, x], made, first)
                if to == (1, 1):  # sorted if there are duplicates to be added up
                    ours, theirs = sorted_rows(*ours[1:]), sorted_rows(*theirs[1:])
                self.equal(ours, theirs, where)

    def test_sorting(self):
        for rng, dtype, itype, block, state, where in self.cases():
            a = matrix(rng, state, 4, 9, block, dtype, itype, wild)
            ours, theirs = both(
                "bsr_sort_indices",
                [*a.sizes, a.indptr],
                [(itype, len(a.indices)), (dtype, len(a.data))],
                [a.indices, a.data],
            )
            _, indices, data = sorted_rows(*a.arrays)
            self.equal(ours[1:], (indices, data.reshape(-1)), where)  # stable
            if state != "duplicates":
                self.equal(ours, theirs, where)

    def test_diagonals(self):
        for rng, dtype, itype, block, state, where in self.cases():
            a = matrix(rng, state, 4, 5, block, dtype, itype)
            m, n = a.rows * block[0], a.cols * block[1]
            for k in {-m + 1, -3, 0, 1, block[1], n - 1}:
                length = max(min(m, n - k) - max(0, -k), 0)
                if length == 0:
                    continue
                y = grid(rng, dtype, length)
                self.equal(*both("bsr_diagonal", [k, *a.sizes, *a.arrays], [(dtype, length)], [y]), where)

    def test_scaling(self):
        for rng, dtype, itype, block, state, where in self.cases():
            a = matrix(rng, state, 4, 5, block, dtype, itype)
            for name, n in (("bsr_scale_rows", a.rows * block[0]), ("bsr_scale_columns", a.cols * block[1])):
                x = grid(rng, dtype, n)
                # The matrix is written, and is not the last argument.
                around, mine = guarded(dtype, len(a.data), a.data)
                theirs = a.data.copy()
                getattr(bsr, name)(*a.sizes, a.indptr, a.indices, mine, x)
                getattr(_sparsetools, name)(*a.sizes, a.indptr, a.indices, theirs, x)
                self.equal((mine, around[:8]), (theirs, np.full(8, 1, dtype)), f"{name} {where}")

    def test_two_matrices(self):
        for rng, dtype, itype, block, state, where in self.cases():
            kind = np.dtype(dtype).kind
            a = matrix(rng, state, 4, 5, block, dtype, itype)
            b = matrix(rng, state, 4, 5, block, dtype, itype)
            room = len(a.indices) + len(b.indices)
            area = block[0] * block[1]
            for op in BINARY:
                name = f"bsr_{op}_bsr"
                made = [(itype, a.rows + 1), (itype, room)]
                made.append((bool if op in COMPARISONS else dtype, room * area))
                if op == "eldiv" and kind in "biu":
                    self.check_quotient(name, a, b, made, where)
                    continue
                ours, theirs = both(name, [*a.sizes, *a.arrays, *b.arrays], made)
                where_op = f"{name} {where}"
                self.assertTrue(is_sorted(*ours[1:3]), where_op)
                ours, theirs = sorted_rows(*ours[1:]), sorted_rows(*theirs[1:])
                if op != "eldiv" or kind == "f":
                    self.equal(ours, theirs, where_op)
                else:
                    self.equal(ours[:2], theirs[:2], where_op)
                    # A complex quotient is some ten roundings of numbers of its own size.
                    x, y = ours[2].astype(np.clongdouble), theirs[2]
                    self.assertTrue(np.array_equal(np.isfinite(x), np.isfinite(y)), where_op)
                    finite = np.isfinite(y)
                    error = abs(x - y)[finite]
                    self.assertTrue(np.all(error <= 20 * eps_of(dtype) * abs(y[finite])), where_op)

    def check_quotient(self, name, a, b, made, where):
        """scipy's routine ends the program when an integer is divided by 0; bsr's gives 0."""
        arrays = [guarded(d, n)[1] for d, n in made]
        getattr(bsr, name)(*a.sizes, *a.arrays, *b.arrays, *arrays)
        x, y = a.dense(), b.dense()
        if a.data.dtype.kind == "b":
            x, y = x != 0, y != 0
            expected = (x & y).astype(np.int64)
        else:
            info = np.iinfo(a.data.dtype)
            assert x.max(initial=0) <= info.max and y.max(initial=0) <= info.max
            expected = np.sign(x) * np.sign(y) * (abs(x) // np.where(y == 0, 1, abs(y))) * (y != 0)
        indptr, indices, data = arrays
        n = indptr[-1]
        blocks = data[: n * a.block[0] * a.block[1]].reshape(n, *a.block)
        self.assertTrue(blocks.any(axis=(1, 2)).all(), where)
        if x.size:
            quotient = sp.bsr_array((blocks.astype(np.int64), indices[:n], indptr), shape=x.shape)
            self.equal((quotient.toarray(),), (expected,), where)

    def test_quotients_of_integers(self):
        for rng, dtype, itype, block, state, where in self.cases("canonical"):
            if np.dtype(dtype).kind not in "biu":
                continue
            a = matrix(rng, state, 4, 5, block, dtype, itype)
            b = matrix(rng, state, 4, 5, block, dtype, itype, nonzero=True)
            b.indptr, b.indices = a.indptr, a.indices
            b.data = np.resize(b.data, len(a.data)) if len(b.data) else np.ones(len(a.data), dtype)
            made = [(itype, 5), (itype, len(a.indices)), (dtype, len(a.data))]
            ours, theirs = both("bsr_eldiv_bsr", [*a.sizes, *a.arrays, *b.arrays], made)
            self.equal(sorted_rows(*ours[1:]), sorted_rows(*theirs[1:]), where)
        x = np.array([-128, 7, -7, 5], np.int8)
        y = np.array([-1, -2, 2, 0], np.int8)
        p, j, c = np.array([0, 1]), np.array([0]), np.zeros(4, np.int8)
        bsr.bsr_eldiv_bsr(1, 1, 2, 2, p, j, x, p, j, y, np.zeros(2, int), np.zeros(1, int), c)
        self.assertEqual(c.tolist(), [-128, -3, -3, 0])

    def test_not_a_number(self):
        """Where the two mean something else: scipy's maximum forgets a NaN of its second operand."""
        p, j, nan = np.array([0, 1]), np.array([0]), np.nan
        for name, expected in (
            ("maximum", [nan, nan, 0]),
            ("minimum", [nan, nan, 0]),
            ("ne", [True, True, False]),
            ("le", [False, False, True]),
        ):
            c = np.zeros(3, bool if name in COMPARISONS else float)
            a, b = np.array([nan, 1, 0]), np.array([1, nan, 0])
            getattr(bsr, f"bsr_{name}_bsr")(1, 1, 1, 3, p, j, a, p, j, b, p.copy(), j.copy(), c)
            np.testing.assert_array_equal(c, expected)


class Errors(unittest.TestCase):
    """Bad input is an exception with a sentence, where scipy reads and writes wherever it is sent."""

    def setUp(self):
        self.p = np.array([0, 1, 2], np.int32)
        self.j = np.array([0, 2], np.int32)
        self.x = np.ones(8)
        self.v, self.y = np.ones(6), np.ones(4)

    def refused(self, kind, sentence, name, *arguments):
        with self.assertRaisesRegex(kind, sentence):
            getattr(bsr, name)(*arguments)

    def matvec(self, kind, sentence, sizes=(2, 3, 2, 2), **changed):
        arrays = {"p": self.p, "j": self.j, "x": self.x, "v": self.v, "y": self.y, **changed}
        before = arrays["y"].copy()
        self.refused(kind, sentence, "bsr_matvec", *sizes, *arrays.values())
        self.assertTrue(np.array_equal(arrays["y"], before))

    def test_this_is_fine(self):
        bsr.bsr_matvec(2, 3, 2, 2, self.p, self.j, self.x, self.v, self.y)
        self.assertEqual(self.y.tolist(), [3, 3, 3, 3])

    def test_indices(self):
        wrong = lambda *j: np.array(j, np.int32)
        self.matvec(ValueError, "column index values must be < 3 \\(now max 3\\)", j=wrong(0, 3))
        self.matvec(ValueError, "column index values must be >= 0: block row 1 holds -1", j=wrong(0, -1))
        self.matvec(ValueError, "index pointer should start with 0", p=wrong(1, 1, 2))
        self.matvec(ValueError, "non-decreasing", p=wrong(0, 3, 2))
        self.matvec(ValueError, "Last value of index pointer", p=wrong(0, 1, 3))
        self.matvec(ValueError, "index pointer size", p=wrong(0, 2))
        self.matvec(ValueError, "Last value of index pointer", j=wrong(0))
        self.matvec(ValueError, "same size", j=wrong(0, 1, 2))
        csr = (4, 6, 2, 2, wrong(0, 1, 2, 2, 2), wrong(0, 6), self.x[:2])
        room = np.zeros(3, np.int32), np.zeros(9, np.int32), np.zeros(99)
        self.refused(ValueError, "column index values must be < 6", "csr_tobsr", *csr, *room)
        self.refused(ValueError, "column index values", "csr_count_blocks", *csr[:-1])
        self.refused(ValueError, "column", "csr_matmat_maxnnz", 2, 3, self.p, self.j, self.p, wrong(0, 3))
        for name in ("bsr_transpose", "bsr_tocsr"):
            self.refused(ValueError, "column", name, 2, 3, 2, 2, self.p, wrong(0, 3), self.x, *room)
        self.refused(ValueError, "column", "bsr_sort_indices", 2, 3, 2, 2, self.p, wrong(0, 3), self.x)
        for op in BINARY:
            two = (2, 3, 2, 2, self.p, self.j, self.x, self.p, wrong(0, 3), self.x)
            self.refused(ValueError, "column", f"bsr_{op}_bsr", *two, *room)

    def test_sizes(self):
        self.matvec(ValueError, "x has 5 elements", v=np.ones(5))
        self.matvec(ValueError, "y has 3 elements", y=np.ones(3))
        self.matvec(ValueError, "same size", x=np.ones(7))
        self.matvec(ValueError, "invalid blocksize 0x2", (2, 3, 0, 2))
        self.matvec(ValueError, "invalid", (-2, 3, 2, 2))
        self.matvec(ValueError, "too large", (2**62, 3, 2, 2))
        self.matvec(ValueError, "64 bits", (2**64, 3, 2, 2))
        self.matvec(TypeError, "n_brow must be an integer", (2.0, 3, 2, 2))
        self.refused(TypeError, "takes 9 arguments, not 2", "bsr_matvec", 1, 2)
        self.refused(ValueError, "bsr_matvecs", "bsr_matvecs", 2, 3, 2, 2, 2, self.p, self.j, self.x, self.v, self.y)
        made = np.zeros(4, np.int32), np.zeros(1, np.int32), np.zeros(8)
        self.refused(
            ValueError, "Bj has room for 1 elements, the result has 2", "bsr_transpose",
            2, 3, 2, 2, self.p, self.j, self.x, *made,
        )  # fmt: skip
        self.assertTrue(not any(a.any() for a in made))

    def test_arrays(self):
        self.matvec(TypeError, "Xx has dtype float32, but must have float64", v=np.ones(6, np.float32))
        self.matvec(TypeError, "Aj has dtype int64, but must have int32", j=self.j.astype(np.int64))
        self.matvec(TypeError, "Ap has dtype int16", p=self.p.astype(np.int16))
        self.matvec(TypeError, "no matrices of float16", x=self.x.astype(np.float16))
        self.matvec(TypeError, "no matrices of object", x=self.x.astype(object))
        self.matvec(TypeError, "byte order", x=self.x.astype(">f8"))
        self.matvec(TypeError, "Xx must be a numpy.ndarray, not list", v=[1.0] * 6)
        self.matvec(ValueError, "Xx must be C-contiguous", v=np.ones(12)[::2])
        self.matvec(ValueError, "contiguous and aligned", v=np.zeros(49, np.int8)[1:].view(float))
        read_only = np.ones(4)
        read_only.flags.writeable = False
        self.matvec(ValueError, "Yx is read-only", y=read_only)
        shared = np.ones(10)
        self.matvec(ValueError, "Yx is written, and shares memory with Xx", v=shared[:6], y=shared[5:9])
        flags = np.array([1, 2, 0, 1], np.uint8).view(bool)
        self.refused(
            ValueError, "neither True nor False", "bsr_sort_indices", 1, 1, 2, 2, self.p[:2].copy(), self.j[:1].copy(), flags
        )  # fmt: skip

    def test_matrices(self):
        a = sp.bsr_array((self.x.reshape(2, 2, 2), self.j, self.p), shape=(4, 6))
        self.refused(TypeError, "bsr_array", "matmul", a.tocsr(), self.v)
        self.refused(ValueError, "a is 4 x 6", "matmul", a, np.ones(5))
        self.refused(ValueError, "a is 4 x 6", "matmul", a, a)
        self.refused(ValueError, "alike", "add", a, sp.bsr_array((6, 4), blocksize=(2, 2)))
        self.refused(TypeError, "but must have", "add", a, a.astype(np.float32))
        a.indices[1] = 3
        self.refused(ValueError, "column index", "add", a, a)


class Matrices(unittest.TestCase):
    """The functions of scipy's matrices."""

    def operands(self, dtype, itype):
        rng = np.random.default_rng(3)
        for block in BLOCKS:
            a = matrix(rng, "unsorted", 5, 4, block, dtype, itype)
            b = matrix(rng, "duplicates", 5, 4, block, dtype, itype)
            yield [
                sp.bsr_array((m.data.reshape(-1, *block), m.indices, m.indptr), shape=(5 * block[0], 4 * block[1]))
                for m in (a, b)
            ], rng

    def test_all(self):
        for dtype in TYPES:
            for itype in INDICES:
                for (a, b), rng in self.operands(dtype, itype):
                    flags = np.dtype(dtype).kind == "b"
                    pairs = [
                        (bsr.add(a, b), a + b),
                        (bsr.subtract(a, b), a != b if flags else a - b),
                        (bsr.multiply(a, b), a.multiply(b)),
                        (bsr.transpose(b), b.T),
                        (bsr.matmul(a, bsr.transpose(b)), a @ b.T),
                    ]
                    for ours, theirs in pairs:
                        self.assertIsInstance(ours, sp.bsr_array)
                        ours.check_format(full_check=True)
                        self.assertEqual(ours.dtype, theirs.dtype)
                        self.assertEqual(ours.indices.dtype, np.dtype(itype))
                        self.assertTrue(np.array_equal(ours.toarray(), theirs.toarray()))
                    x, xs = grid(rng, dtype, a.shape[1]), grid(rng, dtype, a.shape[1] * 5).reshape(-1, 5)
                    self.assertTrue(np.array_equal(bsr.matmul(a, x), a @ x))
                    self.assertTrue(np.array_equal(bsr.matmul(a, xs), a @ xs))

    def test_results_keep_their_memory(self):
        n = 2000
        a = sp.bsr_array((np.ones((n, 3, 3)), np.arange(n), np.arange(n + 1)), shape=(3 * n, 3 * n))
        c = bsr.add(a, a)
        data = c.data
        owner = data
        while isinstance(owner, np.ndarray):
            owner = owner.base
        self.assertEqual(type(owner).__name__, "PyCapsule")  # memory of bsr, not a copy of it
        del c, owner
        gc.collect()
        others = [bsr.add(a, a) for _ in range(5)]
        self.assertTrue((data == 2).all())
        self.assertEqual(len(others), 5)


class Memory(unittest.TestCase):
    """Nothing is copied: what a process has used at most does not grow by as much as the matrix takes."""

    program = """
import resource, sys
import numpy as np
sys.path.insert(0, sys.argv[1])
import bsr
n = 1 << 17
shuffled = np.arange(n).reshape(-1, 64)[:, ::-1].copy()
a = [n // 64, n, 8, 8, np.arange(0, n + 1, 64), shuffled.ravel(), np.ones(64 * n)]  # 64 MiB
x, y = np.ones(8 * n), np.ones(n // 8)
d = np.zeros(n // 8)
warm = [1, 1, 1, 1, np.array([0, 1]), np.array([0]), np.ones(1), np.ones(1), np.ones(1)]
bsr.bsr_matvec(*warm)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
if sys.argv[2] == "copy":
    a[6] = a[6].copy()
bsr.bsr_matvec(*a, x, y)
bsr.bsr_matvecs(*a[:2], 1, *a[2:], x, y)
bsr.bsr_diagonal(0, *a, d)
bsr.bsr_scale_columns(*a, x)
bsr.bsr_scale_rows(*a, y)
bsr.bsr_sort_indices(*a)
assert (a[5] == np.arange(n)).all() and (a[6] > 1).all()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""

    def growth(self, how):
        command = [sys.executable, "-c", self.program, sys.argv[1], how]
        return int(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)

    def test_nothing_is_copied(self):
        self.assertGreater(self.growth("copy"), 60000)  # in KiB: this is how a copy would look
        self.assertLess(self.growth("lie"), 16000)


class Program(unittest.TestCase):
    """The program of the README."""

    def test_use(self):
        use = pathlib.Path(__file__).parent / "use.py"
        output = subprocess.run(
            [sys.executable, use],
            env={**os.environ, "PYTHONPATH": sys.argv[1]},
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout.splitlines()
        self.assertEqual(output[:2], ["True True", "True"])
        self.assertIn("column index values must be < 200 (now max 200)", output[2])


class Names(unittest.TestCase):
    def test_all_of_scipy(self):
        scipys = {name for name in dir(_sparsetools) if name.startswith("bsr_")}
        scipys |= {"csr_tobsr", "csr_count_blocks", "csr_matmat_maxnnz"}
        self.assertEqual(scipys - set(dir(bsr)), set())


if __name__ == "__main__":
    run = unittest.main(argv=sys.argv[:1] + sys.argv[2:], exit=False)
    print(f"{calls} calls of bsr beside scipy {scipy.__version__}")
    sys.exit(not run.result.wasSuccessful())
