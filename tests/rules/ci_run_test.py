""".ci/run passes when all tests were run and passed, and fails by name when one was not run."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

from planted_tree import ROOT

PASSED = '\t<testcase name="a.b" classname="a.b" time="1" status="run">\n\t</testcase>\n'
SKIPPED = (
    '\t<testcase name="c.d" classname="c.d" time="1" status="notrun">\n'
    '\t\t<skipped message="SKIP_RETURN_CODE=77"/>\n\t</testcase>\n'
)


class Run(unittest.TestCase):
    def run_with(self, report, status=0):
        """Runs it beside a scripts/test that writes this report and ends with that status."""
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name in (".ci", "scripts"):
                (root / name).mkdir()
            shutil.copy(ROOT / ".ci/run", root / ".ci/run")
            test = root / "scripts/test"
            test.write_text(f'#!/bin/bash\n[[ $CI == true && $2 == --output-junit ]] || exit 9\n'
                            f"cat >\"$3\" <<'E'\n{report}E\nexit {status}\n")
            test.chmod(0o755)
            done = subprocess.run([root / ".ci/run"], capture_output=True, text=True, check=False)
            return done.returncode, done.stderr

    def test_all_run_and_passed(self):
        self.assertEqual(self.run_with(PASSED * 2), (0, ""))

    def test_a_test_that_was_not_run_is_a_failure_by_name(self):
        status, said = self.run_with(PASSED + SKIPPED + PASSED)
        self.assertEqual(status, 1)
        self.assertTrue(said.endswith("not run:\nc.d\n"), said)

    def test_a_failure_is_passed_on(self):
        self.assertEqual(self.run_with(PASSED, status=8), (8, ""))


if __name__ == "__main__":
    unittest.main()
