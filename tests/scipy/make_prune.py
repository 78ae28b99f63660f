#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""make_prune.py [output]: which blocks NumPy keeps, for every score, rule and block shape.

Writes tests/data/prune.bin in the format of make_conformance.py; tests/prune/golden.cpp reads it. The same bytes every
time. Records:

  kind = weights   id, w (and the gradient g) of one dtype
  kind = scores    weights, block, score and what it needs, table: the scores, exact to the last bit
  kind = choice    scores (the number of that record), rule and its numbers, keep: 0 or 1 for every block
  kind = global    layers (numbers of records of scores), rule, keep: of all layers, one after the other
  kind = layers    rows, cols, kernel_rows, kernel_cols, density; er and erk: densities

Scores are sums of doubles in the order that prune/score.hpp promises; beside them every sum is formed by math.fsum, and
must agree within the error that the order can make.
"""
import math
import pathlib
import struct
import sys
import zlib

import numpy as np

from make_conformance import Writer

BLOCKS = [(1, 1), (1, 16), (16, 1), (4, 4), (16, 16), (32, 32), (3, 5), (8, 2), (6, 10)]


def weights(rng, kind, shape):
    """Numbers of a trained layer, numbers that tie, numbers of any size."""
    if kind == "normal":
        return (0.02 * rng.standard_normal(shape)).astype("f4")
    if kind == "ties":
        return rng.integers(-2, 3, shape).astype("f4")
    if kind == "double":
        return rng.standard_normal(shape)
    if kind == "wide":
        return np.ldexp(rng.standard_normal(shape), rng.integers(-80, 80, shape))
    if kind == "bytes":
        return rng.integers(-128, 128, shape).astype("i1")
    assert kind == "complex"
    return (rng.standard_normal(shape) + 1j * rng.standard_normal(shape)).astype("c8")


def cut(x, block):
    """x in blocks: (block row, row, block column, column), zeros beyond the edge."""
    R, C = block
    m, n = -(-x.shape[0] // R), -(-x.shape[1] // C)
    full = np.zeros((m * R, n * C), x.dtype)
    full[: x.shape[0], : x.shape[1]] = x
    return full.reshape(m, R, n, C)


def fold(terms, join):
    """Down every column, then neighbouring columns while their number is even, then from the left."""
    sums = terms[:, 0]
    for r in range(1, terms.shape[1]):
        sums = join(sums, terms[:, r])
    while sums.shape[2] % 2 == 0:
        sums = join(sums[:, :, 0::2], sums[:, :, 1::2])
    total = sums[:, :, 0]
    for c in range(1, sums.shape[2]):
        total = join(total, sums[:, :, c])
    return total


def checked(total, terms):
    """The same as an exact sum, but for rounding."""
    m, R, n, C = terms.shape
    for i in range(m):
        for j in range(n):
            block = terms[i, :, j].reshape(-1)
            bound = R * C * np.finfo("f8").eps * math.fsum(np.abs(block))
            assert abs(total[i, j] - math.fsum(block)) <= bound, (total[i, j], math.fsum(block))
    return total


def magnitude(w):
    w = w.astype("c16" if w.dtype.kind == "c" else "f8")
    return np.sqrt(w.real * w.real + w.imag * w.imag) if w.dtype.kind == "c" else np.abs(w)


def splitmix(z):
    with np.errstate(over="ignore"):
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def random_scores(seed, shape):
    step = np.uint64(0x9E3779B97F4A7C15)
    with np.errstate(over="ignore"):
        key = splitmix(np.array([seed], "u8")) + np.uint64(2) * step
        bits = splitmix(key + (np.arange(shape[0] * shape[1], dtype="u8") + np.uint64(1)) * step)
    return ((bits >> np.uint64(11)).astype("f8") * 2.0**-53).reshape(shape)


def scores(rng, name, w, g, block):
    """The table, and what the score needs besides the weights."""
    size = magnitude(cut(w, block))
    m, n = size.shape[0], size.shape[2]
    if name == "l1":
        return checked(fold(size, np.add), size), {}
    if name == "l2":
        squares = size * size
        return np.sqrt(checked(fold(squares, np.add), squares)), {}
    if name == "max":
        return size.max(axis=(1, 3)), {}
    if name == "movement":
        moved = -(cut(w, block).astype("f8") * cut(g, block).astype("f8"))
        return checked(fold(moved, np.add), moved), {}
    if name == "given":
        given = rng.integers(-4, 5, (m, n)) / 4.0
        return given, {"given": given}
    if name == "random":
        seed = int(rng.integers(1 << 30))
        return random_scores(seed, (m, n)), {"seed": seed}
    # l1 + 0.5 A B over elements + 0.25 r over rows + 2 c, one for each block column
    assert name == "low_rank"
    rank = 3
    a, b = rng.standard_normal((w.shape[0], rank)), rng.standard_normal((rank, n))
    r, c = rng.standard_normal(w.shape[0]).astype("f4"), rng.standard_normal(n)

    def down(x):
        out = np.zeros((m, x.shape[1]))
        for i in range(x.shape[0]):
            out[i // block[0]] += x[i]
        return out

    rows = down(a)
    product = np.zeros((m, n))
    for k in range(rank):
        product = product + rows[:, k : k + 1] * b[k : k + 1]
    table = fold(size, np.add) + 0.5 * product
    table = table + 0.25 * down(r.astype("f8").reshape(-1, 1))
    table = table + 2.0 * c.reshape(1, -1)
    return table, {"a": a, "b": b, "r": r, "c": c}


def best(row, count):
    keep = np.zeros(row.size, "u1")
    keep[np.argsort(-row, kind="stable")[:count]] = 1
    return keep


def kept(density, n):
    return n - math.floor((1.0 - density) * n)


def choices(rng, table):
    """(rule, its numbers, keep) for every rule."""
    m, n = table.shape
    flat = table.reshape(-1)
    density = float(rng.choice([0.1, 0.25, 0.5, 0.9, 1.0, rng.random()]))
    if kept(density, flat.size) > 0:
        yield "density", {"density": density}, best(flat, kept(density, flat.size))
    sparsity = float(rng.choice([0.0, 0.5, 0.75, 0.9, rng.random()]))
    yield "sparsity", {"density": sparsity}, best(flat, flat.size - math.floor(sparsity * flat.size))
    count = int(rng.integers(1, flat.size + 1))
    yield "blocks", {"n": count}, best(flat, count)
    if kept(density, n) > 0:
        yield "density_per_row", {"density": density}, np.concatenate([best(row, kept(density, n)) for row in table])
    count = int(rng.integers(1, n + 1))
    yield "per_row", {"n": count}, np.concatenate([best(row, count) for row in table])
    threshold = float(flat[rng.integers(flat.size)])
    yield "at_least", {"density": threshold}, (flat >= threshold).astype("u1")
    group = int(rng.choice([g for g in (1, 2, 4, 8, n) if n % g == 0]))
    count = int(rng.integers(1, group + 1))
    yield "n_of_m", {"n": count, "m": group}, np.concatenate([best(x, count) for x in flat.reshape(-1, group)])


def divided(shapes, density, weight):
    sizes = [math.prod(s) for s in shapes]
    dense = set()
    while True:
        budget = density * sum(sizes) - sum(sizes[l] for l in dense)
        share = sum(weight(shapes[l]) for l in range(len(shapes)) if l not in dense)
        raw = [1.0 if l in dense else budget / share * weight(s) / sizes[l] for l, s in enumerate(shapes)]
        more = {l for l, d in enumerate(raw) if d > 1}
        if not more:
            return np.array(raw)
        dense |= more


def main():
    rng = np.random.default_rng(7)
    writer = Writer()
    writer.record(kind="versions", numpy=np.__version__)
    number, tables, count = 0, [], 0
    for block in BLOCKS:
        for kind in ("normal", "ties", "double", "wide", "bytes", "complex"):
            if kind in ("bytes", "complex", "wide") and block in ((32, 32), (16, 16)):
                continue
            R, C = block
            m, n = (3, 4) if R * C > 256 else (5, 8) if R * C > 64 else (8, 16)
            shape = (m * R, n * C)
            padded = kind == "double" and R * C > 1
            if padded:
                shape = (shape[0] - R // 2, shape[1] - (C // 3 + (R == 1)))
            w, g = weights(rng, kind, shape), weights(rng, "ties", shape) / 4
            real = kind in ("normal", "ties", "double", "wide")
            writer.record(kind="weights", id=number, w=w, g=g)
            for name in ("l1", "l2", "max", "movement", "given", "random", "low_rank"):
                if not real and name not in ("l1", "l2", "max"):
                    continue
                table, needs = scores(rng, name, w, g, block)
                assert not np.isnan(table).any()
                dtype = w.dtype.kind + str(w.dtype.itemsize)
                writer.record(kind="scores", weights=number, dtype=dtype, block=np.array(block), padded=int(padded),
                              score=name, table=table, **needs)
                for rule, numbers, keep in choices(rng, table):
                    writer.record(kind="choice", scores=len(tables), rule=rule, keep=keep, **numbers)
                    count += 1
                tables.append(table)
            number += 1
    # Several layers at once: tables of any size, also with ties between layers.
    for _ in range(40):
        layers = rng.integers(0, len(tables), 3)
        flat = np.concatenate([tables[l].reshape(-1) for l in layers])
        density = float(rng.random())
        for rule, total in (("density", kept(density, flat.size)), ("sparsity", flat.size - math.floor(density * flat.size))):
            if total == 0:
                continue
            writer.record(kind="global", layers=layers, rule=rule, density=density, keep=best(flat, total))
            count += 1
    for _ in range(30):
        shapes = rng.choice([1, 3, 16, 64, 256, 1000], (int(rng.integers(1, 7)), 4))
        shapes[:, 2:] = rng.choice([1, 3, 5], (len(shapes), 1))
        shapes = [tuple(int(x) for x in s) for s in shapes]
        density = float(rng.random())
        er = divided(shapes, density, lambda s: (s[0] + s[1]) * s[2] * s[3])
        erk = divided(shapes, density, sum)
        writer.record(kind="layers", shapes=np.array(shapes), density=density, er=er, erk=erk)
        count += 1
    raw = b"".join(writer.parts)
    packed = zlib.compress(raw, 9)
    output = sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[1] / "data" / "prune.bin"
    pathlib.Path(output).write_bytes(struct.pack("<Q", len(raw)) + packed)
    print(f"{count} choices from {len(tables)} tables of scores, {len(raw)} bytes, {len(packed)} compressed")


if __name__ == "__main__":
    sys.exit(main())
