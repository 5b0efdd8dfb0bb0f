"""The memory that `neurode check` states against the peak of `neurode run`, within a factor of 2 either way."""
import json
import os
import subprocess
import sys
import tempfile

HEAD = """schema = 1
[time]
end = 0.02
[population.p]
size = SIZE
model = "leaky_rate"
activation = "tanh"
initial = { a = { init = "normal", std = 0.5 } }
[record]
every = 0.01
variables = ["p.a"]
"""
LEARNING = """schema = 1
[time]
end = 0.02
[data]
inputs = { path = "x.npy" }
targets = { path = "y.npy" }
[population.input]
size = 200
model = "clamped"
[population.p]
size = 500
model = "leaky_rate"
activation = "tanh"
[population.output]
size = 10
model = "leaky_rate"
activation = "logistic"
[projection."input -> p"]
weights = { init = "normal", std = 0.01, plastic = true }
[projection."p -> output"]
weights = { init = "normal", std = 0.01, plastic = true }
[learning]
rule = "gradient_flow"
mode = "coupled"
loss = "squared_error"
error_tau = 0.1
"""
WEIGHTS = '[projection."p -> p"]\nweights = { init = "normal", std = 0.002 }\n'
CASES = {
    "explicit, dense coupling": (HEAD.replace("SIZE", "6000") + WEIGHTS, []),
    "implicit, dense Jacobian": (HEAD.replace("SIZE", "2000") + WEIGHTS, ["integrator.method=rodas5p"]),
    "sparse network": (
        HEAD.replace("SIZE", "200000") + WEIGHTS + 'connect = { rule = "fixed_in_degree", n = 100 }\n',
        [],
    ),
    "many states": (HEAD.replace("SIZE", "1000000"), ["integrator.method=dop853"]),
    "plastic weights": (
        HEAD.replace("SIZE", "1500") + WEIGHTS.replace("}", ", plastic = false }") + 'plasticity = "oja"\n',
        [],
    ),
    "learning with samples": (LEARNING, []),
}


def main() -> None:
    import numpy

    program = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        random = numpy.random.default_rng(1)
        numpy.save(os.path.join(folder, "x.npy"), random.random((3000, 200)))
        numpy.save(os.path.join(folder, "y.npy"), random.random((3000, 10)))
        path = os.path.join(folder, "s.toml")
        off = []
        for name, (text, settings) in CASES.items():
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
            options = [word for s in settings for word in ("--set", s)]
            check = subprocess.run([program, "check", path, "--json", *options], stdout=subprocess.PIPE, check=True)
            estimate = json.loads(check.stdout)["memory_bytes"]
            child = subprocess.Popen([program, "run", path, "-q", "-f", "-o", os.path.join(folder, "r.h5"), *options])
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            assert child.returncode == 0, f"{name}: exit status {child.returncode}"
            peak = 1024 * usage.ru_maxrss
            print(f"{name}: estimate {estimate / 1e6:.0f} MB, peak {peak / 1e6:.0f} MB, {estimate / peak:.2f}")
            if peak < 100e6:
                off.append(f"{name} is too small to tell anything")
            if not 0.5 < estimate / peak < 2:
                off.append(name)
        if "asan" not in program:
            assert not off, off


main()
