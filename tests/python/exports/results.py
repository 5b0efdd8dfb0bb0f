"""What the tests of exports share: results to export, and what h5py says of them. The program is the first argument."""

import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = str(Path(sys.argv.pop(1)).resolve()) if len(sys.argv) > 1 else "neurode"

HIDDEN = {"CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST"}  # attributes of HDF5's and netCDF's own


def run(scenario: str | Path, folder: Path, *options: str) -> Path:
    """Runs one of scenarios/, or a file; the result."""
    path = ROOT / "scenarios" / f"{scenario}.toml" if isinstance(scenario, str) else scenario
    result = folder / f"{path.stem}.h5"
    subprocess.run([PROGRAM, "run", str(path), "-o", str(result), "-q", "--force", *options], check=True, timeout=300)
    return result


def attributes(owner: h5py.File | h5py.Dataset) -> dict:
    """As plain values."""
    out = {}
    for name, value in owner.attrs.items():
        if name in HIDDEN or name.startswith(("_Netcdf4", "_NC")):
            continue
        if isinstance(value, h5py.Empty):
            value = np.array([])
        out[name] = value.decode() if isinstance(value, bytes) else value
    return out


def is_scale(dataset: h5py.Dataset) -> bool:
    """Is it a time axis, or the labels of a dimension? (h5py of Debian 12 has no Dataset.is_scale.)"""
    return h5py.h5ds.is_scale(dataset.id)


def dims(dataset: h5py.Dataset) -> list[str]:
    """Names of a variable's dimensions."""
    if is_scale(dataset):
        return [dataset.name.lstrip("/")]
    return [d[0].name.lstrip("/") for d in dataset.dims]
