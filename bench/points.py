#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""points.py <build folder> [options]: measures every point of a table of goals and says which are reached.

--table FILE      the goals: suite/points.txt unless given
--filter TEXT     only lines (with their point and section) that contain it; may be repeated
--json DIRECTORY  writes DIRECTORY/<cpu>/<date>-points.json
--rounds N, --seconds S    as of bsr_bench; 200 and 0.5 unless given
--with COMMAND    runs every program under it: --with 'taskset -c 2,3'

The last lines name the points that miss their goal and count those that reach it. A point that could not be
measured, because a library or an instruction is missing, counts as missed: the second number is always that of
all points. The exit status is 1 only if something went wrong.
"""

import argparse
import json
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import time

BENCH = pathlib.Path(__file__).resolve().parent
DENSITIES = (0.25, 0.5, 0.75, 1.0)  # of a break-even curve
OWN = {"other compiler": "bsr-other", "avx2 of limit": "bsr-avx2"}
PROGRAMS = ("structure", "predict", "compile")


class Goal:
    def __init__(self, section, point, figure, goal, stretch):
        self.section, self.point, self.figure = section, point, figure
        self.goal, self.stretch = goal, stretch
        self.value, self.why = None, "not measured"

    @property
    def reached(self):
        if self.value is None:
            return False
        return self.value <= self.goal if self.figure == "at most" else self.value >= self.goal

    def name(self):
        return f"{self.point}: {self.figure}"


def read_table(path):
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        sys.exit(f"points: the table {path} cannot be read: {error.strerror}")
    goals, section, point = [], "", ""
    for number, line in enumerate(text.splitlines(), 1):
        line = line.split("#")[0].strip()
        if not line:
            continue
        if line.startswith("["):
            section = line.strip("[]")
            continue
        parts = [" ".join(part.split()) for part in line.split("|")]
        try:
            point = point if parts[0] == "^" else parts[0]
            stretch = float(parts[3]) if len(parts) > 3 else None
            goals.append(Goal(section, point, parts[1], float(parts[2]), stretch))
        except (IndexError, ValueError):
            sys.exit(f"{path}:{number}: 'point | figure | to reach | stretch' is expected")
        if not section:
            sys.exit(f"{path}:{number}: a section must come first")
    return goals


class Runner:
    """Runs the programs and keeps what they measured."""

    def __init__(self, options):
        self.options, self.head = options, {}
        self.points, self.peers = [], {}
        self.failed = []

    def run(self, program, *arguments):
        file = self.options.build / program
        if not file.exists():
            return None
        command = [*shlex.split(self.options.prefix), str(file), *map(str, arguments)]
        result = subprocess.run(command, stdout=subprocess.PIPE, text=True)
        print(result.stdout, flush=True)
        if result.returncode != 0:
            self.failed.append(program)
            print(f"{program} ended with status {result.returncode}", flush=True)
        return result.stdout

    def report_of(self, program, *arguments):
        """The JSON of a program that takes --json."""
        with tempfile.TemporaryDirectory() as folder:
            self.run(program, *arguments, "--json", folder)
            files = list(pathlib.Path(folder).rglob("*.json"))
            return json.loads(files[0].read_text("utf-8")) if files else None

    def suite(self, lines, peers):
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
            file.write("\n".join(lines) + "\n")
            file.flush()
            rules = ["--rounds", self.options.rounds, "--seconds", self.options.seconds]
            report = self.report_of("bsr_bench", "--suite", file.name, *rules, *(["--peers", peers] if peers else []))
        if report is None:
            return
        for key in ("cpu", "features", "compiler"):
            self.head.setdefault(key, report[key])
        for name, version in report["peers"].items():
            if self.peers.get(name, "not").startswith("not") and version != "not measured: not asked for":
                self.peers[name] = version
        self.points += report["points"]

    def find(self, line):
        """The measurements of a suite's line: a point may have been measured in several sections."""
        words = line.split()
        shape = [] if words[2] == "-" else [words[2]]
        name = " ".join(words[:2] + shape + words[3:5] + words[6:])
        return [p for p in self.points if p["point"] == name and p["threads"] == int(words[5])]


def suite_lines(goals):
    """The lines of a section for bsr_bench, and the peers that are asked for."""
    lines, peers = [], set()
    for goal in goals:
        if goal.point.split()[0] in PROGRAMS:
            continue
        if goal.figure in OWN:
            peers.add(OWN[goal.figure])
        new = [goal.point]
        if "break-even" in goal.point:
            new = [goal.point.replace("break-even", f"random:{d:g}") + " dense" for d in DENSITIES]
        lines += [line for line in new if line not in lines]
    return lines, ",".join(sorted(peers))


def speed(figures):
    return figures["median"]


def over(goal, points, names):
    """How much quicker ours is than the quickest of the named ones."""
    ratios = []
    duels = [d for p in points for d in p["duels"] if d["peer"]]
    for name in names:
        if name == "every peer":
            found = [d["ratio"] for d in duels if not d["own"]]
        elif name == "dense":
            found = [d["ratio"] for d in duels if d["dense"]]
        else:
            found = [d["ratio"] for d in duels if d["peer"] == name or d["peer"].startswith(name + " ")]
        if not found:
            goal.why = f"no {name} here" if name not in ("every peer", "dense") else "no other library here"
            return None
        ratios += found
    return min(ratios)


def own(goal, points, name):
    found = [d for p in points for d in p["duels"] if d["own"] and d["peer"].startswith(name)]
    if not found:
        goal.why = "bsr in this form could not be measured here"
        return None
    return found[0]


def density_of(point):
    return float(re.search(r"random:([0-9.]+)", point["point"]).group(1))


def curve(points):
    """(density, our time over that of the quickest dense product) of the points that have a dense one."""
    pairs = []
    for p in points:
        ratios = [d["ratio"] for d in p["duels"] if d["dense"]]
        if ratios:
            pairs.append((density_of(p), 1 / min(ratios)))
    return sorted(pairs)


def break_even(pairs):
    """The density at which both take equally long; at most 1, as more than dense there is not."""
    if not pairs or pairs[-1][1] <= 1:
        return 1.0 if pairs else None
    before = (0.0, 0.0)
    for d, t in pairs:
        if t > 1:
            return before[0] + (d - before[0]) * (1 - before[1]) / (t - before[1])
        before = (d, t)
    return None


def curve_points(runner, goal):
    return [p for d in DENSITIES
            for p in runner.find(goal.point.replace("break-even", f"random:{d:g}") + " dense")]


def evaluate(goal, runner):
    if goal.figure == "break-even":
        pairs = curve(curve_points(runner, goal))
        goal.value = break_even(pairs) if len(pairs) == len(DENSITIES) else None
        goal.why = "" if goal.value is not None else "no dense product here"
        return
    points = runner.find(goal.point)
    if not points:
        goal.why = "could not be measured here"
        return
    if goal.figure == "of limit":
        found = [d for p in points for d in p["duels"] if not d["peer"]]  # nobody else between our calls
        shares = sorted(speed(d["ours"]) / speed(d["limit"]) for d in found)
        goal.value = shares[len(shares) // 2]
    elif goal.figure.startswith("over "):
        goal.value = over(goal, points, [name.strip() for name in goal.figure[5:].split(",")])
    elif goal.figure == "scaling":
        duel = own(goal, points, "bsr, 1 thread")
        goal.value = duel and duel["ratio"]
    elif goal.figure == "epilogue":
        duel = own(goal, points, "bsr, epilogue")
        goal.value = duel and 1 / duel["ratio"]
    elif goal.figure == "other compiler":
        duel = own(goal, points, "bsr, ")
        goal.value = duel and 1 / duel["ratio"]
    elif goal.figure == "avx2 of limit":
        duel = own(goal, points, "bsr for AVX2")
        goal.value = duel and speed(duel["theirs"]) / speed(duel["limit"])
    else:
        sys.exit(f"{goal.name()}: there is no such figure")


def measure_structure(goals, runner):
    for point in dict.fromkeys(goal.point for goal in goals):
        report = runner.report_of("bsr_structure", "--filter", point.split(None, 1)[1], "--rounds", 10)
        for goal in goals:
            if goal.point != point:
                continue
            found = report["points"][0] if report and report["points"] else None
            name = goal.figure.removeprefix("over ")
            if found is None:
                goal.why = "bsr_structure could not measure it"
            elif goal.figure == "of copy":
                goal.value = found.get("of copy")
            elif name in found:
                goal.value = found[name]["median"] / found["ours"]["median"]
            else:
                goal.why = f"no {name} here"


def measure_predictions(goals, runner):
    text = runner.run("bsr_predict") or ""
    match = re.search(r"(\d+) of (\d+) predictions are within", text)
    for goal in goals:
        if match:
            goal.value = int(match[1]) / int(match[2])
        else:
            goal.why = "bsr_predict could not be run"


def measure_compiling(goals, runner):
    import compile_time

    for compiler in dict.fromkeys(goal.point.split()[2] for goal in goals):
        figures = compile_time.measure(compiler, runner.options.build)
        for goal in goals:
            if goal.point.split()[2] != compiler:
                continue
            if figures is None:
                goal.why = f"no {compiler} here"
            else:
                goal.value = figures[goal.point.split()[1]]
                print(f"{goal.point}: {goal.value:.2f} s")


def text_of(value, figure):
    if value is None:
        return "-"
    if figure in ("of limit", "break-even", "epilogue", "other compiler", "avx2 of limit", "at least"):
        return f"{100 * value:.0f} %"
    return f"{value:.2f} s" if figure == "at most" else f"{value:.2f}"


def summary(goals):
    print(f"{'point':60} {'figure':26} {'measured':>9} {'to reach':>9} {'stretch':>8}")
    section = ""
    for goal in goals:
        if goal.section != section:
            section = goal.section
            print(f"\n{section}")
        stretch = text_of(goal.stretch, goal.figure)
        mark = "" if goal.reached else "  " + ("below" if goal.value is not None else goal.why)
        print(f"{goal.point:60} {goal.figure:26} {text_of(goal.value, goal.figure):>9} "
              f"{text_of(goal.goal, goal.figure):>9} {stretch:>8}{mark}")
    missed = [goal for goal in goals if not goal.reached]
    print()
    for goal in missed:
        found = goal.why
        if goal.value is not None:
            found = f"{text_of(goal.value, goal.figure)}, not {text_of(goal.goal, goal.figure)}"
        print(f"not reached: {goal.name()}: {found}")
    print(f"{len(goals) - len(missed)} of {len(goals)} points reach their goal")


def write(goals, runner, directory):
    date = time.strftime("%Y-%m-%dT%H-%M-%SZ", time.gmtime())
    folder = directory / re.sub(r"[^A-Za-z0-9]", "-", runner.head.get("cpu", "unknown CPU"))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{date}-points.json"
    report = {**runner.head, "date": date, "unit": "1e9 per second", "peers": runner.peers,
              "goals": [{"section": g.section, "point": g.point, "figure": g.figure, "goal": g.goal,
                         "stretch": g.stretch, "value": g.value, "reached": g.reached,
                         "why": "" if g.value is not None else g.why} for g in goals]}
    # A line for each point, so that versions can be compared.
    text = json.dumps(report, indent=1)[:-2]
    lines = ",\n  ".join(json.dumps(rounded(p)) for p in runner.points)
    path.write_text(f'{text},\n "points": [\n  {lines}\n ]\n}}\n', "utf-8")
    print(f"written to {path}")


def rounded(value):
    if isinstance(value, float):
        return float(f"{value:.5g}")
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    return [rounded(each) for each in value] if isinstance(value, list) else value


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--table", type=pathlib.Path, default=BENCH / "suite/points.txt")
    parser.add_argument("--filter", action="append", default=[])
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--with", dest="prefix", default="")
    options = parser.parse_args()
    goals = [goal for goal in read_table(options.table)
             if all(text in f"{goal.section}: {goal.name()}" for text in options.filter)]
    if not goals:
        sys.exit("points: no line of the table contains that")

    start, runner = time.time(), Runner(options)
    for section in dict.fromkeys(goal.section for goal in goals):
        of_section = [goal for goal in goals if goal.section == section]
        print(f"== {section}", flush=True)
        lines, peers = suite_lines(of_section)
        lines = [line for line in lines if peers or not runner.find(line)]
        if lines:
            runner.suite(lines, peers)
        for program, measure in (("structure", measure_structure), ("predict", measure_predictions),
                                 ("compile", measure_compiling)):
            asked = [goal for goal in of_section if goal.point.split()[0] == program]
            if asked:
                measure(asked, runner)
    for goal in goals:
        if goal.point.split()[0] not in PROGRAMS:
            evaluate(goal, runner)
    if options.json:
        write(goals, runner, options.json)
    print(f"measured in {time.time() - start:.0f} s\n")
    summary(goals)
    return 1 if runner.failed or not runner.points and not any(goal.value is not None for goal in goals) else 0


if __name__ == "__main__":
    sys.exit(main())
