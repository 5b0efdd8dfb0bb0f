"""Tic-tac-toe: networks learn the minimax moves in neurode; their play is counted here. Usage: tictactoe.py NEURODE

Two rows: play after learning all 4520 positions, and the moves in 904 positions that were kept out. A player is a
function from a position (tuple of nine, as in tictactoe_data) to {move: probability}.
"""

import json
import random
import sys
import tempfile
from pathlib import Path

import common
import h5py
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
import tictactoe_data as game

TASK = "tic-tac-toe"
SCENARIO = Path(__file__).resolve().parents[3] / "scenarios" / "applications" / "game" / "tictactoe.toml"
KEPT_OUT = "data.test={ every = 5, offset = 4 }"
DATA = "4520 positions with their minimax moves (computed)"
GAMES = 10000


def run(neurode: str, result: Path, short: bool, *settings: str) -> dict:
    """Runs the scenario and returns the attributes of the result file."""
    return common.attributes(neurode, SCENARIO, result, *settings, *(["time.end=5"] if short else []))


def scores(result: Path, trained_on: np.ndarray, board: np.ndarray) -> np.ndarray:
    """The network's nine outputs for each row of `board` (n x 18), in NumPy with the weights at the end of the run.

    Raises AssertionError where the same equations do not give what neurode recorded for `trained_on`.
    """
    with h5py.File(result) as file:
        w1, b1, w2, b2, recorded = (file[name][-1] for name in (
            "board -> hidden.weights", "hidden.bias", "hidden -> move.weights", "move.bias", "move.a"))

    def forward(rows: np.ndarray) -> np.ndarray:
        return softmax(np.tanh(rows @ w1.T + b1) @ w2.T + b2)

    assert np.abs(forward(trained_on) - recorded).max() < 1e-9
    return forward(board)


def softmax(z: np.ndarray) -> np.ndarray:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def linear_scores(board: np.ndarray, wanted: np.ndarray, asked: np.ndarray, steps: int) -> np.ndarray:
    """Softmax regression on the 18 inputs, by Nesterov's accelerated descent on the cross-entropy."""
    x, asked = (np.hstack([rows, np.ones((len(rows), 1))]) for rows in (board, asked))
    rate = 2 * len(x) / np.linalg.norm(x, 2) ** 2  # 1/L: the Hessian of softmax is at most 1/2
    w = ahead = np.zeros((wanted.shape[1], x.shape[1]))
    for k in range(steps):
        new = ahead - rate * (softmax(x @ ahead.T) - wanted).T @ x / len(x)
        w, ahead = new, new + k / (k + 3) * (new - w)
    return asked @ w.T


def chosen(outputs: np.ndarray, rows: list) -> dict:
    """The highest output among the free squares of each position."""
    return {p: max(game.moves(p), key=lambda move: out[move]) for out, p in zip(outputs, rows)}


def accuracy(choice: dict, rows: list) -> float:
    return float(np.mean([choice[p] in game.optimal(p) for p in rows]))


def nearest_accuracy(known: list, asked: list) -> float:
    """Expected share of optimal moves of the policy that takes those of the nearest known position.

    Distance: squares that differ; equally near positions vote, for free squares alone; ties are drawn."""
    one_hot = [np.hstack([np.array(rows) == stone for stone in (-1, 0, 1)]).astype(float) for rows in (asked, known)]
    distance = 9 - np.rint(one_hot[0] @ one_hot[1].T)
    wanted, share = game.targets(known), []
    for row, p in zip(distance, asked):
        votes = wanted[row == row.min()].sum(axis=0) * (np.array(p) == 0)
        best = [i for i in game.moves(p) if votes[i] == max(votes[j] for j in game.moves(p))]
        share.append(len(set(best) & set(game.optimal(p))) / len(best))
    return float(np.mean(share))


def uniform(moves: list) -> dict:
    return {move: 1 / len(moves) for move in moves}


def at_random(position: tuple) -> dict:
    return uniform(game.moves(position))


def perfect(position: tuple) -> dict:
    return uniform(game.optimal(position))


def losses(player, other) -> float:
    """Exact probability that `player` loses to `other`, half of the games begun by each."""
    known = {}

    def lost(position: tuple, own: bool) -> float:
        if (position, own) not in known:
            choice = (player if own else other)(position) if game.moves(position) else {}
            known[position, own] = float(own and game.lost(position)) + sum(
                p * lost(game.after(position, move), not own) for move, p in choice.items())
        return known[position, own]

    return (lost(game.EMPTY, True) + lost(game.EMPTY, False)) / 2


def against(choice: dict) -> str:
    """What a policy loses to the random and to the perfect player."""
    return ", ".join(f"{losses(lambda p: {choice[p]: 1.0}, other):.2%}" for other in (at_random, perfect))


def played(player, other, games: int, seed: int = 1) -> int:
    """How many of `games` games `player` loses to `other`; it begins every other one."""
    draw, lost = random.Random(seed), 0
    for number in range(games):
        position, own = game.EMPTY, number % 2 == 0
        while game.moves(position):
            choice = (player if own else other)(position)
            position = game.after(position, draw.choices(list(choice), list(choice.values()))[0])
            own = not own
        lost += own and game.lost(position)
    return lost


def rows(neurode: str, folder: Path, short: bool) -> list:
    folds = game.folds()
    everything = [p for five in zip(*folds) for p in five]  # the order of the file
    known, unseen = [p for i, p in enumerate(everything) if i % 5 != 4], folds[4]
    board, learnt = game.inputs(everything).astype(float), game.inputs(known).astype(float)
    count, steps = (200, 100) if short else (GAMES, 3000)

    full = run(neurode, folder / "tictactoe.h5", short)
    choice = chosen(scores(folder / "tictactoe.h5", board, board), everything)
    lost = played(lambda p: {choice[p]: 1.0}, at_random, count)
    exact, best = (losses(lambda p: {choice[p]: 1.0}, other) for other in (at_random, perfect))
    straight = chosen(linear_scores(board, game.targets(everything), board, steps), everything)

    part = run(neurode, folder / "tictactoe_part.h5", short, KEPT_OUT)
    guess = chosen(scores(folder / "tictactoe_part.h5", learnt, board), everything)
    right = accuracy(guess, unseen)
    line = chosen(linear_scores(learnt, game.targets(known), board, steps), everything)
    chance = np.mean([len(game.optimal(p)) / len(game.moves(p)) for p in unseen])

    near = nearest_accuracy(known, unseen)
    return [{
        "task": f"{TASK}: play", "data": DATA, "rule": "gradient_flow, adam",
        "result": f"{lost} of {count} games lost to a random player (exactly {exact:.3%}), "
                  f"{best:.3%} to a perfect one; {accuracy(choice, everything):.2%} of moves optimal",
        "value": lost / count, "target": "<= 1 % lost to a random player",
        "reached": not short and lost <= 0.01 * count,
        "reason": "a short run" if short else "" if lost <= 0.01 * count else "moves that are not optimal are left",
        "baseline": f"lost to random, to perfect: softmax regression {against(straight)}; "
                    f"random player {losses(at_random, at_random):.2%}, {losses(at_random, perfect):.2%}",
        "rhs": int(full["rhs"]), "seconds": float(full["wall_seconds"]),
    }, {
        "task": f"{TASK}: unseen positions", "data": f"{DATA}; 904 kept out, whole classes of symmetry",
        "rule": "gradient_flow, adam",
        "result": f"{right:.2%} of moves in unseen positions optimal; lost to random, to perfect: {against(guess)}",
        "value": right, "target": "above nearest neighbour", "reached": not short and right > near,
        "reason": "a short run" if short else "" if right > near else "it generalises less well",
        "baseline": f"nearest neighbour {near:.2%}, softmax regression {accuracy(line, unseen):.2%}, "
                    f"random {chance:.2%}",
        "rhs": int(part["rhs"]), "seconds": float(part["wall_seconds"]),
    }]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        for row in rows(sys.argv[1], Path(place), "--short" in sys.argv):
            print(json.dumps(row, indent=1))
