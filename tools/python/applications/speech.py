"""Vowels: told from formants, and from the levels of a bank of resonators. Usage: speech.py NEURODE [--short]

formants.toml learns from f0, F1, F2, F3; ear.toml makes a wave of them and listens to it; listener.toml learns from
what the ear gives. Both nets are tested on the same 19 speakers, whom they have not heard.
"""

import csv
import json
import sys
from pathlib import Path

import common
import h5py
import numpy as np
import speech_baselines
import speech_data

TASK = "speech"
SCENARIOS = common.SCENARIOS / "applications/speech"
SHORT_SPEAKERS = 20  # a multiple of 4: row i stays one of speaker i modulo 4, as `test` of the scenarios needs it


def tokens(folder: Path, short: bool) -> tuple[Path, np.ndarray, np.ndarray, np.ndarray]:
    """The CSV file to use, and of its rows: number of the speaker, of the vowel, and f0, F1, F2, F3 in Hz."""
    path = SCENARIOS / "data/vowels.csv"
    with open(path) as file:
        lines = list(csv.reader(file))
    if short:
        lines = lines[:1] + [line for line in lines[1:] if int(line[0]) < SHORT_SPEAKERS]
        path = folder / "vowels.csv"
        path.write_text("\n".join(",".join(line) for line in lines) + "\n")
    body = lines[1:]
    speaker = np.array([int(line[0]) for line in body])
    vowel = np.array([speech_data.VOWELS.index(line[2]) for line in body])
    return path, speaker, vowel, np.array([line[3:] for line in body], float)


def check_levels(levels: np.ndarray, speaker: np.ndarray, short: bool) -> None:
    """Holds the levels that ear.toml has just given against those in data/levels.h5. Raises RuntimeError."""
    with h5py.File(SCENARIOS / "data/levels.h5") as file:
        stored = file["level"][:]
    if short:
        stored = stored[np.arange(len(stored)) % sum(speech_data.GROUPS.values()) < SHORT_SPEAKERS]
    off = np.abs(levels - stored).max() / speech_data.STEPS_PER_DECIBEL
    if off > 0.3:
        raise RuntimeError(f"data/levels.h5 is up to {off:.2f} dB off from what ear.toml gives")


def row(task: str, data: str, learnt: h5py.File, baselines: dict[str, float], extra: str, seconds: float) -> dict:
    """One row of the table: the net of `learnt` against the best of the baselines on the same inputs and tokens; rhs
    are those of learning, `seconds` of all that is needed."""
    value = float(learnt.attrs["final_test_accuracy"])
    best = max(baselines.values())
    return common.row(task, data, "gradient_flow, adam", f"{100 * value:.1f} % of tokens of new speakers told right",
                      value, f">= {100 * best:.1f} % (the best baseline)", value >= best,
                      f"{100 * (best - value):.1f} % of the tokens less than the best baseline",
                      "; ".join(f"{name} {100 * x:.1f} %" for name, x in baselines.items()) + extra,
                      learnt.attrs["rhs"], seconds)  # fmt: skip


def rows(neurode: str, folder: Path, short: bool) -> list[dict]:
    """The rows "vowels from formants" and "vowels from the wave". Results go into `folder`."""
    table, speaker, vowel, frequencies = tokens(folder, short)
    end = ["time.end=60"] if short else []
    test = speaker % 4 == 3

    file = f"data.file={json.dumps(str(table))}"
    formants = common.run(neurode, SCENARIOS / "formants.toml", folder / "formants.h5", file, *end)
    ideal = float(np.mean(speech_baselines.ideal(frequencies[test]) == vowel[test]))
    source = "drawn around the means of Peterson and Barney (1952)"
    first = row(
        "vowels from formants",
        f"f0, F1, F2, F3 of {len(vowel)} tokens, {source}; every fourth speaker kept out",
        formants,
        speech_baselines.accuracies(frequencies, vowel, speaker),
        f"; ideal observer, which knows the densities, {100 * ideal:.1f} %",
        float(formants.attrs["wall_seconds"]),
    )

    ear = common.run(neurode, SCENARIOS / "ear.toml", folder / "ear.h5", file)
    levels = speech_data.write_levels(ear["ear.level"][-1], vowel, folder / "levels.h5")
    check_levels(levels, speaker, short)
    level = [f"data.{what}.path={json.dumps(str(folder / 'levels.h5'))}" for what in ("inputs", "targets")]
    listener = common.run(neurode, SCENARIOS / "listener.toml", folder / "listener.h5", *level, *end)
    second = row(
        "vowels from the wave",
        "60 ms of a synthetic wave of each of the same tokens, heard by 24 resonators (ear.toml)",
        listener,
        speech_baselines.accuracies(levels.astype(float), vowel, speaker),
        f"; the net of formants {100 * first['value']:.1f} %",
        float(ear.attrs["wall_seconds"]) + float(listener.attrs["wall_seconds"]),
    )
    return [first, second]


if __name__ == "__main__":
    sys.exit(common.main(rows))
