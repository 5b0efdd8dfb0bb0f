#!/usr/bin/env python3
"""The checks themselves: each must pass a good tree and name what is wrong in a bad one."""

import tempfile
import unittest
from pathlib import Path

import include_rule
import tree

GOOD = {
    "include/neurode/core/value.hpp": "#pragma once\n#include <vector>\n",
    "include/neurode/dynamics/system.hpp": '#include <Eigen/Core>\n#include "neurode/core/value.hpp"\n',
    "include/neurode/run/run.hpp": '#include "neurode/dynamics/system.hpp"\n',
    "src/integrate/methods/euler.hpp": "#include <boost/numeric/odeint/stepper/euler.hpp>\n",
    "src/integrate/drive.cpp": '#include "integrate/methods/euler.hpp"\n#include "neurode/dynamics/system.hpp"\n',
    "src/scenario/read.cpp": "#include <toml++/toml.h>\n#include <fmt/format.h>\n",
    "src/record/writer.cpp": "#include <hdf5.h>\n#include <hdf5_hl.h>\n#include <unistd.h>\n",
    "src/cli/main.cpp": '#include <CLI/CLI.hpp>\n#include "neurode/run/run.hpp"\n',
    "src/core/value.cpp": '/* #include "neurode/run/run.hpp"\n*/\n// #include <hdf5.h>\n#include "neurode/core/value.hpp"\n',
}

# One file each that breaks a rule: path, text, the line at fault, a word of the message.
BAD = [
    ("src/core/a.cpp", '#include "neurode/dynamics/system.hpp"\n', 1, "core may include only"),
    ("src/learning/a.cpp", '\n#include "integrate/methods/euler.hpp"\n', 2, "learning may include only"),
    ("src/record/a.cpp", '#include "neurode/run/run.hpp"\n', 1, "record may include only"),
    ("src/run/a.cpp", '#include "cli/main.hpp"\n', 1, "no src/cli/main.hpp"),
    ("src/cli/a.cpp", '#include "neurode/dynamics/system.hpp"\n', 1, "cli may include only"),
    ("src/core/a.cpp", "  #  include <boost/math/special_functions.hpp>\n", 1, "only integrate"),
    ("src/core/a.cpp", "#include <Eigen/Core>\n", 1, "only equations, dynamics"),
    ("src/network/a.cpp", "#include <toml++/toml.hpp>\n", 1, "only scenario"),
    ("src/analysis/a.cpp", "#include <hdf5.h>\n", 1, "only record"),
    ("src/analysis/a.cpp", "#include <H5Cpp.h>\n", 1, "only record"),
    ("src/run/a.cpp", "#include <CLI/App.hpp>\n", 1, "only cli"),
    ("src/run/a.cpp", "#include <nlohmann/json.hpp>\n", 1, "does not name this library"),
    ("src/core/a.cpp", '#include "value.hpp"\n', 1, "write the whole path"),
    ("src/core/a.cpp", '#include "../run/run.hpp"\n', 1, 'without ".."'),
    ("src/core/a.cpp", "#include <neurode/core/value.hpp>\n", 1, "in quotes"),
    ("include/neurode/core/a.hpp", "#include <fmt/format.h>\n", 1, "a public header includes only"),
    ("include/neurode/integrate/a.hpp", "#include <boost/numeric/odeint.hpp>\n", 1, "a public header includes only"),
    ("include/neurode/run/a.hpp", '#include "integrate/methods/euler.hpp"\n', 1, "must not include a private one"),
    ("include/neurode/core/a.hpp", "struct A {\n  Eigen::Vector4d x;\n};\n", 2, "fixed-size"),
    ("src/extra/a.cpp", "", None, "is no layer"),
    ("include/neurode/a.hpp", "", None, "include/neurode/LAYER/"),
    ("src/a.cpp", "", None, "src/LAYER/"),
]


class Checks(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name).resolve()
        for path, text in GOOD.items():
            self.write(path, text)

    def write(self, path, text, mode=0o644):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)
        return file

    def tree(self, check):
        return tree.CHECKS[check](self.root, tree.project_files(self.root))

    def test_include_rule_passes_a_good_tree(self):
        self.assertEqual(include_rule.faults(self.root), [])

    def test_include_rule_names_each_fault(self):
        for path, text, line, message in BAD:
            with self.subTest(path=path, text=text):
                file = self.write(path, text)
                found = include_rule.faults(self.root)
                self.assertEqual(len(found), 1, found)
                self.assertTrue(found[0].startswith(path + (f":{line}:" if line else ":")), found[0])
                self.assertIn(message, found[0])
                file.unlink()

    def test_layers_only_look_back(self):
        """No two layers may include each other."""
        layers = include_rule.RULES["layers"]
        for layer, allowed in layers.items():
            self.assertIn(layer, allowed)
            for other in allowed:
                if other != layer:
                    self.assertNotIn(layer, layers[other], f"{layer} and {other}")

    def test_top(self):
        self.write("build/x.o", "")
        self.write(".gitignore", "/build/\n*.h5\n")
        self.write("xor.h5", "")
        self.assertEqual(self.tree("top"), [])
        self.write("docs/a.md", "")
        self.assertEqual([f.split(":")[0] for f in self.tree("top")], ["docs"])

    def test_length(self):
        self.write("src/core/long.cpp", "x\n" * 400)
        self.write("tests/data/long.csv", "x\n" * 4000)
        self.assertEqual(self.tree("length"), [])
        self.write("src/core/long.cpp", "x\n" * 401)
        self.write("tools/run", "#!/bin/bash\n" * 401)
        self.assertEqual([f.split(":")[0] for f in self.tree("length")], ["src/core/long.cpp", "tools/run"])

    def test_format(self):
        if tree.clang_format_14() is None:
            self.skipTest("clang-format 14 is not installed")
        self.write(".clang-format", "BasedOnStyle: Google\nColumnLimit: 120\nSortIncludes: Never\n")
        self.write("src/core/value.cpp", "int f() { return 1; }\n")
        self.assertEqual(self.tree("format"), [])
        self.write("src/core/value.cpp", "int  f() {return 1;}\n")
        self.assertIn("src/core/value.cpp: not formatted", self.tree("format")[0])

    def test_shell(self):
        self.write("tools/run", "#!/usr/bin/env bash\nif true; then echo; fi\n", 0o755)
        self.assertEqual(self.tree("shell"), [])
        self.write("tools/run", "#!/usr/bin/env bash\nif true; then echo;\n", 0o755)
        self.write("tools/more", "#!/bin/sh\ntrue\n", 0o644)
        self.assertEqual([f.split(":")[0] for f in self.tree("shell")], ["tools/more", "tools/run"])


if __name__ == "__main__":
    unittest.main()
