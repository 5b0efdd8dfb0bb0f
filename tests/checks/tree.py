#!/usr/bin/env python3
"""Holds the tree against layers.toml: names at the top, length of files, formatting, shell syntax.

Usage: tree.py top|length|format|shell [ROOT]
"""

import fnmatch
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

RULES = tomllib.loads((Path(__file__).parent / "layers.toml").read_text())


def project_files(root: Path) -> list[Path]:
    """Files of the project: git's list, or all that .gitignore does not name where there is no git."""
    git = ["git", "-c", f"safe.directory={root}", "-C", str(root), "ls-files", "-z", "--cached"]
    if (root / ".git").exists() and shutil.which("git"):
        listed = subprocess.run(git, capture_output=True, check=False)
        if listed.returncode == 0:
            names = [os.fsdecode(n) for n in listed.stdout.split(b"\0") if n]
            return sorted(p for n in names if (p := root / n).is_file())
    ignore_file = root / ".gitignore"
    ignored = [i.strip().strip("/") for i in ignore_file.read_text().split()] if ignore_file.exists() else []
    ignored.append(".git")

    def walk(folder: Path):
        for path in sorted(folder.iterdir()):
            if any(fnmatch.fnmatch(path.name, i) for i in ignored):
                continue
            if path.is_dir():
                yield from walk(path)
            else:
                yield path

    return list(walk(root))


def top(root: Path, files: list[Path]) -> list[str]:
    allowed = RULES["top"]["names"]
    names = {p.relative_to(root).parts[0] for p in files}
    return [
        f"{name}: not allowed at the top; allowed are {', '.join(allowed)} and dot files"
        for name in sorted(names)
        if name not in allowed and not name.startswith(".")
    ]


def is_script(path: Path) -> bool:
    with path.open("rb") as file:
        return file.readline().startswith(b"#!") if not path.suffix else False


def length(root: Path, files: list[Path]) -> list[str]:
    limit = RULES["files"]["max_lines"]
    found = []
    for path in files:
        if path.suffix in RULES["files"]["suffixes"] or is_script(path):
            lines = len(path.read_bytes().splitlines())
            if lines > limit:
                found.append(f"{path.relative_to(root)}: {lines} lines; {limit} are allowed: split it")
    return found


def clang_format_14() -> str | None:
    """Other versions lay some lines out differently, so only this one may judge."""
    for name in ("clang-format-14", "clang-format"):
        if program := shutil.which(name):
            version = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
            if " version 14." in version:
                return program
    return None


def format_faults(root: Path, files: list[Path]) -> list[str]:
    program = clang_format_14()
    if program is None:
        print("clang-format 14 is not installed: nothing checked")
        return []
    found = []
    for path in files:
        place = path.relative_to(root)
        if place.parts[0] in ("src", "include", "tests", "tools") and path.suffix in (".cpp", ".hpp"):
            run = [program, "--style=file", "--dry-run", "-Werror", str(place)]
            result = subprocess.run(run, cwd=root, capture_output=True, text=True, check=False)
            if result.returncode != 0:
                found.append(f"{place}: not formatted; run: clang-format-14 -i {place}")
                found += [line for line in result.stderr.splitlines()[:1] if line not in found]
    return found


def shell(root: Path, files: list[Path]) -> list[str]:
    found = []
    for path in files:
        with path.open("rb") as file:
            first = file.readline()
        if path.suffix in (".sh", ".bash") or (first.startswith(b"#!") and b"sh" in first):
            result = subprocess.run(["bash", "-n", str(path)], capture_output=True, text=True, check=False)
            if result.returncode != 0:
                found.append(f"{path.relative_to(root)}: {result.stderr.strip()}")
            if first.startswith(b"#!") and not os.access(path, os.X_OK):
                found.append(f"{path.relative_to(root)}: starts with #! and is not executable")
    return found


CHECKS = {"top": top, "length": length, "format": format_faults, "shell": shell}


def main() -> int:
    if len(sys.argv) < 2 or sys.argv[1] not in CHECKS:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    root = Path(sys.argv[2] if len(sys.argv) > 2 else Path(__file__).parents[2]).resolve()
    broken = CHECKS[sys.argv[1]](root, project_files(root))
    print("\n".join(broken) if broken else f"{sys.argv[1]}: kept")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
