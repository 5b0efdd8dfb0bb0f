"""Results in memory as datasets, labelled as xarray labels the same result from a file."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

MISSING = -9223372036854775806  # netCDF's, of integers


def dataset(result: dict[str, Any]) -> xr.Dataset:
    """Of the compiled module's dimensions, axes, variables and attributes."""
    coordinates: dict[str, Any] = {name: (name, labels) for name, labels in result["dimensions"].items()}
    for name, (times, attributes) in result["axes"].items():
        coordinates[name] = (name, times, attributes)
    variables = {}
    for name, (dimensions, numbers, attributes) in result["variables"].items():
        if numbers.dtype.kind == "i" and (numbers == MISSING).any():
            numbers = np.where(numbers == MISSING, np.nan, numbers)
        variables[name] = (dimensions, numbers, attributes)
    return xr.Dataset(variables, coordinates, result["attributes"])
