#!/usr/bin/env python3
"""What goes into one file of a unity build, and how covered lines are added up."""

import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tools" / "cmake"))

import coverage  # noqa: E402
import unity  # noqa: E402

# A text, and the names it must be seen to declare; others do no harm, but for those after them.
DECLARED = [
    ("namespace {\ndouble fill(int n) { return n; }\n}", ["fill"], ["n"]),
    ("namespace a::b {\nnamespace {\nint (*f)() = nullptr;\nconst char* const kName = R\"(} int g;)\";\n}\n}", ["kName"], ["g"]),
    ("static std::vector<double> of(const X& x) { double inside = 0; return {x, inside}; }", ["of"], ["inside", "x"]),
    ("constexpr double kTable[2][2] = {{1, 2}, {3, 4}};\nconst int kNext{3};", ["kTable", "kNext"], []),
    ("namespace {\nstruct Side : Base {\n  int member = 0;\n};\nenum class Kind { one, two };\n}", ["Side", "Kind"], ["member", "one"]),
    ("using Map = Eigen::Map<X>;\nnamespace fs = std::filesystem;", ["Map", "fs"], []),
    ("  #  define CHECKED(x) x\nnamespace {\ntemplate <class T>\nT twice(T x) {\n  return 2 * x;\n}\n}", ["CHECKED", "twice"], ["x"]),
    ("namespace {\n// not this: int gone;\nclass Entry final : public Base {};\n}", ["Entry"], ["gone", "final"]),
    ("namespace a {\nvoid open_to_all(int x) { x++; }\nconst Value* Value::find(int x) const { return 0; }\n}", [], ["find", "x", "const"]),
    ("TEST_CASE(\"run\") { const int run = 1; }\nusing namespace neurode;", [], ["run", "neurode"]),
]


class Unity(unittest.TestCase):
    def test_names(self):
        for text, present, absent in DECLARED:
            with self.subTest(text=text):
                names = unity.names_of(text)
                self.assertLessEqual(set(present), names.keys())
                self.assertFalse(set(absent) & names.keys(), names)

    def groups(self, **texts):
        with tempfile.TemporaryDirectory() as folder:
            files = [Path(folder) / name for name in texts]
            for file in files:
                file.write_text(texts[file.name])
            return sorted(sorted(f.name for f in group) for group in unity.groups_of(files))

    def test_files_with_a_name_alike_stay_apart(self):
        named = "namespace {\nint fill() { return 1; }\n}\n"
        self.assertEqual(self.groups(a=named, b=named, c="int x;\n"), [["a", "c"], ["b"]])

    def test_an_alias_may_be_repeated_but_not_changed(self):
        self.assertEqual(self.groups(a="using M = X;\n", b="using M = X;\n"), [["a", "b"]])
        self.assertEqual(self.groups(a="using M = X;\n", b="using M = Y;\n"), [["a"], ["b"]])

    def test_a_name_from_a_header_is_not_hidden(self):
        hides, calls = "namespace {\nusing Kind = A::Kind;\nint of(int x) { return x; }\n}\n", "int y = a.of(1) + b::of(2);\n"
        self.assertEqual(self.groups(a=hides, b=calls), [["a", "b"]])
        self.assertEqual(self.groups(a=hides, b=calls + "int z = of(3);\n"), [["a"], ["b"]])
        self.assertEqual(self.groups(a=hides, b=calls + "auto z = Kind::number;\n"), [["a"], ["b"]])
        self.assertEqual(self.groups(a=hides, b="using Kind = A::Kind;\nauto z = Kind::number;\n"), [["a", "b"]])

    def test_groups_are_limited(self):
        long = "int x();\n" * (unity.LINES // 2)
        self.assertEqual(self.groups(a=long, b=long, c=long), [["a", "b"], ["c"]])


class Coverage(unittest.TestCase):
    def test_lines_are_added_by_layer_and_tree(self):
        files = [
            {"filename": "src/core/a.cpp", "line_covered": 9, "line_total": 10},
            {"filename": "src/core/deep/b.cpp", "line_covered": 0, "line_total": 5},
            {"filename": "src/run/c.cpp", "line_covered": 3, "line_total": 3},
            {"filename": "include/neurode/core/a.hpp", "line_covered": 1, "line_total": 2},
            {"filename": "tests/core/a.cpp", "line_covered": 7, "line_total": 7},
        ]
        self.assertEqual(
            coverage.table(files),
            {
                ("src", "core"): (9, 15),
                ("src", "run"): (3, 3),
                ("src", ""): (12, 18),
                ("include/neurode", "core"): (1, 2),
                ("include/neurode", ""): (1, 2),
            },
        )


if __name__ == "__main__":
    unittest.main()
