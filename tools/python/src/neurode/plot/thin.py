"""Recordings of any length as the few points that a picture shows."""

from collections.abc import Iterator

import numpy as np
import xarray as xr

from neurode.errors import UsageError

COLUMNS = 800  # of pixels, across the axes
BLOCK = 64 << 20  # bytes read at once


def window(time: np.ndarray, between: tuple[float | None, float | None] | None) -> slice:
    """The rows of a time axis that lie in a range; both ends belong to it. Raises UsageError if there is none."""
    low, high = between or (None, None)
    if low is not None and high is not None and low > high:
        raise UsageError(f"the time window starts at {low:g} and ends before that, at {high:g}")
    first = 0 if low is None else int(np.searchsorted(time, low, "left"))
    last = len(time) if high is None else int(np.searchsorted(time, high, "right"))
    if first >= last:
        ends = ["" if low is None else f"from {low:g}", "" if high is None else f"to {high:g}"]
        found = f"it runs from {time[0]:g} to {time[-1]:g}" if len(time) else "nothing was recorded"
        raise UsageError(
            f"no point of time lies in the window {' '.join(e for e in ends if e)}".rstrip() + f"; {found}"
        )
    return slice(first, last)


def bins(time: np.ndarray, columns: int, log: bool = False) -> np.ndarray:
    """Where each of the columns that are not empty begins in a time axis, and its end."""
    x = np.log(np.maximum(time, time[time > 0][0])) if log else time
    edges = np.searchsorted(x, np.linspace(x[0], x[-1], columns + 1)[1:-1], "left")
    return np.unique(np.concatenate([[0], edges, [len(time)]]))


def blocks(edges: np.ndarray, bytes_a_row: int) -> Iterator[tuple[int, int]]:
    """Runs of whole columns, as many as may be read at once: pairs of indices into `edges`."""
    most = max(1, BLOCK // max(1, bytes_a_row))
    first = 0
    while first < len(edges) - 1:
        last = int(np.searchsorted(edges, edges[first] + most, "right")) - 1
        last = min(max(last, first + 1), len(edges) - 1)
        yield first, last
        first = last


def thinned(variable: xr.DataArray, time: np.ndarray, columns: int = COLUMNS, log: bool = False) -> tuple[list, list]:
    """Times and values of each element of a variable (time, element), with at most two points a pixel column: the
    smallest and the largest value there, and the first and the last of all. Short recordings stay whole."""
    count = int(np.prod(variable.shape[1:], dtype=int))
    if len(time) <= 2 * columns:
        values = variable.values.reshape(len(time), count)
        return [time] * count, list(values.T)
    edges = bins(time, columns, log)
    kept: list[list[np.ndarray]] = [[] for _ in range(count)]
    numbers: list[list[np.ndarray]] = [[] for _ in range(count)]
    for first, last in blocks(edges, variable.dtype.itemsize * count):
        start = edges[first]
        values = variable[start : edges[last]].values.reshape(-1, count)
        for k in range(first, last):
            piece = values[edges[k] - start : edges[k + 1] - start]
            both = np.sort([_place(np.argmin, piece, np.inf), _place(np.argmax, piece, -np.inf)], axis=0)
            for element in range(count):
                rows = set(both[:, element].tolist())
                rows |= ({0} if k == 0 else set()) | ({len(piece) - 1} if k == len(edges) - 2 else set())
                at = np.array(sorted(rows))
                kept[element].append(at + edges[k])
                numbers[element].append(piece[at, element])
    return [time[np.concatenate(k)] for k in kept], [np.concatenate(n) for n in numbers]


def _place(find, piece: np.ndarray, instead: float) -> np.ndarray:
    return find(np.where(np.isnan(piece), instead, piece), axis=0)


def averaged(variable: xr.DataArray, time: np.ndarray, columns: int, rows: int, log: bool) -> tuple:
    """A variable (time, element) for a map of at most columns x rows: the means over the columns of time and over
    neighbouring elements. Gives the means (row, column), the edges of the columns in time, and how many elements a row
    stands for."""
    size = variable.shape[1]
    group = -(-size // rows)
    starts = np.arange(0, size, group)
    members = np.diff(np.append(starts, size))
    edges = np.arange(len(time) + 1) if len(time) <= columns else bins(time, columns, log)
    out = np.empty((len(starts), len(edges) - 1))
    for first, last in blocks(edges, variable.dtype.itemsize * size):
        values = variable[edges[first] : edges[last]].values
        sums = np.add.reduceat(values, edges[first:last] - edges[first], axis=0)
        means = sums / np.diff(edges[first : last + 1])[:, None]
        out[:, first:last] = (np.add.reduceat(means, starts, axis=1) / members).T
    return out, borders(time)[edges], group


def borders(centres: np.ndarray) -> np.ndarray:
    """Edges of cells around points: half way between neighbours."""
    if len(centres) == 1:
        return np.array([centres[0] - 0.5, centres[0] + 0.5])
    middle = 0.5 * (centres[1:] + centres[:-1])
    return np.concatenate([[1.5 * centres[0] - 0.5 * centres[1]], middle, [1.5 * centres[-1] - 0.5 * centres[-2]]])


def distinct(x: np.ndarray, y: np.ndarray, columns: int, rows: int) -> np.ndarray:
    """Indices of points of which no two fall onto the same pixel."""
    if len(x) <= columns:
        return np.arange(len(x))
    width, height = np.ptp(x) or 1.0, np.ptp(y) or 1.0
    column = np.floor((x - x.min()) / width * columns).astype(np.int64)
    row = np.floor((y - y.min()) / height * rows).astype(np.int64)
    return np.sort(np.unique(column * (rows + 1) + row, return_index=True)[1])
