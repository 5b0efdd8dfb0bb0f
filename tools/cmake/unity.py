#!/usr/bin/env python3
"""Which sources of a target are compiled together: prints GROUP FILE, a line each, for the files named as arguments.

Compiled as one, files share their anonymous namespaces. Each family here (initialisers, stimuli, methods, ...) calls its
functions alike in every file, so two files that declare a name alike at namespace scope never share a group. What is
taken for a declaration is guessed generously: a name too many costs a little compile time, and nothing else.
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


def names_of(text: str) -> dict[str, str]:
    """Macros, and names of internal linkage at namespace scope, as declared() tells them."""
    text = NOISE.sub(lambda m: " " if m.group().startswith("/") else "0", text)
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


def agree(some: dict[str, str], others: dict[str, str]) -> bool:
    return all(some[name] and some[name] == others[name] for name in some.keys() & others.keys())


def groups_of(files: list[Path]) -> list[list[Path]]:
    """Each file, the longest first, joins the first group that has room and none of its names."""
    texts = {f: f.read_text(encoding="utf-8") for f in files}
    groups: list[tuple[int, dict[str, str], list[Path]]] = []
    for file in sorted(files, key=lambda f: (-texts[f].count("\n"), f)):
        lines, names = texts[file].count("\n"), names_of(texts[file])
        for k, (length, taken, members) in enumerate(groups):
            if length + lines <= LINES and agree(names, taken):
                groups[k] = (length + lines, taken | names, [*members, file])
                break
        else:
            groups.append((lines, names, [file]))
    return [members for _, _, members in groups]


if __name__ == "__main__":
    for number, group in enumerate(groups_of([Path(name) for name in sys.argv[1:]])):
        for path in sorted(group):
            print(number, path)
