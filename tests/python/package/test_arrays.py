"""Arrays in the place of files and lists."""

from __future__ import annotations

import neurode
import numpy as np
import pytest
import scipy.sparse


def linear(weights, **projection) -> dict:
    """tau dx/dt = -x + W x + b of three neurons, whose solution is known."""
    return {
        "population": {"p": {"size": 3, "model": "leaky_rate", "activation": "identity", "bias": np.array([1.0, 0, -1])}},
        "projection": {"p -> p": {"weights": weights, **projection}},
        "integrator": {"rtol": 1e-10, "atol": 1e-13},
        "time": {"end": 1.0},
        "record": {"every": 0.25, "variables": ["p.a"]},
    }


W = np.array([[0.0, 0.5, 0.0], [0.0, -0.2, 0.3], [0.7, 0.0, 0.0]])


def exact(t: float) -> np.ndarray:
    """(e^(A t) - 1) A^-1 b with A = W - 1, from rest."""
    a, b = W - np.eye(3), np.array([1.0, 0, -1])
    values, vectors = np.linalg.eig(a)
    return np.real(vectors @ ((np.expm1(values * t) / values) * np.linalg.solve(vectors, b)))


@pytest.mark.parametrize(
    "weights",
    [W, {"init": W}, W.tolist(), np.asfortranarray(W), scipy.sparse.csr_matrix(W)],
    ids=["array", "init", "list", "fortran", "sparse"],
)
def test_weights(weights) -> None:
    d = neurode.run(linear(weights))
    for t in d["time"].values:
        np.testing.assert_allclose(d["p.a"].sel(time=t), exact(t), rtol=1e-8, atol=1e-10)


def test_weights_of_another_shape_are_refused() -> None:
    with pytest.raises(neurode.ScenarioError) as raised:
        neurode.run(linear(np.zeros((3, 2))))
    assert "3 x 2" in str(raised.value) and "3 x 3" in str(raised.value)
    with pytest.raises(neurode.ScenarioError, match="finite"):
        neurode.run(linear(np.full((3, 3), np.nan)))


def test_set_takes_arrays() -> None:
    d = neurode.run(linear(0.0), {'projection."p -> p".weights': W, "population.p.bias": [1, 0, -1]})
    np.testing.assert_allclose(d["p.a"][-1], exact(1.0), rtol=1e-8)
    with_init = neurode.run(linear({"init": 0.0}), {'projection."p -> p".weights.init': W})
    np.testing.assert_array_equal(with_init["p.a"], d["p.a"])


def test_data_are_those_of_the_scenario(scenarios) -> None:
    inputs = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    targets = np.array([[0], [1], [1], [0]], dtype=np.float32)
    expected = neurode.run(scenarios / "xor.toml", {"time.end": 5})
    d = neurode.run(scenarios / "xor.toml", {"time.end": 5, "data.inputs": inputs, "data.targets": targets})
    np.testing.assert_array_equal(d["loss"], expected["loss"])
    other = neurode.run(scenarios / "xor.toml", {"time.end": 5, "data.inputs": inputs, "data.targets": 1 - targets})
    assert not np.array_equal(other["loss"], expected["loss"])


def test_a_stimulus_follows_a_table() -> None:
    times = np.linspace(0, 1, 11)
    table = np.column_stack((times, times**2))
    d = neurode.run(
        {
            "model": {"integral": {"equations": "dx/dt = I"}},
            "population": {"p": {"model": "integral"}},
            "stimulus": {"s": {"target": "p", "kind": "piecewise", "interpolation": "linear", "path": table}},
            "time": {"end": 1.0},
            "record": {"every": 0.1},
        }
    )
    trapezium = np.concatenate(([0], np.cumsum((table[1:, 1] + table[:-1, 1]) / 2 * 0.1)))
    np.testing.assert_allclose(d["p.x"][:, 0], trapezium, atol=1e-12)


def test_what_reads_csv_reads_numpy_files(tmp_path) -> None:
    np.save(tmp_path / "w.npy", W)
    np.savetxt(tmp_path / "b.csv", [1.0, 0.0, -1.0])
    (tmp_path / "s.toml").write_text("""
schema = 1
[population.p]
size = 3
model = "leaky_rate"
activation = "identity"
bias = { init = "file", path = "b.csv" }
[projection."p -> p"]
weights = { init = "file", path = "w.npy" }
[integrator]
rtol = 1e-10
atol = 1e-13
[time]
end = 1.0
""")
    d = neurode.run(tmp_path / "s.toml")
    np.testing.assert_allclose(d["p.a"][-1], exact(1.0), rtol=1e-8)


def test_arrays_live_as_long_as_they_are_needed() -> None:
    system = neurode.System(linear(W.copy()))
    np.testing.assert_allclose(system.jacobian(0, np.zeros(3)), W - np.eye(3), rtol=1e-14)


def test_arrays_of_another_shape_are_refused(scenarios) -> None:
    with pytest.raises(neurode.ScenarioError, match=r"the array has the wrong shape; found \(4, 2, 1, 1\)"):
        neurode.run(scenarios / "xor.toml", {"data.inputs": np.zeros((4, 2, 1, 1)), "data.targets": np.zeros((4, 1))})
    with pytest.raises(neurode.ScenarioError, match=r"the array has the wrong shape; found \(0, 2\)"):
        neurode.run(scenarios / "xor.toml", {"data.inputs": np.zeros((0, 2)), "data.targets": np.zeros((4, 1))})
    pairs = {"rule": "from_file", "path": np.zeros((2, 5))}
    with pytest.raises(neurode.ScenarioError, match=r"the array has the wrong shape; found \(2, 5\)"):
        neurode.run(linear(1.0, connect=pairs))
    twice = {"rule": "from_file", "path": np.array([[0, 1], [0, 1]])}
    with pytest.raises(neurode.ScenarioError, match="the same pair of neurons comes twice"):
        neurode.run(linear(1.0, connect=twice))
