"""Runs the digits scenarios and prints one table of them. Usage: digits_table.py NEURODE [--write] [NAME...]

The work of tools/digits, which see. Standard library alone.
"""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = ROOT / "scenarios"
RESULTS = ROOT / "build" / "digits"
BEGIN, END = "<!-- tools/digits: begin -->", "<!-- tools/digits: end -->"
HEAD = """| scenario | rule | flow | training loss | test accuracy | right-hand sides | wall time |
|---|---|---|---|---|---|---|"""


def attributes(program: str, name: str) -> dict:
    """What the result file of scenarios/NAME.toml says of itself. Raises CalledProcessError where the run fails."""
    result = RESULTS / f"{name}.h5"
    command = [program, "run", str(SCENARIOS / f"{name}.toml"), "-o", str(result), "--force", "--progress", "none", "-q"]
    subprocess.run(command, env={**os.environ, "OMP_NUM_THREADS": "1"}, check=True)
    info = subprocess.run([program, "info", "--json", str(result)], capture_output=True, text=True, check=True)
    return json.loads(info.stdout)["attributes"]


def named(entry: object, standard: str) -> str:
    return entry.get("name", standard) if isinstance(entry, dict) else str(entry or standard)


def row(name: str, found: dict) -> str:
    learning = tomllib.loads(found["scenario"])["learning"]
    rule, flow = learning.get("rule", "gradient_flow"), named(learning.get("flow"), "gradient")
    extra = f", {learning['variant']}" if "variant" in learning else ""
    accuracy, loss = found["final_test_accuracy"], found["final_loss"]
    return (
        f"| `{name}.toml` | {rule}{extra} | {flow} | {loss:.3g} ({named(learning['loss'], '')}) "
        f"| {accuracy:.4f} ({round(accuracy * 449)} of 449) | {found['rhs']} | {found['wall_seconds']:.1f} s |"
    )


def main() -> int:
    program, *words = sys.argv[1:]
    write = "--write" in words
    names = [w for w in words if w != "--write"] or sorted(p.stem for p in SCENARIOS.glob("digits*.toml"))
    RESULTS.mkdir(parents=True, exist_ok=True)
    rows = []
    for name in names:
        try:
            rows.append(row(name, attributes(program, name)))
        except subprocess.CalledProcessError as failed:
            print(f"tools/digits: {name} failed with exit status {failed.returncode}", file=sys.stderr)
            return failed.returncode
        print(rows[-1], file=sys.stderr)
    table = "\n".join([HEAD, *rows])
    print(table)
    if write:
        page = SCENARIOS / "README.md"
        before, _, rest = page.read_text().partition(BEGIN)
        _, _, after = rest.partition(END)
        page.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
