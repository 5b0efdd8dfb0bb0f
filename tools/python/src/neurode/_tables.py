"""Results as tables of Arrow: a few megabytes at a time."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import xarray as xr

from neurode._selection import attributes, axes, labels, time_first
from neurode.dataset import MISSING
from neurode.errors import UsageError
from neurode.files import time_axis

NUMBERS_AT_ONCE = 4 * 1024 * 1024  # of a row group or record batch: 32 MB
MOST_COLUMNS = 20_000  # beyond that, readers of Parquet take minutes for the columns' names alone


@dataclass(frozen=True)
class Table:
    """A table to be written: `columns(first, last)` are the numbers of a range of its `steps`, each of `rows` rows."""

    name: str
    fields: list[pa.Field]
    steps: int
    rows: int
    columns: Callable[[int, int], list[np.ndarray]]

    def batches(self, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
        """All of it, in parts."""
        at_once = max(1, NUMBERS_AT_ONCE // max(1, self.rows * len(self.fields)))
        for first in range(0, self.steps, at_once):
            columns = self.columns(first, min(first + at_once, self.steps))
            yield pa.record_batch([_array(c) for c in columns], schema=schema)

    def schema(self, data: xr.Dataset) -> pa.Schema:
        """With the attributes of the file as JSON."""
        return pa.schema(self.fields, metadata={"neurode": json.dumps(attributes(data))})


def tables(data: xr.Dataset, tidy: bool) -> list[Table]:
    """Wide: one for each time axis, a row a point in time, a column an element; one for each variable without time.
    Tidy: one for each set of dimensions, a row an element, its labels first."""
    if not tidy:
        timeless = [v for v in data.data_vars.values() if time_axis(v) is None]
        return [_wide(data, axis) for axis in axes(data)] + [_tidy(str(v.name), [v]) for v in timeless]
    groups: dict[tuple, list[xr.DataArray]] = {}
    for v in data.data_vars.values():
        groups.setdefault(time_first(v).dims, []).append(time_first(v))
    return [_tidy("-".join(map(str, dims)) or "scalars", group) for dims, group in groups.items()]


def _wide(data: xr.Dataset, axis: str) -> Table:
    variables = [time_first(v) for v in data.data_vars.values() if time_axis(v) == axis]
    times = data[axis].values
    count = 1 + sum(v.size // max(1, times.size) for v in variables)
    if count > MOST_COLUMNS:
        raise UsageError(
            f'a wide table on "{axis}" would have {count} columns, more than {MOST_COLUMNS}; choose fewer variables, '
            "or a tidy table, which has a row for each element (--tidy, tidy=True)"
        )
    fields = [_field(data[axis], axis)]
    for v in variables:
        fields += [_field(v, name) for name in _element_names(v)]

    def columns(first: int, last: int) -> list[np.ndarray]:
        out = [times[first:last]]
        for v in variables:
            out += list(v[first:last].values.reshape(last - first, -1).T)
        return out

    return Table(axis, fields, times.size, 1, columns)


def _element_names(v: xr.DataArray) -> list[str]:
    """NAME, or NAME[i, j] for each element along the dimensions behind the first, as in the CSV of `neurode export`."""
    names = [""]
    for d in v.dims[1:]:
        names = [f"{before}, {label}" if before else str(label) for before in names for label in labels(v, str(d))]
    return [f"{v.name}[{n}]" for n in names] if v.ndim > 1 else [str(v.name)]


def _tidy(name: str, variables: list[xr.DataArray]) -> Table:
    """Variables of the same dimensions."""
    v = variables[0]
    axis = [labels(v, str(d)) for d in v.dims]
    steps, behind = (v.shape[0], v.shape[1:]) if v.ndim else (1, ())
    rows = int(np.prod(behind, dtype=int))
    fields = [_field(v.coords[d] if d in v.coords else None, str(d)) for d in v.dims]
    fields += [_field(variable, str(variable.name)) for variable in variables]

    def columns(first: int, last: int) -> list[np.ndarray]:
        out = []
        for i, along in enumerate(axis):
            along = along[first:last] if i == 0 else along
            shape = [1] * v.ndim
            shape[i] = along.size
            out.append(np.broadcast_to(along.reshape(shape), (last - first, *behind)).ravel())
        return out + [(each[first:last] if each.ndim else each).values.ravel() for each in variables]

    return Table(name, fields, steps, rows, columns)


def _field(v: xr.DataArray | None, name: str) -> pa.Field:
    if v is None:
        return pa.field(name, pa.int64())
    about = {key: str(v.attrs[key]) for key in ("units", "long_name") if v.attrs.get(key)}
    return pa.field(name, pa.from_numpy_dtype(v.dtype.newbyteorder("=")), metadata={**about, "variable": str(v.name)})


def _array(column: np.ndarray) -> pa.Array:
    column = np.ascontiguousarray(column)
    return pa.array(column, mask=column == MISSING if column.dtype == np.int64 else None)
