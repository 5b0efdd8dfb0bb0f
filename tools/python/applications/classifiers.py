"""Classifiers that nets are compared with. X (n, inputs) holds a sample a row, y (n,) numbers of classes."""

import numpy as np


def zscored(X: np.ndarray, new: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both less the mean of X, over its standard deviation (1 where that is 0), an input at a time."""
    mean, std = X.mean(0), X.std(0)
    std = np.where(std > 0, std, 1)
    return (X - mean) / std, (new - mean) / std


def nearest(X: np.ndarray, new: np.ndarray, k: int) -> np.ndarray:
    """Numbers of the k samples of X nearest to each of `new`, nearest first: (len(new), k)."""
    squares = (new**2).sum(1)[:, None] - 2 * new @ X.T + (X**2).sum(1)
    return np.argsort(squares, axis=1, kind="stable")[:, :k]


def commonest(classes: np.ndarray) -> np.ndarray:
    """The commonest class of each row, the smaller one of equals."""
    return np.array([np.bincount(own).argmax() for own in classes])


def softmax(z: np.ndarray) -> np.ndarray:
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def logistic(X: np.ndarray, y: np.ndarray, ridge: float = 1e-3, steps: int = 1000) -> np.ndarray:
    """Multinomial logistic regression by steps with a bound of the Hessian, which never go up (D. Boehning, Ann. Inst.
    Statist. Math. 44 (1992) 197-200). ridge |w|^2/2 is added to the mean of -log p. Weights (inputs + 1, classes), the
    last row for an input of 1: scores are np.column_stack([new, ones]) @ weights."""
    X = np.column_stack([X, np.ones(len(X))])
    targets = np.eye(y.max() + 1)[y]
    bound = np.linalg.inv(0.5 * X.T @ X / len(X) + ridge * np.eye(X.shape[1]))
    w = np.zeros((X.shape[1], targets.shape[1]))
    for _ in range(steps):
        w -= bound @ (X.T @ (softmax(X @ w) - targets) / len(X) + ridge * w)
    return w
