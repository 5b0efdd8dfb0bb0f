#!/usr/bin/env python3
"""What stays on the disk when a run fails, stops early or is refused. Usage: test_kept_files.py PROGRAM"""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import h5py
import numpy

PROGRAM = str(Path(sys.argv.pop(1)).resolve()) if len(sys.argv) > 1 else "neurode"

# x' = x^2: x = 1/(1/x0 - t), which for x0 = 1 does not reach t = 1.
SCENARIO = """
schema = 1
[model.explosive]
equations = "dx/dt = x^2"
initial = { x = 1.0 }
[population.cell]
size = 2
model = "explosive"
initial = { x = [0.5, 1.0] }
[time]
end = 3.0
[record]
every = 0.1
variables = ["cell.x"]
"""
EULER = ["--set", "integrator.method=euler", "--set", "integrator.dt=0.01"]


class KeptFiles(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="neurode-kept-")
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)
        (self.folder / "explosive.toml").write_text(SCENARIO)

    def run_it(self, *arguments):
        command = [PROGRAM, "run", "explosive.toml", "-o", "x.h5", *arguments]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=60, check=False)

    def result(self):
        with h5py.File(self.folder / "x.h5") as file:
            return file["time"][()], file["cell.x"][()], dict(file.attrs)

    def test_the_good_part_of_a_run_that_overflows(self):
        self.assertEqual(self.run_it(*EULER).returncode, 3)
        time, x, attributes = self.result()
        expected = [numpy.array([0.5, 1.0])]
        with numpy.errstate(over="ignore"):
            while numpy.isfinite(expected[-1]).all() and numpy.isfinite(expected[-1] ** 2).all():
                expected.append(expected[-1] + 0.01 * expected[-1] ** 2)
        last = len(expected) - 1 if numpy.isfinite(expected[-1]).all() else len(expected) - 2
        steps = [*range(0, last + 1, 10)] + ([last] if last % 10 else [])
        self.assertTrue(numpy.isfinite(x).all())
        numpy.testing.assert_allclose(time, 0.01 * numpy.array(steps), rtol=1e-13)
        numpy.testing.assert_allclose(x, numpy.array(expected)[steps], rtol=1e-9)
        self.assertEqual(attributes["outcome"], "non_finite")
        self.assertIn("cell.x[1]", attributes["message"])
        self.assertEqual(attributes["time_reached"], time[-1])

    def test_the_good_part_of_a_run_into_a_singularity(self):
        self.assertEqual(self.run_it("--set", "integrator.rtol=1e-9").returncode, 3)
        time, x, attributes = self.result()
        self.assertTrue(numpy.isfinite(x).all())
        self.assertTrue((numpy.diff(time) > 0).all())
        early = time < 0.95
        self.assertEqual(early.sum(), 10)
        numpy.testing.assert_allclose(x[early], 1 / (numpy.array([2.0, 1.0]) - time[early, None]), rtol=1e-7)
        self.assertAlmostEqual(time[-1], 1, delta=1e-6)
        self.assertEqual(attributes["outcome"], "step_underflow")

    def test_a_run_that_may_stop_at_once(self):
        done = self.run_it("--set", 'time.stop.when="cell.x[1] > 0.9"')
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        time, x, attributes = self.result()
        self.assertEqual((time.tolist(), x.tolist()), ([0.0], [[0.5, 1.0]]))
        self.assertEqual(attributes["outcome"], "stopped_by_condition")

    def test_what_is_refused_leaves_the_file_as_it_was(self):
        file = self.folder / "x.h5"
        for content in (b"", b"precious"):
            file.write_bytes(content)
            os.utime(file, ns=(1, 1))
            for arguments, status in (
                ([], 4),
                (["--quiet"], 4),
                (["--force", "--set", "population.cell.size=0"], 2),
                (["--force", "--set", 'record.variables=["cell.y"]'], 2),
                (["--force", "--frob"], 2),
            ):
                with self.subTest(content=content, arguments=arguments):
                    self.assertEqual(self.run_it(*arguments).returncode, status)
                    self.assertEqual((file.read_bytes(), file.stat().st_mtime_ns), (content, 1))
                    self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["explosive.toml", "x.h5"])

    def test_force_replaces_the_file(self):
        (self.folder / "x.h5").write_bytes(b"precious")
        self.assertEqual(self.run_it("--force", "--set", "time.end=0.5").returncode, 0)
        time, x, _ = self.result()
        numpy.testing.assert_allclose(time, numpy.arange(6) * 0.1, rtol=1e-13)
        numpy.testing.assert_allclose(x[-1], [1 / 1.5, 2.0], rtol=1e-5)


if __name__ == "__main__":
    unittest.main()
