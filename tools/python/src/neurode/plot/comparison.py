"""Files of `neurode compare -o`: error against work."""

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from neurode.files import UnknownName, words
from neurode.plot import style
from neurode.plot.select import Data, opened

COSTS = {"work": "right-hand sides, J v products\nand columns of Jacobians", "seconds": "wall time [s]"}


def work_precision(data: Data, cost: str = "work", *, error: str = "error", ax: Axes | None = None) -> Axes:
    """The error of each integrator's runs against what they cost, `work` or `seconds`: a line an integrator, a point a
    tolerance. A ring marks the run that was recommended, the grey line the accuracy asked for."""
    data = opened(data)
    ax = ax or plt.gca()
    for name in (cost, error):
        if name not in data:
            raise UnknownName("variable", name, [str(n) for n in data.data_vars])
    methods, came = words(data["integrator"]), words(data["state"])
    x, y = data[cost].values, data[error].values
    done = np.array([c == "done" for c in came]) & np.isfinite(x) & np.isfinite(y) & (x > 0) & (y > 0)
    names = list(dict.fromkeys(m for m, d in zip(methods, done) if d))
    for k, name in enumerate(names):
        on = done & np.array([m == name for m in methods])
        ax.loglog(
            x[on],
            y[on],
            color=style.colour(k),
            linestyle=style.DASHES[(k // len(style.COLOURS)) % len(style.DASHES)],
            marker=style.MARKERS[k % len(style.MARKERS)],
            lw=1.0,
            label=name,
        )
    best = int(data.attrs.get("recommended_run", -1))
    if best >= 0 and done[best]:
        ax.plot(x[best], y[best], "o", color="black", markersize=10, markerfacecolor="none", label="recommended")
    if float(data.attrs.get("accuracy", 0)) > 0:
        ax.axhline(float(data.attrs["accuracy"]), color=style.GREY, lw=0.8, zorder=0)
    ax.set_xlabel(COSTS.get(cost, style.meaning(data[cost])))
    ax.set_ylabel(style.meaning(data[error]))
    ax.set_title(f"Error and {'time' if cost == 'seconds' else cost}")
    ax.grid(True, which="major", lw=0.4, color="0.9")
    return ax
