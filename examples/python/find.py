# SPDX-License-Identifier: BSD-3-Clause
"""Prints what it takes to build a module for this Python: the suffix of its file, and the folders of Python.h
and pybind11, separated by semicolons. Fails with a sentence if something is missing."""
import importlib.util
import os
import sys
import sysconfig

include = sysconfig.get_paths()["include"]
if not os.path.exists(os.path.join(include, "Python.h")):
    sys.exit(f"there is no Python.h in {include} (Debian: python3-dev)")
missing = [name for name in ("pybind11", "numpy", "scipy") if importlib.util.find_spec(name) is None]
if missing:
    sys.exit("it has no " + ", no ".join(missing))
import pybind11

print(";".join([sysconfig.get_config_var("EXT_SUFFIX"), include, pybind11.get_include()]))
