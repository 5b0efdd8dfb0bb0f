"""Two variables against each other: trajectories of a run, and the phase plane of `neurode analyze phase-plane -o`."""

import numpy as np
import xarray as xr
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from neurode.errors import UsageError
from neurode.files import words
from neurode.plot import style
from neurode.plot.select import Between, Course, Data, course, opened, recorded

MOST_POINTS = 20000


def phase_plane(
    data: Data,
    x: str | None = None,
    y: str | None = None,
    *,
    sample: int | None = None,
    between: Between = None,
    ax: Axes | None = None,
) -> Axes:
    """Variable y against variable x ("cell.v[0]", "cell.w[0]"; default: the first two of one population) of a run; of
    the file of a phase-plane study its nullclines, directions, states of rest and trajectory."""
    data = opened(data)
    ax = ax or plt.gca()
    if data.attrs.get("study") == "phase-plane":
        return _study(data, ax)
    if x is None or y is None:
        x, y = pair(data)
    a, b = (course(data, name, style.MOST_LINES, sample, between) for name in (x, y))
    if a.axis.name != b.axis.name:
        raise UsageError(f'"{x}" and "{y}" were not recorded at the same times')
    if len(a.names) != len(b.names) and 1 not in (len(a.names), len(b.names)):
        raise UsageError(f'"{x}" and "{y}" do not have as many elements: {len(a.names)} and {len(b.names)}')
    step = -(-len(a.time) // MOST_POINTS)
    u, v = (_numbers(c, step) for c in (a, b))
    count = max(u.shape[1], v.shape[1])
    pairs = [(u[:, min(k, u.shape[1] - 1)], v[:, min(k, v.shape[1] - 1)]) for k in range(count)]
    for k, (p, q) in enumerate(pairs):
        name = (a if len(a.names) == count else b).names[k]
        (line,) = ax.plot(p, q, color=style.colour(k), label=name, lw=1.0)
        style.lighten(line, count * len(p))
    for k, (p, q) in enumerate(pairs):  # after all lines, which become one image where they are heavy
        ax.plot(p[0], q[0], "o", color=style.colour(k), markersize=4)
        ax.plot(p[-1], q[-1], "s", color=style.colour(k), markersize=4, markerfacecolor="white")
    ax.set_xlabel(style.label(a.variable, x))
    ax.set_ylabel(style.label(b.variable, y))
    notes = [f"every {step}th point"] * (step > 1) + [n for n in (a.note,) if n and not n.startswith("[")]
    ax.set_title("Circle: start; square: end" + (f" ({', '.join(notes)})" if notes else ""))
    if count > 1:
        style.legend(ax, a.of if len(a.names) == count else b.of, outside=True)
    return ax


def pair(data: xr.Dataset) -> tuple[str, str]:
    """The first two variables over time of one population."""
    names = [
        n for n in recorded(data) if data[n].ndim > 1 and "." in n and not n.endswith((".weights", ".bias", "episode"))
    ]
    for i, first in enumerate(names):
        for second in names[i + 1 :]:
            if data[first].dims == data[second].dims and first.rpartition(".")[0] == second.rpartition(".")[0]:
                return first, second
    raise UsageError("a phase plane needs two variables; name them with --variables X,Y")


def _numbers(c: Course, step: int) -> np.ndarray:
    return c.variable[::step].values.reshape(-1, len(c.names))


def _study(data: xr.Dataset, ax: Axes) -> Axes:
    x, y = str(data.attrs["x"]), str(data.attrs["y"])
    for k, (end, of) in enumerate((("x", x), ("y", y))):
        ends = np.stack([data[f"{end}_nullcline_x"].values, data[f"{end}_nullcline_y"].values], axis=-1)
        name = f"{of} nullcline"
        collection = LineCollection(
            list(ends[np.isfinite(ends).all(axis=(1, 2))]),
            colors=style.colour((0, 3)[k]),
            linestyles="solid",
            linewidths=(1.6, 1.0)[k],
            capstyle="round",
            label=name,
        )
        collection.set_rasterized(len(ends) > style.HEAVY)
        ax.add_collection(collection)
    if "field_x" in data:  # written since there is `neurode plot`
        _directions(data, ax)
    ax.plot(data["trajectory_x"].values, data["trajectory_y"].values, color="black", lw=0.9, label="trajectory")
    mark_rest(ax, [k.replace("_", " ") for k in words(data["kind"])], data["point_x"].values, data["point_y"].values)
    ax.autoscale_view()
    ax.set_xlabel(x)
    ax.set_ylabel(y)
    ax.set_title(f"Phase plane at t = {float(data.attrs['time']):g}")
    style.legend(ax, outside=True)
    return ax


def _directions(data: xr.Dataset, ax: Axes) -> None:
    """Arrows of one length, in the picture's proportions: they tell direction, not speed."""
    x, y = data["field_x"].values, data["field_y"].values
    width, height = np.ptp(x) or 1.0, np.ptp(y) or 1.0
    u, v = data["field_dx"].values / width, data["field_dy"].values / height
    length = np.hypot(u, v)
    with np.errstate(invalid="ignore", divide="ignore"):
        u, v = u / length, v / length
    ax.quiver(x, y, u, v, color=style.GREY, angles="uv", pivot="mid", scale=30, width=0.003, headwidth=4, zorder=0)


def mark_rest(ax: Axes, kinds: list[str], x: np.ndarray, y: np.ndarray) -> None:
    """States of rest, filled where stable, named once a kind."""
    told: dict[str, str] = {}
    for kind, p, q in zip(kinds, x, y):
        if not np.isfinite([p, q]).all():
            continue
        marker = told.setdefault(kind, style.MARKERS[len(told) % len(style.MARKERS)])
        first = kind not in [t.get_label() for t in ax.lines]
        ax.plot(
            p,
            q,
            marker,
            color="black",
            markerfacecolor="black" if kind.startswith("stable") else "white",
            markersize=6,
            linestyle="none",
            zorder=5,
            label=kind if first else "_nolegend_",
        )
