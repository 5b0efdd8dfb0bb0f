"""System: the right-hand side and its products for other people's solvers."""

from __future__ import annotations

import neurode
import numpy as np
import pytest
from scipy.integrate import solve_ivp


@pytest.fixture
def xor(scenarios) -> neurode.System:
    return neurode.System(scenarios / "xor.toml")


def test_products_are_those_of_the_right_hand_side(xor) -> None:
    random = np.random.default_rng(1)
    x, v, u = (random.normal(size=len(xor)) for _ in range(3))
    x = xor.x0 + 0.1 * x
    h = 1e-6
    along = (xor.rhs(0, x + h * v) - xor.rhs(0, x - h * v)) / (2 * h)
    np.testing.assert_allclose(xor.jvp(0, x, v), along, rtol=1e-7, atol=1e-8)
    jacobian = xor.jacobian(0, x)
    np.testing.assert_allclose(jacobian @ v, xor.jvp(0, x, v), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(jacobian.T @ u, xor.vjp(0, x, u), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(xor.sparse_jacobian(0, x).toarray(), jacobian, rtol=1e-14)


def test_scipy_solves_it(cell) -> None:
    system = neurode.System(cell)
    ours = neurode.run(cell, {"integrator.rtol": 1e-11, "integrator.atol": 1e-13})
    theirs = solve_ivp(
        system.rhs, system.t_span, system.x0, method="BDF", jac=system.jacobian, t_eval=ours["time"], rtol=1e-10, atol=1e-12
    )
    state = system.unpack(theirs.y.T)
    np.testing.assert_allclose(state["p.v"][:, 0], ours["p.v"][:, 0], atol=1e-6)


def test_slices_say_what_the_state_is(xor) -> None:
    assert sum(s.size for s in xor.slices.values()) == len(xor) == xor.x0.size
    weights = xor.slices["input -> hidden.weights"]
    assert (weights.rows, weights.columns, weights.block) == (4, 2, "weights")
    unpacked = xor.unpack(np.arange(len(xor), dtype=float))["input -> hidden.weights"]
    assert unpacked.shape == (4, 2)
    assert unpacked[1, 0] == weights.offset + 1  # post runs fastest in the state
    assert xor.describe(weights.offset).startswith("input -> hidden.weights")
    with pytest.raises(IndexError):
        xor.describe(len(xor))


def test_a_recorded_state_unpacks_to_the_record(scenarios, xor) -> None:
    d = neurode.run(scenarios / "xor.toml", {"time.end": 1, "record.variables": ["weights", "hidden.bias"]})
    start = xor.unpack(xor.x0)
    np.testing.assert_array_equal(d["input -> hidden.weights"][0], start["input -> hidden.weights"])
    np.testing.assert_array_equal(d["hidden.bias"][0], start["hidden.bias"])


def test_shapes_are_checked(xor) -> None:
    with pytest.raises(ValueError, match=f"x: shape \\(3\\); the state has {len(xor)}"):
        xor.rhs(0, [1, 2, 3])
    with pytest.raises(TypeError, match="x: not an array of real numbers"):
        xor.rhs(0, "abc")
    with pytest.raises(ValueError, match="v: shape"):
        xor.jvp(0, xor.x0, xor.x0.reshape(1, -1))


def test_breakpoints_and_refusals(scenarios) -> None:
    pulse = {
        "population": {"p": {"model": "leaky_rate", "activation": "identity"}},
        "stimulus": {"s": {"target": "p", "kind": "pulse", "amplitude": 1, "start": 2, "duration": 3}},
        "time": {"end": 10},
    }
    assert neurode.System(pulse).breakpoints(0, 10) == [2, 5]
    with pytest.raises(neurode.UsageError, match="delays"):
        neurode.System(scenarios / "mackey_glass.toml")
