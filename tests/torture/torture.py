#!/usr/bin/env python3
"""Runs are killed (SIGKILL) at random moments and resumed, killed again and resumed again. What they end with must be
what the run that nobody touched has: every dataset, byte for byte; and after each kill the file must open.
Usage: torture.py PROGRAM [--kills N | --minutes M] [--seed S] [--jobs J]"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from results import Case, datasets, differences, outcome, run

OFTEN = {"checkpoint.wall": "0.02", "record.flush": "0.02"}


def with_method(scenario: str, integrator: str, **keys: str) -> Case:
    return Case(scenario, {"integrator": f"{{ {integrator} }}", **{k.replace("__", "."): v for k, v in keys.items()}})


# Across methods, rules, flows, rates; with delays, noise, spikes, minibatches, monitors and reports.
CASES = [
    Case("xor", {"record.every": "0.1"}),
    Case("xor_coupled", {"time.end": "300"}),
    with_method("fitzhugh_nagumo", 'method = "rk4", dt = 0.002', time__end="1000"),
    with_method("fitzhugh_nagumo", 'method = "adams_bashforth_moulton", dt = 0.002', time__end="1000"),
    with_method("van_der_pol_stiff", 'method = "auto", rtol = 1e-8'),
    with_method("van_der_pol_stiff", 'method = "cvode_bdf", rtol = 1e-8'),
    with_method("hires", 'method = "rodas5p", rtol = 1e-10'),
    with_method("kuramoto", 'method = "dop853", rtol = 1e-10'),
    with_method("wilson_cowan", 'method = "bulirsch_stoer", rtol = 1e-12'),
    Case("mackey_glass", {"time.end": "3000"}),
    Case("delayed_feedback"),
    Case("noisy_decision"),
    Case("ornstein_uhlenbeck"),
    Case("spiking_ei"),
    Case("rules/stdp"),
    Case("digits_minibatches", {"time.end": "3"}),
    Case("rates/stability"),
    Case("rules/eprop"),
    Case("flows/adam"),
    Case("memory_task"),
]


class Torture:
    def __init__(self, program: str, folder: Path, seed: int) -> None:
        self.program = program
        self.folder = folder
        self.random = random.Random(seed)
        self.lock = threading.Lock()
        self.kills = 0
        self.resumes_from_start = 0
        self.faults: list[str] = []
        self.truth: dict[str, tuple[dict[str, bytes], float]] = {}

    def prepare(self, case: Case) -> None:
        path = self.folder / f"truth-{CASES.index(case)}.h5"
        begin = time.monotonic()
        done = run(self.program, "run", *self.arguments(case), "-q", "-o", str(path))
        if done.returncode != 0:
            raise SystemExit(f"{case.name}: exit status {done.returncode}\n{done.stderr}")
        self.truth[case.name] = (datasets(path), time.monotonic() - begin)

    @staticmethod
    def arguments(case: Case) -> list[str]:
        return Case(case.scenario, {**case.set, **OFTEN}).arguments()

    def killed(self, arguments: list[str], after: float) -> bool:
        """True if it was killed before its end."""
        with subprocess.Popen([self.program, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
            try:
                process.wait(after)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
            status = process.returncode
            if status not in (0, -signal.SIGKILL):
                self.fault(f"{' '.join(arguments)}: exit status {status}\n{process.stderr.read().decode()}")
        return status == -signal.SIGKILL

    def fault(self, text: str) -> None:
        with self.lock:
            self.faults.append(text)

    def once(self, number: int, case: Case, moments: list[float]) -> None:
        truth, seconds = self.truth[case.name]
        path = self.folder / f"{number}.h5"
        arguments = ["run", *self.arguments(case), "-q", "-o", str(path)]
        for moment in moments:
            if self.killed(arguments, moment * seconds):
                with self.lock:
                    self.kills += 1
            if path.exists():
                info = run(self.program, "info", str(path))
                if info.returncode != 0:
                    return self.fault(f"{case.name}: after a kill the file does not open: {info.stderr}")
                outcome(path)  # h5py opens it as well
                arguments = ["resume", "-q", str(path)]
        if not path.exists():  # killed before there was a file
            arguments = ["run", *self.arguments(case), "-q", "-o", str(path)]
        done = run(self.program, *arguments)
        if done.returncode != 0:
            return self.fault(f"{case.name}: {' '.join(arguments)}: exit status {done.returncode}\n{done.stderr}")
        unlike = differences(truth, datasets(path))
        if unlike:
            kept = self.folder.parent / f"torture-{os.getpid()}-{number}.h5"
            path.rename(kept)
            return self.fault(f"{case.name}, killed at {moments}: not identical: {', '.join(unlike)}; kept as {kept}")
        path.unlink()
        return None

    def go(self, kills: int, end: float, jobs: int) -> None:
        number = 0
        with ThreadPoolExecutor(jobs) as pool:
            while (self.kills < kills or time.monotonic() < end) and not self.faults:
                batch = []
                for _ in range(2 * jobs):
                    case = self.random.choice(CASES)
                    moments = [self.random.random() ** 0.7 for _ in range(self.random.choice([1, 1, 2, 3]))]
                    batch.append(pool.submit(self.once, number, case, moments))
                    number += 1
                for job in batch:
                    job.result()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--times", action="store_true", help="show how long each case lasts")
    a = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with tempfile.TemporaryDirectory(prefix="neurode-torture-") as folder:
        torture = Torture(a.program, Path(folder), a.seed)
        with ThreadPoolExecutor(a.jobs) as pool:
            list(pool.map(torture.prepare, CASES))
        if a.times:
            for name, (_, seconds) in torture.truth.items():
                print(f"{seconds:6.2f} s  {name}")
        torture.go(a.kills, time.monotonic() + 60 * a.minutes, a.jobs)
    for fault in torture.faults:
        print(fault)
    print(f"{torture.kills} kills in {len(CASES)} cases, {len(torture.faults)} faults")
    return 1 if torture.faults else 0


if __name__ == "__main__":
    sys.exit(main())
