"""A brain-computer interface: decoding before and after a drift, a closed loop, two classes of band power.

Usage: bci.py NEURODE [--short]

decoder.toml learns, recalibration.toml goes on learning after the drift; both are tested on new reaches by running them
with the weights learnt and no time to learn. cursor.toml closes the loop.
"""

import json
import sys
from pathlib import Path

import bci_baselines as baselines
import bci_data
import common
import h5py
import numpy as np

TASK = "bci"
SCENARIOS = common.SCENARIOS / "applications/bci"
NOTHING = 1e-9  # s of learning: the weights stay
TESTED, POWERS_TESTED = 200, 20000  # reaches, trials of band power
END = 4.0  # s, of a trial in the closed loop
CORTEX = {  # overrides that make the neurons of cursor.toml those after the drift
    "before": [],
    "after": [
        'population.cortex.r0.path="data/rest_after.csv"',
        'projection."cursor -> cortex".weights.path="data/tuning_after.csv"',
    ],
}


def decoder_sets(folder: Path, name: str) -> list[str]:
    """Overrides that put the decoder NAME in `folder` in the place of the one in data/."""
    keys = {
        "input": 'projection."cortex -> decoder".weights',
        "recurrent": 'projection."decoder -> decoder".weights',
        "bias": "population.decoder.bias",
    }
    return [f'{key}.path={json.dumps(str(folder / f"decoder_{what}_{name}.csv"))}' for what, key in keys.items()]


def told(neurode: str, folder: Path, decoder: str, reaches: Path, name: str) -> np.ndarray:
    """Velocities that a decoder tells of the reaches NAME, at the ends of the bins: (reaches, bins, 2), units/s."""
    sets = decoder_sets(folder, decoder) + [f"time.end={NOTHING}"]
    for what, dataset in (("inputs", "counts"), ("targets", "velocity")):
        sets.append(f'data.{what}={{path={json.dumps(str(reaches))}, dataset="{dataset}_{name}"}}')
    result = common.run(neurode, SCENARIOS / "recalibration.toml", folder / "told.h5", *sets)
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


def difference_error(one: np.ndarray, other: np.ndarray) -> float:
    """Standard error of the difference of two means of independent trials."""
    return float(np.sqrt(np.var(one) / len(one) + np.var(other) / len(other)))


def row(task: str, data: str, result: str, value: float, target: str, reached: bool, reason: str, baseline: str,
        learnt: h5py.File, rule: str = "adjoint, heavy_ball") -> dict:  # fmt: skip
    """One row of the table; rhs and seconds are those of the training run `learnt`."""
    rhs, seconds = learnt.attrs["rhs"], learnt.attrs["wall_seconds"]
    return common.row(task, data, rule, result, value, target, reached, reason, baseline, rhs, seconds)


def decoding_rows(neurode: str, folder: Path, short: bool) -> list[dict]:
    """Four rows: decoding held-out reaches and the closed loop, before and after the drift."""
    cells = bci_data.populations()
    random = np.random.default_rng(bci_data.SEED + 4)
    new = {name: bci_data.reaches(cells[name], 16 if short else TESTED, random) for name in cells}
    bci_data.write_reaches(folder / "new.h5", new)
    with h5py.File(SCENARIOS / "data/reaches.h5") as file:
        counts = {name: file[f"counts_{name}"][:].astype(float) for name in cells}
        velocity = {name: bci_data.STEP * file[f"velocity_{name}"][:] for name in cells}
        places = file["places"][:]

    end = ["time.end=0.2"] if short else []
    learnt = {"before": common.run(neurode, SCENARIOS / "decoder.toml", folder / "decoder.h5", *end)}
    bci_data.write_decoder(folder / "decoder.h5", folder, "before")
    sets = decoder_sets(folder, "before") + (["time.end=0.1"] if short else [])
    learnt["after"] = common.run(neurode, SCENARIOS / "recalibration.toml", folder / "recalibration.h5", *sets)
    bci_data.write_decoder(folder / "recalibration.h5", folder, "after")

    ridge = {name: baselines.chosen_ridge(counts[name], velocity[name]) for name in cells}
    r2, ridge_r2, chance, arrived, ridge_arrived = {}, {}, {}, {}, {}
    cases = (("before", "before"), ("after", "before"), ("after", "after"))  # of the neurons, of the decoder
    for name, decoder in cases:
        case = name, decoder
        truth = bci_data.STEP * np.rint(new[name][1] / bci_data.STEP)
        weights, lags = ridge[decoder]
        linear = baselines.history(new[name][0], lags) @ weights
        answer = told(neurode, folder, decoder, folder / "new.h5", name)
        r2[case], ridge_r2[case] = (baselines.determination(truth, x) for x in (answer, linear))
        chance[case] = baselines.chance_of_difference(truth, answer, linear)
        sets = CORTEX[name] + decoder_sets(folder, decoder)
        cursor = common.run(neurode, SCENARIOS / "cursor.toml", folder / "cursor.h5", *sets)
        arrived[case] = arrivals(cursor["cursor.x"][:], places)
        course = baselines.cursor(cells[name], weights, lags, places, END, bci_data.SEED)
        ridge_arrived[case] = arrivals(course, places)
    kalman = baselines.kalman(counts["before"], velocity["before"], new["before"][0])

    first, frozen, last = cases
    simulated = f"{bci_data.NEURONS} simulated neurons (Georgopoulos et al. 1982)"
    held_out = f"{simulated}, {len(new['before'][0])} new reaches"
    trials = f"{simulated}, {len(places)} reaches to {bci_data.TARGETS} targets"
    least = {case: ridge_r2[case] - 2 * chance[case] for case in cases}
    slowest = {case: np.mean(x) + 2 * difference_error(arrived[case], x) for case, x in ridge_arrived.items()}
    in_time = {case: (arrived[case] < END).all() and np.mean(arrived[case]) <= slowest[case] for case in cases}
    margin = "ridge regression less two standard errors of the difference"
    slower = "ridge regression and two standard errors of the difference"
    return [
        row("velocity of the hand", held_out, f"R^2 {r2[first]:.3f}", r2[first], f">= {least[first]:.3f} ({margin})",
            r2[first] >= least[first], f"{ridge_r2[first] - r2[first]:.3f} below ridge regression",
            f"ridge regression on {ridge['before'][1]} bins {ridge_r2[first]:.3f}; Kalman filter of the velocity "
            f"{baselines.determination(new['before'][1], kalman):.3f}", learnt["before"]),
        row("velocity of the hand after a drift", held_out,
            f"R^2 {r2[first]:.3f} before, {r2[frozen]:.3f} with frozen weights, {r2[last]:.3f} after learning on",
            r2[last], f">= {least[last]:.3f} ({margin})", r2[last] >= least[last],
            f"{ridge_r2[last] - r2[last]:.3f} below ridge regression",
            f"ridge regression {ridge_r2[frozen]:.3f} frozen, {ridge_r2[last]:.3f} fitted anew to the same "
            f"{len(counts['after'])} reaches", learnt["after"]),
        row("cursor in a closed loop", trials, f"time to target {loop(arrived[first])}", np.mean(arrived[first]),
            f"all arrive, <= {slowest[first]:.2f} s ({slower})", in_time[first], "slower than ridge regression",
            f"ridge regression in the loop {loop(ridge_arrived[first])}", learnt["before"]),
        row("cursor in a closed loop after a drift", trials,
            f"time to target {loop(arrived[frozen])} with frozen weights, {loop(arrived[last])} after learning on",
            np.mean(arrived[last]), f"all arrive, <= {slowest[last]:.2f} s ({slower})", in_time[last],
            "slower than ridge regression, or not all arrive",
            f"ridge regression {loop(ridge_arrived[frozen])} frozen, {loop(ridge_arrived[last])} fitted anew",
            learnt["after"]),
    ]  # fmt: skip


def power_row(neurode: str, folder: Path, short: bool) -> dict:
    """Left or right hand by band power, on new trials: the scenario once more, with its weights held."""
    scenario = SCENARIOS / "band_power.toml"
    learnt = common.run(neurode, scenario, folder / "band_power.h5", *(["time.end=50"] if short else []))
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
    error = 1 - common.run(neurode, scenario, folder / "power_test.h5", *sets).attrs["final_accuracy"]
    ideal = baselines.ideal_error()
    sampling = np.sqrt(ideal * (1 - ideal) / POWERS_TESTED)
    known = np.loadtxt(SCENARIOS / "data/band_power.csv", delimiter=",", skiprows=1)
    linear = baselines.discriminant_error(known[:, :2], known[:, 2], powers, right)
    return row("two classes of band power", f"drawn, {len(known)} trials, {POWERS_TESTED} new ones",
               f"error {100 * error:.2f} %", error,
               f"<= {100 * (ideal + 2 * sampling):.2f} % (ideal, two standard deviations of the sample)",
               error <= ideal + 2 * sampling, "above the ideal observer's by more than chance",
               f"ideal observer {100 * ideal:.2f} % (exact); linear discriminant {100 * linear:.2f} %", learnt,
               "gradient_flow, gradient")  # fmt: skip


def rows(neurode: str, folder: Path, short: bool) -> list[dict]:
    """Five rows: decoding and closed loop, before and after the drift, and band power. Results go into `folder`."""
    return [*decoding_rows(neurode, folder, short), power_row(neurode, folder, short)]


if __name__ == "__main__":
    sys.exit(common.main(rows))
