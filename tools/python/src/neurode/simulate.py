"""Runs in process."""

from __future__ import annotations

import sys
from collections.abc import Callable
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

from . import _core
from .dataset import dataset
from .errors import NumericalError
from .files import load
from .scenario import Scenario, Settings, given

if TYPE_CHECKING:
    import xarray as xr

Progress = Callable[[float, float, float, int, float, "float | None"], Any]


def run(
    scenario: Scenario,
    set: Settings | None = None,
    *,
    output: str | PathLike[str] | None = None,
    overwrite: bool = False,
    progress: bool | Progress = False,
    allow_outside: bool = False,
    allow_large: bool = False,
) -> xr.Dataset:
    """Simulates a scenario; the numbers are those of `neurode run`, to the last bit.

    Parameters
    ----------
    scenario
        A path, TOML text (a string with a line break), or a dict. In a dict, arrays may stand where numbers do or where
        a file would: `data.inputs`, `data.targets`, `weights`, `bias`, `init`, and `path` (of a `piecewise` stimulus:
        rows of time and values). A SciPy sparse matrix may be the `weights` of a projection (rows receive).
    set
        `{KEY: value}` overrides keys of the scenario: `{"population.hidden.tau": 0.2}`.
    output
        Writes this result file, with checkpoints, and returns it opened; otherwise everything is kept in memory.
    overwrite
        Replace `output`.
    progress
        True: a line on standard error. Or called some ten times a second with time, start, end, steps, seconds of
        computing, and the loss (or None).
    allow_outside
        The scenario may name files outside its folder.
    allow_large
        It may need more memory or disk than there is, by the estimates.

    Other threads go on meanwhile; Ctrl-C ends the run with `KeyboardInterrupt`, whose `dataset` holds what was
    recorded; one that comes before the run has begun has no `dataset`.

    Raises
    ------
    ScenarioError, UsageError, FileError
    NumericalError
        The run did not come to its end; its `dataset` holds what was recorded.
    """
    bar = _Bar() if progress is True else None
    call = bar or (progress if callable(progress) else None)
    made = _core.Run(given(scenario, set, allow_outside, allow_large))
    result: xr.Dataset | None = None
    if output is None:
        summary = made.to_memory(call, 0.1)
        result = dataset(summary["result"])
    else:
        summary = made.to_file(fspath(output), overwrite, call, 0.1)
    if bar:
        bar.end()
    if raised := summary.get("raised"):
        raised.dataset = result
        raise raised
    if not summary["succeeded"]:
        raise NumericalError(
            summary["message"] or summary["outcome"], summary["outcome"], summary["time"], summary["advice"], result
        )
    return load(output) if output is not None else result


class _Bar:
    """A line on standard error."""

    def __init__(self) -> None:
        self.shown = False

    def __call__(
        self, t: float, start: float, end: float, steps: int, seconds: float, loss: float | None
    ) -> None:
        share = (t - start) / (end - start)
        told = "" if loss is None else f", loss {loss:.4g}"
        sys.stderr.write(f"\r\x1b[K{share:4.0%}  t = {t:.4g} of {end:g}, {steps} steps{told}")
        sys.stderr.flush()
        self.shown = True

    def end(self) -> None:
        if self.shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
