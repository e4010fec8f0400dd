"""A small tree with planted files, to show that a rule of .ci fires on a breach and keeps still on a clean tree."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


class RuleTest(unittest.TestCase):
    """Tests of one rule; `rule` is the name of its program."""

    rule = ""

    def run_on(self, files):
        """The lines the rule prints for a tree of these files (path -> content); its exit status must agree."""
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "hwprobe").mkdir()
            for name, content in files.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(content, encoding="utf-8")
            done = subprocess.run(
                [sys.executable, ROOT / ".ci" / self.rule, root], capture_output=True, text=True, check=False
            )
        self.assertEqual(done.stderr, "")
        lines = done.stdout.splitlines()
        self.assertEqual(done.returncode, 1 if lines else 0, done.stdout)
        return lines

    def assert_clean(self, files):
        self.assertEqual(self.run_on(files), [])

    def assert_breach(self, files, place, *words):
        """Exactly one breach, at `place` (file:line), whose line holds all the words."""
        lines = self.run_on(files)
        self.assertEqual(len(lines), 1, lines)
        self.assertTrue(lines[0].startswith(place + ": "), lines[0])
        for word in words:
            self.assertIn(word, lines[0])
