#!/usr/bin/env python3
"""Runs one scenario of scenarios/ through the program, shortened as short.txt says, and opens the result in xarray.
It is run with one thread and with two: every number of both results must be the same, bit for bit. Facts of [report]
that expect something must hold, unless the scenario is shortened without the word --facts.

Usage: run_scenario.py --neurode PROGRAM NAME        run scenarios/NAME.toml
       run_scenario.py --names                       hold the names in short.txt against scenarios/
"""

import argparse
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
SCENARIOS = HERE.parents[1] / "scenarios"


FACTS = "--facts"  # in short.txt: the facts of [report] hold all the same; no option of the program


def shortened() -> dict[str, list[str]]:
    """NAME -> options, from short.txt."""
    lines = (HERE / "short.txt").read_text().splitlines()
    words = [shlex.split(line, comments=True) for line in lines]
    return {w[0]: w[1:] for w in words if w}


def check_names() -> int:
    strangers = [name for name in shortened() if not (SCENARIOS / f"{name}.toml").is_file()]
    for name in strangers:
        print(f"tests/scenarios/short.txt: there is no scenarios/{name}.toml")
    return 1 if strangers else 0


def simulated(program: Path, name: str, folder: str, threads: int) -> Path | None:
    result = Path(folder) / f"threads-{threads}.h5"
    options = [word for word in shortened().get(name, []) if word != FACTS]
    command = [str(program), "run", str(SCENARIOS / f"{name}.toml"), "-o", str(result), *options]
    print(f"+ OMP_NUM_THREADS={threads}", shlex.join(command))
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "OMP_NUM_THREADS": str(threads)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    print(done.stdout + done.stderr)
    if done.returncode == 0:
        return result
    print(f"exit status {done.returncode}")
    return None


def differences(first: Path, second: Path) -> list[str]:
    """Names of the variables that are not the same bytes in both files."""
    import xarray

    with (
        xarray.open_dataset(first, engine="h5netcdf", decode_times=False) as a,
        xarray.open_dataset(second, engine="h5netcdf", decode_times=False) as b,
    ):
        names = set(a.variables) | set(b.variables)
        return sorted(
            v
            for v in names
            if v not in a.variables or v not in b.variables or a[v].values.tobytes() != b[v].values.tobytes()
        )


def wrong_facts(data) -> list[str]:
    """Facts of [report] that expect something and do not hold."""
    import numpy

    if "report" not in data.attrs:
        return []
    names = data.attrs["report"].split("\n")
    values, expected, within, holds = (
        numpy.atleast_1d(data.attrs[f"report_{key}"]) for key in ("values", "expected", "within", "holds")
    )
    return [
        f"{names[k]}: {float(values[k])!r}, expected {float(expected[k])!r} within {float(within[k])!r}"
        for k in range(len(names))
        if not numpy.isnan(within[k]) and not (holds[k] == 1 and abs(values[k] - expected[k]) <= within[k])
    ]


def run(program: Path, name: str) -> int:
    import numpy
    import xarray

    with tempfile.TemporaryDirectory(prefix="neurode-scenario-") as folder:
        results = [simulated(program, name, folder, threads) for threads in (1, 2)]
        if None in results:
            return 1
        result = results[0]
        differing = differences(*results)
        if differing:
            print(f"one thread and two give different numbers: {', '.join(differing)}")
            return 1
        # decode_times=False: times are seconds of the model, no dates.
        with xarray.open_dataset(result, engine="h5netcdf", decode_times=False) as data:
            data.load()
            print(data)
            wrong = wrong_facts(data)
            if wrong and (name not in shortened() or FACTS in shortened()[name]):
                print("facts that do not hold:", *wrong, sep="\n  ")
                return 1
            grids = [v for v in data.coords if v == "time" or v.startswith("time")]
            if not grids:
                print("the result has no time coordinate")
                return 1
            for grid in grids:
                times = data[grid].values
                if len(times) == 0 or not numpy.all(numpy.diff(times) > 0):
                    print(f"{grid} does not grow: {times}")
                    return 1
            recorded = [v for v in data.data_vars if any(d in grids for d in data[v].dims)]
            if not recorded:
                print("nothing was recorded over time")
                return 1
            for variable in recorded:
                values = data[variable].values
                if values.dtype.kind == "f" and not numpy.all(numpy.isfinite(values)):
                    print(f"{variable} holds values that are not finite")
                    return 1
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--neurode", type=Path)
    parser.add_argument("--names", action="store_true")
    parser.add_argument("name", nargs="?")
    options = parser.parse_args()
    if options.names:
        return check_names()
    if not options.neurode or not options.name:
        parser.error("--neurode PROGRAM and NAME, or --names")
    return run(options.neurode.resolve(), options.name)


if __name__ == "__main__":
    sys.exit(main())
