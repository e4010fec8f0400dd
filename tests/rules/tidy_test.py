"""clang-tidy over a compile database: findings fail, clean files are remembered, a changed header is noticed."""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from planted_tree import ROOT

CLEAN = '#include "hwprobe/limit.hpp"\nint limit() { return kLimit; }\n'
BREACH = '#include "hwprobe/limit.hpp"\nint Limit() { return kLimit; }\n'


@unittest.skipUnless(shutil.which("clang-tidy-19"), "clang-tidy-19 is not installed")
class Tidy(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        for name in ("build/dev", "hwprobe", ".ci"):
            (self.root / name).mkdir(parents=True)
        for name in (".clang-tidy", ".ci/tidy.py"):
            shutil.copy(ROOT / name, self.root / name)
        (self.root / "hwprobe/limit.hpp").write_text("#pragma once\ninline constexpr int kLimit = 3;\n")
        self.source = self.root / "hwprobe/limit.cpp"
        command = f"clang++-19 -std=c++23 -I{self.root} -Xclang -include-pch -Xclang missing.pch -c {self.source}"
        database = [{"directory": str(self.root / "build/dev"), "file": str(self.source), "command": command}]
        (self.root / "build/dev/compile_commands.json").write_text(json.dumps(database))

    def tidy(self, text, *files):
        self.source.write_text(text)
        done = subprocess.run(
            [sys.executable, self.root / ".ci/tidy.py", *files],
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout

    def test_a_finding_fails_and_names_its_place_and_check(self):
        for _ in range(2):  # a file with findings is never remembered as clean
            status, output = self.tidy(BREACH)
            self.assertEqual(status, 1)
            self.assertIn("hwprobe/limit.cpp:2:5: error", output)
            self.assertIn("readability-identifier-naming", output)

    def test_a_clean_file_is_remembered_until_what_it_includes_changes(self):
        self.assertEqual(
            self.tidy(CLEAN), (0, "clang-tidy: 1 of 1 files checked, 0 with findings, 0 unchanged since clean\n")
        )
        self.assertEqual(
            self.tidy(CLEAN), (0, "clang-tidy: 0 of 1 files checked, 0 with findings, 1 unchanged since clean\n")
        )
        (self.root / "hwprobe/limit.hpp").write_text(
            "#pragma once\ninline constexpr int kLimit = 4;\ninline int Other() { return 1; }\n"
        )
        status, output = self.tidy(CLEAN)
        self.assertEqual(status, 1)
        self.assertIn("hwprobe/limit.hpp:3", output)

    def test_a_changed_header_stands_for_the_files_that_reach_it(self):
        self.assertEqual(self.tidy(BREACH, "hwprobe/limit.hpp")[0], 1)
        (self.root / "hwprobe/other.hpp").write_text("#pragma once\n")
        self.assertEqual(self.tidy(BREACH, "hwprobe/other.hpp")[0], 0)


if __name__ == "__main__":
    unittest.main()
