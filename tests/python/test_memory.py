"""A dense network of 4000 neurons with fixed weights peaks below 1.4 times its weight matrix and 200 MB."""
import os
import resource
import subprocess
import sys
import tempfile

SCENARIO = """schema = 1
[population.p]
size = 4000
model = "leaky_rate"
activation = "tanh"
initial = { a = { init = "normal", std = 0.5 } }
[projection."p -> p"]
weights = { init = "normal", std = 0.02 }
[time]
end = 0.2
[record]
every = 0.1
"""

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "large.toml")
    with open(path, "w", encoding="utf-8") as f:
        f.write(SCENARIO)
    subprocess.run([os.path.abspath(sys.argv[1]), "run", path, "-q"], cwd=folder, check=True)

weights = 8 * 4000 * 4000
limit = 1.4 * weights + 200e6
peak = 1024 * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(f"peak {peak / 1e6:.0f} MB, weights {weights / 1e6:.0f} MB, limit {limit / 1e6:.0f} MB")
assert peak > weights, "the matrix was not there"
if "asan" not in sys.argv[1]:
    assert peak < limit
