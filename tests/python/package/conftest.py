"""What the tests of the Python package share: the program (NEURODE), and the scenarios."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def scenarios() -> Path:
    return ROOT / "scenarios"


@pytest.fixture
def neurode_program(tmp_path: Path):
    """Runs the program in the test's folder; returns what it printed."""

    def call(*arguments: str | os.PathLike[str]) -> str:
        done = subprocess.run(
            [os.environ["NEURODE"], *map(str, arguments)], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        return done.stdout

    return call


CELL = """
schema = 1
[population.p]
model = "fitzhugh_nagumo"
bias = 0.5
[integrator]
method = "dopri5"
rtol = 1e-8
[time]
end = 50
[record]
every = 0.5
"""


@pytest.fixture
def cell() -> str:
    """A FitzHugh-Nagumo cell that fires, as TOML text."""
    return CELL
