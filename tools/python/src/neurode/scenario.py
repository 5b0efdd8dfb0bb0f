"""Scenarios from a path, TOML text or a dict, with arrays where files stand otherwise."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from os import PathLike
from typing import Any, Union

import numpy as np

from . import _core
from .errors import Diagnostic, ScenarioError

Scenario = Union[str, "PathLike[str]", Mapping[str, Any]]
Settings = Mapping[str, Any]

_FILES = {"path", "file"}
_MATRICES = {"inputs", "targets"}
_INITIALISED = {"weights", "bias", "init"}


class _Arrays:
    """Takes arrays out of a scenario's tree, and leaves their names there."""

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self.named: dict[str, np.ndarray] = {}
        self.sizes = sizes  # of populations, as far as they are known

    def name(self, key: str, array: np.ndarray) -> str:
        name, k = f"array:{key}", 1
        while name in self.named:  # of tables in a list
            k += 1
            name = f"array:{key} ({k})"
        self.named[name] = array
        return name

    def taken(self, value: Any, key: str = "") -> Any:
        """`value` without arrays; `key` is dotted."""
        if isinstance(value, Mapping):
            return self.table({str(k): v for k, v in value.items()}, key)
        if _is_sparse(value):
            raise TypeError(f"{key}: a sparse matrix stands for the `weights` of a projection, alone")
        if isinstance(value, (list, tuple)):
            return [_numbers(v, key).tolist() if _is_array(v) else self.taken(v, key) for v in value]
        if not _is_array(value):
            return os.fspath(value) if isinstance(value, PathLike) else value
        array = _numbers(value, key)
        if array.ndim == 0:
            return array.item()
        last = _parts(key)[-1]
        if last in _FILES:
            return self.name(key, array)
        if last in _MATRICES:
            return {"path": self.name(key, array)}
        if last in _INITIALISED:
            return {"init": "file", "path": self.name(key, array)}
        return array.tolist()

    def table(self, table: dict[str, Any], key: str) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for name, value in table.items():
            inner = _joined(key, name)
            if name == "weights" and _is_sparse(value):
                triples = self._triples(value, key, inner)
                out["connect"] = {"rule": "from_file", "path": self.name(_joined(key, "connect"), triples)}
                continue
            taken = self.taken(value, inner)
            if name == "init" and isinstance(taken, dict):
                out.update(taken)
            else:
                out[name] = taken
        return out

    def _triples(self, matrix: Any, projection: str, key: str) -> np.ndarray:
        """Rows (pre, post, weight), each pair once, of a matrix whose rows receive and whose columns send."""
        if matrix.dtype.kind not in "biuf":
            raise TypeError(f"{key}: a matrix of {matrix.dtype}; allowed: matrices of real numbers")
        sender, _, receiver = _parts(projection)[-1].partition(":")[0].partition("->")
        sizes = [self.sizes.get(name.strip()) for name in (receiver, sender)]
        if any(n is not None and n != found for n, found in zip(sizes, matrix.shape)):
            found = " x ".join(map(str, matrix.shape))
            allowed = " x ".join("any" if n is None else str(n) for n in sizes)
            allowed += " (rows: neurons that receive, columns: neurons that send)"
            problem = "the matrix has the wrong shape"
            raise ScenarioError(
                f"{key}: {problem}; found {found}; allowed: {allowed}",
                [Diagnostic("scenario", 0, 0, key, problem, found, allowed, "")],
            )
        coo = matrix.tocoo(copy=True)
        coo.sum_duplicates()
        return np.column_stack((coo.col, coo.row, coo.data)).astype(float)


def _is_sparse(value: Any) -> bool:
    return hasattr(value, "tocoo") and hasattr(value, "nnz")


def _is_array(value: Any) -> bool:
    return hasattr(value, "__array__") and not isinstance(value, (str, bytes))


def _numbers(value: Any, key: str) -> np.ndarray:
    array = np.asarray(value)
    if array.dtype.kind not in "biuf" and array.ndim > 0:
        raise TypeError(f"{key}: an array of {array.dtype}; allowed: arrays of real numbers")
    return array


def _parts(key: str) -> list[str]:
    """The parts of a dotted key, which may stand in quotes."""
    return [part.strip("\"'") for part in re.split(r"\.(?=(?:[^\"']|\"[^\"]*\"|'[^']*')*$)", key)]


def _joined(key: str, name: str) -> str:
    name = name if re.fullmatch(r"[\w-]+", name, re.ASCII) else f'"{name}"'
    return f"{key}.{name}" if key else name


def _sizes(scenario: Mapping[str, Any], set: Settings) -> dict[str, int]:
    """Numbers of neurons of those populations that say them."""
    populations = scenario.get("population")
    tables: dict[str, dict[str, Any]] = {}
    if isinstance(populations, Mapping):
        tables = {str(k): dict(v) for k, v in populations.items() if isinstance(v, Mapping)}
    for key, value in set.items():
        match _parts(key):
            case ["population"]:
                return {}
            case ["population", name]:
                tables[name] = dict(value) if isinstance(value, Mapping) else {}
            case ["population", name, inner]:
                tables.setdefault(name, {})[inner] = value
    out = {}
    for name, table in tables.items():
        # Anything else is for the program to refuse.
        size = np.prod(table["shape"]) if isinstance(table.get("shape"), (list, tuple)) else table.get("size")
        if isinstance(size, (int, np.integer)):
            out[name] = int(size)
    return out


def given(scenario: Scenario, set: Settings | None, allow_outside: bool, allow_large: bool) -> _core.Given:
    """A scenario as the compiled module wants it."""
    return _core.Given(**arguments(scenario, set, allow_outside, allow_large))


def arguments(
    scenario: Scenario, set: Settings | None, allow_outside: bool, allow_large: bool
) -> dict[str, Any]:
    """The parts of that.

    A string with a line break is TOML text, any other one a path. Files that a text or a dict names are looked for in
    the current folder.
    """
    arrays = _Arrays(_sizes(scenario, set or {}) if isinstance(scenario, Mapping) else {})
    text: str | None = None
    if isinstance(scenario, Mapping):
        path, text = "scenario", _core.toml_of({"schema": 1, **arrays.taken(scenario)})
    elif isinstance(scenario, str) and "\n" in scenario:
        path, text = "scenario", scenario
    else:
        path = os.fspath(scenario)
    overrides = []
    for key, value in (set or {}).items():
        last = _parts(key)[-1]
        stem = key.removesuffix('"').removesuffix("'").removesuffix(last).rstrip("\"'")
        taken = arrays.table({last: value}, stem.removesuffix("."))
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
