"""Units of result files ("uA/cm2", "1/ms", "mV/ms^0.5") in terms of the SI."""

import math
import re
from typing import NamedTuple

_PREFIX = {"T": 12, "G": 9, "M": 6, "k": 3, "h": 2, "da": 1, "d": -1, "c": -2, "m": -3, "u": -6, "µ": -6, "μ": -6,
           "n": -9, "p": -12, "f": -15, "a": -18}  # fmt: skip

# Symbol -> its SI symbols with their powers, and the power of ten between them.
_SYMBOL: dict[str, tuple[dict[str, float], int]] = {
    name: ({name: 1}, 0) for name in "s m A K mol V S F Hz ohm N J W C Pa H T rad".split()
}
_SYMBOL |= {"g": ({"kg": 1}, -3), "l": ({"m": 3}, -3), "M": ({"mol": 1, "m": -3}, 3), "1": ({}, 0), "%": ({}, -2)}
_OTHER = {
    "min": ({"s": 1}, 60.0),
    "h": ({"s": 1}, 3600.0),
    "d": ({"s": 1}, 86400.0),
    "deg": ({"rad": 1}, math.pi / 180),
}

# What NWB calls a unit that stands alone.
_WORD = {"s": "seconds", "m": "meters", "A": "amperes", "K": "kelvin", "mol": "moles", "V": "volts", "S": "siemens",
         "F": "farads", "Hz": "hertz", "ohm": "ohms", "N": "newtons", "J": "joules", "W": "watts", "C": "coulombs",
         "Pa": "pascals", "H": "henries", "T": "teslas", "rad": "radians", "kg": "kilograms"}  # fmt: skip


class Conversion(NamedTuple):
    """Numbers times `factor` plus `offset` are in `unit`."""

    factor: float
    unit: str
    offset: float = 0.0


def to_si(unit: str) -> Conversion | None:
    """How numbers in `unit` become SI ones; None for a unit that is not known here, or none at all."""
    if unit == "degC":
        return Conversion(1.0, "kelvin", 273.15)
    powers: dict[str, float] = {}
    ten, factor = 0.0, 1.0
    for sign, term in re.findall(r"([*/]?)([^*/]+)", unit.replace(" ", "")):
        parsed = _term(term)
        if parsed is None:
            return None
        symbols, exponent, times, power = parsed
        power = -power if sign == "/" else power
        ten += exponent * power
        factor *= times**power
        for symbol, own in symbols.items():
            powers[symbol] = powers.get(symbol, 0) + own * power
    powers = {symbol: power for symbol, power in powers.items() if power != 0}
    if not unit or (not powers and ten == 0 and factor == 1):
        return None
    # One correctly rounded power of ten, where it is whole: 0.01 and not 1e-6/1e-4.
    scale = float(f"1e{int(ten)}") if ten == int(ten) else 10.0**ten
    return Conversion(scale * factor, _text(powers))


def seconds_in(unit: str) -> float | None:
    """Seconds in one `unit`; None if it is not known as a unit of time."""
    found = to_si(unit)
    return found.factor if found and found.unit == "seconds" else None


def _term(term: str) -> tuple[dict[str, float], int, float, float] | None:
    """SI symbols, power of ten, factor and power of "cm2", "ms^-0.5", "h" ...; None for what is not known."""
    match = re.fullmatch(r"(1|%|[A-Za-zµμ]+)(?:\^?(-?\d+(?:\.\d+)?))?", term)
    if not match:
        return None
    name, power = match[1], float(match[2] or 1)
    if name in _SYMBOL:
        symbols, exponent = _SYMBOL[name]
        return symbols, exponent, 1.0, power
    if name in _OTHER:
        symbols, times = _OTHER[name]
        return symbols, 0, times, power
    for prefix, exponent in _PREFIX.items():
        rest = name[len(prefix) :]
        if name.startswith(prefix) and rest in _SYMBOL and rest not in ("1", "%"):
            symbols, own = _SYMBOL[rest]
            return symbols, exponent + own, 1.0, power
    return None


def _text(powers: dict[str, float]) -> str:
    if list(powers.values()) == [1]:
        return _WORD[next(iter(powers))]

    def one(symbol: str, power: float) -> str:
        return symbol if power == 1 else f"{symbol}^{power:g}"

    above = "*".join(one(s, p) for s, p in powers.items() if p > 0)
    below = "".join("/" + one(s, -p) for s, p in powers.items() if p < 0)
    return (above or "1") + below
