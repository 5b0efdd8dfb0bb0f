#!/usr/bin/env python3
"""Runs one case of the command line and holds what it prints against the files beside it.

Usage: run_golden.py --neurode PROGRAM [--version X.Y.Z] [--update] [--cases FOLDER] [NAME ...]

A case is cases/NAME.cmd: command lines, one a line, run in turn in an empty folder that holds copies of files/ and
(as scenarios/) of the project's scenarios. Only the last one is judged; those before it prepare, and must exit with 0.
NAME.out and NAME.err hold what the last one prints (no file: nothing), NAME.status its exit status (no file: 0).
A "#" starts a comment; "neurode" is the program under test. Where it exits with 2 no result file may have appeared.
Without a NAME all cases run. --update writes the expectations anew: read the diff before you commit it.
"""

import argparse
import difflib
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
TIME_UNIT = r"(?:s|ms|us|µs|ns|min|h)\b"

# What differs from run to run and machine to machine, and what stands for it. Simulated times are not among them:
# a duration counts as wall time only on a line that says so.
RULES = [
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?"), "<date>"),
    (re.compile(rf"(?im)^(.*\b(?:wall|elapsed|took)\b.*?){NUMBER} ?{TIME_UNIT}(?: {NUMBER} ?{TIME_UNIT})*"), r"\1<wall>"),
    (re.compile(rf'("(?:\w*_)?(?:wall|elapsed)\w*"\s*:\s*){NUMBER}'), r'\1"<wall>"'),
    (re.compile(rf"(?m)^(\s*wall_seconds +){NUMBER}"), r"\1<wall>"),
    (re.compile(r"\bcompiler \S.*"), "<build>"),
    (re.compile(r"(?m)^ *\d+ %  t = .*(?:steps/s|left)\n"), ""),  # lines of progress: as many as there was time for
    (re.compile(rf"{NUMBER} ?(?:B|bytes|[kKMGT]i?B)\b"), "<size>"),
    (re.compile(r"free memory of this machine|what is free of its control group's limit|what ulimit -[vd] leaves"), "<limit>"),
    (re.compile(r'("file_(?:size|bytes)"\s*:\s*)\d+'), r'\1"<size>"'),
]


def normalise(text: str, folder: Path, version: str | None) -> str:
    for path, name in ((folder, "<folder>"), (ROOT, "<source>")):
        text = text.replace(str(path), name)
    for pattern, name in RULES:
        text = pattern.sub(name, text)
    return text.replace(version, "<version>") if version else text


def long_numbers(line: str) -> tuple[str, list[float]]:
    """The line with its numbers of 8 digits or more taken out, and those numbers."""
    numbers = []

    def take(match: re.Match) -> str:
        if len(re.sub(r"[eE].*|\D", "", match.group()).lstrip("0")) < 8:
            return match.group()
        numbers.append(float(match.group()))
        return "<number>"

    return re.sub(NUMBER, take, line), numbers


def same(expected: str, found: str) -> bool:
    """Equal, but for the last digits of long numbers: compilers fuse multiply and add differently."""
    if expected == found:
        return True
    a, b = expected.splitlines(keepends=True), found.splitlines(keepends=True)
    if len(a) != len(b):
        return False
    for left, right in zip(a, b):
        (left_text, x), (right_text, y) = long_numbers(left), long_numbers(right)
        if left_text != right_text or len(x) != len(y):
            return False
        if any(abs(p - q) > 1e-12 + 1e-8 * max(abs(p), abs(q)) for p, q in zip(x, y)):
            return False
    return True


class Case:
    def __init__(self, command_file: Path, program: Path, version: str | None):
        self.file, self.program, self.version = command_file, program, version
        lines = [line.strip() for line in command_file.read_text().splitlines()]
        self.commands = [line for line in lines if line and not line.startswith("#")]

    def expected(self) -> dict[str, str]:
        def read(suffix: str, without: str) -> str:
            file = self.file.with_suffix(suffix)
            return file.read_text() if file.exists() else without

        return {".out": read(".out", ""), ".err": read(".err", ""), ".status": read(".status", "0\n")}

    def run(self) -> tuple[dict[str, str], list[str]]:
        """What the last command printed and returned, and what is wrong beside that."""
        with tempfile.TemporaryDirectory(prefix="neurode-golden-") as name:
            folder = Path(name).resolve()
            for source, target in ((HERE / "files", folder), (ROOT / "scenarios", folder / "scenarios")):
                if source.is_dir():
                    shutil.copytree(source, target, dirs_exist_ok=True)
            environment = os.environ | {"LC_ALL": "C.UTF-8", "COLUMNS": "100", "NO_COLOR": "1", "OMP_NUM_THREADS": "2"}
            for number, line in enumerate(self.commands, 1):
                words = shlex.split(line)
                if words[0] == "neurode":
                    words[0] = str(self.program)
                before = set(folder.rglob("*.h5"))
                done = subprocess.run(
                    words, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
                )
                out, err = (s.decode("utf-8", "backslashreplace") for s in (done.stdout, done.stderr))
                if number < len(self.commands) and done.returncode != 0:
                    return {}, [f"preparing: {line}: exit status {done.returncode}\n{out}{err}"]
            faults = []
            appeared = sorted(str(p.relative_to(folder)) for p in set(folder.rglob("*.h5")) - before)
            if done.returncode == 2 and appeared:
                faults.append(f"exit status 2, and yet a result file appeared: {', '.join(appeared)}")
            found = {".out": normalise(out, folder, self.version), ".err": normalise(err, folder, self.version)}
            return found | {".status": f"{done.returncode}\n"}, faults

    def judge(self) -> list[str]:
        if not self.commands:
            return [f"{self.file}: no command in it"]
        found, faults = self.run()
        for suffix, text in found.items():
            expected = self.expected()[suffix]
            if not same(expected, text):
                lines = (t.splitlines(keepends=True) for t in (expected, text))
                name = self.file.with_suffix(suffix).name
                faults.append("".join(difflib.unified_diff(*lines, f"{name} (expected)", f"{name} (found)")))
        return faults

    def update(self) -> list[str]:
        found, faults = self.run()
        for suffix, text in found.items():
            file = self.file.with_suffix(suffix)
            if same(self.expected()[suffix], text):
                continue
            if text == ("0\n" if suffix == ".status" else ""):
                file.unlink()
            else:
                file.write_text(text)
            print(f"{file.name}: written")
        return faults


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--neurode", type=Path, required=True, help="the program under test")
    parser.add_argument("--version", help="what stands for <version> in the expectations")
    parser.add_argument("--update", action="store_true", help="write the expectations anew")
    parser.add_argument("--cases", type=Path, default=HERE / "cases", help="the folder of the cases")
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    names = options.names or sorted(p.stem for p in options.cases.glob("*.cmd"))
    failed = []
    for name in names:
        case = Case(options.cases / f"{name}.cmd", options.neurode.resolve(), options.version)
        faults = case.update() if options.update else case.judge()
        if faults:
            failed.append(name)
            print(f"--- {name}: {'; '.join(case.commands)}", *faults, sep="\n")
    print(f"{len(names) - len(failed)} of {len(names)} cases as expected")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
