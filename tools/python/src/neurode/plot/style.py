"""How pictures of neurode look: colours that the colour-blind tell apart, sizes for print, labels with units."""

from contextlib import AbstractContextManager

import matplotlib as mpl
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

# M. Okabe, K. Ito, Color Universal Design (2008); with a grey for its yellow, which is too pale for lines on white,
# and so ordered that neighbours differ in lightness too.
COLOURS = ("#0072B2", "#E69F00", "#000000", "#D55E00", "#56B4E9", "#009E73", "#CC79A7", "#8C8C8C")
DASHES = ("-", (0, (5, 1.6)), (0, (1.2, 1.4)), (0, (6, 1.6, 1.2, 1.6)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "p")
GREY = "0.6"
SEQUENTIAL = "viridis"
DIVERGING = "RdBu_r"

MOST_LINES = len(COLOURS)  # in one Axes, each with its entry in the legend
SOLID_FROM = 12  # turning points from which dashes are no longer seen
LONGEST = 80  # letters of a title
HEAVY = 8000  # points of a line or of markers from which a vector picture would be large: they become pixels

PRINT = {
    "font.size": 8,
    "axes.titlesize": 9,
    "axes.labelsize": 8,
    "legend.fontsize": 7,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "lines.linewidth": 1.2,
    "lines.markersize": 4,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.axisbelow": True,
    "legend.frameon": False,
    "figure.titlesize": 10,
    "savefig.dpi": 200,
    "svg.fonttype": "path",
    "svg.hashsalt": "neurode",
    "pdf.fonttype": 42,
    "image.interpolation": "nearest",
}


def print_style() -> AbstractContextManager:
    """The settings that figures of `neurode plot` are made under: `with print_style(): ...`."""
    return mpl.rc_context(PRINT)


def colour(k: int) -> str:
    return COLOURS[k % len(COLOURS)]


def dash(k: int, count: int, values: np.ndarray | None = None):
    """The line style of line k of `count`: told apart without colour too, where lines are smooth enough for dashes."""
    if values is not None and turns(values) > SOLID_FROM:
        return "-"
    return DASHES[(k if count <= len(DASHES) else k // len(COLOURS)) % len(DASHES)]


def turns(values: np.ndarray) -> int:
    """How often a line changes between rising and falling."""
    steps = np.sign(np.diff(values[np.isfinite(values)]))
    steps = steps[steps != 0]
    return int(np.count_nonzero(steps[1:] != steps[:-1]))


def plain(text: str) -> str:
    """A text of a file or a file's name, whose dollars are no mathematics. (The setting text.parse_math would spoil the
    powers of ten at logarithmic axes.)"""
    return text.replace("$", r"\$")


def run_label(text: str, ends: int = 15) -> str:
    """The name of a run in a legend, without its middle if it is long."""
    return plain(text if len(text) <= 2 * ends else f"{text[:ends].rstrip()}…{text[1 - ends :]}")


def with_unit(name: str, unit: str) -> str:
    return plain(name if unit in ("", "1") else f"{name} [{unit}]")


def label(variable: xr.DataArray, name: str | None = None) -> str:
    """The variable's name, or another one, with its unit."""
    return with_unit(str(variable.name) if name is None else name, str(variable.attrs.get("units", "")))


def short_label(variable: xr.DataArray) -> str:
    """The same, of a long name what comes after the population or projection: an axis has little room."""
    name = str(variable.name)
    return label(variable, name if len(name) <= 12 else name.rpartition(".")[2])


def meaning(variable: xr.DataArray) -> str:
    """The variable's long name with its unit; its name where it has none."""
    return label(variable, str(variable.attrs.get("long_name", "")) or str(variable.name))


def title(variable: xr.DataArray, note: str = "") -> str:
    """What a variable is, as far as a line goes."""
    long_name = " ".join(str(variable.attrs.get("long_name", "") or variable.name).split())
    short = long_name if len(long_name) <= LONGEST else long_name[: LONGEST - 1].rsplit(" ", 1)[0] + " …"
    return plain(f"{short} ({note})" if note else short)


def time_label(axis: xr.DataArray) -> str:
    return label(axis, "time")


def legend(ax: Axes, title: str | None = None, outside: bool = False) -> None:
    """A legend where there is more than one name to tell, or a title; beside the axes if `outside`."""
    handles, names = ax.get_legend_handles_labels()
    if len(names) < 2 and not (names and title):
        return
    beside = {"loc": "upper left", "bbox_to_anchor": (1.01, 1.0), "borderaxespad": 0.0, "labelspacing": 0.3}
    columns = 2 if outside and len(names) > 5 and max(map(len, names)) < 8 else 1
    ax.legend(
        handles,
        names,
        title=title,
        title_fontsize=7,
        handlelength=2.4,
        ncol=columns,
        **(beside if outside else {"loc": "best"}),
    )


def lighten(line: Line2D, points: int) -> Line2D:
    """Pixels instead of a path for a line of very many points."""
    line.set_rasterized(points > HEAVY)
    return line


def in_decades(time: np.ndarray, learns: bool) -> bool:
    """Whether times are better seen in decades: what learns does much at first, little for long."""
    positive = time[time > 0]
    return bool(learns and len(positive) > 1 and positive[-1] >= 300 * positive[0])


def time_scale(ax: Axes, time: np.ndarray, decades: bool) -> None:
    """Where times run in decades, what comes before the first recorded one after 0 is linear, so that 0 has a place."""
    if decades:
        ax.set_xscale("symlog", linthresh=time[time > 0][0], linscale=0.3)
    if len(time) > 1:
        ax.set_xlim(time[0], time[-1])


def suits_log(values: np.ndarray, decades: float = 1) -> bool:
    """Whether all numbers are positive and span so many powers of ten."""
    values = values[np.isfinite(values)]
    return bool(values.size > 1 and values.min() > 0 and values.max() >= 10**decades * values.min())
