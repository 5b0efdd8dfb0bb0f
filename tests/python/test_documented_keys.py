#!/usr/bin/env python3
"""Every key that `neurode schema` knows must stand in one of scenarios/*.md, but for the parameters of models: those are
`neurode list models NAME`'s to tell. Usage: test_documented_keys.py PROGRAM"""

import json
import re
import subprocess
import sys
from pathlib import Path

PAGES = Path(__file__).resolve().parents[2] / "scenarios"


def keys_of(node: object, path: str = "") -> dict[str, str]:
    """Key -> where the schema first has it. Names under `properties` are keys; so are the literals of `const` and `enum`."""
    found: dict[str, str] = {}
    if isinstance(node, list):
        for part in node:
            found |= keys_of(part, path) | found
    elif isinstance(node, dict):
        for name, part in node.get("properties", {}).items():
            found.setdefault(name, f"{path}.{name}")
            found |= keys_of(part, f"{path}.{name}") | found
        for word in [node.get("const"), *node.get("enum", [])]:
            if isinstance(word, str):
                found.setdefault(word, f'{path} = "{word}"')
        for keyword, part in node.items():
            if keyword not in ("properties", "const", "enum", "default", "examples"):
                found |= keys_of(part, path) | found
    return found


def main() -> int:
    done = subprocess.run([sys.argv[1], "schema"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print(f"neurode schema: exit status {done.returncode}\n{done.stderr}")
        return 1
    keys = keys_of(json.loads(done.stdout))
    if len(keys) < 100:
        print(f"only {len(keys)} keys found in the schema: this test no longer understands it")
        return 1
    code = re.findall(r"`([^`]+)`", "\n".join(page.read_text() for page in PAGES.glob("*.md")))
    words = {word for span in code for word in re.findall(r"[A-Za-z_0-9]+", span)}
    listed = subprocess.run([sys.argv[1], "list", "models", "--json"], capture_output=True, text=True, check=True)
    of_models = {parameter["name"] for model in json.loads(listed.stdout) for parameter in model["parameters"]}
    missing = {key: where for key, where in keys.items() if key not in words | of_models}
    for key, where in sorted(missing.items()):
        print(f"scenarios/*.md do not say `{key}` ({where})")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
