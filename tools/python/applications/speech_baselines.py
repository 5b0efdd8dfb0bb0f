"""Classifiers that the vowel nets are compared with. Tokens are rows: X (n, inputs), y (n,) numbers of vowels."""

import classifiers
import numpy as np
import speech_data


def gaussian(X: np.ndarray, y: np.ndarray, new: np.ndarray) -> np.ndarray:
    """Quadratic discriminant: one Gaussian a class, its mean and covariance from X, equal priors. Classes of `new`."""
    scores = []
    for c in range(y.max() + 1):
        own = X[y == c]
        C = np.cov(own.T)
        d = new - own.mean(0)
        scores.append(-np.einsum("ij,jk,ik->i", d, np.linalg.inv(C), d) - np.linalg.slogdet(C)[1])
    return np.argmax(scores, axis=0)


def neighbours(X: np.ndarray, y: np.ndarray, new: np.ndarray, k: int) -> np.ndarray:
    """The commonest class among the k nearest tokens, inputs z-scored."""
    return classifiers.commonest(y[classifiers.nearest(*classifiers.zscored(X, new), k)])


def logistic(X: np.ndarray, y: np.ndarray, new: np.ndarray) -> np.ndarray:
    """Multinomial logistic regression, inputs z-scored."""
    X, new = classifiers.zscored(X, new)
    return np.argmax(np.column_stack([new, np.ones(len(new))]) @ classifiers.logistic(X, y), axis=1)


def ideal(frequencies: np.ndarray) -> np.ndarray:
    """The ideal observer: the likeliest vowel of f0, F1, F2, F3 in Hz by the densities that speech_data draws from."""
    inverse = np.linalg.inv(speech_data.covariance())
    densities = np.zeros((len(frequencies), len(speech_data.VOWELS)))
    for group, speakers in speech_data.GROUPS.items():
        means = speech_data.log_means(group)
        for v in range(len(means)):
            d = np.log(frequencies) - means[v]
            densities[:, v] += speakers * np.exp(-0.5 * np.einsum("ij,jk,ik->i", d, inverse, d))
    return densities.argmax(1)


def accuracies(X: np.ndarray, y: np.ndarray, speaker: np.ndarray) -> dict[str, float]:
    """Accuracy of each baseline on every fourth speaker, learnt from the others; the number of neighbours is chosen on
    a third of those."""
    test, chosen = speaker % 4 == 3, speaker % 4 == 2
    fit = ~test & ~chosen
    found = {k: np.mean(neighbours(X[fit], y[fit], X[chosen], k) == y[chosen]) for k in (1, 5, 11, 21)}
    k = max(found, key=found.get)
    answers = {
        "Gaussian": gaussian(X[~test], y[~test], X[test]),
        "logistic regression": logistic(X[~test], y[~test], X[test]),
        f"{k} nearest neighbours": neighbours(X[~test], y[~test], X[test], k),
    }
    return {name: float(np.mean(answer == y[test])) for name, answer in answers.items()}
