"""Pictures of neurode's files with matplotlib: `python -m neurode.plot FILE`, `neurode plot FILE`, or from Python

    from neurode.plot import figure, traces
    figure("xor.h5").savefig("xor.svg")        # what suits the file
    traces("xor.h5", "hidden.a", sample=3)     # one picture, into the current Axes or `ax=`

Every function takes a dataset of `neurode.files.load`, or a path.
"""

from neurode.files import load
from neurode.plot.activity import heat_map, raster, traces
from neurode.plot.bifurcation import bifurcation_diagram, eigenvalues, periods
from neurode.plot.comparison import work_precision
from neurode.plot.figures import KINDS, Options, content, figure
from neurode.plot.phase import phase_plane
from neurode.plot.studies import basins, course_of_period, lyapunov, rates, scan, spectrum
from neurode.plot.style import print_style
from neurode.plot.training import training
from neurode.plot.weights import weight_matrix, weights

__all__ = [
    "KINDS",
    "Options",
    "basins",
    "bifurcation_diagram",
    "content",
    "course_of_period",
    "eigenvalues",
    "figure",
    "heat_map",
    "load",
    "lyapunov",
    "periods",
    "phase_plane",
    "print_style",
    "raster",
    "rates",
    "scan",
    "spectrum",
    "traces",
    "training",
    "weight_matrix",
    "weights",
    "work_precision",
]
