"""Files of `neurode analyze continue -o` and `fixed-points -o`: bifurcation diagrams, periods, eigenvalues."""

import numpy as np
import xarray as xr
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from neurode.errors import UsageError
from neurode.files import UnknownName, lines, words
from neurode.plot import style
from neurode.plot.select import Data, opened

ENDS = ("", "start", "end")
BRANCHES = {"rest": ("#000000", "#707070"), "periodic orbit": (style.COLOURS[0], style.COLOURS[4])}
SPECIAL = {  # what is special -> marker, colour
    "fold": ("s", style.COLOURS[3]),
    "Hopf": ("o", style.COLOURS[1]),
    "branch point": ("D", style.COLOURS[5]),
    "period doubling": ("^", style.COLOURS[6]),
    "torus": ("v", style.COLOURS[4]),
    "homoclinic": ("P", style.COLOURS[2]),
}


def states(data: xr.Dataset) -> list[str]:
    return lines(data, "states") or [str(k) for k in range(data.sizes.get("state", 0))]


def kinds_of(variable: xr.DataArray) -> list[str]:
    return [word.replace("_", " ") for word in words(variable)]


def state_number(data: xr.Dataset, name: str | None) -> int:
    """The place of an element of the state, by its name; of the first without one."""
    names = states(data)
    if name is None:
        return 0
    if name not in names:
        raise UnknownName("element of the state", name, names)
    return names.index(name)


def bifurcation_diagram(data: Data, state: str | None = None, *, ax: Axes | None = None) -> Axes:
    """States of rest and periodic orbits over the parameter: solid where stable, dashed where not; of an orbit the
    smallest and the largest value of an element of the state (default: the first)."""
    data = opened(data)
    ax = ax or plt.gca()
    i = state_number(data, state)
    rest = data["x"].values[:, i]
    _branch(ax, data["p"].values, rest, data["unstable"].values == 0, "rest")
    if "orbit_p" in data:
        for k in np.unique(data["orbit_branch"].values):
            on = data["orbit_branch"].values == k
            stable = data["orbit_unstable"].values[on] == 0
            for end in ("orbit_low", "orbit_high"):
                _branch(ax, data["orbit_p"].values[on], data[end].values[on, i], stable, "periodic orbit")
    _mark(ax, data["p"].values, rest, kinds_of(data["kind"]))
    if "orbit_p" in data:
        _mark(ax, data["orbit_p"].values, data["orbit_high"].values[:, i], kinds_of(data["orbit_kind"]))
    _name_points(data, ax, rest)
    ax.set_xlabel(_parameter(data))
    ax.set_ylabel(states(data)[i] if states(data) else "state")
    ax.set_title("Rest and periodic orbits" if "orbit_p" in data else "States of rest")
    style.legend(ax, outside=True)
    ax.set_xlim(*_range(data))
    return ax


def periods(data: Data, *, ax: Axes | None = None) -> Axes:
    """The period of each orbit over the parameter."""
    data = opened(data)
    ax = ax or plt.gca()
    if "orbit_p" not in data:
        raise UsageError("no periodic orbits were followed")
    for k in np.unique(data["orbit_branch"].values):
        on = data["orbit_branch"].values == k
        stable = data["orbit_unstable"].values[on] == 0
        _branch(ax, data["orbit_p"].values[on], data["orbit_period"].values[on], stable, "periodic orbit")
    _mark(ax, data["orbit_p"].values, data["orbit_period"].values, kinds_of(data["orbit_kind"]))
    if style.suits_log(data["orbit_period"].values):
        ax.set_yscale("log")
    ax.set_xlabel(_parameter(data))
    ax.set_ylabel(style.label(data["orbit_period"], "period"))
    ax.set_title("Periods")
    style.legend(ax, outside=True)
    ax.set_xlim(*_range(data))
    return ax


def eigenvalues(data: Data, *, ax: Axes | None = None) -> Axes:
    """Eigenvalues in the complex plane: of each state of rest, or along a branch of them, coloured by the parameter."""
    data = opened(data)
    ax = ax or plt.gca()
    re, im = data["eigenvalue_real"].values, data["eigenvalue_imaginary"].values
    ax.axvline(0, color=style.GREY, lw=0.8, zorder=0)
    ax.axhline(0, color=style.GREY, lw=0.8, zorder=0)
    if "p" in data:
        p = np.broadcast_to(data["p"].values[:, None], re.shape)
        dots = ax.scatter(re, im, c=p, cmap="cividis", s=7, linewidths=0, rasterized=re.size > style.HEAVY // 4)
        ax.figure.colorbar(dots, ax=ax, label=_parameter(data), pad=0.01)
    else:
        kinds = kinds_of(data["kind"])
        shown = min(len(re), style.MOST_LINES)
        for k in range(shown):
            if not np.isfinite(re[k]).any():
                continue
            line = ax.plot(
                re[k], im[k], style.MARKERS[k % len(style.MARKERS)], color=style.colour(k), label=f"{k}: {kinds[k]}"
            )
            line[0].set_fillstyle("full" if kinds[k].startswith("stable") else "none")
            style.lighten(line[0], 4 * len(re[k]))
        if ax.lines[2:]:
            style.legend(ax, "point", outside=True)
    unit = str(data["eigenvalue_real"].attrs.get("units", ""))
    ax.set_xlabel(style.with_unit("real part", unit))
    ax.set_ylabel(style.with_unit("imaginary part", unit))
    ax.set_title("Eigenvalues: those left of the line decay")
    ax.margins(0.08)
    return ax


def _parameter(data: xr.Dataset) -> str:
    return str(data.attrs.get("parameter", "parameter"))


def _branch(ax: Axes, p: np.ndarray, value: np.ndarray, stable: np.ndarray, name: str) -> None:
    """A curve in pieces that are stable or not; a piece begins where the one before it ended. What is not stable is
    paler too: of branches over each other dashes are not seen."""
    changes = np.flatnonzero(stable[1:] != stable[:-1]) + 1
    start = 0
    for end in [*changes.tolist(), len(p)]:
        first = max(start - 1, 0)
        text = f"{name}, {'stable' if stable[start] else 'unstable'}"
        known = text in [line.get_label() for line in ax.lines]
        ax.plot(
            p[first:end],
            value[first:end],
            color=BRANCHES[name][0 if stable[start] else 1],
            linestyle="-" if stable[start] else (0, (4, 2)),
            lw=1.6 if stable[start] else 1.0,
            label="_nolegend_" if known else text,
        )
        start = end


def _mark(ax: Axes, p: np.ndarray, value: np.ndarray, kinds: list[str]) -> None:
    for kind in dict.fromkeys(kinds):
        if kind in ENDS:
            continue
        marker, colour = SPECIAL.get(kind, ("*", "black"))
        at = [k for k, other in enumerate(kinds) if other == kind]
        known = kind in [line.get_label() for line in ax.lines]
        ax.plot(
            p[at],
            value[at],
            marker,
            color=colour,
            markeredgecolor="black",
            markersize=6,
            linestyle="none",
            zorder=6 if kind == "Hopf" else 5,  # orbits' folds crowd around Hopf points
            label="_nolegend_" if known else kind,
        )


def _name_points(data: xr.Dataset, ax: Axes, rest: np.ndarray) -> None:
    """The parameter's value beside each bifurcation of the branch of rest."""
    kinds, p = kinds_of(data["kind"]), data["p"].values
    at = [k for k, kind in enumerate(kinds) if kind not in ENDS]
    for k in at[:12]:
        ax.annotate(
            f"{kinds[k]}\n{p[k]:.5g}",
            (p[k], rest[k]),
            xytext=(5, -5),
            textcoords="offset points",
            va="top",
            fontsize=6.5,
        )


def _range(data: xr.Dataset) -> tuple[float, float]:
    """Of the parameter: diagram and periods share it."""
    p = np.concatenate([data[n].values for n in ("p", "orbit_p") if n in data])
    margin = 0.02 * np.ptp(p)
    return p.min() - margin, p.max() + margin
