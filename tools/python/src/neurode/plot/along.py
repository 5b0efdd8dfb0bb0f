"""Files of the studies along a run: energies, curvature of the loss, rates of activity and weights, dimension."""

import numpy as np
import xarray as xr
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from neurode.errors import UsageError
from neurode.plot import style
from neurode.plot.select import Data, opened

SADDLE = style.COLOURS[3]


def energy(data: Data, *, ax: Axes | None = None) -> Axes:
    """The energy over time; where it rises, up to when it does so most."""
    data = opened(data)
    ax = ax or plt.gca()
    time, values = data["moment_time"].values, data["energy"].values
    ax.plot(time, values, color=style.colour(0))
    _scale(ax, values)
    rise, when = float(data["largest_rise"].values[0]), float(data["rise_time"].values[0])
    falls = data["monotone"].values[0] == 1
    if not falls and np.isfinite(when):
        ax.axvline(when, color=SADDLE, lw=0.9, linestyle=style.DASHES[1], label=f"rises by {rise:.3g} up to here")
        ax.legend(loc="best")
    style.time_scale(ax, time, style.in_decades(time, data.attrs.get("energy_kind") == "loss"))
    ax.set_xlabel(style.label(data["moment_time"], "time"))
    ax.set_ylabel(style.label(data["energy"], "E"))
    what = str(data.attrs.get("heading", "")).partition(";")[0]
    ax.set_title(f"{what}: {'falls all along' if falls else 'does not fall all along'}".removeprefix(": "))
    return ax


def saddles(data: Data, *, ax: Axes | None = None) -> Axes:
    """The loss over time, with the saddles that the run passes by."""
    data = opened(data)
    ax = ax or plt.gca()
    time, loss = data["time"].values, data["loss"].values
    ax.plot(time, loss, color=style.colour(0), label="loss")
    if style.suits_log(loss, 1.5):
        ax.set_yscale("log")
    at, heights, index = (data[n].values for n in ("saddle_time", "saddle_loss", "saddle_negative"))
    if len(at):
        ax.plot(at, heights, "o", color=SADDLE, markersize=5, linestyle="none", label="saddle", zorder=4)
    for x, y, k in zip(at[:12], heights, index):
        ax.annotate(f"index {k:.0f}", (x, y), xytext=(5, 3), textcoords="offset points", fontsize=6.5)
    _over_time(ax, data["time"])
    ax.set_ylabel("loss")
    ax.set_title("Loss, and the saddles it passes by" if len(at) else "Loss; it passes by no saddle")
    style.legend(ax, outside=True)
    return ax


def curvature(data: Data, *, ax: Axes | None = None) -> Axes:
    """The highest and the lowest eigenvalue of the loss's Hessian over time, those between in grey."""
    data = opened(data)
    ax = ax or plt.gca()
    time, all_values = data["time"].values, data["eigenvalue"].values
    between = ax.plot(time, all_values, color=style.GREY, lw=0.5, zorder=1, rasterized=all_values.size > style.HEAVY)
    between[0].set_label("all" if data.sizes["rank"] == data.attrs.get("weight_count") else "others computed")
    for k, (name, text) in enumerate((("sharpness", "highest (sharpness)"), ("lowest", "lowest"))):
        ax.plot(time, data[name].values, color=style.colour(k), linestyle=style.dash(k, 2), label=text)
    for k, x in enumerate(data["saddle_time"].values):
        ax.axvline(x, color=SADDLE, lw=0.8, linestyle=style.DASHES[2], label="_nolegend_" if k else "saddle")
    ax.axhline(0, color=style.GREY, lw=0.8, zorder=0)
    _scale(ax, all_values)
    _over_time(ax, data["time"])
    ax.set_ylabel(style.label(data["eigenvalue"], "eigenvalue"))
    ax.set_title("Curvature of the loss: eigenvalues of its Hessian")
    style.legend(ax, outside=True)
    return ax


def time_scales(data: Data, *, ax: Axes | None = None) -> Axes:
    """How fast activity and weights are, over time."""
    names = {
        "fastest_rate": "fastest of all",
        "activity_rate": "activity, slowest",
        "weight_rate": "weights, fastest",
    }
    return _logarithmic(data, names, "rate", "Rates", ax)


def separation(data: Data, *, ax: Axes | None = None) -> Axes:
    """How many times faster activity is than weights, over time."""
    title = "Separation: activity's slowest over weights' fastest"
    return _logarithmic(data, {"separation": ""}, "separation", title, ax)


def deviations(data: Data, *, ax: Axes | None = None) -> Axes:
    """How far activity and weights are from the limit of infinitely fast activity, over time."""
    names = {"weight_deviation": "weights", "activity_deviation": "activity"}
    return _logarithmic(data, names, "relative deviation", "Deviation from the adiabatic limit", ax)


def variance_explained(data: Data, *, ax: Axes | None = None) -> Axes:
    """The share of the variance along each principal component, and of those up to it."""
    data = opened(data)
    ax = ax or plt.gca()
    number = np.arange(1, data.sizes["component"] + 1)
    ax.bar(number, data["share"].values, color=style.colour(4), label="of each")
    ax.plot(number, data["cumulative"].values, marker="o", color=style.colour(0), label="of all up to it")
    ax.set_ylim(0, 1.02)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set_xlabel("principal component")
    ax.set_ylabel("share of the variance")
    count = data.sizes.get("state", 0) or data.attrs.get("state_count", "")
    ax.set_title(f"Participation ratio {float(data.attrs['participation_ratio']):.4g}, of {count} at most")
    style.legend(ax, outside=True)
    return ax


def projections(data: Data, *, ax: Axes | None = None) -> Axes:
    """Activity along the first principal components over time, of the first sample where there are several."""
    data = opened(data)
    ax = ax or plt.gca()
    time, along = data["moment_time"].values, data["projection"].values[:, 0]
    shown = min(3, along.shape[1])
    for k in range(shown):
        line = style.dash(k, shown, along[:, k])
        ax.plot(time, along[:, k], color=style.colour(k), linestyle=line, lw=0.9, label=str(k + 1))
    _over_time(ax, data["moment_time"])
    ax.set_ylabel("projection")
    note = f" (sample {data['sample'].values[0]})" if data.sizes["sample"] > 1 else ""
    ax.set_title(f"Activity along the first components{note}")
    style.legend(ax, "component", outside=True)
    return ax


def _logarithmic(data: Data, names: dict[str, str], label: str, title: str, ax: Axes | None) -> Axes:
    data = opened(data)
    ax = ax or plt.gca()
    names = {name: text for name, text in names.items() if name in data}
    if not names:
        raise UsageError(f"activity and weights are not both states here: there is no {label}")
    for k, (name, text) in enumerate(names.items()):
        line = style.dash(k, len(names))
        ax.plot(data["time"].values, data[name].values, color=style.colour(k), linestyle=line, label=text)
    # A rate or deviation of 0 has no place on the axis, and is left out of its line.
    values = np.concatenate([data[name].values for name in names])
    if style.suits_log(values[values > 0]):
        ax.set_yscale("log", nonpositive="mask")
    _over_time(ax, data["time"])
    ax.set_ylabel(style.label(data[next(iter(names))], label))
    ax.set_title(title)
    style.legend(ax, outside=True)
    return ax


def _over_time(ax: Axes, time: xr.DataArray) -> None:
    style.time_scale(ax, time.values, False)
    ax.set_xlabel(style.label(time, "time"))


def _scale(ax: Axes, values: np.ndarray) -> None:
    """Decades where numbers span many; of both signs, around the size that most of them have."""
    values = values[np.isfinite(values)]
    if style.suits_log(values, 1.5):
        ax.set_yscale("log")
        return
    sizes = np.abs(values[values != 0])
    if sizes.size and sizes.max() >= 1000 * (usual := float(np.median(sizes))):
        ax.set_yscale("symlog", linthresh=usual)
