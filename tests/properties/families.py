"""What the program offers, read from the program itself: `neurode list --json` and `neurode schema`."""

import json
import random
import subprocess
from pathlib import Path


class Families:
    """Members of all families, with the schemas of their parameters. A new entry is in here by itself."""

    def __init__(self, program: Path):
        self.program = program
        self.schema = json.loads(self.ask("schema"))
        self.kinds = json.loads(self.ask("list", "--json"))
        self.members = {kind: json.loads(self.ask("list", kind, "--json")) for kind in self.kinds}
        self.by_name = {kind: {m["name"]: m for m in members} for kind, members in self.members.items()}

    def ask(self, *words: str) -> str:
        return subprocess.run([self.program, *words], capture_output=True, text=True, check=True).stdout

    def names(self, kind: str) -> list[str]:
        return [m["name"] for m in self.members[kind]]

    def details(self, kind: str, name: str) -> str:
        return "\n".join(self.by_name[kind][name]["details"])

    def _section(self, where: str) -> dict:
        """The schema of a family: a definition, or a section of the scenario."""
        if where in self.schema["definitions"]:
            return self.schema["definitions"][where]
        body = self.schema["properties"][where]
        return body.get("additionalProperties") or body

    def parameters(self, where: str, name_key: str, name: str) -> tuple[dict, list[str]]:
        """Keys that belong to one member of a family, each with its schema, and those that must be given."""
        section = self._section(where)
        for part in section.get("allOf", []):
            if part["if"]["properties"][name_key].get("const") == name:
                then = part["then"]
                own = {k: v for k, v in then["properties"].items() if v is not True}
                return own, then.get("required", [])
        return {}, []


def sample(schema: dict, rng: random.Random):
    """A value that a schema allows, near its default where it has one; None where a schema says too little."""
    if "enum" in schema:
        return rng.choice(schema["enum"])
    if "anyOf" in schema:
        choices = [s for s in schema["anyOf"] if s.get("type") in ("number", "integer")]
        return sample({**choices[0], "default": schema.get("default")}, rng) if choices else None
    default, kind = schema.get("default"), schema.get("type")
    if kind == "boolean":
        return rng.random() < 0.5
    if kind not in ("number", "integer"):
        return default if isinstance(default, (str, int, float)) else None
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    if kind == "integer":
        base = default if isinstance(default, int) else (low or 1)
        value = base + rng.randint(-1, 2)
        value = max(value, low if low is not None else 0)
        return int(value if high is None else min(value, high))
    if isinstance(default, (int, float)) and not isinstance(default, bool) and default != 0:
        value = default * rng.lognormvariate(0, 0.2)
    else:
        value = rng.uniform(low if low is not None else 0.0, high if high is not None else (low or 0.0) + 1.0)
    if low is not None and value <= low:
        value = low + 0.1 if high is None else (low + high) / 2
    if high is not None and value >= high:
        value = (low + high) / 2 if low is not None else high - 0.1
    return float(f"{value:.6g}")
