#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""scripts/gpu check on a machine that only looks as if it had a GPU: nvidia-smi, nvcc, cmake and what they build are
scripts of this test."""
import json
import os
import pathlib
import stat
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
CHECK = ROOT / "bench" / "gpu" / "check.py"

# Makes what it is told to build: a program that says its name, and what `broken` says of it.
CMAKE = """#!/bin/bash
case $* in
  *--target*) for t in "${@:6}"; do
    printf '#!/bin/bash\\necho "{\\\\"point\\\\": \\\\"%s $*\\\\"}"\\ncase "%s $*" in $BROKEN) echo it broke; exit 1;; $SLOW) sleep 60;; $ABSENT) echo skipped: not today; exit 4;; esac\\n' $t $t > $2/$t
    chmod +x $2/$t; done;;
esac
"""
SMI = "#!/bin/bash\necho 'Test GPU 9, 550.1, 9.0, 1000, 2000, 3000'\n"


class Check(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.at = pathlib.Path(self.folder.name)
        self.programs = self.at / "bin"
        self.programs.mkdir()

    def tearDown(self):
        self.folder.cleanup()

    def put(self, name, text):
        path = self.programs / name
        path.write_text(text)
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def run_check(self, *words, limit=600, **environment):
        values = {"PATH": f"{self.programs}:/usr/bin:/bin", "HOME": str(self.at), "BROKEN": "none", "SLOW": "none",
                  "ABSENT": "none", "BSR_TORCH_PYTHON": "/bin/false", **environment}
        start = (f"import runpy, sys; sys.argv[0] = {str(CHECK)!r}; sys.path.insert(0, {str(CHECK.parent)!r});"
                 f"import check; check.LIMIT = {limit}; sys.exit(check.main())")
        run = subprocess.run([sys.executable, "-B", "-c", start, "--build", self.at / "build", "--results", self.at / "results",
                              *words], env=values, text=True, capture_output=True)
        self.assertEqual(run.stderr, "")
        return run.returncode, run.stdout

    def test_without_a_device(self):
        code, text = self.run_check()
        self.assertEqual(code, 3)
        self.assertEqual(text.count("\n"), 1)
        self.assertIn("there is no NVIDIA GPU here", text)
        self.assertFalse((self.at / "results").exists())
        self.put("nvidia-smi", "#!/bin/bash\necho No devices were found\nexit 6\n")
        code, text = self.run_check()
        self.assertEqual(code, 3)
        self.assertIn("'No devices were found'", text)
        self.put("nvidia-smi", "#!/bin/bash\necho 'Old GPU, 470.1, 7.5, 1000, 2000, 3000'\n")
        code, text = self.run_check()
        self.assertEqual(code, 3)
        self.assertIn("Old GPU has compute capability 7.5", text)

    def pretend(self):
        self.put("nvidia-smi", SMI)
        self.put("nvcc", "#!/bin/bash\necho 'release 13.0, V13.0.1'\n")
        self.put("cmake", CMAKE)
        self.put("compute-sanitizer", "#!/bin/bash\nexec \"${@:5}\"\n")

    def test_everything(self):
        self.pretend()
        code, text = self.run_check()
        self.assertEqual(code, 0, text)
        self.assertRegex(text, r"\n\d+ passed, 0 failed, 8 skipped\n$")
        self.assertIn("skipped: bench torch tuned 16: torch with Triton is not compared", text)
        [file] = (self.at / "results").glob("Test-GPU-9-*.json")
        result = json.loads(file.read_text())
        points = {entry["point"] for entry in result["results"]}
        self.assertIn("gpu_bench spmm 128", points)
        self.assertIn("gpu_conformance ", points)
        self.assertIn("gpu_tests_bfloat16 --small", points)
        self.assertEqual(result["nvcc"], "V13.0.1")
        self.assertFalse(result["complete"])  # torch was not compared

    def test_goes_on_where_it_was(self):
        self.pretend()
        code, text = self.run_check(BROKEN="*spmm*32*", ABSENT="*calibrate*")
        self.assertEqual(code, 1)
        self.assertIn("failed: bench spmm 32: exit status 1: it broke", text)
        self.assertIn("skipped: calibration: skipped: not today", text)
        code, text = self.run_check("--plan")
        self.assertEqual(code, 0)
        self.assertRegex(text, r"passed +bench spmm 64:")
        self.assertRegex(text, r"failed +bench spmm 32:")
        code, text = self.run_check()
        self.assertEqual(code, 0)
        self.assertIn("bench spmm 64: done before", text)
        self.assertRegex(text, r"bench spmm 32: passed")
        self.assertRegex(text, r"calibration: passed")
        code, text = self.run_check("--again", "--only", "conformance")
        self.assertNotIn("done before", text)
        self.assertTrue(text.endswith("3 passed, 0 failed, 0 skipped\n"), text)

    def test_a_part_that_does_not_end_or_is_not_built(self):
        self.pretend()
        code, text = self.run_check("--only", "build measurements")
        self.assertEqual(code, 0)
        code, text = self.run_check("--only", "bench few", limit=1, SLOW="*few*")
        self.assertEqual(code, 1)
        self.assertIn("failed: bench few: ran past 1 seconds", text)
        self.put("cmake", "#!/bin/bash\necho no compiler works\nexit 1\n")
        code, text = self.run_check("--again", "--only", "conformance")
        self.assertEqual(code, 1)
        self.assertIn("failed: configure: exit status 1: no compiler works", text)
        self.assertIn("skipped: conformance: 'build conformance' did not pass", text)

    def test_wrong_words(self):
        self.pretend()
        run = subprocess.run([sys.executable, "-B", CHECK, "--build", self.at / "build", "--only", "nonsense"], text=True,
                             capture_output=True, env=dict(os.environ, PATH=f"{self.programs}:/usr/bin:/bin"))
        self.assertEqual(run.returncode, 2)
        self.assertIn("there is no part 'nonsense'", run.stderr)


if __name__ == "__main__":
    unittest.main()
