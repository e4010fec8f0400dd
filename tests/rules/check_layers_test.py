"""The layer rule: what may include what."""

import importlib
import re
import sys
import unittest

from planted_tree import ROOT, RuleTest


class Layers(RuleTest):
    rule = "check_layers.py"

    def test_downward_and_system_includes_are_clean(self):
        self.assert_clean(
            {
                "hwprobe/cpu.cpp": '#include "hwprobe/cpu.hpp"\n#include <vector>\n#include <sys/stat.h>\n',
                "overlay/transport/tcp.cpp": '#include "overlay/runtime/clock.hpp"\n',
                "scheduler/dispatch/run.cpp": '#include "overlay/host.hpp"\n#include "hwprobe/machine.hpp"\n',
                "desktop/main.cpp": '#include "scheduler/rpc/client.hpp"\n',
                "tests/overlay/a_test.cpp": '#include "overlay/runtime/simulation/world.hpp"\n',
            }
        )

    def test_each_room_that_looks_up_is_named(self):
        for place, target in [
            ("hwprobe/cpu.cpp", "overlay/runtime/clock.hpp"),
            ("hwprobe/cpu.hpp", "scheduler/model/job.hpp"),
            ("overlay/host.cpp", "hwprobe/machine.hpp"),
            ("overlay/runtime/clock.cpp", "overlay/host.hpp"),
            ("scheduler/model/job.cpp", "overlay/host.hpp"),
            ("scheduler/market/quote.cpp", "overlay/host.hpp"),
            ("scheduler/agreement/trail.cpp", "scheduler/market/quote.hpp"),
            ("scheduler/execution/sandbox.cpp", "hwprobe/machine.hpp"),
            ("scheduler/rpc/client.cpp", "scheduler/market/quote.hpp"),
            ("desktop/main.cpp", "scheduler/daemon/main.hpp"),
            ("hwprobe/cpu.cpp", "tests/fake.hpp"),
        ]:
            with self.subTest(place=place, target=target):
                self.assert_breach({place: f'#include <vector>\n#include "{target}"\n'}, f"{place}:2", target)

    def test_angle_brackets_and_spaces_hide_nothing(self):
        self.assert_breach({"hwprobe/a.cpp": " #  include <overlay/host.hpp>\n"}, "hwprobe/a.cpp:1", "overlay/host.hpp")

    def test_relative_paths_are_refused(self):
        self.assert_breach({"hwprobe/a.cpp": '#include "../overlay/host.hpp"\n'}, "hwprobe/a.cpp:1", "relative")
        self.assert_breach({"hwprobe/a.cpp": '#include "b.hpp"\n'}, "hwprobe/a.cpp:1", "without its folder")

    def test_product_code_does_not_know_the_simulator(self):
        self.assert_breach(
            {"overlay/runtime/clock.cpp": '#include "overlay/runtime/simulation/world.hpp"\n'},
            "overlay/runtime/clock.cpp:1",
            "simulator",
        )

    def test_a_comment_is_not_an_include(self):
        self.assert_clean({"hwprobe/a.cpp": '// #include "overlay/host.hpp"\n/*\n#include "overlay/host.hpp"\n*/\n'})

    def test_the_document_and_the_rule_say_the_same(self):
        sys.path.insert(0, str(ROOT / ".ci"))
        allowed = importlib.import_module("check_layers").ALLOWED
        section = (ROOT / "docs/architecture.md").read_text().split("## Who may know whom")[1].split("\n## ")[0]
        documented = {
            room: [room if other == "itself" else other.strip("`") for other in others.split(", ")]
            for room, others in re.findall(r"^\| `([\w/]+)` \| (.*) \|$", section, re.M)
        }
        self.assertEqual(documented, allowed)


if __name__ == "__main__":
    unittest.main()
