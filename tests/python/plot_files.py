"""What the tests of pictures share: scenarios, their files, the program."""

import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tools/python/src"))
sys.dont_write_bytecode = True

from neurode.files import load  # noqa: E402  (which the line above finds)

PROGRAM = str(Path(sys.argv.pop(1)).resolve()) if len(sys.argv) > 1 else "neurode"

CELLS = """
schema = 1
title = "Two cells"
[population.cell]
size = 2
model = "fitzhugh_nagumo"
bias = { init = "values", values = [0.5, 0.6] }
[time]
end = 2000.0
[record]
variables = [{ name = "cell.v", every = 0.02 }, { name = "cell.w", every = 0.02 }]
expressions = { mean = "mean(cell.v)" }
"""
ONE_CELL = """
schema = 1
title = "One cell"
[population.cell]
model = "fitzhugh_nagumo"
bias = 0.4
[time]
end = 200.0
"""
SPIKES = """
schema = 1
title = "Forty leaky cells"
[population.E]
size = 40
model = "leaky_integrate_and_fire"
bias = { init = "uniform", low = 1.4, high = 2.5 }
[time]
end = "300 ms"
[record]
every = "1 ms"
variables = ["E.spikes", "E.v"]
"""
# The options of a study, where it cannot do without.
OPTIONS = {
    "continue": ["--parameter", "population.cell.bias", "--from", "0", "--to", "2"],
    "spectrum": ["--samples", "4096"],
    "lyapunov": ["--time", "200"],
    # Between the fold of orbits and the Hopf point: some starts rest, some swing.
    "basins": "--set population.cell.bias=0.328 --set time.end=1500 --x-from=-1.1 --x-to=-0.8 --y-from=-0.4 --y-to=-0.2 "
    "--points 6 --same 0.02".split(),
    "scan": ["--parameter", "population.cell.bias", "--from", "0.1", "--to", "0.6", "--count", "6"],
    "energy": ["--set", "time.end=300"],
    "hessian": ["--set", "time.end=1000"],
    "timescales": ["--set", "time.end=300"],
}
# What a study looks at, where that is not one cell.
LEARNING = {"energy": "xor", "hessian": "xor", "timescales": "xor_coupled"}


def _studies():
    """All that the program knows: a new one without a picture has to be noticed."""
    said = subprocess.run([PROGRAM, "analyze", "-"], capture_output=True, text=True).stderr
    names = re.findall(r'"([a-z-]+)"', said.partition("allowed:")[2])
    assert len(names) > 8, said
    return names


STUDIES = _studies()


def neurode(folder, *command, status=0, **environment):
    done = subprocess.run(
        [PROGRAM, *map(str, command)],
        cwd=folder,
        env={**os.environ, "NEURODE_PYTHON": sys.executable, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode == status, (command, done.returncode, done.stderr)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def title_of(ax):
    """The title, left under print_style(), in the middle otherwise."""
    return ax.get_title("left") or ax.get_title()


class WithFiles(unittest.TestCase):
    """A folder with the files `needed`, made once."""

    needed: tuple[str, ...] = ()

    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory(prefix="neurode-plot-")
        cls.addClassCleanup(holder.cleanup)
        cls.folder = Path(holder.name)
        for name, text in (("cells", CELLS), ("one", ONE_CELL), ("spikes", SPIKES)):
            (cls.folder / f"{name}.toml").write_text(text)
        for name in cls.needed:
            make(cls.folder, name)

    def open(self, name):
        """The dataset of NAME.h5, closed behind the test."""
        data = load(self.folder / f"{name}.h5")
        self.addCleanup(data.close)
        return data


def make(folder, name):
    """The file NAME.h5 of a run, a comparison or a study."""
    out = ["-o", f"{name}.h5"]
    xor = SOURCE / "scenarios/xor.toml"
    if name == "compare":
        words = ["--integrators", "odeint_dopri5,tsit5,dop853", "--repeat", "1", "--plot", "compare-own.svg"]
        neurode(folder, "compare", "one.toml", "-q", *words, *out)
    elif name in STUDIES:
        scenario = SOURCE / f"scenarios/{LEARNING[name]}.toml" if name in LEARNING else "one.toml"
        neurode(folder, "analyze", name, scenario, *OPTIONS.get(name, []), *out)
    elif name in ("xor", "fast"):
        neurode(folder, "run", xor, "-q", *out, *(["--set", "learning.rate=10"] if name == "fast" else []))
    else:
        neurode(folder, "run", f"{name}.toml", "-q", *out)
