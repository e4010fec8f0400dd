"""The rule of names."""

import unittest

from planted_tree import RuleTest


class Names(RuleTest):
    rule = "check_names.py"

    def test_names_that_say_what_is_inside_are_clean(self):
        self.assert_clean(
            dict.fromkeys(
                [
                    "hwprobe/cpu_info.cpp",
                    "hwprobe/sha256.hpp",
                    "overlay/multiformats/base58.cpp",
                    "tests/hwprobe/cpu_info_test.cpp",
                    "tests/machines/Some-Machine/utils.h",
                    "bench/probe_time.cpp",
                ],
                "",
            )
        )

    def test_empty_words_are_refused_in_files_and_folders(self):
        for name in (
            "hwprobe/utils.cpp",
            "hwprobe/string_util.hpp",
            "overlay/helpers.hpp",
            "scheduler/misc.cpp",
            "hwprobe/common.hpp",
            "overlay/connection_manager.cpp",
            "tests/hwprobe/test_helpers.hpp",
        ):
            with self.subTest(name=name):
                self.assert_breach({name: ""}, f"{name}:1", "says nothing")
        self.assert_breach({"overlay/common/key.cpp": ""}, "overlay/common:1", "common")

    def test_other_spellings_are_refused(self):
        for name in ("hwprobe/CpuInfo.cpp", "hwprobe/cpu-info.cpp", "hwprobe/cpu.HPP.h", "hwprobe/_cpu.cpp"):
            with self.subTest(name=name):
                self.assert_breach({name: ""}, f"{name}:1", "lower_snake_case")

    def test_numbered_twins_are_refused(self):
        for name in ("hwprobe/reader_2.cpp", "hwprobe/reader_v2.cpp", "hwprobe/reader_new.cpp", "overlay/manager2.cpp"):
            with self.subTest(name=name):
                self.assert_breach({name: ""}, f"{name}:1", "numbered")


if __name__ == "__main__":
    unittest.main()
