"""analyze and compare: what the program writes, in process."""

from __future__ import annotations

import subprocess
import sys

import neurode
import numpy as np
import pytest


def test_bifurcations(cell, tmp_path) -> None:
    d = neurode.analyze("continue", cell, parameter="population.p.bias", from_=0, to=2, orbits=False)
    kinds = d["special_kind"] if "special_kind" in d else None
    hopf = np.sort(np.array([p for p in _hopf(d)]))
    np.testing.assert_allclose(hopf, [0.33128134, 1.41871866], atol=1e-6)
    assert kinds is None or kinds.size
    assert "hopf" in d.attrs["table"].lower()


def _hopf(d) -> list[float]:
    """Parameter values of the Hopf points, whatever the file calls them."""
    for name, v in d.data_vars.items():
        meanings = str(v.attrs.get("flag_meanings", "")).split()
        if any("opf" in m for m in meanings) and v.ndim == 1:
            code = next(k for k, m in enumerate(meanings) if "opf" in m)
            where = v.values == code
            parameter = next(p for p in d.data_vars.values() if p.dims == v.dims and "population.p.bias" in str(p.attrs))
            return list(parameter.values[where])
    raise AssertionError(f"no Hopf points among {list(d.data_vars)}")


def test_equals_what_the_program_writes(cell, tmp_path, neurode_program) -> None:
    (tmp_path / "cell.toml").write_text(cell)
    neurode_program("analyze", "fixed-points", "cell.toml", "-o", "f.h5")
    with neurode.load(tmp_path / "f.h5") as expected:
        d = neurode.analyze("fixed_points", cell)
        assert set(d.data_vars) == set(expected.data_vars)
        for name in d.data_vars:
            np.testing.assert_array_equal(d[name], expected[name])


def test_refusals(cell) -> None:
    with pytest.raises(neurode.UsageError, match="did you mean \"spectrum\""):
        neurode.analyze("spectrun", cell)
    with pytest.raises(neurode.ScenarioError, match="colour"):
        neurode.analyze("spectrum", cell, colour="red")
    assert "lyapunov" in neurode.studies()


def test_comparison(cell) -> None:
    d = neurode.compare(cell, integrators=["tsit5", "dopri5"], rtol=(1e-4, 1e-6), repeat=1)
    assert d.sizes["run"] == 6
    assert set(d["rtol"].values) == {1e-4, 1e-5, 1e-6}
    assert "tsit5" in d.attrs["table"]
    with pytest.raises(neurode.UsageError, match="tsit6"):
        neurode.compare(cell, integrators=["tsit6"])


def test_comparisons_that_make_no_sense_are_refused(cell) -> None:
    for wrong in ({"rtol": (1e-9, 1e-3)}, {"rtol": (1, 2)}, {"rtol": (0, 0)}, {"rtol": (float("nan"), 1e-3)},
                  {"dt": [-1.0]}, {"time_limit": -1}, {"repeat": 0}, {"accuracy": float("nan")}):
        name = next(iter(wrong))
        with pytest.raises(neurode.UsageError, match=f"^{name}: .* is no good; allowed: "):
            neurode.compare(cell, integrators=["tsit5"], **wrong)


INTERRUPTED = """
import os, signal, sys, threading, time, neurode
threading.Timer(1.0, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
cell = sys.argv[2]
try:
    if sys.argv[1] == "compare":
        neurode.compare(cell, {"time.end": 1e9}, time_limit=600)
    else:
        neurode.analyze(sys.argv[1], cell, {"time.end": 1e9})
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.parametrize("what", ["compare", "lyapunov", "dimension", "spectrum"])
def test_ctrl_c_ends_them(cell, what) -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, what, cell], capture_output=True, text=True, timeout=120
    )
    assert done.stdout == "interrupted\n", done.stderr
