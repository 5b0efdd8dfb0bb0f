"""A brain-computer interface: decoding before and after a drift, a closed loop, two classes of band power.

Usage: bci.py NEURODE [--short]

decoder.toml learns, recalibration.toml goes on learning after the drift; both are tested on new reaches by running them
with the weights learnt and no time to learn. cursor.toml closes the loop.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import bci_baselines as baselines
import bci_data
import h5py
import numpy as np

TASK = "bci"
SCENARIOS = Path(__file__).resolve().parents[3] / "scenarios/applications/bci"
NOTHING = 1e-9  # s of learning: the weights stay
TESTED, POWERS_TESTED = 200, 20000  # reaches, trials of band power
END = 4.0  # s, of a trial in the closed loop
CORTEX = {"before": [], "after": []}
for what, key in (("rest", "population.cortex.r0"), ("tuning", 'projection."cursor -> cortex".weights')):
    CORTEX["after"].append(f'{key}.path="data/{what}_after.csv"')


def run(neurode: str, scenario: str, result: Path, sets: list[str]) -> h5py.File:
    """Runs a scenario of this folder with overrides KEY=VALUE; its result file, open. Raises CalledProcessError."""
    command = [neurode, "run", str(SCENARIOS / f"{scenario}.toml"), "-o", str(result), "--force", "-q"]
    for text in sets:
        command += ["--set", text]
    subprocess.run(command, env={**os.environ, "OMP_NUM_THREADS": "1"}, check=True)
    return h5py.File(result)


def decoder_sets(folder: Path, name: str) -> list[str]:
    """Overrides that put the decoder NAME in `folder` in the place of the one in data/, for recalibration and cursor."""
    keys = ('projection."cortex -> decoder".weights', 'projection."decoder -> decoder".weights', "population.decoder.bias")
    files = (folder / f"decoder_{what}_{name}.csv" for what in bci_data.DECODER)
    return [f"{key}.path={json.dumps(str(file))}" for key, file in zip(keys, files)]


def told(neurode: str, folder: Path, decoder: str, reaches: Path, name: str) -> np.ndarray:
    """Velocities that a decoder tells of the reaches NAME, at the ends of the bins: (reaches, bins, 2), units/s."""
    file = json.dumps(str(reaches))
    sets = [f'data.{what}={{path={file}, dataset="{dataset}_{name}"}}' for what, dataset in
            (("inputs", "counts"), ("targets", "velocity"))]  # fmt: skip
    result = run(neurode, "recalibration", folder / "told.h5", decoder_sets(folder, decoder) + sets + [f"time.end={NOTHING}"])
    episode = result["velocity.episode"][-1]  # axis x (instant by instant: all reaches)
    return episode.reshape(2, bci_data.BINS + 1, -1).transpose(2, 1, 0)[:, 1:]


def arrivals(course: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Time at which each trial comes within 0.2 of its target to stay there for 0.2 s, END where it never does; from
    positions (times, trials, 2) every 10 ms."""
    inside = np.linalg.norm(course - places, axis=2) < 0.2
    stays = np.lib.stride_tricks.sliding_window_view(inside, 21, axis=0).all(-1)
    return np.where(stays.any(0), 0.01 * stays.argmax(0), END)


def loop(times: np.ndarray) -> str:
    return f"{np.mean(times):.2f} s ({np.sum(times < END)} of {len(times)} arrive)"


def row(task: str, data: str, result: str, value: float, target: str, reached: bool, reason: str, baseline: str,
        learnt: h5py.File, rule: str = "adjoint, gradient") -> dict:  # fmt: skip
    return {
        "task": task,
        "data": data,
        "rule": rule,
        "result": result,
        "value": float(value),
        "target": target,
        "reached": bool(reached),
        "reason": "" if reached else reason,
        "baseline": baseline,
        "rhs": int(learnt.attrs["rhs"]),
        "seconds": float(learnt.attrs["wall_seconds"]),
    }


def decoding_rows(neurode: str, folder: Path, short: bool) -> list[dict]:
    """Four rows: decoding held-out reaches and the closed loop, before and after the drift."""
    cells = bci_data.populations()
    random = np.random.default_rng(bci_data.SEED + 2)
    new = {name: bci_data.reaches(cells[name], 16 if short else TESTED, random) for name in cells}
    bci_data.write_reaches(folder / "new.h5", new)
    with h5py.File(SCENARIOS / "data/reaches.h5") as file:
        counts = {name: file[f"counts_{name}"][:].astype(float) for name in cells}
        velocity = {name: bci_data.STEP * file[f"velocity_{name}"][:] for name in cells}
        places = file["places"][:]

    learnt = {"before": run(neurode, "decoder", folder / "decoder.h5", ["time.end=0.2"] if short else [])}
    bci_data.write_decoder(folder / "decoder.h5", folder, "before")
    sets = decoder_sets(folder, "before") + (["time.end=0.1"] if short else [])
    learnt["after"] = run(neurode, "recalibration", folder / "recalibration.h5", sets)
    bci_data.write_decoder(folder / "recalibration.h5", folder, "after")

    ridge = {name: baselines.chosen_ridge(counts[name], velocity[name]) for name in cells}
    score, arrived, by_ridge = {}, {}, {}
    for name, decoder in (("before", "before"), ("after", "before"), ("after", "after")):
        truth = bci_data.STEP * np.rint(new[name][1] / bci_data.STEP)
        weights, lags = ridge[decoder]
        linear = baselines.history(new[name][0], lags) @ weights
        score[name, decoder] = baselines.determination(truth, told(neurode, folder, decoder, folder / "new.h5", name))
        cursor = run(neurode, "cursor", folder / "cursor.h5", CORTEX[name] + decoder_sets(folder, decoder))
        arrived[name, decoder] = arrivals(cursor["cursor.x"][:], places)
        course = baselines.cursor(cells[name], weights, lags, places, END, bci_data.SEED)
        by_ridge[name, decoder] = baselines.determination(truth, linear), arrivals(course, places)
    kalman = baselines.determination(new["before"][1], baselines.kalman(counts["before"], velocity["before"], new["before"][0]))

    first, frozen, last = ("before", "before"), ("after", "before"), ("after", "after")
    simulated = f"{bci_data.NEURONS} simulated neurons (Georgopoulos et al. 1982)"
    held_out = f"{simulated}, {len(new['before'][0])} new reaches"
    trials = f"{simulated}, {len(places)} reaches to 8 targets"
    best, refit = by_ridge[first][0], by_ridge[last][0]
    means = {key: np.mean(times) for key, times in arrived.items()}
    return [
        row("velocity of the hand", held_out, f"R^2 {score[first]:.3f}", score[first], f">= {best:.3f} (ridge)",
            score[first] >= best, f"{best - score[first]:.3f} below ridge regression",
            f"ridge regression on {ridge['before'][1]} bins {best:.3f}; Kalman filter of the velocity {kalman:.3f}",
            learnt["before"]),
        row("velocity of the hand after a drift", held_out,
            f"R^2 {score[first]:.3f} before, {score[frozen]:.3f} with frozen weights, {score[last]:.3f} after learning on",
            score[last], f">= {refit:.3f} (ridge on the same 24 reaches)", score[last] >= refit,
            f"{refit - score[last]:.3f} below ridge regression",
            f"ridge regression {by_ridge[frozen][0]:.3f} frozen, {refit:.3f} fitted anew", learnt["after"]),
        row("cursor in a closed loop", trials, f"time to target {loop(arrived[first])}", means[first],
            f"all arrive, <= {np.mean(by_ridge[first][1]):.2f} s (ridge)",
            (arrived[first] < END).all() and means[first] <= np.mean(by_ridge[first][1]), "slower than ridge regression",
            f"ridge regression in the loop {loop(by_ridge[first][1])}", learnt["before"]),
        row("cursor in a closed loop after a drift", trials,
            f"time to target {loop(arrived[frozen])} with frozen weights, {loop(arrived[last])} after learning on",
            means[last], f"all arrive, <= {1.2 * means[first]:.2f} s (1.2 times that before)",
            (arrived[last] < END).all() and means[last] <= 1.2 * means[first], "slower, or not all arrive",
            f"ridge regression {loop(by_ridge[frozen][1])} frozen, {loop(by_ridge[last][1])} fitted anew",
            learnt["after"]),
    ]  # fmt: skip


def power_row(neurode: str, folder: Path, short: bool) -> dict:
    """Left or right hand by band power, on new trials: the scenario once more, with its weights held."""
    learnt = run(neurode, "band_power", folder / "band_power.h5", ["time.end=50"] if short else [])
    powers, right = bci_data.band_powers(POWERS_TESTED, np.random.default_rng(bci_data.SEED + 3))
    table = folder / "band_power.csv"
    bci_data.write(table, np.column_stack([powers, right]), header=["C3", "C4", "right"])
    sets = [f"data.file={json.dumps(str(table))}", f"time.end={NOTHING}"]
    for key, variable in (
        ('projection."power -> hidden".weights', "power -> hidden.weights"),
        ('projection."hidden -> right".weights', "hidden -> right.weights"),
        ("population.hidden.bias", "hidden.bias"),
        ("population.right.bias", "right.bias"),
    ):
        file = folder / f"{variable}.csv"
        bci_data.write(file, learnt[variable][-1].reshape(len(learnt[variable][-1]), -1), digits=9)
        sets.append(f'{key}={{init="file", path={json.dumps(str(file))}, plastic=true}}')
    error = 1 - run(neurode, "band_power", folder / "power_test.h5", sets).attrs["final_accuracy"]
    ideal = baselines.ideal_error()
    sampling = np.sqrt(ideal * (1 - ideal) / POWERS_TESTED)
    known = np.loadtxt(SCENARIOS / "data/band_power.csv", delimiter=",", skiprows=1)
    linear = baselines.discriminant_error(known[:, :2], known[:, 2], powers, right)
    return row("two classes of band power", f"drawn, 800 trials, {POWERS_TESTED} new ones", f"error {100 * error:.2f} %", error,
               f"<= {100 * (ideal + 2 * sampling):.2f} % (ideal, two standard deviations of the sample)",
               error <= ideal + 2 * sampling, "above the ideal observer's by more than chance",
               f"ideal observer {100 * ideal:.2f} % (exact); linear discriminant {100 * linear:.2f} %", learnt,
               "gradient_flow, gradient")  # fmt: skip


def rows(neurode: str, folder: Path, short: bool) -> list[dict]:
    """Five rows: decoding and closed loop, each before and after the drift, and band power. Results go into `folder`."""
    return [*decoding_rows(neurode, folder, short), power_row(neurode, folder, short)]


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        for entry in rows(sys.argv[1], Path(folder), "--short" in sys.argv):
            print("\n".join(f"{key:9} {value}" for key, value in entry.items()), end="\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
