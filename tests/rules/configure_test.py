"""The configure step refuses an include that goes up the house, and a compiler that miscompiles coroutines."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from planted_tree import ROOT

CXX = os.environ.get("QUERN_CXX", "clang++-19")


class Configure(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def configure(self, compiler, includes="QuernLayers"):
        """Configures a tree that includes the project's own module: the exit status, and the output as one line."""
        (self.root / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.25)\nproject(planted LANGUAGES CXX)\n"
            f'include("{ROOT}/cmake/{includes}.cmake")\n'
        )
        done = subprocess.run(
            ["cmake", "-G", "Ninja", "-S", self.root, "-B", self.root / "build", f"-DCMAKE_CXX_COMPILER={compiler}"],
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, " ".join((done.stdout + done.stderr).split())

    def plant(self, include):
        shutil.copytree(ROOT / ".ci", self.root / ".ci")
        (self.root / "hwprobe").mkdir()
        (self.root / "hwprobe/cpu.hpp").write_text(f'#pragma once\n#include "{include}"\n')

    def test_an_include_that_goes_up_stops_the_configure_step(self):
        self.plant("overlay/runtime/clock.hpp")
        status, output = self.configure(CXX)
        self.assertNotEqual(status, 0)
        self.assertIn("hwprobe/cpu.hpp:2: hwprobe must not know overlay/runtime/clock.hpp", output)

    def test_an_include_that_goes_down_does_not(self):
        self.plant("hwprobe/memory.hpp")
        status, output = self.configure(CXX)
        self.assertEqual(status, 0, output)

    def test_the_tree_itself_includes_the_layer_check(self):
        self.assertRegex((ROOT / "CMakeLists.txt").read_text(), r"(?m)^include\(QuernLayers\)$")
        self.assertRegex((ROOT / "CMakeLists.txt").read_text(), r"(?m)^include\(QuernCompiler\)$")

    def refusal(self, compiler_id, version):
        """What QuernCompiler says of a compiler, whether or not this machine has it."""
        script = self.root / "compiler.cmake"
        script.write_text(
            f'set(CMAKE_CXX_COMPILER_ID {compiler_id})\nset(CMAKE_CXX_COMPILER_VERSION {version})\n'
            f'include("{ROOT}/cmake/QuernCompiler.cmake")\n'
        )
        done = subprocess.run(["cmake", "-P", script], capture_output=True, text=True, check=False)
        return " ".join(done.stderr.split())

    def test_compilers_that_are_too_old_are_refused_with_the_reason(self):
        self.assertRegex(self.refusal("GNU", "12.2.0"), "GCC 12.2.0 miscompiles ordinary coroutine code.*clang 19")
        self.assertIn("GCC 13.2.0 miscompiles", self.refusal("GNU", "13.2.0"))
        self.assertIn("clang 16.0.6 is older than 19", self.refusal("Clang", "16.0.6"))

    def test_compilers_that_are_new_enough_are_not(self):
        for compiler_id, version in (("GNU", "13.3.0"), ("Clang", "19.1.7")):
            self.assertNotRegex(self.refusal(compiler_id, version), "miscompiles|is older")

    def test_the_gcc_of_this_machine_is_refused_when_it_is_too_old(self):
        version = (
            subprocess.run(["g++", "-dumpfullversion"], capture_output=True, text=True, check=False).stdout
            if shutil.which("g++")
            else ""
        )
        if not re.match(r"([0-9]|1[0-2])\.", version):
            self.skipTest("no g++ older than 13 here")
        status, output = self.configure("g++", "QuernCompiler")
        self.assertNotEqual(status, 0)
        self.assertIn("miscompiles ordinary coroutine code", output)


if __name__ == "__main__":
    unittest.main()
