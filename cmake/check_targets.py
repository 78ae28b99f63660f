#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""check_targets.py <object> <object>: two objects compiled for different instruction sets.

The linker keeps one body of a weak symbol that both define, whichever it meets first. If one of the two holds
instructions that the other's machine lacks, the program may run them there. So none may: neither bsr's nor
the standard library's. Prints every such symbol, and fails if there is one."""
import re
import subprocess
import sys

# VEX and EVEX instructions start with v (but for verr and verw); the mask instructions with k; then BMI, BMI2,
# LZCNT, MOVBE. TZCNT is no sign: without BMI its bytes are BSF, and compilers emit it for any machine.
NEWER = re.compile(
    r"(?!verr\b|verw\b)v[a-z0-9]+"
    r"|k(add|and|andn|mov|not|or|ortest|shiftl|shiftr|test|unpck|xnor|xor)[bwdq]+"
    r"|andn|bextr|blsi|blsmsk|blsr|bzhi|mulx|pdep|pext|rorx|sarx|shlx|shrx|lzcnt|movbe"
)


def run(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def weak_symbols(path):
    """Every weak or unique symbol that the object defines."""
    rows = [line.split() for line in run("nm", "--defined-only", path).splitlines()]
    return {row[-1] for row in rows if len(row) == 3 and row[1] in "WVu"}


def newer_instructions(path):
    """symbol -> the newer instructions in its body."""
    found, symbol = {}, None
    for line in run("objdump", "-d", "--no-show-raw-insn", path).splitlines():
        header = re.match(r"[0-9a-f]+ <(.+)>:$", line)
        if header:
            symbol = header[1]
            continue
        instruction = re.match(r"\s+[0-9a-f]+:\t(?:(?:rep|repz|lock|bnd|data16|notrack) )*([a-z0-9]+)", line)
        if instruction and symbol and NEWER.fullmatch(instruction[1]):
            found.setdefault(symbol, set()).add(instruction[1])
    return found


def main():
    first, second = sys.argv[1:3]
    symbols = [weak_symbols(first), weak_symbols(second)]
    common = symbols[0] & symbols[1]
    newer = [newer_instructions(first), newer_instructions(second)]
    if not newer[0] and not newer[1]:
        print("neither object holds a newer instruction: there is nothing to compare")
        return 1
    shared = {s: newer[0].get(s, set()) | newer[1].get(s, set()) for s in common}
    shared = {s: found for s, found in shared.items() if found}
    for symbol, found in sorted(shared.items()):
        name = run("c++filt", symbol).strip()
        print(f"shared, and holds {', '.join(sorted(found)[:4])}: {name}")
    # Compute code has the name of its target in it, so it is in one object only.
    own = [len([s for s in weak if "bsr" in s]) for weak in (symbols[0] - common, symbols[1] - common)]
    print(f"{own[0]} and {own[1]} symbols of bsr's own, {len(common)} common, {len(shared)} of them unsafe")
    return 1 if shared or not all(own) else 0


sys.exit(main())
