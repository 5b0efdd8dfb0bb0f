"""Nested dictionaries as TOML text, as the generator needs it."""

import json


def value_text(value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, list):
        return "[" + ", ".join(map(value_text, value)) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key_text(k)} = {value_text(v)}" for k, v in value.items()) + " }"
    return repr(value)


def key_text(key: str) -> str:
    return key if key.replace("_", "a").replace("-", "a").isalnum() and key.isascii() else json.dumps(key)


def toml_text(root: dict) -> str:
    """Sections two deep as headers, everything below inline."""
    lines = [f"{key_text(k)} = {value_text(v)}" for k, v in root.items() if not isinstance(v, dict)]
    for name, section in root.items():
        if not isinstance(section, dict):
            continue
        groups = name in ("population", "projection", "stimulus", "model", "plasticity")
        parts = [(f"{name}.{key_text(k)}", v) for k, v in section.items()] if groups else [(name, section)]
        for header, body in parts:
            lines.append(f"\n[{header}]")
            lines += [f"{key_text(k)} = {value_text(v)}" for k, v in body.items()]
    return "\n".join(lines) + "\n"
