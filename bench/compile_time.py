# SPDX-License-Identifier: BSD-3-Clause
"""What a compiler takes for bsr.hpp, and for a product of one type and one block size more: user time."""

import json
import os
import pathlib
import resource
import shlex
import shutil
import subprocess
import tempfile

INCLUDE = "#include <bsr/bsr.hpp>\n"
PRODUCT = INCLUDE + """
void product(const bsr::matrix_view<const float, 16, 16>& a, const bsr::dense_view<const float>& b,
             const bsr::dense_view<float>& c) {
  c = a * b;
}
"""
ROUNDS = 5


def includes(build):
    """The flags for include folders that the build gives a file of bsr."""
    for entry in json.loads((build.parent / "compile_commands.json").read_text("utf-8")):
        if entry["file"].endswith("ours/f32.cpp"):
            words = shlex.split(entry["command"])
            return [w for i, w in enumerate(words) if w.startswith("-I") or w == "-isystem" or words[i - 1] == "-isystem"]
    return []


def seconds(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run(command, check=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def measure(compiler, build):
    """{"include": s, "product": s}: the least of some runs; the product without the include. None without it."""
    if shutil.which(compiler) is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for name, text in (("include", INCLUDE), ("product", PRODUCT)):
            files[name] = pathlib.Path(folder) / f"{name}.cpp"
            files[name].write_text(text, "utf-8")
        best = {name: float("inf") for name in files}
        for _ in range(ROUNDS):
            for name, file in files.items():
                command = [compiler, "-std=c++20", "-O2", "-march=native", *includes(build), "-c", str(file),
                           "-o", os.devnull]
                best[name] = min(best[name], seconds(command))
    return {"include": best["include"], "product": best["product"] - best["include"]}
