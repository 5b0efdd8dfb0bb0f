#!/usr/bin/env python3
"""Holds the messages in src/ against those that the tests have seen: of every place that reports one, the fixed words
of the problem it tells must occur in golden/messages/*.txt or golden/cases/*.err, or stand in unprovoked.txt with the reason why no test can make
the program say it.

Usage: coverage.py [--list]      --list: print what is missing as lines for unprovoked.txt
"""

import argparse
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
GOLDEN = ROOT / "tests/golden"

# Calls that end in a message to the user: the statement they stand in is read.
SAYS = re.compile(
    r"(?:\b(?:FileError|UsageError|NumericalError|ScenarioError|ParseError)\s*\(|\b(?:diagnostics|diagnostics_|ds|told)\.add\("
    r"|\b(?:report|refuse|fault|fail|failed|complain|wrong|require_that|bad)\s*\()"
)
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')


def without_comments(text: str) -> str:
    text = text.replace("'\"'", "' '")  # a quote as a character begins no string
    return re.sub(r'("(?:[^"\\\n]|\\.)*")|//[^\n]*|/\*.*?\*/', lambda m: m.group(1) or "", text, flags=re.S)


def statement(text: str, start: int) -> str:
    """From `start` to the semicolon that ends the statement, parentheses and strings looked through."""
    depth, at = 0, start
    while at < len(text):
        c = text[at]
        if c == '"':
            at = LITERAL.match(text, at).end() if LITERAL.match(text, at) else at + 1
            continue
        if c in "({[":
            depth += 1
        elif c in ")}]":
            depth -= 1
            if depth < 0:
                return text[start:at]
        elif c == ";" and depth <= 0:
            return text[start:at]
        at += 1
    return text[start:]


def literals(code: str) -> list[str]:
    """Strings of a piece of code, adjacent ones joined as the compiler does."""
    joined = re.sub(r'"\s+"', "", code)
    return [re.sub(r"\\(.)", lambda e: {"n": "\n", "t": "\t"}.get(e[1], e[1]), m) for m in LITERAL.findall(joined)]


def fragments(text: str) -> list[str]:
    """What of a format string is fixed."""
    parts = re.split(r"\{[^{}]*\}", text.replace("{{", "\0").replace("}}", "\1"))
    return [" ".join(p.replace("\0", "{").replace("\1", "}").split()) for p in parts]


def telling(text: str) -> str:
    """The longest fixed part, if it says something."""
    best = max(fragments(text), key=len, default="")
    return best if len(best.split()) >= 2 and len(best) >= 10 else ""


def messages() -> dict[str, str]:
    """Fixed part of a message -> where it stands first."""
    found: dict[str, str] = {}
    for file in sorted((ROOT / "src").rglob("*.cpp")) + sorted((ROOT / "src").rglob("*.hpp")):
        text = without_comments(file.read_text())
        for call in SAYS.finditer(text):
            parts = [telling(literal) for literal in literals(statement(text, call.start()))]
            problem = next((p for p in parts if p), None)
            if problem:
                found.setdefault(problem, str(file.relative_to(ROOT)))
    return found


def seen() -> str:
    files = sorted((GOLDEN / "messages").glob("*.txt")) + sorted((GOLDEN / "cases").glob("*.err"))
    return " ".join(" ".join(f.read_text().split()) for f in files)


def excused() -> dict[str, str]:
    """Fixed part -> reason, from unprovoked.txt: a line of `text | reason`."""
    lines = (HERE / "unprovoked.txt").read_text().splitlines() if (HERE / "unprovoked.txt").exists() else []
    pairs = [line.rsplit(" | ", 1) for line in lines if line and not line.startswith("#")]
    return {text.strip(): reason.strip() for text, reason in pairs}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    all_messages, goldens, reasons = messages(), seen(), excused()
    missing = {m: f for m, f in all_messages.items() if m not in goldens and m not in reasons}
    stale = [m for m in reasons if m not in all_messages]
    needless = [m for m in reasons if m in goldens]
    for text, file in missing.items():
        print(f"{text} | {file}" if options.list else f"{file}: no golden file has \"{text}\"")
    for text in stale:
        print(f"tests/messages/unprovoked.txt: src/ no longer says \"{text}\"")
    for text in needless:
        print(f"tests/messages/unprovoked.txt: a golden file has \"{text}\" by now; take the line out")
    print(f"{len(all_messages)} texts in src/: {len(missing)} not seen, {len(reasons)} excused", file=sys.stderr)
    if len(all_messages) < 300:
        print("so few texts: the patterns no longer fit how src/ reports faults")
        return 1
    return 1 if missing or stale or needless else 0


if __name__ == "__main__":
    sys.exit(main())
