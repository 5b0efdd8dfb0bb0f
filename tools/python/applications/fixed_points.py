"""Fixed points of the memory that scenarios/memory_task.toml learns, with no input: what it remembers by."""

from pathlib import Path

import common
import h5py
import numpy as np

GRID = 21  # starts a unit, from -1 to 1


def residual(h: np.ndarray, W: np.ndarray, b: np.ndarray) -> np.ndarray:
    """dh/dt = -h + tanh(W h + b) of two units, tau = 1."""
    return -h + np.tanh(W @ h + b)


def jacobian(h: np.ndarray, W: np.ndarray, b: np.ndarray) -> np.ndarray:
    return -np.eye(len(h)) + (1 - np.tanh(W @ h + b) ** 2)[:, None] * W


def found(W: np.ndarray, b: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Fixed points that Newton's method reaches from a grid of starts, each with its eigenvalues, the largest real part
    first; sorted by the first unit."""
    points: list[np.ndarray] = []
    axis = np.linspace(-1, 1, GRID)
    for start in np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2):
        h = start
        for _ in range(50):
            h = h - np.linalg.lstsq(jacobian(h, W, b), residual(h, W, b), rcond=None)[0]
            if not np.abs(h).max() <= 10:  # gone astray, or not a number
                break
        if np.abs(h).max() <= 1 and np.abs(residual(h, W, b)).max() < 1e-10:
            if all(np.abs(h - point).max() > 1e-6 for point in points):
                points.append(h)
    with_eigenvalues = [(h, np.linalg.eigvals(jacobian(h, W, b))) for h in sorted(points, key=lambda h: h[0])]
    return [(h, values[np.argsort(-values.real)]) for h, values in with_eigenvalues]


def episode(weights: dict[str, np.ndarray], sign: float, dt: float, steps: int) -> np.ndarray:
    """y during an episode by classical Runge-Kutta: a pulse of `sign` for one time unit, then nothing. (steps + 1,)"""
    W, b, V = weights["h -> h.weights"], weights["h.bias"], weights["x -> h.weights"][:, 0]
    h, course = np.zeros(2), [np.zeros(2)]
    for k in range(steps):
        drive = b + V * sign * (k * dt < 1 - dt / 2)
        k1 = residual(h, W, drive)
        k2 = residual(h + dt / 2 * k1, W, drive)
        k3 = residual(h + dt / 2 * k2, W, drive)
        k4 = residual(h + dt * k3, W, drive)
        h = h + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        course.append(h)
    return np.array(course) @ weights["h -> y.weights"][0] + weights["y.bias"][0]


def check(weights: dict[str, np.ndarray], result: h5py.File) -> None:
    """Holds the equations here against the last course of y that neurode recorded. Raises RuntimeError."""
    recorded = result["y.episode"][-1].reshape(81, 2)  # instants x sequences
    own = np.stack([episode(weights, sign, 0.1, 80) for sign in (1, -1)], axis=1)
    off = np.abs(own - recorded).max()
    if off > 1e-6:
        raise RuntimeError(f"y is up to {off:.2g} off from what neurode recorded")


def row(neurode: str, folder: Path, short: bool) -> dict:
    """The row "memory_task: fixed points": what there is after learning, and before."""
    names = "h -> h.weights", "x -> h.weights", "h -> y.weights", "h.bias", "y.bias"
    result = common.run(neurode, common.SCENARIOS / "memory_task.toml", folder / "memory_task.h5",
                        *(["time.end=5"] if short else []))  # fmt: skip
    before, after = ({name: result[name][k] for name in names} for k in (0, -1))
    check(after, result)
    points = found(after["h -> h.weights"], after["h.bias"])
    stable = [(h, values) for h, values in points if values[0].real < 0]
    saddles = [(h, values) for h, values in points if values[0].real > 0 > values[-1].real]
    outputs = [f"{after['h -> y.weights'][0] @ h + after['y.bias'][0]:+.3f}" for h, _ in stable]
    slowest = max(-1 / values[0].real for _, values in stable)
    leaving = [f"{1 / values[0].real:.2f}" for _, values in saddles]
    at_rest = found(before["h -> h.weights"], before["h.bias"])
    slowest_before = max(-1 / values[0].real for _, values in at_rest)
    reached = len(points) == 3 and len(stable) == 2 and len(saddles) == 1
    return common.row(
        "memory_task: fixed points", "two sequences, given in the scenario", "adjoint, gradient",
        f"stable at y = {' and '.join(outputs)}, slowest time constant {slowest:.2f}; saddles: {len(saddles)}"
        + "".join(f", left with time constant {tau}" for tau in leaving),
        slowest, "two stable fixed points and a saddle", reached, f"{len(points)} fixed points",
        f"before learning: {len(at_rest)} fixed point, slowest time constant {slowest_before:.2f}",
        result.attrs["rhs"], result.attrs["wall_seconds"])  # fmt: skip
