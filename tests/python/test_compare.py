#!/usr/bin/env python3
"""`neurode compare`: what it says against what two runs, its own rows and its files say. Usage: test_compare.py PROGRAM"""

import json
import math
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import h5py
import numpy
import xarray

PROGRAM = str(Path(sys.argv.pop(1)).resolve()) if len(sys.argv) > 1 else "neurode"
SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
METHODS = ["tsit5", "dop853", "rodas5p"]
RTOLS = [1e-3, 1e-4, 1e-5, 1e-6]
NOT_A_NUMBER = {"integrator", "state", "cause"}
CLOCK = {"seconds", "timed_runs", "best_time"}  # differ from one comparison to the next


def call(folder, *arguments, status=0):
    done = subprocess.run([PROGRAM, *arguments], cwd=folder, capture_output=True, text=True, timeout=240, check=False)
    if done.returncode != status:
        raise AssertionError(f"{arguments}: exit status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def pulse(*arguments, methods=METHODS, rtol="1e-3:1e-6"):
    """A comparison of eight equations, not stiff, with jumps in their drive."""
    return ["compare", str(SCENARIOS / "fitzhugh_nagumo.toml"), "--set", "time.end=50", "--repeat", "1", "--quiet",
            "--integrators", ",".join(methods), "--rtol", rtol, "--reference", "dop853@1e-11", *arguments]


def quick_pulse(*arguments):
    return pulse(*arguments, methods=["tsit5"], rtol="1e-3")


def marks(rows, cost):
    """Which rows are best: no other is at least as exact and as cheap, and better in one (or equal and earlier)."""
    points = [(r["error"], r[cost]) if r["state"] == "done" else None for r in rows]

    def beaten(k):
        return any(
            q is not None and q[0] <= points[k][0] and q[1] <= points[k][1] and (q != points[k] or j < k)
            for j, q in enumerate(points) if j != k
        )

    return [float(p is not None and not beaten(k)) for k, p in enumerate(points)]


def recommended(rows, accuracy):
    """Of the rows that are exact enough: the fastest, or what is up to 15 % slower, with the least work."""
    good = [r for r in rows if r["state"] == "done" and r["error"] <= accuracy]
    fastest = min((r["seconds"] for r in good), default=0)
    return min((r for r in good if r["seconds"] <= 1.15 * fastest), key=lambda r: r["work"], default=None)


class OnAPulse(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        scratch = tempfile.TemporaryDirectory(prefix="neurode-compare-")
        cls.addClassCleanup(scratch.cleanup)
        cls.folder = Path(scratch.name)
        text = call(cls.folder, *pulse("-o", "work.h5", "--plot", "work.svg", "--json"))
        cls.comparison = json.loads(text)
        cls.rows = cls.comparison["rows"]

    def row(self, method, rtol):
        return next(r for r in self.rows if r["integrator"] == method and math.isclose(r["rtol"], rtol))

    def trajectory(self, method, rtol, name):
        """All recorded states, (time, 8), of a run with the absolute tolerance that a comparison takes."""
        scenario = str(SCENARIOS / "fitzhugh_nagumo.toml")
        call(self.folder, "run", scenario, "-q", "-o", name, "--set", "time.end=50", "--set", "record.every=0.05",
             "--set", f"integrator.method={method}", "--set", f"integrator.rtol={rtol}",
             "--set", f"integrator.atol={rtol}")  # in the scenario, atol/rtol is 1
        with h5py.File(self.folder / name) as file:
            return numpy.concatenate([file["cell.v"][()], file["cell.w"][()]], axis=1)

    def test_one_row_a_method_and_tolerance(self):
        self.assertEqual([(r["integrator"], r["rtol"]) for r in self.rows], [(m, t) for m in METHODS for t in RTOLS])
        self.assertEqual({r["state"] for r in self.rows}, {"done"})
        self.assertEqual(self.comparison["states"], 8)
        self.assertFalse(self.comparison["stiff"])
        reference = self.comparison["reference"]
        self.assertEqual((reference["method"], reference["rtol"], reference["end"]), ("dop853", 1e-11, 50))
        self.assertNotIn(reference["second_method"], ("", "dop853"))
        self.assertLess(reference["error"], 1e-7)

    def test_the_file_holds_the_same_rows(self):
        with xarray.open_dataset(self.folder / "work.h5", engine="h5netcdf", decode_times=False) as data:
            data.load()
        self.assertEqual(dict(data.sizes), {"run": len(self.rows)})
        for name in ("integrator", "state"):
            words = dict(zip(data[name].attrs["flag_values"], data[name].attrs["flag_meanings"].split(), strict=True))
            self.assertEqual([words[v] for v in data[name].values], [r[name] for r in self.rows])
        numbers = set(self.rows[0]) - NOT_A_NUMBER
        self.assertEqual(numbers | {"integrator", "state"}, set(data.data_vars))
        for name in numbers:
            with self.subTest(name):
                self.assertEqual(data[name].dims, ("run",))
                self.assertTrue(data[name].attrs["long_name"])
                expected = [math.nan if r[name] is None else r[name] for r in self.rows]
                numpy.testing.assert_array_equal(data[name].values, expected)
        advice = self.comparison["recommendation"]
        self.assertEqual(data.attrs["recommended_run"], advice["row"])
        self.assertEqual(data.attrs["recommendation"], advice["text"])

    def test_errors_are_those_of_two_runs(self):
        # The truth by a method that has no part in the comparison.
        truth = self.trajectory("fehlberg78", 1e-12, "truth.h5")
        for method in METHODS:
            with self.subTest(method):
                x = self.trajectory(method, 1e-5, f"{method}.h5")
                relative = abs(x - truth) / (1 + abs(truth))
                row = self.row(method, 1e-5)
                numpy.testing.assert_allclose(row["error_end"], relative[-1].max(), rtol=0.02)
                self.assertAlmostEqual(row["digits"], -math.log10(row["error_end"]), delta=1e-9)
                pure = (abs(x[-1] - truth[-1]) / abs(truth[-1])).max()
                self.assertAlmostEqual(row["scd"], -math.log10(pure), delta=0.01)
                # The common grid of the comparison is coarser than this one.
                self.assertLessEqual(row["error"], 1.02 * relative.max())
                self.assertGreaterEqual(row["error"], 0.3 * relative.max())
                self.assertEqual(row["error_activity"], row["error"])
                self.assertAlmostEqual(row["error_per_tolerance"], row["error"] / 1e-5, delta=1e-9 * row["error"] / 1e-5)
                with h5py.File(self.folder / f"{method}.h5") as file:
                    for count in ("steps", "rejected", "jacobians", "factorisations"):
                        self.assertEqual(row[count], file.attrs[count], count)
                    if method != "dop853":  # whose interpolant takes right-hand sides where points are asked for
                        self.assertEqual(row["rhs"], file.attrs["rhs"])

    def test_marks(self):
        self.assertEqual([r["best_work"] for r in self.rows], marks(self.rows, "work"))
        self.assertEqual([r["best_time"] for r in self.rows], marks(self.rows, "seconds"))
        self.assertTrue(0 < sum(r["best_work"] for r in self.rows) < len(self.rows))
        limit = 10 * self.comparison["reference"]["error"]
        self.assertEqual([r["near_reference"] for r in self.rows], [float(r["error"] < limit) for r in self.rows])

    def test_work_counts_jacobians(self):
        for r in self.rows:
            if r["jacobians"] == 0:
                self.assertEqual(r["work"], r["rhs"] + r["jvps"])
            else:  # four neurons that do not know of each other: two colours, v and w
                self.assertEqual(r["work"], r["rhs"] + r["jvps"] + 2 * r["jacobians"])

    def test_recommendation(self):
        advice = self.comparison["recommendation"]
        self.assertAlmostEqual(advice["accuracy"], 1e-5, delta=1e-12)
        chosen = self.rows[advice["row"]]
        self.assertEqual((chosen["integrator"], chosen["rtol"]), (advice["integrator"], advice["rtol"]))
        self.assertLessEqual(chosen["error"], advice["accuracy"])
        self.assertEqual(chosen["work"], recommended(self.rows, advice["accuracy"])["work"])
        self.assertIn(f"{chosen['integrator']} with rtol = ", advice["text"])

    def test_pictures(self):
        root = ElementTree.parse(self.folder / "work.svg").getroot()
        self.assertEqual(root.tag, "{http://www.w3.org/2000/svg}svg")
        self.assertGreater(len(list(root.iter("{http://www.w3.org/2000/svg}path"))), len(self.rows))
        call(self.folder, *quick_pulse("--plot", "work.png", "--no-files"))
        png = (self.folder / "work.png").read_bytes()
        self.assertEqual(png[:8], b"\x89PNG\r\n\x1a\n")
        self.assertEqual(png[-8:-4], b"IEND")

    def test_the_number_of_jobs_changes_times_only(self):
        text = call(self.folder, *pulse("--jobs", "2", "--no-files", "--json"))
        for one, two in zip(self.rows, json.loads(text)["rows"], strict=True):
            self.assertEqual({k: v for k, v in one.items() if k not in CLOCK},
                             {k: v for k, v in two.items() if k not in CLOCK})


class Files(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="neurode-compare-")
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)

    def test_names(self):
        call(self.folder, *quick_pulse("--no-files"))
        self.assertEqual(list(self.folder.iterdir()), [])
        for _ in range(2):
            call(self.folder, *quick_pulse())
        names = sorted(p.name for p in self.folder.iterdir())
        self.assertEqual(len(names), 4, names)
        self.assertIn("fitzhugh_nagumo-compare.h5", names)
        self.assertIn("fitzhugh_nagumo-compare.svg", names)

    def test_a_file_that_is_there(self):
        for name, option in (("mine.h5", "-o"), ("mine.svg", "--plot")):
            file = self.folder / name
            file.write_bytes(b"precious")
            os.utime(file, ns=(1, 1))
            call(self.folder, *quick_pulse(option, name), status=4)
            self.assertEqual((file.read_bytes(), file.stat().st_mtime_ns), (b"precious", 1))
            call(self.folder, *quick_pulse(option, name, "--force", "--no-files"))
            self.assertNotEqual(file.read_bytes(), b"precious")


class OnLearning(unittest.TestCase):
    # Two time scales 20 apart: tsit5 is faster, rodas5p has less work. Activity, errors and weights have their columns.
    ARGUMENTS = ["compare", str(SCENARIOS / "xor_two_time_scales.toml"), "--set", "population.hidden.tau=0.05", "--set",
                 "population.output.tau=0.05", "--integrators", "tsit5,rodas5p", "--no-files", "--json"]

    def test_blocks_and_recommendation(self):
        comparison = json.loads(call(".", *self.ARGUMENTS, "--rtol", "1e-5:1e-6", "--accuracy", "1e-4"))
        rows, advice = comparison["rows"], comparison["recommendation"]
        for r in rows:
            self.assertEqual(r["error"], max(r["error_activity"], r["error_errors"], r["error_weights"]))
            self.assertTrue(0 < r["error_loss"] < 1e-4)
            self.assertEqual(r["timed_runs"], 3)
        self.assertEqual(advice["accuracy"], 1e-4)
        self.assertEqual(rows[advice["row"]]["work"], recommended(rows, 1e-4)["work"])
        self.assertEqual([r["best_work"] for r in rows], marks(rows, "work"))
        self.assertEqual([r["best_time"] for r in rows], marks(rows, "seconds"))

    def test_nothing_is_exact_enough(self):
        text = call(".", *self.ARGUMENTS, "--rtol", "1e-4", "--accuracy", "1e-9", "--repeat", "1")
        advice = json.loads(text)["recommendation"]
        self.assertEqual(advice["row"], -1)
        self.assertNotIn("integrator", advice)
        self.assertIn("none of these reaches it", advice["text"])

    def test_all_go_to_where_the_stop_condition_fires(self):
        text = call(".", *self.ARGUMENTS, "--rtol", "1e-4:1e-5", "--repeat", "1", "--set", "time.stop.loss=0.9")
        comparison = json.loads(text)
        reference = comparison["reference"]
        self.assertEqual(reference["stopped_by"], "loss <= 0.9")
        self.assertTrue(1 < reference["end"] < 99)
        self.assertEqual({r["time_reached"] for r in comparison["rows"]}, {reference["end"]})


class OnAStiffProblem(unittest.TestCase):
    def test_failures_keep_their_rows(self):
        scratch = tempfile.TemporaryDirectory(prefix="neurode-compare-")
        self.addCleanup(scratch.cleanup)
        folder = Path(scratch.name)
        text = call(folder, "compare", str(SCENARIOS / "robertson.toml"), "--integrators", "tsit5,rk4,rodas5p",
                    "--dt", "10,1", "--rtol", "1e-3:1e-5", "--time-limit", "0.5", "--repeat", "1", "-o", "r.h5",
                    "--plot", "r.svg", "--json")
        comparison = json.loads(text)
        rows = comparison["rows"]
        self.assertTrue(comparison["stiff"])
        explicit, fixed, stiff = rows[:3], rows[3:5], rows[5:]
        self.assertEqual([r["state"] for r in explicit], ["failed", "skipped", "skipped"])
        self.assertTrue(explicit[0]["cause"].startswith("wall_clock: "), explicit[0]["cause"])
        self.assertTrue(0 < explicit[0]["time_reached"] < 1e11)
        self.assertTrue(0.5 <= explicit[0]["seconds"] < 5)
        self.assertGreater(explicit[0]["steps"], 100)
        self.assertTrue(explicit[1]["cause"])
        self.assertEqual([(r["dt"], r["rtol"], r["state"]) for r in fixed], [(10, None, "failed"), (1, None, "failed")])
        for r in fixed:
            self.assertTrue(r["cause"].startswith("non_finite: "), r["cause"])
        self.assertEqual({r["state"] for r in stiff}, {"done"})
        for r in explicit + fixed:
            for key in ("error", "error_end", "digits"):
                self.assertIsNone(r[key])
            self.assertEqual((r["best_time"], r["best_work"]), (0, 0))
        self.assertEqual(comparison["recommendation"]["integrator"], "rodas5p")
        # The file has the causes as well.
        with h5py.File(folder / "r.h5") as file:
            cause = file["cause_0"][()] if "cause_0" in file else file.attrs["cause_0"]
        cause = cause.decode() if isinstance(cause, bytes) else str(cause)
        self.assertTrue(cause.startswith("wall_clock: "), cause)
        with xarray.open_dataset(folder / "r.h5", engine="h5netcdf", decode_times=False) as data:
            numpy.testing.assert_array_equal(numpy.isnan(data["error"].values), [r["error"] is None for r in rows])
        ElementTree.parse(folder / "r.svg")


class Optimisers(unittest.TestCase):
    XOR = str(SCENARIOS / "xor.toml")
    MOMENTUM = "heavy_ball(friction=1.5)/semi_implicit_euler@0.2"

    def test_rows_are_runs_and_named_as_the_field_names_them(self):
        asked = ["gradient/euler@1", self.MOMENTUM, "rmsprop/semi_implicit_euler@0.01", "gradient/bs3@1e-3"]
        with tempfile.TemporaryDirectory() as folder:
            words = ["--optimisers", ",".join(asked), "--json", "--plot", "o.svg"]
            rows = json.loads(call(folder, "compare", self.XOR, *words))["rows"]
            ElementTree.parse(Path(folder, "o.svg"))
            call(folder, "run", self.XOR, "-q", "-o", "r.h5", "--set", 'integrator={method="euler", dt=1.0}')
            with h5py.File(Path(folder, "r.h5")) as file:
                steps, loss = int(file.attrs["steps"]), float(file.attrs["final_loss"])
        self.assertEqual([r["optimiser"] for r in rows], asked)
        # Friction 1.5 over steps of 0.2: 1 - 0.3 of the momentum stays, and the gradient comes in by 0.2^2.
        self.assertEqual([r["known_as"] for r in rows],
                         ["gradient descent, learning rate 1", "momentum 0.7, learning rate 0.04",
                          "discrete rmsprop, learning rate 0.01", ""])
        self.assertTrue(rows[0]["reached"])
        self.assertLessEqual(abs(rows[0]["evaluations"] - steps), 2)  # F at an end more, or less
        self.assertAlmostEqual(rows[0]["loss"], loss, delta=1e-9)


class Interrupted(unittest.TestCase):
    ENDLESS = [*pulse("--dt", "1e-9", "--time-limit", "1000", methods=["tsit5", "euler"], rtol="1e-3:1e-4"), "--json"]

    def interrupt_when_rows_are_done(self, folder, *arguments):
        """What it says of its rows and leaves in r.h5, stopped in the midst of the one that never ends."""
        for patience in (1, 4, 16, 64):  # before it came to any row, it says nothing
            with subprocess.Popen([PROGRAM, *self.ENDLESS, "-o", "r.h5", *arguments], cwd=folder, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
                time.sleep(patience)
                process.send_signal(signal.SIGINT)
                out, err = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 130, err)
            self.assertEqual(bool(out), Path(folder, "r.h5").exists())
            if out:
                return json.loads(out)["rows"]
        self.fail("no row is ever done")

    def test_optimisers_that_were_done_are_told(self):
        endless = ["--optimisers", "gradient/euler@1,gradient/euler@1e-6", "--evaluations", "1e15", "--time-limit", "1000"]
        for patience in (0.5, 4, 32):
            with subprocess.Popen([PROGRAM, "compare", str(SCENARIOS / "xor.toml"), *endless, "--json"], text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
                time.sleep(patience)
                process.send_signal(signal.SIGINT)
                out, err = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 130, err)
            if out:
                break
        self.assertEqual([(r["fault"], r["reached"]) for r in json.loads(out)["rows"]],
                         [("", True), ("interrupted", False)])

    def test_what_was_done_is_told(self):
        for jobs in ("1", "2"):
            with self.subTest(jobs), tempfile.TemporaryDirectory() as folder:
                rows = self.interrupt_when_rows_are_done(folder, "--jobs", jobs)
                self.assertEqual([(r["integrator"], r["state"]) for r in rows],
                                 [("tsit5", "done"), ("tsit5", "done"), ("euler", "skipped")])
                self.assertEqual(rows[2]["cause"], "interrupted")
                self.assertTrue(all(0 < r["error"] < 1 for r in rows[:2]))
                with h5py.File(Path(folder, "r.h5")) as file:
                    numpy.testing.assert_array_equal(file["error"][:2], [r["error"] for r in rows[:2]])
                    self.assertTrue(math.isnan(file["error"][2]))


if __name__ == "__main__":
    unittest.main()
