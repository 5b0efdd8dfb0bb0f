"""What an export takes of a result: variables and a window of time; and the file it is written to."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path

import numpy as np
import xarray as xr

from neurode.errors import UsageError
from neurode.files import UnknownName, file_error, load, time_axis


@contextmanager
def selected(
    source: str | PathLike | xr.Dataset, variables: list[str] | None, time: tuple[float, float] | None
) -> Iterator[xr.Dataset]:
    """The variables (None: all) within the window of time, both ends included; numbers are read where they are used."""
    if isinstance(source, xr.Dataset):
        yield _chosen(source, variables, time)
        return
    with load(source) as data:
        yield _chosen(data, variables, time)


def _chosen(data: xr.Dataset, variables: list[str] | None, time: tuple[float, float] | None) -> xr.Dataset:
    known = [str(name) for name in data.data_vars]
    for name in variables or []:
        if name not in known:
            raise UnknownName("variable", name, known)
    data = data[list(dict.fromkeys(variables))] if variables else data
    if not data.data_vars:
        raise UsageError("there are no variables to export")
    for axis in axes(data):
        if not np.issubdtype(data[axis].dtype, np.floating):
            raise UsageError(f'"{axis}" is {data[axis].dtype}, no plain numbers: open the file with decode_times=False')
        if time is None:
            continue
        first, last = time
        inside = np.flatnonzero((data[axis].values >= first) & (data[axis].values <= last))
        if inside.size == 0:
            raise UsageError(f'no point of "{axis}" lies between {first} and {last}')
        data = data.isel({axis: slice(int(inside[0]), int(inside[-1]) + 1)})
    return data


def axes(data: xr.Dataset) -> list[str]:
    """The time axes of a dataset's variables, in order of appearance."""
    return list(dict.fromkeys(axis for v in data.data_vars.values() if (axis := time_axis(v)) is not None))


def time_first(variable: xr.DataArray) -> xr.DataArray:
    """With time as the first dimension, where it has one."""
    axis = time_axis(variable)
    return variable if axis is None else variable.transpose(axis, ...)


def labels(variable: xr.DataArray, dimension: str) -> np.ndarray:
    """Numbers of the elements along a dimension; times along a time axis."""
    if dimension in variable.coords:
        return variable.coords[dimension].values
    return np.arange(variable.sizes[dimension])


def attributes(data: xr.Dataset | xr.DataArray) -> dict[str, str | int | float | list]:
    """Attributes as plain values of Python."""
    return {str(k): v.tolist() if isinstance(v, (np.ndarray, np.generic)) else v for k, v in data.attrs.items()}


def file_name(name: str) -> str:
    """A variable's name as a file's, as `neurode export` makes it."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-+") else "_" for c in name.replace(" -> ", "_to_"))
    return "_" + plain[1:] if plain.startswith(".") else plain


@contextmanager
def new_file(path: str | PathLike, overwrite: bool) -> Iterator[Path]:
    """Where to write: a hidden file beside `path`, which gets its name when all is written, and goes if that fails."""
    path = Path(path)
    if path.exists() and not overwrite:
        raise file_error(path, "exists already; choose another name, or overwrite it (--force, overwrite=True)")
    part = path.with_name(f".{os.getpid()}.{path.name}")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
