"""neurode.export's Parquet and Feather files, read by pyarrow and pandas: the numbers of the result file, to the last
bit. Usage: test_tables.py PROGRAM"""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import h5py
import numpy as np
import pandas
import pyarrow
import pyarrow.feather
import pyarrow.parquet as pq
import xarray as xr

from results import PROGRAM, ROOT, attributes, run

PACKAGE = ROOT / "tools/python/src"
sys.path.insert(0, str(PACKAGE))
from neurode import _tables  # noqa: E402
from neurode.dataset import MISSING  # noqa: E402
from neurode.errors import FileError, UsageError  # noqa: E402
from neurode.export import to_arrow, to_parquet  # noqa: E402


def example() -> xr.Dataset:
    """Every kind of number; three time axes; dimensions with labels and without; out of order."""
    rng = np.random.default_rng(1)
    a = rng.standard_normal((4, 25, 3))
    a[0, :3, 0] = np.nan, np.inf, -np.inf
    axis = {"axis": "T", "units": "ms"}
    return xr.Dataset(
        {
            "hidden.a": (("sample", "time", "hidden"), a, {"units": "mV", "long_name": "activation"}),
            "a -> b.weights": (("time_2", "hidden", "pre"), rng.standard_normal((3, 3, 2)).astype("f4")),
            "count": (("time", "hidden"), np.where(np.arange(75) == 7, MISSING, np.arange(75) + 2**53).reshape(25, 3)),
            "E.spike_neuron": ("E.spike_time", np.array([3, 1, 1, 0])),
            "targets": ("sample", [0, 1, 1, 0.5]),
            "threshold": ((), np.float32(0.1)),
        },
        {
            "time": ("time", np.arange(25) * 0.1, axis),
            "time_2": ("time_2", [0, 1, 3.0], axis),
            "E.spike_time": ("E.spike_time", [0.1, 0.2, 0.2, 1.1], axis),
            "hidden": [0, 2, 7],
        },
        {"title": "µ", "seed": np.int64(3), "atol": np.array([1e-9, 1e-12])},
    )


class Tables(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="neurode-tables-")
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)

    def names(self, folder: str = ".") -> list[str]:
        return sorted(p.name for p in (self.folder / folder).iterdir())

    def same(self, column, expected: np.ndarray) -> None:
        expected = np.ascontiguousarray(expected)
        found = column.to_numpy() if isinstance(column, pyarrow.ChunkedArray) else np.asarray(column)
        self.assertEqual((found.dtype, found.tobytes()), (expected.dtype, expected.tobytes()))

    def test_wide_has_the_columns_of_the_csv_and_the_bits_of_the_file(self):
        result = run("xor", self.folder, "--set", "time.end=40")
        table = pq.read_table(*to_parquet(result, self.folder / "x.parquet"))
        csv = subprocess.run([PROGRAM, "export", str(result)], capture_output=True, text=True, check=True).stdout
        (self.folder / "x.csv").write_text(csv)
        written = pandas.read_csv(self.folder / "x.csv", dtype=str)
        self.assertEqual(table.column_names, list(written.columns))
        for name in table.column_names:
            self.same(table[name], written[name].map(float).to_numpy())
        with h5py.File(result) as file:
            self.same(table["hidden.a[3, 1]"], file["hidden.a"][:, 3, 1])
            self.assertEqual(json.loads(table.schema.metadata[b"neurode"])["scenario"], attributes(file)["scenario"])
        self.assertEqual(table.field("time").metadata[b"units"], b"s")

    def test_wide_tables_of_everything(self):
        data = example()
        to_parquet(data, f"{self.folder}/all/")
        self.assertEqual(self.names("all"), ["E.spike_time.parquet", "targets.parquet", "threshold.parquet",
                                             "time.parquet", "time_2.parquet"])  # fmt: skip
        read = {n: pq.read_table(self.folder / "all" / n) for n in self.names("all")}
        table = read["time.parquet"]
        self.assertEqual(table.num_columns, 1 + 12 + 3)
        self.same(table["hidden.a[0, 7]"], data["hidden.a"].values[0, :, 2])
        self.same(table["hidden.a[0, 0]"], data["hidden.a"].values[0, :, 0])
        field = table.field("hidden.a[3, 2]")
        self.assertEqual(field.metadata, {b"units": b"mV", b"long_name": b"activation", b"variable": b"hidden.a"})
        count = table["count[2]"].to_pylist()  # element 7 of 75
        self.assertEqual(count, [None if k == 2 else 2**53 + 3 * k + 1 for k in range(25)])
        self.assertEqual(read["time_2.parquet"].schema.field("a -> b.weights[7, 1]").type, pyarrow.float32())
        self.same(read["time_2.parquet"]["a -> b.weights[7, 1]"], data["a -> b.weights"].values[:, 2, 1])
        self.assertEqual(read["E.spike_time.parquet"].to_pydict(),
                         {"E.spike_time": [0.1, 0.2, 0.2, 1.1], "E.spike_neuron": [3, 1, 1, 0]})  # fmt: skip
        self.assertEqual(read["targets.parquet"].to_pydict(), {"sample": [0, 1, 2, 3], "targets": [0, 1, 1, 0.5]})
        self.assertEqual(read["threshold.parquet"].num_rows, 1)
        self.assertEqual(json.loads(table.schema.metadata[b"neurode"]),
                         {"title": "µ", "seed": 3, "atol": [1e-9, 1e-12]})  # fmt: skip

    def test_tidy_is_what_xarray_makes(self):
        data = example()
        to_parquet(data, f"{self.folder}/all/", tidy=True)
        self.assertEqual(len(self.names("all")), 6)
        found = pandas.read_parquet(self.folder / "all/time-sample-hidden.parquet")
        a = data["hidden.a"].transpose("time", "sample", "hidden")
        expected = a.to_dataframe().reset_index()[["time", "sample", "hidden", "hidden.a"]]
        pandas.testing.assert_frame_equal(found, expected, check_exact=True)
        found = pandas.read_parquet(self.folder / "all/scalars.parquet")
        self.assertEqual(found["threshold"].tolist(), [np.float32(0.1)])

    def test_feather(self):
        data = example()
        path = self.folder / "x.feather"
        self.assertEqual(to_arrow(data, path, variables=["hidden.a"], time=(0.45, 1.05)), [path])
        table = pyarrow.feather.read_table(path)
        self.same(table["hidden.a[1, 2]"], data["hidden.a"].values[1, 5:11, 1])
        self.assertEqual(pandas.read_feather(path).shape, (6, 13))
        chosen = to_arrow(data.sel(hidden=[7], sample=2), path, variables=["hidden.a"], overwrite=True)
        self.assertEqual(pyarrow.feather.read_table(*chosen).column_names, ["time", "hidden.a[7]"])

    def test_groups_of_rows(self):
        data = example()
        with mock.patch.object(_tables, "NUMBERS_AT_ONCE", 40):
            to_parquet(data, self.folder / "x.parquet", variables=["hidden.a"])
            to_parquet(data, self.folder / "y.parquet", variables=["hidden.a"], tidy=True)
        self.assertEqual(pq.ParquetFile(self.folder / "x.parquet").num_row_groups, 9)  # 13 columns: 3 rows each
        self.assertEqual(pq.ParquetFile(self.folder / "y.parquet").num_row_groups, 25)
        self.same(pq.read_table(self.folder / "x.parquet")["hidden.a[3, 7]"], data["hidden.a"].values[3, :, 2])
        tidy = pq.read_table(self.folder / "y.parquet")
        self.same(tidy["hidden.a"], data["hidden.a"].values.swapaxes(0, 1).ravel())
        self.same(tidy["time"], np.repeat(data["time"].values, 12))

    def test_refusals(self):
        data = example()
        path = self.folder / "x.parquet"
        with self.assertRaisesRegex(UsageError, 'cannot hold the tables "time", "time_2", "E.spike_time", "targets"'):
            to_parquet(data, path)
        with self.assertRaisesRegex(UsageError, 'the tables "time-sample-hidden", "time-hidden"; .* a folder: ".*x/"'):
            to_parquet(data, path, variables=["hidden.a", "count"], tidy=True)
        with mock.patch.object(_tables, "MOST_COLUMNS", 12):
            with self.assertRaisesRegex(UsageError, 'a wide table on "time" would have 13 columns, more than 12'):
                to_parquet(data, path, variables=["hidden.a"])
        self.assertEqual(self.names(), [])
        to_parquet(data, path, variables=["targets"])
        with self.assertRaises(FileError):
            to_parquet(data, path, variables=["count"])
        self.assertEqual(pq.read_table(path).column_names, ["sample", "targets"])

    def test_command_line(self):
        result = run("xor", self.folder, "--set", "time.end=10")
        command = [sys.executable, "-m", "neurode.export", str(result), "-v", "loss", "--time", "2", "5", "-o"]
        for name, read in (("x.parquet", pandas.read_parquet), ("x.feather", pandas.read_feather)):
            done = subprocess.run([*command, str(self.folder / name)], env={"PYTHONPATH": str(PACKAGE)}, text=True,
                                  capture_output=True, check=False)  # fmt: skip
            self.assertEqual((done.returncode, done.stdout), (0, f"{self.folder / name}\n"), done.stderr)
            with h5py.File(result) as file:
                self.same(read(self.folder / name)["loss"].to_numpy(), file["loss"][2:6])

    def test_memory_is_bounded(self):
        """Half a gigabyte of numbers takes 200 MB more than a few numbers, at most."""
        result = self.folder / "large.h5"
        with h5py.File(result, "w") as file:
            file.create_dataset("time", data=np.arange(60000.0), maxshape=(None,)).make_scale("time")
            file["time"].attrs["axis"] = "T"
            file.attrs["neurode_version"] = "0"
            file.create_dataset("cell", data=np.arange(1000)).make_scale("cell")
            x = file.create_dataset("cell.x", (60000, 1000), float, chunks=(64, 1000), compression="gzip")
            for i, name in enumerate(("time", "cell")):
                x.dims[i].attach_scale(file[name])
            for first in range(0, 60000, 6000):
                x[first : first + 6000] = np.repeat(np.arange(first, first + 6000.0), 1000).reshape(6000, 1000)
        peaks = {}
        for option in ("", "--tidy"):
            for last in (1, 1e9):
                code = "import sys, resource; from neurode import export; status = export.main(sys.argv[1:])\n"
                code += "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss); sys.exit(status)"
                command = [sys.executable, "-c", code, str(result), "-o", str(self.folder / "x.parquet"), "--force"]
                command += ["--time", "0", str(last), *option.split()]
                environment = {"PYTHONPATH": str(PACKAGE)}
                done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
                peaks[option, last] = int(done.stdout.split()[-1]) / 1024
            column = "cell.x" if option else "cell.x[999]"
            self.assertEqual(pq.read_table(self.folder / "x.parquet", columns=[column])[column][-1].as_py(), 59999)
            self.assertLess(peaks[option, 1e9] - peaks[option, 1], 200, peaks)


if __name__ == "__main__":
    unittest.main()
