"""What noise, lesions and coarse weights do to nets trained by different rules; the fixed points of a trained memory.

Usage: robustness.py NEURODE [--short]

Nets of the digits, 64-32-10, learn to the same training loss, and logistic regression stops there as well. A net with
decay and logistic regression with a ridge have it chosen for noise, on training rows. Each net is computed here, from
the weights in its result file, on the rows kept out; without a perturbation it must give neurode's own test loss.
"""

import json
import sys
from pathlib import Path

import common
import digits
import fixed_points
import h5py
import numpy as np
from perturbations import Net, levels, levels_table, noisy, percent

TASK = "robustness"
LOSS, SHORT_LOSS = 0.05, 1.5  # training loss that all nets stop at
RULES = {  # scenario: rule and flow
    "digits": "gradient_flow, gradient",
    "digits_adam": "gradient_flow, adam",
    "digits_feedback_alignment": "feedback_alignment, gradient",
    "digits_contrastive_hebbian": "contrastive_hebbian, gradient",
    "digits_node_perturbation": "node_perturbation, gradient",
}
NOISE = 0.3  # of pixels: the level that targets are at, and that decay and ridge are chosen for
NAMED = f"pixel noise {NOISE:g}"
SHOWN = ("clean", NAMED, "weight noise 0.3", "lesion 25 %", "3 bits")
DECAYS = (1e-3, 3e-3, 1e-2, 3e-2)
DECAY_END, SHORT_END = 500.0, 5.0  # time of learning with decay
DRAWS, SHORT_DRAWS = 20, 2
TABLE = "robustness.md"
RECORD = 'record.variables=["weights", "loss", "test_loss", "test_accuracy"]', "record.every=1000"


def trained(result: h5py.File, gamma: float = 0.0) -> Net:
    last = {name: result[name][-1] for name in ("pixels -> hidden.weights", "hidden -> digit.weights", "hidden.bias",
                                                "digit.bias")}  # fmt: skip
    return Net(last["hidden -> digit.weights"], last["digit.bias"], last["pixels -> hidden.weights"],
               last["hidden.bias"], gamma)  # fmt: skip


def check(net: Net, X: np.ndarray, y: np.ndarray, result: h5py.File) -> None:
    """Holds what is computed here against neurode's test loss. Raises RuntimeError."""
    loss = -np.mean(np.log(net.outputs(X)[np.arange(len(y)), y]))
    if abs(loss - result.attrs["final_test_loss"]) > 1e-6:
        raise RuntimeError(f"the test loss is {loss} here, {result.attrs['final_test_loss']} in neurode")


def with_decay(neurode: str, folder: Path, short: bool) -> tuple[h5py.File, float]:
    """digits.toml with decay, and the decay: that with the best accuracy at NOISE on the folds of digits.py."""
    X, y, test = digits.load()
    X, y = X[~test], y[~test]
    lines = digits.FILE.read_text().splitlines()
    training = folder / "training.csv"
    training.write_text("\n".join([lines[0], *np.array(lines[1:])[~test]]) + "\n")

    def learnt(decay: float, *sets: str) -> h5py.File:
        weights = [f'projection."{name}".weights.decay={decay}' for name in ("pixels -> hidden", "hidden -> digit")]
        return common.run(neurode, common.SCENARIOS / "digits.toml", folder / "digits_decay.h5", *RECORD, *weights,
                          f"time={{end={SHORT_END if short else DECAY_END}}}", *sets)  # fmt: skip

    def right(decay: float) -> float:
        found = []
        for offset in digits.FOLDS[:1] if short else digits.FOLDS:
            chosen = np.arange(len(y)) % digits.EVERY == offset
            result = learnt(decay, f"data.file={json.dumps(str(training))}",
                            f"data.test={{every={digits.EVERY}, offset={offset}}}")  # fmt: skip
            net = trained(result)
            check(net, X[chosen], y[chosen], result)
            found += [noisy(net, X[chosen], y[chosen], NOISE, draw) for draw in range(DRAWS)]
        return float(np.mean(found))

    best = max(DECAYS[:1] if short else DECAYS, key=right)
    return learnt(best), best


def rows(neurode: str, folder: Path, short: bool) -> list[dict]:
    """A row a rule, one with decay, and "memory_task: fixed points". The table of all levels goes into TABLE."""
    X, y, test = digits.load()
    draws, loss = (SHORT_DRAWS, SHORT_LOSS) if short else (DRAWS, LOSS)
    linear = f"logistic regression, stopped at training loss {loss:g}"
    w = digits.logistic_until(X[~test], y[~test], loss)
    table, found = [], {linear: levels(Net(w[:-1].T, w[-1]), X[test], y[test], draws)}
    w, ridge = digits.logistic(X[~test], y[~test], 50 if short else 500, NOISE)
    ridged = f"logistic regression, ridge {ridge:g} chosen for {NAMED}"
    found[ridged] = levels(Net(w[:-1].T, w[-1]), X[test], y[test], draws)

    def told(name: str) -> str:
        return ", ".join(f"{level} {percent(found[name], level)} %" for level in SHOWN if level in found[name])

    def add(task: str, rule: str, net: Net, result: h5py.File, against: str) -> None:
        check(net, X[test], y[test], result)
        found[task] = levels(net, X[test], y[test], draws)
        (value, error), (least, its_error) = found[task][NAMED], found[against][NAMED]
        other = ridged if against == linear else linear
        table.append(common.row(
            f"robustness: {task}", f"UCI handwritten digits 8x8 (CC BY 4.0), {test.sum()} kept out", rule,
            f"test accuracy {told(task)}", value, f">= {100 * least:.1f} % at {NAMED} ({against})", value >= least,
            f"{100 * (least - value):.1f} +- {100 * np.hypot(error, its_error):.1f} % of the images less",
            f"{against}: {told(against)}; {other}: {NAMED} {percent(found[other], NAMED)} %",
            result.attrs["rhs"], result.attrs["wall_seconds"]))  # fmt: skip

    for scenario, rule in RULES.items():
        result = common.run(neurode, common.SCENARIOS / f"{scenario}.toml", folder / f"{scenario}.h5", *RECORD,
                            f"time.stop.loss={loss}", "time.end=3000")  # fmt: skip
        gamma = 0.1 if rule.startswith("contrastive_hebbian") else 0.0  # as in the scenario
        add(rule, rule, trained(result, gamma), result, linear)
    result, decay = with_decay(neurode, folder, short)
    add(f"decay {decay:g}", "gradient_flow, gradient", trained(result), result, ridged)
    (folder / TABLE).write_text(levels_table(found))
    return [*table, fixed_points.row(neurode, folder, short)]


if __name__ == "__main__":
    sys.exit(common.main(rows, TABLE))
