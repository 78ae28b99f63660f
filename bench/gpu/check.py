#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""scripts/gpu check [--plan] [--again] [--only PART,...]

What a machine with an NVIDIA GPU can find out about bsr's kernels: whether each instruction does what the emulated
device of the tests does, whether every product is right, what compute-sanitizer says, what the device can do at best,
and how fast products are beside cuBLAS, cuSPARSE and the Triton kernels of torch.

The work has parts, none of which may take more than ten minutes. A part that is done is not done again: after an
interruption the same command goes on where it was. Each part's output is in build/gpu-check. At the end the results
are in bench/results/<device>-<date>.json.

  --plan    prints the parts and their commands, and which are done; needs no GPU
  --again   forgets what is done
  --only    these parts, and what they need

Ends with `N passed, M failed, S skipped`, a line for everything that failed or was skipped. Exit status: 0 nothing
failed, 1 something failed, 2 wrong arguments, 3 no GPU here, or no nvcc."""
import argparse
import datetime
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path(__file__).resolve().parent
LIMIT = 600  # seconds of a part
NO_DEVICE = 3
SKIPPED = 4  # exit status of a command that has nothing to run on

QUERY = "name,driver_version,compute_cap,memory.total,clocks.max.sm,clocks.max.memory"


def tool(name):
    """A program of the CUDA toolkit, or None."""
    places = [pathlib.Path(root) / "bin" for root in (os.environ.get("CUDA_HOME"), "/usr/local/cuda") if root]
    return shutil.which(name) or shutil.which(name, path=os.pathsep.join(map(str, places)))


def find_device():
    """The first GPU, as nvidia-smi describes it; else a sentence."""
    smi = shutil.which("nvidia-smi")
    if smi is None:
        return None, "there is no NVIDIA GPU here: nvidia-smi is missing"
    run = subprocess.run([smi, f"--query-gpu={QUERY}", "--format=csv,noheader,nounits"], text=True, capture_output=True)
    lines = run.stdout.strip().splitlines()
    if run.returncode != 0 or not lines:
        why = (run.stdout + run.stderr).strip().splitlines()
        return None, f"there is no NVIDIA GPU here: nvidia-smi says {(why or ['nothing'])[0]!r}"
    values = [value.strip() for value in lines[0].split(",")]
    if len(values) != len(QUERY.split(",")):
        return None, f"nvidia-smi answers {lines[0]!r}, which is not {QUERY}"
    device = dict(zip(QUERY.split(","), values))
    if not re.fullmatch(r"\d+\.\d", device["compute_cap"]):
        return None, f"nvidia-smi gives no compute capability but {device['compute_cap']!r}"
    if float(device["compute_cap"]) < 8:
        return None, f"{device['name']} has compute capability {device['compute_cap']}, and bsr's kernels need 8.0"
    return device, None


def architecture(capability):
    number = capability.replace(".", "")
    return f"{number}{'a' if number in ('90', '100') else ''}-real"


def git(*words):
    run = subprocess.run(["git", "-C", ROOT, *words], text=True, capture_output=True)
    return run.stdout.strip() if run.returncode == 0 else "unknown"


class Part:
    """A command of at most ten minutes. `needs`: parts whose success it builds on."""

    def __init__(self, name, command, needs=(), missing=None):
        self.name = name
        self.command = [str(word) for word in command]
        self.needs = needs
        self.missing = missing  # why it cannot run here, or None


def parts_for(device, build):
    nvcc = tool("nvcc") or "nvcc"
    cmake = ["cmake", "--build", build, "--parallel", os.cpu_count() or 1, "--target"]
    sanitizer = tool("compute-sanitizer")
    no_sanitizer = None if sanitizer else "there is no compute-sanitizer here"
    python = os.environ.get("BSR_TORCH_PYTHON", sys.executable)
    has_torch = subprocess.run([python, "-c", "import torch, triton"], capture_output=True).returncode == 0
    no_torch = None if has_torch else (f"torch with Triton is not compared: {python} cannot import them "
                                       "(BSR_TORCH_PYTHON=... names another one)")
    parts = [
        Part("configure", ["cmake", "-S", HERE, "-B", build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
                           f"-DCMAKE_CUDA_COMPILER={nvcc}",
                           f"-DCMAKE_CUDA_ARCHITECTURES={architecture(device['compute_cap'])}"]),
        Part("build conformance", [*cmake, "gpu_conformance"], ["configure"]),
        Part("conformance", [build / "gpu_conformance"], ["build conformance"]),
    ]
    # A type a program: the kernels of one take minutes to compile.
    for kind in ("float", "double", "bfloat16", "float16", "int8"):
        parts += [Part(f"build tests {kind}", [*cmake, f"gpu_tests_{kind}"], ["configure"]),
                  Part(f"tests {kind}", [build / f"gpu_tests_{kind}"], [f"build tests {kind}"])]
    for sanitize in ("memcheck", "racecheck", "synccheck"):
        for kind in ("float", "double", "bfloat16"):
            parts.append(Part(f"{sanitize} {kind}",
                              [sanitizer or "compute-sanitizer", "--tool", sanitize, "--error-exitcode", 1,
                               build / f"gpu_tests_{kind}", "--small"], [f"build tests {kind}"], no_sanitizer))
    parts += [Part("build measurements", [*cmake, "gpu_calibrate", "gpu_bench"], ["configure"]),
              Part("calibration", [build / "gpu_calibrate"], ["build measurements"])]
    for block in (128, 64, 32, 16):
        parts.append(Part(f"bench spmm {block}", [build / "gpu_bench", "spmm", block], ["build measurements"]))
    for what in ("few", "spmv", "transposed", "sddmm"):
        parts.append(Part(f"bench {what}", [build / "gpu_bench", what], ["build measurements"]))
    for way in ("shipped", "tuned"):
        for block in (128, 64, 32, 16):
            parts.append(Part(f"bench torch {way} {block}", [python, HERE / "torch_bsr.py", way, block], [], no_torch))
    return parts


def results_in(text):
    """The lines of an output that are JSON objects."""
    found = []
    for line in text.splitlines():
        if line.startswith("{"):
            try:
                found.append(json.loads(line))
            except ValueError:
                pass
    return found


class State:
    """What is done, on disk after every part."""

    def __init__(self, path, identity, again):
        self.path = path
        self.data = {"identity": identity, "parts": {}}
        if not again and path.is_file():
            old = json.loads(path.read_text())
            if old.get("identity") == identity:
                self.data = old

    def status(self, part):
        return self.data["parts"].get(part, {}).get("status")

    def put(self, part, **values):
        self.data["parts"][part] = values
        temporary = self.path.with_suffix(".new")
        temporary.write_text(json.dumps(self.data, indent=1))
        temporary.replace(self.path)


def run_part(part, log):
    """(status, seconds, why, results)"""
    began = time.monotonic()
    try:
        with open(log, "w") as out:
            process = subprocess.Popen(part.command, stdout=out, stderr=subprocess.STDOUT, cwd=ROOT,
                                       start_new_session=True)
            try:
                status = process.wait(LIMIT)
            except BaseException:  # also when somebody interrupts: its children end with it
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                raise
    except subprocess.TimeoutExpired:
        status, why = None, f"ran past {LIMIT} seconds"
    except OSError as error:
        status, why = None, str(error)
    seconds = round(time.monotonic() - began, 1)
    text = log.read_text(errors="replace")
    if status == SKIPPED:
        why = next((line for line in text.splitlines() if line.startswith("skipped")), "skipped")
        return "skipped", seconds, why, []
    if status is not None:
        last = [line for line in text.splitlines() if line.strip() and not line.startswith("{")]
        why = f"exit status {status}: {last[-1][:200] if last else 'no output'}"
    return ("passed" if status == 0 else "failed"), seconds, why, results_in(text)


def chosen(parts, only):
    if not only:
        return parts
    names = {part.name: part for part in parts}
    unknown = [name for name in only if name not in names]
    if unknown:
        print(f"gpu: there is no part {unknown[0]!r}; --plan lists them", file=sys.stderr)
        sys.exit(2)
    wanted = set()

    def want(name):
        wanted.add(name)
        for need in names[name].needs:
            want(need)

    for name in only:
        want(name)
    return [part for part in parts if part.name in wanted]


def write_results(device, state, parts, directory):
    """bench/results/<device>-<date>.json: everything that was found out, with what was not."""
    date = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")
    slug = re.sub(r"[^A-Za-z0-9]+", "-", device["name"]).strip("-")
    done = state.data["parts"]
    nvcc = tool("nvcc")
    version = subprocess.run([nvcc, "--version"], text=True, capture_output=True).stdout if nvcc else ""
    release = re.search(r"release [\d.]+, (V[\d.]+)", version)
    result = {
        "device": device, "date": date, "commit": git("rev-parse", "HEAD"),
        "changed files": bool(git("status", "--porcelain", "--untracked-files=no")),
        "nvcc": release.group(1) if release else "unknown",
        "complete": all(done.get(part.name, {}).get("status") == "passed" for part in parts),
        "parts": {name: {key: value for key, value in part.items() if key != "results"} for name, part in done.items()},
        "results": [dict(entry, part=name) for name, part in done.items() for entry in part.get("results", [])],
    }
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{slug}-{date}.json"
    path.write_text(json.dumps(result, indent=1) + "\n")
    return path


def main():
    options = argparse.ArgumentParser(prog="scripts/gpu check", description=__doc__.split("\n\n")[1],
                                      formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--plan", action="store_true", help="print the parts, run nothing")
    options.add_argument("--again", action="store_true", help="forget what is done")
    options.add_argument("--only", default="", metavar="PART,...", help="these parts, and what they need")
    options.add_argument("--results", type=pathlib.Path, default=ROOT / "bench" / "results", metavar="DIRECTORY")
    options.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "gpu-check", metavar="DIRECTORY")
    given = options.parse_args()

    device, why = find_device()
    if device is None and given.plan:
        print(f"gpu: {why}; the plan is that of an H200.")
        device = {"name": "NVIDIA H200", "compute_cap": "9.0", "driver_version": "none"}
    elif device is None:
        print(f"gpu: {why}. Nothing was checked.")
        return NO_DEVICE
    elif not given.plan and tool("nvcc") is None:
        print("gpu: there is no nvcc here; the CUDA toolkit 12.8 or newer has it. Nothing was checked.")
        return NO_DEVICE

    build = given.build.resolve()
    build.mkdir(parents=True, exist_ok=True)
    identity = {"device": device["name"], "driver": device["driver_version"], "commit": git("rev-parse", "HEAD"),
                "changes": git("diff", "HEAD", "--stat")}
    state = State(build / "state.json", identity, given.again)
    parts = chosen(parts_for(device, build), [name for name in given.only.split(",") if name])
    if given.plan:
        for part in parts:
            status = state.status(part.name) or ("missing" if part.missing else "to do")
            print(f"{status:8} {part.name}: {part.missing or ' '.join(part.command)}")
        return 0

    notes = []
    for number, part in enumerate(parts, 1):
        label = f"[{number}/{len(parts)}] {part.name}"
        lost = [need for need in part.needs if state.status(need) != "passed"]
        if state.status(part.name) == "passed":
            print(f"{label}: done before", flush=True)
            continue
        if part.missing or lost:
            reason = part.missing or f"{lost[0]!r} did not pass"
            state.put(part.name, status="skipped", why=reason)
            print(f"{label}: skipped, {reason}", flush=True)
            continue
        print(f"{label} ...", flush=True)
        log = build / (part.name.replace(" ", "-") + ".log")
        status, seconds, reason, results = run_part(part, log)
        bad = {} if status == "passed" else {"why": reason}
        state.put(part.name, status=status, seconds=seconds, results=results, **bad)
        print(f"{label}: {status}, {seconds} s" + (f" ({reason}); log: {log}" if bad else ""), flush=True)

    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for part in parts:
        status = state.status(part.name)
        counts[status] += 1
        if status != "passed":
            notes.append(f"{status}: {part.name}: {state.data['parts'][part.name]['why']}")
    print(f"results: {write_results(device, state, parts, given.results)}")
    for note in notes:
        print(note)
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
