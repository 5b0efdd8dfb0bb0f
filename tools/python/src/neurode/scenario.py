"""Scenarios from a path, TOML text or a dict, with arrays where files stand otherwise."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from os import PathLike
from typing import Any, Union

import numpy as np

from . import _core

Scenario = Union[str, "PathLike[str]", Mapping[str, Any]]
Settings = Mapping[str, Any]

_FILES = {"path", "file"}
_MATRICES = {"inputs", "targets"}
_INITIALISED = {"weights", "bias", "init"}


class _Arrays:
    """Takes arrays out of a scenario's tree, and leaves their names there."""

    def __init__(self) -> None:
        self.named: dict[str, np.ndarray] = {}

    def name(self, key: str, array: np.ndarray) -> str:
        name = "array:" + key
        self.named[name] = array
        return name

    def taken(self, value: Any, key: str = "") -> Any:
        """`value` without arrays; `key` is dotted."""
        if isinstance(value, Mapping):
            return self._table({str(k): v for k, v in value.items()}, key)
        if _is_sparse(value):
            raise TypeError(f"{key}: a sparse matrix stands for the `weights` of a projection, alone")
        if isinstance(value, (list, tuple)):
            return [self.taken(v, key) for v in value]
        if isinstance(value, (str, bytes)) or not hasattr(value, "__array__"):
            return os.fspath(value) if isinstance(value, PathLike) else value
        array = np.asarray(value)
        if array.ndim == 0:
            return array.item()
        if array.dtype.kind not in "biuf":
            raise TypeError(f"{key}: an array of {array.dtype}; allowed: arrays of real numbers")
        last = key.rsplit(".", 1)[-1]
        if last in _FILES:
            return self.name(key, array)
        if last in _MATRICES:
            return {"path": self.name(key, array)}
        if last in _INITIALISED:
            return {"init": "file", "path": self.name(key, array)}
        return array.tolist()

    def _table(self, table: dict[str, Any], key: str) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for name, value in table.items():
            inner = f"{key}.{name}" if key else name
            if name == "weights" and _is_sparse(value):
                coo = value.tocoo()  # rows receive, columns send
                triples = np.column_stack((coo.col, coo.row, coo.data)).astype(float)
                out["connect"] = {"rule": "from_file", "path": self.name(f"{key}.connect", triples)}
                continue
            taken = self.taken(value, inner)
            if name == "init" and isinstance(taken, dict):
                out.update(taken)
            else:
                out[name] = taken
        return out


def _is_sparse(value: Any) -> bool:
    return hasattr(value, "tocoo") and hasattr(value, "nnz")


def _last(key: str) -> str:
    """The last part of a dotted key, whose parts may stand in quotes."""
    return re.split(r"\.(?=(?:[^\"']|\"[^\"]*\"|'[^']*')*$)", key)[-1].strip("\"'")


def arguments(
    scenario: Scenario,
    set: Settings | None,
    allow_outside: bool,
    allow_large: bool,
) -> dict[str, Any]:
    """What the compiled module wants of a scenario.

    A string with a line break is TOML text, any other one a path. Files that a text or a dict names are looked for in
    the current folder.
    """
    arrays = _Arrays()
    text: str | None = None
    if isinstance(scenario, Mapping):
        path, text = "scenario", _core.toml_of({"schema": 1, **arrays.taken(scenario)})
    elif isinstance(scenario, str) and "\n" in scenario:
        path, text = "scenario", scenario
    else:
        path = os.fspath(scenario)
    overrides = []
    for key, value in (set or {}).items():
        last = _last(key)
        taken = arrays._table({last: value}, key)
        stem = key.removesuffix('"').removesuffix("'").removesuffix(last).rstrip("\"'")
        overrides += [
            f"{key if name == last else stem + name}={_core.toml_value(v, key)}" for name, v in taken.items()
        ]
    return {
        "path": path,
        "text": text,
        "arrays": arrays.named,
        "allow_outside": allow_outside,
        "allow_large": allow_large,
        "overrides": overrides,
    }
