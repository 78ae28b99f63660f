#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""check.py <cmake>: check_snippets.py finds what it promises to find."""
import pathlib
import sys
import tempfile

sys.path.insert(0, sys.argv[1])
import check_snippets  # noqa: E402

SOURCE = """int main() {
  // [a]
  int i = 1;

  int k = i;
  // [a]
}
"""
HEADER = 'fail("bsr: this is " "wrong");\n'
GOOD = """# A title
Text with a [link](docs/page.md#its-title), `docs/page.md` and `include/x.hpp`.
```cpp
int i = 1;

int k = i;
```
```text
error: bsr: this is wrong
```
```sh
scripts/test all
```
"""
# What is put in place of what, and a part of the sentence that must follow.
CASES = [
    ("", "", ""),
    ("int i = 1;", "int i = 2;", "no region is this block"),
    ("```cpp", "```c", "not 'c'"),
    ("```cpp\nint i = 1;\n\nint k = i;\n```\n", "", "the region [a] is on no page"),
    ("this is wrong", "this is right", "'bsr: this is right'"),
    ("scripts/test", "scripts/tost", "there is no scripts/tost"),
    ("(docs/page.md", "(docs/pages.md", "leads nowhere"),
    ("#its-title", "#no-title", "there is no heading"),
    ("`include/x.hpp`", "`include/y.hpp`", "there is no file"),
]


def main():
    failures = 0
    for old, new, sentence in CASES:
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for path, text in {"docs/snippets/a.cpp": SOURCE, "docs/page.md": "# Its title\n", "scripts/test": "",
                               "include/x.hpp": HEADER, "README.md": GOOD.replace(old, new) if old else GOOD}.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text, "utf-8")
            _, _, wrong = check_snippets.check(root)
            right = not wrong if not sentence else any(sentence in line for line in wrong)
            if not right:
                failures += 1
                print(f"{old!r} -> {new!r}: expected {sentence!r}, found {wrong}")
    print(f"{len(CASES)} cases, {failures} failures")
    return 1 if failures else 0


sys.exit(main())
