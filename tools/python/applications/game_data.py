"""Makes scenarios/applications/game/data/starts_*.csv: random starts of the cart-pole. Standard library alone.

Columns x (m), v (m/s), angle (rad), omega (rad/s); uniform in |x| <= 1 m, |v| <= 0.5 m/s, |angle| <= 6 degrees,
|omega| <= 12 degrees/s, rounded to 1e-4; then x_wanted and angle_wanted, 0. One seed a file.
Usage: game_data.py [FOLDER]
"""

import csv
import math
import random
import sys
from pathlib import Path

DATA = Path(__file__).resolve().parents[3] / "scenarios" / "applications" / "game" / "data"
LARGEST = {"x": 1.0, "v": 0.5, "angle": math.radians(6), "omega": math.radians(12)}
FILES = {"starts_train.csv": (24, 1), "starts_validation.csv": (100, 2), "starts_test.csv": (100, 3)}  # rows, seed


def write_starts(path: Path, rows: int, seed: int) -> None:
    draw = random.Random(seed)
    with path.open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow([*LARGEST, "x_wanted", "angle_wanted"])
        for _ in range(rows):
            table.writerow([*(f"{draw.uniform(-most, most):.4f}" for most in LARGEST.values()), 0, 0])


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
    folder.mkdir(parents=True, exist_ok=True)
    for name, (rows, seed) in FILES.items():
        write_starts(folder / name, rows, seed)
