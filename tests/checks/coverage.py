#!/usr/bin/env python3
"""Prints which share of the lines of src/ and include/neurode ran, by layer, after the tests of a counted build.

Usage: coverage.py BUILD        (tools/test --coverage does all of it)

Exit status 1 where it is below the limit of layers.toml. BUILD/coverage.txt names the lines that did not run.
"""

import json
import subprocess
import sys
import tomllib
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TREES = ("src", "include/neurode")


def counted(build: Path) -> list[dict]:
    """What gcovr knows of each file: name, lines, and lines that ran."""
    report = build / "coverage.json"
    command = ["gcovr", "--root", str(ROOT), "--object-directory", str(build), "-j", "2", "--exclude-unreachable-branches"]
    for tree in TREES:
        command += ["--filter", f"{ROOT}/{tree}/"]
    command += ["--json-summary", str(report), "--txt", str(build / "coverage.txt"), str(build)]
    subprocess.run(command, check=True)
    return json.loads(report.read_text())["files"]


def table(files: list[dict]) -> dict[tuple[str, str], tuple[int, int]]:
    """(tree, layer) -> lines that ran, lines; the layer "" is the whole tree."""
    sums: dict[tuple[str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for file in files:
        for tree in TREES:
            if file["filename"].startswith(tree + "/"):
                layer = file["filename"].removeprefix(tree + "/").split("/")[0]
                for key in ((tree, layer), (tree, "")):
                    ran, lines = sums[key]
                    sums[key] = (ran + file["line_covered"], lines + file["line_total"])
    return sums


def main(build: Path) -> int:
    limit = tomllib.loads((HERE / "layers.toml").read_text())["coverage"]["percent"]
    sums = table(counted(build))
    print(f"\n{'lines that ran':30}      ran    lines      %")
    low = 0
    for tree in TREES:
        for (where, layer), (ran, lines) in sorted(sums.items(), key=lambda s: (s[0][1] == "", s[0])):
            if where == tree and lines > 0:
                share = 100 * ran / lines
                low += tree == "src" and share < limit
                print(f"{f'{tree}/{layer}' if layer else f'{tree} in all':30} {ran:8} {lines:8} {share:6.1f}")
    if ("src", "") not in sums:
        print("Nothing of src/ was counted")
        return 1
    if low:
        print(f"Each layer of src/ should have {limit} %. {build.name}/coverage.txt names the lines that did not run.")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
