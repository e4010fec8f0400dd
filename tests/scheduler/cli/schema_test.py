#!/usr/bin/env python3
"""docs/probe.schema.json holds for what `quern probe` writes, and refuses what it must not write.

usage: schema_test.py QUERN EXAMPLE    EXAMPLE prints a report with every field there is
"""
import copy
import json
import subprocess
import sys
import unittest

import jsonschema
from report_schema import SCHEMA, faults, undescribed

QUERN, EXAMPLE = sys.argv[1:3]


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout


def places(value, path=()):
    """All objects in a report, with the way to them."""
    if isinstance(value, dict):
        yield path, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, (*path, key))


class SchemaTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.example = json.loads(output(EXAMPLE))

    def test_is_a_schema(self):
        jsonschema.Draft202012Validator.check_schema(SCHEMA)

    def test_describes_every_field_and_unit(self):
        self.assertEqual(list(undescribed()), [])

    def test_knows_every_field_that_can_be_written(self):
        self.assertEqual(faults(self.example), [])

    def test_holds_for_this_machine(self):
        report = json.loads(output(QUERN, "probe", "--json", "--measure"))
        self.assertEqual(faults(report), [])
        self.assertEqual(set(SCHEMA["properties"]) - set(report), set(), "a part is missing")
        self.assertNotEqual(report["measurements"]["devices"], [])

    def test_has_no_field_that_is_never_written(self):
        written = {key for _, each in places(self.example) for key in each}
        named = {name for part in [SCHEMA, *SCHEMA["$defs"].values()] for name in part["properties"]}
        self.assertEqual(named - written, set())

    def test_refuses_an_unknown_field_anywhere(self):
        for path, _ in places(self.example):
            breach = copy.deepcopy(self.example)
            place = breach
            for key in path:
                place = place[key]
            place["surprise"] = 1
            self.assertNotEqual(faults(breach), [], f"a field more was accepted at {path}")

    def test_refuses_each_field_of_another_type(self):
        for path, each in places(self.example):
            for key in each:
                breach = copy.deepcopy(self.example)
                place = breach
                for step in path:
                    place = place[step]
                place[key] = 1.5
                self.assertNotEqual(faults(breach), [], f"1.5 was accepted at {path} {key}")

    def test_refuses_planted_breaches(self):
        for path, value in [
            (("version",), 2),
            (("identity", "id"), "qm1-short"),
            (("elapsed_ms",), -1),
            (("gpus", 0, "pci_address"), "c1:00.0"),
            (("opencl", 0, "status"), "sleepy"),
            (("topology", "caches", 0, "level"), 0),
            (("sensors", "cpu", "total"), 1001),
            (("measurements", "host", 0, "unit"), "GB/s"),
            (("measurements", "devices", 0, "figures", 0, "method"), "fast"),
        ]:
            breach = copy.deepcopy(self.example)
            place = breach
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = value
            self.assertNotEqual(faults(breach), [], f"{value} was accepted at {path}")

    def test_refuses_a_report_without_what_is_always_there(self):
        for key in SCHEMA["required"]:
            breach = copy.deepcopy(self.example)
            del breach[key]
            self.assertNotEqual(faults(breach), [], f"accepted without {key}")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
