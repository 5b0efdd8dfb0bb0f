"""What the torture tests share: runs of the program, and results compared dataset by dataset, byte by byte."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import h5py

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Case:
    """A scenario with overrides that make it last some tenths of a second."""

    scenario: str
    set: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return " ".join([self.scenario, *(f"{k}={v}" for k, v in self.set.items())])

    def arguments(self) -> list[str]:
        out = [str(ROOT / "scenarios" / f"{self.scenario}.toml")]
        for key, value in self.set.items():
            out += ["--set", f"{key}={value}"]
        return out


def datasets(path: Path) -> dict[str, bytes]:
    """Name -> shape, type and bytes, of everything that was recorded."""
    with h5py.File(path, "r") as f:
        return {
            name: repr((d.shape, d.dtype.str)).encode() + d[()].tobytes()
            for name, d in f.items()
            if isinstance(d, h5py.Dataset)
        }


def differences(a: dict[str, bytes], b: dict[str, bytes]) -> list[str]:
    return sorted(name for name in a.keys() | b.keys() if a.get(name) != b.get(name))


def outcome(path: Path) -> str:
    with h5py.File(path, "r") as f:
        return str(f.attrs["outcome"])


def run(program: str, *arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([program, *arguments], capture_output=True, text=True, env=env, timeout=300, check=False)
