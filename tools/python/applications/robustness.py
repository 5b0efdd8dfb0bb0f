"""What noise, lesions and coarse weights do to nets trained by different rules; the fixed points of a trained memory.

Usage: robustness.py NEURODE [--short]

Nets of the digits, 64-32-10, learn to the same training loss. Each is then computed here, from the weights in its result
file, on the rows kept out; without a perturbation it must give neurode's own test loss.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import classifiers
import common
import digits
import fixed_points
import h5py
import numpy as np

TASK = "robustness"
LOSS = 0.05  # training loss that all nets stop at
SHORT_LOSS = 1.5
RULES = {  # scenario: rule and flow
    "digits": "gradient_flow, gradient",
    "digits_adam": "gradient_flow, adam",
    "digits_feedback_alignment": "feedback_alignment, gradient",
    "digits_contrastive_hebbian": "contrastive_hebbian, gradient",
    "digits_node_perturbation": "node_perturbation, gradient",
}
PIXEL_NOISE = (0.1, 0.2, 0.3, 0.5)  # standard deviation, of pixels from 0 to 1
WEIGHT_NOISE = (0.1, 0.3, 0.5)  # standard deviation of the factor of each weight
LESIONS = (0.1, 0.25, 0.5)  # share of the hidden units
BITS = range(2, 9)
NAMED = "pixel noise 0.3"  # the level that the target is at
SHOWN = (NAMED, "weight noise 0.3", "lesion 25 %", "3 bits")
DRAWS, SHORT_DRAWS = 20, 2
SEED = 1
LEVELS = "robustness.md"
Draw = Callable[[np.random.Generator], float]


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


def trained(result: h5py.File, gamma: float) -> Net:
    last = {name: result[name][-1] for name in ("pixels -> hidden.weights", "hidden -> digit.weights", "hidden.bias",
                                                "digit.bias")}  # fmt: skip
    return Net(last["hidden -> digit.weights"], last["digit.bias"], last["pixels -> hidden.weights"],
               last["hidden.bias"], gamma)  # fmt: skip


def check(net: Net, X: np.ndarray, y: np.ndarray, result: h5py.File) -> None:
    """Holds what is computed here against neurode's test loss. Raises RuntimeError."""
    loss = -np.mean(np.log(net.outputs(X)[np.arange(len(y)), y]))
    if abs(loss - result.attrs["final_test_loss"]) > 1e-6:
        raise RuntimeError(f"the test loss is {loss} here, {result.attrs['final_test_loss']} in neurode")


def rounded(w: np.ndarray, bits: int) -> np.ndarray:
    """w on 2^bits - 1 equally spaced values, symmetric about 0, the largest the largest |w|."""
    step = np.abs(w).max() / (2 ** (bits - 1) - 1)
    return step * np.rint(w / step)


def silenced(net: Net, share: float, random: np.random.Generator) -> Net:
    alive = np.ones(len(net.b))
    alive[random.permutation(len(alive))[: round(share * len(alive))]] = 0
    return replace(net, alive=alive)


def levels(net: Net, X: np.ndarray, y: np.ndarray, draws: int) -> dict[str, tuple[float, float]]:
    """Level -> accuracy on X, mean over draws and its standard error. Draw k is the same for every net of its size."""

    def accuracy(of: Net, images: np.ndarray) -> float:
        return float(np.mean(of.outputs(images).argmax(1) == y))

    def over(draw: Draw) -> tuple[float, float]:
        found = [draw(np.random.default_rng((SEED, k))) for k in range(draws)]
        return float(np.mean(found)), float(np.std(found, ddof=1) / np.sqrt(draws))

    found = {"clean": (accuracy(net, X), 0.0)}
    for s in PIXEL_NOISE:
        found[f"pixel noise {s:g}"] = over(lambda r, s=s: accuracy(net, X + s * r.standard_normal(X.shape)))
    for s in WEIGHT_NOISE:
        found[f"weight noise {s:g}"] = over(
            lambda r, s=s: accuracy(net.with_weights(lambda w: w * (1 + s * r.standard_normal(w.shape))), X)
        )
    if net.W is not None:
        for share in LESIONS:
            found[f"lesion {100 * share:g} %"] = over(lambda r, share=share: accuracy(silenced(net, share, r), X))
    for bits in BITS:
        found[f"{bits} bits"] = accuracy(net.with_weights(lambda w, bits=bits: rounded(w, bits)), X), 0.0
    return found


def percent(found: dict, level: str) -> str:
    mean, error = found[level]
    return f"{100 * mean:.1f}" + (f" +- {100 * error:.1f}" if error else "")


def levels_table(found: dict[str, dict]) -> str:
    """Accuracies in % of all nets at all levels, mean +- standard error over the draws, in Markdown."""
    names = next(iter(found.values()))
    lines = ["| test accuracy in % | " + " | ".join(found) + " |", "|---" * (len(found) + 1) + "|"]
    for level in names:
        cells = [percent(own, level) if level in own else "" for own in found.values()]
        lines.append(f"| {level} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def rows(neurode: str, folder: Path, short: bool) -> list[dict]:
    """A row a rule, and "memory_task: fixed points". The table of all levels goes into LEVELS in `folder`."""
    X, y, test = digits.load()
    draws = SHORT_DRAWS if short else DRAWS
    weights, _ = digits.logistic(X, y, test, 50 if short else 1000)
    linear = levels(Net(weights[:-1].T, weights[-1]), X[test], y[test], draws)
    least = linear[NAMED][0]
    baseline = "logistic regression: " + ", ".join(
        f"{level} {percent(linear, level)} %" for level in ("clean", *SHOWN) if level in linear
    )
    table, found = [], {}
    for scenario, rule in RULES.items():
        result = common.run(neurode, common.SCENARIOS / f"{scenario}.toml", folder / f"{scenario}.h5",
                            f"time.stop.loss={SHORT_LOSS if short else LOSS}", "record.every=1000", "time.end=3000",
                            'record.variables=["weights", "loss", "test_loss", "test_accuracy"]')  # fmt: skip
        net = trained(result, 0.1 if "contrastive" in scenario else 0.0)
        check(net, X[test], y[test], result)
        own = found[rule] = levels(net, X[test], y[test], draws)
        value = own[NAMED][0]
        table.append(common.row(
            f"robustness: {scenario}", f"UCI handwritten digits 8x8 (CC BY 4.0), {test.sum()} kept out", rule,
            "test accuracy " + ", ".join(f"{level} {percent(own, level)} %" for level in ("clean", *SHOWN)), value,
            f">= {100 * least:.1f} % at {NAMED} (logistic regression)", value >= least,
            f"{100 * (least - value):.1f} % of the images less", baseline, result.attrs["rhs"],
            result.attrs["wall_seconds"]))  # fmt: skip
    (folder / LEVELS).write_text(levels_table({**found, "logistic regression": linear}))
    return [*table, fixed_points.row(neurode, folder, short)]


if __name__ == "__main__":
    sys.exit(common.main(rows, LEVELS))
