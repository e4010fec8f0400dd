"""A sensor's driver that hangs for ever holds nobody but those who wait for it, and not the end of the daemon.

usage: hung_sensor_test.py QUERND
The driver is a library that is opened when sensors are read first: a named pipe that nobody writes.
"""

import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

QUERND = sys.argv[1]
SECONDS = 60


class Daemon:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.drivers = self.folder / "drivers"
        self.drivers.mkdir()
        config = self.folder / "quernd.toml"
        config.write_text(f'data_directory = "{folder}/data"\n[log]\nformat = "json"\n[rpc]\nsocket = "{folder}/rpc"\n')
        self.process = subprocess.Popen(
            [QUERND, "--config", config],
            env=os.environ | {"LD_LIBRARY_PATH": str(self.drivers), "POCL_DEVICES": "basic"},
            stderr=subprocess.PIPE, text=True)
        self.events = []
        self.connection = None

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stderr.close()
        if self.connection:
            self.connection.close()

    def until(self, event):
        for line in self.process.stderr:
            self.events.append(json.loads(line))
            if self.events[-1]["event"] == event:
                return
        raise AssertionError(f"it ended before {event}: {self.events}")

    def call(self, *methods):
        """Sends all, and returns the answer to the last."""
        self.connection = connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(SECONDS)
        connection.connect(str(self.folder / "rpc"))
        for number, method in enumerate(methods):
            connection.sendall(json.dumps({"jsonrpc": "2.0", "id": number, "method": method}).encode() + b"\n")
        with connection.makefile() as lines:
            for line in lines:
                message = json.loads(line)
                if message.get("id") == len(methods) - 1:
                    return message
        raise AssertionError("the daemon has closed the connection")


class HungSensorTest(unittest.TestCase):
    def test_others_are_answered_and_sigterm_ends_it(self):
        with tempfile.TemporaryDirectory() as folder:
            daemon = Daemon(folder)
            try:
                daemon.until("ready")
                os.mkfifo(daemon.drivers / "libnvidia-ml.so.1")
                self.assertIn("result", daemon.call("machine.get", "node.status"))
                daemon.process.send_signal(signal.SIGTERM)
                daemon.until("not_stopped")
                self.assertEqual(daemon.process.wait(SECONDS), 1)
            finally:
                daemon.close()

    def test_without_one_it_ends_well(self):
        with tempfile.TemporaryDirectory() as folder:
            daemon = Daemon(folder)
            try:
                daemon.until("ready")
                daemon.process.send_signal(signal.SIGTERM)
                daemon.until("ended")
                self.assertEqual(daemon.process.wait(SECONDS), 0)
                self.assertNotIn("not_stopped", [each["event"] for each in daemon.events])
            finally:
                daemon.close()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
