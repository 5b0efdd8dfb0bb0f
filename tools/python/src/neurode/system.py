"""A scenario's differential equation x' = F(t, x) as NumPy calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core
from .scenario import Scenario, Settings, given

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray
    from scipy.sparse import csc_matrix


@dataclass(frozen=True)
class Slice:
    """A named part of the state: rows x columns numbers from `offset`, column by column."""

    name: str
    offset: int
    rows: int
    columns: int
    block: str
    unit: str
    long_name: str
    row_dimension: str
    column_dimension: str

    @property
    def size(self) -> int:
        return self.rows * self.columns


class System:
    """The coupled equations of a scenario: activity, errors and weights, as far as it has them.

    For ordinary differential equations: scenarios with delays, noise or spikes are refused (`UsageError`). Not for
    several threads at once.

        s = neurode.System("scenarios/xor.toml")
        scipy.integrate.solve_ivp(s.rhs, s.t_span, s.x0, jac=s.jacobian, method="BDF")

    Attributes
    ----------
    x0 : state at the start
    t_span : (start, end)
    time_unit : "" where the scenario has none
    slices : {name: Slice}, in the order of the state
    """

    def __init__(
        self,
        scenario: Scenario,
        set: Settings | None = None,
        *,
        allow_outside: bool = False,
        allow_large: bool = False,
    ) -> None:
        self._system = _core.System(given(scenario, set, allow_outside, allow_large))
        self.x0: NDArray[np.float64] = self._system.initial()
        self.t_span: tuple[float, float] = self._system.span()
        self.time_unit: str = self._system.time_unit()
        self.slices: dict[str, Slice] = {s[0]: Slice(*s) for s in self._system.slices()}

    def __len__(self) -> int:
        return len(self._system)

    def rhs(self, t: float, x: ArrayLike) -> NDArray[np.float64]:
        """F(t, x)."""
        return self._system.rhs(t, x)

    def jvp(self, t: float, x: ArrayLike, v: ArrayLike) -> NDArray[np.float64]:
        """J(t, x) v."""
        return self._system.jvp(t, x, v)

    def vjp(self, t: float, x: ArrayLike, u: ArrayLike) -> NDArray[np.float64]:
        """J(t, x)^T u."""
        return self._system.vjp(t, x, u)

    def jacobian(self, t: float, x: ArrayLike) -> NDArray[np.float64]:
        """J(t, x), dense."""
        return self._system.jacobian(t, x)

    def sparse_jacobian(self, t: float, x: ArrayLike) -> csc_matrix:
        """J(t, x) by compressed columns; needs SciPy."""
        from scipy.sparse import csc_matrix

        n = len(self)
        parts = self._system.sparse_jacobian(t, x)
        return csc_matrix(self.jacobian(t, x)) if parts is None else csc_matrix(parts, shape=(n, n))

    def breakpoints(self, start: float, end: float) -> list[float]:
        """Times in (start, end) at which F or a derivative of it in t jumps: step onto them."""
        return self._system.breakpoints(start, end)

    def describe(self, element: int) -> str:
        """What an element of the state is: "hidden.a[3], sample 2"."""
        return self._system.describe(element)

    def unpack(self, x: ArrayLike) -> dict[str, Any]:
        """Views of a state (of several: the last axis) by slice, in the shapes of the record: activity (sample, neuron)
        or (neuron,), weights (post, pre)."""
        state = np.asarray(x)
        out = {}
        for s in self.slices.values():
            part = state[..., s.offset : s.offset + s.size]
            if s.column_dimension:
                part = part.reshape(*state.shape[:-1], s.columns, s.rows)  # column by column
                if s.column_dimension != "sample":
                    part = np.swapaxes(part, -1, -2)
            out[s.name] = part
        return out
