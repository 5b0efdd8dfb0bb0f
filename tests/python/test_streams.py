"""Rows that stay in their files: the same digits as in memory, in little memory, and clear words when a file goes."""

import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import numpy as np

SCENARIO = """schema = 1
seed = 3
[data]
inputs = {inputs}
targets = {targets}
batch = {{ size = 5, period = 1, order = "{order}", stream = {stream} }}
{more}
[population.x]
size = {n}
model = "clamped"
[population.y]
size = 2
model = "leaky_rate"
activation = "logistic"
[projection."x -> y"]
weights = {{ init = 0.1, plastic = true }}
[learning]
loss = "binary_cross_entropy"
rate = 0.1
[integrator]
method = "euler"
dt = 1.0
[time]
end = {end}
[record]
every = 1
variables = [{variables}]
"""


def run(program: str, folder: Path, limit: int | None = None, **keys) -> subprocess.CompletedProcess:
    keys = {"order": "shuffled", "stream": "true", "more": "", "n": 3, "end": 20,
            "variables": '"weights", "batch_loss"'} | keys
    (folder / "s.toml").write_text(SCENARIO.format(**keys))
    return subprocess.run([program, "run", "s.toml", "-o", "s.h5", "--force", "-q"], cwd=folder, capture_output=True,
                          text=True, check=False)


def recorded(program: str, folder: Path, **keys) -> dict:
    done = run(program, folder, **keys)
    assert done.returncode == 0, done.stderr
    with h5py.File(folder / "s.h5") as f:
        return {name: f[name][...] for name in ("x -> y.weights", "batch_loss", "test_loss", "test_accuracy") if name in f}


def same_as_in_memory(program: str, folder: Path) -> None:
    random = np.random.default_rng(1)
    x, y = random.normal(size=(23, 3)) * [1, 50, 0.01] + [0, 7, 1], np.eye(2)[random.integers(0, 2, 23)]
    np.save(folder / "x.npy", x)
    np.save(folder / "x4.npy", x.astype(np.float32))
    np.save(folder / "y.npy", y.astype(np.uint8))
    with h5py.File(folder / "d.h5", "w") as f:
        f["x"], f["y"] = x, y
        f.create_dataset("packed", data=x, chunks=(4, 3), compression="gzip")
    npy, h5, packed = '{ path = "x.npy" }', '{ path = "d.h5", dataset = "x" }', '{ path = "d.h5", dataset = "packed" }'
    y_npy, y_h5 = '{ path = "y.npy" }', '{ path = "d.h5", dataset = "y" }'
    test = "test = { every = 4, offset = 1 }"
    variables = '"weights", "batch_loss", "test_loss", "test_accuracy"'
    for order in ("shuffled", "sequential"):
        for more in ("", test, test + '\nscale = "zscore"', 'scale = "minmax"', "scale = 0.5"):
            names = variables if test in more else '"weights", "batch_loss"'
            keys = {"order": order, "more": more, "variables": names}
            truth = recorded(program, folder, inputs=npy, targets=y_npy, stream="false", **keys)
            for inputs, targets in ((npy, y_npy), (h5, y_h5), (packed, y_npy)):
                found = recorded(program, folder, inputs=inputs, targets=targets, **keys)
                for name in ("x -> y.weights", "batch_loss"):
                    assert found[name].tobytes() == truth[name].tobytes(), (order, more, name)
                if test in more:  # a mean over chunks: another order of the same sum
                    np.testing.assert_allclose(found["test_loss"], truth["test_loss"], rtol=1e-14)
                    assert (found["test_accuracy"] == truth["test_accuracy"]).all()
    # Rows that are sequences, from three dimensions.
    np.save(folder / "x3.npy", x[:20].reshape(5, 4, 3))
    np.save(folder / "y3.npy", np.where(np.arange(40).reshape(5, 4, 2) % 7 == 3, np.nan, 0.5))
    keys = {"inputs": '{ path = "x3.npy" }', "targets": '{ path = "y3.npy" }', "more": "sequence = { step = 0.25 }",
            "variables": '"weights", "batch_loss"'}
    truth, found = (recorded(program, folder, stream=s, **keys) for s in ("false", "true"))
    assert found["x -> y.weights"].tobytes() == truth["x -> y.weights"].tobytes()
    assert not (truth["x -> y.weights"][0] == truth["x -> y.weights"][-1]).all()


def refusals(program: str, folder: Path) -> None:
    np.save(folder / "f.npy", np.asfortranarray(np.ones((23, 3))))
    np.save(folder / "nan.npy", np.where(np.arange(69).reshape(23, 3) == 40, np.nan, 1.0))
    np.save(folder / "cube.npy", np.ones((23, 3, 1)))
    with h5py.File(folder / "hostile.h5", "w") as f:  # nothing is stored of it
        f.create_dataset("huge", shape=(2**40, 2**21), chunks=(1, 1024), dtype="f8")
        f["words"] = ["a", "b"]
    for inputs, more, words in (
        ('{ path = "hostile.h5", dataset = "huge" }', "", "announces 1099511627776 x 2097152 numbers, more than a file of"),
        ('{ path = "hostile.h5", dataset = "words" }', "", "does not hold numbers"),
        ('{ path = "f.npy" }', "", "stands by columns (Fortran order)"),
        ('{ path = "cube.npy" }', "", "must have one or two dimensions"),
        ('{ path = "x.npy" }', "one_hot = true", "class labels are not turned into targets row by row"),
        ('{ path = "nan.npy" }', 'scale = "zscore"', "row 13, column 1 is not a finite number"),
    ):
        done = run(program, folder, inputs=inputs, targets='{ path = "y.npy" }', more=more)
        assert done.returncode == 2 and words in done.stderr, (words, done)
    done = run(program, folder, inputs='{ path = "nan.npy" }', targets='{ path = "y.npy" }', order="sequential")
    assert done.returncode == 4 and "nan.npy: row 13, column 1 is not a finite number" in done.stderr, done
    with h5py.File(folder / "s.h5") as f:  # what was computed is there: row 13 is in the third batch
        assert len(f["time"]) == 3 and "failed" in str(f.attrs["outcome"]), dict(f.attrs)


def cut_short(program: str, folder: Path) -> None:
    """The file shrinks while the run reads it."""
    rows = 200000
    np.save(folder / "long.npy", np.ones((rows, 3)))
    np.save(folder / "long_y.npy", np.zeros((rows, 2)))
    keys = {"inputs": '{ path = "long.npy" }', "targets": '{ path = "long_y.npy" }', "order": "sequential", "n": 3,
            "end": 39000, "stream": "true", "more": "", "variables": '"weights"'}
    (folder / "s.toml").write_text(SCENARIO.format(**keys))
    (folder / "s.h5").unlink(missing_ok=True)
    with subprocess.Popen([program, "run", "s.toml", "-o", "s.h5", "--force", "-q"], cwd=folder,
                          stderr=subprocess.PIPE, text=True) as going:
        while not (folder / "s.h5").exists() or (folder / "s.h5").stat().st_size < 100e3:
            assert going.poll() is None
        with open(folder / "long.npy", "r+b") as f:
            f.truncate(128 + 64)
        error = going.stderr.read()
        status = going.wait()
    assert status == 4 and "long.npy: ends before row" in error and "shorter than when it was opened" in error, error
    with h5py.File(folder / "s.h5") as f:
        assert len(f["time"]) > 100 and f.attrs["outcome"] == "failed"


def little_memory(program: str, folder: Path) -> None:
    n, rows = 1000, 26000
    x = np.lib.format.open_memmap(folder / "big.npy", mode="w+", dtype=np.float64, shape=(rows, n))
    for k in range(0, rows, 1000):
        x[k:k + 1000] = k
    del x
    assert (folder / "big.npy").stat().st_size > 200e6
    np.save(folder / "big_y.npy", np.zeros((rows, 2)))
    np.save(folder / "small.npy", np.ones((100, n)))
    np.save(folder / "small_y.npy", np.zeros((100, 2)))

    def peak(name: str) -> int:
        code = ("import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True); "
                "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
        keys = {"inputs": f'{{ path = "{name}.npy" }}', "targets": f'{{ path = "{name}_y.npy" }}', "n": n, "end": 200,
                "order": "shuffled", "stream": "true", "more": 'scale = "zscore"', "variables": '"batch_loss"'}
        (folder / "s.toml").write_text(SCENARIO.format(**keys))
        done = subprocess.run([sys.executable, "-c", code, program, "run", "s.toml", "-o", "s.h5", "--force", "-q"],
                              cwd=folder, check=True, capture_output=True, text=True)
        return int(done.stdout.split()[-1]) * 1024

    small, big = peak("small"), peak("big")
    print(f"peak resident: {small / 1e6:.1f} MB with 100 rows, {big / 1e6:.1f} MB with a file of 208 MB")
    assert big - small < 4e6, (small, big)  # 26000 rows: 24 bytes each and two batches


def main() -> int:
    program = str(Path(sys.argv[1]).resolve())
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        same_as_in_memory(program, folder)
        refusals(program, folder)
        cut_short(program, folder)
        little_memory(program, folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
