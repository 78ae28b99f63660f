#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""check_io.py <folder>: scipy and NumPy read every file that manifest.txt names, and find what it says.

The manifest has the form of tests/data/io/golden.txt. Any scipy from 1.15 on."""
import pathlib
import sys
import warnings
import zipfile

import numpy as np
import scipy.io
import scipy.sparse as sp

warnings.simplefilter("ignore")


def parse(word, kind):
    """C's %La, exactly."""
    if kind in "biu":
        return int(word)
    sign = -1 if word.startswith("-") else 1
    word = word.lstrip("-")
    if word in ("nan", "inf"):
        return np.longdouble(word) * sign
    mantissa, exponent = word[2:].split("p")
    whole, _, fraction = mantissa.partition(".")
    value = np.ldexp(np.longdouble(int(whole + fraction, 16)), int(exponent) - 4 * len(fraction))
    return value * np.longdouble(sign)


def numbers(line, dtype):
    dtype = np.dtype(dtype)
    words = line.split()
    assert int(words[0]) == len(words) - 1, line[:60]
    values = [parse(word, dtype.kind) for word in words[1:]]
    if dtype.kind == "c":
        parts = np.array(values, np.longdouble).reshape(-1, 2)
        x = np.empty(len(parts), np.result_type(dtype, np.clongdouble))
        x.real, x.imag = parts[:, 0], parts[:, 1]
        return x.astype(dtype)
    return np.array(values, np.longdouble if dtype.kind == "f" else dtype).astype(dtype)


def require(condition, what):
    if not condition:
        raise AssertionError(what)


def same(found, expected, what):
    require(found.dtype == expected.dtype, f"{what}: dtype {found.dtype}, not {expected.dtype}")
    require(found.shape == expected.shape, f"{what}: shape {found.shape}, not {expected.shape}")
    for a, b in ((found.real, expected.real), (found.imag, expected.imag)):
        equal = a == b
        if a.dtype.kind == "f":
            equal = (equal & (np.signbit(a) == np.signbit(b))) | (np.isnan(a) & np.isnan(b))
        require(equal.all(), f"{what}: {(~equal).sum()} of {a.size} values differ")


def check_matrix(path, words, lines):
    form, dtype, index, is_array, rows, cols, *block = words
    with zipfile.ZipFile(path) as z:
        require(z.testzip() is None, "checksums")
        members = [name.removesuffix(".npy") for name in z.namelist()]
        require(members == ["indices", "indptr", "format", "shape", "data", "_is_array"], f"members {members}")
    a = sp.load_npz(path)
    a.check_format(full_check=True)
    require(a.format == form and isinstance(a, sp.sparray) == bool(int(is_array)), f"type {type(a)}")
    require(a.shape == (int(rows), int(cols)), f"shape {a.shape}")
    if form == "bsr":
        require(a.blocksize == tuple(map(int, block)), f"blocksize {a.blocksize}")
    same(a.indptr, numbers(lines[0], index), "indptr")
    same(a.indices, numbers(lines[1], index), "indices")
    same(a.data.ravel(), numbers(lines[2], dtype), "data")
    a.tocsr()


def check_array(path, words, lines):
    member, dtype, order, rank, *shape = words
    x = np.load(path)
    if member != "-":
        x = x[member]
    require(x.shape == tuple(map(int, shape)), f"shape {x.shape}")
    require(x.flags.f_contiguous if order == "F" else x.flags.c_contiguous, "order")
    same(np.asarray(x).ravel(), numbers(lines[0], dtype), member)


def check_market(path, words, lines):
    kind, dtype, rows, cols = words
    a = scipy.io.mmread(path)
    require(a.shape == (int(rows), int(cols)), f"shape {a.shape}")
    row, col, data = numbers(lines[0], "i8"), numbers(lines[1], "i8"), numbers(lines[2], dtype)
    order = np.lexsort((col, row))
    if kind == "array":
        require(isinstance(a, np.ndarray), f"type {type(a)}")
        same(a.ravel(), data[order], "values")
    else:
        found = np.lexsort((a.col, a.row))
        same(a.row[found].astype("i8"), row[order], "rows")
        same(a.col[found].astype("i8"), col[order], "columns")
        # + 0: the sign of a mirrored zero is nobody's promise.
        same(a.data[found] + 0, data[order] + 0, "values")


CHECKS = {"matrix": (check_matrix, 3), "array": (check_array, 1), "market": (check_market, 3)}


def main():
    folder = pathlib.Path(sys.argv[1])
    lines = iter((folder / "manifest.txt").read_text("ascii").splitlines()[1:])
    count = wrong = 0
    for line in lines:
        kind, name, *words = line.split()
        check, size = CHECKS[kind]
        body = [next(lines) for _ in range(size)]
        count += 1
        try:
            check(folder / name, words, body)
        except Exception as problem:
            wrong += 1
            print(f"{line}: {type(problem).__name__}: {problem}")
    if wrong or not count:
        print(f"scipy {scipy.__version__}, numpy {np.__version__}: {count} checked, {wrong} differ")
    return 1 if wrong or not count else 0


sys.exit(main())
