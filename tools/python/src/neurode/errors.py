"""What can go wrong, as exceptions with fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class Diagnostic:
    """One thing wrong with a scenario. Line 0: the file as a whole, or no file."""

    file: str
    line: int
    column: int
    key: str
    problem: str
    found: str
    allowed: str
    suggestion: str


class Error(Exception):
    """Base of all that neurode raises."""


class ScenarioError(Error, ValueError):
    """The scenario, or a file it names, is wrong; `diagnostics` holds every fault found."""

    def __init__(self, message: str, diagnostics: list[Diagnostic]) -> None:
        super().__init__(message)
        self.diagnostics = diagnostics


class UsageError(Error, ValueError):
    """A call that makes no sense: an unknown study, a scenario file that is not there."""


class FileError(Error, OSError):
    """A file cannot be read or written: `path`."""

    def __init__(self, message: str, path: str) -> None:
        super().__init__(message)
        self.path = path


class NumericalError(Error, ArithmeticError):
    """The numbers went wrong.

    Of a run: `outcome` names how ("non_finite", "step_underflow", "max_steps" ...), `time` is the last good one, `advice`
    says what to try, `dataset` holds what was recorded up to there (None where it went to a file).
    """

    def __init__(
        self,
        message: str,
        outcome: str = "",
        time: float = float("nan"),
        advice: str = "",
        dataset: xr.Dataset | None = None,
    ) -> None:
        super().__init__(message + ("\n" + advice if advice else ""))
        self.outcome = outcome
        self.time = time
        self.advice = advice
        self.dataset = dataset
