"""Handwritten digits: a dense and a convolutional net, and the learning curves of five rules.

Usage: image.py NEURODE [--short]

Nets are tested by neurode, on the rows that their scenarios keep out. A point of a learning curve is a run of its own,
which stops where the training loss is, so that test accuracy and right-hand sides are those at that loss.
"""

import sys
from pathlib import Path

import classifiers
import common
import digits
import numpy as np

TASK = "image"
RULES = {  # rule: scenario
    "gradient_flow": "digits",
    "feedback_alignment": "digits_feedback_alignment",
    "direct_feedback_alignment": "digits_direct_feedback_alignment",
    "node_perturbation": "digits_node_perturbation",
    "contrastive_hebbian": "digits_contrastive_hebbian",
}
LOSSES = (1.0, 0.3, 0.1, 0.05)
SHORT_LOSSES = (2.0, 1.5)
NEAR = 0.01  # of accuracy, that rules may be away from gradient_flow
CURVES = "learning_curves.md"
DATA = "UCI handwritten digits 8x8 (CC BY 4.0), {} images, {} kept out"


def baselines(short: bool) -> tuple[float, str]:
    """Accuracy of logistic regression on the rows kept out, and the text of both baselines."""
    X, y, test = digits.load()
    known, answers = X[~test], y[~test]
    w, ridge = digits.logistic(known, answers, 50 if short else 500)
    linear = float(np.mean(np.argmax(X[test] @ w[:-1] + w[-1], axis=1) == y[test]))
    k = digits.neighbours(known, answers)
    near = np.mean(classifiers.commonest(answers[classifiers.nearest(known, X[test], k)]) == y[test])
    return linear, (f"{k} nearest neighbour{'s' * (k > 1)} {100 * near:.1f} %; logistic regression (ridge {ridge:g}) "
                    f"{100 * linear:.1f} %")  # fmt: skip


def net_row(task: str, learnt, target: float, meaning: str, rule: str, baseline: str) -> dict:
    """The row of a net by its result file."""
    value = float(learnt.attrs["final_test_accuracy"])
    _, y, test = digits.load()
    return common.row(task, DATA.format(len(y), test.sum()), rule,
                      f"{100 * value:.2f} % of test images told right ({round(value * test.sum())} of {test.sum()})",
                      value, f">= {100 * target:.1f} %{meaning}", value >= target,
                      f"{100 * (target - value):.2f} % of the images less", baseline,
                      learnt.attrs["rhs"], learnt.attrs["wall_seconds"])  # fmt: skip


def curve(neurode: str, folder: Path, rule: str, losses: tuple[float, ...]) -> list[dict]:
    """Points of a learning curve: loss, test accuracy, right-hand sides and seconds."""
    points = []
    for loss in losses:
        sets = f"time.stop.loss={loss}", "record.every=1000", "time.end=3000"
        found = common.run(neurode, common.SCENARIOS / f"{RULES[rule]}.toml", folder / f"{rule}.h5", *sets).attrs
        if found["outcome"] != "stopped_by_condition":
            raise RuntimeError(f"{rule} does not get to the loss {loss}")
        points.append({"loss": loss, "accuracy": float(found["final_test_accuracy"]), "rhs": int(found["rhs"]),
                       "seconds": float(found["wall_seconds"])})  # fmt: skip
    return points


def curves_table(curves: dict[str, list[dict]]) -> str:
    """Test accuracy (right-hand sides) of each rule at each training loss, in Markdown."""
    losses = [point["loss"] for point in next(iter(curves.values()))]
    head = ["test accuracy (right-hand sides) at training loss", *(f"{loss:g}" for loss in losses)]
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for rule, points in curves.items():
        cells = [f"{100 * point['accuracy']:.1f} % ({point['rhs']})" for point in points]
        lines.append(f"| `{rule}` | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def curves_row(neurode: str, folder: Path, short: bool, baseline: str) -> dict:
    """Five rules to the same training losses; CURVES in `folder` tells all of it."""
    curves = {rule: curve(neurode, folder, rule, SHORT_LOSSES if short else LOSSES) for rule in RULES}
    (folder / CURVES).write_text(curves_table(curves))
    _, y, test = digits.load()
    last = {rule: points[-1] for rule, points in curves.items()}
    least = min(last, key=lambda rule: last[rule]["accuracy"])
    value, target = last[least]["accuracy"], last["gradient_flow"]["accuracy"] - NEAR
    return common.row(
        "learning curves of five rules", DATA.format(len(y), test.sum()), ", ".join(RULES),
        f"test accuracy (right-hand sides) at training loss {last[least]['loss']:g}: "
        + ", ".join(f"{rule} {100 * point['accuracy']:.1f} % ({point['rhs']})" for rule, point in last.items()),
        value, f"all >= {100 * target:.1f} % (that of gradient_flow less {100 * NEAR:g} %)", value >= target,
        f"{least} {100 * (target - value):.1f} % below", baseline,
        sum(point["rhs"] for points in curves.values() for point in points),
        sum(point["seconds"] for points in curves.values() for point in points))  # fmt: skip


def rows(neurode: str, folder: Path, short: bool) -> list[dict]:
    """The rows "digits, dense net", "digits, convolutional net" and "learning curves of five rules"."""
    linear, baseline = baselines(short)
    stop = ["time.stop.loss=1.5"] if short else []
    dense = common.run(neurode, common.SCENARIOS / "digits_adam.toml", folder / "dense.h5", *stop)
    scenario = common.SCENARIOS / "digits_convolution.toml"
    convolution = common.run(neurode, scenario, folder / "convolution.h5", *(["time.end=100"] if short else []))
    return [
        net_row("digits, dense net", dense, linear, " (logistic regression)", "gradient_flow, adam", baseline),
        net_row("digits, convolutional net", convolution, 0.98, "", "gradient_flow, gradient in minibatches", baseline),
        curves_row(neurode, folder, short, baseline),
    ]


if __name__ == "__main__":
    sys.exit(common.main(rows, CURVES))
