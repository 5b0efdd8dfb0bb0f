#!/usr/bin/env python3
"""Holds every #include of include/ and src/ against layers.toml. Usage: include_rule.py [ROOT]"""

import re
import sys
import tomllib
from pathlib import Path

RULES = tomllib.loads((Path(__file__).parent / "layers.toml").read_text())
INCLUDE = re.compile(r'^\s*#\s*include\s*(<[^>]*>|"[^"]*")')
# A fixed-size Eigen member is aligned as -march says, so a library and its user could lay a class out differently.
FIXED_SIZE_EIGEN = re.compile(r"\bEigen::(?:(?:Vector|RowVector|Matrix|Array)[234]\d?[dfi]|(?:Matrix|Array)<\w+, *\d)")


def layer_of(path: Path, root: Path) -> tuple[str, bool]:
    """The layer a source file belongs to, and whether it is a public header."""
    parts = path.relative_to(root).parts
    return (parts[2], True) if parts[0] == "include" else (parts[1], False)


def without_comments(text: str) -> str:
    """The same lines, without block comments: an include that is commented out binds nobody."""
    return re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group().count("\n"), text, flags=re.S)


def library_fault(header: str, layer: str, public: bool) -> str | None:
    """Why this layer may not include this header from outside the project, or None."""
    if public:
        standard = re.fullmatch(r"[a-z_0-9]+", header)
        allowed = RULES["public"]["third_party"]
        if not standard and not any(header.startswith(p) for p in allowed):
            return f"a public header includes only the standard library and {', '.join(allowed)}"
    for prefix, owners in RULES["third_party"].items():
        if header.startswith(prefix):
            return None if layer in owners else f"only {', '.join(owners)} may include it"
    if "." not in header and "/" not in header:
        return None  # the standard library
    if any(header.startswith(p) for p in RULES["anywhere"]["third_party"]):
        return None
    if re.fullmatch(r"(sys/)?[a-z0-9_]+\.h", header):
        return None  # the C library and the system
    return "tests/checks/layers.toml does not name this library"


def include_fault(spelled: str, layer: str, public: bool, root: Path) -> str | None:
    """Why this include is wrong, or None."""
    header = spelled[1:-1]
    parts = header.split("/")
    if ".." in parts:
        return "write the path from include/ or src/, without \"..\""
    ours = parts[0] == "neurode" or parts[0] in RULES["layers"] or spelled[0] == '"'
    if not ours:
        return library_fault(header, layer, public)
    if spelled[0] == "<":
        return "the project's own headers stand in quotes"
    target = parts[1] if parts[0] == "neurode" and len(parts) > 2 else parts[0]
    if target not in RULES["layers"]:
        return "write the whole path: \"neurode/LAYER/name.hpp\" or, private, \"LAYER/name.hpp\""
    if public and parts[0] != "neurode":
        return "a public header must not include a private one"
    folder = root / "include" if parts[0] == "neurode" else root / "src"
    if not (folder / header).is_file():
        return f"there is no {folder.name}/{header}"
    allowed = RULES["layers"][layer]
    return None if target in allowed else f"{layer} may include only: {', '.join(allowed)}"


def faults(root: Path) -> list[str]:
    """Every broken rule below root, as "file:line: what"."""
    found = []
    for path in sorted([*root.glob("include/**/*"), *root.glob("src/**/*")]):
        if path.suffix not in (".hpp", ".cpp", ".h"):
            continue
        place = path.relative_to(root)
        if place.parts[0] == "include" and (len(place.parts) < 4 or place.parts[1] != "neurode"):
            found.append(f"{place}: public headers live in include/neurode/LAYER/")
            continue
        if len(place.parts) < 3:
            found.append(f"{place}: sources live in src/LAYER/")
            continue
        layer, public = layer_of(path, root)
        if layer not in RULES["layers"]:
            found.append(f"{place}: \"{layer}\" is no layer; the layers are {', '.join(RULES['layers'])}")
            continue
        for number, line in enumerate(without_comments(path.read_text()).splitlines(), 1):
            if match := INCLUDE.match(line):
                if fault := include_fault(match.group(1), layer, public, root):
                    found.append(f"{place}:{number}: {match.group(1)}: {fault}")
            elif public and (match := FIXED_SIZE_EIGEN.search(line)) and not line.lstrip().startswith("//"):
                found.append(f"{place}:{number}: {match.group()}: no fixed-size Eigen type in a public header")
    return found


def main() -> int:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2]).resolve()
    broken = faults(root)
    print("\n".join(broken) if broken else "include rule: kept")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
