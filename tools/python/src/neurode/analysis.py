"""Analyses of the dynamics, and comparisons of integrators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from . import _core
from .dataset import dataset
from .errors import NumericalError
from .scenario import Scenario, Settings, given

if TYPE_CHECKING:
    import xarray as xr


def studies() -> dict[str, str]:
    """The kinds of analysis, with what each is."""
    return {name: summary for name, summary, _ in _core.studies()}


def analyze(
    study: str,
    scenario: Scenario,
    set: Settings | None = None,
    *,
    allow_outside: bool = False,
    allow_large: bool = False,
    **parameters: Any,
) -> xr.Dataset:
    """`neurode analyze STUDY SCENARIO`: what that writes with -o, its table and notes among the attributes.

    `parameters` are the options of the study, with underscores; one behind the name of `from`, which is a word of
    Python's: `analyze("continue", scenario, parameter="population.p.bias", from_=0, to=2)`. `scenario` and `set` are
    those of `neurode.run`.

    Raises
    ------
    ScenarioError, UsageError, FileError
    NumericalError
        Nothing was found; its `dataset` holds what there is.
    """
    asked = given(scenario, set, allow_outside, allow_large)
    found = _core.analyze(study.replace("_", "-"), asked, {name.rstrip("_"): value for name, value in parameters.items()})
    out = dataset(found)
    out.attrs["table"] = found["table"]
    if not found["complete"]:
        raise NumericalError(found["notes"][0] if found["notes"] else "nothing was found", dataset=out)
    return out


def compare(
    scenario: Scenario,
    set: Settings | None = None,
    *,
    integrators: Sequence[str] | None = None,
    rtol: tuple[float, float] = (1e-3, 1e-9),
    dt: Sequence[float] = (),
    accuracy: float = 0,
    reference: tuple[str, float] | None = None,
    repeat: int = 3,
    jobs: int = 1,
    time_limit: float = 10,
    allow_outside: bool = False,
    allow_large: bool = False,
) -> xr.Dataset:
    """`neurode compare SCENARIO`: a run of each integrator at each tolerance, a row each along "run".

    `integrators`: names, otherwise a set that fits the problem. `rtol`: loosest and tightest, a decade a step; `dt`:
    steps of the fixed-step methods. `accuracy`: what the recommendation is for. `reference`: method and rtol.
    """
    options: dict[str, Any] = {
        "integrators": list(integrators or ()),
        "loosest": float(rtol[0]),
        "finest": float(rtol[1]),
        "steps": [float(step) for step in dt],
        "repeat": repeat,
        "jobs": jobs,
        "time_limit": float(time_limit),
        "accuracy": float(accuracy),
    }
    if reference is not None:
        options["reference_method"], options["reference_rtol"] = reference[0], float(reference[1])
    found = _core.compare(given(scenario, set, allow_outside, allow_large), options)
    out = dataset(found)
    out.attrs["table"] = found["table"]
    return out
