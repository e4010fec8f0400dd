#!/usr/bin/env python3
"""`quern` as its users meet it: exit codes, errors, broken pipes, hostile trees, live readings, recordings.

usage: probe_test.py QUERN FAKE_ICDS    FAKE_ICDS is the folder of drivers that misbehave
"""
import json
import os
import pathlib
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import unittest

from report_schema import faults

QUERN = sys.argv[1]
FAKE_ICDS = pathlib.Path(sys.argv[2])
LIMIT_S = 120  # of any wait: a test that meets it has failed


def quern(*arguments, **options):
    options.setdefault("stdout", subprocess.PIPE)
    env = os.environ | options.pop("env", {})
    return subprocess.run([QUERN, *arguments], stderr=subprocess.PIPE, text=True, timeout=LIMIT_S, env=env, **options)


def devices(report):
    """All OpenCL devices of a report."""
    return [device for driver in report["opencl"] for platform in driver["platforms"] for device in platform["devices"]]


class Scratch(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)


class CommandLineTest(unittest.TestCase):
    def assert_usage(self, arguments, text):
        result = quern(*arguments)
        self.assertEqual((result.returncode, result.stdout), (2, ""), arguments)
        self.assertIn(text, result.stderr)

    def test_help_and_version_are_not_errors(self):
        self.assertRegex(quern("--version").stdout, r"^quern \d+\.\d+\.\d+\n$")
        for arguments in (["--help"], ["probe", "--help"]):
            result = quern(*arguments)
            self.assertEqual((result.returncode, result.stderr), (0, ""))
        for word in ("Exit status", "--measure", "--watch", "machine id", "serial numbers"):
            self.assertIn(word, quern("probe", "--help").stdout)

    def test_nothing_asked_shows_the_help_as_an_error(self):
        self.assert_usage([], "probe")

    def test_unknown_words_are_named_with_what_was_probably_meant(self):
        self.assert_usage(["prob"], 'no command "prob"; did you mean probe?')
        self.assert_usage(["elephant"], 'no command "elephant"; the commands are: status')
        self.assert_usage(["probe", "--jsno"], 'no option "--jsno"; did you mean --json?')
        self.assert_usage(["probe", "everything"], 'takes no argument "everything"')

    def test_values_out_of_range_name_the_limits(self):
        self.assert_usage(["probe", "--watch", "0"], "--watch 0: must be 0.1 to 3600 seconds")
        self.assert_usage(["probe", "--driver-deadline", "601"], "must be 0.1 to 600 seconds")
        self.assert_usage(["probe", "--parts", "gpu"], "choose any of identity, topology, pci, opencl, sensors")
        self.assert_usage(["probe", "--color", "blue"], "must be auto, always or never")
        self.assert_usage(["probe", "--root", "/nonexistent"], "/nonexistent: is no directory")

    def test_garbage_never_reaches_the_terminal(self):
        for garbage in ("--\x1b[2J", "\x1b]0;title\x07", "--parts=\x9b", "\udcff\udcfe", "--" + "x" * 100000,
                        "--=", "-", "="):
            result = quern("probe", garbage)
            self.assertEqual(result.returncode, 2, garbage[:40])
            self.assertNotRegex(result.stderr, r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")

    def test_options_that_exclude_each_other(self):
        self.assert_usage(["probe", "--watch", "--measure"], "leave one out")
        self.assert_usage(["probe", "--replay", "a", "--root", "b"], "choose one")


class ReportTest(Scratch):
    def test_is_complete_on_this_machine_and_fits_the_schema(self):
        result = quern("probe", "--json")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        report = json.loads(result.stdout)
        self.assertEqual(faults(report), [])
        for part in ("identity", "system", "cpu", "topology", "memory", "pci", "gpus", "opencl", "sensors"):
            self.assertIn(part, report)
        self.assertNotIn("measurements", report)

    def test_parts_alone(self):
        parts = {name: {name} for name in ("identity", "pci", "opencl", "sensors")}
        for part, fields in (parts | {"topology": {"system", "cpu", "topology", "memory"}}).items():
            report = json.loads(quern("probe", "--json", "--parts", part).stdout)
            self.assertEqual(set(report) - {"version", "taken_unix_ms", "elapsed_ms", "problems"}, fields)

    def test_identity_is_the_same_each_time(self):
        first, second = (json.loads(quern("probe", "--json", "--parts", "identity,opencl").stdout) for _ in range(2))
        self.assertEqual(first["identity"], second["identity"])
        self.assertEqual([device["id"] for device in devices(first)], [device["id"] for device in devices(second)])

    def test_text_has_colours_only_when_wanted(self):
        self.assertNotIn("\x1b", quern("probe", "--parts", "topology").stdout)
        self.assertIn("\x1b[", quern("probe", "--parts", "topology", "--color", "always").stdout)
        plain = quern("probe", env={"LC_ALL": "C"}).stdout
        self.assertTrue(plain.isascii())
        self.assertIn("└─", quern("probe", env={"LC_ALL": "C.UTF-8"}).stdout)

    def test_terminal_gets_colours_unless_no_color_is_set(self):
        for environment, coloured in (({"NO_COLOR": ""}, True), ({"NO_COLOR": "1"}, False),
                                      ({"NO_COLOR": "", "TERM": "dumb"}, False)):
            main, side = pty.openpty()
            with os.fdopen(side, "w") as terminal:
                quern("probe", "--parts", "identity", stdout=terminal, env={"TERM": "xterm"} | environment)
                seen = os.read(main, 65536).decode()
            os.close(main)
            self.assertEqual("\x1b[" in seen, coloured, environment)

    def test_a_driver_that_cannot_be_loaded_is_named(self):
        (self.folder / "absent.icd").write_text("libthere-is-no-such-driver.so\n")
        result = quern("probe", "--json", "--parts", "opencl", env={"OCL_ICD_VENDORS": str(self.folder)})
        self.assertEqual(result.returncode, 1)
        self.assertIn("incomplete: OpenCL driver absent.icd: failed", result.stderr)
        driver, = json.loads(result.stdout)["opencl"]
        self.assertEqual((driver["name"], driver["status"]), ("absent.icd", "failed"))
        self.assertNotEqual(driver["detail"], "")

    def test_drivers_that_hang_or_crash_are_named_and_cost_their_deadline_at_most(self):
        deadline_s = 2
        for name in ("hang_on_load", "abort_on_load", "hang_on_devices"):
            library = FAKE_ICDS / f"{name}.so"
            self.assertTrue(library.is_file(), library)
            (self.folder / f"{name}.icd").write_text(f"{library}\n")
        (self.folder / "pocl.icd").write_text(pathlib.Path("/etc/OpenCL/vendors/pocl.icd").read_text())
        result = quern("probe", "--json", "--driver-deadline", str(deadline_s),
                       env={"OCL_ICD_VENDORS": str(self.folder)})
        self.assertEqual(result.returncode, 1)
        report = json.loads(result.stdout)
        self.assertEqual(faults(report), [])
        self.assertEqual({driver["name"]: driver["status"] for driver in report["opencl"]},
                         {"hang_on_load.icd": "hung", "abort_on_load.icd": "crashed", "hang_on_devices.icd": "hung",
                          "pocl.icd": "ok"})
        self.assertLess(report["elapsed_ms"], (deadline_s + 1) * 1000)
        self.assertNotEqual(devices(report), [], "the healthy driver is complete")
        for part in ("identity", "topology", "memory", "pci", "gpus", "sensors"):
            self.assertIn(part, report)
        for name, status in (("hang_on_load", "hung"), ("abort_on_load", "crashed"), ("hang_on_devices", "hung")):
            self.assertIn(f"quern: incomplete: OpenCL driver {name}.icd: {status}\n", result.stderr)

    def test_no_driver_at_all_is_no_error(self):
        result = quern("probe", "--parts", "opencl", env={"OCL_ICD_VENDORS": str(self.folder)})
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertIn("no driver is installed", result.stdout)


class OutputTest(Scratch):
    def test_a_full_disk_is_an_error(self):
        for arguments in (["probe", "--parts", "identity"], ["probe", "--json", "--parts", "identity"], ["--help"],
                          ["probe", "--watch", "0.1"]):
            with open("/dev/full", "w", encoding="utf-8") as full:
                result = quern(*arguments, stdout=full)
            self.assertEqual(result.returncode, 3, arguments)
            self.assertIn("standard output cannot be written: No space left on device", result.stderr)

    def test_a_reader_that_leaves_is_no_error(self):
        for arguments in ("probe", "probe --json", "probe --watch 0.1", "probe --watch 3600"):
            result = subprocess.run(["bash", "-c", f"{QUERN} {arguments} | head -1"], capture_output=True, text=True,
                                    timeout=LIMIT_S)
            self.assertEqual(result.stderr, "", arguments)
            self.assertNotEqual(result.stdout, "", arguments)

    def test_a_record_that_cannot_be_written_is_an_error(self):
        for name, reason in (("/dev/full", "No space left on device"),
                             (str(self.folder / "no/where"), "No such file or directory")):
            result = quern("probe", "--parts", "identity", "--record", name)
            self.assertEqual(result.returncode, 3, name)
            self.assertIn(f"{name}: cannot be written: {reason}", result.stderr)


class HostileRootTest(Scratch):
    def probe(self):
        result = quern("probe", "--json", "--root", str(self.folder))
        self.assertIn(result.returncode, (0, 1), result.stderr)
        report = json.loads(result.stdout)
        self.assertEqual(faults(report), [])
        self.assertIn(quern("probe", "--root", str(self.folder)).returncode, (0, 1))
        return result.returncode, report

    def write(self, path, content):
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)

    def test_an_empty_tree_is_incomplete_with_problems(self):
        code, report = self.probe()
        self.assertEqual(code, 1)
        self.assertNotEqual(report["problems"], [])

    def test_garbage_in_every_file(self):
        noise = bytes(range(256)) * 16
        for path in ("proc/meminfo", "proc/cpuinfo", "proc/stat", "proc/loadavg", "etc/machine-id", "etc/os-release",
                     "usr/share/misc/pci.ids", "sys/devices/system/cpu/online", "sys/devices/system/cpu/possible",
                     "sys/bus/pci/devices/0000:00:00.0/class", "sys/bus/pci/devices/0000:00:00.0/vendor",
                     "sys/class/hwmon/hwmon0/temp1_input", "sys/class/hwmon/hwmon0/name",
                     "sys/class/thermal/thermal_zone0/temp",
                     "sys/class/power_supply/BAT0/type", "sys/class/power_supply/BAT0/capacity",
                     "sys/class/powercap/intel-rapl:0/energy_uj", "sys/class/drm/card0/device/gpu_busy_percent"):
            self.write(path, noise)
        code, report = self.probe()
        self.assertEqual(code, 1)
        self.assertNotEqual(report["problems"], [])

    def test_pipes_loops_and_absurd_numbers(self):
        self.write("proc/meminfo", b"MemTotal: 99999999999999999999999 kB\nSwapTotal: -1 kB\n")
        self.write("proc/cpuinfo", b"processor\t: 0\nflags\t\t: " + b"x " * 400000 + b"\n")
        self.write("sys/class/hwmon/hwmon0/temp1_input", b"4294967295\n")
        self.write("sys/class/hwmon/hwmon0/name", b"\x1b[31mred\n")
        os.mkfifo(self.folder / "sys/class/hwmon/hwmon0/temp2_input")
        os.mkfifo(self.folder / "proc/stat")
        (self.folder / "sys/class/net").mkdir(parents=True)
        (self.folder / "sys/class/net/loop").symlink_to("loop")
        (self.folder / "sys/class/drm").symlink_to("../../..")
        (self.folder / "sys/bus/pci/devices").mkdir(parents=True)
        (self.folder / "sys/bus/pci/devices/0000:00:01.0").symlink_to("/")
        _, report = self.probe()
        self.assertNotEqual(report["problems"], [])
        self.assertNotIn("\x1b", json.dumps(report, ensure_ascii=False))

    def test_links_out_of_the_tree_lead_nowhere(self):
        (self.folder / "etc").mkdir()
        (self.folder / "etc/machine-id").symlink_to("/etc/machine-id")
        (self.folder / "proc").symlink_to("/proc")
        _, report = self.probe()
        self.assertNotEqual(report.get("identity", {}).get("source"), "machine-id")
        self.assertEqual(report["memory"]["total_bytes"], 0)


class WatchTest(unittest.TestCase):
    def test_json_is_a_report_a_line_until_interrupted(self):
        command = [QUERN, "probe", "--watch", "0.1", "--json"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            lines = [json.loads(process.stdout.readline()) for _ in range(3)]
            process.send_signal(signal.SIGINT)
            process.stdout.read()
            self.assertEqual(process.wait(LIMIT_S), 0)
        for report in lines:
            self.assertEqual(faults(report), [])
            self.assertIn("sensors", report)
        times = [report["taken_unix_ms"] for report in lines]
        self.assertEqual(times, sorted(times))

    def test_text_is_appended_where_there_is_no_terminal(self):
        with subprocess.Popen([QUERN, "probe", "--watch", "0.1"], stdout=subprocess.PIPE, text=True) as process:
            seen = []
            while sum(line == "NOW\n" for line in seen) < 2:
                seen.append(process.stdout.readline())
                self.assertNotEqual(seen[-1], "", "ended by itself")
            process.send_signal(signal.SIGTERM)
            process.stdout.read()
            self.assertEqual(process.wait(LIMIT_S), 0)
        self.assertNotIn("\x1b", "".join(seen))

    def test_terminal_is_redrawn_in_place_and_restored(self):
        child, terminal = pty.fork()
        if child == 0:
            os.environ["TERM"] = "xterm"
            os.execv(QUERN, [QUERN, "probe", "--watch", "0.1"])
        seen = b""
        interrupted = False
        while True:
            self.assertTrue(select.select([terminal], [], [], LIMIT_S)[0], "no output")
            try:
                piece = os.read(terminal, 65536)
            except OSError:  # the terminal's other side is closed
                piece = b""
            if not piece:
                break
            seen += piece
            if not interrupted and seen.count(b"A\x1b[J") >= 2:
                os.write(terminal, b"\x03")
                interrupted = True
        _, status = os.waitpid(child, 0)
        os.close(terminal)
        self.assertEqual(os.waitstatus_to_exitcode(status), 0)
        self.assertEqual(seen.count(b"\x1b[?25l"), 1, "the cursor is hidden once")
        self.assertTrue(seen.rstrip().endswith(b"\x1b[?25h"), "the cursor is shown again at the end")


class RecordingTest(Scratch):
    def test_a_replayed_recording_is_the_recorded_report(self):
        file = self.folder / "machine.json"
        recorded = quern("probe", "--json", "--record", str(file))
        self.assertEqual(recorded.returncode, 0, recorded.stderr)
        replayed = quern("probe", "--json", "--replay", str(file))
        self.assertEqual((replayed.returncode, replayed.stderr), (0, ""))
        first, second = json.loads(recorded.stdout), json.loads(replayed.stdout)
        self.assertNotEqual(first.pop("identity"), second.pop("identity"), "the identity must not leave")
        for report in (first, second):
            for device in report["gpus"] + devices(report):
                del device["id"]
                device.pop("uuid", None)
        self.assertEqual(first, second)

    def test_secrets_do_not_leave(self):
        file = self.folder / "machine.json"
        quern("probe", "--record", str(file))
        text = file.read_text(encoding="utf-8")
        json.loads(text)
        places = [pathlib.Path("/etc/machine-id"), *pathlib.Path("/sys/class/net").glob("*/address")]
        # A fresh system may have no machine-id yet.
        secrets = [place.read_text(encoding="ascii").strip() for place in places if place.exists()]
        for secret in set(secrets) - {"00:00:00:00:00:00", ""}:
            self.assertNotIn(secret, text)
        self.assertNotRegex(text, r"(?!00:00:(5e:00:53:|00:00:00:00))([0-9a-f]{2}:){5}[0-9a-f]{2}")

    def test_recordings_that_are_none_are_refused_by_name(self):
        for content, reason in (("", "not JSON"), ("{}", 'lacks "recording"'), ('{"recording": 99}', "version 99"),
                                ('{"recording": 1, "files": {"relative": ""}}', "no absolute path")):
            file = self.folder / "bad.json"
            file.write_text(content, encoding="utf-8")
            result = quern("probe", "--replay", str(file))
            self.assertEqual(result.returncode, 3, content)
            self.assertIn(f"{file}: ", result.stderr)
            self.assertIn(reason, result.stderr)
        self.assertEqual(quern("probe", "--replay", str(self.folder / "absent")).returncode, 3)
        self.assertIn("no such file", quern("probe", "--replay", str(self.folder / "absent")).stderr)


class MeasureTest(unittest.TestCase):
    def test_two_unlike_devices_have_unlike_speeds(self):
        result = quern("probe", "--json", "--measure", env={"POCL_DEVICES": "basic pthread"})
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        report = json.loads(result.stdout)
        self.assertEqual(faults(report), [])
        measured = report["measurements"]["devices"]
        self.assertEqual([re.match(r"\w+", each["device_name"])[0] for each in measured], ["basic", "pthread"])
        speeds = [{figure["quantity"]: figure["value"] for figure in each["figures"]} for each in measured]
        self.assertTrue(all("fp32_flops" in each for each in speeds))
        # basic runs on one thread, pthread on all: on one processor they would be alike.
        threads = len(report["topology"]["threads"])
        if threads > 1:
            ratio = speeds[1]["fp32_flops"] / speeds[0]["fp32_flops"]
            self.assertGreater(ratio, 1.2, f"{speeds} on {threads} threads")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
