#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""check.py <source> <program> [argument...]: runs an example and compares what it prints with the comment
`// Prints:` at the end of its source. A line that ends in `...` may go on."""
import subprocess
import sys


def expected(source):
    lines = open(source, encoding="ascii").read().splitlines()
    if "// Prints:" not in lines:
        sys.exit(f"{source} has no comment '// Prints:'")
    end = lines[lines.index("// Prints:") + 1 :]
    return [line[2:].removeprefix("   ") for line in end if line.startswith("//")]


def same(line, wanted):
    return line.startswith(wanted[:-3]) if wanted.endswith("...") else line == wanted


def main():
    wanted = expected(sys.argv[1])
    run = subprocess.run(sys.argv[2:], stdout=subprocess.PIPE, text=True, timeout=300)
    printed = run.stdout.splitlines()
    print(run.stdout, end="")
    if run.returncode != 0:
        print(f"the exit status is {run.returncode}")
        return 1
    if len(printed) != len(wanted) or not all(map(same, printed, wanted)):
        print("but this was expected:", *wanted, sep="\n")
        return 1
    return 0


sys.exit(main())
