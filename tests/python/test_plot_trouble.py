#!/usr/bin/env python3
"""Pictures of odd files and texts, and files that cannot be read. Usage: test_plot_trouble.py PROGRAM"""

import os
import signal
import subprocess
import sys
import unittest
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from unittest import mock

import h5py
import matplotlib
import numpy as np

matplotlib.use("Agg")

from plot_files import WithFiles, neurode  # noqa: E402  (before neurode: it says where that is)
from matplotlib import pyplot as plt  # noqa: E402
from matplotlib.text import Text  # noqa: E402

from neurode import plot  # noqa: E402
from neurode.errors import FileError, UsageError  # noqa: E402
from neurode.files import load  # noqa: E402
from neurode.plot.__main__ import main, save  # noqa: E402

DOLLARS = r"a $\foo$ and \$ and $5"


class Trouble(WithFiles):
    needed = ("one", "spikes", "xor", "continue")

    def setUp(self):
        self.addCleanup(plt.close, "all")

    def copy(self, name, to):
        path = self.folder / to
        path.write_bytes((self.folder / f"{name}.h5").read_bytes())
        return path

    def drawn(self, *words):
        """Exit status and what main() says of a picture."""
        said = StringIO()
        with redirect_stdout(StringIO()), redirect_stderr(said):
            status = main([*map(str, words), "-f", "-o", str(self.folder / "drawn.svg")])
        return status, said.getvalue()

    def test_dollars_are_no_mathematics(self):
        path = self.copy("xor", "$dollars$.h5")
        with h5py.File(path, "r+") as file:
            file.attrs["title"] = DOLLARS
            for name in ("loss", "hidden.a"):
                file[name].attrs["long_name"] = DOLLARS
                file[name].attrs["units"] = r"$\u$"
        with load(path) as data:
            fig = plot.figure(data)
            several = plot.figure([data, data], labels=[DOLLARS, r"$\bar$"])
            alone = plot.traces(data, "hidden.a", sample=0, ax=plt.subplots()[1]).figure
        for each in (fig, several, alone):
            each.savefig(StringIO(), format="svg")
            texts = [t._preprocess_math(t.get_text()) for t in each.findobj(Text) if "$" in t.get_text()]
            told = [text for text, mathematics in texts if not mathematics]
            self.assertTrue(any(DOLLARS in text for text in told), told)
            self.assertEqual([text for text, mathematics in texts if mathematics and "mathdefault" not in text], [])
        ticks = [t.get_text() for t in fig.axes[0].get_yticklabels()]
        self.assertTrue(any("10^" in t for t in ticks), ticks)  # powers of ten are mathematics still

    def test_a_file_that_may_not_be_read(self):
        path = self.copy("one", "locked.h5")
        with mock.patch("h5py.is_hdf5", side_effect=PermissionError(13, "Permission denied", str(path))), mock.patch(
            "xarray.open_dataset", side_effect=PermissionError(13, "Permission denied", str(path))
        ):  # root may read all
            with self.assertRaisesRegex(FileError, "locked.h5: cannot be read: .*Permission denied"):
                load(path)

    def test_what_is_no_file_is_refused(self):
        os.mkfifo(self.folder / "pipe.h5")
        signal.alarm(20)  # to open it would wait for ever
        self.addCleanup(signal.alarm, 0)
        for path in (self.folder / "pipe.h5", "/dev/null"):
            with self.assertRaisesRegex(FileError, "is no regular file"):
                load(path)
        for path, why in (("nul\0.h5", "there is no such file"), ("x" * 5000, "cannot be read: File name too long")):
            with self.assertRaisesRegex(FileError, why):
                load(path)

    def test_damaged_files(self):
        whole = (self.folder / "one.h5").read_bytes()
        path = self.folder / "damaged.h5"
        # xarray and h5netcdf raise KeyError, TypeError, AttributeError and ValueError at these.
        for key, value in (("_Netcdf4Coordinates", "x"), ("NAME", "x"), ("coordinates", 99), ("CLASS", "x")):
            path.write_bytes(whole)
            with h5py.File(path, "r+") as file:
                file["time"].attrs.pop(key, None)
                file["time"].attrs[key] = value
            with self.subTest(key=key), self.assertRaisesRegex(FileError, "damaged.h5: cannot be read: "):
                load(path)
        path.write_bytes(whole[: len(whole) // 2])
        with self.assertRaisesRegex(FileError, "damaged.h5: cannot be read: .*truncated"):
            load(path)
        path.write_bytes(whole[1:])
        with self.assertRaisesRegex(FileError, "damaged.h5: is not an HDF5 file"):
            load(path)

    def test_a_continuation_without_a_point(self):
        path = self.copy("continue", "nothing.h5")
        with h5py.File(path, "r+") as file:
            for name in list(file):
                del file[name]
        for kind in plot.KINDS["continue"]:
            self.assertEqual(
                self.drawn(path, "--kind", kind), (2, f'neurode: the file has nothing for a picture of kind {kind}\n')
            )

    def test_a_study_without_its_variables(self):
        path = self.copy("continue", "torn.h5")
        for study in plot.KINDS:
            if study in ("run", "compare"):
                continue
            with h5py.File(path, "r+") as file:
                for name in list(file):
                    del file[name]
                file.attrs["study"] = study
            with self.subTest(study=study):
                status, said = self.drawn(path)
                self.assertEqual((status, said.count("\n")), (2, 1), said)
                self.assertIn("the file has nothing for a picture", said)

    def test_a_sample_where_there_are_none(self):
        for name in ("one", "continue"):
            status, said = self.drawn(self.folder / f"{name}.h5", "--sample", "9")
            self.assertEqual((status, said), (2, "neurode: --sample 9: the file has no samples to choose from\n"))
        self.assertEqual(self.drawn(self.folder / "xor.h5", "--sample", "3")[0], 0)

    def test_too_many_runs(self):
        one = self.folder / "xor.h5"
        status, said = self.drawn(*[one] * 33)
        self.assertEqual(
            (status, said), (2, "neurode: 33 runs over each other could not be told apart; at most 32 can be drawn\n")
        )
        with load(one) as data:
            fig = plot.figure([data] * 32, labels=[f"run {k}" for k in range(32)])
            fig.canvas.draw()
            (ax,) = fig.axes
            looks = {(x.get_color(), x.get_linestyle(), str(x._unscaled_dash_pattern)) for x in ax.lines}
            self.assertEqual(len(looks), 32)
            box = ax.get_position()
            self.assertGreater(box.width * box.height, 0.35)  # the legend leaves it room
            legend = ax.get_legend().get_window_extent()
            self.assertTrue(0 < legend.y0 < legend.y1 < fig.bbox.y1, (legend, fig.bbox))
            fig = plot.figure([data] * 9, labels=[f"{'long ' * 20} name {k}" for k in range(9)])
            fig.canvas.draw()
            self.assertGreater(fig.axes[0].get_position().width, 0.5)
            names = [t.get_text() for t in fig.axes[0].get_legend().get_texts()]
            self.assertEqual(names[8], "long long long…g long  name 8")

    def test_warnings_are_no_listing(self):
        path = self.copy("one", "glyphs.h5")
        with h5py.File(path, "r+") as file:
            file.attrs["title"] = "Zelle 細胞"
        home = {"HOME": "/proc", "MPLCONFIGDIR": "/proc/none"}  # can be written by nobody
        said = neurode(self.folder, "plot", path, "-f", "-o", "glyphs.png", **home).stderr
        self.assertEqual(said, 'the font has no "細", "胞": boxes stand for them\n')

    def test_huge_numbers(self):
        path = self.copy("one", "huge.h5")
        with h5py.File(path, "r+") as file:
            name = next(n for n in file if n.startswith("cell.") and file[n].ndim == 2)
            file[name][...] = 1.7e308 * np.linspace(-1, 1, file[name].size).reshape(file[name].shape)
        said = neurode(self.folder, "plot", path, "-f", "-o", "huge.svg", status=2).stderr
        self.assertEqual(said.count("\n"), 1, said)
        self.assertIn("too large", said)

    def test_no_half_picture_stays(self):
        fig = mock.Mock()

        def half_way(path, **_):
            path.write_text("half")
            raise RuntimeError("stopped")

        fig.savefig.side_effect = half_way
        folder = self.folder / "half"
        folder.mkdir()
        with self.assertRaises(RuntimeError):
            save(fig, folder / "x.svg")
        self.assertEqual(list(folder.iterdir()), [])

    def test_modules_of_the_current_folder_fool_nobody(self):
        folder = self.folder / "fooling"
        folder.mkdir()
        for module in ("matplotlib", "xarray", "h5netcdf", "h5py"):
            (folder / f"{module}.py").write_text("raise SystemExit(99)\n")
        bare = folder / "python"
        bare.write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')  # without Debian's packages
        bare.chmod(0o755)
        environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONSAFEPATH")}
        with mock.patch.dict(os.environ, environment, clear=True):
            said = neurode(folder, "plot", self.folder / "one.h5", status=4, NEURODE_PYTHON=str(bare)).stderr
        self.assertIn("no Python here has matplotlib, xarray, h5netcdf and h5py", said)


if __name__ == "__main__":
    unittest.main()
