#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""ask_scipy.py <test program> [cases [seed]]: asks the scipy of this machine as many random questions, and has the test
program answer them. Exit status 4: there is no scipy."""
import os
import pathlib
import subprocess
import sys
import tempfile


def main():
    program, cases, seed = sys.argv[1], *(sys.argv[2:] + ["20000", "2"][len(sys.argv) - 2:])
    here = pathlib.Path(__file__).resolve().parent
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "conformance.bin")
        subprocess.run([sys.executable, here.parent / "scipy" / "make_conformance.py", "--cases", cases, "--seed", seed,
                        file], check=True)
        return subprocess.run([program, "conformance: *"], env={**os.environ, "BSR_CONFORMANCE": file}).returncode


if __name__ == "__main__":
    try:
        import scipy  # noqa: F401
    except ImportError:
        print("no scipy here: scripts/setup python makes build/venv, which has it")
        sys.exit(4)
    sys.exit(main())
