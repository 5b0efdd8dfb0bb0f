"""analyze and compare: what the program writes, in process."""

from __future__ import annotations

import subprocess
import sys

import neurode
import numpy as np
import pytest
from neurode.files import words


def test_bifurcations(cell) -> None:
    d = neurode.analyze("continue", cell, parameter="population.p.bias", from_=0, to=2, orbits=False)
    assert d["special_p"].dims == d["special_kind"].dims == d["special_branch"].dims == ("special",)
    kinds = np.array(words(d["special_kind"]))
    assert sorted(kinds) == ["Hopf", "Hopf", "end", "end", "start"]
    np.testing.assert_allclose(np.sort(d["special_p"][kinds == "Hopf"]), [0.33128134, 1.41871866], atol=1e-8)
    np.testing.assert_array_equal(d["special_branch"], 0)  # of states of rest
    assert "hopf" in d.attrs["table"].lower()


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
