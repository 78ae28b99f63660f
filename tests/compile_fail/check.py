#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""check.py <compile_commands.json> <file.cpp>

The file's first line is `// expect: <part of the sentence>`. With -DBSR_SHOULD_FAIL the file must not
compile, with exactly one error, which holds the sentence; without it the file must compile."""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "probe"))
import probe  # noqa: E402


def main():
    words, path = probe.command(sys.argv[1]), pathlib.Path(sys.argv[2])
    text = path.read_text("ascii")
    expected = re.match(r"// expect: (.+)\n", text)
    if not expected:
        print(f"{path}: the first line must be // expect: <part of the sentence>")
        return 1
    if "BSR_SHOULD_FAIL" not in text:
        print(f"{path}: nothing depends on BSR_SHOULD_FAIL")
        return 1
    # Line numbers and the names of included files as if the file itself were compiled.
    text = f'#line 1 "{path}"\n{text}'
    words = [word for word in words if word != "-Werror"] + [f"-I{path.parent}", "-w"]

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


sys.exit(main())
