"""neurode: activity and weights of neural networks as one coupled ODE.

    import neurode

    d = neurode.run("scenarios/xor.toml", set={"seed": 7})
    d["loss"][-1].item()

`run`, `analyze` and `compare` compute in process and return labelled `xarray.Dataset`s; `load` opens a result file;
`System` hands out a scenario's right-hand side and its products. Scenarios are described in scenarios/README.md.
"""

from __future__ import annotations

from typing import Any

from .errors import Diagnostic, Error, FileError, NumericalError, ScenarioError, UsageError
from .files import load

_COMPILED = {
    "run": "simulate",
    "analyze": "analysis",
    "compare": "analysis",
    "studies": "analysis",
    "System": "system",
    "Slice": "system",
    "__version__": "_core",
}

__all__ = [
    "Diagnostic",
    "Error",
    "FileError",
    "NumericalError",
    "ScenarioError",
    "Slice",
    "System",
    "UsageError",
    "analyze",
    "compare",
    "load",
    "run",
    "studies",
]


def __getattr__(name: str) -> Any:
    # On first use: pictures and exports do without the compiled module.
    if name not in _COMPILED:
        raise AttributeError(f"module 'neurode' has no attribute '{name}'")
    from importlib import import_module

    value = getattr(import_module(f".{_COMPILED[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_COMPILED})
