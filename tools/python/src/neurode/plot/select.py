"""What of a file is drawn: variables by name, elements, samples, a range of time."""

import re
from dataclasses import dataclass
from os import PathLike

import numpy as np
import xarray as xr

from neurode.errors import UsageError
from neurode.files import UnknownName, load, time_axis
from neurode.plot.style import in_decades
from neurode.plot.thin import window

Data = xr.Dataset | str | PathLike
Between = tuple[float | None, float | None] | None


def opened(data: Data) -> xr.Dataset:
    return data if isinstance(data, xr.Dataset) else load(data)


@dataclass
class Course:
    """A recorded variable over time, with the elements that are to be drawn; numbers are not read yet."""

    variable: xr.DataArray  # (time, ...)
    time: np.ndarray
    axis: xr.DataArray  # the time axis, for its unit
    names: list[str]  # of the elements, in their order in `variable`
    of: str  # what the names are numbers of: "hidden", "sample"
    note: str  # what was left out
    decades: bool  # whether times are better seen in decades


def recorded(data: xr.Dataset) -> list[str]:
    """Names of the variables that were recorded over time, without those of spikes."""
    return [str(n) for n, v in data.data_vars.items() if time_axis(v) and not is_spikes(str(n))]


def is_spikes(name: str) -> bool:
    return name.endswith((".spike_neuron", ".spike_sample"))


def is_weights(variable: xr.DataArray) -> bool:
    """(time, post, pre), or weights of single connections."""
    return str(variable.name).endswith(".weights")


def find(data: xr.Dataset, name: str) -> tuple[xr.DataArray, list[int]]:
    """The variable of a name like "hidden.a" or "hidden.a[3]", and the numbers in brackets. Raises UnknownName."""
    match = re.fullmatch(r"(.*)\[([\d,\s]+)\]", name)
    if name in data.data_vars or not match:
        if name not in data.data_vars:
            raise UnknownName("variable", name, [str(n) for n in data.data_vars])
        return data[name], []
    if match[1] not in data.data_vars:
        raise UnknownName("variable", match[1], [str(n) for n in data.data_vars])
    return data[match[1]], [int(k) for k in match[2].split(",")]


def course(data: xr.Dataset, name: str, most: int, sample: int | None = None, between: Between = None) -> Course:
    """A variable by its name, with at most `most` elements: evenly spread ones where there are more. Of several samples
    the first is taken where all do not fit. Raises UnknownName or UsageError."""
    variable, numbers = find(data, name)
    axis = time_axis(variable)
    if axis is None:
        raise UsageError(f'"{name}" was not recorded over time')
    time = np.asarray(data[axis].values, dtype=float)
    rows = window(time, between)
    variable = variable.isel({axis: rows})
    notes = []
    if numbers:
        variable = _elements(variable, numbers, name)
        notes.append(name[len(str(variable.name)) :])
    variable, note = _of_samples(variable, most, sample)
    notes.append(note)
    variable, note = _spread(variable, most)
    notes.append(note)
    dims = [str(d) for d in variable.dims[1:]]
    shown = [d for d in dims if variable.sizes[d] > 1] or dims[-1:]
    labels = [[str(x) for x in variable[d].values] for d in dims if d in shown]
    names = [""]
    for each in labels:
        names = [f"{a}, {b}" if a else b for a in names for b in each]
    decades = between is None and in_decades(time, "loss" in data)
    note = ", ".join(n for n in notes if n)
    return Course(variable, time[rows], data[axis], names, ", ".join(shown), note, decades)


def snapshot(data: xr.Dataset, variable: xr.DataArray, at: float | None) -> tuple[xr.DataArray, str]:
    """A variable at the recorded time nearest to `at` (default: the last), and that time as a text."""
    axis = time_axis(variable)
    if axis is None:
        return variable, ""
    time = np.asarray(data[axis].values, dtype=float)
    if len(time) == 0:
        raise UsageError(f'of "{variable.name}" nothing was recorded')
    k = len(time) - 1 if at is None else int(np.argmin(np.abs(time - at)))
    unit = str(data[axis].attrs.get("units", ""))
    return variable.isel({axis: k}), f"t = {time[k]:.6g}" + (f" {unit}" if unit not in ("", "1") else "")


def _elements(variable: xr.DataArray, numbers: list[int], name: str) -> xr.DataArray:
    """One number chooses a neuron (the last dimension), two a weight."""
    dims = [str(d) for d in variable.dims[1:]]
    if len(numbers) > len(dims):
        raise UsageError(
            f'"{name}": "{variable.name}" has no such element; its dimensions are {", ".join(dims) or "none"}'
        )
    for dim, number in zip(dims[-len(numbers) :], numbers):
        variable = _one(variable, dim, number)
    return variable


def _one(variable: xr.DataArray, dim: str, number: int) -> xr.DataArray:
    labels = variable[dim].values
    at = np.flatnonzero(labels == number)
    if len(at) == 0:
        raise UsageError(
            f'dimension "{dim}" has no element {number}; it has {len(labels)} of them, from {labels[0]} to {labels[-1]}'
        )
    return variable.isel({dim: slice(int(at[0]), int(at[0]) + 1)})


def _of_samples(variable: xr.DataArray, most: int, sample: int | None) -> tuple[xr.DataArray, str]:
    if "sample" not in variable.dims:
        return variable, ""
    if sample is not None:
        return _one(variable, "sample", sample), f"sample {sample}"
    others = int(np.prod([variable.sizes[d] for d in variable.dims[1:] if d != "sample"], dtype=int))
    if variable.sizes["sample"] * others <= most or others == 1:
        return variable, ""
    return variable.isel(sample=slice(0, 1)), f"sample {variable['sample'].values[0]}"


def _spread(variable: xr.DataArray, most: int) -> tuple[xr.DataArray, str]:
    """Thins the longest dimensions out until at most `most` elements are left."""
    whole = int(np.prod(variable.shape[1:], dtype=int))
    while int(np.prod(variable.shape[1:], dtype=int)) > most:
        dim = max(variable.dims[1:], key=lambda d: variable.sizes[d])
        size = variable.sizes[dim]
        rest = int(np.prod(variable.shape[1:], dtype=int)) // size
        step = -(-size // max(1, most // rest))
        variable = variable.isel({dim: slice(0, None, step)})
    left = int(np.prod(variable.shape[1:], dtype=int))
    return variable, f"{left} of {whole}" if left < whole else ""
