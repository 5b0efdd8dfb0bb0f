"""Files of other studies of `neurode analyze -o`: spectra, exponents, basins, scans."""

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import BoundaryNorm, ListedColormap

from neurode.errors import UsageError
from neurode.files import words
from neurode.plot import style
from neurode.plot.select import Data, opened
from neurode.plot.thin import COLUMNS, bins, borders


def spectrum(data: Data, *, ax: Axes | None = None) -> Axes:
    """Power over frequency, both logarithmic, with the maxima that the study found."""
    data = opened(data)
    ax = ax or plt.gca()
    f, power = data["frequency"].values, data["power"].values
    good = np.isfinite(power) & (f > 0) & (power > 0)
    f, power = f[good], power[good]
    if len(f) > 2 * COLUMNS:
        at = sorted({int(s + i) for s, i in _extremes(f, power)})
        f, power = f[at], power[at]
    ax.loglog(f, power, color=style.colour(0), lw=0.9, label="_nolegend_")
    peaks, heights = data["peak_frequency"].values, data["peak_power"].values
    there = np.isfinite(peaks)
    if there.any():
        ax.plot(peaks[there], heights[there], "v", color=style.COLOURS[3], markersize=5, label="maxima", zorder=4)
        first = int(np.flatnonzero(there)[0])
        unit = str(data["peak_frequency"].attrs.get("units", ""))
        text = f"{peaks[first]:.5g} {unit}".strip()
        ax.annotate(text, (peaks[first], heights[first]), xytext=(6, 2), textcoords="offset points", fontsize=7)
    if len(power):
        # Rounding and windows leave a floor far below what recurs.
        floor = max(power.min(), 1e-12 * power.max())
        ax.set_ylim(bottom=floor / 2)
        ax.set_xlim(f[0], 1.2 * f[np.flatnonzero(power >= floor)[-1]])
    ax.set_xlabel(style.label(data["frequency"], "frequency"))
    ax.set_ylabel("power per unit of frequency")
    ax.set_title(f"Power spectrum of {data.attrs.get('of', 'the state')}")
    return ax


def _extremes(f: np.ndarray, power: np.ndarray) -> list[tuple[int, int]]:
    edges = bins(f, COLUMNS, log=True)
    out = [(0, 0), (len(f) - 1, 0)]
    for a, b in zip(edges[:-1], edges[1:]):
        out += [(a, int(np.argmin(power[a:b]))), (a, int(np.argmax(power[a:b])))]
    return out


def course_of_period(data: Data, *, ax: Axes | None = None) -> Axes:
    """One period of what the section is crossed by, from a crossing on."""
    data = opened(data)
    ax = ax or plt.gca()
    if "course" not in data:
        raise UsageError("the file has no course of the period; write it anew with neurode analyze period -o")
    ax.plot(data["course_time"].values, data["course"].values, color=style.colour(0), label=str(data.attrs["of"]))
    ax.axhline(float(data.attrs["level"]), color=style.GREY, lw=0.8, zorder=0)
    ax.set_xlabel(style.label(data["course_time"], "time since the crossing"))
    ax.set_ylabel(style.label(data["course"], str(data.attrs["of"])))
    period = float(data["period"].values[0])
    unit = str(data["period"].attrs.get("units", ""))
    ax.set_title(f"Period {period:.9g} {unit}".rstrip() if np.isfinite(period) else "No period was found")
    ax.margins(x=0)
    return ax


def lyapunov(data: Data, *, ax: Axes | None = None) -> Axes:
    """How the exponents settle: their means up to each time. The first tenth is left out: it is all over the place."""
    data = opened(data)
    ax = ax or plt.gca()
    time, course = data["moment_time"].values, data["course"].values
    late = slice(len(time) // 10, None)
    values, errors = data["exponent"].values, data["error"].values
    shown = min(course.shape[1], style.MOST_LINES)
    ax.axhline(0, color=style.GREY, lw=0.8, zorder=0)
    for k in range(shown):
        text = f"{values[k]:.4g} ± {errors[k]:.1g}" if np.isfinite(errors[k]) else f"{values[k]:.4g}"
        ax.plot(time[late], course[late, k], color=style.colour(k), linestyle=style.dash(k, shown), label=text)
    ax.set_xlabel(style.label(data["moment_time"], "time"))
    ax.set_ylabel(style.label(data["exponent"], "exponent"))
    ax.set_title("Lyapunov exponents, as means up to each time")
    ax.margins(x=0)
    ax.legend(title="exponent", title_fontsize=7, loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0.0)
    return ax


def basins(data: Data, *, ax: Axes | None = None) -> Axes:
    """Which attractor each start ends at."""
    data = opened(data)
    ax = ax or plt.gca()
    basin = data["basin"].values
    kinds, share = words(data["kind"]), data["share"].values
    count = len(kinds)
    shades = ListedColormap(
        [style.colour(k) for k in range(count)]
        if count <= len(style.COLOURS)
        else plt.get_cmap("viridis", count).colors
    )
    mesh = ax.pcolormesh(
        borders(data["start_x"].values),
        borders(data["start_y"].values),
        np.ma.masked_invalid(basin),
        cmap=shades,
        norm=BoundaryNorm(np.arange(count + 1) - 0.5, count) if count > 1 else None,
        rasterized=True,
    )
    for k in range(min(count, style.MOST_LINES)):
        text = f"{k}: {kinds[k]}, {share[k]:.1%}"
        ax.plot([], [], "s", color=shades(k if count > 1 else 0), label=text)
    if count > style.MOST_LINES:
        ax.figure.colorbar(mesh, ax=ax, label="attractor")
    ax.legend(title="attractor", title_fontsize=7, loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0.0)
    ax.set_xlabel(f"{data.attrs.get('x', 'x')} at the start")
    ax.set_ylabel(f"{data.attrs.get('y', 'y')} at the start")
    ax.set_title("Where starts end up")
    return ax


def scan(data: Data, *, ax: Axes | None = None) -> Axes:
    """Range and mean of what was looked at, over the parameter."""
    data = opened(data)
    ax = ax or plt.gca()
    p = data["p"].values
    ax.fill_between(p, data["min"].values, data["max"].values, color=style.colour(0), alpha=0.2, lw=0, label="range")
    for k, name in enumerate(("max", "mean", "min")):
        ax.plot(
            p, data[name].values, marker=style.MARKERS[k], color=style.colour(k), linestyle=style.dash(k, 3), label=name
        )
    _over(ax, data)
    ax.set_ylabel(style.label(data["mean"], str(data.attrs.get("of", "value"))))
    ax.set_title("Range and mean")
    style.legend(ax, outside=True)
    return ax


def rates(data: Data, *, ax: Axes | None = None) -> Axes:
    """Spikes of a neuron over the parameter of a scan (an f-I curve), where something spikes; else the frequency."""
    data = opened(data)
    ax = ax or plt.gca()
    name = "spike_rate" if np.isfinite(data["spike_rate"].values).any() else "frequency"
    ax.plot(data["p"].values, data[name].values, marker="o", color=style.colour(0))
    _over(ax, data)
    ax.set_ylabel(style.label(data[name], name.replace("_", " ")))
    ax.set_title(style.title(data[name]))
    return ax


def _over(ax: Axes, data) -> None:
    p = data["p"].values
    if len(p) > 2 and p.min() > 0:
        even, in_decades = np.ptp(np.diff(p)), np.ptp(np.diff(np.log(p)))
        if in_decades < 1e-6 < even / abs(p[-1]):
            ax.set_xscale("log")
    ax.set_xlabel(str(data.attrs.get("parameter", "parameter")))
