#!/usr/bin/env python3
"""`quern verify` as its users meet it: verdicts, exit codes, errors, JSON.

usage: verify_test.py QUERN EXAMPLE    EXAMPLE writes a trail that holds to its standard output
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

QUERN = sys.argv[1]
TRAIL = subprocess.run([sys.argv[2]], check=True, capture_output=True, timeout=60).stdout
MAGIC = b"quern trail 1\n"


def records(file):
    """The records of a trail file, each with its size before it."""
    rest, found = file[len(MAGIC):], []
    while rest:
        size = 2 + int.from_bytes(rest[:2], "big")
        found.append(rest[:size])
        rest = rest[size:]
    return found


def quern(*arguments, **options):
    env = os.environ | {"LC_ALL": "C.UTF-8"}
    return subprocess.run([QUERN, *arguments], capture_output=True, text=True, timeout=60, env=env, **options)


class VerifyTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.good = self.write("good.trail", TRAIL)

    def write(self, name, content):
        path = self.folder / name
        path.write_bytes(content)
        return str(path)

    def fault(self, content):
        """The fault of a trail that does not hold."""
        result = quern("verify", "--json", self.write("bad.trail", content))
        self.assertEqual((result.returncode, result.stderr), (1, ""))
        verdict, = json.loads(result.stdout)
        self.assertFalse(verdict["holds"])
        self.assertNotIn("statement", verdict)
        return verdict["fault"]

    def test_a_trail_that_holds_states_who_owes_what_for_what(self):
        result = quern("verify", self.good)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        for part in ("good.trail", "holds", "12D3KooW", "4 of 8", "qd1-0123 of offer 42", "2026-09-21",
                     "after 4.5 s", "completed: the job has done what it was to do",
                     "1 to 3 credits, likely 2, at most 10", "5 usage notes, 4 vouchers",
                     "4.6 s, at 1 credit per device_second", "0c0c0c0c", "100 B", "5.1 credits"):
            self.assertIn(part, result.stdout)
        self.assertNotIn("\x1b", result.stdout)

    def test_json_states_the_same_in_integers(self):
        result = quern("verify", "--json", self.good)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        verdict, = json.loads(result.stdout)
        self.assertEqual((verdict["file"], verdict["holds"]), (self.good, True))
        statement = verdict["statement"]
        expected = {"device": "qd1-0123", "amount": 5_100_000, "max_total": 10_000_000, "authorised": 4_500_000,
                    "reason": "completed", "notes": 5, "vouchers": 4}
        self.assertEqual({key: statement[key] for key in expected}, expected)
        task, = statement["tasks"]
        expected = {"job": "0b" * 32, "shard": 3, "shards": 8, "reason": "completed", "amount": 5_100_000,
                    "usage": statement["usage"], "outputs": [{"sha256": "0c" * 32, "bytes": 100}]}
        self.assertEqual(task, expected)
        self.assertEqual((statement["usage"]["device_time"], statement["usage"]["setup"]), (4_600_000, 1))
        self.assertEqual(statement["rates"]["device_second"], 1_000_000)
        self.assertLess(statement["accepted_unix_ms"], statement["ended_unix_ms"])

    def test_changed_bytes_are_found_in_their_record(self):
        offset = len(MAGIC)
        for number, record in enumerate(records(TRAIL), 1):
            changed = bytearray(TRAIL)
            changed[offset + len(record) - 1] ^= 1
            fault = self.fault(bytes(changed))
            self.assertEqual((fault["record"], fault["offset"], fault["reason"]), (number, offset, "signature_invalid"))
            offset += len(record)

    def test_dropped_reordered_and_repeated_records_are_refused(self):
        parts = records(TRAIL)
        for i in range(len(parts)):
            self.fault(MAGIC + b"".join(parts[:i] + parts[i + 1:]))
            self.fault(MAGIC + b"".join(parts[:i + 1] + parts[i:]))
        for i in range(len(parts) - 1):
            self.fault(MAGIC + b"".join(parts[:i] + [parts[i + 1], parts[i]] + parts[i + 2:]))

    def test_a_trail_without_its_end_says_what_is_owed_nevertheless(self):
        fault = self.fault(MAGIC + b"".join(records(TRAIL)[:-1]))
        self.assertEqual(fault["reason"], "trail_incomplete")
        self.assertIn("the submitter owes 4.5 of 5.1", fault["text"])

    def test_what_is_no_trail_is_told_apart(self):
        self.assertIn("does not begin with the line", self.fault(b"")["text"])
        self.assertIn("does not begin with the line", self.fault(os.urandom(1000))["text"])
        self.assertIn("version", self.fault(b"quern trail 7\n")["text"])
        self.assertIn("behind the trail", self.fault(TRAIL + b"\n")["text"])

    def test_people_get_the_fault_with_its_text(self):
        result = quern("verify", self.write("bad.trail", TRAIL[:-10]))
        self.assertEqual(result.returncode, 1)
        self.assertIn("does not hold", result.stdout)
        self.assertIn(f"Record       {len(records(TRAIL))}, at byte", result.stdout)
        self.assertIn("trail_incomplete: records are missing at the end of the trail", result.stdout)

    def test_one_bad_file_among_good_ones_decides_and_all_are_shown(self):
        bad = self.write("bad.trail", TRAIL[:-1])
        result = quern("verify", "--json", self.good, bad, self.good)
        self.assertEqual(result.returncode, 1)
        self.assertEqual([each["holds"] for each in json.loads(result.stdout)], [True, False, True])
        self.assertEqual(quern("verify", self.good, self.good).returncode, 0)

    def test_files_that_cannot_be_read_are_named(self):
        result = quern("verify", self.good, str(self.folder / "absent"), str(self.folder))
        self.assertEqual(result.returncode, 3)
        self.assertIn("absent: no such file", result.stderr)
        self.assertIn("good.trail", result.stdout)
        self.assertEqual(quern("verify", str(self.folder / "absent"), self.write("bad", b"")).returncode, 1)
        result = quern("verify", "--json", str(self.folder / "absent"))
        self.assertIn("no such file", json.loads(result.stdout)[0]["error"])
        os.mkfifo(self.folder / "fifo")
        for name, text in ((str(self.folder / "fifo"), "is no regular file; write what it gives to a file"),
                           ("/dev/null", "is no regular file"), (str(self.folder), "is a folder; name a file")):
            result = quern("verify", name)
            self.assertEqual(result.returncode, 3)
            self.assertIn(f"{name}: {text}", result.stderr)

    def test_a_file_that_is_too_large_is_told_with_its_size_and_the_limit(self):
        large = self.write("large.trail", b"")
        os.truncate(large, 1 << 30)
        result = quern("verify", large)
        self.assertEqual(result.returncode, 3)
        self.assertRegex(result.stderr, r"large\.trail: has 1073741824 bytes, the limit is \d+; no paper trail is so large")

    def test_the_help_says_what_a_trail_is_about(self):
        self.assertIn("have signed about 1 to 64 tasks\nof jobs", quern("verify", "--help").stdout)

    def test_wrong_usage_says_what_to_type(self):
        for arguments, text in ((["verify"], "name at least one FILE"),
                                (["verify", "--jsn", self.good], 'no option "--jsn"; did you mean --json?'),
                                (["verfy"], 'no command "verfy"; did you mean verify?')):
            result = quern(*arguments)
            self.assertEqual((result.returncode, result.stdout), (2, ""), arguments)
            self.assertIn(text, result.stderr)
            self.assertIn("--help", result.stderr)
        result = quern("verify", "--help")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        for word in ("Exit status", "--json", "offline"):
            self.assertIn(word, result.stdout)

    def test_names_of_files_cannot_steer_the_terminal(self):
        result = quern("verify", self.write("\x1b[2Jgood", TRAIL))
        self.assertEqual(result.returncode, 0)
        self.assertNotIn("\x1b", result.stdout)

    def test_a_closed_pipe_is_no_failure(self):
        shell = f"'{QUERN}' verify '{self.good}' | head -c 1 >/dev/null; echo ${{PIPESTATUS[0]}}"
        result = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, timeout=60)
        self.assertIn(result.stdout, ("0\n", "141\n"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
