"""What the decoders and the classifier of the brain-computer interface are compared with.

Counts are (reaches, bins, neurons), velocities (reaches, bins, 2) in units/s, as bci_data gives them.
"""

from math import comb

import bci_data
import numpy as np

LAGS, RIDGES = (1, 2, 3, 4, 5), (10.0, 30.0, 100.0, 300.0, 1000.0)
STEP = 0.005  # s, of the closed loop


def determination(velocity: np.ndarray, told: np.ndarray) -> float:
    """R^2 of both components together."""
    velocity, told = velocity.reshape(-1, 2), told.reshape(-1, 2)
    return 1 - ((velocity - told) ** 2).sum() / ((velocity - velocity.mean(0)) ** 2).sum()


def chance_of_difference(velocity: np.ndarray, one: np.ndarray, other: np.ndarray) -> float:
    """Standard error of the difference between two R^2 on the same reaches, which are taken as independent."""
    differences = ((velocity - one) ** 2 - (velocity - other) ** 2).sum((1, 2))
    total = ((velocity - velocity.mean((0, 1))) ** 2).sum()
    return float(np.sqrt(len(velocity)) * differences.std() / total)


def history(counts: np.ndarray, lags: int) -> np.ndarray:
    """1 and the counts of this and the last lags - 1 bins, 0 before the start: (reaches, bins, 1 + lags neurons)."""
    parts = [np.ones((*counts.shape[:2], 1))]
    for lag in range(lags):
        shifted = np.zeros(counts.shape)
        shifted[:, lag:] = counts[:, : counts.shape[1] - lag]
        parts.append(shifted)
    return np.concatenate(parts, axis=2)


def ridge(counts: np.ndarray, velocity: np.ndarray, lags: int, strength: float) -> np.ndarray:
    """Weights (1 + lags neurons, 2) of ridge regression; the offset is not penalised."""
    X = history(counts, lags)
    X = X.reshape(-1, X.shape[2])
    penalty = strength * np.eye(X.shape[1])
    penalty[0, 0] = 0
    return np.linalg.solve(X.T @ X + penalty, X.T @ velocity.reshape(-1, 2))


def chosen_ridge(counts: np.ndarray, velocity: np.ndarray) -> tuple[np.ndarray, int]:
    """Ridge regression, history and strength chosen on the last quarter of the reaches: weights by all, and lags."""
    cut = 3 * len(counts) // 4
    found = {
        (lags, strength): determination(
            velocity[cut:], history(counts[cut:], lags) @ ridge(counts[:cut], velocity[:cut], lags, strength)
        )
        for lags in LAGS
        for strength in RIDGES
    }
    lags, strength = max(found, key=found.get)
    return ridge(counts, velocity, lags, strength), lags


def kalman(counts: np.ndarray, velocity: np.ndarray, new: np.ndarray) -> np.ndarray:
    """Velocities told of new counts by a Kalman filter whose state is the velocity (W. Wu et al., Neural Comput. 18
    (2006) 80-118): v' = A v + noise, counts - mean = H v + noise, all four by least squares."""
    mean, neurons = counts.mean((0, 1)), counts.shape[2]
    before, after = velocity[:, :-1].reshape(-1, 2), velocity[:, 1:].reshape(-1, 2)
    A = np.linalg.lstsq(before, after, rcond=None)[0].T
    W = np.cov((after - before @ A.T).T)
    v, z = velocity.reshape(-1, 2), (counts - mean).reshape(-1, neurons)
    H = np.linalg.lstsq(v, z, rcond=None)[0].T
    Q = np.cov((z - v @ H.T).T)
    x, P, told = np.zeros((len(new), 2)), np.zeros((2, 2)), []
    for k in range(new.shape[1]):
        x, P = x @ A.T, A @ P @ A.T + W
        gain = P @ H.T @ np.linalg.inv(H @ P @ H.T + Q)
        x = x + (new[:, k] - mean - x @ H.T) @ gain.T
        P = P - gain @ H @ P
        told.append(x)
    return np.stack(told, axis=1)


def cursor(cells: dict, weights: np.ndarray, lags: int, places: np.ndarray, end: float, seed: int) -> np.ndarray:
    """The loop of cursor.toml with a ridge decoder, which tells a velocity at the end of every bin from Poisson
    counts in it: positions (times, trials, 2), every 10 ms from 0 on."""
    random = np.random.default_rng(seed)
    x, v = np.zeros(places.shape), np.zeros(places.shape)
    counts = np.zeros((len(places), lags, bci_data.NEURONS))  # this bin first
    tuning, per_bin, course = bci_data.tuning(cells), round(bci_data.BIN / STEP), [x]
    for step in range(1, round(end / STEP) + 1):
        rate = np.maximum(0, cells["rest"] + 2 * np.tanh((places - x) / 0.5) @ tuning.T)
        counts[:, 0] += random.poisson(STEP * rate)
        x = x + STEP * v
        if step % per_bin == 0:
            v = weights[0] + counts.reshape(len(places), -1) @ weights[1:]
            counts = np.concatenate([np.zeros_like(counts[:, :1]), counts[:, :-1]], axis=1)
        if step % round(0.01 / STEP) == 0:
            course.append(x)
    return np.array(course)


def ideal_error() -> float:
    """Error of the ideal observer of bci_data.band_powers: the smaller mean gives the larger power."""
    K, q = bci_data.WINDOWS, bci_data.LOW / (1 + bci_data.LOW)
    return sum(comb(2 * K - 1, j) * q**j * (1 - q) ** (2 * K - 1 - j) for j in range(K, 2 * K))


def discriminant_error(powers: np.ndarray, right: np.ndarray, new: np.ndarray, truth: np.ndarray) -> float:
    """Error of the linear discriminant of Fisher learnt from log powers (trials, 2) and classes, on new trials."""
    means = [powers[right == c].mean(0) for c in (0, 1)]
    within = sum(np.cov(powers[right == c].T) for c in (0, 1)) / 2
    axis = np.linalg.solve(within, means[1] - means[0])
    return float(np.mean((new @ axis > (means[0] + means[1]) @ axis / 2) != truth))
