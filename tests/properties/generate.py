"""Random scenarios that are meant to be valid, from what the program says it offers."""

import random
import re

from families import Families, sample

UNITS = {"": 1.0, "s": 0.5, "ms": 5.0}  # time unit -> how long a run lasts


class Generator:
    def __init__(self, families: Families, seed: int):
        self.f, self.rng = families, random.Random(seed)
        self.seed = seed
        self.root: dict = {}

    # Facts about members.
    def time_unit(self, model: str) -> str:
        found = re.search(r"time in: (\w+)", self.f.details("models", model))
        return found[1] if found else ""

    def is_synapse(self, model: str) -> bool:
        return "synapses, states carried by" in self.f.details("models", model)

    def spikes(self, model: str) -> bool:
        return "threshold: " in self.f.details("models", model)

    def noisy(self, model: str) -> bool:
        return re.search(r"\bxi\w*\b", self.f.details("models", model)) is not None

    def states(self, model: str) -> list[str]:
        return re.findall(r"^\s*d([A-Za-z_]\w*)/dt\s*=", self.f.details("models", model), re.MULTILINE)

    def has_input(self, model: str) -> bool:
        return "inputs: none" not in self.f.details("models", model)

    def takes_activation(self, model: str) -> bool:
        return re.search(r"\bf\(", self.f.details("models", model)) is not None

    def maybe(self, p: float) -> bool:
        return self.rng.random() < p

    def settings(self, where: str, name_key: str, name: str, share: float = 0.5) -> dict:
        """Keys of a member: those it needs, and some of the others."""
        own, required = self.f.parameters(where, name_key, name)
        chosen = {}
        for key, schema in own.items():
            if key in required or self.maybe(share):
                value = sample(schema, self.rng)
                if value is not None:
                    chosen[key] = value
        return chosen

    def drawable(self, kind: str, where: str, name_key: str) -> list[str]:
        """Members whose needed keys can all be drawn: no file, no list that must fit."""
        names = []
        for name in self.f.names(kind):
            own, required = self.f.parameters(where, name_key, name)
            if all(sample(own[key], random.Random(1)) is not None for key in required):
                names.append(name)
        return names

    def weights(self, plastic: bool = False, small: bool = False) -> dict:
        init = self.rng.choice([n for n in self.drawable("initialisers", "distribution", "init") if n != "distance"])
        made = {"init": init, **self.settings("distribution", "init", init, 0.3)}
        made.pop("diagonal", None)  # of square matrices alone
        if init == "uniform":
            made |= {"low": -0.5, "high": 0.5}
        if init == "spectral_radius" or small:
            made = {"init": "normal", "std": 0.3}
        if plastic:
            made["plastic"] = True
        return made

    def population(self, model: str, size: int) -> dict:
        p = {"size": size, "model": model, **self.settings("population", "model", model, 0.4)}
        if self.takes_activation(model):
            p["activation"] = self.rng.choice(["tanh", "logistic", "identity", "relu", "0.5*tanh(I)"])
        if self.has_input(model) and model != "clamped" and self.maybe(0.3):
            p["bias"] = round(self.rng.uniform(-0.5, 0.5), 3)
        return p

    def network(self) -> None:
        """Populations of models that count time in one unit, wired at random."""
        rng = self.rng
        unit = rng.choice(list(UNITS))
        models = [m for m in self.f.names("models") if self.time_unit(m) == unit and not self.is_synapse(m)]
        models = [m for m in models if m not in ("clamped", "instantaneous")] or ["lorenz"]
        names = ["a", "b", "c"][: rng.randint(1, 3)]
        noise = [m for m in models if self.noisy(m)]
        models = [m for m in models if not self.noisy(m)] if rng.random() < 0.8 or not noise else noise
        chosen = {n: rng.choice(models) for n in names}
        self.root["population"] = {n: self.population(m, rng.randint(1, 5)) for n, m in chosen.items()}
        self.root["projection"] = {}
        for pre in names:
            for post in names:
                if self.maybe(0.5) and self.has_input(chosen[post]):
                    self.root["projection"][f"{pre} -> {post}"] = self.projection(pre, post, chosen)
        self.root["stimulus"] = {n: self.stimulus(n) for n in names if self.has_input(chosen[n]) and self.maybe(0.5)}
        self.length = UNITS[unit]
        self.recordable = [f"{n}.{s}" for n in names for s in self.states(chosen[n])]
        self.recordable += [f"{n}.spikes" for n in names if self.spikes(chosen[n])]
        self.has_noise = any(self.noisy(m) for m in chosen.values())

    def projection(self, pre: str, post: str, chosen: dict) -> dict:
        rng, sizes = self.rng, {n: p["size"] for n, p in self.root["population"].items()}
        made: dict = {"weights": self.weights()}
        if made["weights"]["init"] in ("orthogonal",):
            made["weights"] = {"init": "normal", "std": 0.3}
        roll = rng.random()
        if roll < 0.15 and sizes[pre] == sizes[post]:
            made["connect"] = "one_to_one"
        elif roll < 0.4:
            made["connect"] = rng.choice(
                [
                    {"rule": "fixed_probability", "p": 0.5},
                    {"rule": "fixed_in_degree", "n": 1},
                    {"rule": "fixed_out_degree", "n": 1},
                ]
            )
        if "connect" in made:
            made["weights"] = {"init": "normal", "std": 0.3}
        if self.spikes(chosen[pre]) and self.maybe(0.7):
            synapses = [m for m in self.f.names("models") if self.is_synapse(m)]
            if self.time_unit(chosen[pre]) == "ms" and synapses and self.maybe(0.6):
                made["synapse"] = rng.choice(synapses)
                made["weights"] = {"init": "uniform", "low": 0.0, "high": 0.1}
            else:
                made["on_spike"] = f"{self.states(chosen[post])[0]} += w"
        elif self.maybe(0.3):
            made["coupling"] = rng.choice(["w*tanh(pre)", "w*sin(pre - post)", "w*pre*post/(1 + post^2)"])
        if self.maybe(0.2):
            made["delay"] = round(0.1 * UNITS[self.time_unit(chosen[post])] * rng.uniform(0.5, 2), 4)
            self.delayed = True
        if self.maybe(0.2) and not self.delayed and "on_spike" not in made and "synapse" not in made:
            rule = rng.choice([r for r in self.f.names("plasticity") if r not in ("homeostatic_bias", "stdp")])
            made["plasticity"] = {"rule": rule}
        return made

    def stimulus(self, target: str) -> dict:
        kind = self.rng.choice(self.drawable("stimuli", "stimulus", "kind"))
        made = {"target": target, "kind": kind, **self.settings("stimulus", "kind", kind, 0.5)}
        length = getattr(self, "length", 1.0)
        fitting = {
            "pulse": {"start": 0.1 * length, "duration": 0.2 * length},
            "pulse_train": {"start": 0.1 * length, "period": 0.3 * length, "width": 0.1 * length},
            "ramp": {"start": 0.1 * length, "duration": 0.5 * length},
            "step": {"start": 0.2 * length},
            "sine": {},
        }.get(kind, {})
        made = {k: v for k, v in made.items() if k not in ("start", "stop", "duration", "period", "width")} | fitting
        own, _ = self.f.parameters("stimulus", "kind", kind)
        return {k: v for k, v in made.items() if k in own or k in ("target", "kind")}

    def learning(self) -> None:
        """Layers that learn a small data set, by a rule, a flow, a loss and a rate drawn at random."""
        rng = self.rng
        samples, width = rng.randint(1, 4), rng.randint(1, 3)
        row = lambda n: [round(rng.uniform(0.05, 0.95), 3) for _ in range(n)]
        rule = rng.choice(self.f.names("rules"))
        loss = "squared_error" if rule == "force" else rng.choice(self.f.names("losses"))
        out = 2 if loss == "cross_entropy" else 1 if loss == "hinge" else rng.randint(1, 2)
        targets = [row(out) for _ in range(samples)]
        if loss == "cross_entropy":
            targets = [[1, 0] if rng.random() < 0.5 else [0, 1] for _ in range(samples)]
        if loss == "hinge":
            targets = [[rng.choice([-1, 1]) for _ in range(out)] for _ in range(samples)]
        final = {"cross_entropy": "softmax", "binary_cross_entropy": "logistic", "hinge": "identity"}.get(loss, "tanh")
        model = rng.choice(["leaky_rate", "instantaneous", "voltage_rate"])
        hidden = {"size": rng.randint(1, 4), "model": "leaky_rate" if rule in ("rflo", "eprop", "rtrl") else model}
        if self.takes_activation(hidden["model"]):
            hidden["activation"] = rng.choice(["tanh", "logistic"])
        hidden["bias"] = {"init": 0.1, "plastic": rule != "force" and self.maybe(0.5)}
        output = {"size": out, "model": "instantaneous" if rule in ("rflo", "eprop", "force") else "leaky_rate"}
        output["activation"] = "identity" if rule in ("rflo", "force") else final
        self.root["data"] = {"inputs": [row(width) for _ in range(samples)], "targets": targets}
        self.root["population"] = {"input": {"size": width, "model": "clamped"}, "hidden": hidden, "output": output}
        self.root["projection"] = {
            "input -> hidden": {"weights": self.weights(plastic=rule != "force")},
            "hidden -> output": {"weights": self.weights(plastic=True, small=self.maybe(0.5))},
        }
        if self.maybe(0.2) and hidden["model"] == "leaky_rate" and rule in ("gradient_flow", "rtrl", "adjoint", "eprop"):
            self.root["projection"]["hidden -> hidden"] = {"weights": self.weights(plastic=True, small=True)}
        flow = rng.choice(self.drawable("flows", "flow", "name"))
        rate = rng.choice(self.drawable("rates", "rate", "schedule"))
        section = {"rule": rule, "loss": loss, **self.settings("learning", "rule", rule, 0.4)}
        if flow != "gradient" and rule != "force":
            section["flow"] = {"name": flow, **self.settings("flow", "name", flow, 0.4)}
        if flow == "mirror":
            for p in self.root["projection"].values():
                p["weights"] |= {"init": "uniform", "low": 0.1, "high": 0.5}
                p["weights"] = {k: v for k, v in p["weights"].items() if k in ("init", "low", "high", "plastic")}
        section["rate"] = round(rng.uniform(0.05, 1), 3)
        if rate != "constant" and rule != "force" and self.maybe(0.5):
            section["rate"] = {"schedule": rate, **self.settings("rate", "schedule", rate, 0.3)}
        if section["rule"] == "adjoint" or section.get("mode") == "episode":
            section |= {"episode": 0.5, "dt": 0.05}
        own, _ = self.f.parameters("learning", "rule", rule)
        self.root["learning"] = {k: v for k, v in section.items() if k in own or k in ("rule", "loss", "flow", "rate")}
        self.length = 1.0
        self.recordable = ["loss", "weights"]
        self.has_noise = "sde" in flow or flow == "langevin" or self.noisy(hidden["model"])

    def integrator(self) -> None:
        rng = self.rng
        stochastic = lambda m: "strong order" in self.f.details("integrators", m)
        fixed = lambda m: "fixed steps (dt)" in self.f.details("integrators", m)
        methods = [m for m in self.f.names("integrators") if stochastic(m) == self.has_noise]
        if self.delayed:
            choosy = ("chooses its steps itself", "keeps a history")
            methods = [m for m in methods if not any(c in self.f.details("integrators", m) for c in choosy)]
        if self.root.get("learning", {}).get("flow", {}).get("name") == "sgd_sde":
            methods = ["euler_maruyama"]
        method = rng.choice(methods)
        section = {"method": method, "max_steps": 2000}
        if fixed(method):
            section["dt"] = self.length / rng.choice([20, 50, 100])
        else:
            section["rtol"] = rng.choice([1e-3, 1e-5])
        self.root["integrator"] = section

    def scenario(self) -> dict:
        """The whole of it, as nested dictionaries."""
        self.delayed = self.has_noise = False
        self.root = {"schema": 1, "title": f"random scenario {self.seed}", "seed": self.rng.randint(0, 10**6)}
        self.learning() if self.maybe(0.4) else self.network()
        self.integrator()
        self.root["time"] = {"end": self.length}
        every = self.length / self.rng.choice([5, 10, 33])
        variables: list = [v for v in self.recordable if self.maybe(0.7)] or self.recordable[:1]
        if self.maybe(0.3) and "spikes" not in variables[0]:
            variables[0] = {"name": variables[0], "type": "float32", "every": self.length / 4}
        self.root["record"] = {"every": self.rng.choice([every, every, 0.0]), "variables": variables}
        if self.maybe(0.3):
            self.root["record"]["gzip"] = self.rng.randint(0, 9)
        return {k: v for k, v in self.root.items() if v != {}}
