"""The trained network of reber.toml with one symbol held: fixed points and time constants. Usage: language_dynamics.py
NEURODE

Runs reber_test.toml and starts from the states that symbols of Reber's inner string leave there, on average over the
strings that began with T and over those with P. NumPy and h5py.
"""

import sys
import tempfile
import tomllib
from pathlib import Path

import common
import h5py
import language_data as data
import numpy as np
from language import FOLDER, WEIGHTS

REST = 1e-9  # largest rate of a unit at what counts as a fixed point
APART = 1e-3  # distance from which on two fixed points are two


class Network:
    """tau da/dt = -a + tanh(W a + V x + b), with weights from the CSV files beside the scenarios; a is [24]."""

    def __init__(self) -> None:
        files = {name: np.loadtxt(FOLDER / "data" / file, delimiter=",") for name, file in WEIGHTS.items()}
        self.recurrent, self.inward = files["hidden -> hidden.weights"], files["symbol -> hidden.weights"]
        self.bias = files["hidden.bias"]
        scenario = tomllib.loads((FOLDER / "reber_test.toml").read_text())
        self.tau = np.array(scenario["population"]["hidden"]["tau"], float)

    def rate(self, state: np.ndarray, symbol: str) -> np.ndarray:
        total = self.recurrent @ state + self.inward[:, data.SYMBOLS.index(symbol)] + self.bias
        return (np.tanh(total) - state) / self.tau

    def jacobian(self, state: np.ndarray, symbol: str) -> np.ndarray:
        total = self.recurrent @ state + self.inward[:, data.SYMBOLS.index(symbol)] + self.bias
        slope = 1 - np.tanh(total) ** 2
        return (slope[:, None] * self.recurrent - np.eye(len(state))) / self.tau[:, None]

    def held(self, state: np.ndarray, symbol: str, duration: float, dt: float = 0.05) -> np.ndarray:
        """The state after a symbol has been held for that long; classical Runge-Kutta."""
        for _ in range(round(duration / dt)):
            first = self.rate(state, symbol)
            second = self.rate(state + dt / 2 * first, symbol)
            third = self.rate(state + dt / 2 * second, symbol)
            fourth = self.rate(state + dt * third, symbol)
            state = state + dt / 6 * (first + 2 * second + 2 * third + fourth)
        return state


def means(states: np.ndarray, texts: list[str], symbol: str) -> list[np.ndarray]:
    """Mean states [24] at the end of a symbol of the inner string, of strings with T and of strings with P.

    `states` is [steps x strings x 24], the state at the end of each symbol.
    """
    return [
        np.mean(
            [
                states[step, row]
                for row, text in enumerate(texts)
                if text[1] == outer
                for step in range(3, len(text) - 3)
                if text[step] == symbol
            ],
            axis=0,
        )
        for outer in "TP"
    ]


def check(network: Network, states: np.ndarray, texts: list[str]) -> float:
    """Largest distance of this module's states from neurode's at the ends of the symbols of the first string."""
    state, worst = np.zeros(len(network.tau)), 0.0
    for step, symbol in enumerate(texts[0][:-1]):
        state = network.held(state, symbol, 1.0)
        worst = max(worst, np.abs(state - states[step, 0]).max())
    return worst


def retention(network: Network, start: list[np.ndarray], symbol: str, longest: int = 200) -> int | None:
    """Whole time units after which two states are less than half as far apart, the symbol held; None: not even then."""
    states, apart = start, np.linalg.norm(start[0] - start[1])
    for duration in range(1, longest + 1):
        states = [network.held(state, symbol, 1.0) for state in states]
        if np.linalg.norm(states[0] - states[1]) < apart / 2:
            return duration
    return None


def modes(network: Network, end: np.ndarray, symbol: str, apart: np.ndarray) -> str:
    """The three slowest modes at a fixed point, and |cosine| of each with the direction from P's state to T's."""
    values, vectors = np.linalg.eig(network.jacobian(end, symbol))
    along = np.abs(vectors.conj().T @ apart) / np.linalg.norm(apart)
    slowest = np.argsort(-values.real)[:3]
    return ", ".join(f"{-1 / values[i].real:.1f} (cosine {along[i]:.2f})" for i in slowest)


def main(neurode: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        result = Path(name) / "reber_test.h5"
        common.attributes(neurode, FOLDER / "reber_test.toml", result)
        with h5py.File(result) as file:
            states = file["hidden.a"][1:].astype(float)
    network, texts = Network(), data.read()["test"]
    print(f"largest distance from the states that neurode finds: {check(network, states, texts):.1e}")
    slow = network.tau > network.tau.min()
    for symbol in "TPSXV":
        start = means(states, texts, symbol)
        apart = start[0] - start[1]
        share = (apart[slow] @ apart[slow]) / (apart @ apart)
        halved = retention(network, start, symbol)
        print(
            f"{symbol} held: distance of T's state from P's {np.linalg.norm(apart):.2f}, {100 * share:.0f} % of its "
            f"square in the slow units; halved after {halved or 'more than 200'}"
        )
        ends = [network.held(state, symbol, 1000.0) for state in start]
        two = np.linalg.norm(ends[0] - ends[1]) > APART
        for outer, end in zip(["T", "P"] if two else ["T and P"], ends, strict=False):
            rest = np.abs(network.rate(end, symbol)).max() < REST
            told = f"time constants {modes(network, end, symbol, apart)}" if rest else "no rest"
            print(f"    from {outer}: {told}")


if __name__ == "__main__":
    main(sys.argv[1])
