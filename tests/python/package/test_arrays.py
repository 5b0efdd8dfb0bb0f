"""Arrays in the place of files and lists."""

from __future__ import annotations

import tomllib

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


def coordinates(rows, columns, values, shape=(3, 3)):
    return scipy.sparse.coo_matrix((values, (rows, columns)), shape=shape)


def test_duplicates_of_sparse_weights_add_up() -> None:
    once, twice = coordinates([0, 2], [1, 0], [3.0, 1.0]), coordinates([0, 2, 0], [1, 0, 1], [1.0, 1.0, 2.0])
    np.testing.assert_array_equal(neurode.run(linear(twice))["p.a"], neurode.run(linear(once))["p.a"])
    assert twice.nnz == 3  # the caller's own is as it was


def test_complex_sparse_weights_are_refused() -> None:
    with pytest.raises(TypeError, match=r'^projection\."p -> p"\.weights: a matrix of complex128; allowed: .* real'):
        neurode.run(linear(scipy.sparse.csr_matrix(W + 0j)))


@pytest.mark.parametrize("shape", [(3, 2), (2, 3), (4, 4)])
def test_sparse_weights_of_another_shape_are_refused(shape) -> None:
    weights = coordinates([0], [1], [1.0], shape)
    found = f"{shape[0]} x {shape[1]}"
    told = rf'^projection\."p -> p"\.weights: the matrix has the wrong shape; found {found}; allowed: 3 x 3 \(rows'
    with pytest.raises(ValueError, match=told):
        neurode.run(linear(weights))
    with pytest.raises(ValueError, match=told):
        neurode.run(linear(W), {'projection."p -> p".weights': weights})
    sheet = linear(weights)
    del sheet["population"]["p"]["size"]
    sheet["population"]["p"]["shape"] = [3, 1]
    with pytest.raises(ValueError, match=told):
        neurode.run(sheet)
    labelled = linear(W)
    labelled["projection"]["p -> p : second"] = {"weights": weights}
    with pytest.raises(ValueError, match=r'"p -> p : second"\.weights: the matrix has the wrong shape'):
        neurode.run(labelled)


def test_sizes_that_are_overridden_count() -> None:
    population = {"size": 2, "model": "leaky_rate", "activation": "tanh"}
    small = {**linear(coordinates([0], [1], [1.0])), "population": {"p": population}}
    assert neurode.run(small, {"population.p.size": 3}).sizes["p"] == 3
    assert neurode.run(small, {"population.p": {**population, "size": 3}}).sizes["p"] == 3


def test_rows_may_be_arrays(scenarios) -> None:
    np.testing.assert_array_equal(neurode.run(linear([*W]))["p.a"], neurode.run(linear(W.tolist()))["p.a"])
    inputs, targets = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0.0], [1], [1], [0]])
    expected = neurode.run(scenarios / "xor.toml", {"time.end": 5})
    d = neurode.run(scenarios / "xor.toml", {"time.end": 5, "data.inputs": [*inputs], "data.targets": [*targets]})
    np.testing.assert_array_equal(d["loss"], expected["loss"])


def test_each_array_has_a_name_of_its_own() -> None:
    from neurode.scenario import arguments

    tables = [{"path": np.zeros(2)}, {"path": np.ones(2)}]
    given = arguments({"a": tables}, {"b": [{"path": np.full(2, 2.0)}]}, False, False)
    assert sorted(a[0] for a in given["arrays"].values()) == [0, 1, 2]
    dotted = arguments({}, {'stimulus."a.b".path': np.zeros(2), "stimulus.a.b.path": np.ones(2)}, False, False)
    assert sorted(a[0] for a in dotted["arrays"].values()) == [0, 1]


@pytest.mark.parametrize("given", ["dict", "set"])
def test_messages_name_the_key_once(given) -> None:
    def run(key: str, value) -> None:
        scenario = linear(0.0)
        table = scenario["projection"]["p -> p"] if "weights" in key else scenario["population"]["p"]
        name = key.rpartition(".")[2]
        del table[name]
        if given == "dict":
            table[name] = value
        neurode.run(scenario, {key: value} if given == "set" else None)

    for key in ("population.p.bias", 'projection."p -> p".weights'):
        with pytest.raises(TypeError, match=rf"^{key}: an array of complex128"):
            run(key, np.zeros(3, complex))
        with pytest.raises(neurode.ScenarioError) as raised:
            run(key, np.zeros((4, 4)))
        (fault,) = raised.value.diagnostics
        assert fault.key == f"{key}.path"
        assert "array:" + key in fault.found.replace("\\", "")


@pytest.mark.parametrize("stream", [False, True])
def test_only_streamed_data_are_read_during_the_run(scenarios, stream) -> None:
    scenario = tomllib.loads((scenarios / "xor.toml").read_text())
    del scenario["time"]["stop"]
    scenario["record"] = {"every": 100, "variables": ["weights"]}
    scenario["time"]["end"] = 3000
    random = np.random.default_rng(1)
    inputs, targets = random.normal(size=(400, 2)), random.normal(size=(400, 1))
    scenario["data"] = {"inputs": inputs, "targets": targets, "batch": {"size": 32, "period": 1.0, "stream": stream}}
    expected = neurode.run(scenario)["input -> hidden.weights"]
    changed = []

    def change(*_) -> None:
        if not changed:
            inputs[...] = 0
            changed.append(True)

    found = neurode.run(scenario, progress=change)["input -> hidden.weights"]
    assert changed and np.array_equal(found, expected) == (not stream)


def test_a_system_keeps_numbers_of_its_own() -> None:
    weights, bias = W.copy(), np.array([1.0, 0, -1])
    scenario = linear(weights)
    scenario["population"]["p"]["bias"] = bias
    system = neurode.System(scenario)
    before = system.rhs(0, np.ones(3))
    weights[...], bias[...] = 0, 0
    np.testing.assert_array_equal(system.rhs(0, np.ones(3)), before)
