"""Weights and biases: over time, and as matrices."""

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, MaxNLocator

from neurode.errors import UsageError
from neurode.plot import style
from neurode.plot.activity import traces
from neurode.plot.select import Between, Data, course, find, opened, snapshot
from neurode.plot.thin import COLUMNS, bins, blocks

BANDS = ((0, 100), (5, 95), (25, 75))  # percentiles


def weights(data: Data, variable: str, *, between: Between = None, ax: Axes | None = None) -> Axes:
    """Weights over time: a line each, or where they are many the range of all, of nine tenths and of half of them."""
    data = opened(data)
    ax = ax or plt.gca()
    found, chosen = find(data, variable)
    count = int(np.prod(found.shape[1:], dtype=int))
    if count <= 2 * style.MOST_LINES or chosen:
        return traces(data, variable, between=between, most=2 * style.MOST_LINES, ax=ax)
    c = course(data, variable, count, None, between)
    edges = np.arange(len(c.time) + 1) if len(c.time) <= COLUMNS // 2 else bins(c.time, COLUMNS // 2, c.decades)
    at = edges[:-1]
    levels = sorted({p for band in BANDS for p in band} | {50})
    lines = np.empty((len(levels), len(at)))
    for first, last in blocks(edges, found.dtype.itemsize * count):
        values = c.variable[edges[first] : edges[last]].values.reshape(-1, count)[at[first:last] - edges[first]]
        lines[:, first:last] = np.nanpercentile(values, levels, axis=1)
    of = dict(zip(levels, lines))
    for k, (low, high) in enumerate(BANDS):
        name = "all" if (low, high) == (0, 100) else f"{high - low} % of them"
        ax.fill_between(c.time[at], of[low], of[high], color=style.colour(0), alpha=0.15 + 0.15 * k, lw=0, label=name)
    ax.plot(c.time[at], of[50], color="black", label="median")
    ax.axhline(0, color=style.GREY, lw=0.6, zorder=0)
    ax.set_xlabel(style.time_label(c.axis))
    ax.set_ylabel(style.short_label(found))
    ax.set_title(style.title(found, f"{count} of them"))
    style.time_scale(ax, c.time, c.decades)
    style.legend(ax, outside=True)
    return ax


def weight_matrix(data: Data, variable: str, *, at: float | None = None, ax: Axes | None = None) -> Axes:
    """Weights as a matrix, receiving neurons downwards and sending ones to the right, at the recorded time nearest to
    `at` (default: the last). White is 0."""
    data = opened(data)
    ax = ax or plt.gca()
    found, _ = find(data, variable)
    found, note = snapshot(data, found, at)
    if found.ndim != 2:
        raise UsageError(f'"{variable}" is no matrix: its dimensions are {", ".join(map(str, found.dims)) or "none"}')
    values = found.values
    finite = np.abs(values[np.isfinite(values)])
    limit = float(finite.max()) if finite.size and finite.max() > 0 else 1.0
    image = ax.imshow(values, cmap=style.DIVERGING, vmin=-limit, vmax=limit, aspect="auto", interpolation="nearest")
    ax.figure.colorbar(image, ax=ax, label=style.short_label(found), pad=0.02)
    ax.set_ylabel(f"to: {found.dims[0]}")
    ax.set_xlabel(f"from: {str(found.dims[1]).removesuffix('_pre')}")
    for each, size in ((ax.yaxis, values.shape[0]), (ax.xaxis, values.shape[1])):
        each.set_major_locator(FixedLocator(range(size)) if size <= 10 else MaxNLocator(integer=True))
    ax.set_title(f"{str(found.name).removesuffix('.weights')}{', ' * bool(note)}{note}")
    return ax
