#!/usr/bin/env python3
"""`neurode schema` must accept every scenario of scenarios/ and refuse what is wrong. Usage: validate_schema.py PROGRAM"""

import copy
import json
import subprocess
import sys
import tomllib
from pathlib import Path

import jsonschema

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"

# What is done to a good scenario to spoil it. Each is a fault that the schema alone can see.
SPOILED = {
    "an unknown table": lambda s: s.update(populaton={}),
    "a schema version that does not exist": lambda s: s.update(schema=99),
    "a title that is a number": lambda s: s.update(title=3),
    "an unknown key of [time]": lambda s: s["time"].update(ende=1.0),
    "a time that is a list": lambda s: s["time"].update(end=[1.0]),
    "an unknown key of [integrator]": lambda s: s.setdefault("integrator", {}).update(rtoll=1e-6),
    "an unknown method": lambda s: s.setdefault("integrator", {}).update(method="eulr"),
    "no population": lambda s: s.pop("population"),
    "an unknown key of [record]": lambda s: s.setdefault("record", {}).update(evry=1.0),
}


def main() -> int:
    done = subprocess.run([sys.argv[1], "schema"], capture_output=True, text=True, check=False)
    if done.returncode != 0 or done.stderr:
        print(f"neurode schema: exit status {done.returncode}\n{done.stderr}")
        return 1
    schema = json.loads(done.stdout)
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    validator = kind(schema)

    failed = 0
    files = sorted(SCENARIOS.glob("**/*.toml"))
    good = []
    for file in files:
        scenario = tomllib.loads(file.read_text())
        if "schema" not in scenario:
            continue  # a file of models beside the scenarios
        good.append((file, scenario))
        for error in validator.iter_errors(scenario):
            failed += 1
            print(f"{file.relative_to(SCENARIOS)}: {'.'.join(map(str, error.absolute_path))}: {error.message}")
    if not good:
        print("no scenario found")
        return 1
    for what, spoil in SPOILED.items():
        spoiled = copy.deepcopy(good[0][1])
        spoil(spoiled)
        if validator.is_valid(spoiled):
            failed += 1
            print(f"the schema accepts {good[0][0].name} with {what}")
    print(f"{len(good)} scenarios, {len(SPOILED)} spoiled ones: {failed} faults")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
