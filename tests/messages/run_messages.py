#!/usr/bin/env python3
"""Makes the program say every error message it has, and holds them against one file a family, golden/messages/NAME.txt.

Usage: run_messages.py --neurode PROGRAM [--version X.Y.Z] [--update] [FAMILY ...]

A family is FAMILY.cases beside this file:

    == NAME                      a case
    > neurode WORDS              a command line, the last one judged; without any: neurode check s.toml
    @ BASE                       s.toml begins with bases/BASE.toml
    ~ OLD => NEW                 with this replaced in it
    -- FILE                      the lines that follow are FILE, in place of s.toml
    every other line             is added to s.toml

Every message must say more than that something is wrong, those of a scenario must say where.
"""

import argparse
import difflib
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "golden"))
from run_golden import ROOT, normalise, same  # noqa: E402

GOLDEN = HERE.parent / "golden/messages"
EMPTY_WORDS = {"error", "errors", "invalid", "failed", "failure", "fault", "wrong", "bad", "illegal", "problem", "unknown",
               "an", "a", "the", "is", "was", "of", "neurode", "something", "went"}  # fmt: skip
PLACE = re.compile(r"^[^\s:][^:]*(:\d+:\d+)?: ")


class Case:
    def __init__(self, name: str):
        self.name, self.commands, self.files = name, [], {"s.toml": []}

    def write(self, folder: Path) -> None:
        for name, lines in self.files.items():
            if name == "s.toml" and not lines:
                continue
            text = "\n".join(lines) + "\n"
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(text.encode().decode("unicode_escape").encode("latin-1") if name.endswith(".bin") else text.encode())


def read(family: Path) -> list[Case]:
    cases: list[Case] = []
    file = "s.toml"
    for line in family.read_text().splitlines():
        if line.startswith("== "):
            cases.append(Case(line[3:].strip()))
            file = "s.toml"
        elif not cases or (not line.strip() and file == "s.toml"):
            continue
        elif line.startswith("> "):
            cases[-1].commands.append(line[2:])
        elif file == "s.toml" and line.startswith("@ "):
            cases[-1].files[file] += (HERE / "bases" / f"{line[2:].strip()}.toml").read_text().splitlines()
        elif file == "s.toml" and line.startswith("~ "):
            old, new = line[2:].split(" => ", 1) if " => " in line else (line[2:].removesuffix(" =>"), "")
            old = old.replace("\\n", "\n")
            text = "\n".join(cases[-1].files[file])
            if old not in text:
                raise SystemExit(f"{family.name}: {cases[-1].name}: there is no \"{old}\" to replace")
            cases[-1].files[file] = text.replace(old, new.replace("\\n", "\n"), 1).split("\n")
        elif line.startswith("-- "):
            file = line[3:].strip()
            cases[-1].files[file] = []
        else:
            cases[-1].files[file].append(line)
    return cases


def run(case: Case, program: Path, version: str | None) -> tuple[int, str]:
    """Exit status and what was said on standard error by the last command."""
    with tempfile.TemporaryDirectory(prefix="neurode-message-") as name:
        folder = Path(name).resolve()
        case.write(folder)
        (folder / "scenarios").symlink_to(ROOT / "scenarios")
        environment = os.environ | {"LC_ALL": "C.UTF-8", "COLUMNS": "100", "NO_COLOR": "1", "OMP_NUM_THREADS": "1"}
        done = None
        for line in case.commands or ["neurode check s.toml"]:
            line = line.replace("neurode", shlex.quote(str(program)), 1) if line.startswith("neurode") else line
            done = subprocess.run(
                ["bash", "-c", line], cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
            )
        text = done.stderr.decode("utf-8", "backslashreplace")
        return done.returncode, normalise(text, folder, version)


def poor(status: int, text: str, located: bool) -> list[str]:
    """What is wrong with messages, whatever they are about."""
    faults = []
    if status not in (2, 3, 4):
        faults.append(f"ended with status {status}, which is none of a fault")
    if not text.strip():
        faults.append("no message")
    for line in text.splitlines():
        words = {w for w in re.findall(r"[a-z]+", re.sub(PLACE, "", line).lower())}
        if words and words <= EMPTY_WORDS:
            faults.append(f"says nothing: {line}")
        if re.search(r"\b(error|fault)\b\W+\b\1\b", line, re.IGNORECASE):
            faults.append(f"says it twice: {line}")
        if located and status == 2 and not line.startswith("neurode") and not re.match(r"^\S+?:(\d+:\d+: | )", line):
            faults.append(f"does not say where: {line}")
    return faults


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--neurode", type=Path, required=True)
    parser.add_argument("--version")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("families", nargs="*", metavar="FAMILY")
    options = parser.parse_args()
    names = options.families or sorted(f.stem for f in HERE.glob("*.cases"))
    failed = False
    for name in names:
        found = []
        for case in read(HERE / f"{name}.cases"):
            status, text = run(case, options.neurode.resolve(), options.version)
            located = bool(case.files["s.toml"]) and not case.commands
            faults = poor(status, text, located)
            if faults:
                failed = True
                print(f"--- {name}: {case.name}", *faults, sep="\n")
            found.append(f"== {case.name} ({status})\n{text.rstrip()}\n")
        golden, text = GOLDEN / f"{name}.txt", "\n".join(found)
        if options.update:
            golden.parent.mkdir(exist_ok=True)
            golden.write_text(text)
        elif not golden.exists() or not same(golden.read_text(), text):
            failed = True
            expected = golden.read_text() if golden.exists() else ""
            sys.stdout.writelines(
                difflib.unified_diff(expected.splitlines(True), text.splitlines(True), f"{golden.name} (expected)", "found")
            )
        print(f"{name}: {len(found)} cases")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
