"""A net with one hidden layer, or none, and its accuracy under noise, lesions and coarse weights."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import classifiers
import numpy as np

PIXEL_NOISE = (0.1, 0.2, 0.3, 0.5)  # standard deviation, of pixels from 0 to 1
WEIGHT_NOISE = (0.1, 0.3, 0.5)  # standard deviation of the factor of each weight
LESIONS = (0.1, 0.25, 0.5)  # share of the hidden units
BITS = range(2, 9)
SEED = 1


@dataclass(frozen=True)
class Net:
    """p = softmax(V h + c), h = tanh(W x + b + back V^T p); without a hidden layer p = softmax(V x + c)."""

    V: np.ndarray  # (10, hidden), or (10, 64)
    c: np.ndarray
    W: np.ndarray | None = None  # (hidden, 64)
    b: np.ndarray | None = None
    back: float = 0.0  # gamma of contrastive_hebbian, whose connections act both ways
    alive: np.ndarray | float = 1.0  # 0 for hidden units that are silent

    def outputs(self, X: np.ndarray) -> np.ndarray:
        """p of each row of X: (n, 10). With a way back: the fixed point reached from rest by half steps."""
        if self.W is None:
            return classifiers.softmax(X @ self.V.T + self.c)
        u = X @ self.W.T + self.b
        if not self.back:
            return classifiers.softmax(self.alive * np.tanh(u) @ self.V.T + self.c)
        h = np.zeros_like(u)
        for _ in range(1000):
            p = classifiers.softmax(h @ self.V.T + self.c)
            change = self.alive * np.tanh(u + self.back * p @ self.V) - h
            h += 0.5 * change
            if np.abs(change).max() < 1e-9:
                break
        return classifiers.softmax(h @ self.V.T + self.c)

    def with_weights(self, f: Callable[[np.ndarray], np.ndarray]) -> "Net":
        """The same with each weight matrix replaced by f of it; biases stay."""
        return replace(self, V=f(self.V), W=None if self.W is None else f(self.W))


def rounded(w: np.ndarray, bits: int) -> np.ndarray:
    """w on 2^bits - 1 equally spaced values, symmetric about 0, the largest the largest |w|."""
    step = np.abs(w).max() / (2 ** (bits - 1) - 1)
    return step * np.rint(w / step)


def right(net: Net, X: np.ndarray, y: np.ndarray) -> float:
    """Share of the rows of X that are told right."""
    return float(np.mean(net.outputs(X).argmax(1) == y))


def noisy(net: Net, X: np.ndarray, y: np.ndarray, std: float, draw: int) -> float:
    """The same with Gaussian noise on the pixels; draw k is the same for every net."""
    return right(net, X + std * np.random.default_rng((SEED, draw)).standard_normal(X.shape), y)


def reweighted(net: Net, std: float, draw: int) -> Net:
    """Each weight times 1 + std xi, xi normal."""
    random = np.random.default_rng((SEED, draw))
    return net.with_weights(lambda w: w * (1 + std * random.standard_normal(w.shape)))


def silenced(net: Net, share: float, draw: int) -> Net:
    """A share of the hidden units silent."""
    alive = np.ones(len(net.b))
    alive[np.random.default_rng((SEED, draw)).permutation(len(alive))[: round(share * len(alive))]] = 0
    return replace(net, alive=alive)


def levels(net: Net, X: np.ndarray, y: np.ndarray, draws: int) -> dict[str, tuple[float, float]]:
    """Level -> accuracy on X, mean over draws and its standard error (0 where nothing is drawn)."""

    def over(accuracy: Callable[[int], float]) -> tuple[float, float]:
        found = [accuracy(k) for k in range(draws)]
        return float(np.mean(found)), float(np.std(found, ddof=1) / np.sqrt(draws))

    found = {"clean": (right(net, X, y), 0.0)}
    for std in PIXEL_NOISE:
        found[f"pixel noise {std:g}"] = over(partial(noisy, net, X, y, std))
    for std in WEIGHT_NOISE:
        found[f"weight noise {std:g}"] = over(lambda k, std=std: right(reweighted(net, std, k), X, y))
    if net.W is not None:
        for share in LESIONS:
            found[f"lesion {100 * share:g} %"] = over(lambda k, share=share: right(silenced(net, share, k), X, y))
    for bits in BITS:
        found[f"{bits} bits"] = right(net.with_weights(partial(rounded, bits=bits)), X, y), 0.0
    return found


def percent(found: dict, level: str) -> str:
    mean, error = found[level]
    return f"{100 * mean:.1f}" + (f" +- {100 * error:.1f}" if error else "")


def levels_table(found: dict[str, dict]) -> str:
    """Accuracies in % of all nets at all levels, mean +- standard error over the draws, in Markdown."""
    names = max(found.values(), key=len)  # without a hidden layer there are no lesions
    lines = ["| test accuracy in % | " + " | ".join(found) + " |", "|---" * (len(found) + 1) + "|"]
    for level in names:
        cells = [percent(own, level) if level in own else "" for own in found.values()]
        lines.append(f"| {level} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
