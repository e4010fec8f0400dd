#!/usr/bin/env python3
"""`quern run` and `quern submit` from the manifest to the outputs, against a daemon that plays a script.

usage: run_command_test.py QUERN SCRIPTED_DAEMON EXAMPLE    EXAMPLE writes a trail that holds to its standard output
"""
import base64
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import unittest

import scripted
from scripted import FAST, JOB, OUTPUT, SOURCE, attempt, detail, digest, ended, failure, log_answer, text64

LOG = b"pass 1\npass 2\n"
BIG = bytes(range(251)) * 12_000  # three pieces


def why(reason, text="it is so"):
    return {"reason": reason, "text": text}


class RunCommandTest(scripted.DaemonTest):
    example = b""

    def setUp(self):
        super().setUp()
        self.write_job()
        self.topics["job/" + JOB] = [
            detail("QUEUED"), detail("RUNNING", 100, [attempt(progress=100)]),
            detail("RUNNING", 550, [attempt(progress=550)], LOG[:7]), {"$wait": "job.log"}, ended(log=LOG)]
        self.answers["job.log"] = [log_answer(LOG[:7]), log_answer(LOG, 7, True)]

    def ends(self, state, reason, **more):
        self.topics["job/" + JOB] = [detail("RUNNING"), ended(state, why(reason), **more)]
        self.answers["job.log"] = [log_answer(b"", complete=True)]

    def spawn(self, *arguments, **options):
        command = [self.quern, "run", "--socket", self.socket, *arguments]
        process = subprocess.Popen(command, cwd=self.folder, env=self.environment(TERM="xterm"), **options)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def test_a_job_is_sent_watched_and_fetched(self):
        missing = {"digest": digest(SOURCE), "bytes_here": 10}
        self.answers["blob.missing"] = [{"missing": [missing]}]
        self.answers["job.trails"] = [{"trails": [{"task": 0, "attempt": 0, "provider": FAST,
                                                   "file": text64(self.example),
                                                   "statement": {"stage": "closed", "amount_micro": 123_456,
                                                                 "end": "completed"}}]}]
        self.start()
        result = self.run_quern("run", "job.json", "-o", "got", "--trails", "trails", "--strategy", "fastest",
                                "--max-price", "2.5", "--exclude", "CCCC", "--exclude", "AAAA")
        self.assertEqual((result.returncode, result.stderr), (2, result.stderr))
        self.assertIn("--exclude: no peer begins or ends with \"AAAA\"", result.stderr)
        self.assertEqual(self.calls("job.submit"), [])
        self.start()
        result = self.run_quern("run", "job.json", "-o", "got", "--trails", "trails", "--strategy", "fastest",
                                "--max-price", "2.5", "--exclude", "CCCC")
        self.assertEqual((result.returncode, result.stderr), (0, LOG.decode()))
        put = self.calls("blob.put")[-1]
        self.assertEqual((put["digest"], put["offset"], put["last"]), (digest(SOURCE), 10, True))
        self.assertEqual(base64.b64decode(put["content"]), SOURCE[10:])
        submitted, = self.calls("job.submit")
        self.assertEqual(submitted.pop("manifest"), (self.folder / "job.json").read_text())
        self.assertEqual(submitted, {"strategy": "fastest", "max_price_micro": 2_500_000, "exclude": [scripted.SLOW]})
        for line in (f"submitted {JOB}", "QUEUED, 0 %, 0 of 1 tasks ended", "task 0: placed on BBBBBBBB (Radeon)",
                     "RUNNING, 50 %, 0 of 1 tasks ended",
                     "task 0: COMPLETE on BBBBBBBB (Radeon), 0.123456 credits"):
            self.assertIn(line, result.stdout.splitlines())
        for part in ("0.123456 credits", "got/results/out.bin, 1 KiB", "quern verify trails/*.trail"):
            self.assertIn(part, result.stdout)
        self.assertEqual((self.folder / "got/results/out.bin").read_bytes(), OUTPUT)
        self.assertEqual((self.folder / f"trails/{JOB}-0-1.trail").read_bytes(), self.example)

    def test_a_job_is_for_the_peers_that_are_named_only(self):
        self.start()
        self.assertEqual(self.shown("submit", "job.json", "--only", "CCCC", "--only", "BBBBBBBB"), JOB + "\n")
        submitted, = self.calls("job.submit")
        self.assertEqual(submitted["only"], [{"provider": scripted.SLOW}, {"provider": FAST}])
        self.start()
        result = self.run_quern("submit", "job.json", "--only", "AAAA")
        self.assertEqual(result.returncode, 2)
        self.assertIn("--only: no peer begins or ends with \"AAAA\"", result.stderr)

    def test_a_large_input_goes_in_pieces_in_order(self):
        (self.folder / "big.bin").write_bytes(BIG)
        inputs = [*scripted.MANIFEST["inputs"],
                  {"path": "big.bin", "digest": "sha256:" + digest(BIG), "bytes": len(BIG)}]
        buffers = scripted.MANIFEST["buffers"] | {"in": {"input": "big.bin"}}
        steps = [scripted.MANIFEST["steps"][0] | {"args": [{"buffer": "out"}, {"buffer": "in"}]}]
        self.write_job(inputs=inputs, buffers=buffers, steps=steps)
        self.answers["blob.missing"] = [{"missing": [{"digest": digest(BIG), "bytes_here": 0}]}]
        self.start()
        self.assertEqual(self.shown("submit", "job.json"), JOB + "\n")
        puts = self.calls("blob.put")
        self.assertEqual(b"".join(base64.b64decode(put["content"]) for put in puts), BIG)
        self.assertEqual([put["offset"] for put in puts], [0, 1 << 20, 2 << 20])
        self.assertEqual([put["last"] for put in puts], [False, False, True])
        self.assertEqual(sorted(self.calls("blob.missing")[0]["digests"]), sorted([digest(BIG), digest(SOURCE)]))

    def test_json_is_the_job_at_its_end_and_nothing_else(self):
        self.start()
        result = self.run_quern("run", "job.json", "--json", "--log", "log.txt")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual(json.loads(result.stdout), ended(log=LOG))
        self.assertEqual((self.folder / "log.txt").read_bytes(), LOG)

    def test_how_a_job_ends_is_the_exit_status(self):
        failed = "SYSTEM_ERROR"
        for state, reason, tried, status in (("EXECUTOR_ERROR", "build_failed", True, 1),
                                             (failed, "retries_exhausted", True, 1), (failed, "provider_lost", True, 1),
                                             ("CANCELED", "canceled", True, 4), (failed, "no_device", False, 5),
                                             (failed, "price_too_high", False, 5), (failed, "busy", False, 5),
                                             (failed, "budget_exceeded", True, 1), (failed, "busy", True, 1),
                                             (failed, "of a later version", False, 1)):
            self.ends(state, reason, tried=tried)
            self.start()
            result = self.run_quern("run", "job.json", "-o", "got")
            self.assertEqual((result.returncode, result.stderr), (status, ""), reason)
            self.assertIn(reason + ": it is so", result.stdout)
        self.assertFalse((self.folder / "got").exists())

    def test_a_refusal_is_said_with_what_helps(self):
        self.answers["job.submit"] = [failure(-32000, "price_too_high", "the price is above the limit", "3 of 2",
                                              "raise the limit")]
        self.start()
        result = self.run_quern("run", "job.json")
        self.assertEqual((result.returncode, result.stdout), (5, ""))
        self.assertEqual(result.stderr, "quern: the price is above the limit: 3 of 2 (price_too_high)\n"
                                        "What helps: raise the limit\n")

    def test_an_input_that_is_another_is_told_with_the_right_digest(self):
        (self.folder / "fill.cl").write_bytes(SOURCE + b"// more\n")
        result = self.run_quern("run", "job.json")
        self.assertEqual(result.returncode, 2)
        self.assertIn(f'"sha256:{digest(SOURCE + b"// more" + bytes([10]))}", "bytes": {len(SOURCE) + 8}', result.stderr)
        self.assertIn("inputs[0]: fill.cl is not the file", result.stderr)
        (self.folder / "fill.cl").unlink()
        result = self.run_quern("run", "job.json")
        self.assertEqual(result.returncode, 3)
        self.assertIn("fill.cl: No such file", result.stderr)
        os.mkfifo(self.folder / "fill.cl")
        self.assertIn("is no regular file", self.run_quern("run", "job.json").stderr)

    def test_a_manifest_that_is_none_is_told_where(self):
        self.write_job(steps=[])
        result = self.run_quern("run", "job.json")
        self.assertEqual(result.returncode, 2)
        self.assertIn("job.json: steps", result.stderr)
        self.assertEqual(self.run_quern("run", "absent.json").returncode, 3)
        for option, text in ((("--max-price", "much"), "must be 0 to 1000000 credits"),
                             (("--max-price", "-1"), "must be 0 to 1000000 credits"),
                             (("--max-price", "1000000.000001"), "must be 0 to 1000000 credits"),
                             (("--max-price", "1", "--max-price", "2"), "--max-price is there more than once"),
                             (("--strategy", "cheepest"), "did you mean cheapest?"),
                             (("--strategy", "best"), "choose any of cheapest, fastest")):
            result = self.run_quern("run", "job.json", *option)
            self.assertEqual((result.returncode, result.stdout), (2, ""))
            self.assertIn(text, result.stderr)

    def test_nothing_is_submitted_when_an_output_would_replace_a_file(self):
        (self.folder / "results").mkdir()
        (self.folder / "results/out.bin").write_text("mine")
        self.start()
        result = self.run_quern("run", "job.json", "-o", ".")
        self.assertEqual(result.returncode, 3)
        self.assertIn("--force replaces it", result.stderr)
        self.assertEqual(self.calls("job.submit"), [])
        self.assertEqual(self.run_quern("run", "job.json", "-o", ".", "--force").returncode, 0)
        self.assertEqual((self.folder / "results/out.bin").read_bytes(), OUTPUT)

    def test_a_forced_output_replaces_no_file_that_the_job_is_made_of(self):
        buffers = {"out": {"bytes": 1024, "output": "job.json"}}
        self.write_job(outputs=[{"path": "job.json", "maxBytes": 1024}], buffers=buffers)
        manifest = (self.folder / "job.json").read_bytes()
        self.start()
        result = self.run_quern("run", "job.json", "-o", ".", "--force")
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        self.assertEqual(result.stderr, "quern: -o .: the output job.json would replace the manifest; name another folder\n")
        (self.folder / "got").mkdir()
        os.link(self.folder / "fill.cl", self.folder / "got/job.json")
        self.assertIn("would replace an input of the job", self.run_quern("run", "job.json", "-o", "got", "--force").stderr)
        self.assertEqual(self.calls("job.submit"), [])
        self.assertEqual((self.folder / "job.json").read_bytes(), manifest)

    def test_a_file_or_folder_without_a_name_is_refused(self):
        self.start()
        for command, option in (("run", "-o"), ("run", "--trails"), ("run", "--log"), ("outputs", "-o"),
                                ("receipt", "-o")):
            result = self.run_quern(command, "job.json" if command == "run" else JOB, option, "")
            self.assertEqual((result.returncode, result.stdout), (2, ""), (command, option))
            self.assertIn("the name is empty", result.stderr)
        self.assertEqual(self.run_quern("ledger", "export", "-o", "").returncode, 2)
        self.assertEqual(self.calls("job.submit"), [])

    def test_a_log_that_is_a_pipe_needs_a_reader(self):
        self.start()
        os.mkfifo(self.folder / "pipe")
        result = self.run_quern("run", "job.json", "--log", "pipe")
        self.assertEqual((result.returncode, result.stdout), (3, ""))
        self.assertEqual(result.stderr, "quern: pipe: cannot be written: nobody reads this pipe; start its reader first\n")
        reader = os.open(self.folder / "pipe", os.O_RDONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, reader)
        self.assertEqual(self.run_quern("run", "job.json", "--log", "pipe").returncode, 0)
        self.assertEqual(os.read(reader, 4096), LOG)

    def test_an_interrupt_while_inputs_are_checked_ends_by_its_own_status(self):
        size = 64 << 20
        (self.folder / "big.bin").write_bytes(b"")
        os.truncate(self.folder / "big.bin", size << 14)  # a hole, which takes long to read and no space
        big = {"path": "big.bin", "digest": "sha256:" + "0" * 64, "bytes": size}
        buffers = scripted.MANIFEST["buffers"] | {"in": {"input": "big.bin"}}
        steps = [scripted.MANIFEST["steps"][0] | {"args": [{"buffer": "out"}, {"buffer": "in"}]}]
        self.write_job(inputs=[*scripted.MANIFEST["inputs"], big], buffers=buffers, steps=steps)
        process = self.spawn("job.json", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        files = f"/proc/{process.pid}/fd"
        while not any(os.path.realpath(f"{files}/{fd}").endswith("/big.bin") for fd in os.listdir(files)):
            self.assertIsNone(process.poll())
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        self.assertEqual((process.returncode, out, err), (4, "", "quern: interrupted\n"))

    def test_a_manifest_that_is_too_large_or_too_deep_is_told_with_the_limit(self):
        (self.folder / "large.json").write_text(" " * 300_000)
        (self.folder / "deep.json").write_text("[" * 9 + "]" * 9)
        for name, text in (("large.json", "has 300000 bytes, the limit is 262144; large data belongs into files"),
                           ("deep.json", "line 1, column 9: nested deeper than 8 levels")):
            result = self.run_quern("run", name)
            self.assertEqual((result.returncode, result.stdout), (2, ""), name)
            self.assertIn(f"{name}: {text}", result.stderr)
        result = self.run_quern("run", ".")
        self.assertEqual((result.returncode, result.stderr), (3, "quern: .: is a folder; name a file\n"))

    def test_nothing_is_submitted_when_what_it_makes_cannot_be_written(self):
        self.start()
        for option, where, text in (("-o", "job.json", "job.json/results: Not a directory"),
                                    ("-o", "/proc/here", "/proc/here/results: No such file or directory"),
                                    ("--trails", "job.json", "job.json: Not a directory"),
                                    ("--trails", "/proc/here", "/proc/here: No such file or directory"),
                                    ("--log", "/proc/here/log", "/proc/here: No such file or directory"),
                                    ("--log", ".", ".: cannot be written: Is a directory")):
            result = self.run_quern("run", "job.json", option, where)
            self.assertEqual((result.returncode, result.stdout), (3, ""), (option, where))
            self.assertEqual(result.stderr, f"quern: {text}\n")
        (self.folder / "got/results/out.bin").mkdir(parents=True)
        result = self.run_quern("run", "job.json", "-o", "got", "--force")
        self.assertEqual((result.returncode, result.stderr), (3, "quern: got/results/out.bin: is a folder\n"))
        self.assertEqual(self.calls("job.submit"), [])

    def test_a_log_replaces_no_file_unless_forced_and_never_one_of_the_job(self):
        self.start()
        (self.folder / "log.txt").write_text("mine")
        result = self.run_quern("run", "job.json", "--log", "log.txt")
        self.assertEqual((result.returncode, result.stdout), (3, ""))
        self.assertIn("log.txt: there is such a file already; --force replaces it", result.stderr)
        os.link(self.folder / "fill.cl", self.folder / "link.cl")
        for name, what in (("fill.cl", "an input of the job"), ("./link.cl", "an input of the job"),
                           ("job.json", "the manifest"), ("got/../got/results/out.bin", "an output of the job")):
            result = self.run_quern("run", "job.json", "-o", "got", "--log", name, "--force")
            self.assertEqual((result.returncode, result.stdout), (2, ""), name)
            self.assertIn(f"--log {name}: this is {what}; name another file", result.stderr)
        self.assertEqual((self.folder / "fill.cl").read_bytes(), SOURCE)
        self.assertEqual(self.calls("job.submit"), [])
        self.assertEqual(self.run_quern("run", "job.json", "--log", "log.txt", "--force").returncode, 0)
        self.assertEqual((self.folder / "log.txt").read_bytes(), LOG)
        self.start()
        self.assertEqual(self.run_quern("run", "job.json", "--log", "/dev/null").returncode, 0)
        self.start()
        self.assertEqual(self.run_quern("run", "job.json", "--log", "logs/of/today").returncode, 0)
        self.assertEqual((self.folder / "logs/of/today").read_bytes(), LOG)

    def test_a_job_that_is_refused_leaves_no_log_and_not_the_older_one_empty(self):
        self.answers["job.submit"] = [failure(-32000, "price_too_high", "the price is above the limit")]
        self.start()
        (self.folder / "log.txt").write_text("mine")
        self.assertEqual(self.run_quern("run", "job.json", "--log", "log.txt", "--force").returncode, 5)
        self.assertEqual((self.folder / "log.txt").read_text(), "mine")
        self.assertEqual(self.run_quern("run", "job.json", "--log", "logs/new").returncode, 5)
        self.assertFalse((self.folder / "logs").exists())

    def test_a_daemon_that_ends_is_said_with_what_becomes_of_the_job(self):
        self.answers["job.log"] = [{"$die": True}]
        self.start()
        result = self.run_quern("run", "job.json")
        self.assertEqual(result.returncode, 3)
        self.assertEqual(result.stderr, f"quern: quernd has ended, the one at {self.socket}\n"
                         "Start it again with: quernd\n"
                         "The job was under way. quernd ends it by submitter_restarted when it runs again; what "
                         f"providers have done until then is paid. See what came of it: quern job {JOB}\n")

    def test_a_topic_that_ends_with_the_job_is_its_end(self):
        self.topics["job/" + JOB] = [detail("RUNNING"), {"$end": True}]
        self.answers["job.log"] = [log_answer(LOG, complete=True)]
        self.start()
        result = self.run_quern("run", "job.json")
        self.assertEqual((result.returncode, result.stderr), (0, LOG.decode()))

    def test_an_unreadable_state_is_an_error_that_names_it(self):
        self.topics["job/" + JOB] = [detail("RUNNING") | {"progress_permille": 1001}]
        self.start()
        result = self.run_quern("run", "job.json")
        self.assertEqual(result.returncode, 3)
        self.assertIn("progress_permille is above 1000", result.stderr)

    def test_ctrl_c_cancels_and_waits_for_the_end(self):
        self.topics["job/" + JOB] = [detail("RUNNING"), {"$wait": "job.cancel"}, detail("CANCELING"),
                                     ended("CANCELED", why("canceled"))]
        self.start()
        process = self.spawn("job.json", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while "RUNNING" not in process.stdout.readline():
            pass
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 4)
        self.assertIn("canceling; Ctrl-C again leaves the job to the daemon", out)
        self.assertIn("CANCELED", out)
        self.assertEqual(self.calls("job.cancel"), [{"id": JOB}])

    def test_a_second_ctrl_c_leaves_and_says_how_to_look_after_it(self):
        self.topics["job/" + JOB] = [detail("RUNNING"), {"$wait": "never"}]
        self.start()
        process = self.spawn("job.json", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while "RUNNING" not in process.stdout.readline():
            pass
        process.send_signal(signal.SIGINT)
        while "canceling" not in process.stdout.readline():
            pass
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 4)
        self.assertIn(f"left {JOB}", err)
        self.assertIn("quern logs -f " + JOB, err)

    def test_a_hangup_leaves_the_job_alone(self):
        self.topics["job/" + JOB] = [detail("RUNNING"), {"$wait": "never"}]
        self.start()
        process = self.spawn("job.json", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while "RUNNING" not in process.stdout.readline():
            pass
        process.send_signal(signal.SIGHUP)
        process.communicate(timeout=60)
        self.assertEqual((process.returncode, self.calls("job.cancel")), (4, []))

    def test_a_reader_that_goes_away_does_not_end_the_job(self):
        self.start()
        process = self.spawn("job.json", "-o", "got", stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        process.stdout.close()
        process.stdout = None
        _, err = process.communicate(timeout=60)
        self.assertEqual((process.returncode, err), (0, LOG.decode()))
        self.assertEqual((self.folder / "got/results/out.bin").read_bytes(), OUTPUT)

    def test_a_terminal_shows_one_block_and_is_left_clean(self):
        self.topics["job/" + JOB][1]["name"] = "\x1b[2Jevil"
        self.start()
        parent, child = pty.openpty()
        process = self.spawn("job.json", "-o", "got", stdin=child, stdout=child, stderr=child)
        os.close(child)
        shown = b""
        while select.select([parent], [], [], 60)[0]:
            try:
                piece = os.read(parent, 65536)
            except OSError:
                break
            if not piece:
                break
            shown += piece
        os.close(parent)
        self.assertEqual(process.wait(60), 0)
        text = shown.decode()
        self.assertIn("█", text)
        self.assertIn("55 %", text)
        self.assertIn("?[2Jevil", text)
        # Nothing but colours, moving up over the block and erasing it.
        self.assertEqual(set(re.findall(r"\x1b\[[0-9;?]*[A-Za-z]", text)) -
                         {match for match in re.findall(r"\x1b\[\d+A|\x1b\[J|\x1b\[[0-9;]*m", text)}, set())
        # Each block is taken away before the next line: what is left has the log and the page at the end once.
        self.assertEqual(text.count("pass 1\r\n"), 1)
        self.assertIn("got/results/out.bin, 1 KiB", text)


if __name__ == "__main__":
    scripted.DaemonTest.quern, scripted.DaemonTest.daemon = sys.argv[1:3]
    RunCommandTest.example = subprocess.run([sys.argv[3]], check=True, capture_output=True, timeout=60).stdout
    unittest.main(argv=sys.argv[:1], verbosity=1)
