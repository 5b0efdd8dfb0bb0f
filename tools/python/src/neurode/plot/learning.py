"""Single numbers over time: loss, accuracy, monitors, expressions."""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from neurode.errors import UsageError
from neurode.files import UnknownName, time_axis
from neurode.plot import style
from neurode.plot.select import Between, Data, opened
from neurode.plot.thin import thinned, window

LOSSES = ("loss", "test_loss")
SHARES = ("accuracy", "test_accuracy")


def scalars(data: xr.Dataset) -> list[str]:
    """Names of the variables with one number at each time."""
    return [str(n) for n, v in data.data_vars.items() if v.ndim == 1 and time_axis(v) and v.dtype.kind == "f"]


def training(
    data: Data | Sequence[Data],
    variables: Sequence[str] = LOSSES,
    *,
    between: Between = None,
    labels: Sequence[str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Loss and other single numbers over time, of one run or of several (then with `labels`, one a run). Axes are
    logarithmic where the numbers are positive and span decades."""
    runs = [opened(d) for d in (data if isinstance(data, (list, tuple)) else [data])]
    ax = ax or plt.gca()
    names = [n for n in variables if any(n in run for run in runs)]
    if not names:
        raise UnknownName(
            "variable", variables[0] if variables else "loss", sorted({n for r in runs for n in scalars(r)})
        )
    drawn = [(r, n) for r in range(len(runs)) for n in names if n in runs[r]]
    all_values: list[np.ndarray] = []
    all_times: list[np.ndarray] = []
    for k, (r, name) in enumerate(drawn):
        variable = runs[r][name]
        axis = time_axis(variable)
        if variable.ndim != 1 or axis is None:
            raise UsageError(f'"{name}" is not one number at each time')
        time = np.asarray(runs[r][axis].values, dtype=float)
        rows = window(time, between)
        decades = between is None and style.in_decades(time, True)
        (t,), (v,) = thinned(variable.isel({axis: rows}), time[rows], log=decades)
        run = style.run_label(labels[r]) if labels else ""
        text = f"{run} {name}".strip() if len(names) > 1 or not labels else run
        (line,) = ax.plot(t, v, color=style.colour(k), linestyle=style.dash(k, len(drawn), v), label=text)
        style.lighten(line, len(t))
        all_values.append(v)
        all_times.append(time[rows])
    first = runs[drawn[0][0]][drawn[0][1]]
    ax.set_xlabel(style.time_label(runs[drawn[0][0]][time_axis(first)]))
    units = {str(runs[r][n].attrs.get("units", "")) for r, n in drawn}
    ax.set_ylabel(
        style.with_unit(names[0] if len(names) == 1 else _common(names), units.pop() if len(units) == 1 else "")
    )
    if style.suits_log(np.concatenate(all_values), 1.5 if set(names) <= set(LOSSES) else 3):
        ax.set_yscale("log")
    times = max(all_times, key=len)
    times = times if len(all_times) == 1 else np.unique(np.concatenate(all_times))
    style.time_scale(ax, times, between is None and style.in_decades(times, True))
    if set(names) <= set(SHARES):
        ax.set_ylim(top=1.02)
    ax.set_title(style.title(first) if len(names) == 1 else ", ".join(names))
    style.legend(ax, outside=len(drawn) > style.MOST_LINES)
    return ax


def _common(names: Sequence[str]) -> str:
    """What names like "loss" and "test_loss" are of."""
    for word in ("loss", "accuracy"):
        if all(n.endswith(word) for n in names):
            return word
    return ", ".join(names) if len(names) <= 3 else "value"
