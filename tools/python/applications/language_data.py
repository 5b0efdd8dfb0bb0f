"""Strings of the embedded Reber grammar as sequences of one-hot symbols. Usage: language_data.py [FILE]

Writes scenarios/applications/language/data/strings.hdf5 (or FILE), the same values every time. Grammar: A. Cleeremans,
D. Servan-Schreiber, J. L. McClelland, Neural Comput. 1 (1989) 372-381; S. Hochreiter, J. Schmidhuber, Neural Comput. 9
(1997) 1735-1780, experiment 1. NumPy and h5py.
"""

import sys
from pathlib import Path

import h5py
import numpy as np

SYMBOLS = "BTPSXVE"
FILE = Path(__file__).resolve().parents[3] / "scenarios/applications/language/data/strings.hdf5"
SEED = 1
TRAINING, VALIDATION, TEST = 300, 300, 1000  # different strings
LONGEST = 24  # symbols of a training string; the others have as many as come
# T or P, and the same 25 symbols before it must come again
PAIR = ["BTBTSSSSXXTTTTVPXTTTVPXTVVETE", "BPBTSSSSXXTTTTVPXTTTVPXTVVEPE"]

# Reber's grammar: the arcs out of each node, (symbol, next node); both arcs of a node are equally likely.
ARCS = {
    0: (("B", 1),),
    1: (("T", 2), ("P", 3)),
    2: (("S", 2), ("X", 4)),
    3: (("T", 3), ("V", 5)),
    4: (("X", 3), ("S", 6)),
    5: (("P", 4), ("V", 6)),
    6: (("E", 7),),
}
END = 7


def draw(rng: np.random.Generator) -> str:
    """A string of the embedded grammar: B, T or P, a string of Reber's grammar, the same T or P, E."""
    outer = "TP"[rng.integers(2)]
    node, inner = 0, ""
    while node != END:
        symbol, node = ARCS[node][rng.integers(len(ARCS[node]))]
        inner += symbol
    return f"B{outer}{inner}{outer}E"


def legal(string: str) -> list[set[str]]:
    """The symbols that the grammar allows after each symbol of a string but the last, from its beginning alone."""
    node, allowed = 0, [{"T", "P"}, {"B"}]
    for symbol in string[2:-2]:
        node = dict(ARCS[node])[symbol]
        allowed.append({string[1]} if node == END else {s for s, _ in ARCS[node]})
    return [*allowed, {"E"}]


def strings() -> dict[str, list[str]]:
    """Training, validation and test strings in the order in which they are drawn; no string is in two of the lists.

    A training string is there as often as it was drawn, so that branches are as likely as in the grammar; the others
    are there once. Beside them `pair`, two strings that differ in what is to be remembered.
    """
    rng = np.random.default_rng(SEED)
    training: list[str] = []
    while len(set(training)) < TRAINING:
        string = draw(rng)
        if len(string) <= LONGEST:
            training.append(string)
    others: dict[str, None] = {}
    while len(others) < VALIDATION + TEST:
        string = draw(rng)
        if string not in training and string not in PAIR:
            others[string] = None
    later = list(others)
    return {"training": training, "validation": later[:VALIDATION], "test": later[VALIDATION:], "pair": PAIR}


def one_hot(texts: list[str], repeats: int = 1) -> np.ndarray:
    """[strings x steps x 7] of 0 and 1, each symbol `repeats` times, zeros after the end of a string."""
    codes = np.zeros((len(texts), repeats * max(map(len, texts)), len(SYMBOLS)), np.float32)
    for row, text in zip(codes, texts, strict=True):
        for step, symbol in enumerate(text):
            row[repeats * step : repeats * (step + 1), SYMBOLS.index(symbol)] = 1
    return codes


def read(file: Path = FILE) -> dict[str, list[str]]:
    """The strings of each part of the file: what its inputs stand for, and the E at the end."""
    with h5py.File(file) as data:
        parts = {name: data[f"{name}/inputs"][:, :: data[name].attrs["repeats"]] for name in data}
    return {
        name: ["".join(SYMBOLS[step.argmax()] for step in row if step.any()) + "E" for row in codes]
        for name, codes in parts.items()
    }


def main(file: Path) -> None:
    """A symbol is an input for two steps of the training data; the second one has the next symbol as its target."""
    with h5py.File(file, "w") as data:
        for name, texts in strings().items():
            repeats = 2 if name == "training" else 1
            part = data.create_group(name)
            part.attrs["repeats"], part.attrs["symbols"] = repeats, SYMBOLS
            arrays = {"inputs": one_hot([text[:-1] for text in texts], repeats)}
            if name == "training":
                arrays["targets"] = one_hot([text[1:] for text in texts], repeats)
                arrays["targets"][~arrays["targets"].any(axis=2)] = np.nan  # after the end
                arrays["targets"][:, ::2] = np.nan  # while the network settles on a new symbol
            for key, values in arrays.items():
                part.create_dataset(key, data=values, chunks=values.shape, compression="gzip", compression_opts=9)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FILE)
