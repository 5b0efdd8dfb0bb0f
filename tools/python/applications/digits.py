"""The handwritten digits as the scenarios take them, and the baselines that learn them."""

import classifiers
import common
import numpy as np

FILE = common.SCENARIOS / "data/digits.csv"
# Every sixth of the training rows, from these on, is held out in turn where a setting is chosen.
EVERY, FOLDS = 6, (1, 3, 5)
RIDGES = (1e-5, 1e-4, 1e-3, 1e-2, 1e-1)
NEIGHBOURS = range(1, 12)


def load() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pixels over 16 (1797, 64), digits (1797,), and which rows are kept out, every fourth."""
    table = np.loadtxt(FILE, delimiter=",", skiprows=1)
    return table[:, :64] / 16, table[:, 64].astype(int), np.arange(len(table)) % 4 == 3


def logistic(X: np.ndarray, y: np.ndarray, steps: int, noise: float = 0) -> tuple[np.ndarray, float]:
    """Logistic regression: weights (65, 10), the last row biases, and the ridge, which is chosen on FOLDS, with noise
    of this standard deviation on their pixels."""
    random = np.random.default_rng(0)

    def right(ridge: float) -> float:
        told = []
        for offset in FOLDS:
            chosen = np.arange(len(y)) % EVERY == offset
            w = classifiers.logistic(X[~chosen], y[~chosen], ridge, steps)
            images = np.repeat(X[chosen], 20, axis=0)
            images = images + noise * random.standard_normal(images.shape)
            told.append(np.argmax(images @ w[:-1] + w[-1], axis=1) == np.repeat(y[chosen], 20))
        return np.mean(np.concatenate(told))

    ridge = max(RIDGES, key=right)
    return classifiers.logistic(X, y, ridge, steps), ridge


def logistic_until(X: np.ndarray, y: np.ndarray, loss: float) -> np.ndarray:
    """Logistic regression that stops at a training loss: gradient descent from 0. Weights (65, 10)."""
    X = np.column_stack([X, np.ones(len(X))])
    targets = np.eye(10)[y]
    w = np.zeros((X.shape[1], 10))
    step = 3.6 / np.linalg.eigvalsh(X.T @ X / len(X))[-1]  # from 4 on the loss may go up (Boehning 1992)
    while True:
        p = classifiers.softmax(X @ w)
        if -np.mean(np.log(p[np.arange(len(y)), y])) <= loss:
            return w
        w -= step * X.T @ (p - targets) / len(X)


def neighbours(X: np.ndarray, y: np.ndarray) -> int:
    """k of the k nearest neighbours that tell most images right, each left out once."""
    others = classifiers.nearest(X, X, max(NEIGHBOURS) + 1)
    # An image is not its own neighbour, wherever it stands among equals.
    others = np.array([row[row != i][: max(NEIGHBOURS)] for i, row in enumerate(others)])
    return max(NEIGHBOURS, key=lambda k: np.mean(classifiers.commonest(y[others[:, :k]]) == y))
