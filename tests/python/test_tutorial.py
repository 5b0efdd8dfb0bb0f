#!/usr/bin/env python3
"""Runs every command of scenarios/tutorial.md as a newcomer would: test_tutorial.py NEURODE."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```(\w*) ?(.*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def pattern(shown: str) -> re.Pattern[str]:
    """What is shown of an output: "..." stands for anything, blanks for blanks."""
    parts = []
    for line in shown.strip().splitlines():
        if line.strip() == "...":
            parts.append(r"(?:.*\n)*?")
        else:
            words = [r"\s+".join(map(re.escape, part.split())) for part in line.split("...")]
            parts.append(r"[ \t]*" + ".*".join(words) + r"[ \t]*\n")
    return re.compile("".join(parts))


def commands(block: str) -> list[str]:
    return [line for line in block.splitlines() if line.strip()]


def main() -> None:
    program = Path(sys.argv[1]).resolve()
    text = (ROOT / "scenarios/tutorial.md").read_text()
    failures, count, printed = [], 0, ""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        # The repository as the tutorial sees it, without building it once more.
        (here / "scenarios").symlink_to(ROOT / "scenarios")
        (here / "build/release").mkdir(parents=True)
        (here / "build/release/neurode").symlink_to(program)
        (here / "tools").mkdir()
        (here / "tools/run").write_text('#!/bin/sh\nexec build/release/neurode run "$@"\n')
        (here / "tools/run").chmod(0o755)
        path = ""
        for kind, rest, block in FENCE.findall(text):
            if kind == "toml":
                (here / rest).write_text(block)
            elif kind == "sh":
                printed = ""
                for command in commands(block):
                    if command.startswith("export "):
                        path += command + "\n"
                        continue
                    count += 1
                    done = subprocess.run(
                        ["bash", "-c", path + command], cwd=here, capture_output=True, text=True, timeout=300
                    )
                    printed += done.stdout + done.stderr
                    if (done.returncode != 0) != (rest == "fails"):
                        failures.append(f"{command}\n  status {done.returncode}: {done.stderr.strip()}")
                    for made in re.findall(r"(?:-o|--plot) (\S+)", command):
                        if not (here / made).is_file() or (here / made).stat().st_size == 0:
                            failures.append(f"{command}\n  made no {made}")
            elif not pattern(block).search(printed):
                failures.append(f"shown, but not printed:\n{block}\nprinted:\n{printed[:3000]}")
    for failure in failures:
        print("FAILED:", failure)
    print(f"{count} commands, {len(failures)} failures")
    sys.exit(bool(failures) or count < 15)


if __name__ == "__main__":
    main()
