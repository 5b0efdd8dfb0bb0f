#!/usr/bin/env python3
"""`neurode report`: its pages in a browser, read and handled as a reader does. Usage: test_report.py PROGRAM

Chromium draws the page and says what went wrong; report_probe.js, let in by a hash in the page's policy, hovers, zooms
and sorts, and leaves in the document what it saw.
"""

import base64
import hashlib
import html
import json
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import h5py

PROGRAM = str(Path(sys.argv.pop(1)).resolve()) if len(sys.argv) > 1 else "neurode"
HERE = Path(__file__).resolve().parent
SCENARIOS = HERE.parents[1] / "scenarios"
BROWSER = shutil.which("chromium")
MOST_BYTES = 6_000_000
DIGITS = '["loss", "accuracy", "test_loss", "test_accuracy", "weights"]'
CELL = "cell.toml"
ONE_CELL = """schema = 1
title = "FitzHugh-Nagumo under a constant current"
[population.cell]
model = "fitzhugh_nagumo"
bias = 0.5
[integrator]
rtol = 1e-8
[time]
end = 400
"""
POLICY = re.compile(r'(script-src)([^;]*;)')


def call(folder: Path, *arguments: str) -> str:
    """What the program prints; it must end well."""
    done = subprocess.run([PROGRAM, *arguments], cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{arguments}: exit status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def browse(page: Path, *options: str) -> tuple[str, list[str]]:
    """The document after its scripts have run, and what the browser's console was told."""
    with tempfile.TemporaryDirectory() as profile:
        done = subprocess.run(
            [BROWSER, "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}", "--no-first-run",
             "--disable-background-networking", "--hide-scrollbars", "--virtual-time-budget=10000",
             "--enable-logging=stderr", *options, "--dump-dom", page.as_uri()],
            capture_output=True, text=True, timeout=120, check=False)
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


def probed(page: Path) -> Path:
    """The page with the probe in it, allowed by its hash."""
    probe = (HERE / "report_probe.js").read_text()
    digest = base64.b64encode(hashlib.sha256(probe.encode()).digest()).decode()
    text = POLICY.sub(lambda m: f"{m[1]} 'sha256-{digest}'{m[2]}", page.read_text(), count=1)
    copy = page.with_name(page.stem + "-probed.html")
    copy.write_text(text.replace("</body>", f"<script>{probe}</script>\n</body>"))
    return copy


class Report(unittest.TestCase):
    """Each page in a browser: drawn, silent, self-contained, small, and answering to hands."""

    @classmethod
    def setUpClass(cls) -> None:
        if BROWSER is None:
            raise AssertionError("no chromium in PATH; on Debian 12: apt-get install chromium")
        cls.scratch = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.scratch.name)
        (cls.folder / CELL).write_text(ONE_CELL)

    @classmethod
    def tearDownClass(cls) -> None:
        cls.scratch.cleanup()

    def page(self, name: str, *files: str) -> Path:
        """The page of these files."""
        page = self.folder / f"{name}.html"
        call(self.folder, "report", *files, "-o", page.name, "-q")
        return page

    def run_file(self, name: str, scenario: str, *settings: str) -> str:
        """The result of a run."""
        options = [word for s in settings for word in ("--set", s)]
        call(self.folder, "run", str(SCENARIOS / scenario), "-o", f"{name}.h5", "-q", *options)
        return f"{name}.h5"

    def look(self, page: Path, *options: str) -> dict:
        """What a reader of the page sees, after what every page must show."""
        self.assertLess(page.stat().st_size, MOST_BYTES)
        text = page.read_text()
        self.assertIsNone(re.search(r'(?:src|href|action)="(?!#)', text))
        self.assertIn("default-src 'none'", text)
        document, console = browse(probed(page), *options)
        self.assertEqual(console, [])
        seen = json.loads(html.unescape(re.search(r'data-seen="([^"]*)"', document)[1]))
        self.assertEqual(seen["resources"], [])
        self.assertLessEqual(seen["overflow"], 0, "the page is wider than the window")
        self.assertGreater(len(seen["figures"]), 0)
        for figure in seen["figures"]:
            with self.subTest(page=page.name, figure=figure["title"]):
                self.check_figure(figure)
        return seen

    def check_figure(self, f: dict) -> None:
        """Drawn, read by pointer and keys, zoomed by box, drag and keys, and whole again."""
        self.assertTrue(f["drawn"])
        self.assertGreater(f["all"]["marks"], 0)
        self.assertFalse(f["all"]["zoomed"])
        self.assertGreater(f["width"], 200)
        self.assertLessEqual(f["width"], f["page"])
        self.assertGreater(len(f["ticks"]), 1)
        self.assertNotIn("NaN", " ".join(f["ticks"]))
        self.assertRegex(f["reading"], r"\d")
        self.assertNotIn("undefined", f["tip"])
        self.assertGreater(f["selecting"], 20)
        for state in ("dragged", "boxed", "plus"):
            self.assertTrue(f[state]["zoomed"], state)
        if not f["heat"] and f["all"]["marks"] > 50:
            self.assertLess(f["dragged"]["marks"], f["all"]["marks"])
            self.assertLessEqual(f["boxed"]["marks"], f["dragged"]["marks"])
        for state in ("reset", "escaped"):
            self.assertEqual(f[state], f["all"], state)
        if f["series"] > 1:
            self.assertEqual(f["pressed"], "false")
            self.assertLess(f["without"]["marks"], f["all"]["marks"])
            self.assertEqual(f["with"], f["all"])

    def titles(self, seen: dict) -> list[str]:
        return [f["title"] for f in seen["figures"]]

    def test_xor(self):
        page = self.page("xor", self.run_file("xor", "xor.toml"))
        seen = self.look(page)
        self.assertEqual(self.titles(seen)[:2], ["Loss", "Accuracy"])
        self.assertIn("input -> hidden.weights at t = 0", self.titles(seen))
        text = page.read_text()
        self.assertIn("<mfrac>", text)
        self.assertIn("stopped_by_condition", text)
        with h5py.File(self.folder / "xor.h5") as file:
            loss = file["loss"][-1]
            self.assertIn(f"<dd>{file.attrs['rhs']}</dd>", text)
        self.assertIn(f'<td class="number">{loss:.10g}</td>', text)
        # What is drawn are the numbers of the file.
        spec = json.loads(re.search(r'<h4>Loss</h4>.*?json">(.*?)</script>', text, re.S)[1])
        drawn = next(s for s in spec["series"] if s["name"] == "loss")["y"]
        self.assertAlmostEqual(drawn[-1], loss, delta=1e-5 * loss)
        self.assertTrue(spec["y"]["log"])

    def test_xor_narrow_and_dark(self):
        page = self.page("narrow", self.run_file("narrow", "xor.toml", "time.end=500"))
        self.look(page, "--window-size=500,900", "--blink-settings=preferredColorScheme=0")

    def test_digits(self):
        file = self.run_file("digits", "digits.toml", "time.end=10", "record.every=1", "record.variables=" + DIGITS)
        seen = self.look(self.page("digits", file))
        self.assertIn("Loss", self.titles(seen))
        self.assertTrue(any(f["heat"] for f in seen["figures"]))

    def test_spikes(self):
        seen = self.look(self.page("spikes", self.run_file("spikes", "spiking_ei.toml", 'time.end="120 ms"')))
        self.assertTrue(any(t.startswith("Spikes of") for t in self.titles(seen)))

    def test_comparison(self):
        call(self.folder, "compare", str(SCENARIOS / "fitzhugh_nagumo.toml"), "--set", "time.end=50", "--repeat", "1",
             "--quiet", "--integrators", "tsit5,dop853,rodas5p", "--rtol", "1e-3:1e-6", "--reference", "dop853@1e-11",
             "-o", "c.h5", "--no-files")
        page = self.page("comparison", "c.h5")
        seen = self.look(page)
        self.assertEqual(self.titles(seen), ["Error and work", "Error and time"])
        self.assertEqual([f["series"] for f in seen["figures"]], [3, 3])
        self.assertEqual([f["all"]["marks"] for f in seen["figures"]], [12, 12])
        self.assertGreater(len(seen["columns"]), 10)
        for column in seen["columns"]:
            with self.subTest(column=column["head"]):
                numbers = [float(x) for x in column["ascending"] if x]
                self.assertGreater(len(numbers), 3)
                self.assertEqual(numbers, sorted(numbers))
                self.assertEqual([float(x) for x in column["descending"] if x], sorted(numbers, reverse=True))
        self.assertIn("Recommended for", page.read_text())

    def test_bifurcation(self):
        call(self.folder, "analyze", "continue", CELL, "--parameter", "population.cell.bias", "--from", "0", "--to",
             "2", "-o", "b.h5")
        page = self.page("bifurcation", "b.h5")
        seen = self.look(page)
        self.assertIn("Periods", self.titles(seen))
        self.look(page, "--window-size=480,900", "--blink-settings=preferredColorScheme=0")
        self.assertIn("Hopf", page.read_text())
        self.assertIn("0.331281", page.read_text())

    def test_other_studies(self):
        studies = {
            "fixed-points": [], "spectrum": [], "period": [],
            "phase-plane": [], "lyapunov": ["--time", "100"],
            "basins": ["--points", "8", "--x-from", "-2", "--x-to", "2", "--y-from", "-1", "--y-to", "2"],
            "scan": ["--parameter", "population.cell.bias", "--from", "0", "--to", "1", "--count", "4"],
        }
        for study, options in studies.items():
            with self.subTest(study=study):
                name = f"study-{study}"
                call(self.folder, "analyze", study, CELL, *options, "-o", f"{name}.h5")
                page = self.page(name, f"{name}.h5")
                seen = self.look(page)
                if study == "period":
                    self.assertIn("39.47", page.read_text())
                    self.assertEqual(self.titles(seen), ["One period"])

    def test_studies_of_learning(self):
        for study in ("hessian", "timescales", "dimension"):
            with self.subTest(study=study):
                name = f"study-{study}"
                call(self.folder, "analyze", study, str(SCENARIOS / "xor_coupled.toml"), "--set", "time.end=100",
                     "-o", f"{name}.h5")
                seen = self.look(self.page(name, f"{name}.h5"))
                self.assertGreater(len(seen["columns"]), 2)

    def test_several_runs(self):
        files = [self.run_file(f"seed{k}", "xor.toml", f"seed={k}", "time.end=200") for k in (1, 2, 3)]
        page = self.page("seeds", *files)
        seen = self.look(page)
        overlaid = seen["figures"][0]
        self.assertEqual(overlaid["series"], 3)
        text = page.read_text()
        self.assertIn("<code>seed</code>", text)
        self.assertIn('"name": "seed = 2"', text)

    def test_a_hostile_title_stays_text(self):
        evil = "</script><script>document.documentElement.dataset.evil = 1</script><img src=x onerror=alert(1)>"
        file = self.run_file("evil", "xor.toml", "time.end=20", f"title={json.dumps(evil)}")
        with h5py.File(self.folder / file, "a") as h5:
            h5.attrs["message"] = evil
            h5.attrs["outcome"] = evil
            h5["loss"].attrs["long_name"] = evil
        page = self.page("evil", file)
        self.assertIn(f"<title>{html.escape(evil)}", page.read_text())
        document, console = browse(page)
        self.assertEqual(console, [])
        self.assertNotIn("data-evil", document)
        self.assertNotIn("<img", document)
        self.assertIn("&lt;img src=x onerror", document)
        # And were it not escaped, the policy would not let it run.
        broken = self.folder / "broken.html"
        broken.write_text(page.read_text().replace("</main>", evil + "</main>"))
        document, console = browse(broken)
        self.assertNotIn("data-evil", document)
        self.assertTrue(any("Content Security Policy" in line for line in console), console)


if __name__ == "__main__":
    unittest.main()
