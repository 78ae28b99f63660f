# SPDX-License-Identifier: BSD-3-Clause
"""Calls the compiler of a build with the flags of its tests."""
import json
import os
import shlex
import subprocess


def command(compile_commands):
    """The command that compiles probe.cpp, without what names its input and output."""
    with open(compile_commands, encoding="utf-8") as file:
        entries = [e for e in json.load(file) if e["file"].endswith("/tests/probe/probe.cpp")]
    words = iter(shlex.split(entries[0]["command"]))
    kept = []
    for word in words:
        if word in ("-o", "-MF", "-MT", "-MQ"):
            next(words)
        elif word not in ("-c", "-MD", "-MMD") and not word.endswith("/tests/probe/probe.cpp"):
            kept.append(word)
    return kept


def check_syntax(words, text):
    """Compiles the text without making an object; returns the exit status and the diagnostics."""
    result = subprocess.run(
        [*words, "-fsyntax-only", "-x", "c++", "-"],
        input=text,
        capture_output=True,
        text=True,
        env={**os.environ, "LC_ALL": "C"},
        check=False,
    )
    return result.returncode, result.stderr
