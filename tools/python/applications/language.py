"""Next symbol of the embedded Reber grammar, by a recurrent network trained through time. Usage: language.py NEURODE

`rows` runs scenarios/applications/language/reber.toml (training) and reber_test.toml (1000 strings never met) and
compares them with tables of n-grams. With --write the trained weights become those that reber_test.toml and
reber_memory.toml read. NumPy and h5py.

A prediction is right where the k symbols that the grammar allows next have the k highest outputs, every one of them
above every other symbol; ties are wrong. There is a prediction after each symbol of a string but the last.
"""

import sys
import tempfile
from collections import Counter
from pathlib import Path

import common
import h5py
import language_data as data
import numpy as np

TASK = "embedded Reber grammar"
FOLDER = data.FILE.parents[1]
WEIGHTS = {  # the file of each variable, as the scenarios name it
    "symbol -> hidden.weights": "symbol_hidden.csv",
    "hidden -> hidden.weights": "hidden_hidden.csv",
    "hidden -> next.weights": "hidden_next.csv",
    "hidden.bias": "hidden_bias.csv",
    "next.bias": "next_bias.csv",
}
SHORT = 625.0  # time of a short training: 25 minibatches
TARGET = 0.999


def write_weights(result: Path, folder: Path) -> None:
    """The weights at the end of a training run as CSV files, a row a neuron that receives."""
    with h5py.File(result) as file:
        for variable, name in WEIGHTS.items():
            values = file[variable][-1]
            np.savetxt(folder / name, values.reshape(len(values), -1), fmt="%.9g", delimiter=",")


def settings_of(folder: Path) -> list[str]:
    """Settings by which reber_test.toml reads the weights in another folder."""
    keys = {name: f'projection."{name.removesuffix(".weights")}".weights' for name in WEIGHTS if "->" in name}
    keys |= {name: f"population.{name}" for name in WEIGHTS if "->" not in name}
    return [f'{keys[name]}.path="{(folder / file).resolve()}"' for name, file in WEIGHTS.items()]


def judge(outputs: np.ndarray, texts: list[str]) -> dict:
    """Shares of right predictions by outputs [strings x steps x 7] after each symbol of each string.

    `legal`: (right, all) predictions; `remembered`: (right, all) of those of the last but one symbol, the second one
    again; `late`: wrong ones after more symbols than training strings have.
    """
    right = total = remembered = late = 0
    for output, text in zip(outputs, texts, strict=True):
        for step, allowed in enumerate(data.legal(text)):
            legal = np.array([symbol in allowed for symbol in data.SYMBOLS])
            good = output[step, legal].min() > output[step, ~legal].max()
            right += good
            total += 1
            late += not good and step >= data.LONGEST - 1
            remembered += good and step == len(text) - 3
    return {"legal": (int(right), total), "remembered": (int(remembered), len(texts)), "late": int(late)}


def ngram(training: list[str], texts: list[str], order: int) -> np.ndarray:
    """How often each symbol followed the last `order` ones in the training strings, [strings x steps x 7].

    Fewer of them where these never stood together; ^ marks the beginning of a string.
    """
    counts: dict[str, Counter] = {}
    for text in training:
        for at in range(1, len(text)):
            past = "^" + text[:at]
            for length in range(1, order + 1):
                counts.setdefault(past[-length:], Counter())[text[at]] += 1
    table = np.zeros((len(texts), max(map(len, texts)) - 1, len(data.SYMBOLS)))
    for row, text in zip(table, texts, strict=True):
        for at in range(1, len(text)):
            past = "^" + text[:at]
            known = next(past[-n:] for n in range(order, 0, -1) if past[-n:] in counts)
            row[at - 1] = [counts[known][symbol] for symbol in data.SYMBOLS]
    return table


def rows(neurode: str, folder: Path, short: bool) -> list[dict]:
    """Rows of the table of applications: all predictions, and those of the last but one symbol."""
    strings = data.read()
    until = [f"time.end={SHORT}"] if short else []
    found = common.attributes(neurode, FOLDER / "reber.toml", folder / "reber.h5", *until)
    write_weights(folder / "reber.h5", folder)
    common.attributes(neurode, FOLDER / "reber_test.toml", folder / "reber_test.h5", *settings_of(folder))
    with h5py.File(folder / "reber_test.h5") as file:
        outputs = file["next.output"][1:].transpose(1, 0, 2)  # from the end of the first symbol on
    test = strings["test"]
    net = judge(outputs, test)
    tables = {n: judge(ngram(strings["training"], test, n), test) for n in (1, 5)}
    training = strings["training"]
    drawn = f"{len(set(training))} different strings ({len(training)} draws) to learn from"
    shared = {
        "data": f"{drawn}, {len(set(test))} others to be tested on; drawn from the grammar",
        "rule": "adjoint, adam (minibatches)",
        "rhs": found["rhs"],
        "seconds": found["wall_seconds"],
    }

    def row(task: str, key: str, what: str) -> dict:
        right, total = net[key]
        reached = right / total >= TARGET
        reason = f"{total - right} wrong; of all wrong predictions {net['late']} after more symbols than it learnt from"
        baseline = ", ".join(f"{100 * t[key][0] / t[key][1]:.2f} % by the last {n}" for n, t in tables.items())
        return {
            "task": f"{TASK}: {task}",
            "result": f"{right} of {total} {what}, {100 * right / total:.3f} %",
            "value": right / total,
            "target": f">= {100 * TARGET:.1f} %",
            "reached": reached,
            "reason": "" if reached else reason,
            "baseline": f"tables of n-grams of the training strings: {baseline}".replace("last 1", "last symbol"),
            **shared,
        }

    return [
        row("possible successors", "legal", "predictions legal"),
        row("symbol remembered from the start", "remembered", "strings"),
    ]


def main(neurode: str, write: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for row in rows(neurode, folder, short=False):
            print(*(f"{key:9} {value}" for key, value in row.items()), "", sep="\n")
        if write:
            write_weights(folder / "reber.h5", data.FILE.parent)


if __name__ == "__main__":
    main(sys.argv[1], "--write" in sys.argv[2:])
