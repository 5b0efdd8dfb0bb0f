"""Makes scenarios/applications/game/data/tictactoe.h5: all 4520 positions of tic-tac-toe to move in, by minimax.

    inputs   (4520, 18)  1 where the player to move has a stone (0 ... 8), where the other has one (9 ... 17)
    targets  (4520, 9)   1/k on each of the k optimal moves: those of the best value (won 1, drawn 0, lost -1)

Positions that a turn or a mirror makes the same are one class (627 of them). Classes are dealt into five folds of 904
rows; row i is of fold i mod 5, so that `test = { every = 5, offset = k }` keeps out whole classes. Deterministic.
Usage: tictactoe_data.py [FILE]
"""

import functools
import random
import sys
from pathlib import Path

import h5py
import numpy as np

DATA = Path(__file__).resolve().parents[3] / "scenarios" / "applications" / "game" / "data" / "tictactoe.h5"
LINES = [(0, 1, 2), (3, 4, 5), (6, 7, 8), (0, 3, 6), (1, 4, 7), (2, 5, 8), (0, 4, 8), (2, 4, 6)]
TURN, MIRROR = (2, 5, 8, 1, 4, 7, 0, 3, 6), (2, 1, 0, 5, 4, 3, 8, 7, 6)
EMPTY = (0,) * 9  # a position: nine numbers, 1 own stone of the player to move, -1 the other's, 0 free
FOLDS = 5


@functools.cache
def lost(position: tuple) -> bool:
    """Whether the player who has just moved has a line."""
    return any(all(position[i] == -1 for i in line) for line in LINES)


@functools.cache
def moves(position: tuple) -> list:
    return [] if lost(position) else [i for i in range(9) if position[i] == 0]


def after(position: tuple, move: int) -> tuple:
    """The position after `move`, as the other player sees it."""
    return tuple(-1 if i == move else -stone for i, stone in enumerate(position))


@functools.cache
def value(position: tuple) -> int:
    if lost(position):
        return -1
    return max((-value(after(position, i)) for i in moves(position)), default=0)


@functools.cache
def optimal(position: tuple) -> list:
    return [i for i in moves(position) if -value(after(position, i)) == value(position)]


def positions() -> list:
    """All positions of a game in which the player to move has a move, sorted."""
    seen, waiting = {EMPTY}, [EMPTY]
    while waiting:
        here = waiting.pop()
        new = {after(here, i) for i in moves(here)} - seen
        seen |= new
        waiting += new
    return sorted(p for p in seen if moves(p))


def representative(position: tuple) -> tuple:
    """The least of the eight turns and mirrors of a position."""
    same = []
    for _ in range(4):
        position = tuple(position[i] for i in TURN)
        same += [position, tuple(position[i] for i in MIRROR)]
    return min(same)


def folds(seed: int = 1) -> list:
    """Five lists of positions, equally long, each of whole classes; large classes are dealt first."""
    classes = {}
    for position in positions():
        classes.setdefault(representative(position), []).append(position)
    groups = [classes[key] for key in sorted(classes)]
    random.Random(seed).shuffle(groups)
    dealt = [[] for _ in range(FOLDS)]
    for group in sorted(groups, key=len, reverse=True):
        min(dealt, key=len).extend(group)
    assert len({len(fold) for fold in dealt}) == 1
    return dealt


def inputs(rows: list) -> np.ndarray:
    board = np.array(rows)
    return np.hstack([board == 1, board == -1]).astype(np.uint8)


def targets(rows: list) -> np.ndarray:
    wanted = np.zeros((len(rows), 9))
    for row, position in zip(wanted, rows):
        row[optimal(position)] = 1 / len(optimal(position))
    return wanted


def main() -> None:
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
    rows = [position for five in zip(*folds()) for position in five]
    with h5py.File(path, "w", track_order=False) as file:
        for name, numbers in (("inputs", inputs(rows)), ("targets", targets(rows))):
            file.create_dataset(name, data=numbers, compression="gzip", shuffle=True, track_times=False)


if __name__ == "__main__":
    main()
