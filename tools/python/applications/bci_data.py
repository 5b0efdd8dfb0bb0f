"""Makes the data of scenarios/applications/bci. Usage: bci_data.py [--decoder DECODER.h5]

Without words: reaches to eight targets with the spike counts of motor cortex meanwhile, the tuning of its neurons
before and after a drift, and band powers of two channels. With the result file of decoder.toml: the weights of that
decoder.

A neuron's rate is cosine tuned to the velocity of the hand (A. P. Georgopoulos, J. F. Kalaska, R. Caminiti, J. T.
Massey, J. Neurosci. 2 (1982) 1527-1537; with speed: D. W. Moran, A. B. Schwartz, J. Neurophysiol. 82 (1999) 2676-2692):

    rate = max(0, rest + depth |v| cos(angle of v - preferred direction)),    counts of 50 ms are Poisson

Distances are in units of the distance of a target from the centre.
"""

import csv
import sys
from pathlib import Path

import h5py
import numpy as np

DATA = Path(__file__).resolve().parents[3] / "scenarios/applications/bci/data"
SEED = 1982
NEURONS, TARGETS, BINS = 40, 8, 30
BIN = 0.05  # s
SUBSTEPS = 10  # of a bin, for the mean rate in it
TRIALS = {"before": 64, "after": 24}
REACHES = 64  # in the closed loop
STEP = 0.04  # units/s: velocities are stored in these
WINDOWS, LOW, POWER_TRIALS = 4, 0.5, 800  # of band powers
DECODER = {  # files of a decoder, and the variables they hold
    "input": "cortex -> decoder.weights",
    "recurrent": "decoder -> decoder.weights",
    "bias": "decoder.bias",
}
DRIFT = np.radians(50)  # standard deviation of the turn of preferred directions


def neurons(random: np.random.Generator) -> dict[str, np.ndarray]:
    """A population: resting rate (Hz), depth of modulation (Hz per unit of speed), preferred direction (rad)."""
    return {
        "rest": random.uniform(8, 20, NEURONS),
        "depth": random.uniform(2, 6, NEURONS),
        "direction": random.uniform(-np.pi, np.pi, NEURONS),
    }


def drifted(cells: dict[str, np.ndarray], random: np.random.Generator) -> dict[str, np.ndarray]:
    """The same population later: directions turned, depths and resting rates changed by 20 %."""
    return {
        "rest": cells["rest"] * np.exp(0.2 * random.standard_normal(NEURONS)),
        "depth": cells["depth"] * np.exp(0.2 * random.standard_normal(NEURONS)),
        "direction": cells["direction"] + DRIFT * random.standard_normal(NEURONS),
    }


def tuning(cells: dict[str, np.ndarray]) -> np.ndarray:
    """Weights from the velocity (2) to the rates (neurons): (neurons, 2), Hz per unit of speed."""
    return cells["depth"][:, None] * np.column_stack([np.cos(cells["direction"]), np.sin(cells["direction"])])


def velocities(trials: int, random: np.random.Generator) -> np.ndarray:
    """Velocities of the hand (trials, BINS * SUBSTEPS, 2), units/s: minimum-jerk reaches (T. Flash, N. Hogan, J.
    Neurosci. 5 (1985) 1688-1703) of varied onset, duration, length and direction, with a bend to a side."""
    t = (np.arange(BINS * SUBSTEPS) + 0.5) * BIN / SUBSTEPS
    angle = 2 * np.pi * (np.arange(trials) % TARGETS) / TARGETS + np.radians(8) * random.standard_normal(trials)
    onset, duration = random.uniform(0.1, 0.7, trials), random.uniform(0.5, 0.8, trials)
    length, bend = 1 + 0.1 * random.standard_normal(trials), 0.3 * random.standard_normal(trials)
    s = np.clip((t - onset[:, None]) / duration[:, None], 0, 1)
    along = (length / duration)[:, None] * 30 * s**2 * (1 - s) ** 2
    across = (bend / duration)[:, None] * 30 * s**2 * (1 - s) ** 2 * (1 - 2 * s)
    ahead = np.column_stack([np.cos(angle), np.sin(angle)])
    aside = np.column_stack([-np.sin(angle), np.cos(angle)])
    return along[..., None] * ahead[:, None] + across[..., None] * aside[:, None]


def reaches(cells: dict[str, np.ndarray], trials: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Counts (trials, BINS, NEURONS) and mean velocities in the bins (trials, BINS, 2), units/s."""
    v = velocities(trials, random)
    rates = np.maximum(0, cells["rest"] + v @ tuning(cells).T).reshape(trials, BINS, SUBSTEPS, NEURONS)
    counts = random.poisson(BIN * rates.mean(2))
    return counts, v.reshape(trials, BINS, SUBSTEPS, 2).mean(2)


def populations() -> dict[str, dict[str, np.ndarray]]:
    random = np.random.default_rng(SEED)
    cells = neurons(random)
    return {"before": cells, "after": drifted(cells, random)}


def band_powers(trials: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Logarithms of the mean power of WINDOWS independent windows of Gaussian noise in two channels (trials, 2), and
    classes (trials,): 0 left hand, mean powers 1 and LOW; 1 right hand, LOW and 1. Where a window holds one complex
    amplitude, its power is exponential, and the mean of WINDOWS of them has a gamma distribution."""
    right = np.arange(trials) % 2
    mean = np.where(right[:, None] == 0, [1.0, LOW], [LOW, 1.0])
    return np.log(mean * random.gamma(WINDOWS, 1 / WINDOWS, (trials, 2))), right


def write(path: Path, rows: np.ndarray, digits: int = 4, header: list[str] | None = None) -> None:
    """Numbers as CSV, whole ones without a point."""
    with open(path, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if header:
            writer.writerow(header)
        writer.writerows([[f"{x:.{digits}f}" if x % 1 else f"{x:.0f}" for x in row] for row in np.atleast_2d(rows)])


def write_reaches(path: Path, sets: dict[str, tuple[np.ndarray, np.ndarray]]) -> None:
    """Counts and velocities of each set, as reaches() gives them, under counts_NAME and velocity_NAME."""
    pack = {"compression": "gzip", "compression_opts": 9, "shuffle": True}
    with h5py.File(path, "w") as file:
        for name, (counts, velocity) in sets.items():
            file.create_dataset(f"counts_{name}", data=counts.astype("i1"), **pack)
            file.create_dataset(f"velocity_{name}", data=np.rint(velocity / STEP).astype("i1"), **pack)
        angle = 2 * np.pi * (np.arange(REACHES) % TARGETS) / TARGETS
        file["places"] = np.column_stack([np.cos(angle), np.sin(angle)]).round(12)


def write_decoder(result: Path, folder: Path, name: str) -> None:
    """Weights at the end of a run of decoder.toml or recalibration.toml as decoder_input_NAME.csv and so on."""
    with h5py.File(result) as file:
        for what, variable in DECODER.items():
            rows = file[variable][-1]
            write(folder / f"decoder_{what}_{name}.csv", rows.reshape(len(rows), -1), digits=6)


def main() -> None:
    if sys.argv[1:2] == ["--decoder"]:
        write_decoder(Path(sys.argv[2]), DATA, "before")
        return
    random = np.random.default_rng(SEED + 1)
    cells = populations()
    write_reaches(DATA / "reaches.h5", {name: reaches(cells[name], n, random) for name, n in TRIALS.items()})
    for name, found in cells.items():
        write(DATA / f"tuning_{name}.csv", tuning(found))
        write(DATA / f"rest_{name}.csv", found["rest"][:, None])
    powers, right = band_powers(POWER_TRIALS, random)
    write(DATA / "band_power.csv", np.column_stack([powers, right]), header=["C3", "C4", "right"])


if __name__ == "__main__":
    main()
