"""Listener and dialer of overlay-contract as libp2p's unified interop suite runs them.

usage: contract_test.py OVERLAY-CONTRACT transport|perf tcp|ws noise|tls [UNITTEST-ARGUMENT...]
"""

import re
import signal
import subprocess
import sys
import tempfile
import unittest

from redis_server import Redis

program, test, transport, security = sys.argv[1:5]

SECONDS = 120
STOP_SECONDS = 30
TEST_KEY = "a5b50d5e"
COUNTS = {"UPLOAD_ITERATIONS": "3", "DOWNLOAD_ITERATIONS": "4", "LATENCY_ITERATIONS": "5"}
BYTES = {"UPLOAD_BYTES": str(1 << 20), "DOWNLOAD_BYTES": str(2 << 20)}
FIELDS = ["iterations", "min", "q1", "median", "q3", "max", "outliers", "samples", "unit"]


def environment(redis, **more):
    variables = {
        "REDIS_ADDR": redis.address,
        "TEST_KEY": TEST_KEY,
        "TRANSPORT": transport,
        "SECURE_CHANNEL": security,
        "MUXER": "yamux",
        "LISTENER_IP": "127.0.0.1",
        "DEBUG": "true",
        "TEST_TIMEOUT_SECS": "60",
    }
    return {**variables, **more}


def read_yaml(text):
    """Two levels of mappings with numbers, words and lists of numbers: all that a result holds."""
    found, inner = {}, None
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        indent, name, value = re.fullmatch(r"( *)(\w+):(?: (.+))?", line).groups()
        if not indent:
            inner = found.setdefault(name, {})
        elif value.startswith("["):
            inner[name] = [float(item) for item in value[1:-1].split(",") if item.strip()]
        else:
            inner[name] = value if re.search(r"[a-zA-Z]", value) else float(value)
    return found


class Contract(unittest.TestCase):
    def run_pair(self, **dialer_variables):
        """What the dialer said on standard output. Both ends are well."""
        with Redis() as redis, tempfile.TemporaryFile("w+") as log:
            listener = subprocess.Popen(
                [program, test], env=environment(redis, IS_DIALER="false"), stdout=subprocess.PIPE, stderr=log, text=True
            )
            try:
                dialer = subprocess.run(
                    [program, test],
                    env=environment(redis, IS_DIALER="true", **dialer_variables),
                    capture_output=True,
                    text=True,
                    timeout=SECONDS,
                    check=False,
                )
            finally:
                self.assertIsNone(listener.poll(), "the listener ended by itself")
                listener.send_signal(signal.SIGTERM)
                try:
                    said, _ = listener.communicate(timeout=STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    listener.kill()
                    listener.wait()
                    raise
            log.seek(0)
            self.assertEqual(dialer.returncode, 0, dialer.stderr + log.read())
            self.assertEqual((listener.returncode, said), (0, ""))
            return dialer.stdout

    @unittest.skipUnless(test == "transport", "of the other suite")
    def test_handshake_and_ping_are_told_in_milliseconds(self):
        said = read_yaml(self.run_pair())
        self.assertEqual(list(said), ["latency"])
        latency = said["latency"]
        self.assertEqual(list(latency), ["handshake_plus_one_rtt", "ping_rtt", "unit"])
        self.assertEqual(latency["unit"], "ms")
        self.assertGreater(latency["handshake_plus_one_rtt"], 0)
        self.assertGreater(latency["ping_rtt"], 0)

    @unittest.skipUnless(test == "perf", "of the other suite")
    def test_speed_and_latency_are_told_with_every_sample(self):
        said = read_yaml(self.run_pair(**BYTES, **COUNTS))
        self.assertEqual(list(said), ["upload", "download", "latency"])
        for name, measured in said.items():
            count = int(COUNTS[f"{name.upper()}_ITERATIONS"])
            self.assertEqual(list(measured), FIELDS)
            self.assertEqual(measured["unit"], "ms" if name == "latency" else "Gbps")
            self.assertEqual((measured["iterations"], len(measured["samples"])), (count, count))
            self.assertEqual(measured["samples"], sorted(measured["samples"]))
            self.assertGreater(measured["samples"][0], 0)
            middle = [measured[key] for key in ("min", "q1", "median", "q3", "max")]
            self.assertEqual(middle[1:4], sorted(middle[1:4]))
            self.assertIn(measured["min"], measured["samples"])
            self.assertIn(measured["max"], measured["samples"])
            self.assertLessEqual(set(measured["outliers"]), set(measured["samples"]))


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[5:]], verbosity=2)
