"""What the modules of applications share: running a scenario, a row of the table, printing rows."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import h5py

SCENARIOS = Path(__file__).resolve().parents[3] / "scenarios"
KEYS = ("task", "data", "rule", "result", "value", "target", "reached", "reason", "baseline", "rhs", "seconds")


def run(neurode: str, scenario: Path, result: Path, *sets: str) -> h5py.File:
    """Runs a scenario with overrides KEY=VALUE, which may name any file, on one thread; its result file, open. Raises
    CalledProcessError."""
    command = [neurode, "run", str(scenario), "-o", str(result), "--force", "-q", "--allow-outside"]
    for text in sets:
        command += ["--set", text]
    subprocess.run(command, env={**os.environ, "OMP_NUM_THREADS": "1"}, check=True)
    return h5py.File(result)


def attributes(neurode: str, scenario: Path, result: Path, *sets: str) -> dict:
    """Runs a scenario; the attributes of its result file."""
    with run(neurode, scenario, result, *sets) as file:
        return {key: value.item() if getattr(value, "ndim", 1) == 0 else value for key, value in file.attrs.items()}


def row(task: str, data: str, rule: str, result: str, value: float, target: str, reached: bool, reason: str,
        baseline: str, rhs: int, seconds: float) -> dict:  # fmt: skip
    """One row of the table, with KEYS. `reason` says why a target was not reached; it is left out of others."""
    why = "" if reached else reason
    cells = (task, data, rule, result, float(value), target, bool(reached), why, baseline, int(rhs), float(seconds))
    return dict(zip(KEYS, cells, strict=True))


def main(rows: Callable[[str, Path, bool], list[dict]], *tables: str) -> int:
    """MODULE.py NEURODE [--short]: prints the rows of a module, and the texts of these names that it writes beside."""
    with tempfile.TemporaryDirectory() as folder:
        for entry in rows(sys.argv[1], Path(folder), "--short" in sys.argv):
            print("\n".join(f"{key:9} {value}" for key, value in entry.items()), end="\n\n")
        for name in tables:
            print((Path(folder) / name).read_text())
    return 0
