"""`neurode export --format mat`, loaded by GNU Octave: every number, attribute and label is that of the result file, to
the last bit. Exit status 77, which ctest shows as skipped, where there is no Octave. Usage: test_mat.py PROGRAM"""

import shutil
import subprocess
import sys
import tempfile
import unittest
import zlib
from pathlib import Path
from typing import NamedTuple

import h5py
import numpy as np

from results import PROGRAM, attributes, dims, is_scale, run

HERE = Path(__file__).resolve().parent
CLASSES = {"float64": "double", "float32": "single", "int64": "int64"}


class Dumped(NamedTuple):
    type: str
    shape: tuple[int, ...]
    bytes: bytes


class Loaded:
    """What Octave finds in a MAT-file."""

    def __init__(self, path: Path):
        self.kinds: dict[str, dict[str, Dumped]] = {}
        self.described: dict[str, list[str]] = {}  # original name -> its path and what is said of it
        with tempfile.TemporaryDirectory() as folder:
            command = ["octave-cli", "--no-init-file", "--quiet", str(HERE / "dump_mat.m"), str(path), folder]
            done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
            assert done.returncode == 0, done.stderr
            self.told = done.stderr
            for line in (Path(folder) / "index.txt").read_text().splitlines():
                number, kind, *cells = line.split("\t")
                if kind == "top":
                    self.top = cells
                elif kind == "description":
                    self.described[cells[1]] = cells
                else:
                    shape = tuple(map(int, cells[2].split(",")))
                    found = Dumped(cells[1], shape, (Path(folder) / f"{number}.bin").read_bytes())
                    self.kinds.setdefault(kind, {})[cells[0]] = found

    def __getitem__(self, kind: str) -> dict[str, Dumped]:
        return self.kinds.get(kind, {})


def export(result: Path, *options: str) -> subprocess.CompletedProcess:
    command = [PROGRAM, "export", str(result), "-o", str(result.with_suffix(".mat")), "--force", *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


class MatFiles(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        scratch = tempfile.TemporaryDirectory(prefix="neurode-mat-")
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)

    def loaded(self, result: Path, *options: str) -> Loaded:
        done = export(result, *options)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return Loaded(result.with_suffix(".mat"))

    def same(self, found: Dumped, expected: np.ndarray, name: str) -> None:
        shape = expected.shape + (1,) * (2 - expected.ndim)
        while len(shape) > 2 and shape[-1] == 1:  # MATLAB and Octave drop them
            shape = shape[:-1]
        self.assertEqual((found.type, found.shape), (CLASSES[expected.dtype.name], shape), name)
        self.assertEqual(found.bytes, expected.tobytes(), name)

    def compare(self, result: Path, loaded: Loaded) -> None:
        """All of the file, with its attributes."""
        with h5py.File(result) as file:
            variables = {n: d for n, d in file.items() if isinstance(d, h5py.Dataset)}
            labels = {n for n, d in variables.items() if is_scale(d) and d.attrs.get("axis") not in (b"T", "T")}
            self.assertEqual(set(loaded.described), set(variables) - labels)
            for name, (path, _, units, long_name, dimensions, _) in loaded.described.items():
                dataset = variables[name]
                self.same(loaded["variable"][path], dataset[()], name)
                self.assertEqual(dimensions.split(",") if dimensions else [], dims(dataset))
                self.assertEqual(units, attributes(dataset).get("units", ""), name)
                self.assertEqual(long_name, attributes(dataset).get("long_name", ""), name)
            self.assertEqual(len(loaded["labels"]), len(labels))
            for name, cells in loaded.described.items():
                for dimension, field in zip(dims(variables[name]), cells[-1].split(","), strict=False):
                    if dimension in labels:
                        self.same(loaded["labels"][field], variables[dimension][()], name)
            self.assertEqual(set(loaded["attribute"]), set(attributes(file)))
            for name, value in attributes(file).items():
                found = loaded["attribute"][name]
                if isinstance(value, str):
                    self.assertEqual(found.type, "char")
                    self.assertEqual(found.bytes.decode(), value, name)
                else:
                    self.same(found, np.atleast_1d(np.asarray(value)), name)

    def test_xor(self):
        result = run("xor", self.folder, "--set", "time.end=40")
        loaded = self.loaded(result)
        self.compare(result, loaded)
        self.assertIn("input_to_hidden", loaded.top)
        with h5py.File(result) as file:  # as one types it
            code = f"load('{result.with_suffix('.mat')}'); printf('%.17g', hidden.a(3, 2, 4))"
            shown = subprocess.run(["octave-cli", "--eval", code], capture_output=True, text=True, check=True).stdout
            self.assertEqual(float(shown), file["hidden.a"][2, 1, 3])

    def test_error_signals_beside_states(self):
        recorded = 'record.variables=["activity","errors"]'
        result = run("xor_coupled", self.folder, "--set", "time.end=5", "--set", recorded)
        loaded = self.loaded(result)
        self.compare(result, loaded)
        self.assertEqual(loaded.described["hidden.a.error"][0], "hidden.a_error")

    def test_spikes(self):
        result = run("spiking_ei", self.folder, "--set", 'time.end="30 ms"')
        loaded = self.loaded(result)
        self.compare(result, loaded)
        self.assertEqual(loaded["variable"]["E.spike_neuron"].type, "int64")
        self.assertGreater(loaded["variable"]["E.spike_time"].shape[0], 100)

    def test_sparse_weights_and_odd_names(self):
        (self.folder / "odd.toml").write_text(ODD)
        result = run(self.folder / "odd.toml", self.folder)
        loaded = self.loaded(result)
        self.compare(result, loaded)
        paths = {name: cells[0] for name, cells in loaded.described.items()}
        self.assertEqual(paths["my-pop -> my_pop : all-of-them.weights"], "my_pop_to_my_pop_all_of_them.weights")
        self.assertEqual(paths["my-pop -> my_pop : all-of-them.pre"], "my_pop_to_my_pop_all_of_them.pre")
        self.assertEqual({paths["my-pop.a"], paths["my_pop.a"]}, {"my_pop.a", "my_pop_2.a"})
        self.assertEqual({loaded.described[n][5] for n in ("my-pop.a", "my_pop.a")}, {",my_pop", ",my_pop_2"})
        self.assertEqual(paths["end"], "xend")
        self.assertEqual(paths["neurode"], "neurode_2")

    def test_part_of_it(self):
        result = run("xor", self.folder, "--set", "time.end=40")
        loaded = self.loaded(result, "-v", "hidden.a", "--time", "10", "20", "--select", "hidden=3,1")
        self.assertEqual(sorted(loaded.top), ["hidden", "neurode", "time"])
        with h5py.File(result) as file:
            inside = (file["time"][:] >= 10) & (file["time"][:] <= 20)
            self.same(loaded["variable"]["hidden.a"], file["hidden.a"][:][inside][:, :, [3, 1]].copy(), "hidden.a")
            self.same(loaded["labels"]["hidden"], np.array([3, 1]), "hidden")

    def test_missing_numbers_and_several_passes(self):
        """A variable of more numbers than are read at once; nan, infinities and what was never written."""
        result = self.folder / "big.h5"
        x = np.random.default_rng(1).standard_normal((6000, 3000))
        x[5, 7], x[6, 7], x[7, 7] = np.nan, np.inf, -np.inf
        counts = np.array([1, -9223372036854775806, 9007199254740993])
        with h5py.File(result, "w") as file:
            file.create_dataset("time", data=np.arange(6000) / 10, maxshape=(None,)).make_scale("time")
            file.create_dataset("cell", data=np.arange(3000)).make_scale("cell")
            file.create_dataset("cell.x", data=x, chunks=(64, 3000))
            file.create_dataset("counts", data=counts)
            file.create_dataset("nobody", data=np.arange(3)).make_scale("nobody")
            file["cell.x"].dims[0].attach_scale(file["time"])
            file["cell.x"].dims[1].attach_scale(file["cell"])
            file["counts"].dims[0].attach_scale(file["nobody"])
        loaded = self.loaded(result)
        self.same(loaded["variable"]["cell.x"], x, "cell.x")
        self.same(loaded["variable"]["counts"], counts, "counts")

    def test_too_large(self):
        """Refused before anything is written: 2.4 GB of zeros, 4 MB a chunk, each the same few bytes."""
        result = self.folder / "large.h5"
        chunk = np.zeros((50, 10000))
        packed = zlib.compress(chunk.tobytes())
        with h5py.File(result, "w") as file:
            file.create_dataset("time", data=np.arange(30000.0), maxshape=(None,)).make_scale("time")
            file.create_dataset("cell", data=np.arange(10000)).make_scale("cell")
            x = file.create_dataset("cell.x", (30000, 10000), float, chunks=chunk.shape, compression="gzip")
            x.dims[0].attach_scale(file["time"])
            x.dims[1].attach_scale(file["cell"])
            for first in range(0, 30000, 50):
                x.id.write_direct_chunk((first, 0), packed)
        done = export(result)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(
            done.stderr,
            'neurode: "cell" would take 2.4 GB in the MAT-file, and MATLAB loads no variable of more than 2.1 GB from '
            "one; export less of it at once (-v, --time, --select), or let MATLAB read the result file itself, by "
            'h5read("large.h5", "/NAME"), which turns the order of the dimensions round\n',
        )
        self.assertEqual([p.name for p in self.folder.iterdir()], ["large.h5"])
        loaded = self.loaded(result, "--select", "cell=0,9999")
        self.same(loaded["variable"]["cell.x"], np.zeros((30000, 2)), "cell.x")


ODD = """
schema = 1
title = "odd names: µ → η"
seed = 2
[population.my-pop]
size = 5
model = "leaky_rate"
activation = "tanh"
[population.my_pop]
size = 4
model = "leaky_rate"
activation = "tanh"
[projection."my-pop -> my_pop : all-of-them"]
connect = { rule = "fixed_probability", p = 0.4 }
weights = { init = "normal", std = 1.0 }
[time]
end = 2
[record]
every = 0.25
variables = ["activity", "my-pop -> my_pop : all-of-them.weights", "end", "neurode"]
expressions = { end = "mean(my_pop.a)", neurode = '2*"my-pop.a"[0]' }
"""


if __name__ == "__main__":
    if not shutil.which("octave-cli"):
        print("Skipped: octave-cli is not in PATH. On Debian 12: apt-get install octave")
        sys.exit(77)
    unittest.main()
