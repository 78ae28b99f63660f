#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""check_snippets.py <repository>: holds the pages of the documentation to the code.

- A block ```cpp, ```cmake or ```python equals a region of a file in docs/snippets or examples, which is compiled
  and run by the tests. A region lies between two lines `// [name]` (`# [name]` in CMake and Python); indentation
  in common and blank lines at its ends do not count. Every region is shown on some page.
- In a block ```text, a line that starts with "bsr: " is an error that a snippet expects or a header holds.
- In a block ```sh, a command scripts/... exists.
- Links to files and headings lead somewhere, and so do paths in `backticks` that look like files of this repository.

Prints what is wrong, and fails if anything is."""
import difflib
import pathlib
import re
import sys
import textwrap

LANGUAGE_OF = {".cpp": "cpp", ".hpp": "cpp", ".cmake": "cmake", ".txt": "cmake", ".py": "python"}
MARKER = re.compile(r"\s*(?://|#) \[([a-z0-9_-]+)\]\s*$")
FENCE = re.compile(r"(\s*)```(\w*)\s*$")
LITERALS = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
# Where a path in backticks may start, and what looks like one.
ROOTS = ["", "include", "include/bsr", "docs"]
PATH = re.compile(r"(?:[\w.-]+/)+[\w.-]+\.(?:hpp|cpp|py|cmake|md|txt|json)|scripts/\w+|\.ci/run")


def normalised(lines):
    text = textwrap.dedent("\n".join(line.rstrip() for line in lines))
    return text.strip("\n")


def regions(path):
    """(name, text) of every region of a file. A marker inside another region is not part of it."""
    open_at, lines = {}, path.read_text("utf-8").splitlines()
    for number, line in enumerate(lines):
        marker = MARKER.match(line)
        if not marker:
            continue
        name = marker[1]
        if name in open_at:
            yield name, normalised(l for l in lines[open_at.pop(name) + 1 : number] if not MARKER.match(l))
        else:
            open_at[name] = number
    if open_at:
        raise SystemExit(f"{path}: the region [{next(iter(open_at))}] does not end")


def blocks(text):
    """(line number, language, text) of every fenced block of a page."""
    begin = None
    lines = text.splitlines()
    for number, line in enumerate(lines):
        fence = FENCE.match(line)
        if not fence:
            continue
        if begin is None:
            begin, language = number, fence[2]
        else:
            yield begin + 1, language, normalised(lines[begin + 1 : number])
            begin = None


def prose(text):
    """The page without its fenced blocks."""
    kept, inside = [], False
    for line in text.splitlines():
        if FENCE.match(line):
            inside = not inside
        elif not inside:
            kept.append(line)
    return "\n".join(kept)


def anchors(text):
    """The headings of a page as links name them."""
    heads = re.findall(r"^#+ (.+?)\s*$", prose(text), re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def nearest(text, candidates):
    best = max(candidates, key=lambda c: difflib.SequenceMatcher(None, text, c[1]).quick_ratio(), default=None)
    if best is None:
        return "there is no region in this language"
    difference = difflib.unified_diff(
        best[1].splitlines(), text.splitlines(), f"[{best[0][1]}] of {best[0][0]}", "the page", lineterm="", n=1)
    return "\n".join(difference)


def check(root):
    pages = [page for page in [root / "README.md", root / "CONTRIBUTING.md"] if page.exists()]
    pages += [page for folder in ("docs", "examples") for page in sorted((root / folder).rglob("*.md"))]
    sources = [path for folder in ("docs/snippets", "examples") for path in sorted((root / folder).rglob("*"))
               if path.suffix in LANGUAGE_OF]
    found = {(path.relative_to(root).as_posix(), name): (LANGUAGE_OF[path.suffix], text)
             for path in sources for name, text in regions(path)}
    # The texts of string literals, neighbours joined as the compiler does.
    code = [*sources, *sorted((root / "include").rglob("*.hpp"))]
    said = "\n".join("".join(LITERALS.findall(run)) for path in code for run in re.findall(
        r'(?:"(?:[^"\\\n]|\\.)*"\s*)+', path.read_text("utf-8")))
    shown, wrong = set(), []

    for page in pages:
        text, name = page.read_text("utf-8"), page.relative_to(root).as_posix()
        for line, language, block in blocks(text):
            where = f"{name}:{line}"
            if language in ("cpp", "cmake", "python"):
                same = [key for key, (l, region) in found.items() if l == language and region == block]
                shown.update(same)
                if not same:
                    candidates = [(key, region) for key, (l, region) in found.items() if l == language]
                    wrong.append(f"{where}: no region is this block; the nearest differs so:\n{nearest(block, candidates)}")
            elif language == "text":
                for sentence in re.findall(r"^\s*(?:.*?: )?(bsr: .+)$", block, re.M):
                    if sentence not in said:
                        wrong.append(f"{where}: no snippet expects, and no header holds, '{sentence}'")
            elif language == "sh":
                for script in re.findall(r"(?:^|\s)(scripts/[\w-]+|\.ci/run)", block):
                    if not (root / script).is_file():
                        wrong.append(f"{where}: there is no {script}")
            else:
                wrong.append(f"{where}: a block is cpp, cmake, python, sh or text, not '{language}'")
        body = prose(text)
        for target in re.findall(r"\]\(([^)\s]+)\)", body):
            if re.match(r"[a-z]+:", target):
                continue
            file, _, anchor = target.partition("#")
            linked = (page.parent / file) if file else page
            if not linked.exists():
                wrong.append(f"{name}: the link {target} leads nowhere")
            elif anchor and anchor not in anchors(linked.read_text("utf-8")):
                wrong.append(f"{name}: there is no heading for {target}")
        for path in re.findall(r"`([^`\s]+)`", body):
            if PATH.fullmatch(path) and not any((root / start / path).exists() for start in ROOTS):
                wrong.append(f"{name}: there is no file `{path}`")
    for file, region in sorted(set(found) - shown):
        wrong.append(f"{file}: the region [{region}] is on no page")
    return pages, found, wrong


def main():
    pages, found, wrong = check(pathlib.Path(sys.argv[1]).resolve())
    print("\n".join(wrong))
    print(f"{len(pages)} pages, {len(found)} regions, {len(wrong)} differences")
    return 1 if wrong or not found else 0


if __name__ == "__main__":
    sys.exit(main())
