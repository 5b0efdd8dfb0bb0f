"""Activity over time: traces, rasters of spikes, maps of many neurons."""

import re

import numpy as np
import xarray as xr
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from neurode.errors import UsageError
from neurode.files import UnknownName
from neurode.plot import style
from neurode.plot.select import Between, Data, course, find, opened, snapshot
from neurode.plot.thin import averaged, distinct, thinned, window

MAP_COLUMNS, MAP_ROWS = 1000, 500
SPIKES = ".spike_neuron"


def traces(
    data: Data,
    variable: str,
    *,
    sample: int | None = None,
    between: Between = None,
    most: int = style.MOST_LINES,
    ax: Axes | None = None,
) -> Axes:
    """A variable over time, a line an element: "hidden.a" or "hidden.a[3]". Of more than `most` elements evenly spread
    ones are drawn; of several samples the first, where all would be too many."""
    data = opened(data)
    ax = ax or plt.gca()
    c = course(data, variable, most, sample, between)
    times, values = thinned(c.variable, c.time, log=c.decades)
    points = sum(map(len, times))
    for k, (t, v) in enumerate(zip(times, values)):
        (line,) = ax.plot(t, v, color=style.colour(k), linestyle=style.dash(k, len(values), v), label=c.names[k])
        style.lighten(line, points)
    ax.set_xlabel(style.time_label(c.axis))
    ax.set_ylabel(style.short_label(c.variable))
    ax.set_title(style.title(c.variable, c.note))
    style.time_scale(ax, c.time, c.decades)
    if len(values) > 1:
        style.legend(ax, c.of, outside=True)
    return ax


def spiking(data: xr.Dataset) -> list[str]:
    """The populations whose spikes were recorded."""
    return [str(n).removesuffix(SPIKES) for n in data.data_vars if str(n).endswith(SPIKES)]


def raster(
    data: Data,
    population: str | None = None,
    *,
    sample: int | None = None,
    between: Between = None,
    ax: Axes | None = None,
) -> Axes:
    """The spikes of a population (default: the first that has any recorded), a row a neuron."""
    data = opened(data)
    ax = ax or plt.gca()
    populations = spiking(data)
    if not populations:
        raise UsageError("no spikes were recorded")
    population = populations[0] if population is None else population.removesuffix(SPIKES).removesuffix(".spikes")
    if population not in populations:
        raise UnknownName("population with recorded spikes", population, populations)
    axis = data[f"{population}.spike_time"]
    time = np.asarray(axis.values, dtype=float)
    rows = window(time, between) if len(time) else slice(0, 0)
    time, neuron = time[rows], np.asarray(data[population + SPIKES][rows].values, dtype=float)
    note = ""
    if f"{population}.spike_sample" in data:
        samples = np.asarray(data[f"{population}.spike_sample"][rows].values)
        sample = int(sample or 0)
        time, neuron, note = time[samples == sample], neuron[samples == sample], f", sample {sample}"
    count = len(time)
    if count:
        kept = distinct(time, neuron, 2400, 800)
        time, neuron = time[kept], neuron[kept]
    labels = data[population].values if population in data.coords else np.zeros(1)
    neurons = int(max(labels.max(), neuron.max() if len(neuron) else 0)) + 1
    height = ax.get_window_extent().height * 72 / ax.figure.dpi  # points
    size = float(np.clip(0.8 * height / neurons, 1.0, 9.0))
    bar = size > 3
    (line,) = ax.plot(
        time,
        neuron,
        "|" if bar else "o",
        color="black",
        markersize=size,
        markeredgewidth=0.7 if bar else 0,
        label=population,
    )
    style.lighten(line, 4 * len(time))
    ax.set_xlabel(style.time_label(axis))
    ax.set_ylabel(f"neuron of {population}")
    ax.set_ylim(-0.5, neurons - 0.5)
    ax.set_xlim(*_span(data, between))
    ax.yaxis.get_major_locator().set_params(integer=True)
    ax.set_title(f"{count} spikes of {population}{note}")
    return ax


def _span(data: xr.Dataset, between: Between) -> Between:
    """From where to where a run went, as far as its file tells."""
    low, high = between or (None, None)
    starts = [float(v.values[0]) for n, v in data.coords.items() if str(n).startswith("time") and v.size]
    return low if low is not None else min(starts, default=None), high if high is not None else data.attrs.get(
        "time_reached"
    )


def heat_map(
    data: Data, variable: str, *, sample: int | None = None, between: Between = None, ax: Axes | None = None
) -> Axes:
    """A variable as colours, time to the right and a row a neuron; of one neuron a row a sample. Means, where there are
    more of them than pixels."""
    data = opened(data)
    ax = ax or plt.gca()
    found, _ = find(data, variable)
    whole = int(np.prod(found.shape[1:], dtype=int))
    neurons = whole // found.sizes.get("sample", 1)
    c = course(data, variable, neurons if neurons > 1 else whole, sample, between)
    sizes = {d: c.variable.sizes[d] for d in c.variable.dims[1:]}
    rows_of = [d for d, size in sizes.items() if size > 1] or list(sizes)[-1:]
    if len(rows_of) != 1:
        raise UsageError(
            f'"{variable}" is not of neurons over time: its dimensions are {", ".join(map(str, found.dims))}'
        )
    flat = c.variable.isel({d: 0 for d in sizes if d != rows_of[0]})
    means, edges, group = averaged(flat, c.time, MAP_COLUMNS, MAP_ROWS, c.decades)
    rows = np.append(np.arange(0, flat.shape[1], group), flat.shape[1]) - 0.5
    signed = _around_zero(means)
    limit = np.nanmax(np.abs(means)) if signed else None
    mesh = ax.pcolormesh(
        edges,
        rows,
        np.ma.masked_invalid(means),
        cmap=style.DIVERGING if signed else style.SEQUENTIAL,
        vmin=-limit if signed else None,
        vmax=limit,
        rasterized=True,
    )
    ax.figure.colorbar(mesh, ax=ax, label=style.label(c.variable), pad=0.01)
    ax.set_xlabel(style.time_label(c.axis))
    ax.set_ylabel(c.of)
    style.time_scale(ax, c.time, c.decades)
    ax.yaxis.get_major_locator().set_params(integer=True)
    ax.yaxis.set_major_formatter(lambda y, _: c.names[int(y)] if 0 <= y < len(c.names) else "")
    ax.set_title(style.title(c.variable, ", ".join(n for n in (c.note, f"means of {group}" if group > 1 else "") if n)))
    return ax


def _around_zero(values: np.ndarray) -> bool:
    """Whether 0 is the middle of what is shown, as it is of tanh units and not of membrane potentials."""
    finite = values[np.isfinite(values)]
    return bool(
        finite.size and finite.min() < 0 < finite.max() and abs(np.median(finite)) < 0.25 * np.abs(finite).max()
    )


def episode(data: Data, variable: str, *, at: float | None = None, ax: Axes | None = None) -> Axes:
    """What a population did over the episode that learning had come to at time `at` (default: the last), and, dashed,
    what it was to do."""
    data = opened(data)
    ax = ax or plt.gca()
    found, _ = find(data, variable)
    instants = next((d for d in found.dims if str(d).startswith("instant")), None)
    if instants is None:
        raise UsageError(f'"{variable}" is no episode: its dimensions are {", ".join(map(str, found.dims))}')
    now, note = snapshot(data, found, at)
    target = snapshot(data, data[f"{variable}_target"], at)[0] if f"{variable}_target" in data else None
    neurons = next(d for d in now.dims if d != instants)
    count, samples = _instants(found, now.sizes[instants])
    names = [f"{n}" + f", {s}" * (samples > 1) for n in now[neurons].values for s in range(samples)]
    values, wanted = (
        None if v is None else v.transpose(neurons, instants).values.reshape(-1, count, samples) for v in (now, target)
    )
    for k, name in enumerate(names[: style.MOST_LINES]):
        neuron, sample = divmod(k, samples)
        ax.plot(values[neuron, :, sample], color=style.colour(k), label=name)
        if wanted is not None:
            told = "target" if k == 0 else "_nolegend_"
            ax.plot(wanted[neuron, :, sample], color=style.colour(k), linestyle=style.DASHES[1], lw=0.8, label=told)
    ax.set_xlabel("instant of the episode")
    ax.set_ylabel(style.short_label(found))
    ax.set_title(style.title(found, note))
    ax.margins(x=0)
    style.legend(ax, f"{neurons}" + ", sample" * (samples > 1), outside=True)
    return ax


def _instants(variable: xr.DataArray, size: int) -> tuple[int, int]:
    """How many instants and samples a dimension holds, the samples of an instant side by side."""
    told = re.search(r"at (\d+) equally spaced instants", str(variable.attrs.get("long_name", "")))
    count = int(told[1]) if told and size % int(told[1]) == 0 else size
    return count, size // count
