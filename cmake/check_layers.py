#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""check_layers.py <include root>

The rooms of the library include downwards only. This table is the rule."""
import pathlib
import re
import sys

# room: the rooms it may include, besides itself. The headers of kernel/ itself are the room `kernel`.
ROOMS = {
    "base": [],
    "storage": ["base"],
    "kernel": ["base", "storage"],
    "kernel/reference": ["base", "storage", "kernel"],
    "kernel/cpu": ["base", "storage", "kernel"],
    "kernel/cuda": ["base", "storage", "kernel"],
    "op": ["base", "storage", "kernel"],
    "expr": ["base", "storage", "kernel", "op"],
    "format": ["base", "storage"],
    "convert": ["base", "storage", "format"],
    "plan": ["base", "storage", "kernel", "op", "expr", "format"],
    "product": ["base", "storage", "kernel", "op", "expr", "format", "convert", "elementwise", "construct", "plan"],
    "elementwise": ["base", "storage", "format", "convert"],
    "construct": ["base", "storage", "format", "convert"],
    "select": ["base", "storage", "format", "convert"],
    "reduce": ["base", "storage", "format", "convert"],
    "prune": ["base", "storage", "format", "convert", "construct", "op", "kernel"],
    "layer": ["base", "storage", "kernel", "op", "expr", "convert", "plan", "prune"],
    "io": ["base", "storage", "format", "convert"],
    "interop": ["base", "storage"],
}
# A header with more rights than its room: Eigen's sparse matrices are converted from and to.
FILES = {
    "interop/eigen.hpp": ["base", "storage", "kernel", "op", "expr", "format", "convert"],
    "interop/eigen_blocks.hpp": ["base", "storage", "format"],
}
# Headers that every room above storage may include.
SHARED = ["kernel/cpu/bits.hpp", "kernel/cpu/pack.hpp", "kernel/cpu/parallel.hpp", "kernel/cpu/sparse/merge.hpp"]

# Foreign headers, and the only places that may include them.
FOREIGN = [
    (r"xsimd/config/xsimd_config\.hpp", r"base/target\.hpp|kernel/cpu/pack\.hpp"),
    (r"xsimd/.*", r"kernel/cpu/pack\.hpp"),
    (r".*intrin\.h", r"kernel/cpu/.*"),
    (r"omp\.h", r"kernel/cpu/parallel\.hpp"),
    (r"(unsupported/)?Eigen/.*", r"eigen\.hpp|interop/eigen\.hpp"),
    (r"zlib\.h", r"io/.*"),
    (r"nlohmann/.*", r"io/safetensors\.hpp"),
    # Instantiated on plain types they would be shared between instruction sets.
    (r"vector|deque|list|map|set|unordered_.*|algorithm|numeric|functional|valarray", r"(?!kernel/|op/|expr/).*"),
    (r"iostream|cstdio|stdio\.h", r"io/.*"),
]


def room_of(path):
    """The room of a header, or None for a front door such as bsr.hpp."""
    folder = path.rpartition("/")[0]
    while folder and folder not in ROOMS:
        folder = folder.rpartition("/")[0]
    return folder or None


def without_comments(text):
    text = re.sub(r'"(\\.|[^"\\\n])*"', '""', text)
    return re.sub(r"//[^\n]*|/\*.*?\*/", lambda m: "\n" * m[0].count("\n"), text, flags=re.S)


def violations(path, text):
    room = room_of(path)
    if "/" in path and room is None:
        yield f"{path}: there is no such room in cmake/check_layers.py"
        return
    for number, line in enumerate(text.splitlines(), 1):
        include = re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', line)
        if not include:
            continue
        where, quote, name = f"{path}:{number}", include[1], include[2]
        if not name.startswith("bsr/"):
            if quote == '"':
                yield f'{where}: "{name}" must be written from the include root, "bsr/..."'
            for foreign, allowed in FOREIGN:
                if re.fullmatch(foreign, name):
                    if not re.fullmatch(allowed, path):
                        yield f"{where}: <{name}> may not be included here"
                    break
            continue
        if quote == "<":
            yield f"{where}: <{name}> must be in quotes"
        target = name[len("bsr/") :]
        if room is None:
            continue
        if room_of(target) is None:
            yield f"{where}: {room} includes the front door {target}"
        elif target in SHARED and room not in ("base", "storage"):
            continue
        elif room_of(target) != room and room_of(target) not in FILES.get(path, ROOMS[room]):
            yield f"{where}: {room} may not include {room_of(target)} ({target})"

    code = without_comments(text)
    if room == "storage":
        for number, line in enumerate(code.splitlines(), 1):
            if re.search(r"\b(for|while|do)\b|\bBSR_ASSERT\b", line):
                yield f"{path}:{number}: storage holds no loop and no assertion"
    elif room not in (None, "base") and re.search(r"^\s*namespace bsr\b", code, re.M) and "BSR_TARGET" not in code:
        yield f"{path}: what {room} defines belongs into bsr::inline v0::inline BSR_TARGET"
    for number, line in enumerate(code.splitlines(), 1):
        if re.search(r"#\s*pragma\s+omp\b", line) and path != "kernel/cpu/parallel.hpp":
            yield f"{path}:{number}: only kernel/cpu/parallel.hpp knows OpenMP"


def main():
    root = pathlib.Path(sys.argv[1]) / "bsr"
    headers = sorted(p for p in root.rglob("*") if p.suffix in (".hpp", ".cuh"))
    found = [v for p in headers for v in violations(p.relative_to(root).as_posix(), p.read_text("ascii", "replace"))]
    print("\n".join(found))
    print(f"{len(headers)} headers, {len(found)} violations")
    return 0 if headers and not found else 1


if __name__ == "__main__":
    sys.exit(main())
