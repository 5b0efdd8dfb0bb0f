"""Runs the program in a scratch folder with little memory and little time, and judges how it ended."""

import os
import resource
import subprocess
from dataclasses import dataclass
from pathlib import Path

SANITIZED = "ASAN_OPTIONS" in os.environ or "TSAN_OPTIONS" in os.environ
MEMORY = 4 << 30
SECONDS = 60 if SANITIZED else 5  # of processor time; by the clock far more, for a busy machine
ENDINGS = {0, 2, 3, 4}  # exit status of a program that knows what it does; 70: it does not; < 0: a signal


@dataclass
class Ending:
    words: list[str]
    status: int
    out: str
    err: str

    def crashed(self) -> str:
        """What is wrong with the way it ended, or ""."""
        if self.status in ENDINGS:
            return ""
        how = f"signal {-self.status}" if self.status < 0 else f"exit status {self.status}"
        if self.status in (-24, -9):
            how += f" (more than {SECONDS} s?)"
        return f"{how}\n{self.out[-500:]}{self.err[-1500:]}"


def limit() -> None:
    if not SANITIZED:  # sanitizers lay claim to terabytes of addresses
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run(program: Path, folder: Path, *words: str) -> Ending:
    environment = os.environ | {"OMP_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}
    try:
        done = subprocess.run(
            [str(program), *words],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            preexec_fn=limit,
            timeout=40 * SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Ending(list(words), -9, "", "still there by the clock")
    out, err = (s.decode("utf-8", "backslashreplace") for s in (done.stdout, done.stderr))
    return Ending(list(words), done.returncode, out, err)
