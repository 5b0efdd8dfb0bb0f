#!/usr/bin/env python3
"""Runs in trouble: signals, a full disk, folders that cannot be written or vanish, a second writer, readers that follow
along. What was there stays, and what is promised is kept. Usage: test_trouble.py PROGRAM"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import h5py
import xarray

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "torture"))
from results import ROOT, datasets, differences, outcome  # noqa: E402

PROGRAM = str(Path(sys.argv.pop(1)).resolve())
XOR = str(ROOT / "scenarios" / "xor.toml")
# Goes on for minutes, and puts some megabytes a second into the file.
LONG = [str(ROOT / "scenarios" / "fitzhugh_nagumo.toml"), "--allow-large", "--set", "time.end=1e9", "--set", "record.every=0.5",
        "--set", "record.flush=0.05", "--set", "checkpoint.wall=0.1", "--set", "report={}"]


class Trouble(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="neurode-trouble-"))
        self.file = self.folder / "r.h5"
        self.processes: list[subprocess.Popen[str]] = []

    def tearDown(self) -> None:
        for process in self.processes:
            process.kill()
            process.communicate()
        shutil.rmtree(self.folder, ignore_errors=True)

    def neurode(self, *arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=120, check=False, **options)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen([PROGRAM, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.processes.append(process)
        return process

    def wait_for(self, condition: object, what: str) -> None:
        end = time.monotonic() + 60
        while not condition():
            self.assertLess(time.monotonic(), end, f"never came: {what}")
            time.sleep(0.02)

    @staticmethod
    def look(read: object) -> object:
        """As readers are told to: tries again where the writer is at it, which takes a fraction of a millisecond."""
        for _ in range(20):
            try:
                return read()
            except BlockingIOError:
                time.sleep(0.001)
        raise AssertionError("the file is always locked")

    def points(self) -> int:
        def count() -> int:
            with h5py.File(self.file, "r") as f:
                sizes = {d.shape[0] for n, d in f.items() if n in ("time", "cell.v", "loss")}
                self.assertEqual(len(sizes), 1, "variables of different lengths")
                return sizes.pop()

        try:
            return self.look(count)
        except FileNotFoundError:  # not there yet
            return 0

    def started(self) -> subprocess.Popen[str]:
        process = self.start("run", *LONG, "-o", str(self.file))
        self.wait_for(lambda: self.points() > 20, "points in the file")
        return process

    def test_signals_end_the_step_and_the_file(self) -> None:
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)):
            with self.subTest(number):
                process = self.started()
                process.send_signal(number)
                out, err = process.communicate(timeout=20)
                self.assertEqual(process.returncode, status, err)
                self.assertIn("interrupted", out)
                self.assertIn(f"neurode resume {self.file} goes on", err)
                self.assertEqual(outcome(self.file), "interrupted")
                with h5py.File(self.file) as f:
                    self.assertIn("checkpoint", f)
                self.file.unlink()

    def test_an_interrupted_run_is_resumed_to_what_it_would_have_been(self) -> None:
        scenario = [XOR, "--set", "record.every=0.01", "-q"]
        whole = self.folder / "whole.h5"
        self.assertEqual(self.neurode("run", *scenario, "-o", str(whole)).returncode, 0)
        process = self.start("run", *scenario, "-o", str(self.file))
        while not self.file.exists() and process.poll() is None:  # a program that is not up yet catches no signal
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        process.communicate()
        self.assertIn(process.returncode, (0, 130))
        self.assertEqual(self.neurode("resume", "-q", str(self.file)).returncode, 0)
        self.assertEqual(differences(datasets(whole), datasets(self.file)), [])
        again = self.neurode("resume", str(self.file))
        self.assertEqual(again.returncode, 0)
        self.assertIn("nothing left to do", again.stdout)

    def test_longer_than_planned(self) -> None:
        for method in ('{ method = "tsit5" }', '{ method = "rk4", dt = 0.01 }', '{ method = "cvode_adams" }'):
            with self.subTest(method):
                scenario = [str(ROOT / "scenarios" / "xor_coupled.toml"), "-q", "--set", f"integrator={method}"]
                scenario += ["--set", "record.every=0.3"]
                whole = self.folder / "whole.h5"
                for end, file in (("90", whole), ("61.3", self.file)):
                    done = self.neurode("run", *scenario, "--set", f"time.end={end}", "-o", str(file), "-f")
                    self.assertEqual(done.returncode, 0, done.stderr)
                done = self.neurode("resume", "-q", str(self.file), "--until", "90")
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(differences(datasets(whole), datasets(self.file)), [])

    def test_what_differs_is_told_and_refused(self) -> None:
        scenario = self.folder / "s.toml"
        data = self.folder / "d.csv"
        data.write_text("a,b,c\n0,0,0\n0,1,1\n1,0,1\n1,1,0\n")
        text = Path(XOR).read_text()
        start, end = text.index("[data]"), text.index("[population.input]")
        section = '[data]\nfile = "d.csv"\ninput_columns = [0, 1]\ntarget_columns = [2]\n\n'
        scenario.write_text(text[:start] + section + text[end:])
        done = self.neurode("run", "-q", str(scenario), "-o", str(self.file), "--set", "time.end=20", "--set", "report={}")
        self.assertEqual(done.returncode, 0, done.stderr)
        before = self.file.read_bytes()
        scenario.write_text(scenario.read_text().replace("seed   = 1", "seed = 3"))
        done = self.neurode("resume", str(self.file), "--until", "30")
        self.assertEqual(done.returncode, 2)
        self.assertIn("seed: 1 in the result, 3 now", done.stderr)
        self.assertIn("--allow-different", done.stderr)
        scenario.write_text(scenario.read_text().replace("seed = 3", "seed   = 1"))
        data.write_text(data.read_text().replace("1,1,0", "1,1,0.5"))
        done = self.neurode("resume", str(self.file), "--until", "30")
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r"d\.csv: 30 bytes, xxh3 [0-9a-f]{16} then, 32 bytes, xxh3 [0-9a-f]{16} now")
        self.assertEqual(self.file.read_bytes(), before)
        done = self.neurode("resume", str(self.file), "--until", "30", "--allow-different", "-o", str(self.folder / "o.h5"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("different: d.csv", done.stdout)
        self.assertEqual(self.file.read_bytes(), before)

    def test_rerun_tells_whether_all_is_identical(self) -> None:
        self.assertEqual(self.neurode("run", "-q", XOR, "-o", str(self.file)).returncode, 0)
        done = self.neurode("rerun", str(self.file), cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"all \d+ datasets of .* are identical")
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["r.h5"])
        with h5py.File(self.file, "r+") as f:
            f["hidden.a"][7, 1, 2] += 1e-15
        done = self.neurode("rerun", str(self.file), cwd=self.folder)
        self.assertEqual(done.returncode, 1)
        self.assertIn("hidden.a: first differs at [7, 1, 2]", done.stdout)

    def test_a_full_disk(self) -> None:
        def limited(limit: int) -> object:
            return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        self.assertEqual(self.neurode("run", "-q", XOR, "-o", str(self.file)).returncode, 0)
        before = self.file.read_bytes()
        done = self.neurode("run", *LONG, "-f", "-o", str(self.file), preexec_fn=limited(2000))
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertEqual(self.file.read_bytes(), before, "an older file is gone though the new one could not be begun")
        done = self.neurode("run", *LONG, "-f", "-o", str(self.file), preexec_fn=limited(4_000_000))
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertRegex(done.stderr, r"File too large; \d{7} bytes are in the file, which is good up to the last flush")
        self.assertGreater(self.points(), 100)
        self.assertEqual(self.neurode("info", str(self.file)).returncode, 0)
        self.assertEqual(self.neurode("resume", "--allow-large", str(self.file), preexec_fn=limited(2_000_000)).returncode, 4)
        self.assertGreater(self.points(), 100)
        self.assertEqual([p.name for p in self.folder.iterdir()], ["r.h5"])

    def test_a_small_file_system(self) -> None:
        if os.geteuid() != 0:
            self.skipTest("only root may mount a file system")
        small = self.folder / "small"
        small.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "none", str(small)], check=False)
        if mounted.returncode != 0:
            self.skipTest("no file system may be mounted here")
        try:
            (small / "other.txt").write_text("other data\n" * 1000)
            self.file = small / "r.h5"
            done = self.neurode("run", *LONG, "-o", str(self.file))
            self.assertEqual(done.returncode, 4, done.stderr)
            self.assertRegex(done.stderr, r"No space left on device; \d+ bytes are in the file")
            self.assertGreater(self.points(), 100)
            self.assertEqual((small / "other.txt").read_text(), "other data\n" * 1000)
        finally:
            subprocess.run(["umount", "-l", str(small)], check=True)

    def test_folders_that_cannot_be_written(self) -> None:
        locked = self.folder / "locked"
        locked.mkdir(mode=0o555)
        demote = (lambda: os.setuid(65534)) if os.geteuid() == 0 else None
        os.chmod(self.folder, 0o755)
        done = self.neurode("run", XOR, "-o", str(locked / "r.h5"), preexec_fn=demote)
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("Permission denied", done.stderr)
        self.assertEqual(list(locked.iterdir()), [])
        done = self.neurode("run", XOR, "-o", str(self.folder / "nowhere" / "r.h5"))
        self.assertEqual(done.returncode, 4)
        self.assertIn("there is no folder", done.stderr)

    def test_a_folder_that_vanishes(self) -> None:
        inner = self.folder / "inner"
        inner.mkdir()
        self.file = inner / "r.h5"
        process = self.started()
        shutil.rmtree(inner)
        _, err = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 4)
        self.assertRegex(err, r"is gone: it, or its folder, was removed while it was written; \d+ bytes")

    def test_a_second_writer_is_refused(self) -> None:
        process = self.started()
        for arguments in (["run", XOR, "-f", "-o", str(self.file)], ["resume", str(self.file)]):
            done = self.neurode(*arguments)
            self.assertEqual(done.returncode, 4, done.stderr)
            self.assertIn("is being written by another process", done.stderr)
        before = self.points()
        self.wait_for(lambda: self.points() > before, "more points of the first writer")
        process.kill()
        process.communicate()
        self.assertEqual(self.neurode("run", "-q", XOR, "-f", "-o", str(self.file)).returncode, 0)

    def test_readers_follow(self) -> None:
        process = self.started()
        seen = []
        for _ in range(5):
            self.wait_for(lambda: not seen or self.points() > seen[-1], "more points")
            data = self.look(lambda: xarray.load_dataset(self.file, engine="h5netcdf", decode_times=False))
            seen.append(data.sizes["time"])
            for name, variable in data.data_vars.items():
                self.assertFalse(bool(variable.isnull().any()), name)
            self.assertTrue((data["time"].diff("time") > 0).all())
        self.assertEqual(seen, sorted(set(seen)))
        self.assertIsNone(process.poll())

    def test_no_terminal_locale_zone_or_folder_changes_a_result(self) -> None:
        self.assertEqual(self.neurode("run", "-q", XOR, "-o", str(self.file)).returncode, 0)
        truth = datasets(self.file)
        worlds = [
            {"LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"}, {"TZ": "Pacific/Kiritimati"}, {"OMP_NUM_THREADS": "3"},
            {"TERM": "dumb", "COLUMNS": "20"},
        ]
        for world in worlds:
            with self.subTest(world):
                other = self.folder / "other.h5"
                done = self.neurode("run", "--progress", "bar", XOR, "-f", "-o", "other.h5", cwd=self.folder, env={**os.environ, **world})
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(differences(truth, datasets(other)), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
