#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""make_golden_io.py [folder]: writes tests/data/io again.

The files are made by scipy 1.18.1 and NumPy, in every form that save_npz, savez and mmwrite know; golden.txt
says what scipy itself reads from each. Needs Python 3.12 or newer."""
import io
import pathlib
import sys
import zipfile

import numpy as np
import scipy
import scipy.io
import scipy.sparse as sp

SCIPY = "1.18.1"
rng = np.random.default_rng(20260802)


def dtype_name(dtype):
    return f"{dtype.kind}{dtype.itemsize}"


def number(x):
    """Exact, and readable by strtold."""
    if isinstance(x, (bool, np.bool_, np.integer)):
        return str(int(x))
    if np.isnan(x):
        return "nan"
    if np.isinf(x):
        return "-inf" if x < 0 else "inf"
    if isinstance(x, np.longdouble):
        mantissa, exponent = np.frexp(x)
        sign = "-" if np.signbit(x) else ""
        return f"{sign}{hex(int(abs(mantissa) * np.longdouble(2) ** 64))}p{int(exponent) - 64}"
    return float(x).hex()


def numbers(array):
    array = np.asarray(array).ravel()
    if array.dtype.kind == "c":
        array = np.stack([array.real, array.imag], axis=1).ravel()
    return " ".join([str(array.size), *map(number, array)])


class Golden:
    def __init__(self, folder):
        self.folder = folder
        self.lines = [f"scipy {scipy.__version__} numpy {np.__version__} python {sys.version.split()[0]}"]

    def matrix(self, name):
        """Describes a sparse npz file as scipy reads it."""
        a = sp.load_npz(self.folder / name)
        with np.load(self.folder / name) as f:
            raw = f["indices"].dtype, f["data"].dtype
        block = a.blocksize if a.format == "bsr" else (1, 1)
        is_array = int(isinstance(a, sp.sparray))
        self.lines += [
            f"matrix {name} {a.format} {dtype_name(raw[1])} {dtype_name(raw[0])} {is_array} "
            f"{a.shape[0]} {a.shape[1]} {block[0]} {block[1]}",
            numbers(a.indptr), numbers(a.indices), numbers(np.ascontiguousarray(a.data))]

    def array(self, name, member=""):
        x = np.load(self.folder / name)
        if member:
            x = x[member]
        order = "F" if x.flags.f_contiguous and not x.flags.c_contiguous else "C"
        self.lines += [f"array {name} {member or '-'} {dtype_name(x.dtype)} {order} {x.ndim} "
                       + " ".join(map(str, x.shape)), numbers(x)]

    def market(self, name):
        """Describes a Matrix Market file as scipy reads it, sorted by rows and columns."""
        a = scipy.io.mmread(self.folder / name, spmatrix=False)
        kind = "array" if isinstance(a, np.ndarray) else "coordinate"
        if kind == "coordinate":
            rows, cols, data = a.row, a.col, a.data
        else:
            rows, cols = (i.ravel() for i in np.indices(a.shape))
            data = a.ravel()
        order = np.lexsort((cols, rows))
        self.lines += [f"market {name} {kind} {dtype_name(data.dtype)} {a.shape[0]} {a.shape[1]}",
                       numbers(rows[order]), numbers(cols[order]), numbers(data[order])]


def values(dtype, shape):
    dtype = np.dtype(dtype)
    n = int(np.prod(shape))
    if dtype.kind == "b":
        x = rng.integers(0, 2, n).astype(bool)
    elif dtype.kind in "iu":
        info = np.iinfo(dtype)
        x = rng.integers(info.min, info.max, n, dtype=dtype, endpoint=True)
        x[:2] = [info.min, info.max][:n]
    else:
        x = rng.standard_normal(n).astype(dtype)
        if dtype.kind == "c":
            x = x + np.array(1j, dtype) * rng.standard_normal(n).astype(dtype)
        info = np.finfo(dtype)
        special = [np.nan, np.inf, -np.inf, -0.0, 0.0, info.tiny, info.smallest_subnormal, info.max, info.eps]
        special = np.array(special, dtype=dtype if dtype.kind == "f" else x.real.dtype)
        if n >= 12:
            x[: special.size] = special
            if dtype == np.longdouble:
                x[10] = np.longdouble(1) + np.longdouble(2) ** -60
    return clean(x.astype(dtype)).reshape(shape)


def clean(x):
    """The bytes of a long double that hold nothing are zero, so that the files are the same every time."""
    if x.dtype.char in "gG" and np.finfo(np.longdouble).nmant == 63:
        x.view(np.uint8).reshape(-1, 16)[:, 10:] = 0
    return x


def bsr(dtype="f8", block=(2, 3), index=np.int32, kind=sp.bsr_array):
    """4 block rows, 3 block columns; an empty row, unsorted columns, a repeated block, a block of zeros."""
    indptr = np.array([0, 2, 2, 5, 6], index)
    indices = np.array([2, 0, 1, 0, 1, 2], index)
    data = values(dtype, (6, *block))
    data[4] = 0
    clean(data)
    return kind((data, indices, indptr), shape=(4 * block[0], 3 * block[1]))


class Unseekable(io.RawIOBase):
    def __init__(self, path):
        self.file = open(path, "wb")

    def writable(self):
        return True

    def write(self, data):
        return self.file.write(data)

    def close(self):
        self.file.close()
        super().close()


def members(a, **changes):
    arrays = dict(indices=a.indices, indptr=a.indptr, format=a.format.encode(), shape=a.shape, data=a.data)
    arrays.update(changes)
    return arrays


def make_npz(g):
    save = lambda name, a, **options: (sp.save_npz(g.folder / name, a, **options), g.matrix(name))
    savez = lambda name, arrays, f=np.savez: (f(g.folder / name, **arrays), g.matrix(name))
    for dtype in "b1 i1 u1 i2 u2 i4 u4 i8 u8 f4 f8 g c8 c16 G".split():
        name = dtype_name(np.dtype(dtype))
        save(f"type_{name}.npz", bsr(dtype))
    save("stored.npz", bsr(), compressed=False)
    save("index64.npz", bsr(index=np.int64))
    save("index64_stored.npz", bsr(index=np.int64), compressed=False)
    save("legacy_matrix.npz", bsr(kind=sp.bsr_matrix))
    for block in [(1, 1), (3, 1), (1, 4), (4, 4), (5, 7), (16, 16)]:
        save(f"block_{block[0]}x{block[1]}.npz", bsr("f4", block))
    for rows, cols, *block in [(0, 0, 1, 1), (0, 6, 2, 3), (4, 0, 2, 3), (4, 6, 2, 3), (8, 8, 8, 8)]:
        save(f"empty_{rows}x{cols}.npz", sp.bsr_array((rows, cols), blocksize=tuple(block)))
    a = bsr()
    a.data = np.asfortranarray(a.data)
    save("fortran.npz", a)
    a = bsr("c8", (3, 2))
    a.data = np.asfortranarray(a.data)
    save("fortran_c8_stored.npz", a, compressed=False)
    a = bsr()
    savez("unicode_format.npz", members(a, format="bsr"))
    savez("unicode_format_compressed.npz", members(a, format="bsr"), np.savez_compressed)
    savez("shape_i4.npz", members(a, shape=np.array(a.shape, np.int32)))
    savez("other_members.npz", members(a, comment=np.array("made by hand"), more=np.eye(2), number=np.arange(3)))
    savez("not_an_array.npz", members(a, _is_array=np.array(False)))
    # Longer than indptr says: scipy cuts them on load.
    savez("surplus.npz", members(a, indices=np.append(a.indices, [99, -7]).astype(np.int32),
                                 data=np.concatenate([a.data, np.ones((2, 2, 3))])))
    savez("mixed_index.npz", members(a, indices=a.indices.astype(np.int64)))
    # Python's zipfile writes data descriptors when it cannot seek.
    with Unseekable(g.folder / "streamed.npz") as f:
        sp.save_npz(f, bsr())
    g.matrix("streamed.npz")
    with zipfile.ZipFile(g.folder / "npy_versions.npz", "w") as z:
        z.comment = b"a zip file may end in a comment"
        for (name, array), version in zip(members(a).items(), [(1, 0), (2, 0), (3, 0), (2, 0), (3, 0)]):
            with z.open(name + ".npy", "w") as f:
                np.lib.format.write_array(f, np.asarray(array), version=version)
    g.matrix("npy_versions.npz")
    with zipfile.ZipFile(g.folder / "forced_zip64.npz", "w") as z:
        for name, array in members(a).items():
            with z.open(name + ".npy", "w", force_zip64=True) as f:
                np.lib.format.write_array(f, np.asarray(array))
    g.matrix("forced_zip64.npz")

    dense = values("f8", (5, 4))
    dense[dense > 1] = 0
    dense[2] = 0
    save("csr.npz", sp.csr_array(dense))
    save("csr_stored_f4.npz", sp.csr_array(dense.astype("f4")), compressed=False)
    save("csr_index64.npz", sp.csr_array((np.array([1.5, 2.5, -1.0]), np.array([3, 1, 1], np.int64),
                                         np.array([0, 2, 2, 3], np.int64)), shape=(3, 5)))
    save("csr_empty.npz", sp.csr_array((3, 0)))


def make_arrays(g):
    for dtype in "b1 i1 u1 i2 u2 i4 u4 i8 u8 f2 f4 f8 g c8 c16 G".split():
        name = f"array_{dtype_name(np.dtype(dtype))}.npy"
        np.save(g.folder / name, values(dtype, (3, 5)))
        g.array(name)
    for name, x in {"fortran": np.asfortranarray(values("f4", (4, 7))), "vector": values("f8", (13,)),
                    "empty": np.zeros((0, 3)), "no_columns": np.zeros((3, 0), "f4"), "one": np.array([[2.5]]),
                    "cube": values("i4", (2, 3, 2)), "scalar": np.array(7.25)}.items():
        np.save(g.folder / f"array_{name}.npy", x)
        g.array(f"array_{name}.npy")
    several = {"x": values("f8", (3, 4)), "b": values("f4", (6,)), "transposed": values("f8", (3, 4)).T}
    np.savez_compressed(g.folder / "arrays.npz", **several)
    for member in several:
        g.array("arrays.npz", member)


def make_market(g):
    n = 6
    general = sp.random_array((n, n + 2), density=0.4, rng=rng, format="coo")
    square = sp.random_array((n, n), density=0.4, rng=rng, format="coo")
    lower = sp.coo_array(sp.tril(square))
    imaginary = sp.coo_array(square + 1j * sp.tril(square, -1))
    places = rng.choice(n * n, 12, replace=False)
    whole = sp.coo_array((rng.integers(-50, 50, 12), (places // n, places % n)), shape=(n, n))
    matrices = {
        "real": general, "real_symmetric": square + square.T, "real_skew": lower - lower.T,
        "complex": sp.coo_array(general * (1 + 2j)), "hermitian": imaginary + imaginary.conj().T,
        "complex_symmetric": imaginary + imaginary.T, "complex_skew": imaginary - imaginary.T,
        "integer": whole, "integer_symmetric": whole + whole.T, "integer_skew": whole - whole.T,
        "unsigned": sp.coo_array(np.array([[2**64 - 1, 0], [3, 4]], np.uint64)),
        "special": sp.coo_array([[np.nan, np.inf, -np.inf], [5e-324, 1.7976931348623157e308, -1e-310]]),
        "duplicates": sp.coo_array(([1.0, 2.0, 4.0], ([0, 1, 0], [1, 1, 1])), shape=(2, 2)),
        "empty": sp.coo_array((3, 4)), "nothing": sp.coo_array((0, 0)),
        "dense": np.asarray(general.todense()), "dense_integer": np.asarray(whole.todense()),
        "dense_complex": np.asarray(general.todense()) * (1 - 1j),
        "dense_symmetric": np.asarray((square + square.T).todense()),
        "dense_skew": np.asarray((lower - lower.T).todense()),
        "dense_hermitian": np.asarray((imaginary + imaginary.conj().T).todense()),
    }
    for name, a in matrices.items():
        comment = "" if "dense" in name else "a comment\nof two lines"
        scipy.io.mmwrite(g.folder / f"{name}.mtx", a, comment=comment)
        g.market(f"{name}.mtx")
    for name, a in {"pattern": general, "pattern_symmetric": square + square.T}.items():
        scipy.io.mmwrite(g.folder / f"{name}.mtx", a, field="pattern")
        g.market(f"{name}.mtx")
    # What people write by hand: capitals, blank lines, tabs, carriage returns, an upper half, no last newline.
    by_hand = {
        "by_hand": b"%%MatrixMarket MATRIX Coordinate Real General\r\n% comment\r\n%\r\n 3\t3  4 \r\n\r\n"
                   b"1 1 1.\r\n\t2  3\t.5 \r\n3 1 -1e+2\r\n\r\n3 3 inF",
        "upper_half": b"%%MatrixMarket matrix coordinate real symmetric\n3 3 3\n1 2 5\n2 3 0.1\n2 2 1\n",
        "real_hermitian": b"%%MatrixMarket matrix coordinate real hermitian\n2 2 2\n2 1 5\n2 2 1\n",
    }
    for name, text in by_hand.items():
        (g.folder / f"{name}.mtx").write_bytes(text)
        g.market(f"{name}.mtx")


def main():
    if scipy.__version__ != SCIPY:
        sys.exit(f"golden files are made by scipy {SCIPY}, and this is {scipy.__version__}")
    tests = pathlib.Path(__file__).parent.parent
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else tests / "data" / "io"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    golden = Golden(folder)
    np.seterr(all="ignore")
    make_npz(golden)
    make_arrays(golden)
    make_market(golden)
    (folder / "golden.txt").write_text("\n".join(golden.lines) + "\n", "ascii")


if __name__ == "__main__":
    main()
