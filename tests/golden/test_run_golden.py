#!/usr/bin/env python3
"""The golden runner itself, with a shell script in neurode's place: it must see what differs, and only that."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import run_golden

PROGRAM = """#!/bin/sh
case $1 in
  hello) echo "neurode 1.2.3 in $PWD"; echo "wall time 0.$$ s, 500 s simulated, 12.5 kB"; echo careful >&2;;
  make) touch x.h5; exit 0;;
  refuse) touch x.h5; echo no >&2; exit 2;;
  value) echo "loss 0.12345678$2";;
esac
"""


class RunGolden(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.program = self.folder / "program"
        self.program.write_text(PROGRAM)
        self.program.chmod(0o755)

    def golden(self, *options):
        command = [sys.executable, "-B", run_golden.__file__, "--neurode", self.program, "--version", "1.2.3"]
        done = subprocess.run(
            [*command, "--cases", self.folder, *options], capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr

    def case(self, **files):
        for suffix, text in files.items():
            (self.folder / f"case.{suffix}").write_text(text)

    def test_normalises_what_varies_and_nothing_else(self):
        self.case(
            cmd="# greets\nneurode hello\n",
            out="neurode <version> in <folder>\nwall time <wall>, 500 s simulated, <size>\n",
            err="careful\n",
        )
        self.assertEqual(self.golden("case")[0], 0)
        self.case(out="neurode <version> in <folder>\nwall time <wall>, 501 s simulated, <size>\n")
        status, text = self.golden("case")
        self.assertEqual(status, 1)
        self.assertIn("-wall time <wall>, 501 s simulated", text)

    def test_output_that_no_file_expects_fails(self):
        self.case(cmd="neurode hello\n", out="neurode <version> in <folder>\nwall time <wall>, 500 s simulated, <size>\n")
        status, text = self.golden()
        self.assertEqual(status, 1)
        self.assertIn("+careful", text)

    def test_status_and_stray_result_file(self):
        self.case(cmd="neurode refuse\n", err="no\n", status="2\n")
        status, text = self.golden()
        self.assertEqual(status, 1)
        self.assertIn("a result file appeared: x.h5", text)
        self.case(cmd="neurode make\n", err="", status="2\n")
        self.assertIn("-2\n+0", self.golden()[1])
        self.case(status="0\n")
        self.assertEqual(self.golden()[0], 0)

    def test_a_result_file_that_was_there_before_is_no_fault(self):
        self.case(cmd="neurode make\nneurode refuse\n", err="no\n", status="2\n")
        self.assertEqual(self.golden()[0], 0)

    def test_preparation_must_succeed(self):
        self.case(cmd="neurode refuse\nneurode make\n")
        status, text = self.golden()
        self.assertEqual(status, 1)
        self.assertIn("preparing: neurode refuse: exit status 2", text)

    def test_last_digits_of_long_numbers(self):
        self.case(cmd="neurode value 90123\n", out="loss 0.1234567890124\n")
        self.assertEqual(self.golden()[0], 0)
        self.case(out="loss 0.1234567990124\n")
        self.assertEqual(self.golden()[0], 1)
        self.assertFalse(run_golden.same("steps 1234567\n", "steps 1234568\n"))
        self.assertFalse(run_golden.same("a 0.123456789\n", "b 0.123456789\n"))

    def test_update_writes_what_the_next_run_accepts(self):
        self.case(cmd="neurode hello\n", out="old\n", status="7\n")
        self.assertEqual(self.golden("--update")[0], 0)
        self.assertFalse((self.folder / "case.status").exists())
        self.assertEqual((self.folder / "case.err").read_text(), "careful\n")
        self.assertEqual(self.golden()[0], 0)


if __name__ == "__main__":
    unittest.main()
