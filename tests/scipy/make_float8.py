#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""make_float8.py [output]: what ml_dtypes makes of bytes and of floats.

Writes tests/data/float8.bin, which tests/base/float8.cpp reads; the same bytes every time. First, of float8_e4m3fn and
then of float8_e5m2, the 256 floats that the bytes mean. Then, to the end, floats with the byte that each becomes in the
two types: the numbers of both types, the middles between neighbours, the floats next to them, what is too large, and
floats of any bits. NaN of any bits stands for NaN. Needs ml_dtypes."""
import pathlib
import sys

import ml_dtypes
import numpy as np

TYPES = (ml_dtypes.float8_e4m3fn, ml_dtypes.float8_e5m2)


def main():
    here = pathlib.Path(__file__).resolve().parents[1]
    output = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here / "data" / "float8.bin"
    tables = [np.arange(256, dtype=np.uint8).view(t).astype(np.float32) for t in TYPES]
    found = []
    for table in tables:
        sizes = np.sort(table[:128][np.isfinite(table[:128])]).astype(np.float64)
        sizes = np.append(sizes, 2 * sizes[-1] - sizes[-2])  # the number that would come next
        for x in np.concatenate([sizes, (sizes[1:] + sizes[:-1]) / 2]).astype(np.float32):
            found += [x, np.nextafter(x, np.float32(0)), np.nextafter(x, np.float32(np.inf))]
    found += [np.float32(x) for x in (1e-30, 1e-45, 500, 1e5, 3e38, np.inf, np.nan)]
    random = np.random.default_rng(8).integers(0, 2**32, 1000, dtype=np.uint64).astype(np.uint32).view(np.float32)
    wide = np.random.default_rng(9).integers(0, 2**32, 1000, dtype=np.uint64).astype(np.uint32)
    # Any sign and fraction, exponents around those of the two types.
    near = ((wide & 0x807FFFFF) | ((105 + wide % 45) << 23).astype(np.uint32)).view(np.float32)
    floats = np.concatenate([np.array(found, np.float32), -np.array(found, np.float32), random, near])
    with np.errstate(over="ignore", invalid="ignore"):
        codes = [floats.astype(t).view(np.uint8) for t in TYPES]
    record = np.dtype([("x", "<f4"), ("e4m3", "u1"), ("e5m2", "u1")])
    rows = np.empty(len(floats), record)
    rows["x"], rows["e4m3"], rows["e5m2"] = floats, codes[0], codes[1]
    output.write_bytes(tables[0].tobytes() + tables[1].tobytes() + rows.tobytes())
    print(f"{output}: 512 bytes, {len(floats)} floats")


if __name__ == "__main__":
    main()
