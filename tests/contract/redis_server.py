"""A Redis of one test: Debian's redis-server in a folder of its own, on a free loopback port, keeping nothing."""

import shutil
import socket
import subprocess
import tempfile
import threading

START_SECONDS = 60
STOP_SECONDS = 30
TRIES = 5  # another program may take the port that was free
READY = "Ready to accept connections"


class Redis:
    """Use as a context manager. `address` is "127.0.0.1:PORT"."""

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory()
        for _ in range(TRIES):
            if self._start():
                return self
        self._folder.cleanup()
        raise RuntimeError(f"redis-server does not start:\n{self._said}")

    def __exit__(self, kind, value, trace):
        self._end()
        self._folder.cleanup()

    def _start(self):
        port = free_port()
        self.address = f"127.0.0.1:{port}"
        argv = [program(), "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
        argv += ["--dir", self._folder.name, "--daemonize", "no"]
        self._process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self._said = ""
        overdue = threading.Timer(START_SECONDS, self._process.kill)
        overdue.start()
        for line in self._process.stdout:
            self._said += line
            if READY in line:
                overdue.cancel()
                self._rest = threading.Thread(target=self._process.stdout.read, daemon=True)
                self._rest.start()
                return True
        overdue.cancel()
        self._process.wait()
        self._process.stdout.close()
        return False

    def _end(self):
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._rest.join()
        self._process.stdout.close()


def program():
    found = shutil.which("redis-server", path="/usr/bin:/usr/local/bin")
    if not found:
        raise RuntimeError("redis-server is missing: run scripts/install-deps")
    return found


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
