#!/usr/bin/env python3
"""Random scenarios, meant to be valid, go through every command: none crashes, hangs or has a fault of its own.

Usage: random_scenarios.py --neurode PROGRAM [--count N] [--first SEED] [--keep FOLDER] [--show]

What `check` refuses counts as a fault of the generator, unless the reason is in allowed.txt: combinations that are
refused on purpose and that the generator does not know of. --keep writes the scenarios that failed; --show prints what
was refused.
"""

import argparse
import re
import sys
import tempfile
from collections import Counter
from pathlib import Path

from commands import Ending, run
from families import Families
from generate import Generator
from toml_text import toml_text

HERE = Path(__file__).resolve().parent
LEAST_RUN = 0.5  # share of the scenarios that must get as far as a result file

# What happens to a scenario that `check` likes: words of the command line, run in turn in one folder.
# A status but 0 ends the row where it may happen: 3 of a run (the numbers went wrong, or its steps are used up).
# A rerun tells whether all is identical to a run in one go: to itself, and to one that was stopped and resumed.
ROW = [
    ["run", "s.toml", "-o", "r.h5", "-q"],
    ["info", "r.h5"],
    ["info", "r.h5", "--json"],
    ["rerun", "r.h5", "-q"],
    ["run", "s.toml", "-o", "h.h5", "-q", "--set", "checkpoint.steps=3", "--set", "integrator.max_steps=8"],
    ["resume", "h.h5", "-q", "--set", "integrator.max_steps=0", "--allow-different"],
    ["rerun", "h.h5", "-q"],
]


def allowed_reasons() -> list[re.Pattern]:
    lines = (HERE / "allowed.txt").read_text().splitlines()
    return [re.compile(line) for line in lines if line and not line.startswith("#")]


def exports(families: Families) -> list[list[str]]:
    whole = {"json", "mat"}  # one file for everything
    return [["export", "r.h5", "-f", f, "-o", f"all.{f}" if f in whole else f"{f}/"] for f in families.names("exporters")]


def refused_wrongly(ending: Ending, allowed: list[re.Pattern]) -> list[str]:
    """Lines of a refusal that no allowed reason covers."""
    lines = [line for line in ending.err.splitlines() if line.strip()]
    return [line for line in lines if not any(a.search(line) for a in allowed)]


def judge(program: Path, families: Families, text: str, allowed: list[re.Pattern], counts: Counter) -> list[str]:
    """What went wrong with one scenario."""
    with tempfile.TemporaryDirectory(prefix="neurode-random-") as name:
        folder = Path(name)
        (folder / "s.toml").write_text(text)
        ending = run(program, folder, "check", "s.toml")
        if ending.crashed():
            return [f"check: {ending.crashed()}"]
        if ending.status != 0:
            counts["refused"] += 1
            wrong = refused_wrongly(ending, allowed)
            return [f"refused, and not for a reason in allowed.txt:\n  {line}" for line in wrong] + (
                ["refused, and yet a file appeared"] if len(list(folder.iterdir())) > 1 else []
            )
        for words in ROW + exports(families):
            ending = run(program, folder, *words)
            if ending.crashed():
                return [f"{' '.join(words)}: {ending.crashed()}"]
            if ending.status == 3 and words[0] in ("run", "resume"):
                counts["numerical failure"] += words[-1] == "-q"
                if not (folder / "r.h5").exists():
                    return []
            elif ending.status != 0:
                return [f"{' '.join(words)}: exit status {ending.status}, after a check without faults\n{ending.out}{ending.err}"]
        counts["whole way"] += 1
    return []


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--neurode", type=Path, required=True)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    program = options.neurode.resolve()
    families, allowed = Families(program), allowed_reasons()
    counts: Counter = Counter()
    failed = 0
    for seed in range(options.first, options.first + options.count):
        text = toml_text(Generator(families, seed).scenario())
        faults = judge(program, families, text, allowed, counts)
        if not faults:
            continue
        failed += 1
        print(f"--- seed {seed}", *faults, sep="\n")
        if options.keep:
            options.keep.mkdir(parents=True, exist_ok=True)
            (options.keep / f"{seed}.toml").write_text(text)
    print(f"{options.count} scenarios, {failed} with faults: {dict(counts)}")
    if counts["whole way"] < LEAST_RUN * options.count:
        print("so few get as far as a result: the generator no longer fits the program")
        return 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
