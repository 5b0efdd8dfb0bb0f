#!/usr/bin/env python3
"""`neurode plot`: every kind of picture of every file, file names, what is said of what cannot be drawn.
Usage: test_plot_command.py PROGRAM"""

import io
import os
import shutil
import subprocess
import sys
import unittest
import xml.etree.ElementTree as ElementTree
from contextlib import redirect_stderr, redirect_stdout

import h5py
import matplotlib
import numpy as np

matplotlib.use("Agg")

from plot_files import PROGRAM, SOURCE, STUDIES, WithFiles, neurode  # noqa: E402  (before neurode: it says where that is)

from neurode import plot  # noqa: E402
from neurode.files import load  # noqa: E402
from neurode.plot.__main__ import main, parser  # noqa: E402

LARGEST = 600_000  # bytes of an SVG


class Command(WithFiles):
    needed = ("cells", "spikes", "xor", "compare", *STUDIES)

    def open(self, name):
        data = load(self.folder / f"{name}.h5")
        self.addCleanup(data.close)
        return data

    def test_every_kind_of_every_file(self):
        # A result of a run has not something for every kind.
        absent = {
            "cells": {"raster", "weights", "matrices"},
            "spikes": {"training", "weights", "matrices", "phase-plane"},
            "xor": {"raster", "phase-plane"},
        }
        for name in self.needed:
            data = self.open(name)
            for kind in plot.KINDS[plot.content(data)]:
                with self.subTest(file=name, kind=kind):
                    out = self.folder / f"{name}-{kind}.svg"
                    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
                        status = main([str(self.folder / f"{name}.h5"), "--kind", kind, "-o", str(out)])
                    self.assertEqual(status, 2 if kind in absent.get(name, ()) else 0)
                    if status == 2:
                        self.assertFalse(out.exists())
                        continue
                    self.assertEqual(ElementTree.parse(out).getroot().tag, "{http://www.w3.org/2000/svg}svg")
                    self.assertLess(out.stat().st_size, LARGEST)

    def test_command(self):
        folder = self.folder / "a folder"
        folder.mkdir()
        for name in ("-odd 'name\".h5", "b.h5"):
            (folder / name).write_bytes((self.folder / "spikes.h5").read_bytes())
        self.assertIn("wrote b.svg", neurode(folder, "plot", "b.h5").stdout)
        self.assertIn("wrote b-2.svg", neurode(folder, "plot", "b.h5").stdout)
        neurode(folder, "plot", "-o", "-out '.png", "--", "-odd 'name\".h5")
        self.assertEqual((folder / "-out '.png").read_bytes()[:4], b"\x89PNG")
        neurode(
            folder,
            "plot",
            "b.h5",
            "-o",
            "c.pdf",
            "--size",
            "3x2",
            "--from",
            "10",
            "--to",
            "20",
            "--variables",
            "E.v[1], E.spikes",
        )
        self.assertEqual((folder / "c.pdf").read_bytes()[:5], b"%PDF-")
        self.assertEqual((folder / "b.svg").read_bytes(), (folder / "b-2.svg").read_bytes())
        (folder / "random.py").write_text("raise SystemExit(9)")  # of the user: not Python's
        neurode(folder, "plot", "b.h5", "-o", "c.pdf", "--force")

    def test_faults_are_one_line(self):
        (self.folder / "text.h5").write_text("no result")
        with h5py.File(self.folder / "strange.h5", "w") as file:
            file["x"] = 1.0
        cases = [
            (4, ["nowhere.h5"], "nowhere.h5: there is no such file"),
            (4, ["text.h5"], "text.h5: is not an HDF5 file, as results of neurode are"),
            (4, ["strange.h5"], "strange.h5: was not written by neurode"),
            (
                2,
                ["xor.h5", "--variables", "hiden.a"],
                'there is no variable "hiden.a" (did you mean "hidden.a"?); there are',
            ),
            (
                2,
                ["xor.h5", "--variables", "hidden.a[9]"],
                'dimension "hidden" has no element 9; it has 4 of them, from 0 to 3',
            ),
            (2, ["xor.h5", "--sample", "4"], 'dimension "sample" has no element 4'),
            (2, ["xor.h5", "--kind", "trace"], '"trace" (did you mean "traces"?)'),
            (2, ["xor.h5", "--kind", "raster"], "the file has nothing for a picture of kind raster"),
            (2, ["continue.h5", "--variables", "cell.x"], 'there is no element of the state "cell.x"'),
            (2, ["xor.h5", "compare.h5"], "several files can be drawn over each other only as runs"),
            (
                2,
                ["xor.h5", "-o", "x.jpg"],
                '"x.jpg" names no kind of picture; allowed: a name ending in .svg, .png or .pdf',
            ),
            (2, ["xor.h5", "--from", "5", "--to", "4"], "the time window starts at 5 and ends before that, at 4"),
            (
                4,
                ["xor.h5", "-o", "there.svg"],
                "there.svg: exists already; choose another name, or overwrite it with --force",
            ),
            (4, ["xor.h5", "-o", "no/x.svg"], 'no/x.svg: cannot be written: there is no folder "no"'),
        ]
        (self.folder / "there.svg").write_text("")
        for status, command, text in cases:
            with self.subTest(command=command):
                said = neurode(self.folder, "plot", *command, status=status)
                self.assertIn(text, said.stderr)
                self.assertEqual((len(said.stderr.splitlines()), said.stdout), (1, ""))
        wrong = [
            (["xor.h5", "--size", "7"], '"7" is no size'),
            (["xor.h5", "--from", "x"], '"x" is no number'),
            (["xor.h5", "--sample", "-1"], '"-1" is no number of a sample'),
            ([], "FILE is required"),
            (["xor.h5", "--colour", "x"], "--colour"),
        ]
        for command, text in wrong:
            said = neurode(self.folder, "plot", *command, status=2)
            self.assertIn(text, said.stderr)
            self.assertEqual(said.stderr.splitlines()[1:], ["neurode plot --help tells how it is used."])

    def test_without_python(self):
        said = neurode(self.folder, "plot", "xor.h5", status=4, NEURODE_PYTHON="/bin/false")
        self.assertIn("apt-get install python3-matplotlib", said.stderr)
        self.assertIn("pip install matplotlib", said.stderr)
        alone = self.folder / "neurode"
        shutil.copy(PROGRAM, alone)
        said = subprocess.run([alone, "plot", "xor.h5"], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(said.returncode, 4)
        self.assertIn("share/neurode/python: there is no Python package neurode, which draws", said.stderr)
        bare = subprocess.run(
            [sys.executable, "-S", "-B", "-m", "neurode.plot", "xor.h5"],
            env={**os.environ, "PYTHONPATH": str(SOURCE / "tools/python/src")},
            cwd=self.folder, capture_output=True, text=True,
        )  # fmt: skip
        self.assertEqual(bare.returncode, 4, bare.stderr)
        self.assertIn(
            "has no matplotlib, xarray, h5netcdf, h5py; install them: apt-get install python3-matplotlib", bare.stderr
        )
        self.assertEqual(len(bare.stderr.splitlines()), 1)

    def test_help_of_both_programs_agrees(self):
        text = " ".join(neurode(self.folder, "plot", "--help").stdout.split())
        for action in parser()._actions:
            if action.dest != "help":
                self.assertIn(" ".join(action.help.split()), text)
        for kind in plot.KINDS["run"]:
            self.assertIn(kind, text)

    def test_a_run_that_goes_on(self):
        path = self.folder / "running.h5"
        path.write_bytes((self.folder / "spikes.h5").read_bytes())
        with h5py.File(path, "r+") as file:
            file.attrs["outcome"] = "running"
        data = load(path)
        with h5py.File(path, "r+"):  # is not held open
            self.assertEqual(data["E.v"].shape[1], 40)
            self.assertTrue(np.isfinite(data["E.v"].values).all())


if __name__ == "__main__":
    unittest.main()
