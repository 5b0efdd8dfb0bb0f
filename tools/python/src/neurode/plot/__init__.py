"""Pictures of neurode's files with matplotlib: `python -m neurode.plot FILE`, `neurode plot FILE`, or from Python

    from neurode.plot import figure, traces
    figure("xor.h5").savefig("xor.svg")        # what suits the file
    traces("xor.h5", "hidden.a", sample=3)     # one picture, into the current Axes or `ax=`

Every function takes a dataset (of `neurode.load`, `run`, `analyze` or `compare`), or the path of a file.
"""

from __future__ import annotations

from typing import Any

_PARTS = {
    "activity": ("episode", "heat_map", "raster", "traces"),
    "along": (
        "curvature",
        "deviations",
        "energy",
        "projections",
        "saddles",
        "separation",
        "time_scales",
        "variance_explained",
    ),
    "bifurcation": ("bifurcation_diagram", "eigenvalues", "periods"),
    "comparison": ("work_precision",),
    "figures": ("KINDS", "Options", "content", "figure"),
    "learning": ("training",),
    "matrices": ("weight_matrix", "weights"),
    "phase": ("phase_plane",),
    "studies": ("basins", "course_of_period", "lyapunov", "rates", "scan", "spectrum"),
    "style": ("print_style",),
}
__all__ = sorted(name for names in _PARTS.values() for name in names)


def __getattr__(name: str) -> Any:
    # On first use: what is missing here (matplotlib) is told by those who need it.
    from importlib import import_module

    for part, names in _PARTS.items():
        if name in names:
            value = getattr(import_module(f".{part}", __name__), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module 'neurode.plot' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
