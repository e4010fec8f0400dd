"""What overlay-contract says when it cannot run, or not with whom it should.

usage: environment_test.py OVERLAY-CONTRACT [UNITTEST-ARGUMENT...]
"""

import subprocess
import sys
import unittest

from redis_server import Redis, free_port

program = sys.argv[1]

SECONDS = 60
GOOD = {"IS_DIALER": "true", "TEST_KEY": "k", "TRANSPORT": "tcp", "SECURE_CHANNEL": "noise", "MUXER": "yamux"}


def run(*arguments, **variables):
    return subprocess.run(
        [program, *arguments], env=variables, capture_output=True, text=True, timeout=SECONDS, check=False
    )


class Environment(unittest.TestCase):
    def assert_fails(self, done, status, *words):
        self.assertEqual((done.returncode, done.stdout), (status, ""), done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)

    def test_the_test_must_be_named(self):
        for arguments in ((), ("hole-punch",), ("transport", "perf")):
            self.assert_fails(run(*arguments, **GOOD), 2, "usage: overlay-contract transport|perf")

    def test_a_wrong_variable_is_named_with_its_value_and_what_is_allowed(self):
        done = run("transport", **{**GOOD, "REDIS_ADDR": "redis", "TRANSPORT": "quic-v1"})
        self.assert_fails(done, 2, 'TRANSPORT is "quic-v1", must be tcp, ws')

    def test_a_missing_variable_is_named(self):
        self.assert_fails(run("perf", **GOOD), 2, "REDIS_ADDR is not set, must be HOST or HOST:PORT")

    def test_a_redis_that_is_not_there_is_named(self):
        address = f"127.0.0.1:{free_port()}"
        self.assert_fails(run("transport", **GOOD, REDIS_ADDR=address), 1, f"Redis at {address}: connection refused")

    def test_a_listener_that_does_not_come_is_told(self):
        with Redis() as redis:
            done = run("transport", **GOOD, REDIS_ADDR=redis.address, TEST_TIMEOUT_SECS="1")
            self.assert_fails(done, 1, "timed out: no listener told its address in k_listener_multiaddr")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=2)
