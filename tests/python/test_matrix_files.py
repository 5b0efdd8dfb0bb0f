"""[data] from NumPy and HDF5 files says the same as the same numbers written down."""

import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import numpy as np

SCENARIO = """schema = 1
[data]
{data}
[population.x]
size = 3
model = "clamped"
[population.y]
size = 2
model = "leaky_rate"
activation = "tanh"
[projection."x -> y"]
weights = {{ init = 0.1, plastic = true }}
[learning]
loss = "squared_error"
[time]
end = 1
"""


def final_loss(program: str, folder: Path, data: str) -> bytes:
    (folder / "s.toml").write_text(SCENARIO.format(data=data))
    subprocess.run([program, "run", "s.toml", "-o", "s.h5", "--force"], cwd=folder, check=True, capture_output=True)
    with h5py.File(folder / "s.h5") as f:
        return f["loss"][...].tobytes()


def refusal(program: str, folder: Path, data: str) -> str:
    (folder / "s.toml").write_text(SCENARIO.format(data=data))
    done = subprocess.run([program, "check", "s.toml"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done
    return done.stderr


def main() -> int:
    program = str(Path(sys.argv[1]).resolve())
    x = np.array([[0.5, 1, -2], [3, 0.25, 1], [1, 1, 1], [0, 2, -1.5]])
    labels = np.array([0, 1, 1, 0])
    one_hot = np.eye(2)[labels]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        np.save(folder / "x.npy", x)
        np.save(folder / "xf.npy", np.asfortranarray(x.astype(np.float32)))
        np.save(folder / "labels.npy", labels)
        np.save(folder / "nan.npy", np.where(x == 3, np.nan, x))
        with h5py.File(folder / "d.h5", "w") as f:
            f["set/x"] = x
            f["set/y"] = one_hot
        written = f"inputs = {x.tolist()}\ntargets = {one_hot.tolist()}"
        truth = final_loss(program, folder, written)
        for data in (
            'inputs = { path = "x.npy" }\ntargets = { path = "labels.npy" }\none_hot = true',
            'inputs = { path = "xf.npy" }\ntargets = { path = "d.h5", dataset = "set/y" }',
            'inputs = { path = "d.h5", dataset = "set/x" }\ntargets = { path = "labels.npy" }\nclasses = [0, 1]',
        ):
            assert final_loss(program, folder, data) == truth, data
        expected = {
            'inputs = { path = "nan.npy" }': "s.toml:3:19: data.inputs.path: row 1, column 0 is not a finite number; "
            "found nan; allowed: finite numbers",
            'inputs = { path = "x.txt" }': "the file's ending says no format of numbers",
            'inputs = { path = "d.h5" }': "lacks the name of the dataset",
            'inputs = { path = "x.npy", dataset = "x" }': "has a meaning only for HDF5 files",
            'inputs = { path = "gone.npy" }': "gone.npy",
            'inputs = { path = "d.h5", dataset = "set/z" }': "set/z",
            'inputs = { path = "x.npy" }\ntargets = { path = "x.npy" }\none_hot = true': "class labels stand in one column",
            'inputs = { path = "x.npy" }\ntargets = [[1, 0]]': "must have as many rows as inputs; found 1 rows; allowed: 4",
        }
        for data, words in expected.items():
            found = refusal(program, folder, data)
            assert words in found, (data, found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
