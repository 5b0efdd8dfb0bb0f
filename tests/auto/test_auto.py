#!/usr/bin/env python3
"""neurode analyze continue against AUTO-07p, on the same equations written down for it. Usage: test_auto.py NEURODE

Exit status 77 (skipped) where there is no auto-07p; on Debian: apt-get install auto-07p gfortran.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
CLOSE = 1e-4  # in parameter values

#         model              preset    from  to
MODELS = [("fitzhugh_nagumo", "", 0, 2), ("morris_lecar", "snic", -20, 150), ("jansen_rit", "", -50, 400)]
KINDS = {"HB": "Hopf", "LP": "fold", "orbit LP": "orbit fold"}


def of_auto(folder: Path) -> dict[str, dict[str, set[float]]]:
    """Of each model, the parameter values of each kind of point."""
    for f in HERE.iterdir():
        if f.suffix in (".f90", ".auto"):
            shutil.copy(f, folder)
    done = subprocess.run(["auto-07p", "branches.auto"], cwd=folder, capture_output=True, text=True, timeout=900)
    found: dict[str, dict[str, set[float]]] = {name: {} for name, *_ in MODELS}
    for name, kind, p in re.findall(r"^FOUND (\w+) (.+) (\S+)$", done.stdout, re.MULTILINE):
        if kind in KINDS:
            found[name].setdefault(KINDS[kind], set()).add(float(p.removeprefix("np.float64(").removesuffix(")")))
    return found


def of_neurode(program: str, folder: Path, model: str, preset: str, low: float, high: float) -> dict[str, set[float]]:
    chosen = f'preset = "{preset}"\n' if preset else ""
    text = f'schema = 1\n[population.p]\nmodel = "{model}"\n{chosen}bias = {low}\n[time]\nend = 1\n'
    (folder / "s.toml").write_text(text)
    done = subprocess.run(
        [program, "analyze", "continue", "s.toml", "--json", "--parameter", "population.p.bias"]
        + ["--from", str(low), "--to", str(high)],
        cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found: dict[str, set[float]] = {}
    columns = json.loads(done.stdout)["quantities"]
    names = ("special_branch", "special_kind", "special_p")
    for branch, kind, p in zip(*(columns[name]["values"] for name in names)):
        kind = "fold" if kind == "SNIC" else kind  # AUTO knows folds
        found.setdefault(kind if branch == "rest" else f"orbit {kind}", set()).add(p)
    return found


def main() -> int:
    if not (shutil.which("auto-07p") and shutil.which("gfortran")):
        print("skipped: there is no auto-07p, or no gfortran")
        return 77
    program, faults = str(Path(sys.argv[1]).resolve()), []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        theirs = of_auto(folder)
        for model, preset, low, high in MODELS:
            ours = of_neurode(program, folder, model, preset, low, high)
            if not {"Hopf", "orbit fold"} <= theirs[model].keys():
                faults.append(f"{model}: AUTO found only {theirs[model]}")
            for kind, values in theirs[model].items():
                for p in sorted(values):
                    # AUTO calls it a fold as well where a branch of orbits passes through a Hopf point.
                    hopf = kind == "orbit fold" and any(abs(p - h) < CLOSE for h in theirs[model]["Hopf"])
                    if hopf or not low < p < high:
                        continue
                    near = min(ours.get(kind, ()), key=lambda q: abs(q - p), default=float("nan"))
                    print(f"{model:16} {kind:10} AUTO {p:14.9g}  neurode {near:14.9g}  {abs(near - p):.1e}")
                    if not abs(near - p) <= CLOSE:
                        faults.append(f"{model}: {kind} at {p} is not found")
    for fault in faults:
        print("FAULT", fault)
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
