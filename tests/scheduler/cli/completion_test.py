#!/usr/bin/env python3
"""Completion in the shells, and the manual, against what the program says of itself.

usage: completion_test.py QUERN MANUAL
"""
import functools
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

QUERN, MANUAL = sys.argv[1], pathlib.Path(sys.argv[2]).read_text()
SCRIPTS = {shell: subprocess.run([QUERN, "completion", shell], check=True, capture_output=True, text=True,
                                 timeout=60).stdout for shell in ("bash", "zsh", "fish")}
COMPLETE = r"""
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_quern
printf '%s\n' "${COMPREPLY[@]}"
"""


def help_of(*path):
    return subprocess.run([QUERN, *path, "--help"], check=True, capture_output=True, text=True, timeout=60).stdout


def names_in(text, head):
    """The first words of the lines of a section of help."""
    section = re.search(rf"^{head}:\n((?:  .*\n)+)", text, re.M)
    return re.findall(r"^  (\S+)", section[1], re.M) if section else []


@functools.cache
def commands():
    """Every command: its path, and its help."""
    paths = [(name,) for name in names_in(help_of(), "Subcommands")]
    paths += [(name, below) for (name,) in paths for below in names_in(help_of(name), "Subcommands")]
    return {path: help_of(*path) for path in paths}


def options_of(text):
    return {name for names in names_in(text, "Options") for name in names.split(",") if name.startswith("-")}


class CompletionTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "quern.bash").write_text(SCRIPTS["bash"])
        (self.folder / "job one.json").write_text("{}")
        (self.folder / "jobs").mkdir()

    def completed(self, *words):
        """What bash offers for the last word."""
        result = subprocess.run(["bash", "-uc", COMPLETE, "bash", "quern.bash", "quern", *words], capture_output=True,
                                text=True, timeout=60, cwd=self.folder, env=os.environ)
        self.assertEqual(result.stderr, "")
        return sorted(result.stdout.split("\n")[:-1]) if result.stdout != "\n" else []

    def test_bash_completes_commands_and_options_of_each(self):
        names = sorted(path[0] for path in commands() if len(path) == 1)
        self.assertEqual(self.completed(""), names)
        self.assertEqual(self.completed("ou"), ["outputs"])
        self.assertEqual(self.completed("ledger", ""), ["export"])
        for path, text in commands().items():
            self.assertEqual(set(self.completed(*path, "-")), options_of(text), path)
        self.assertEqual(self.completed("run", "--st"), ["--strategy"])

    def test_bash_completes_values(self):
        self.assertEqual(self.completed("run", "--strategy", "r"), ["round-robin"])
        self.assertEqual(self.completed("run", "--strategy", "=", "ba"), ["balanced"])
        self.assertEqual(self.completed("offers", "--type", ""), ["accelerator", "cpu", "gpu"])
        self.assertEqual(self.completed("completion", ""), ["bash", "fish", "zsh"])
        self.assertEqual(self.completed("run", "job"), ["job one.json", "jobs"])
        self.assertEqual(self.completed("run", "job one.json", "-o", "jo"), ["jobs"])
        self.assertEqual(self.completed("logs", ""), [])
        self.assertEqual(self.completed("run", "--max-price", ""), [])

    def test_bash_knows_the_command_behind_options_with_values(self):
        self.assertEqual(self.completed("--socket", "run", "jobs", "--co"), ["--color"])
        self.assertEqual(self.completed("--socket", "=", "run", "completion", "z"), ["zsh"])

    def test_every_shell_knows_every_command_and_option(self):
        for shell, script in SCRIPTS.items():
            for path, text in commands().items():
                self.assertIn(path[-1], script, shell)
                for option in options_of(text):
                    known = option if shell != "fish" else option.lstrip("-")
                    self.assertIn(known, script, (shell, path))

    def test_scripts_are_well_formed_where_the_shell_is_there(self):
        for shell in SCRIPTS:
            if shutil.which(shell):
                check = subprocess.run([shell, "-n"], input=SCRIPTS[shell], capture_output=True, text=True, timeout=60)
                self.assertEqual((check.returncode, check.stderr), (0, ""), shell)

    def test_another_shell_is_an_error_that_lists_those_there_are(self):
        result = subprocess.run([QUERN, "completion", "tcsh"], capture_output=True, text=True, timeout=60)
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        self.assertIn("bash, zsh, fish", result.stderr)


class ManualTest(unittest.TestCase):
    def sections(self):
        """Of each command its part of the manual."""
        parts = re.split(r"^### quern ", MANUAL, flags=re.M)[1:]
        return {tuple(word for word in part.split("\n")[0].split() if word.islower()): part for part in parts}

    def test_the_manual_has_the_commands_of_the_program(self):
        self.assertEqual(set(self.sections()), set(commands()))

    def test_the_manual_names_every_option(self):
        for path, text in commands().items():
            if path in (("probe",), ("verify",)):  # manuals of their own
                continue
            for option in options_of(text) - {"-h", "--help"}:
                common = option in ("--json", "--color", "--socket")
                self.assertIn("`" + option, MANUAL if common else self.sections()[path], (path, option))

    def test_exit_statuses_of_help_are_in_the_manual(self):
        listed = set(re.findall(r"^\| (\d) \|", MANUAL, re.M))
        for path, text in commands().items():
            status = re.search(r"Exit status:(.*?)(?:\n\n|\Z)", text, re.S)
            if status:
                self.assertLessEqual(set(re.findall(r"(?:^|; |\s)(\d)\s", status[1])), listed, path)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
