"""Vowels: told from formants, and from the levels of a bank of resonators. Usage: speech.py NEURODE [--short]

formants.toml learns from f0, F1, F2, F3; ear.toml makes a wave of them and listens to it; listener.toml learns from
what the ear gives. Both nets are tested on the same 19 speakers, whom they have not heard.
"""

import csv
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import numpy as np
import speech_baselines
import speech_data

TASK = "speech"
SCENARIOS = Path(__file__).resolve().parents[3] / "scenarios/applications/speech"
SHORT_SPEAKERS = 20  # a multiple of 4: row i stays one of speaker i modulo 4, as `test` of the scenarios needs it


def run(neurode: str, scenario: str, result: Path, *sets: str) -> h5py.File:
    """Runs a scenario of this folder with overrides KEY=VALUE; its result file, open. Raises CalledProcessError."""
    command = [neurode, "run", str(SCENARIOS / f"{scenario}.toml"), "-o", str(result), "--force", "-q"]
    for text in sets:
        command += ["--set", text]
    subprocess.run(command, env={**os.environ, "OMP_NUM_THREADS": "1"}, check=True)
    return h5py.File(result)


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
    return {
        "task": task,
        "data": data,
        "rule": "gradient_flow, adam",
        "result": f"{100 * value:.1f} % of tokens of new speakers told right",
        "value": value,
        "target": f">= {100 * best:.1f} % (the best baseline)",
        "reached": value >= best,
        "reason": "" if value >= best else f"{100 * (best - value):.1f} % of the tokens less than the best baseline",
        "baseline": "; ".join(f"{name} {100 * x:.1f} %" for name, x in baselines.items()) + extra,
        "rhs": int(learnt.attrs["rhs"]),
        "seconds": seconds,
    }


def rows(neurode: str, folder: Path, short: bool) -> list[dict]:
    """The rows "vowels from formants" and "vowels from the wave". Results go into `folder`."""
    table, speaker, vowel, frequencies = tokens(folder, short)
    end = ["time.end=60"] if short else []
    test = speaker % 4 == 3

    formants = run(neurode, "formants", folder / "formants.h5", f"data.file={json.dumps(str(table))}", *end)
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

    ear = run(neurode, "ear", folder / "ear.h5", f"data.file={json.dumps(str(table))}")
    levels = speech_data.write_levels(ear["ear.level"][-1], vowel, folder / "levels.h5")
    check_levels(levels, speaker, short)
    path = json.dumps(str(folder / "levels.h5"))
    listener = run(
        neurode, "listener", folder / "listener.h5", f"data.inputs.path={path}", f"data.targets.path={path}", *end
    )
    second = row(
        "vowels from the wave",
        "60 ms of a synthetic wave of each of the same tokens, heard by 24 resonators (ear.toml)",
        listener,
        speech_baselines.accuracies(levels.astype(float), vowel, speaker),
        f"; the net of formants {100 * first['value']:.1f} %",
        float(ear.attrs["wall_seconds"]) + float(listener.attrs["wall_seconds"]),
    )
    return [first, second]


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        for entry in rows(sys.argv[1], Path(folder), "--short" in sys.argv):
            print("\n".join(f"{key:9} {value}" for key, value in entry.items()), end="\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
