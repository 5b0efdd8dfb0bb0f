"""neurode.run: the numbers of the program, from paths, texts and dicts."""

from __future__ import annotations

import subprocess
import sys
import threading
import tomllib

import neurode
import numpy as np
import pytest
import xarray as xr

# Differ from run to run, or tell where it was made.
OWN = {"wall_seconds", "scenario_file", "scenario_folder", "overrides", "data_files", "sittings"}


def assert_same(a: xr.Dataset, b: xr.Dataset) -> None:
    """Every number to the last bit, every label, unit and attribute."""
    assert dict(a.sizes) == dict(b.sizes)
    assert list(a.data_vars) == list(b.data_vars)
    for name in a.variables:
        assert a[name].dims == b[name].dims, name
        assert a[name].values.tobytes() == b[name].values.tobytes(), name
        for key in ("units", "long_name"):
            assert a[name].attrs.get(key) == b[name].attrs.get(key), (name, key)
    assert set(a.attrs) - OWN == set(b.attrs) - OWN
    for key in set(a.attrs) - OWN:
        assert np.array_equal(a.attrs[key], b.attrs[key], equal_nan=isinstance(a.attrs[key], float)), key




def toml(value) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {toml(v)}" for k, v in value.items()) + " }"
    return f'"{value}"' if isinstance(value, str) else str(value)


@pytest.mark.parametrize(
    "name, settings",
    [
        ("xor.toml", {"time.end": 20}),
        ("xor.toml", {"time.end": 20, "integrator": {"method": "adams_bashforth_moulton", "dt": 0.01}}),
        ("mackey_glass.toml", {"time.end": 20}),
        ("spiking_ei.toml", {"time.end": "20 ms"}),
        ("ornstein_uhlenbeck.toml", {"time.end": 1}),
        ("sparse_100k.toml", {"time.end": 0.02}),
    ],
)
def test_the_numbers_are_the_programs(scenarios, tmp_path, neurode_program, name, settings) -> None:
    path = scenarios / name
    if not path.exists():
        pytest.fail(f"{name} is gone: name another scenario of its kind")
    sets = [x for key, value in settings.items() for x in ("--set", f"{key}={toml(value)}")]
    neurode_program("run", path, "-o", "r.h5", "-q", *sets)
    with neurode.load(tmp_path / "r.h5") as expected:
        assert_same(neurode.run(path, settings), expected)


def test_a_file_is_written_and_opened(tmp_path, cell) -> None:
    in_memory = neurode.run(cell)
    with neurode.run(cell, output=tmp_path / "r.h5") as written:
        assert_same(in_memory, written)
    with pytest.raises(neurode.FileError, match="exists") as raised:
        neurode.run(cell, output=tmp_path / "r.h5")
    assert raised.value.path == str(tmp_path / "r.h5")
    neurode.run(cell, output=tmp_path / "r.h5", overwrite=True).close()


def test_a_changed_byte_is_told(tmp_path, cell) -> None:
    path = tmp_path / "r.h5"
    neurode.run(cell, output=path).close()
    whole = path.read_bytes()
    path.write_bytes(whole[:600] + bytes([whole[600] ^ 1]) + whole[601:])
    with pytest.raises(neurode.FileError, match="r.h5: is damaged: its bytes are not those that were written"):
        neurode.load(path)


def test_path_text_and_dict_are_one(scenarios) -> None:
    path = scenarios / "xor.toml"
    text = path.read_text()
    settings = {"time.end": 5, 'projection."input -> hidden".weights.std': 2}
    by_path = neurode.run(path, settings)
    assert_same(neurode.run(text, settings), by_path)
    assert_same(neurode.run(tomllib.loads(text), settings), by_path)
    assert_same(neurode.run(str(path), settings), by_path)
    assert not np.array_equal(by_path["loss"], neurode.run(path, {"time.end": 5})["loss"])


def test_every_fault_is_told_with_its_fields(cell) -> None:
    with pytest.raises(neurode.ScenarioError) as raised:
        neurode.run(cell.replace("bias", "bais"), {"integrator.rtol": -1, "integrator.method": "tsit6"})
    keys = {d.key for d in raised.value.diagnostics}
    assert keys == {"population.p.bais", "integrator.rtol", "integrator.method"}
    fault = next(d for d in raised.value.diagnostics if d.key == "population.p.bais")
    assert (fault.file, fault.line, fault.column) == ("scenario", 5, 1)
    assert "tsit5" in {d.suggestion for d in raised.value.diagnostics}
    assert isinstance(raised.value, ValueError)
    with pytest.raises(neurode.UsageError, match="nowhere.toml"):
        neurode.run("nowhere.toml")
    with pytest.raises(TypeError, match="population.p.bias"):
        neurode.run({"population": {"p": {"bias": object()}}})
    with pytest.raises(TypeError, match="complex"):
        neurode.run({"population": {"p": {"bias": np.zeros(2, complex)}}})


def test_a_numerical_failure_keeps_what_was_computed() -> None:
    scenario = {
        "model": {"blow_up": {"equations": "dx/dt = x^2", "initial": {"x": 1.0}}},
        "population": {"p": {"model": "blow_up"}},
        "time": {"end": 2.0},
        "record": {"every": 0.1},
    }
    with pytest.raises(neurode.NumericalError) as raised:
        neurode.run(scenario)
    error = raised.value
    assert error.outcome == "step_underflow" or error.outcome == "non_finite"
    assert error.time == pytest.approx(1.0, abs=1e-6)
    assert error.advice
    kept = error.dataset
    np.testing.assert_allclose(kept["p.x"][:10, 0], 1 / (1 - kept["time"][:10]), rtol=1e-4)


LONG = {"time.end": 1e9, "record.every": 1e5}


def test_progress_is_called_and_may_stop(cell) -> None:
    seen = []

    def watch(*told) -> None:
        seen.append(told)
        if len(seen) == 3:
            raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough") as raised:
        neurode.run(cell, LONG, progress=watch)
    assert raised.value.dataset["time"][0] == 0
    assert raised.value.dataset.attrs["outcome"] == "interrupted"
    times, steps = [told[0] for told in seen], [told[3] for told in seen]
    assert times == sorted(times) and 0 < times[0] and steps == sorted(steps)
    assert all((start, end, loss) == (0, 1e9, None) for _, start, end, _, _, loss in seen)


def test_other_threads_go_on(cell) -> None:
    count, done = 0, threading.Event()

    def work() -> None:
        nonlocal count
        while not done.is_set():
            count += 1

    def told(*_) -> None:
        nonlocal before
        if before is None:
            before = count
        else:
            raise RuntimeError("enough")

    before = None
    thread = threading.Thread(target=work)
    thread.start()
    with pytest.raises(RuntimeError):
        neurode.run(cell, LONG, progress=told)
    after = count
    done.set()
    thread.join()
    assert after - before > 1000  # in the tenth of a second between two reports


INTERRUPTED = """
import os, signal, sys, neurode
told = []
def progress(t, *rest):
    if not told:
        os.kill(os.getpid(), signal.SIGINT)
    told.append(t)
try:
    neurode.run(sys.argv[1], {"time.end": 1e9, "record.every": 1e5}, progress=progress)
except KeyboardInterrupt as stopped:
    print("interrupted", stopped.dataset["time"].size, stopped.dataset.attrs["outcome"])
"""


def test_ctrl_c_ends_a_run(cell) -> None:
    done = subprocess.run([sys.executable, "-c", INTERRUPTED, cell], capture_output=True, text=True, timeout=60)
    words = done.stdout.split()
    assert words[0] == "interrupted" and words[2] == "interrupted" and int(words[1]) > 0, done.stderr


def test_values_that_are_none_are_refused_by_name(cell, tmp_path) -> None:
    with pytest.raises(ValueError, match="seed: an integer of more than 64 bits"):
        neurode.run(cell, {"seed": 2**70})
    with pytest.raises(ValueError):
        neurode.run(cell, {"title": "\udc80"})
    with pytest.raises(ValueError, match="output"):
        neurode.run(cell, output=str(tmp_path / "x\0.h5"))
