"""Runs the applications and prints one table of them.

Usage: applications_table.py NEURODE [--short] [--write] [--json] [--modules FOLDER] [--results FOLDER] [NAME...]

The work of tools/applications, which see. An application is a module FOLDER/NAME.py with TASK = "short name" and
rows(neurode, folder, short), which runs, evaluates and compares, and returns rows with the keys of common.KEYS. Needs
h5py and numpy. --json prints the rows as JSON instead of the table.
"""

import argparse
import importlib
import json
import re
import sys
import time
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools/python/applications"))

import common  # noqa: E402: it stands in the folder that the line above adds

PAGE = ROOT / "scenarios/applications/README.md"
BEGIN, END = "<!-- tools/applications: begin -->", "<!-- tools/applications: end -->"
HEAD = """| task | data | rule | result | target | reached | baseline | right-hand sides | wall time |
|---|---|---|---|---|---|---|---|---|"""


def applications(folder: Path) -> list[str]:
    """Names of the modules in `folder` that carry TASK, sorted; none of them is imported."""
    return sorted(p.stem for p in folder.glob("*.py") if re.search(r"^TASK = ", p.read_text(), re.MULTILINE))


def cells(row: dict) -> str:
    """A row of the table. Raises KeyError where a key is missing."""
    reached = "yes" if row["reached"] else f"not reached: {row['reason']}"
    words = (row["task"], row["data"], row["rule"], row["result"], row["target"], reached, row["baseline"],
             row["rhs"], f"{row['seconds']:.1f} s")  # fmt: skip
    return "| " + " | ".join(str(word).replace("|", "\\|") for word in words) + " |"


def rows_of(name: str, neurode: str, results: Path, short: bool) -> list[dict]:
    """The rows of one application, whose results go into results/NAME."""
    folder = results / name
    folder.mkdir(parents=True, exist_ok=True)
    rows = importlib.import_module(name).rows(neurode, folder, short)
    for row in rows:
        missing = [key for key in common.KEYS if key not in row]
        if missing:
            raise KeyError(f"a row without {', '.join(missing)}")
    return rows


def write(table: str) -> None:
    """Puts the table into scenarios/applications/README.md, between its two marks."""
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("neurode")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--modules", type=Path, default=ROOT / "tools/python/applications")
    parser.add_argument("--results", type=Path, default=ROOT / "build/applications")
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_intermixed_args()  # names may stand behind options
    if options.write and (options.short or options.names):
        parser.error("--write takes all applications at full length: no --short, no names")
    known = applications(options.modules)
    strangers = [name for name in options.names if name not in known]
    if strangers:
        parser.error(f"no application {', '.join(strangers)}; there are {', '.join(known)}")
    sys.path.insert(0, str(options.modules.resolve()))
    sys.dont_write_bytecode = True
    neurode, results = str(Path(options.neurode).resolve()), options.results.resolve()
    rows, failed = [], []
    for name in options.names or known:
        start = time.monotonic()
        try:
            rows += rows_of(name, neurode, results, options.short)
        except Exception as error:  # whatever it is: the others go on
            traceback.print_exc()
            failed.append(f"tools/applications: {name} failed: {type(error).__name__}: {error}")
        print(f"{name}: {time.monotonic() - start:.0f} s", file=sys.stderr)
    table = "\n".join([HEAD, *map(cells, rows)])
    print(json.dumps(rows, indent=1) if options.json else table)
    if failed:
        print("\n".join(failed), file=sys.stderr)
    elif options.write:
        write(table)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
