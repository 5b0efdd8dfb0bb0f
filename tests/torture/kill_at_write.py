#!/usr/bin/env python3
"""The program is killed at chosen ones of its writes, each half done, at other changes of files, and then resumed: what
is recorded up to the last flush must be there, and in the end all that a run without a kill has.
Usage: kill_at_write.py PROGRAM LIBRARY [--points N]"""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from pathlib import Path

import h5py

from results import Case, datasets, differences, run

# Flushed all the time, with checkpoints that grow (delays), strings that are replaced, chunks that are left half full.
CASE = Case("mackey_glass", {"time.end": "60", "record.every": "0.05", "record.flush": "1e-9", "checkpoint.steps": "40"})
RESUMED = ["resume", "-q"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("library")
    parser.add_argument("--points", type=int, default=60)
    a = parser.parse_args()
    plain = {**os.environ, "OMP_NUM_THREADS": "1"}
    shim = {**plain, "LD_PRELOAD": a.library}
    faults = []
    with tempfile.TemporaryDirectory(prefix="neurode-kill-") as folder:
        whole = Path(folder) / "whole.h5"
        done = run(a.program, "run", *CASE.arguments(), "-q", "-o", str(whole), env=shim)
        count = int(re.search(r"changes: (\d+)", done.stderr).group(1))
        truth = datasets(whole)
        for k in range(a.points):
            at = 1 + k * (count - 1) // (a.points - 1) if k % 2 == 0 else max(1, count - k)  # everywhere, and at the end
            path = Path(folder) / "part.h5"
            path.unlink(missing_ok=True)
            done = run(a.program, "run", *CASE.arguments(), "-q", "-o", str(path), env={**shim, "NEURODE_KILL_AT": str(at)})
            if done.returncode != -9:
                faults.append(f"write {at}: exit status {done.returncode} {done.stderr}")
                continue
            if not path.exists():
                continue
            info = run(a.program, "info", str(path), env=plain)
            if info.returncode != 0:
                faults.append(f"write {at} of {count}: {info.stderr}")
                continue
            with h5py.File(path, "r") as f:
                points = f["time"].shape[0]
                for name, d in f.items():
                    if isinstance(d, h5py.Dataset) and d.shape and d.dims[0] and d.shape[0] == points:
                        if not (d[()] == h5py.File(whole)[name][:points]).all():
                            faults.append(f"write {at} of {count}: {name} is not what was recorded")
            # The resumed run is killed as well, then left alone.
            run(a.program, *RESUMED, str(path), env={**shim, "NEURODE_KILL_AT": str(1 + at % 97)})
            done = run(a.program, *RESUMED, str(path), env=plain)
            if done.returncode != 0:
                faults.append(f"write {at} of {count}: resume: {done.stderr}")
                continue
            unlike = differences(truth, datasets(path))
            if unlike:
                faults.append(f"write {at} of {count}: not identical: {', '.join(unlike)}")
        left = sorted(p.name for p in Path(folder).iterdir() if p.name not in ("whole.h5", "part.h5"))
        print(f"{count} changes, killed at {a.points}; hidden files left by kills: {len(left)}")
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
