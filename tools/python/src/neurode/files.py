"""Result files."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xarray as xr


def load(path: str | PathLike[str]) -> xr.Dataset:
    """Opens a result file, as far as it is written; numbers are read when they are used."""
    import xarray as xr

    return xr.open_dataset(path, engine="h5netcdf")
