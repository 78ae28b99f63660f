#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""check.py: points.py judges as its table says, compare.py finds what got worse, report.py what was edited."""

import copy
import json
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
BENCH = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(BENCH))
import compare  # noqa: E402
import points  # noqa: E402
import report  # noqa: E402

failures = []


def expect(what, found, wanted):
    if found != wanted:
        failures.append(f"{what}: {found!r}, not {wanted!r}")


def duel(peer, ours, theirs, limit=100, dense=False, own=False):
    """Speeds of both."""
    return {"peer": peer, "variant": "", "dense": dense, "own": own, "ours": {"median": ours},
            "theirs": {"median": theirs}, "limit": {"median": limit}, "ratio": ours / theirs}


def point(name, duels, threads=1):
    """With nobody between our calls, 97."""
    alone = {"peer": "", "variant": "", "dense": False, "own": False, "ours": {"median": 97}, "limit": {"median": 100}}
    return {"point": name, "threads": threads, "flops": 1e6, "bytes": 1e5, "dense flops": 1e7,
            "limit": "multiply-add", "duels": [*duels, alone]}


SHAPE = "spmm f32 1024x1024x128 4x4"
MEASURED = [
    point(f"{SHAPE} random:0.1", [duel("LIBXSMM", 94, 50), duel("MKL BSR", 95, 80), duel("MKL CSR", 96, 90),
                                  duel("MKL dense", 95, 20, dense=True)]),
    point(f"{SHAPE} random:0.1", [duel("LIBXSMM", 180, 100, 200), duel("bsr, 1 thread", 180, 94, 200, own=True)], 2),
    point(f"{SHAPE} random:0.1", [duel("bsr, clang++", 94, 93, own=True), duel("bsr for AVX2", 94, 45, 50, own=True)]),
    point(f"{SHAPE} random:0.1 epilogue", [duel("bsr, epilogue", 94, 94, own=True)]),
] + [point(f"{SHAPE} random:{d:g} dense", [duel("MKL dense", 80, 100 * d, dense=True),
                                           duel("oneDNN dense", 80, 90 * d, dense=True)])
     for d in points.DENSITIES]
TABLE = f"""
[One thread]
{SHAPE} random:0.1 1 | of limit | 0.93 | 0.97
^ | over MKL BSR, MKL CSR | 1.30  # the quicker one is 1.07 times slower
^ | over LIBXSMM | 1.5
^ | over every peer | 1.06
^ | over dense | 4.8
^ | over Eigen BSR | 1
{SHAPE} break-even 1 | break-even | 0.79
{SHAPE} random:0.1 1 epilogue | epilogue | 0.97
[More]
{SHAPE} random:0.1 2 | scaling | 1.9
{SHAPE} random:0.1 1 | other compiler | 0.97
^ | avx2 of limit | 0.85
{SHAPE} random:0.3 1 | of limit | 0.5
"""
VALUES = [0.97, 96 / 90, 94 / 50, 96 / 90, 4.75, None, 0.8, 1.0, 180 / 94, 93 / 94, 0.9, None]
REACHED = [True, False, True, True, False, False, True, True, True, True, True, False]


def judge(measured):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "table.txt"
        path.write_text(TABLE, "utf-8")
        goals = points.read_table(path)
    runner = points.Runner.__new__(points.Runner)
    runner.points, runner.peers = measured, {"MKL": "oneMKL 1", "LIBXSMM": "not measured: was not found"}
    runner.head = {"cpu": "A CPU family 1 model 2", "features": "fma", "compiler": "GNU 12"}
    for goal in goals:
        points.evaluate(goal, runner)
    return goals, runner


def check_judgement():
    goals, _ = judge(MEASURED)
    for goal, value, reached in zip(goals, VALUES, REACHED):
        expect(f"{goal.name()} (value)", goal.value and round(goal.value, 6), value and round(value, 6))
        expect(f"{goal.name()} (reached)", goal.reached, reached)
    expect("all goals", len(goals), len(VALUES))
    expect("what is missing", goals[5].why, "no Eigen BSR here")
    # The table that counts can be read, and every line has a figure that is known.
    for goal in points.read_table(BENCH / "suite/points.txt"):
        if goal.point.split()[0] not in points.PROGRAMS:
            words = goal.point.split()
            expect(f"{goal.name()} (words)", len(words) - len({"dense", "epilogue", "dynamic"} & set(words)), 6)
            points.evaluate(goal, judge([])[1])
            expect(f"{goal.name()} (unmeasured)", goal.reached, False)


def check_files():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        goals, runner = judge(MEASURED)
        points.write(goals, runner, root / "bench/results")
        page = root / "docs/performance.md"

        def run(*arguments):
            command = [sys.executable, "-B", str(BENCH / "report.py"), "--root", folder, *arguments]
            return subprocess.run(command, stdout=subprocess.PIPE, text=True).returncode

        expect("a page before it is made", run("--check"), 1)
        expect("making the page", run(), 0)
        expect("the page as it was made", run("--check"), 0)
        text = page.read_text("utf-8")
        expect("the page counts", f"**{sum(REACHED)} of {len(REACHED)} points" in text, True)
        expect("the page names what is missing", "no Eigen BSR here" in text, True)
        page.write_text(text.replace("below", "reached"), "utf-8")
        expect("an edited page", run("--check"), 1)
        run()
        picture = next((root / "docs/performance").glob("break-even-*.svg"))
        expect("a picture's curve", picture.read_text("utf-8").count("<path d=\"M64.0 364.0L"), 1)
        picture.unlink()
        expect("a picture that is missing", run("--check"), 1)

        old = json.loads(next((root / "bench/results").rglob("*.json")).read_text("utf-8"))
        expect("compared with itself", compare.compare(old, old, 0.03), ([], []))
        new = copy.deepcopy(old)
        for p in new["points"]:
            for d in p["duels"] if p["point"] == f"{SHAPE} random:0.1" and p["threads"] == 1 else []:
                d["ours"]["median"] *= 0.9
                if d["peer"]:
                    d["ratio"] *= 0.9
        new["goals"][0]["reached"] = False
        del new["points"][-1]
        worse = compare.compare(old, new, 0.03)[1]
        expect("what is worse", worse, [f"{SHAPE} random:0.1 is slower by 10 %", f"{SHAPE} random:1 dense is missing",
                                        f"{SHAPE} random:0.1 1: of limit is not reached any more"])


check_judgement()
check_files()
print("\n".join(failures) or "points, comparison and report do what they promise")
sys.exit(1 if failures else 0)
