#!/usr/bin/env python3
"""The applications and their table, short, and what becomes of one that fails. Usage: test_applications.py PROGRAM"""

import json
import math
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = str(Path(sys.argv.pop(1)).resolve()) if len(sys.argv) > 1 else "neurode"
TOOLS = Path(__file__).resolve().parents[2] / "tools/python"
sys.path[:0] = [str(TOOLS), str(TOOLS / "applications")]

import applications_table as table  # noqa: E402: it stands in the folders that the line above adds
import common  # noqa: E402

FAILING = 'TASK = "fails"\n\n\ndef rows(neurode, folder, short):\n    raise RuntimeError("out of luck")\n'
INCOMPLETE = 'TASK = "incomplete"\n\n\ndef rows(neurode, folder, short):\n    return [{"task": "incomplete"}]\n'
GOOD = """
import common

TASK = "good"


def rows(neurode, folder, short):
    return [common.row("good", "none", "none", "a | b", 1, ">= 2", False, "too small", "2", 3, 0.5)]
"""


class Applications(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="neurode-applications-")
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)

    def call(self, *arguments):
        command = [sys.executable, "-B", TOOLS / "applications_table.py", PROGRAM, "--results", self.folder / "results"]
        return subprocess.run([*command, *arguments], capture_output=True, text=True, timeout=240, check=False)

    def modules(self, **texts):
        for name, text in texts.items():
            (self.folder / f"{name}.py").write_text(text)
        return ["--modules", self.folder]

    def test_all_of_them_short(self):
        names = table.applications(TOOLS / "applications")
        self.assertIn("image", names)
        done = self.call("--short", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = json.loads(done.stdout)
        self.assertGreaterEqual(len(rows), len(names))
        for row in rows:
            with self.subTest(row["task"]):
                self.assertEqual(sorted(row), sorted(common.KEYS))
                self.assertTrue(math.isfinite(row["value"]) and math.isfinite(row["seconds"]))
                self.assertGreater(row["rhs"], 0)
                self.assertIs(type(row["reached"]), bool)
                self.assertEqual(row["reason"] == "", row["reached"])
                for key in ("task", "data", "rule", "result", "target", "baseline"):
                    self.assertTrue(row[key], key)
                self.assertEqual(table.cells(row).replace("\\|", "").count("|"), table.HEAD.split("\n")[0].count("|"))

    def test_one_that_fails_does_not_stop_the_others(self):
        done = self.call(*self.modules(a_fails=FAILING, b_incomplete=INCOMPLETE, good=GOOD, no_application=""))
        self.assertEqual(done.returncode, 1, done.stderr)
        head, rule, row = done.stdout.strip().split("\n")
        self.assertEqual([head, rule], table.HEAD.split("\n"))
        self.assertEqual(row, "| good | none | none | a \\| b | >= 2 | not reached: too small | 2 | 3 | 0.5 s |")
        self.assertIn("a_fails failed: RuntimeError: out of luck", done.stderr)
        self.assertIn("b_incomplete failed: KeyError", done.stderr)

    def test_names(self):
        folder = self.modules(a_fails=FAILING, good=GOOD)
        self.assertEqual(self.call(*folder, "good").returncode, 0)
        for words in (["goood"], ["--write", "good"], ["--write", "--short"]):
            done = self.call(*folder, *words)
            self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)


if __name__ == "__main__":
    unittest.main()
