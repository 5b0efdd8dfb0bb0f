"""A whole figure for a file: which pictures suit what is in it, and how they stand together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import xarray as xr
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend

from neurode.errors import UsageError
from neurode.files import UnknownName
from neurode.plot import along, bifurcation, comparison, studies, style
from neurode.plot.activity import episode, heat_map, raster, spiking, traces
from neurode.plot.phase import pair, phase_plane
from neurode.plot.select import Between, Data, find, is_weights, opened, recorded
from neurode.plot.learning import LOSSES, SHARES, scalars, training
from neurode.plot.matrices import weight_matrix, weights

MOST_PANELS = 8
MOST_OVERLAID = len(style.COLOURS) * len(style.DASHES)
LARGEST = 1e300  # numbers, nearer to the largest that there is, axes are not made for
NOTHING = "the file has nothing for a picture of kind {}"
WIDTH, HIGHEST = 7.0, 10.0  # inches


@dataclass
class Panel:
    draw: Callable[..., Axes]
    height: float = 1.8  # inches
    names: tuple[str, ...] = ()  # variables that it shows


@dataclass
class Options:
    """What of a file is drawn."""

    kind: str | None = None
    variables: Sequence[str] = ()
    between: Between = None
    sample: int | None = None


def content(data: xr.Dataset) -> str:
    """What wrote the file: "run", "compare", or the name of a study."""
    if "study" in data.attrs:
        return str(data.attrs["study"])
    return "compare" if "reference_method" in data.attrs else "run"


def figure(
    data: Data | Sequence[Data],
    options: Options | None = None,
    size: tuple[float, float] | None = None,
    labels: Sequence[str] | None = None,
) -> Figure:
    """A figure of a file, or of several runs' losses over each other, with a label each; `size` in inches. What found
    no place in it is told by the figure's attribute `left_out`, a list of names."""
    o = options or Options()
    many = list(data) if isinstance(data, (list, tuple)) else [data]
    runs = [opened(d) for d in many]
    what = content(runs[0])
    if o.sample is not None and not any(_has_samples(r) for r in runs):
        raise UsageError(f"--sample {o.sample}: the file has no samples to choose from")
    if len(runs) > 1:
        panels, columns = [_together(runs, o, labels or [_stem(d, k) for k, d in enumerate(many)])], 1
    else:
        kinds = KINDS.get(what)
        if kinds is None:
            raise UsageError(f'there is no picture of what "{what}" writes')
        kind = o.kind or next(iter(kinds))
        if kind not in kinds:
            raise UnknownName(f"kind of picture of this file ({what})", kind, list(kinds))
        if not runs[0].data_vars:
            raise UsageError(NOTHING.format(kind))
        panels, columns = kinds[kind](runs[0], o)
    if not panels:
        raise UsageError("there is nothing in the file that could be drawn")
    shown, left_out = panels[:MOST_PANELS], [n for p in panels[MOST_PANELS:] for n in p.names]
    rows = -(-len(shown) // columns)
    # Many panels are lower each: a figure has to fit onto a page.
    scale = min(1.0, HIGHEST / sum(p.height for p in shown) * columns)
    heights = [scale * max(p.height for p in shown[r * columns : (r + 1) * columns]) for r in range(rows)]
    with style.print_style():
        fig = plt.figure(figsize=size or (WIDTH, sum(heights) + 0.5), layout="constrained")
        grid = fig.add_gridspec(rows, columns, height_ratios=heights)
        axes = [fig.add_subplot(grid[k // columns, k % columns]) for k in range(len(shown))]
        for panel, ax in zip(shown, axes):
            panel.draw(ax=ax)
            _check_range(ax)
        _tidy(axes, columns)
        if what == "compare":
            _one_legend(axes)
        if title := _title(runs):
            fig.suptitle(style.plain(title), wrap=True)
    fig.left_out = left_out
    return fig


def _has_samples(run: xr.Dataset) -> bool:
    return content(run) == "run" and ("sample" in run.dims or any(str(n).endswith(".spike_sample") for n in run))


def _check_range(ax: Axes) -> None:
    ends = [*ax.dataLim.get_points().ravel(), *(x for c in (*ax.collections, *ax.images) for x in c.get_clim())]
    for x in ends:
        if x is not None and np.isfinite(x) and abs(x) > LARGEST:
            raise UsageError(f"{x:.3g} is too large for a picture, which goes up to {LARGEST:g}")


def _title(runs: list[xr.Dataset]) -> str:
    texts = []
    for run in runs:
        text = str(run.attrs.get("title", "") or "")
        if "study" in run.attrs:
            text = text.partition(": ")[2]
        texts.append(text or str(run.attrs.get("scenario_file", "")))
    return "; ".join(dict.fromkeys(t for t in texts if t))


def _tidy(axes: list[Axes], columns: int) -> None:
    """In a stack over the same time, the axis is named once, below."""
    if columns != 1:
        return
    for upper, lower in zip(axes[:-1], axes[1:]):
        same = upper.get_xlabel() == lower.get_xlabel() and upper.get_xscale() == lower.get_xscale()
        if same and np.allclose(upper.get_xlim(), lower.get_xlim(), rtol=1e-2):
            upper.set_xlabel("")
            upper.tick_params(labelbottom=False)
        above, below = (ax.get_legend() for ax in (upper, lower))
        if above and below and set(_texts(below)) <= set(_texts(above)):
            below.remove()


def _texts(legend: Legend) -> list[str]:
    return [legend.get_title().get_text(), *(t.get_text() for t in legend.get_texts())]


def _one_legend(axes: list[Axes]) -> None:
    """Two panels of the same integrators share their legend, beside them."""
    handles, names = axes[0].get_legend_handles_labels()
    for ax in axes[1:]:
        ax.set_ylabel("")
    axes[-1].legend(handles, names, loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0.0)


def _stem(data: Data, k: int) -> str:
    return str(k + 1) if isinstance(data, xr.Dataset) else Path(data).stem


def _together(runs: list[xr.Dataset], o: Options, labels: Sequence[str]) -> Panel:
    if any(content(r) != "run" for r in runs) or o.kind not in (None, "training"):
        raise UsageError("several files can be drawn over each other only as runs, of kind training")
    common = [n for n in o.variables or LOSSES if all(n in r for r in runs)]
    names = list(o.variables) or common[:1] or [n for n in scalars(runs[0]) if all(n in r for r in runs)][:1]
    if not names:
        raise UsageError("the files have no single number over time in common, such as a loss")
    if len(runs) * len(names) > MOST_OVERLAID:
        of = f" of {len(names)} variables" if len(names) > 1 else ""
        raise UsageError(
            f"{len(runs)} runs{of} over each other could not be told apart; at most {MOST_OVERLAID} can be drawn"
        )
    height = max(4.0, 0.5 + 0.18 * len(runs) * len(names))  # of the legend
    return Panel(partial(training, runs, names, labels=labels, between=o.between), height, tuple(names))


def _series(data: xr.Dataset, names: Sequence[str], o: Options) -> list[Panel]:
    """Single numbers over time, those of a kind and unit in one panel."""
    groups: dict[tuple, list[str]] = {}
    for name in names:
        kind = "loss" if name in LOSSES else "share" if name in SHARES else str(data[name].attrs.get("units", ""))
        groups.setdefault((kind, kind == "" and name), []).append(name)
    return [
        Panel(partial(training, data, part, between=o.between), 1.8, tuple(part))
        for group in groups.values()
        for part in (group[k : k + style.MOST_LINES] for k in range(0, len(group), style.MOST_LINES))
    ]


def _variable(data: xr.Dataset, name: str, o: Options) -> Panel:
    """The picture that suits a variable over time."""
    variable, chosen = find(data, name)
    if _is_episode(variable):
        return Panel(partial(episode, data, name), 1.8, (name,))
    if is_weights(variable) or str(variable.name).endswith(".bias"):
        return Panel(partial(weights, data, name, between=o.between), 1.8, (name,))
    neurons = int(np.prod([variable.sizes[d] for d in variable.dims[1:] if d != "sample"], dtype=int))
    if neurons > style.MOST_LINES and not chosen and variable.ndim <= 2 + ("sample" in variable.dims):
        return Panel(partial(heat_map, data, name, sample=o.sample, between=o.between), 2.2, (name,))
    return Panel(partial(traces, data, name, sample=o.sample, between=o.between), 1.8, (name,))


def _spikes(name: str, data: xr.Dataset) -> str | None:
    """The population whose spikes a name like "E.spikes" or "E.spike_neuron" stands for."""
    for ending in (".spikes", ".spike_neuron", ".spike_time"):
        if name.endswith(ending) and name.removesuffix(ending) in spiking(data):
            return name.removesuffix(ending)
    return None


def overview(data: xr.Dataset, o: Options) -> tuple[list[Panel], int]:
    """Loss and metrics, spikes, activity, weights; or the variables chosen, each as it suits."""
    if not o.variables:
        single = scalars(data)
        order = [n for n in (*LOSSES, *SHARES) if n in single] + [n for n in single if n not in (*LOSSES, *SHARES)]
        others = [n for n in recorded(data) if n not in single and not n.endswith("_target")]
        moving = sorted(others, key=lambda n: is_weights(data[n]) or n.endswith(".bias"))
        rasters = [f"{p}.spikes" for p in spiking(data)]
        return _chosen(data, [*order, *rasters, *moving], o), 1
    return _chosen(data, o.variables, o), 1


def _chosen(data: xr.Dataset, names: Sequence[str], o: Options) -> list[Panel]:
    single = [n for n in names if n in scalars(data)]
    panels = _series(data, single, o)
    for name in names:
        if name in single:
            continue
        population = _spikes(name, data)
        if population is not None:
            panels.append(Panel(partial(raster, data, population, sample=o.sample, between=o.between), 2.2, (name,)))
        else:
            panels.append(_variable(data, name, o))
    return panels


def _each(draw: Callable[..., Axes], which: Callable[[xr.Dataset], list[str]], height: float, columns: int = 1):
    """A kind of picture that shows each of some variables in a panel of its own."""

    def panels(data: xr.Dataset, o: Options) -> tuple[list[Panel], int]:
        names = list(o.variables) or which(data)
        if not names:
            raise UsageError(NOTHING.format(o.kind))
        sets = {k: v for k, v in (("sample", o.sample), ("between", o.between)) if k in draw.__kwdefaults__}
        made = [Panel(partial(draw, data, n, **sets), height, (n,)) for n in names]
        return made, min(columns, len(made))

    return panels


def _is_episode(variable: xr.DataArray) -> bool:
    return any(str(d).startswith("instant") for d in variable.dims)


def _activity(data: xr.Dataset) -> list[str]:
    names = [n for n in recorded(data) if data[n].ndim > 1 and not is_weights(data[n]) and not n.endswith(".bias")]
    return [n for n in names if not _is_episode(data[n])]


def _weights(data: xr.Dataset) -> list[str]:
    return [n for n in recorded(data) if is_weights(data[n]) or n.endswith(".bias")]


def _matrices(data: xr.Dataset) -> list[str]:
    return [
        str(n) for n, v in data.data_vars.items() if is_weights(v) and v.ndim >= 2 + (str(v.dims[0]).startswith("time"))
    ]


def _training(data: xr.Dataset, o: Options) -> tuple[list[Panel], int]:
    for name in o.variables:
        if name not in scalars(data):
            raise UnknownName("single number over time", name, scalars(data))
    names = list(o.variables) or scalars(data)
    if not names:
        raise UsageError(NOTHING.format(o.kind))
    return _series(data, names, o), 1


def _phase(data: xr.Dataset, o: Options) -> tuple[list[Panel], int]:
    if content(data) == "phase-plane":
        return _alone(phase_plane)(data, o)
    if len(o.variables) not in (0, 2):
        raise UsageError(f"a phase plane shows two variables, --variables X,Y; {len(o.variables)} were named")
    x, y = o.variables or pair(data)
    return [Panel(partial(phase_plane, data, x, y, sample=o.sample, between=o.between), 4.5, (x, y))], 1


def _alone(*draws: Callable[..., Axes], height: float = 4.2):
    """A kind of picture of a study's file, a panel below the other."""

    def panels(data: xr.Dataset, o: Options) -> tuple[list[Panel], int]:
        if o.variables:
            raise UsageError(f'files of "{content(data)}" have nothing to choose with --variables')
        return [Panel(partial(d, data), height if k == 0 else 0.6 * height) for k, d in enumerate(draws)], 1

    return panels


def _bifurcations(data: xr.Dataset, o: Options) -> tuple[list[Panel], int]:
    shown = list(o.variables) or [bifurcation.states(data)[0]]
    for name in shown:
        bifurcation.state_number(data, name)
    panels = [Panel(partial(bifurcation.bifurcation_diagram, data, name), 3.4, (name,)) for name in shown]
    if "orbit_p" in data:
        panels.append(Panel(partial(bifurcation.periods, data), 2.2))
    return panels, 1


def _time_scales(data: xr.Dataset, o: Options) -> tuple[list[Panel], int]:
    both = (along.separation, along.deviations) if "separation" in data else ()
    return _alone(along.time_scales, *both, height=3.0)(data, o)


def _comparison(data: xr.Dataset, o: Options) -> tuple[list[Panel], int]:
    costs = list(o.variables) or ["work", "seconds"]
    return [Panel(partial(comparison.work_precision, data, cost), 4.4, (cost,)) for cost in costs], len(costs)


# What wrote a file -> the kinds of picture there are of it, the usual one first.
KINDS: dict[str, dict[str, Callable[[xr.Dataset, Options], tuple[list[Panel], int]]]] = {
    "run": {
        "overview": overview,
        "training": _training,
        "traces": _each(traces, _activity, 1.8),
        "raster": _each(raster, spiking, 2.6),
        "heat-map": _each(heat_map, _activity, 2.4),
        "weights": _each(weights, _weights, 1.8),
        "matrices": _each(weight_matrix, _matrices, 2.8, columns=2),
        "phase-plane": _phase,
    },
    "compare": {"work-precision": _comparison},
    "fixed-points": {"eigenvalues": _alone(bifurcation.eigenvalues)},
    "continue": {"bifurcations": _bifurcations, "eigenvalues": _alone(bifurcation.eigenvalues)},
    "period": {"course": _alone(studies.course_of_period, height=3.0)},
    "lyapunov": {"convergence": _alone(studies.lyapunov, height=3.2)},
    "spectrum": {"power": _alone(studies.spectrum, height=3.2)},
    "phase-plane": {"phase-plane": _phase},
    "basins": {"basins": _alone(studies.basins)},
    "scan": {"scan": _alone(studies.scan, studies.rates, height=2.8)},
    "energy": {"energy": _alone(along.energy, height=3.2)},
    "hessian": {"curvature": _alone(along.saddles, along.curvature, height=3.0)},
    "timescales": {"rates": _time_scales},
    "dimension": {"variance": _alone(along.variance_explained, along.projections, height=3.0)},
}
