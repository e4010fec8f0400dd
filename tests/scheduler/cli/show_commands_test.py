#!/usr/bin/env python3
"""The commands that ask a daemon once and show what it says, against a daemon that plays a script.

usage: show_commands_test.py QUERN SCRIPTED_DAEMON
"""
import copy
import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

import scripted
from scripted import FAST, JOB, OTHER_JOB, OWN, failure

MANUAL = pathlib.Path(__file__).resolve().parents[3] / "docs/cli.md"
HOSTILE = "\x1b]0;owned\x07\x1b[2J\u202egpj.exe\u0085" + "A" * 10_000


def hostile(value):
    """The same answer with every text replaced but those that have a form."""
    if isinstance(value, dict):
        return {key: hostile(each) if key not in ("state", "digest", "path", "content", "id") else each
                for key, each in value.items()}
    if isinstance(value, list):
        return [hostile(each) for each in value]
    return HOSTILE if isinstance(value, str) else value


def each_damage(value, path=()):
    """Every way to leave out one key of an answer or to give it another type: (path, damaged copy)."""
    if isinstance(value, dict):
        for key in value:
            rest = {other: each for other, each in value.items() if other != key}
            yield path + (key,), rest
            yield path + (key,), rest | {key: {"an": "object"} if not isinstance(value[key], dict) else 7}
            for at, damaged in each_damage(value[key], path + (key,)):
                yield at, value | {key: damaged}
    elif isinstance(value, list) and value:
        for at, damaged in each_damage(value[0], path + (0,)):
            yield at, [damaged, *value[1:]]


SHOWN = {  # command -> the method whose answer it shows
    ("status",): "node.status", ("peers",): "peer.list", ("offers",): "offer.list", ("jobs",): "job.list",
    ("job", JOB): "job.get", ("ledger",): "ledger.balances",
    ("ledger", "--entries"): "ledger.entries", ("receipt", JOB): "job.trails"}


class ShowCommandsTest(scripted.DaemonTest):
    def test_status_says_what_the_node_is_and_does(self):
        self.start()
        text = self.shown("status")
        for part in (OWN, "quernd 0.1.0", "/ip4/127.0.0.1/tcp/4001", "2 peers connected, 3 offers",
                     "1 running, 5 ended", "takes tasks, works on 1", "Radeon (qd1-1), offered",
                     "its owner does not offer it", "full: cgroup v2", "ABI 4", "OpenCLKernel, held",
                     "Command, not held: cannot be held yet", "1.5", "0.25", "0.000001"):
            self.assertIn(part, text)
        self.assertNotIn("\x1b", text)

    def test_status_of_a_node_that_takes_nothing_does_not_say_that_it_offers(self):
        status = copy.deepcopy(scripted.STATUS)
        status["provider"]["draining"] = True
        self.answers["node.status"] = [status]
        self.start()
        text = self.shown("status")
        self.assertIn("draining: takes no new tasks, works on 1", text)
        self.assertIn("Radeon (qd1-1), not offered", text)
        self.assertNotIn(", offered", text)
        self.answers["node.status"] = [scripted.STATUS | {"donation": {"state": "paused", "working": 1}}]
        self.start()
        text = self.shown("status")
        self.assertIn("paused: takes no new tasks, works on 1", text)
        self.assertNotIn("State        takes tasks", text)

    def test_status_shows_what_somebody_has_to_do_something_about(self):
        problem = {"reason": "clocks_differ", "text": "the clocks differ", "detail": "60 min", "remedy": "set it"}
        self.answers["node.status"] = [scripted.STATUS | {"problems": [problem]}]
        self.start()
        text = self.shown("status")
        self.assertRegex(text, r"(?m)^ *Problem +clocks_differ: the clocks differ \(60 min\)$")
        self.assertRegex(text, r"(?m)^ *What helps +set it$")

    def test_a_device_whose_name_is_not_known_is_shown_by_its_id(self):
        ended = scripted.ended()
        ended["tasks_list"][0]["attempts"][0]["device_name"] = ""
        self.answers["job.get"] = [ended]
        self.start()
        self.assertRegex(self.shown("job", JOB), r"(?m)^     0    1  BBBBBBBB  qd1-r   COMPLETE ")

    def test_a_receipt_says_that_its_credits_are_of_the_whole_agreement(self):
        def trail(tasks):
            return {"task": 0, "attempt": 0, "provider": FAST, "file": "", "tasks": tasks,
                    "statement": {"stage": "closed", "amount_micro": 5, "end": "completed"}}
        note = f"What this job costs: quern job {JOB}"
        for tasks, there in ((3, True), (1, False)):
            self.answers["job.trails"] = [{"trails": [trail(tasks)]}]
            self.start()
            text = " ".join(self.shown("receipt", JOB).split())
            self.assertEqual(note in text, there, text)
            self.assertEqual("Credits are those of the whole agreement" in text, there)

    def test_an_option_before_its_command_is_told_where_it_stands(self):
        for words in (("--color", "blue", "status"), ("--color",), ("--color=never", "jobs")):
            result = subprocess.run([self.quern, *words], capture_output=True, text=True, timeout=60,
                                    env=self.environment())
            self.assertEqual((result.returncode, result.stdout), (2, ""), words)
            self.assertIn(f'the option "{words[0]}" stands behind its command: quern COMMAND {words[0]}', result.stderr)
        result = subprocess.run([self.quern, "--colour", "status"], capture_output=True, text=True, timeout=60,
                                env=self.environment())
        self.assertIn('there is no option "--colour"', result.stderr)

    def test_peers_are_short_and_aligned(self):
        self.start()
        lines = self.shown("peers").splitlines()
        self.assertEqual(lines[0].split(), ["PEER", "STATE", "RTT", "AGENT", "ADDRESS"])
        self.assertRegex(lines[1], r"^BBBBBBBB  connected +1\.2 ms  quernd/0\.1\.0  /ip4/10\.0\.0\.2/tcp/4001 \+1$")
        self.assertRegex(lines[2], r"^CCCCCCCC  away$")

    def test_offers_are_sorted_by_the_hour_and_filtered(self):
        self.start()
        lines = self.shown("offers").splitlines()
        self.assertRegex(lines[1], r"^this node  pthread +cpu +12\.3 TFLOP/s +8 GiB +0\.36 +0\.01 ")
        self.assertRegex(lines[2], r"^BBBBBBBB +Radeon +gpu +12\.3 TFLOP/s +8 GiB +1\.8 ")
        self.assertNotIn("Radeon", self.shown("offers", "--type", "cpu"))
        self.assertNotIn("pthread", self.shown("offers", "--provider", "BBBB"))
        answer = json.loads(self.shown("offers", "--provider", FAST, "--json"))
        self.assertEqual([offer["provider"] for offer in answer["offers"]], [FAST])
        result = self.run_quern("offers", "--provider", "nobody")
        self.assertEqual(result.returncode, 2)
        self.assertIn("no provider begins or ends with \"nobody\"", result.stderr)

    def test_offers_that_no_filter_passes_are_told_from_none_at_all(self):
        self.answers["offer.list"] = [{"offers": scripted.OFFERS["offers"][1:]}]
        self.start()
        result = self.run_quern("offers", "--type", "tpu")
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        self.assertIn('--type: there are no devices of type "tpu"; choose any of cpu, gpu, accelerator', result.stderr)
        self.assertEqual(self.calls("offer.list"), [])
        self.assertEqual(self.shown("offers", "--type", "gpu"), "The one offered device is not a gpu.\n")
        self.answers = scripted.quiet_node()
        self.start()
        self.assertEqual(self.shown("offers", "--type", "accelerator"),
                         "None of the 2 offered devices is an accelerator.\n")
        self.assertEqual(self.shown("offers", "--provider", "BBBB", "--type", "cpu"),
                         "The one offered device of BBBB is not a cpu.\n")
        self.answers["offer.list"] = [{"offers": []}]
        self.start()
        self.assertIn("No offers.", self.shown("offers", "--type", "gpu"))

    def test_quote_shows_every_device_the_cheapest_for_this_job_first(self):
        self.start()
        self.write_job()
        lines = self.shown("quote", "job.json").splitlines()
        self.assertRegex(lines[1], r"^BBBBBBBB  Radeon +0\.12 +0\.1 +0\.15 +1\.5 s +1\.8 +cheapest$")
        self.assertRegex(lines[2], r"^CCCCCCCC  pthread +1 +0\.9 +1\.25 +1 min 30 s +0\.36 +per hour$")
        self.assertRegex(lines[3], r"^AAAAAAAA  Old card  draining: the provider takes no new jobs \(until noon\);")
        self.assertIn("(until noon); try later ", " ".join(" ".join(lines[3:]).split()))
        self.assertEqual(lines[1].index("0.12") + 1, lines[2].index("  1 ") + 3, "points stand below each other")
        self.assertEqual(json.loads(self.calls("job.quote")[0]["manifest"])["name"], "fill")
        self.assertIn("\n".join(["$ quern quote job.json", *lines]), MANUAL.read_text())

    def test_quote_without_a_device_that_can_ends_with_5(self):
        self.answers["job.quote"] = [{"rows": scripted.QUOTES["rows"][:1]}]
        self.start()
        self.write_job()
        result = self.run_quern("quote", "job.json")
        self.assertEqual((result.returncode, result.stderr), (5, ""))
        self.assertIn("No device can do this job.", result.stdout)

    def test_json_is_the_answer_as_it_came(self):
        self.start()
        for command, method in SHOWN.items():
            self.assertEqual(json.loads(self.shown(*command, "--json")), self.answers[method][0], command)

    def test_jobs_and_a_job_by_the_end_of_its_id(self):
        self.start()
        lines = self.shown("jobs").splitlines()
        self.assertEqual(lines[0].split(), ["JOB", "STATE", "DONE", "TASKS", "CREDITS", "SUBMITTED,", "UTC", "NAME"])
        self.assertRegex(lines[1], rf"^{JOB}  RUNNING +0 %    0/1 ")
        self.assertRegex(lines[2], rf"^{OTHER_JOB}  COMPLETE +100 %    1/1 ")
        text = self.shown("job", "cdef")
        self.assertEqual(self.calls("job.get"), [{"id": JOB}])
        for part in ("COMPLETE, 100 %, 1 of 1 task ended", "2.5 s", "0.123456 credits", "results/out.bin, 1 KiB",
                     "BBBBBBBB"):
            self.assertIn(part, text)
        self.assertRegex(text, r"(?m)^     0    1  BBBBBBBB  Radeon  COMPLETE  0\.123456  0\.1  0\.15$")

    def test_an_id_that_is_none_or_several_is_said(self):
        self.start()
        for word, text in (("zzz", "no job begins or ends with \"zzz\"; there are: " + JOB),
                           ("j-", "\"j-\" may be 2 jobs: " + JOB + ", " + OTHER_JOB + "; give more of it")):
            result = self.run_quern("job", word)
            self.assertEqual((result.returncode, result.stdout), (2, ""))
            self.assertIn(text, result.stderr)
        self.assertEqual(self.calls("job.get"), [])

    def test_ledger_and_its_export(self):
        self.start()
        text = self.shown("ledger")
        self.assertRegex(text, r"(?m)^spent +-1\.5$")
        self.assertRegex(text, r"(?m)^reserved for what runs +0\.000007$")
        result = self.run_quern("ledger", "export", "--format", "json")  # --socket stands before `export`
        self.assertEqual((result.returncode, result.stdout), (0, "transaction,time\n1,now\n"))
        self.assertEqual(self.calls("ledger.export"), [{"format": "json"}])
        file = self.folder / "books" / "ledger.csv"
        self.assertEqual(self.run_quern("ledger", "export", "-o", str(file)).returncode, 0)
        self.assertEqual(file.read_bytes(), b"transaction,time\r\n1,now\r\n")
        again = self.run_quern("ledger", "export", "-o", str(file))
        self.assertEqual(again.returncode, 3)
        self.assertIn("--force replaces it", again.stderr)
        self.assertEqual([path.name for path in file.parent.iterdir()], ["ledger.csv"])
        self.assertEqual(self.run_quern("ledger", "export", "--format", "xml").returncode, 2)

    def test_ledger_entries_are_the_newest_first_and_as_many_as_wanted(self):
        self.start()
        lines = self.shown("ledger", "--entries", "--limit", "2").splitlines()
        self.assertEqual(lines[0].split(), ["ENTRY", "TIME", "KIND", "PEER", "JOB", "CREDITS"])
        self.assertRegex(lines[1], r"^ +8  2026-11-21T09:30:01\.000Z +earn +CCCCCCCC +2\.5 *$")
        self.assertRegex(lines[2], r"^ +7  2026-11-21T09:30:00\.000Z +spend +BBBBBBBB +0123456789ab +0\.3 *$")
        self.assertIn("8 in all", lines[3])
        self.assertEqual(self.calls("ledger.entries")[1], {"after": 6, "limit": 2})
        result = self.run_quern("ledger", "--limit", "5")
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        self.assertIn("--limit is of entries: add --entries", result.stderr)
        for wrong in ("0", "1001", "many"):
            self.assertEqual(self.run_quern("ledger", "--entries", "--limit", wrong).returncode, 2)

    def test_ledger_entries_name_jobs_as_the_list_of_jobs_does(self):
        entry = {"transaction": 9, "time": "2026-11-21T09:30:02.000Z", "kind": "spend", "peer": FAST,
                 "job": "0123456789abcdef", "job_id": JOB, "amount_micro": 300_000}
        self.answers["ledger.entries"] = [{"entries": [entry], "last": 9}]
        self.start()
        self.assertRegex(self.shown("ledger", "--entries").splitlines()[1], rf"BBBBBBBB +{JOB} +0\.3 *$")

    def test_jobs_are_as_many_as_wanted(self):
        self.start()
        self.shown("jobs", "--limit", "3")
        self.shown("jobs")
        self.assertEqual(self.calls("job.list"), [{"limit": 3}, {}])
        self.assertEqual(self.run_quern("jobs", "--limit", "0").returncode, 2)

    def test_trails_that_are_not_kept_any_more_are_said_to_be_removed(self):
        self.answers["job.trails"] = [{"trails": [
            {"task": 0, "attempt": 0, "provider": FAST, "file": "", "removed_unix_ms": 1,
             "statement": {"stage": "removed", "amount_micro": 5, "end": "completed"}}]}]
        self.start()
        text = self.shown("receipt", JOB, "-o", str(self.folder / "trails"))
        self.assertIn("removed", text)
        self.assertIn("1 settled long ago: the node has removed the whole trail", " ".join(text.split()))

    def test_without_a_daemon_it_is_said_where_and_what_to_do(self):
        result = self.run_quern("status")
        self.assertEqual((result.returncode, result.stdout), (3, ""))
        self.assertIn(f"no daemon answers at {self.socket}: there is no such socket", result.stderr)
        self.assertIn("Start it with: quernd", result.stderr)

    def test_a_socket_path_that_no_socket_may_have_is_told_once_with_the_limit(self):
        self.socket = "/tmp/" + "x" * 120
        result = self.run_quern("status")
        self.assertEqual((result.returncode, result.stdout), (3, ""))
        self.assertEqual(result.stderr, f"quern: {self.socket} is longer than the 107 bytes that a socket's path may have\n"
                                        "Name a shorter one: quern --socket PATH\n")

    def test_the_socket_may_be_named_before_the_command_and_is_the_users_own_otherwise(self):
        self.start()
        result = subprocess.run([self.quern, "--socket", self.socket, "peers"], capture_output=True, timeout=60,
                                env=self.environment())
        self.assertEqual((result.returncode, result.stderr), (0, b""))
        result = subprocess.run([self.quern, "peers"], capture_output=True, text=True, timeout=60,
                                env=self.environment(XDG_RUNTIME_DIR=str(self.folder)))
        own = "/run/quern" if os.geteuid() == 0 else f"{self.folder}/quern"
        self.assertIn(f"no daemon answers at {own}/quernd.socket", result.stderr)

    def test_what_the_daemon_refuses_is_said_in_its_words(self):
        self.answers["node.status"] = [failure(-32002, "limit_reached", "too much is asked for", "calls: 5 of 4",
                                               "ask more slowly")]
        self.start()
        result = self.run_quern("status")
        self.assertEqual((result.returncode, result.stdout), (3, ""))
        self.assertEqual(result.stderr, "quern: too much is asked for: calls: 5 of 4 (limit_reached)\n"
                                        "What helps: ask more slowly\n")

    def test_what_the_node_itself_fails_at_is_no_refusal_of_the_market(self):
        for reason, status in (("disk_full", 3), ("shutting_down", 3), ("of a later version", 3), ("draining", 5)):
            self.answers["job.quote"] = [failure(-32000, reason, "it is so", "no space left on device")]
            self.start()
            self.write_job()
            self.assertEqual(self.run_quern("quote", "job.json").returncode, status, reason)

    def test_a_daemon_that_dies_is_said(self):
        self.answers["node.status"] = [{"$die": True}]
        self.start()
        result = self.run_quern("status")
        self.assertEqual((result.returncode, result.stderr),
                         (3, f"quern: quernd has ended, the one at {self.socket}\nStart it again with: quernd\n"))

    def test_hostile_texts_cannot_reach_the_terminal(self):
        self.answers = {method: hostile(answers) for method, answers in self.answers.items()}
        self.answers["job.list"] = scripted.quiet_node()["job.list"]
        self.start()
        self.write_job()
        for command in (*SHOWN, ("quote", "job.json")):
            if command[0] in ("job", "receipt"):
                continue
            result = self.run_quern(*command)
            self.assertEqual(result.returncode, 0, (command, result.stderr[:300]))
            self.assertIsNone(re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", result.stdout), command)
            table_rows = result.stdout.splitlines()
            if command[0] not in ("status",):
                self.assertLessEqual(max(map(len, table_rows)), 80, command)

    def test_an_answer_that_lacks_something_is_an_error_that_names_it(self):
        # Every key of every answer, absent and of another type: the nth call meets the nth damage.
        for command, method in SHOWN.items():
            if command == ("ledger", "--entries"):
                continue  # it asks twice
            damages = list(each_damage(self.answers[method][0]))
            self.answers[method] = [damaged for _, damaged in damages]
            self.start()
            refused = 0
            for at, _ in damages:
                result = self.run_quern(*command)
                self.assertIn(result.returncode, (0, 3), (command, at, result.stderr))  # some may be absent
                if result.returncode == 3:
                    refused += 1
                    self.assertIn(f"the daemon's answer to {method} cannot be read", result.stderr)
                    self.assertIn([part for part in at if isinstance(part, str)][-1], result.stderr)
            self.assertGreaterEqual(3 * refused, len(damages), command)
            self.answers = scripted.quiet_node()

    def test_absurd_numbers_are_errors_or_shown_never_a_crash(self):
        for number in (2**63, 2**64 - 1, -1, 10**30, 1e300):
            self.answers["node.status"] = [scripted.STATUS | {"peers_connected": number}]
            self.answers["job.list"] = [{"jobs": [scripted.job(submitted_unix_ms=number, amount_micro=-2**63)]}]
            self.start()
            for command in ("status", "jobs"):
                result = self.run_quern(command)
                self.assertIn(result.returncode, (0, 3), (number, command))


if __name__ == "__main__":
    scripted.DaemonTest.quern, scripted.DaemonTest.daemon = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1], verbosity=1)
