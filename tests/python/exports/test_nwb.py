"""neurode.export's NWB files: valid, without fault for nwbinspector but for what a simulation has not (an animal), and
with the numbers of the result file to the last bit. Usage: test_nwb.py PROGRAM"""

import json
import sys
import tempfile
import unittest
import warnings
from datetime import datetime, timezone
from pathlib import Path

import h5py
import numpy as np
import pynwb
import xarray as xr
from nwbinspector import Importance, inspect_nwbfile

from results import ROOT, attributes, is_scale, run

sys.path.insert(0, str(ROOT / "tools/python/src"))
from neurode.export import main, to_nwb  # noqa: E402

HODGKIN_HUXLEY = ("--set", 'time.end="30 ms"')
SUBJECT = {"subject_id": "s1", "species": "Mus musculus", "age": "P90D", "sex": "U", "description": "measured"}


class Nwb(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="neurode-nwb-")
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message=".*(fork|deprecat|cached).*")

    def read(self, path: Path) -> pynwb.NWBFile:
        """Valid, and without any fault that can be avoided."""
        self.assertEqual(pynwb.validate(path=str(path)), [])
        found = inspect_nwbfile(nwbfile_path=str(path))
        faults = [m for m in found if m.importance.value >= Importance.BEST_PRACTICE_VIOLATION.value]
        self.assertEqual([m.check_function_name for m in faults], ["check_subject_exists"])
        io = pynwb.NWBHDF5IO(str(path), "r")
        self.addCleanup(io.close)
        return io.read()

    def same(self, found, expected: np.ndarray) -> None:
        found = np.asarray(found)
        self.assertEqual(
            (found.dtype, found.shape, found.tobytes()), (expected.dtype, expected.shape, expected.tobytes())
        )

    def test_xor(self):
        result = run("xor", self.folder, "--set", "time.end=40")
        path = self.folder / "x.nwb"
        before = datetime.fromtimestamp(result.stat().st_mtime, timezone.utc)
        self.assertEqual(to_nwb(result, path), [path])
        nwb = self.read(path)
        self.assertEqual(nwb.session_start_time, before)
        self.assertEqual(nwb.experiment_description[:3], "XOR")
        self.assertIn("outcome: reached_end", nwb.notes)
        with h5py.File(result) as file:
            variables = {n: d for n, d in file.items() if isinstance(d, h5py.Dataset) and not is_scale(d)}
            self.assertEqual({n.replace(" -> ", "_to_") for n in variables}, set(nwb.acquisition))
            for name, dataset in variables.items():
                series = nwb.acquisition[name.replace(" -> ", "_to_")]
                self.same(series.data, dataset[()])
                self.assertEqual((series.unit, series.conversion), ("a.u.", 1.0))
                self.assertEqual((series.rate, series.starting_time), (1.0, 0.0))
                self.assertIn(f"variable {name}", series.description)
            self.assertEqual(nwb.scratch["scenario"].data, attributes(file)["scenario"])
            self.assertEqual(json.loads(nwb.scratch["attributes"].data)["seed"], attributes(file)["seed"])

    def test_units_are_si_and_times_seconds(self):
        result = run("hodgkin_huxley", self.folder, *HODGKIN_HUXLEY)
        path = self.folder / "x.nwb"
        to_nwb(result, path)
        nwb = self.read(path)
        with h5py.File(result) as file:
            self.same(nwb.acquisition["axon.V"].data, file["axon.V"][()])
            times = file["time"][()] * 1e-3
            self.assertEqual(file["time"].attrs["units"], "ms")
        v = nwb.acquisition["axon.V"]
        self.assertEqual((v.unit, v.conversion), ("volts", 1e-3))
        found = v.timestamps[:] if v.timestamps is not None else v.starting_time + np.arange(len(v.data)) / v.rate
        np.testing.assert_allclose(found, times, rtol=1e-14, atol=1e-17)

    def test_uneven_times_are_kept_once(self):
        result = run("xor", self.folder, "--set", "time.end=40", "--set", "record.every=0")
        path = self.folder / "x.nwb"
        to_nwb(result, path)
        nwb = self.read(path)
        with h5py.File(result) as file:
            self.same(nwb.acquisition["hidden.a"].timestamps, file["time"][()])
        with h5py.File(path) as file:
            kept = [file["acquisition"][name].get("timestamps", getlink=True) for name in file["acquisition"]]
            self.assertEqual(sum(isinstance(k, h5py.HardLink) for k in kept), 1, kept)

    def test_spikes(self):
        result = run("spiking_ei", self.folder, "--set", 'time.end="60 ms"')
        path = self.folder / "x.nwb"
        to_nwb(result, path)
        nwb = self.read(path)
        table = nwb.units.to_dataframe()
        self.assertEqual(table["population"].value_counts().to_dict(), {"E": 800, "I": 200})
        with h5py.File(result) as file:
            for population, neuron in (("E", 0), ("E", 799), ("I", 7)):
                times = file[f"{population}.spike_time"][()][file[f"{population}.spike_neuron"][()] == neuron] * 1e-3
                found = table[(table["population"] == population) & (table["neuron"] == neuron)]["spike_times"].iloc[0]
                self.same(found, times)
            self.assertEqual(sum(map(len, table["spike_times"])), file["E.spike_time"].size + file["I.spike_time"].size)
            self.same(nwb.acquisition["E.v"].data, file["E.v"][()])
        self.assertNotIn("E.spike_neuron", nwb.acquisition)

    def dataset(self) -> xr.Dataset:
        axis = {"axis": "T", "units": "ms"}
        scenario = '[population.in]\nmodel = "clamped"\n[stimulus.pulse]\nfrom = "1 ms"\n'
        return xr.Dataset(
            {
                "in.a": (("time", "in"), np.arange(50.0).reshape(25, 2), {"units": "degC"}),
                "a -> b : x.kernel": (
                    ("time", "o", "i", "y", "x"),
                    np.arange(25 * 16).reshape(25, 2, 2, 2, 2),
                    {"units": "inch"},
                ),
                "E.spike_neuron": ("E.spike_time", [1, 0, 1]),
                "E.spike_sample": ("E.spike_time", [0, 1, 1]),
                "E.a": (("time", "E"), np.ones((25, 2), "f4"), {"units": "uA/cm2"}),
                "threshold": ((), 0.5),
                "nothing": (("time_2",), np.zeros(0)),
            },
            {
                "time": ("time", np.arange(25) * 0.1, axis),
                "time_2": ("time_2", np.zeros(0), axis),
                "E.spike_time": ("E.spike_time", [0.5, 1.25, 2.0], axis),
                "E": [3, 5],
                "sample": [0, 1],
            },
            {"title": "t", "neurode_version": "0", "scenario": scenario},
        )

    def test_whatever_a_result_can_hold(self):
        path = self.folder / "x.nwb"
        data = self.dataset()
        to_nwb(data, path)
        nwb = self.read(path)
        stimulus = nwb.stimulus["in.a"]
        self.assertEqual((stimulus.unit, stimulus.conversion, stimulus.offset), ("kelvin", 1.0, 273.15))
        self.assertEqual(json.loads(nwb.stimulus_notes), {"pulse": {"from": "1 ms"}})
        kernel = nwb.acquisition["a_to_b_x.kernel"]
        self.assertEqual(kernel.unit, "inch")
        self.same(kernel.data, data["a -> b : x.kernel"].values.reshape(25, 16))
        self.assertEqual(nwb.acquisition["E.a"].comments, "elements along dimensions: E [3, 5]")
        self.assertEqual((nwb.acquisition["E.a"].unit, nwb.acquisition["E.a"].conversion), ("A/m^2", 0.01))
        self.same(nwb.scratch["threshold"].data, np.array(0.5))  # pynwb makes it a scalar
        table = nwb.units.to_dataframe()
        self.assertEqual(table[["neuron", "sample"]].values.tolist(), [[0, 0], [1, 0], [0, 1], [1, 1]])
        self.assertEqual([list(t) for t in table["spike_times"]], [[], [0.0005], [0.00125], [0.002]])
        self.assertNotIn("nothing", nwb.acquisition)

    def test_more_is_said_by_the_caller(self):
        path = self.folder / "x.nwb"
        said = {"experimenter": ["Doe, Jane"], "institution": "here", "session_description": "mine"}
        subject = pynwb.file.Subject(**SUBJECT)
        to_nwb(self.dataset(), path, variables=["E.a"], time=(0.35, 1.45), subject=subject, **said)
        found = inspect_nwbfile(nwbfile_path=str(path))
        faults = [m for m in found if m.importance.value >= Importance.BEST_PRACTICE_SUGGESTION.value]
        self.assertEqual(faults, [])
        with pynwb.NWBHDF5IO(str(path), "r") as io:
            nwb = io.read()
            self.assertEqual(nwb.session_description, "mine")
            self.assertEqual(list(nwb.acquisition), ["E.a"])
            self.assertEqual(nwb.acquisition["E.a"].data.shape, (11, 2))
            self.assertAlmostEqual(nwb.acquisition["E.a"].starting_time, 0.4e-3, 12)
            self.assertIsNone(nwb.units)

    def test_command_line(self):
        result = run("xor", self.folder, "--set", "time.end=10")
        self.assertEqual(main([str(result), "-o", str(self.folder / "x.nwb"), "-v", "loss"]), 0)
        self.assertEqual(list(self.read(self.folder / "x.nwb").acquisition), ["loss"])
        self.assertEqual(main([str(result), "-o", str(self.folder / "x.nwb")]), 4)
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["x.nwb", "xor.h5"])


if __name__ == "__main__":
    unittest.main()
