"""overlay-contract against itself through a Redis server of its own: every transport and security, and perf.

usage: contract_test.py OVERLAY-CONTRACT REDIS-SERVER [UNITTEST-ARGUMENT...]
"""

import os
import re
import socket
import subprocess
import sys
import tempfile
import unittest

program, redis_server = sys.argv[1:3]
SECONDS = 120
NUMBER = r"\d+\.\d+"


def run(argv, **variables):
    environment = {name: value for name, value in os.environ.items() if name.startswith(("ASAN_", "UBSAN_", "TSAN_"))}
    return subprocess.Popen(
        argv, env=environment | variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
        text=True,
    )


class Redis:
    """A server on a free port of the loopback, with nothing on disk but its socket."""

    def __init__(self, folder):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = subprocess.Popen(
            [redis_server, "--bind", "127.0.0.1", "--port", str(self.port), "--save", "", "--dir", folder],
            stdout=subprocess.DEVNULL,
        )

    def stop(self):
        self.process.terminate()
        self.process.wait(SECONDS)


class Contract(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.redis = Redis(folder.name)
        cls.addClassCleanup(cls.redis.stop)

    def variables(self, transport, security, **more):
        return {
            "REDIS_ADDR": f"127.0.0.1:{self.redis.port}",
            "TEST_KEY": f"{abs(hash(self.id() + transport + security)):08x}"[:8],
            "TRANSPORT": transport,
            "SECURE_CHANNEL": security,
            "MUXER": "yamux",
        } | more

    def listen(self, variables, ip="127.0.0.1"):
        listener = run([program], **variables, IS_DIALER="false", LISTENER_IP=ip, DEBUG="true")
        self.addCleanup(listener.communicate, timeout=SECONDS)
        self.addCleanup(listener.terminate)
        return listener

    def dial(self, suite, variables):
        dialer = run([program, suite], **variables, IS_DIALER="true")
        out, err = dialer.communicate(timeout=SECONDS)
        self.assertEqual((dialer.returncode, err), (0, ""))
        return out

    def test_transport_measures_handshake_and_ping(self):
        for transport in ("tcp", "ws"):
            for security in ("noise", "tls"):
                with self.subTest(transport=transport, security=security):
                    variables = self.variables(transport, security)
                    self.listen(variables)
                    out = self.dial("transport", variables)
                    match = re.fullmatch(
                        rf"latency:\n  handshake_plus_one_rtt: ({NUMBER})\n  ping_rtt: ({NUMBER})\n  unit: ms\n", out
                    )
                    self.assertTrue(match, out)
                    self.assertGreater(float(match[1]), float(match[2]))

    def test_an_address_to_listen_anywhere_is_told_as_one_to_dial(self):
        variables = self.variables("tcp", "noise")
        listener = self.listen(variables, ip="0.0.0.0")
        self.assertIn("listening at /ip4/127.0.0.1/tcp/", listener.stderr.readline())
        self.dial("transport", variables)

    def test_perf_measures_both_directions_and_latency(self):
        variables = self.variables(
            "tcp", "noise", UPLOAD_BYTES="300000", DOWNLOAD_BYTES="400000", UPLOAD_ITERATIONS="3",
            DOWNLOAD_ITERATIONS="4", LATENCY_ITERATIONS="5",
        )  # fmt: skip
        self.listen(variables)
        out = self.dial("perf", variables)
        for name, count, unit in (("upload", 3, "Gbps"), ("download", 4, "Gbps"), ("latency", 5, "ms")):
            match = re.search(
                rf"^{name}:\n  iterations: {count}\n  min: ({NUMBER})\n  q1: {NUMBER}\n  median: ({NUMBER})\n"
                rf"  q3: {NUMBER}\n  max: ({NUMBER})\n  outliers: \[.*\]\n  samples: \[(.*)\]\n  unit: {unit}$",
                out,
                re.M,
            )
            self.assertTrue(match, out)
            self.assertEqual(len(match[4].split(", ")), count)
            self.assertLessEqual(float(match[1]), float(match[2]))
            self.assertLessEqual(float(match[2]), float(match[3]))
            self.assertGreater(float(match[3]), 0)

    def test_what_makes_no_sense_is_refused_and_said(self):
        for change, word in (({"TRANSPORT": "carrier-pigeon"}, "TRANSPORT"), ({"IS_DIALER": ""}, "IS_DIALER")):
            process = run([program], **(self.variables("tcp", "noise") | {"IS_DIALER": "true"} | change))
            out, err = process.communicate(timeout=SECONDS)
            self.assertEqual((process.returncode, out), (2, ""))
            self.assertIn(word, err)

    def test_a_dialer_that_is_refused_fails(self):
        variables = self.variables("tcp", "noise")
        self.listen(variables | {"SECURE_CHANNEL": "tls"})
        dialer = run([program, "transport"], **variables, IS_DIALER="true")
        out, err = dialer.communicate(timeout=SECONDS)
        self.assertEqual((dialer.returncode, out), (1, ""))
        self.assertIn("overlay-contract: ", err)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=2)
