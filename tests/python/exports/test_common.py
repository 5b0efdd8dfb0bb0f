"""What all exports of neurode.export share, without the packages they need. Usage: test_common.py PROGRAM"""

import contextlib
import io
import math
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import numpy as np
import xarray as xr

from results import ROOT, run

sys.path.insert(0, str(ROOT / "tools/python/src"))
from neurode import export  # noqa: E402
from neurode._selection import attributes, axes, file_name, labels, new_file, selected  # noqa: E402
from neurode._units import seconds_in, to_si  # noqa: E402
from neurode.errors import FileError, UsageError  # noqa: E402


class Units(unittest.TestCase):
    def test_known(self):
        expected = {
            "mV": (1e-3, "volts"), "V": (1.0, "volts"), "s": (1.0, "seconds"), "ms": (1e-3, "seconds"),
            "min": (60.0, "seconds"), "h": (3600.0, "seconds"), "uA/cm2": (1e-2, "A/m^2"), "µA/cm^2": (1e-2, "A/m^2"),
            "mS/cm2": (10.0, "S/m^2"), "uF/cm2": (1e-2, "F/m^2"), "1/ms": (1e3, "1/s"), "mV/ms": (1.0, "V/s"),
            "mV/ms^0.5": (1e-3 / math.sqrt(1e-3), "V/s^0.5"), "uA/cm2/mV": (10.0, "A/m^2/V"), "mM": (1.0, "mol/m^3"),
            "Hz": (1.0, "hertz"), "kHz": (1e3, "hertz"), "l": (1e-3, "m^3"), "g": (1e-3, "kilograms"), "%": (1e-2, "1"),
            "deg": (math.pi / 180, "radians"), "V*A": (1.0, "V*A"), "ms^-1": (1e3, "1/s"), "pA": (1e-12, "amperes"),
        }  # fmt: skip
        for unit, (factor, si) in expected.items():
            found = to_si(unit)
            self.assertEqual((found.unit, found.offset), (si, 0.0), unit)
            self.assertTrue(math.isclose(found.factor, factor, rel_tol=1e-15), (unit, found))
        self.assertEqual(to_si("ms").factor, 1e-3)  # and no rounding where there need be none
        self.assertEqual(to_si("degC"), (1.0, "kelvin", 273.15))

    def test_unknown(self):
        for unit in ("", "1", "inch", "mV/furlong", "s/s", "xV", "m%", "V^", "a.u."):
            self.assertIsNone(to_si(unit), unit)

    def test_seconds(self):
        self.assertEqual(seconds_in("ms"), 1e-3)
        self.assertEqual(seconds_in("d"), 86400.0)
        for unit in ("mV", "", "1/s", "s2"):
            self.assertIsNone(seconds_in(unit), unit)


class InFolder(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="neurode-exports-")
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)

    def result(self) -> Path:
        return run("xor", self.folder, "--set", "time.end=10")


class Choices(InFolder):
    def test_variables_and_times(self):
        result = self.result()
        with selected(result, ["loss", "hidden.a", "loss"], (2, 5)) as data:
            self.assertEqual(list(data.data_vars), ["loss", "hidden.a"])
            self.assertEqual(axes(data), ["time"])
            np.testing.assert_array_equal(data["time"], [2, 3, 4, 5])
            np.testing.assert_array_equal(labels(data["hidden.a"], "sample"), range(4))
            self.assertEqual(attributes(data)["outcome"], "reached_end")
            self.assertEqual(attributes(data)["steps"] % 1, 0)
        with self.assertRaisesRegex(UsageError, r'no variable "los" \(did you mean "loss"\?\); there are "hidden.a", '):
            with selected(result, ["los"], None):
                pass
        with self.assertRaisesRegex(UsageError, 'no point of "time" lies between 50.0 and 60'):
            with selected(result, None, (50.0, 60)):
                pass

    def test_no_result(self):
        text = self.folder / "text.h5"
        text.write_text("text")
        with (
            self.assertRaisesRegex(FileError, "no.h5: there is no such file"),
            selected(self.folder / "no.h5", None, None),
        ):
            pass
        with self.assertRaisesRegex(FileError, "text.h5: is not an HDF5 file, as"), selected(text, None, None):
            pass

    def test_datasets(self):
        times = ("time", [0.0, 1.0], {"axis": "T"})
        data = xr.Dataset({"x": (("n", "time"), [[1, 2]])}, {"time": times})
        with selected(data, None, (1, 9)) as found:
            self.assertEqual(found["x"].values.tolist(), [[2]])
            self.assertEqual(axes(found), ["time"])
        decoded = data.assign_coords(time=("time", np.array([0, 1], "m8[s]").astype("m8[ns]"), {"axis": "T"}))
        with self.assertRaisesRegex(UsageError, "decode_times=False"), selected(decoded, None, None):
            pass
        with self.assertRaisesRegex(UsageError, "no variables to export"), selected(data[["time"]], None, None):
            pass

    def test_files(self):
        self.assertEqual(file_name("a -> b.w x"), "a_to_b.w_x")
        self.assertEqual(file_name(".µ"), "__")
        path = self.folder / "x"
        with self.assertRaises(KeyError), new_file(path, False) as part:
            part.write_text("half")
            raise KeyError
        self.assertEqual(list(self.folder.iterdir()), [])
        with new_file(path, False) as part:
            part.write_text("whole")
            self.assertFalse(path.exists())
        with self.assertRaisesRegex(FileError, "exists already; choose another name"), new_file(path, False):
            pass
        with new_file(path, True) as part:
            part.write_text("new")
        self.assertEqual([(p.name, p.read_text()) for p in self.folder.iterdir()], [("x", "new")])


class CommandLine(InFolder):
    def call(self, *arguments: str) -> tuple[int, str]:
        err = io.StringIO()
        with contextlib.redirect_stderr(err):
            try:
                status = export.main(list(arguments))
            except SystemExit as e:
                status = e.code
        return status, err.getvalue().splitlines()[-1]

    def without(self, package: str):
        """As if it were not installed."""
        for module in ("neurode._tables", "neurode._nwb"):
            sys.modules.pop(module, None)
        modules = [package, *(m for m in sys.modules if m.startswith(package + "."))]
        return mock.patch.dict(sys.modules, dict.fromkeys(modules))

    def test_missing_packages(self):
        result = str(self.result())
        words = 'neurode: the Python package "{0}" is not installed, and this export needs it: pip install {0}'
        for package, ending, told in (("pyarrow", "parquet", "pyarrow"), ("pyarrow", "feather", "pyarrow"),
                                      ("hdmf", "nwb", "pynwb")):  # fmt: skip
            with self.without(package):
                found = self.call(result, "-o", str(self.folder / f"x.{ending}"))
            self.assertEqual(found, (4, words.format(told)))
        self.assertEqual([p.name for p in self.folder.iterdir()], ["xor.h5"])

    def test_wrong_use(self):
        status, told = self.call("x.h5", "-o", "x.csv")
        self.assertEqual(status, 2)
        self.assertIn('no format: end "x.csv" in one of .parquet, .feather, .nwb, or choose one by --format', told)
        status, told = self.call("x.h5", "-o", "x.nwb", "--tidy")
        self.assertTrue(told.endswith(": --tidy is for tables; an NWB file has none"), told)
        self.assertEqual(status, 2)


if __name__ == "__main__":
    unittest.main()
