#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""check.py <compile_commands.json> <include root> <header> | --hostile-macros

A header must compile alone, twice, without a warning under the flags of strangers; it starts with its licence
and is ASCII. With --hostile-macros: all headers together must not use a name that a system header defines as
a macro."""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "probe"))
import probe  # noqa: E402

STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Werror"]
# Who defines them: <complex.h>, <termios.h>, <windows.h>, <math.h>, <sys/sysmacros.h>.
HOSTILE = ["I", "B0", "small", "min(a, b)", "max(a, b)", "DOMAIN", "near", "far", "major(d)", "minor(d)"]


def conventions(root, header):
    data = (root / header).read_bytes()
    lines = data.decode("ascii", "replace").splitlines()
    if not lines or lines[0] != "// SPDX-License-Identifier: BSD-3-Clause":
        yield f"{header}: the first line must be // SPDX-License-Identifier: BSD-3-Clause"
    if "#pragma once" not in lines:
        yield f"{header}: #pragma once is missing"
    for number, line in enumerate(data.splitlines(), 1):
        if any(byte > 126 for byte in line):
            yield f"{header}:{number}: a character that is not ASCII"


def one_header(words, root, header):
    wrong = list(conventions(root, header))
    status, text = probe.check_syntax([*words, *STRICT], f'#include "{header}"\n#include "{header}"\n')
    return wrong if status == 0 else [*wrong, text]


def hostile_macros(words, root):
    headers = sorted(path.relative_to(root).as_posix() for path in root.rglob("*.hpp"))
    foreign = set()
    for header in headers:
        foreign.update(re.findall(r"^\s*#\s*include\s*(<[^>]+>)", (root / header).read_text("ascii"), re.M))
    text = [f"#if __has_include({name})\n#include {name}\n#endif" for name in sorted(foreign)]
    text += [f"#define {name} @" for name in HOSTILE]
    text += [f'#include "{header}"' for header in headers]
    status, diagnostics = probe.check_syntax(words, "\n".join(text) + "\n")
    return [] if status == 0 else [diagnostics]


def main():
    commands, root, what = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
    words = probe.command(commands)
    wrong = hostile_macros(words, root) if what == "--hostile-macros" else one_header(words, root, what)
    print("\n".join(wrong))
    return 1 if wrong else 0


sys.exit(main())
