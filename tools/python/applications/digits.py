"""The handwritten digits as the scenarios take them, and the baselines that learn them."""

import classifiers
import common
import numpy as np

FILE = common.SCENARIOS / "data/digits.csv"
RIDGES = (1e-5, 1e-4, 1e-3, 1e-2)
NEIGHBOURS = range(1, 12)


def load() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pixels over 16 (1797, 64), digits (1797,), and which rows are kept out, every fourth."""
    table = np.loadtxt(FILE, delimiter=",", skiprows=1)
    return table[:, :64] / 16, table[:, 64].astype(int), np.arange(len(table)) % 4 == 3


def logistic(X: np.ndarray, y: np.ndarray, test: np.ndarray, steps: int) -> tuple[np.ndarray, float]:
    """Logistic regression on the rows that are not kept out: weights (65, 10), the last row biases, and the ridge, which
    is chosen on a sixth of those rows (row i where i % 8 == 1)."""
    chosen = np.arange(len(y)) % 8 == 1
    fit = ~test & ~chosen

    def right(ridge: float) -> float:
        w = classifiers.logistic(X[fit], y[fit], ridge, steps)
        return np.mean(np.argmax(X[chosen] @ w[:-1] + w[-1], axis=1) == y[chosen])

    ridge = max(RIDGES, key=right)
    return classifiers.logistic(X[~test], y[~test], ridge, steps), ridge


def neighbours(X: np.ndarray, y: np.ndarray, test: np.ndarray) -> tuple[float, int]:
    """Accuracy of k nearest neighbours on the rows kept out, and k, chosen by leave-one-out on the others."""
    known, answers = X[~test], y[~test]
    others = classifiers.nearest(known, known, max(NEIGHBOURS) + 1)
    # An image is not its own neighbour, wherever it stands among equals.
    others = np.array([row[row != i][: max(NEIGHBOURS)] for i, row in enumerate(others)])
    right = {k: np.mean(classifiers.commonest(answers[others[:, :k]]) == answers) for k in NEIGHBOURS}
    k = max(right, key=right.get)
    near = classifiers.nearest(known, X[test], k)
    return float(np.mean(classifiers.commonest(answers[near]) == y[test])), k
