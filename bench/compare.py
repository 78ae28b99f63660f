#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""compare.py OLD NEW [--tolerance 0.03]: two results of the benchmarks, point by point.

Takes the JSON files of bsr_bench, of points.py and of bsr_structure, two of the same kind. Machines drift, so what
is compared are shares: of the limit that was measured between the calls, and of each library's speed. A point
counts as slower when both its share of the limit and its median ratio to the libraries fell by more than the
tolerance. The exit status is 1 if a point is slower, lost its goal, or is missing in NEW.
"""

import argparse
import json
import pathlib
import statistics
import sys


def goals_of(report):
    return {(g["section"], g["point"], g["figure"]): g for g in report.get("goals", [])}


def points_of(report):
    """{name: {figure: value}}, larger being better."""
    points = {}
    for p in report["points"]:
        name = p["point"] + (f", {p['threads']} threads" if p.get("threads", 1) > 1 else "")
        figures = points.setdefault(name, {})
        for d in p.get("duels", []):
            if not d.get("own", False):
                figures["of the limit"] = d["ours"]["median"] / d["limit"]["median"]
                if d["peer"]:
                    figures[d["peer"]] = d["ratio"]
            elif d["peer"]:
                figures[d["peer"]] = 1 / d["ratio"] if d["peer"] != "bsr, 1 thread" else d["ratio"]
        for peer in ("scipy", "MKL"):
            if "ours" in p and peer in p:
                figures[peer] = p[peer]["median"] / p["ours"]["median"]
        if "of copy" in p:
            figures["of the limit"] = p["of copy"]
    return points


def compare(old, new, tolerance):
    """Lines to print, and the sentences of what got worse."""
    lines, worse = [], []
    before, after = points_of(old), points_of(new)
    for name, was in before.items():
        if name not in after:
            worse.append(f"{name} is missing")
            continue
        now = after[name]
        changes = {figure: now[figure] / was[figure] for figure in was if figure in now and was[figure] > 0}
        if not changes:
            continue
        limit = changes.pop("of the limit", None)
        others = statistics.median(changes.values()) if changes else None
        shown = [f"{figure} {was[figure]:.2f} -> {now[figure]:.2f}" for figure in was
                 if figure in now and abs(now[figure] / was[figure] - 1) > tolerance]
        if shown:
            lines.append(f"{name}: {', '.join(shown)}")
        least = [change for change in (limit, others) if change is not None]
        if max(least) < 1 - tolerance:
            worse.append(f"{name} is slower by {100 * (1 - max(least)):.0f} %")
    goals, new_goals = goals_of(old), goals_of(new)
    for key, goal in goals.items():
        text = f"{goal['point']}: {goal['figure']}"
        if key not in new_goals:
            worse.append(f"{text} is no goal any more")
        elif goal["reached"] and not new_goals[key]["reached"]:
            worse.append(f"{text} is not reached any more")
    for key, goal in new_goals.items():
        if goal["reached"] and not goals.get(key, {"reached": True})["reached"]:
            lines.append(f"{goal['point']}: {goal['figure']} is reached now")
    return lines, worse


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("old", type=pathlib.Path)
    parser.add_argument("new", type=pathlib.Path)
    parser.add_argument("--tolerance", type=float, default=0.03)
    options = parser.parse_args()
    old, new = (json.loads(path.read_text("utf-8")) for path in (options.old, options.new))
    for key in ("cpu", "compiler"):
        if old.get(key) != new.get(key):
            print(f"{key}: {old.get(key)} -> {new.get(key)}")
    lines, worse = compare(old, new, options.tolerance)
    print("\n".join(lines + [f"WORSE: {sentence}" for sentence in worse]))
    print(f"{len(points_of(old))} points compared, {len(worse)} are worse")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
