"""Makes the data of scenarios/applications/speech. Usage: speech_data.py [--levels EAR.h5]

Without words it draws data/vowels.csv; with the result file of ear.toml it makes data/levels.h5 of it.

76 speakers (33 men, 28 women, 15 children) say each of ten American English vowels twice, as in G. E. Peterson,
H. L. Barney, J. Acoust. Soc. Am. 24 (1952) 175-184. The means of fundamental and formants by vowel and group are those
of their table II. Around them logarithms are normal:

    log F_k = log mean_k(vowel, group) + tract + habit_k + accent_k(vowel) + token_k

tract is the length of a speaker's vocal tract, one number for F1, F2 and F3; habit_k a speaker's own shift of each
frequency, accent_k one of each of his vowels, token_k what differs between two utterances.
"""

import csv
import sys
from pathlib import Path

import h5py
import numpy as np

VOWELS = ("i", "I", "E", "ae", "A", "O", "U", "u", "V", "er")  # heed hid head had hod hawed hood who'd hud heard
GROUPS = {"m": 33, "w": 28, "c": 15}  # speakers: men, women, children
MEANS = {  # Hz, table II: rows f0, F1, F2, F3; columns as VOWELS
    "m": [
        [136, 135, 130, 127, 124, 129, 137, 141, 130, 133],
        [270, 390, 530, 660, 730, 570, 440, 300, 640, 490],
        [2290, 1990, 1840, 1720, 1090, 840, 1020, 870, 1190, 1350],
        [3010, 2550, 2480, 2410, 2440, 2410, 2240, 2240, 2390, 1690],
    ],
    "w": [
        [235, 232, 223, 210, 212, 216, 232, 231, 221, 218],
        [310, 430, 610, 860, 850, 590, 470, 370, 760, 500],
        [2790, 2480, 2330, 2050, 1220, 920, 1160, 950, 1400, 1640],
        [3310, 3070, 2990, 2850, 2810, 2710, 2680, 2670, 2780, 1960],
    ],
    "c": [
        [272, 269, 260, 251, 256, 263, 276, 274, 261, 261],
        [370, 530, 690, 1010, 1030, 680, 560, 430, 850, 560],
        [3200, 2730, 2610, 2320, 1370, 1060, 1410, 1170, 1590, 1820],
        [3730, 3600, 3570, 3320, 3170, 3180, 3310, 3260, 3360, 2160],
    ],
}
# Standard deviations of logarithms, of f0, F1, F2, F3: components of variance of the 76 speakers' own numbers, rounded.
TRACT = 0.035  # of F1, F2 and F3 together; the measured correlations of speakers' means are about 0.3
HABIT = np.array([0.112, 0.060, 0.045, 0.037])
ACCENT = np.array([0.019, 0.083, 0.075, 0.049])
TOKEN = np.array([0.056, 0.068, 0.048, 0.036])
SEED = 1952
STEPS_PER_DECIBEL = 2  # of the levels in data/levels.h5
DATA = Path(__file__).resolve().parents[3] / "scenarios/applications/speech/data"


def log_means(group: str) -> np.ndarray:
    """Logarithms of the means of f0, F1, F2, F3 in Hz: (10 vowels, 4)."""
    return np.log(np.array(MEANS[group], float)).T


def covariance() -> np.ndarray:
    """Covariance of the logarithms of f0, F1, F2, F3 of one token of a vowel within a group: (4, 4)."""
    shared = TRACT**2 * np.outer([0, 1, 1, 1], [0, 1, 1, 1])
    return shared + np.diag(HABIT**2 + ACCENT**2 + TOKEN**2)


def draw() -> list[tuple]:
    """Rows (speaker, group, vowel, f0, f1, f2, f3), frequencies in whole Hz. Row i is of speaker i % 76."""
    random = np.random.default_rng(SEED)
    groups = random.permutation([g for g, count in GROUPS.items() for _ in range(count)])
    speakers = len(groups)
    tract = TRACT * random.standard_normal(speakers)[:, None] * [0, 1, 1, 1]
    habit = HABIT * random.standard_normal((speakers, 4))
    accent = ACCENT * random.standard_normal((speakers, len(VOWELS), 4))
    token = TOKEN * random.standard_normal((speakers, len(VOWELS), 2, 4))
    rows = []
    for v, vowel in enumerate(VOWELS):
        for repetition in range(2):
            for s, group in enumerate(groups):
                log = log_means(group)[v] + tract[s] + habit[s] + accent[s, v] + token[s, v, repetition]
                rows.append((s, group, vowel, *(int(round(x)) for x in np.exp(log))))
    return rows


def write_levels(decibels: np.ndarray, vowel: np.ndarray, path: Path) -> np.ndarray:
    """Writes levels (tokens, channels), rounded, and vowels, one target a vowel, for listener.toml. Returns the levels
    in halves of a decibel."""
    levels = np.rint(STEPS_PER_DECIBEL * decibels).astype("i2")
    with h5py.File(path, "w") as file:
        file.create_dataset("level", data=levels, compression="gzip", compression_opts=9, shuffle=True)
        file.create_dataset("vowel", data=np.eye(len(VOWELS), dtype="i1")[vowel], compression="gzip")
    return levels


def main() -> None:
    drawn = draw()
    if sys.argv[1:2] == ["--levels"]:
        with h5py.File(sys.argv[2]) as ear:
            write_levels(ear["ear.level"][-1], [VOWELS.index(row[2]) for row in drawn], DATA / "levels.h5")
        return
    with open(DATA / "vowels.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("speaker", "group", "vowel", "f0", "f1", "f2", "f3"))
        writer.writerows(drawn)


if __name__ == "__main__":
    main()
