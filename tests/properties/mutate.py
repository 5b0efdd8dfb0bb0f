#!/usr/bin/env python3
"""Shipped scenarios, mutated at random: whatever stands in the file, the program never crashes, hangs or has a fault
of its own, and a refused run writes nothing.

Usage: mutate.py --neurode PROGRAM [--count N] [--first SEED] [--keep FOLDER] [--jobs N]

Mutations: lines deleted, doubled, swapped; numbers made 0, -1, 1e308, nan or huge; strings, keys and bytes changed; the
file cut off. Each goes through `check`; what that lets pass runs with a short end and a cap on its time.
"""

import argparse
import random
import re
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from commands import run

ROOT = Path(__file__).resolve().parents[2]
LARGEST = 200_000  # bytes: larger files take their time without being more interesting
NUMBER = re.compile(r"(?<![\w.])[-+]?\d+\.?\d*(?:[eE][-+]?\d+)?(?![\w.])")
STRING = re.compile(r'"[^"\n]*"')
NUMBERS = ["0", "-1", "1e308", "-1e308", "nan", "inf", "9223372036854775807", "99999999999999999999", "2147483648",
           "1e-320", "1", "0.5", "1000000", "\"10 ms\"", "[]", "true", "1_000", "0x7fffffff"]  # fmt: skip
STRINGS = ['""', '"x"', '"a -> b"', '"../../etc/passwd"', '"\\u0000"', '"((((((((((("', '"1/0"', '"t"', '"dx/dt = x"',
           '"normal"', '"tanh"', '"loss"', '"weights"', '"xi"', '"delay(v, 1)"', '"' + "a" * 3000 + '"', "{}", "1"]  # fmt: skip
KEYS = ["size", "tau", "weights", "init", "model", "end", "every", "method", "rate", "start", "bias", "connect"]
RUN = ["run", "s.toml", "-o", "r.h5", "-q", "--set", "integrator.max_steps=200", "--set", "integrator.max_wall_seconds=1",
       "--set", "integrator.max_rhs=20000"]  # fmt: skip


def sources() -> list[Path]:
    found = sorted((ROOT / "scenarios").rglob("*.toml"))
    return [f for f in found if f.stat().st_size < LARGEST]


def replaced(text: str, pattern: re.Pattern, values: list[str], rng: random.Random) -> str:
    """One match of a pattern, outside comments, replaced."""
    places = [m for m in pattern.finditer(text) if "#" not in text[text.rfind("\n", 0, m.start()) + 1 : m.start()]]
    if not places:
        return text
    m = rng.choice(places)
    return text[: m.start()] + rng.choice(values) + text[m.end() :]


def mutated(text: str, rng: random.Random) -> bytes:
    """A text after one to four mutations."""
    raw = b""
    for _ in range(rng.choice([1, 1, 1, 2, 2, 3, 4])):
        lines = text.splitlines(keepends=True)
        live = [k for k, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#")] or [0]
        i, j = rng.choice(live), rng.choice(live)
        how = rng.choice(["delete", "double", "swap", "number", "number", "number", "string", "string", "key", "keys",
                          "cut", "insert", "flip"])  # fmt: skip
        if how == "delete" and lines:
            del lines[i]
        elif how == "double" and lines:
            lines.insert(j, lines[i])
        elif how == "swap" and lines:
            lines[i], lines[j] = lines[j], lines[i]
        elif how == "number":
            lines = [replaced(text, NUMBER, NUMBERS, rng)]
        elif how == "string":
            own = STRING.findall(text) or STRINGS
            lines = [replaced(text, STRING, STRINGS + own, rng)]
        elif how == "key":
            lines = [replaced(text, re.compile(r"(?m)^\w+(?=\s*=)"), KEYS, rng)]
        elif how == "keys":
            heads = re.findall(r"(?m)^\w+(?=\s*=)", text) or KEYS
            lines = [replaced(text, re.compile(r"(?m)^\w+(?=\s*=)"), heads, rng)]
        elif how == "cut":
            lines = [text[: rng.randrange(len(text) + 1)]]
        elif how == "insert":
            at = rng.randrange(len(text) + 1)
            junk = "".join(rng.choice("[]{}=\"'#.,\n\t-+0aé\x00\x7f") for _ in range(rng.randint(1, 6)))
            lines = [text[:at], junk, text[at:]]
        elif how == "flip":
            raw = text.encode("utf-8", "surrogateescape")
            at = rng.randrange(len(raw) + 1)
            text = (raw[:at] + bytes([rng.randrange(256)]) + raw[at + 1 :]).decode("utf-8", "surrogateescape")
            continue
        text = "".join(lines)
    return text.encode("utf-8", "surrogateescape")


def judge(program: Path, seed: int, files: list[Path], keep: Path | None) -> tuple[str, str]:
    """How it ended in a word, and what is wrong, if anything."""
    rng = random.Random(seed)
    source = rng.choice(files)
    text = mutated(source.read_text(), rng)
    with tempfile.TemporaryDirectory(prefix="neurode-mutate-") as name:
        folder = Path(name)
        (folder / "s.toml").write_bytes(text)
        for data in source.parent.iterdir():
            if data.name != source.name and not data.name.endswith(".toml"):
                (folder / data.name).symlink_to(data)
        before = {p.name for p in folder.iterdir()}
        words = ["check", "s.toml"]
        ending = run(program, folder, *words)
        fault = ending.crashed()
        if not fault and ending.status == 0:
            words = RUN
            ending = run(program, folder, *words)
            fault = ending.crashed()
            if ending.status == 0 and not (folder / "r.h5").exists():
                fault = "exit status 0, and no result file"
        appeared = {p.name for p in folder.iterdir()} - before
        if not fault and ending.status == 2 and appeared:
            fault = f"refused, and yet there is {', '.join(appeared)}"
        if not fault and ending.status == 2 and not ending.err.strip():
            fault = "refused without a word"
    if not fault:
        return f"{words[0]} {ending.status}", ""
    if keep:
        keep.mkdir(parents=True, exist_ok=True)
        (keep / f"{seed}-{source.name}").write_bytes(text)
    return "fault", f"--- seed {seed} ({source.relative_to(ROOT)}): {words[0]}: {fault}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--neurode", type=Path, required=True)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    program, files = options.neurode.resolve(), sources()
    seeds = range(options.first, options.first + options.count)
    with ThreadPoolExecutor(options.jobs) as pool:
        ended = list(pool.map(lambda s: judge(program, s, files, options.keep), seeds))
    for _, fault in ended:
        if fault:
            print(fault)
    counts = Counter(how for how, _ in ended)
    print(f"{options.count} mutations of {len(files)} scenarios: {dict(sorted(counts.items()))}")
    return 1 if counts["fault"] else 0


if __name__ == "__main__":
    sys.exit(main())
