"""Cart-pole: a small recurrent network keeps a pole up. (The other game is tictactoe.py.)

Usage: game.py NEURODE [--short | --weights]

Two trainings of cart_pole.toml, episodes of 2 s and then of 5 s from the weights of the first; then
cart_pole_test.toml with those weights from files. --weights only trains and leaves them in the scenario's data.
Baselines and eigenvalues in NumPy.
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path

import common
import h5py
import numpy as np

TASK = "cart-pole"
FOLDER = Path(__file__).resolve().parents[3] / "scenarios" / "applications" / "game"
WEIGHTS = {"sensor -> unit": "cart_pole_sensor_to_unit.csv", "unit -> unit": "cart_pole_unit_to_unit.csv",
           "unit -> force": "cart_pole_unit_to_force.csv"}
SENSORS, TAU, MOST = np.array([[1, 0, 0, 0], [0, 0, 5, 0]]), 0.05, 10.0  # of cart_pole.toml; s; N
G, CART, POLE, HALF = 9.8, 1.0, 0.1, 0.5
FAR, STEEP = 2.4, np.radians(12)  # bounds of x (m) and angle
LENGTHS = (0.25, 1.0, 2.0)  # other half lengths (m)


def save_weights(result: Path, folder: Path) -> list:
    """Writes the weights at the end of a run as CSV, a row a neuron that receives; returns them as matrices."""
    with h5py.File(result) as file:
        found = [file[f"{name}.weights"][-1] for name in WEIGHTS]
    for matrix, name in zip(found, WEIGHTS.values()):
        np.savetxt(folder / name, matrix, delimiter=",", fmt="%.9g")
    return found


def from_files(folder: Path, plastic: bool) -> list:
    """Settings that take the three weight matrices from `folder`."""
    move = ", plastic = true" if plastic else ""
    return [f'projection."{name}".weights={{ init = "file", path = "{(folder / path).resolve()}"{move} }}'
            for name, path in WEIGHTS.items()]


def plant() -> tuple:
    """A (4 x 4) and b (4) of ds/dt = A s + b F near rest; s = (x, v, angle, omega)."""
    total, inertia = CART + POLE, HALF * (4 / 3 - POLE / (CART + POLE))
    a, b = np.zeros((4, 4)), np.array([0, 1 / total, 0, -1 / (total * inertia)])
    a[0, 1] = a[2, 3] = 1
    a[3, 2] = G / inertia
    a[1], b[1] = a[1] - POLE * HALF / total * a[3], b[1] - POLE * HALF / total * b[3]
    return a, b


def closed_loop(w_in: np.ndarray, w: np.ndarray, w_out: np.ndarray) -> np.ndarray:
    """Eigenvalues (1/s) of plant and units at their fixed point 0 (tanh' = 1 there); largest real part first."""
    a, b = plant()
    joint = np.block([[a, MOST * np.outer(b, w_out)], [w_in @ SENSORS / TAU, (w - np.eye(len(w))) / TAU]])
    found = np.linalg.eigvals(joint)
    return found[np.argsort(-found.real)]


def regulator() -> np.ndarray:
    """Gains k of F = -k s that minimise the integral of (0.6 x)^2 + (10 angle)^2, the network's loss, + (F/10)^2: the
    Riccati equation by the stable eigenvectors of its Hamiltonian matrix (Laub 1979)."""
    a, b = plant()
    weight, price = np.diag([0.36, 0, 100, 0]), 1 / MOST**2
    value, vector = np.linalg.eig(np.block([[a, -np.outer(b, b) / price], [-weight, -a.T]]))
    stable = vector[:, value.real < 0]
    return b @ np.real(stable[4:] @ np.linalg.inv(stable[:4])) / price


def kept_by(gains: np.ndarray, starts: np.ndarray, end: float, step: float = 0.02) -> np.ndarray:
    """How many of `starts` (n x 4) each of the controllers F = -k s, cut at 10 N, keeps within bounds; a row of
    `gains` is a k. Runge-Kutta of fourth order."""
    total = CART + POLE

    def rate(s: np.ndarray) -> np.ndarray:
        x, v, angle, omega = s
        force = np.clip(-np.einsum("ck,kcn->cn", gains, s), -MOST, MOST)
        push = (force + POLE * HALF * omega**2 * np.sin(angle)) / total
        turn = (G * np.sin(angle) - np.cos(angle) * push) / (HALF * (4 / 3 - POLE * np.cos(angle) ** 2 / total))
        return np.array([v, push - POLE * HALF * turn * np.cos(angle) / total, omega, turn])

    s = np.repeat(starts.T[:, None], len(gains), axis=1)
    kept = np.ones(s.shape[1:], bool)
    for _ in range(round(end / step)):
        k1 = rate(s)
        k2 = rate(s + step / 2 * k1)
        k3 = rate(s + step / 2 * k2)
        s = s + step / 6 * (k1 + 2 * k2 + 2 * k3 + rate(s + step * k3))
        kept &= within(s[0], s[2])
    return kept.sum(axis=1)


def within(x: np.ndarray, angle: np.ndarray) -> np.ndarray:
    return (np.abs(x) <= FAR) & (np.abs(angle) <= STEEP)


def kept_in(result: Path) -> int:
    """How many samples stay within bounds at all recorded times (every 0.02 s)."""
    with h5py.File(result) as file:
        return int(within(file["cart.x"][:, :, 0], file["cart.angle"][:, :, 0]).all(axis=0).sum())


def train(neurode: str, folder: Path, short: bool, seed: int = 1) -> tuple:
    """Both trainings; the weights are left in `folder` as CSV. Returns them, right-hand sides and seconds."""
    first, second = ("time.end=10", "time.end=5") if short else ("time.end=300", "time.end=300")
    scenario, longer = FOLDER / "cart_pole.toml", [second, "learning.episode=5"]
    begun = common.attributes(neurode, scenario, folder / "cart_pole.h5", first, f"seed={seed}")
    save_weights(folder / "cart_pole.h5", folder)
    longer += from_files(folder, True)
    ended = common.attributes(neurode, scenario, folder / "cart_pole_longer.h5", *longer)
    work, seconds = (sum(attributes[key] for attributes in (begun, ended)) for key in ("rhs", "wall_seconds"))
    return save_weights(folder / "cart_pole_longer.h5", folder), int(work), float(seconds)


def cart_pole(neurode: str, folder: Path, short: bool, seed: int = 1, starts: str = "starts_test.csv") -> dict:
    weights, work, seconds = train(neurode, folder, short, seed)
    slowest = closed_loop(*weights)[0]
    end = 10 if short else 60
    data = f'data.file="{FOLDER / "data" / starts}"'
    kept = {}
    for half in (HALF,) if short else (HALF, *LENGTHS):
        settings = [f"time.end={end}", data, f"population.cart.l={half}", *from_files(folder, False)]
        common.attributes(neurode, FOLDER / "cart_pole_test.toml", folder / "cart_pole_test.h5", *settings)
        kept[half] = kept_in(folder / "cart_pole_test.h5")

    table = np.loadtxt(FOLDER / "data" / starts, delimiter=",", skiprows=1)[:, :4]
    best = regulator()
    gains = np.vstack([best, np.random.default_rng(1).normal(size=(20, 4)) * np.abs(best)])
    baseline = kept_by(gains, table, 2.0 if short else end)
    others = ", ".join(f"{kept[half]} at {half} m" for half in kept if half != HALF)
    reached = not short and kept[HALF] >= 95
    return {
        "task": TASK, "data": "100 random starts (seeded), Barto, Sutton, Anderson 1983", "rule": "adjoint, adam",
        "result": f"{kept[HALF]} of {len(table)} kept up for {end} s from positions alone, slowest eigenvalue "
                  f"{slowest.real:.3g} /s; other half lengths: {others or 'not run'}",
        "value": kept[HALF], "target": ">= 95 of 100", "reached": reached,
        "reason": "a short run" if short else "" if reached else "carts or poles leave their bounds",
        "baseline": f"linear-quadratic regulator, which sees velocities: {baseline[0]} of {len(table)}; "
                    f"random linear controllers: {baseline[1:].mean():.1f} (mean of 20)",
        "rhs": work, "seconds": seconds,
    }


def rows(neurode: str, folder: Path, short: bool) -> list:
    return [cart_pole(neurode, folder, short)]


if __name__ == "__main__":
    program, *words = sys.argv[1:]
    with tempfile.TemporaryDirectory() as place:
        if "--weights" in words:
            train(program, Path(place), short=False)
            for name in WEIGHTS.values():
                shutil.copy(Path(place) / name, FOLDER / "data")
        else:
            for row in rows(program, Path(place), "--short" in words):
                print(json.dumps(row, indent=1))
