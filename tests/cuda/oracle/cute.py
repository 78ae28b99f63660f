#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""cute.py <file>           compares the tables in tests/data with those of the CuTe that is installed here
cute.py <file> --write   writes them

CuTe comes with the wheel `nvidia-cutlass`, and needs the headers of a CUDA toolkit; no GPU and no nvcc.
Exits with 4, which means skipped, where one of them is missing."""
import gzip
import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile


def skip(why):
    print(f"skipped: {why}")
    sys.exit(4)


def headers_of_cute():
    spec = importlib.util.find_spec("cutlass_library")
    for place in spec.submodule_search_locations if spec else []:
        folder = pathlib.Path(place) / "source" / "include"
        if (folder / "cute").is_dir():
            return folder
    skip("there is no CuTe here (pip install --no-deps nvidia-cutlass==4.2.0.0)")


def headers_of_cuda():
    nvcc = shutil.which("nvcc")
    roots = [os.environ.get("CUDA_HOME"), nvcc and pathlib.Path(nvcc).resolve().parents[1], "/usr/local/cuda"]
    for root in filter(None, roots):
        folder = pathlib.Path(root) / "include"
        if (folder / "cuda_runtime.h").is_file():
            return [folder, folder / "cccl"]
    skip("there is no CUDA toolkit here")


def tables():
    here = pathlib.Path(__file__).resolve().parent
    folders = [headers_of_cute(), *headers_of_cuda()]
    with tempfile.TemporaryDirectory() as folder:
        program = pathlib.Path(folder) / "tables"
        subprocess.run(
            [os.environ.get("CXX", "g++"), "-std=c++17", "-w", *(f"-isystem{f}" for f in folders), "-x", "c++",
             here / "cute_tables.cc", "-o", program], check=True)
        found = subprocess.run([program], check=True, capture_output=True, text=True).stdout
        # CuTe says so, and takes 0, where it asks for an address of shared memory: there is none here.
        return "".join(line for line in found.splitlines(True) if not line.startswith("ERROR: cast_smem_ptr_to_uint"))


def main():
    file = pathlib.Path(sys.argv[1])
    found = tables()
    if "--write" in sys.argv:
        file.write_bytes(gzip.compress(found.encode(), mtime=0))
        return 0
    if gzip.decompress(file.read_bytes()).decode() != found:
        print(f"{file} does not hold what CuTe says")
        return 1
    print(f"{found.count(chr(10))} tables are CuTe's")
    return 0


if __name__ == "__main__":
    sys.exit(main())
