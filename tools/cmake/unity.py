#!/usr/bin/env python3
"""Which sources of a target are compiled together: prints GROUP FILE, a line each, for the files named as arguments.

Compiled as one, files share their anonymous namespaces. Each family here (initialisers, stimuli, methods, ...) calls its
functions alike in every file, so two files never share a group if they declare a name alike at namespace scope, or if one
uses a name that it has from a header and the other declares: it would mean another thing. What is taken for a declaration
or a use is guessed generously: a name too many costs a little compile time, and nothing else.
"""

import re
import sys
from pathlib import Path

LINES = 2500  # in a group: more save little, and compilers want memory
NOISE = re.compile(
    r"//[^\n]*|/\*.*?\*/|R\"(?P<mark>\w*)\(.*?\)(?P=mark)\"|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])+'", re.DOTALL
)
DIRECTIVE = re.compile(r"^[ \t]*#(?:\\\n|[^\n])*", re.MULTILINE)
NAMESPACE = re.compile(r"\bnamespace(\s+[\w:]+)?\s*$")
INTERNAL = re.compile(r"\b(static|const|constexpr|using|namespace|struct|class|enum|template)\b")
NO_NAMES = frozenset("alignas const decltype final noexcept operator override".split())


def declared(head: str) -> dict[str, str]:
    """Names that a declaration at namespace scope may introduce, from its text up to "{" or ";": name -> what it stands
    for where that may be said twice (aliases), "" elsewhere."""
    head = " ".join(head.split())
    if not head or head.startswith(("using namespace", "static_assert", "TEST_CASE", "TYPE_TO_STRING")):
        return {}
    if alias := re.match(r"(?:using|namespace) (\w+) =", head):
        return {alias.group(1): head}
    names = set(re.findall(r"\b(?:struct|class|enum|union|concept) (\w+)", head))
    declarator = re.search(r"([\w:~]+) ?(?:\[[^]]*\] ?)*(?:[(={]|$)", head)
    if declarator and "::" not in declarator.group(1):
        names.add(declarator.group(1))
    return dict.fromkeys(names - NO_NAMES, "")


def without_noise(text: str) -> str:
    return NOISE.sub(lambda m: " " if m.group().startswith("/") else "0", text)


def uses_of(text: str) -> set[str]:
    """Names that stand without a scope or an object before them: of functions that are called, types and constants."""
    return set(re.findall(r"(?<![\w.:~])(?<!->)(?:[A-Z]\w*|k[A-Z]\w*|[a-z_]\w*(?=\s*[(<]))", without_noise(text)))


def names_of(text: str) -> dict[str, str]:
    """Macros, and names of internal linkage at namespace scope, as declared() tells them."""
    text = without_noise(text)
    names = dict.fromkeys(re.findall(r"^[ \t]*#[ \t]*define\s+(\w+)", text, re.MULTILINE), "")
    scopes: list[str] = []  # "" for an anonymous namespace, its name for another, "{" for anything else
    head = ""
    for part in re.split(r"([{};])", DIRECTIVE.sub("", text)):
        if part not in ("{", "}", ";"):
            head += part
            continue
        namespace = NAMESPACE.search(head) if part == "{" else None
        if part != "}" and not namespace and "{" not in scopes and ("" in scopes or INTERNAL.search(head)):
            names.update(declared(head))
        if part == "{":
            scopes.append((namespace.group(1) or "").strip() if namespace else "{")
        elif part == "}" and scopes:
            scopes.pop()
        head = ""
    return names


class Group:
    """Files, with what they declare and use."""

    def __init__(self, *files: Path):
        texts = [f.read_text(encoding="utf-8") for f in files]
        self.files = list(files)
        self.lines = sum(t.count("\n") for t in texts)
        self.names = {name: meaning for t in texts for name, meaning in names_of(t).items()}
        self.uses = {name for t in texts for name in uses_of(t) if name not in self.names}

    def takes(self, other: "Group") -> bool:
        alike = self.names.keys() & other.names.keys()
        return (
            self.lines + other.lines <= LINES
            and all(self.names[n] and self.names[n] == other.names[n] for n in alike)
            and not self.names.keys() & other.uses
            and not other.names.keys() & self.uses
        )

    def add(self, other: "Group") -> None:
        self.files += other.files
        self.lines += other.lines
        self.names |= other.names
        self.uses |= other.uses


def groups_of(files: list[Path]) -> list[list[Path]]:
    """Each file, the longest first, joins the first group that takes it."""
    groups: list[Group] = []
    for one in sorted((Group(f) for f in files), key=lambda g: (-g.lines, g.files)):
        for group in groups:
            if group.takes(one):
                group.add(one)
                break
        else:
            groups.append(one)
    return [g.files for g in groups]


if __name__ == "__main__":
    for number, group in enumerate(groups_of([Path(name) for name in sys.argv[1:]])):
        for path in sorted(group):
            print(number, path)
