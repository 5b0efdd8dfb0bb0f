"""`neurode analyze` from the command line: what it says of the shipped models against published and recomputed numbers,
and its three outputs against each other. Bifurcations: AUTO-07p on the same equations."""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import numpy as np

HEAD = """schema = 1
title = "test"
[population.p]
model = "MODEL"
MORE
[time]
end = END
"""


def scenario(folder, model, more="", end=400):
    file = folder / f"{model}.toml"
    file.write_text(HEAD.replace("MODEL", model).replace("MORE", more).replace("END", str(end)))
    return file


def analyze(neurode, folder, *words):
    done = subprocess.run([neurode, "analyze", *map(str, words), "--json"], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, (words, done.stderr)
    found = json.loads(done.stdout)
    return {name: np.array(q["values"]) for name, q in found["quantities"].items()}, found


def specials(found, kind, branch=None):
    places = [
        p
        for p, k, b in zip(found["special_p"], found["special_kind"], found["special_branch"])
        if k == kind and (branch is None or (b == "rest") == (branch == "rest"))
    ]
    return sorted(float(p) for p in places)


def close(found, expected, tolerance):
    assert len(found) == len(expected), (found, expected)
    for x, y in zip(found, expected):
        assert abs(x - y) <= tolerance * max(1, abs(y)), (found, expected)


def bifurcations(neurode, folder):
    def go(model, low, high, more="bias = 0.0", *words):
        file = scenario(folder, model, more)
        options = ["--parameter", "population.p.bias", "--from", low, "--to", high, *words]
        return analyze(neurode, folder, "continue", file, *options)[0]

    fhn = go("fitzhugh_nagumo", 0, 2)
    close(specials(fhn, "Hopf"), [0.33128134, 1.41871866], 1e-8)
    close(specials(fhn, "fold", "orbits"), [0.324179, 1.42582], 1e-5)
    hopf = go("morris_lecar", 0, 300)
    assert specials(hopf, "SNIC") == [] and specials(hopf, "fold", "rest") == []
    # The same states of rest, but from the fold the trajectory goes to an orbit elsewhere.
    homoclinic = go("morris_lecar", -100, 100, 'bias = 0.0\npreset = "homoclinic"', "--orbits", "false")
    close(specials(homoclinic, "fold", "rest"), [-9.94904, 39.9632], 1e-5)
    close(specials(hopf, "Hopf"), [93.8576, 212.019], 1e-5)
    folds = sorted(set(round(p, 3) for p in specials(hopf, "fold", "orbits")))
    assert {88.293, 216.9} <= set(folds), folds
    snic = go("morris_lecar", -100, 200, 'bias = 0.0\npreset = "snic"')
    close(specials(snic, "SNIC", "rest"), [39.9632], 1e-5)
    close(specials(snic, "fold", "rest"), [-9.94904], 1e-5)
    close(specials(snic, "Hopf"), [97.7879], 1e-5)
    close(specials(snic, "fold", "orbits"), [116.110], 1e-5)
    jansen_rit = go("jansen_rit", -50, 400, "bias = 0.0", "--orbits", "false")
    close(specials(jansen_rit, "Hopf"), [-12.147492, 89.829108, 315.696428], 5e-8)
    close(specials(jansen_rit, "SNIC", "rest"), [113.586], 5e-6)
    close(specials(jansen_rit, "fold", "rest"), [-41.3014], 5e-6)


def numbers(neurode, folder):
    rest = analyze(neurode, folder, "fixed-points", scenario(folder, "hodgkin_huxley", end=20))[0]
    assert rest["kind"].tolist() == ["stable node"], rest["kind"]
    close(rest["x"][0], [-64.996379, 0.05295509, 0.59599412, 0.31773240], 1e-7)
    period = analyze(neurode, folder, "period", scenario(folder, "van_der_pol", "mu = 1.0\ninitial = { x = 2, y = 0 }", 100))[0]
    close(period["period"], [6.66328686], 2e-9)
    period = analyze(neurode, folder, "period", scenario(folder, "fitzhugh_nagumo", "bias = 0.5", 1000))[0]
    close(period["period"], [39.474415], 2e-8)
    firing = analyze(neurode, folder, "period", scenario(folder, "hodgkin_huxley", "bias = 10.0", 300))[0]
    close(firing["frequency"], [68.324], 1e-5)
    spectrum = analyze(neurode, folder, "spectrum", scenario(folder, "fitzhugh_nagumo", "bias = 0.5", 4000))[0]
    close(spectrum["peak_period"][:1], [39.4744], 1e-3)
    lorenz, said = analyze(neurode, folder, "lyapunov", scenario(folder, "lorenz", end=2000), "--time", "10000", "--interval", "1")
    close(lorenz["exponent"], [0.906, 0, -14.572], 0.005)
    assert abs(said["sum"] + 41 / 3) < 1e-4, said["sum"]
    scan = analyze(
        neurode, folder, "scan", scenario(folder, "fitzhugh_nagumo", "bias = 0.0", 800),
        "--parameter", "population.p.bias", "--from", "0", "--to", "0.5", "--count", "3",
    )[0]
    close(scan["frequency"], [0, 0, 1 / 39.474415], 1e-4)


LEARNS = """schema = 1
seed = 2
[data]
inputs  = [[1, 0], [0, 1], [1, 1]]
targets = [[0.5], [-0.5], [0.3]]
[population.x]
size = 2
model = "clamped"
[population.h]
size = 3
model = "leaky_rate"
activation = "tanh"
tau = 0.01
[population.y]
size = 1
model = "leaky_rate"
activation = "identity"
tau = 0.01
[projection."x -> h"]
weights = { init = "normal", std = 0.5, plastic = true }
[projection."h -> y"]
weights = { init = "normal", std = 0.5, plastic = true }
[learning]
rule = "gradient_flow"
mode = "MODE"
loss = "squared_error"
rate = 0.5
[time]
end = 10
"""


def learning(neurode, folder):
    """Studies of a run that learns, against one another and numpy."""
    coupled, adiabatic = folder / "coupled.toml", folder / "adiabatic.toml"
    coupled.write_text(LEARNS.replace("MODE", "coupled"))
    adiabatic.write_text(LEARNS.replace("MODE", "adiabatic"))
    hessian = analyze(neurode, folder, "hessian", adiabatic, "--points", 11)[0]
    scales = analyze(neurode, folder, "timescales", adiabatic, "--points", 11)[0]
    # Weights alone: the Jacobian is -rate times the Hessian.
    assert np.allclose(np.sort(-2 * scales["eigenvalue_real"]), hessian["eigenvalue"], rtol=1e-6, atol=1e-9)
    assert np.allclose(hessian["time"], np.linspace(0, 10, 11)) and hessian["eigenvalue"].shape == (11, 9)
    scales = analyze(neurode, folder, "timescales", coupled, "--points", 3)[0]
    assert abs(scales["activity_rate"][-1] / 10 - 1) < 1e-3, scales["activity_rate"]  # error_tau = 0.1
    assert 1e-4 < scales["weight_deviation"][-1] < 0.2, scales["weight_deviation"]
    falls, said = analyze(neurode, folder, "energy", adiabatic, "--points", 101)
    assert falls["monotone"].tolist() == ["yes"] and said["must_fall"] == "yes" and said["energy_kind"] == "loss"
    assert np.isclose(falls["initial"][0], hessian["loss"][0]) and np.isclose(falls["final"][0], hessian["loss"][-1], rtol=1e-4)
    assert analyze(neurode, folder, "energy", coupled)[1]["must_fall"] == "no"
    shape, said = analyze(neurode, folder, "dimension", adiabatic, "--of", "h.a", "--points", 40, "--components", 3)
    run = subprocess.run([neurode, "run", adiabatic, "-o", "run.h5", "-q", "--set", "record.every=0.25641025641025644", "--set",
                          'record.variables=["h.a"]'], cwd=folder, capture_output=True, text=True)  # fmt: skip
    assert run.returncode == 0, run.stderr
    with h5py.File(folder / "run.h5") as h5:
        a = h5["h.a"][:40]
    variances = np.linalg.eigvalsh(np.cov(a.reshape(-1, 3).T, bias=True))[::-1]
    assert np.allclose(variances, shape["variance"], rtol=1e-4), (variances, shape["variance"])
    assert np.isclose(said["participation_ratio"], variances.sum() ** 2 / (variances**2).sum(), rtol=1e-4)
    assert shape["projection"].shape == (40, 3, 3)
    assert np.allclose(shape["projection"] @ shape["axis"] + shape["mean"], a, atol=1e-4)


def outputs(neurode, folder):
    """The file has what the JSON has, and the picture is one."""
    cell = scenario(folder, "fitzhugh_nagumo", "bias = 0.4", 200)
    studies = {
        "fixed-points": [],
        "phase-plane": [],
        "continue": ["--parameter", "population.p.bias", "--from", "0", "--to", "1"],
        "basins": ["--x-from", "-2", "--x-to", "2", "--y-from", "-1", "--y-to", "2", "--points", "5"],
        "spectrum": ["--samples", "256"],
        "energy": ["--expression", "p.v[0]^2", "--points", "50"],
        "dimension": ["--points", "50"],
        "timescales": ["--points", "5"],
        "hessian": ["--points", "5"],
    }
    learns = folder / "learns.toml"
    learns.write_text(LEARNS.replace("MODE", "coupled"))
    for study, words in studies.items():
        file = learns if study in ("timescales", "hessian") else cell
        found, said = analyze(neurode, folder, study, file, *words, "-o", f"{study}.h5", "--plot", f"{study}.svg")
        with h5py.File(folder / f"{study}.h5") as h5:
            for name, values in found.items():
                stored = h5[name][...]
                if values.dtype.kind in "US":
                    flags = h5[name].attrs["flag_meanings"]
                    words_of = (flags.decode() if isinstance(flags, bytes) else flags).split()
                    stored = np.array([words_of[k].replace("_", " ").replace("none", "") for k in stored])
                    assert (stored == values).all(), (study, name)
                elif values.size > 0:
                    assert np.array_equal(stored, np.array(values, dtype=float), equal_nan=True), (study, name)
            assert h5.attrs["study"] in (study, study.encode())
        assert "<svg" in (folder / f"{study}.svg").read_text()[:500], study
        table = subprocess.run([neurode, "analyze", study, str(file), *words], cwd=folder, capture_output=True, text=True)
        assert table.returncode == 0 and table.stderr == "" and len(table.stdout.splitlines()) > 3, study
        assert said["study"] == study


def main():
    neurode = Path(sys.argv[1]).resolve()
    for test in (bifurcations, numbers, learning, outputs):
        with tempfile.TemporaryDirectory() as name:
            test(neurode, Path(name))
            print(f"{test.__name__}: as expected")


if __name__ == "__main__":
    main()
