#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""gates.py compile <architecture> <object>       kernels.cu compiles for it: no warning, nothing spilled,
                                              no more registers than the table allows
gates.py instructions <architecture> <object> the object that `compile` left holds the right instructions
gates.py probes <architecture> <object>        the probes of `scripts/gpu check` compile for it, in the same way

Needs nvcc, and for the instructions cuobjdump with nvdisasm; no GPU. Exits with 4, which means skipped, where
one of them is missing."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import sysconfig

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]

COPIES = ["LDGSTS", "LDSM"]
ENGINE = ["UTMALDG.3D", "SYNCS.PHASECHK.TRANS64.TRYWAIT", "USETMAXREG"]
# Which kernels (a part of the demangled name), how many of them, registers a thread at most, and the
# instructions that each must have; and the architectures, if not all of them.
KERNELS = [
    # Transposed A, with ldmatrix.trans. Its order is the last argument.
    (r"spmm_mma<bfloat16, .*, 16, \(\S*along\)1>", 4, 255, ["HMMA.16816.F32.BF16", "LDSM.16.MT88", *COPIES]),
    (r"spmm_mma<bfloat16, .*, 16, \(\S*along\)0>", 6, 255, ["HMMA.16816.F32.BF16", *COPIES]),
    # Elements collected one by one, and A in whole chunks.
    (r"spmm_mma<bfloat16, .*, 2, ", 1, 255, ["HMMA.16816.F32.BF16", "STS.128", *COPIES]),
    (r"spmm_mma<float16,", 2, 255, ["HMMA.16816.F32 ", *COPIES]),
    (r"spmm_mma<float, .*\(\S*along\)0>", 2, 255, ["HMMA.1688.F32.TF32", *COPIES]),
    (r"spmm_mma<float, .*\(\S*along\)1>", 2, 255, ["HMMA.1688.F32.TF32", "LDGSTS"]),
    (r"spmm_mma<signed char,", 2, 255, ["IMMA.16832.S8.S8", *COPIES]),
    (r"spmm_mma<double,", 6, 255, ["DMMA.8", "LDGSTS", "LDS.64"]),
    (r"sddmm_mma<(bfloat16|float16),", 4, 255, ["HMMA.16816.F32", *COPIES]),
    (r"sddmm_mma<float,", 1, 255, ["HMMA.1688.F32.TF32", "LDGSTS"]),
    (r"sddmm_mma<signed char,", 1, 255, ["IMMA.16832.S8.S8", *COPIES]),
    (r"sddmm_mma<double,", 1, 255, ["DMMA.8", "LDGSTS", "LDS.64"]),
    (r"spmm_plain<float,", 1, 128, ["FFMA"]),
    (r"spmm_plain<double,", 1, 128, ["DFMA"]),
    (r"spmm_plain<bfloat16,", 1, 128, ["FFMA"]),
    (r"spmm_plain<signed char,", 1, 128, ["IMAD"]),
    (r"spmm_thin<float,", 1, 64, ["FFMA"]),
    (r"spmm_thin<double,", 1, 64, ["DFMA"]),
    (r"sddmm_plain<float,", 1, 128, ["FFMA"]),
    (r"sddmm_plain<double,", 1, 168, ["DFMA"]),
    (r"sddmm_plain<bfloat16,", 1, 128, ["FFMA"]),
    # Kernels of 384 threads: each has 168 registers until a warpgroup gives some to the others.
    (r"spmm_wgmma<bfloat16,", 5, 168, ["HGMMA.64x256x16.F32.BF16", *ENGINE], ["90a"]),
    (r"spmm_wgmma<float16,", 2, 168, ["HGMMA.64x256x16.F32 ", *ENGINE], ["90a"]),
    (r"spmm_wgmma<float,", 2, 168, ["HGMMA.64x256x8.F32.TF32", *ENGINE], ["90a"]),
    (r"spmm_wgmma<signed char,", 2, 168, ["IGMMA.64x256x32.S8.S8", *ENGINE], ["90a"]),
    # And of 640, which have 96.
    (r"spmm_wgmma_narrow<(bfloat16|float16), 32,", 4, 96, ["HGMMA.64x32x16.F32", *ENGINE], ["90a"]),
    (r"spmm_wgmma_narrow<(bfloat16|float16), 16,", 4, 96, ["HGMMA.64x16x16.F32", *ENGINE], ["90a"]),
    # Nothing but a place for them.
    (r"spmm_wgmma(_narrow)?<", 19, 32, [], ["80", "100a", "120"]),
]
# Shared memory of a block, in KiB; where it is not written, that of sm_80.
SHARED = {"120": 99}


def skip(why):
    print(f"skipped: {why}")
    sys.exit(4)


def tool(name):
    """A program of the CUDA toolkit, or of the wheels that hold some of them."""
    roots = [os.environ.get("CUDA_HOME"), "/usr/local/cuda"]
    places = [pathlib.Path(root) / "bin" for root in roots if root]
    places += sorted(pathlib.Path(sysconfig.get_paths()["purelib"]).glob("nvidia/*/bin"))
    found = shutil.which(name) or shutil.which(name, path=os.pathsep.join(map(str, places)))
    return found or skip(f"there is no {name} here")


def demangled(names):
    out = subprocess.run(["c++filt"], input="\n".join(names), text=True, capture_output=True, check=True).stdout
    # bsr::v0::<target>::gpu:: says nothing here.
    return dict(zip(names, [re.sub(r"bsr::v0::(\w+_sm\w+::)?(gpu::)?", "", line) for line in out.splitlines()]))


def rules_of(architecture):
    return [rule for rule in KERNELS if len(rule) == 4 or architecture in rule[4]]


def rule_of(kernel, architecture):
    found = [rule for rule in rules_of(architecture) if re.search(rule[0], kernel)]
    if len(found) != 1:
        sys.exit(f"{len(found)} rules speak of {kernel}")
    return found[0]


def complain(found):
    for line in found:
        print(line)
    return 1 if found else 0


def run_nvcc(architecture, source, target):
    """Its exit status and what it said, with what ptxas says of each kernel."""
    nvcc = tool("nvcc")
    target.parent.mkdir(parents=True, exist_ok=True)
    run = subprocess.run(
        [nvcc, "-std=c++20", "-O3", "-Werror", "all-warnings", f"-I{ROOT / 'include'}",
         f"-DSHARED_KIB={SHARED.get(architecture, 163)}", f"-gencode=arch=compute_{architecture},code=sm_{architecture}",
         "-Xptxas", "-v,-warn-spills,-warn-lmem-usage,--warning-as-error", "-c", source, "-o", target],
        text=True, capture_output=True)
    return run.returncode, run.stdout + run.stderr


def probes_for(architecture, target):
    code, log = run_nvcc(architecture, ROOT / "bench" / "gpu" / "conformance.cu", target)
    found = [line for line in log.splitlines() if re.search(r"error|warning|C75\d\d", line)]
    print(f"sm_{architecture}: {log.count('Compiling entry function')} kernels")
    return complain(found) or code


def compile_for(architecture, target):
    code, log = run_nvcc(architecture, HERE / "kernels.cu", target)
    if code != 0:
        return complain([line for line in log.splitlines() if re.search("error|warning", line)])
    kernels = re.findall(r"Compiling entry function '(\w+)'.*?(\d+) bytes stack frame, (\d+) bytes spill stores.*?"
                         r"Used (\d+) registers", log, re.S)
    names = demangled([kernel[0] for kernel in kernels])
    wrong = [f"ptxas remarks: {line}" for line in log.splitlines() if re.search(r"C75\d\d", line)]
    seen = {}
    for mangled, stack, spilled, registers in kernels:
        rule = rule_of(names[mangled], architecture)
        seen[rule[0]] = seen.get(rule[0], 0) + 1
        if int(stack) or int(spilled):
            wrong.append(f"{stack} bytes of stack, {spilled} spilled: {names[mangled]}")
        if int(registers) > rule[2]:
            wrong.append(f"{registers} registers instead of {rule[2]}: {names[mangled]}")
    wrong += [f"{seen.get(rule[0], 0)} kernels {rule[0]} instead of {rule[1]}" for rule in rules_of(architecture)
              if seen.get(rule[0], 0) != rule[1]]
    print(f"sm_{architecture}: {len(kernels)} kernels, {sum(int(k[2]) for k in kernels)} bytes spilled")
    return complain(wrong)


def instructions_of(architecture, target):
    cuobjdump = tool("cuobjdump")
    nvdisasm = tool("nvdisasm")
    if not target.is_file():
        skip(f"nothing was compiled for sm_{architecture}")
    environment = dict(os.environ, PATH=os.pathsep.join([str(pathlib.Path(nvdisasm).parent), os.environ["PATH"]]))
    text = subprocess.run([cuobjdump, "-sass", target], text=True, capture_output=True, check=True, env=environment)
    functions = re.split(r"Function : (\w+)", text.stdout)[1:]
    code = dict(zip(functions[::2], functions[1::2]))
    names = demangled(list(code))
    wrong = []
    for mangled, body in code.items():
        wrong += [f"no {wanted}: {names[mangled]}" for wanted in rule_of(names[mangled], architecture)[3] if wanted not in body]
    expected = sum(rule[1] for rule in rules_of(architecture))
    if len(code) != expected:
        wrong.append(f"{len(code)} kernels instead of {expected}")
    print(f"sm_{architecture}: the instructions of {len(code)} kernels")
    return complain(wrong)


def main():
    what, architecture, target = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    return {"compile": compile_for, "instructions": instructions_of, "probes": probes_for}[what](architecture, target)


if __name__ == "__main__":
    sys.exit(main())
