#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""report.py [--check] [--root DIRECTORY]: makes docs/performance.md and its pictures from bench/results.

Of every machine the newest file that ends in -points.json counts. With --check nothing is written: the exit status
is 1 if a file is not what would be written.
"""

import argparse
import html
import json
import math
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import points as table  # noqa: E402

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 420, 64, 190, 40, 56
COLOURS = ("#1b6ca8", "#c8553d", "#4f8a3d", "#8057a5", "#b8860b", "#3a8f8f", "#a03060", "#606060")


class Picture:
    """A diagram with two axes."""

    def __init__(self, title, x_name, y_name, x_range, y_range, logarithmic):
        self.x_range, self.y_range, self.logarithmic = x_range, y_range, logarithmic
        self.labels = 0
        self.parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
            f'font-size="12">',
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
            f'<text x="{LEFT}" y="22" font-size="15">{html.escape(title)}</text>',
            f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{HEIGHT - 14}" text-anchor="middle">'
            f'{html.escape(x_name)}</text>',
            f'<text transform="translate(16 {(TOP + HEIGHT - BOTTOM) / 2:.0f}) rotate(-90)" '
            f'text-anchor="middle">{html.escape(y_name)}</text>',
            f'<rect x="{LEFT}" y="{TOP}" width="{WIDTH - RIGHT - LEFT}" height="{HEIGHT - BOTTOM - TOP}" '
            f'fill="none" stroke="#444"/>']

    @staticmethod
    def share(value, bounds, logarithmic):
        if logarithmic:
            value, bounds = math.log(value), [math.log(b) for b in bounds]
        return (value - bounds[0]) / (bounds[1] - bounds[0])

    def at(self, x, y):
        return (LEFT + self.share(x, self.x_range, self.logarithmic) * (WIDTH - RIGHT - LEFT),
                HEIGHT - BOTTOM - self.share(y, self.y_range, self.logarithmic) * (HEIGHT - BOTTOM - TOP))

    def ticks(self, xs, ys, text):
        for x in xs:
            at = self.at(x, self.y_range[0])
            self.parts.append(f'<path d="M{at[0]:.1f} {TOP}V{at[1]:.1f}" stroke="#ddd"/>'
                              f'<text x="{at[0]:.1f}" y="{at[1] + 16:.1f}" text-anchor="middle">{text(x)}</text>')
        for y in ys:
            at = self.at(self.x_range[0], y)
            self.parts.append(f'<path d="M{at[0]:.1f} {at[1]:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
                              f'<text x="{at[0] - 6:.1f}" y="{at[1] + 4:.1f}" text-anchor="end">{text(y)}</text>')

    def line(self, pairs, colour, dashes=""):
        path = "L".join("{:.1f} {:.1f}".format(*self.at(x, y)) for x, y in pairs)
        style = f' stroke-dasharray="{dashes}"' if dashes else ""
        self.parts.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"{style}/>')

    def dot(self, x, y, colour):
        at = self.at(x, y)
        self.parts.append(f'<circle cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="4" fill="{colour}"/>')

    def label(self, text, colour):
        y = TOP + 12 + 17 * self.labels
        self.labels += 1
        self.parts.append(f'<rect x="{WIDTH - RIGHT + 12}" y="{y - 8}" width="10" height="10" fill="{colour}"/>'
                          f'<text x="{WIDTH - RIGHT + 28}" y="{y + 1}">{html.escape(text)}</text>')

    def text(self):
        return "\n".join([*self.parts, "</svg>", ""])


def roofline(report):
    """Speed over operations a byte, under the lines that the machine draws."""
    f32 = [p for p in report["points"] if " f32 " in p["point"] and p["threads"] == 1]
    seen = {}
    for p in f32:
        duels = [d for d in p["duels"] if not d["own"]]
        if duels and "dense" not in p["point"].split():
            alone = next((d for d in duels if not d["peer"]), duels[0])
            seen.setdefault(p["point"], (p, alone))
    peaks = [d["limit"]["median"] for p, d in seen.values() if p["limit"] != "read"]
    reads = [d["limit"]["median"] for p, d in seen.values() if p["limit"] == "read"]
    if not peaks:
        return None
    peak = max(peaks)
    picture = Picture("f32, one thread: speed and intensity", "operations a byte of necessary traffic", "GF/s",
                      (0.1, 1000), (1, 10 ** math.ceil(math.log10(peak))), True)
    picture.ticks((0.1, 1, 10, 100, 1000), [10 ** k for k in range(0, math.ceil(math.log10(peak)) + 1)],
                  lambda v: f"{v:g}")
    if reads:
        read = max(reads)
        knee = peak / read
        picture.line([(max(0.1, 1 / read), max(1, 0.1 * read)), (knee, peak), (1000, peak)], "#444")
    else:
        picture.line([(0.1, peak), (1000, peak)], "#444")
    kinds = {}
    for name, (p, duel) in seen.items():
        words = name.split()
        kind = words[0] + (" " + words[2].split("x")[2] + " columns" if words[0] != "spmv" else "")
        colour = kinds.setdefault(kind, COLOURS[len(kinds) % len(COLOURS)])
        speed = duel["ours"]["median"] * (p["flops"] / p["bytes"] if p["limit"] == "read" else 1)
        picture.dot(p["flops"] / p["bytes"], speed, colour)
    for kind, colour in kinds.items():
        picture.label(kind, colour)
    return picture.text()


def break_evens(report):
    """Time over that of the quickest dense product, over the density."""
    curves = {}
    for p in report["points"]:
        words = p["point"].split()
        if "dense" in words and p["threads"] == 1:
            curves.setdefault((words[0], words[2], words[3]), []).append(p)
    curves = {key: table.curve(found) for key, found in curves.items() if len(found) >= len(table.DENSITIES)}
    if not any(curves.values()):
        return None
    top = max(t for pairs in curves.values() for _, t in pairs)
    top = math.ceil(top * 4) / 4
    picture = Picture("f32, one thread: time over that of the best dense product", "density",
                      "our time / dense time", (0, 1), (0, max(1.25, top)), False)
    picture.ticks([k / 4 for k in range(5)], [k / 4 for k in range(int(max(1.25, top) * 4) + 1)],
                  lambda v: f"{v:g}")
    picture.line([(0, 1), (1, 1)], "#444", "6 4")
    for i, ((what, _, block), pairs) in enumerate(curves.items()):
        colour = COLOURS[i % len(COLOURS)]
        picture.line([(0, 0), *pairs], colour, "2 3" if what == "linear" else "")
        picture.label(f"{what} {block}", colour)
    return picture.text()


def machine_name(report):
    return re.sub(r" family \d+ model \d+$", "", report["cpu"]).replace("(R)", "").replace("(TM)", "")


def page_of(report, source, pictures):
    goals = report["goals"]
    reached = sum(goal["reached"] for goal in goals)
    lines = [f"## {machine_name(report)}", "",
             f"{report['cpu']} ({report['features']}), {report['compiler']}, {report['date'][:10]}. "
             f"**{reached} of {len(goals)} points reach their goal.**", "",
             "Beside: " + "; ".join(version if not version.startswith("not measured") else f"{name} {version}"
                                    for name, version in report["peers"].items()) + ".", ""]
    for name, alt in pictures:
        lines += [f"![{alt}](performance/{name})", ""]
    section = ""
    for goal in goals:
        if goal["section"] != section:
            section = goal["section"]
            lines += [f"### {section}", "", "| point | figure | measured | to reach | stretch | |",
                      "| --- | --- | ---: | ---: | ---: | --- |"]
        text = {key: table.text_of(goal[key], goal["figure"]) for key in ("value", "goal", "stretch")}
        verdict = "reached" if goal["reached"] else "below" if goal["value"] is not None else goal["why"]
        if goal["reached"] and goal["stretch"] is not None and goal["value"] >= goal["stretch"]:
            verdict = "stretch reached"
        lines.append(f"| `{goal['point']}` | {goal['figure']} | {text['value']} | {text['goal']} | {text['stretch']} "
                     f"| {verdict} |")
        index = goals.index(goal)
        if index + 1 == len(goals) or goals[index + 1]["section"] != section:
            lines.append("")
    lines += [f"From [{source.name}](../bench/results/{source.parent.name}/{source.name}).", ""]
    return lines


HEAD = """# Performance

<!-- Made by `scripts/bench report` from bench/results; do not edit. -->

What `scripts/bench points` measured, with machine, compiler and date. Ratios are of medians of calls made in turn in
one process; the limit is measured between the calls. [bench/README.md](../bench/README.md) says how, and what the
figures mean. A point whose library or instruction set is missing on a machine counts as not reached.
"""


def files_of(root):
    """{path: text} of everything that is generated."""
    newest = {}
    for path in sorted((root / "bench/results").glob("*/*-points.json")):
        newest[path.parent.name] = path
    files, lines = {}, [HEAD]
    for folder, source in sorted(newest.items()):
        report = json.loads(source.read_text("utf-8"))
        pictures = []
        for kind, alt, text in (("roofline", "Speed over operations a byte", roofline(report)),
                                ("break-even", "Time over density", break_evens(report))):
            if text is not None:
                name = f"{kind}-{folder}.svg"
                files[root / "docs/performance" / name] = text
                pictures.append((name, alt))
        lines += page_of(report, source, pictures)
    if not newest:
        lines += ["Nothing was measured yet.", ""]
    files[root / "docs/performance.md"] = "\n".join(lines)
    return files


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    options = parser.parse_args()
    wrong = 0
    for path, text in files_of(options.root).items():
        if not options.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        elif not path.exists() or path.read_text("utf-8") != text:
            print(f"{path.relative_to(options.root)} is not what scripts/bench report makes of bench/results")
            wrong += 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
