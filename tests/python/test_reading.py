#!/usr/bin/env python3
"""A result file as Python users and the netCDF tools meet it. Usage: test_reading.py PROGRAM"""

import subprocess
import sys
import tempfile
import tomllib
import unittest
from pathlib import Path

import h5py
import numpy
import xarray

PROGRAM = str(Path(sys.argv.pop(1)).resolve()) if len(sys.argv) > 1 else "neurode"

# A linear rate net, whose activity is known: a' = -a + W a + u, here with W = 0, so a = u (1 - exp(-t)).
SCENARIO = """
schema = 1
title = "Two linear units, driven"
[population.unit]
size = 2
model = "leaky_rate"
activation = "identity"
tau = 1.0
bias = { init = 0.5 }
[integrator]
method = "tsit5"
rtol = 1e-10
atol = 1e-12
[time]
end = 2.0
[record]
every = 0.25
variables = ["unit.a"]
"""


AXON = """
schema = 1
[population.axon]
model = "hodgkin_huxley"
bias = "3 uA/cm2"
[projection."axon -> axon"]
weights = "0.1 mS/cm2"
[time]
end = "1 ms"
[record]
every = 0.5
variables = ["axon.V", "axon.I", "axon.I_Na", "axon.n", "axon -> axon.weights", "axon.bias"]
expressions = { top = "max(axon.V)" }
"""


class Reading(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="neurode-reading-")
        cls.addClassCleanup(cls.folder.cleanup)
        scenario = Path(cls.folder.name) / "unit.toml"
        scenario.write_text(SCENARIO)
        cls.result = scenario.with_suffix(".h5")
        subprocess.run([PROGRAM, "run", scenario, "-o", cls.result], check=True, stdin=subprocess.DEVNULL)

    def test_xarray_reads_labelled_values(self):
        with xarray.open_dataset(self.result, engine="h5netcdf", decode_times=False) as data:
            activity = data["unit.a"]
            self.assertEqual(activity.dims[0], "time")
            self.assertEqual(activity.dims[-1], "unit")
            self.assertEqual(activity.sizes["unit"], 2)
            numpy.testing.assert_array_equal(data["time"], numpy.arange(9) * 0.25)
            expected = 0.5 * (1.0 - numpy.exp(-data["time"].values))
            for unit in range(2):
                found = activity.isel(unit=unit).values.reshape(-1)
                numpy.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-10)

    def test_h5py_finds_dimension_scales(self):
        with h5py.File(self.result) as file:
            self.assertTrue(h5py.h5ds.is_scale(file["time"].id))
            self.assertEqual(file["unit.a"].dims[0][0].name, "/time")
            self.assertEqual(file["unit.a"].dtype.kind, "f")
            self.assertEqual(file["unit.a"].shape[0], 9)

    def test_units_are_attributes(self):
        scenario = Path(self.folder.name) / "axon.toml"
        scenario.write_text(AXON)
        result = scenario.with_suffix(".h5")
        subprocess.run([PROGRAM, "run", scenario, "-o", result], check=True, stdin=subprocess.DEVNULL)
        with xarray.open_dataset(result, engine="h5netcdf", decode_times=False) as data:
            found = {name: data[name].attrs.get("units", "") for name in [*data.data_vars, "time"]}
        self.assertEqual(found, {"axon.V": "mV", "axon.I": "uA/cm2", "axon.I_Na": "uA/cm2", "axon.n": "",
                                 "axon -> axon.weights": "uA/cm2/mV", "axon.bias": "uA/cm2", "top": "mV",
                                 "time": "ms"})

    def test_netcdf_tools_read_it(self):
        done = subprocess.run(["ncdump", "-h", self.result], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"double unit\.a\(time,")
        self.assertRegex(done.stdout, r"time = (UNLIMITED ; // \(9 currently\)|9 ;)")


if __name__ == "__main__":
    unittest.main()
