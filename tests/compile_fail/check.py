#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""check.py <compile_commands.json> <work folder> <file.cpp> | --prepare

The file's first line is `// expect: <part of the sentence>`. With -DBSR_SHOULD_FAIL the file must not
compile, with exactly one error, which holds the sentence; without it the file must compile.
--prepare compiles what all files include, once, into the work folder."""
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "probe"))
import probe  # noqa: E402

COMMON = "operands.hpp"


def prepare(words, work):
    work.mkdir(parents=True, exist_ok=True)
    (work / COMMON).write_text(f'#include "{HERE / COMMON}"\n', "ascii")
    clang = "clang" in subprocess.run([words[0], "--version"], capture_output=True, text=True, check=True).stdout
    target = work / (COMMON + (".pch" if clang else ".gch"))
    subprocess.run([*words, "-x", "c++-header", work / COMMON, "-o", target], check=True)
    return 0


def check(words, work, path):
    text = path.read_text("ascii")
    expected = re.match(r"// expect: (.+)\n", text)
    if not expected:
        print(f"{path}: the first line must be // expect: <part of the sentence>")
        return 1
    if "BSR_SHOULD_FAIL" not in text:
        print(f"{path}: nothing depends on BSR_SHOULD_FAIL")
        return 1
    if f'#include "{COMMON}"' in text:
        words = [*words, "-include", str(work / COMMON)]
    # Line numbers as if the file itself were compiled.
    text = f'#line 1 "{path}"\n{text}'

    status, diagnostics = probe.check_syntax(words, text)
    if status != 0:
        print(f"{path}: without BSR_SHOULD_FAIL it must compile, but:\n{diagnostics}")
        return 1

    status, diagnostics = probe.check_syntax([*words, "-DBSR_SHOULD_FAIL"], text)
    errors = re.findall(r"^.*\b(?:fatal )?error: .*$", diagnostics, re.M)
    if status == 0:
        print(f"{path}: with BSR_SHOULD_FAIL it must not compile, but it does")
    elif len(errors) != 1:
        print(f"{path}: there must be one error, but there are {len(errors)}:\n{diagnostics}")
    elif expected[1].strip() not in errors[0]:
        print(f"{path}: the error must say '{expected[1].strip()}', but it is:\n{diagnostics}")
    else:
        print(errors[0])
        return 0
    return 1


def main():
    commands, work, what = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
    words = [word for word in probe.command(commands) if word != "-Werror"] + [f"-I{HERE}", "-w"]
    return prepare(words, work) if what == "--prepare" else check(words, work, pathlib.Path(what))


sys.exit(main())
