#!/usr/bin/env python3
"""logs, cancel, outputs and receipt, against a daemon that plays a script.

usage: job_commands_test.py QUERN SCRIPTED_DAEMON EXAMPLE    EXAMPLE writes a trail that holds to its standard output
"""
import json
import os
import pty
import signal
import subprocess
import sys
import unittest

import scripted
from scripted import FAST, JOB, OUTPUT, digest, failure, log_answer, text64

LOG = b"building\x1b[2J\n" + bytes(range(256)) + b"\n" + b"done\n"


def trail(task, file):
    return {"task": task, "attempt": 0, "provider": FAST, "tasks": 11, "file": text64(file),
            "statement": {"stage": "closed", "amount_micro": 5_100_000, "end": "completed"}}


class JobCommandsTest(scripted.DaemonTest):
    example = b""

    def on_terminal(self, *arguments):
        """What a terminal gets from a command, and how the command ends."""
        parent, child = pty.openpty()
        process = subprocess.Popen([self.quern, arguments[0], "--socket", self.socket, *arguments[1:]], stdin=child,
                                   stdout=child, stderr=child, env=self.environment(TERM="xterm"), cwd=self.folder)
        os.close(child)
        shown = b""
        try:
            while piece := os.read(parent, 65536):
                shown += piece
        except OSError:  # the other end is closed
            pass
        os.close(parent)
        return shown, process.wait(60)

    def test_logs_are_the_bytes_that_came(self):
        self.answers["job.log"] = [log_answer(LOG[:100]) | {"end": len(LOG)}, log_answer(LOG, 100, True)]
        self.start()
        command = [self.quern, "logs", JOB, "--socket", self.socket]
        result = subprocess.run(command, capture_output=True, timeout=60, env=self.environment())
        self.assertEqual((result.returncode, result.stderr, result.stdout), (0, b"", LOG))
        self.assertEqual([call["offset"] for call in self.calls("job.log")], [0, 100])

    def test_logs_on_a_terminal_cannot_command_it(self):
        self.answers["job.log"] = [log_answer(LOG, complete=True)]
        self.start()
        shown, status = self.on_terminal("logs", JOB)
        self.assertEqual(status, 0)
        self.assertIn(b"building?[2J\r\n", shown)
        self.assertTrue(shown.endswith(b"done\r\n"))
        self.assertNotIn(b"\x1b", shown)

    def test_logs_say_what_is_no_longer_there(self):
        self.answers["job.log"] = [{"content": text64(b"end\n"), "offset": 1000, "end": 1004, "complete": True}]
        self.start()
        self.assertEqual(self.shown("logs", JOB), "[1000 bytes of the log are no longer there]\nend\n")

    def test_logs_say_what_was_not_kept(self):
        self.answers["job.log"] = [log_answer(b"all\n", complete=True) | {"dropped_bytes": 7}]
        self.start()
        self.assertEqual(self.shown("logs", JOB), "all\n[7 bytes more were not kept]\n")

    def test_logs_follow_to_the_end_of_the_job(self):
        self.answers["job.log"] = [log_answer(b"one\n"), log_answer(b"one\ntwo\n", 4),
                                   log_answer(b"one\ntwo\nthree\n", 8, True)]
        self.topics["job/" + JOB] = [scripted.detail(log=b"one\n"), {"$wait": "job.log"},
                                     scripted.detail(log=b"one\ntwo\n"), {"$wait": "job.log"},
                                     scripted.ended(log=b"one\ntwo\nthree\n")]
        self.start()
        self.assertEqual(self.shown("logs", "-f", JOB), "one\ntwo\nthree\n")

    def test_logs_of_a_job_without_a_topic_are_shown_and_done(self):
        self.answers["job.log"] = [log_answer(b"all\n", complete=True)]
        self.start()
        self.assertEqual(self.shown("logs", "--follow", JOB), "all\n")

    def test_ctrl_c_ends_logs_and_leaves_the_job_alone(self):
        self.answers["job.log"] = [log_answer(b"one\n"), log_answer(b"one\n", 4)]
        self.topics["job/" + JOB] = [scripted.detail(log=b"one\n"), {"$wait": "never"}]
        self.start()
        process = subprocess.Popen([self.quern, "logs", "-f", JOB, "--socket", self.socket], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, env=self.environment())
        self.addCleanup(process.kill)
        self.assertEqual(process.stdout.readline(), "one\n")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.communicate(timeout=60), ("", "quern: interrupted\n"))
        self.assertEqual((process.returncode, self.calls("job.cancel")), (4, []))

    def test_a_log_that_does_not_go_on_is_an_error_not_a_loop(self):
        self.answers["job.log"] = [{"content": "", "offset": 0, "end": 10, "complete": False}]
        self.start()
        result = self.run_quern("logs", JOB)
        self.assertEqual(result.returncode, 3)
        self.assertIn("does not go on where it should", result.stderr)

    def test_cancel_tells_the_state(self):
        self.start()
        self.assertEqual(self.shown("cancel", "cdef"), f"{JOB}: CANCELING\n")
        self.assertEqual(self.calls("job.cancel"), [{"id": JOB}])

    def test_outputs_come_in_pieces_and_are_checked(self):
        self.answers["blob.get"] = [{"content": text64(OUTPUT[:1000]), "size": len(OUTPUT)},
                                    {"content": text64(OUTPUT[1000:]), "size": len(OUTPUT)}]
        self.start()
        self.assertEqual(self.shown("outputs", JOB, "-o", "got"), "got/results/out.bin, 1 KiB\n")
        self.assertEqual((self.folder / "got/results/out.bin").read_bytes(), OUTPUT)
        self.assertEqual([(call["digest"], call["offset"]) for call in self.calls("blob.get")],
                         [(digest(OUTPUT), 0), (digest(OUTPUT), 1000)])
        self.assertEqual(os.listdir(self.folder / "got/results"), ["out.bin"])

    def test_a_file_that_is_there_stays_unless_forced(self):
        self.start()
        (self.folder / "got/results").mkdir(parents=True)
        file = self.folder / "got/results/out.bin"
        file.write_text("mine")
        result = self.run_quern("outputs", JOB, "-o", "got")
        self.assertEqual((result.returncode, result.stdout), (3, ""))
        self.assertIn("got/results/out.bin: there is such a file already; --force replaces it", result.stderr)
        self.assertEqual(file.read_text(), "mine")
        files = json.loads(self.shown("outputs", JOB, "-o", "got", "--force", "--json"))
        self.assertEqual(files, [{"file": "got/results/out.bin", "bytes": len(OUTPUT), "digest": digest(OUTPUT)}])
        self.assertEqual(file.read_bytes(), OUTPUT)

    def test_outputs_that_are_others_leave_no_file(self):
        for answers, text in (([{"content": text64(b"x" * len(OUTPUT)), "size": len(OUTPUT)}], "not what its digest"),
                              ([{"content": text64(OUTPUT), "size": 5}], "not of the size"),
                              ([{"content": "", "size": len(OUTPUT)}], "not of the size"),
                              ([{"content": "?", "size": len(OUTPUT)}], "content is not base64"),
                              ([{"content": text64(OUTPUT + b"more"), "size": len(OUTPUT)}], "not of the size"),
                              ([failure(-32003, "not_found", "there is no such thing")], "there is no such thing")):
            self.answers["blob.get"] = answers
            self.start()
            result = self.run_quern("outputs", JOB, "-o", "got")
            self.assertEqual(result.returncode, 3, text)
            self.assertIn(text, result.stderr)
            self.assertEqual(os.listdir(self.folder / "got/results"), [])

    def test_an_output_cannot_leave_its_folder(self):
        for path in ("../escaped", "/tmp/escaped", "a/../../b", ""):
            bad = scripted.ended()
            bad["outputs"][0]["path"] = path
            self.answers["job.get"] = [bad]
            self.start()
            result = self.run_quern("outputs", JOB, "-o", "got")
            self.assertEqual(result.returncode, 3, path)
            self.assertIn("outputs[0].path", result.stderr)
        self.assertFalse((self.folder / "escaped").exists())

    def test_a_job_without_outputs_says_why(self):
        self.answers["job.get"] = [scripted.ended("EXECUTOR_ERROR", {"reason": "build_failed", "text": "no compiling"}),
                                   scripted.detail()]
        self.start()
        result = self.run_quern("outputs", JOB, "-o", "got")
        self.assertEqual(result.returncode, 1)
        self.assertIn("EXECUTOR_ERROR, build_failed: no compiling", result.stderr)
        result = self.run_quern("outputs", JOB, "-o", "got")
        self.assertEqual(result.returncode, 1)
        self.assertIn("quern logs -f " + JOB, result.stderr)

    def test_receipts_are_shown_and_their_trails_hold(self):
        self.answers["job.trails"] = [{"trails": [trail(1, self.example), trail(0, self.example)]}]
        self.start()
        self.assertRegex(self.shown("receipt", JOB), r"(?m)^   0    1     11  BBBBBBBB  closed  completed +5\.1\n   1    1 ")
        text = self.shown("receipt", JOB, "-o", "trails")
        self.assertIn(f"trails/{JOB}-1-1.trail", text)
        files = sorted(str(path) for path in (self.folder / "trails").iterdir())
        self.assertEqual(len(files), 2)
        verified = subprocess.run([self.quern, "verify", *files], capture_output=True, text=True, timeout=60,
                                  env=self.environment())
        self.assertEqual(verified.returncode, 0, verified.stdout)
        self.assertEqual(self.run_quern("receipt", JOB, "-o", "trails").returncode, 3)
        self.shown("receipt", JOB, "-o", "trails", "--force")

    def test_a_job_that_nobody_took_has_no_receipts(self):
        self.start()
        self.assertIn("No agreements", self.shown("receipt", JOB))


if __name__ == "__main__":
    scripted.DaemonTest.quern, scripted.DaemonTest.daemon = sys.argv[1:3]
    JobCommandsTest.example = subprocess.run([sys.argv[3]], check=True, capture_output=True, timeout=60).stdout
    unittest.main(argv=sys.argv[:1], verbosity=1)
