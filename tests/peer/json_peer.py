"""A peer process that is driven by JSON lines: overlay-peer, or a foreign peer that speaks the same (README.md)."""

import concurrent.futures
import json
import subprocess
import tempfile
import threading
import time

START_SECONDS = 60
STOP_SECONDS = 30
COMMAND_SECONDS = 150  # given to every command that names no other time: for a slow machine under load
GRACE_SECONDS = 15  # for a peer to say that a command took too long
TAIL_BYTES = 4000
RECENT_EVENTS = 4  # that a failure shows


class PeerError(Exception):
    """A command was answered with an error."""

    def __init__(self, command, error, events):
        super().__init__(f"{command}: {error['name']}: {error['message']}\nlast events: {events}")
        self.name = error["name"]


class PeerProcess:
    """One process. Use as a context manager: it has ended, by itself, when the block is left."""

    def __init__(self, label, argv):
        self.label = label
        self._log = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [str(argument) for argument in argv], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log
        )
        self._lock = threading.Condition()
        self._replies = {}
        self._unasked = []  # replies without an id: to bad lines
        self._events = []
        self._ended = False
        self._fault = None
        self._next_id = 0
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.ready = self._wait_ready()
        self.id = self.ready["peer"]

    @property
    def pid(self):
        return self._process.pid

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        status = self.stop()
        if kind is None and status != 0:
            raise RuntimeError(f"{self.label} ended with status {status}:\n{self.log_tail()}")

    def _wait_ready(self):
        try:
            return self.wait_event("ready", START_SECONDS)
        except TimeoutError as error:
            status = self.stop()
            raise RuntimeError(f"{self.label} did not start (status {status}): {error}\n{self.log_tail()}") from error

    def _read(self):
        for line in self._process.stdout:
            try:
                message = json.loads(line)
            except ValueError:
                self._fault = f"{self.label} wrote what is no line of JSON: {line[:200]!r}"
                break
            with self._lock:
                if "ev" in message:
                    self._events.append(message)
                elif message.get("re") is None:
                    self._unasked.append(message)
                elif message["re"] in self._replies:
                    self._replies.pop(message["re"]).set_result(message)
                self._lock.notify_all()
        with self._lock:
            self._ended = True
            for future in self._replies.values():
                future.set_exception(RuntimeError(self._fault or f"{self.label} ended before it answered"))
            self._replies.clear()
            self._lock.notify_all()

    def send_line(self, line):
        """Writes one line, whatever it is."""
        self._process.stdin.write(line if isinstance(line, bytes) else line.encode())
        self._process.stdin.write(b"\n")
        self._process.stdin.flush()

    def start(self, cmd, seconds=COMMAND_SECONDS, **arguments):
        """Sends a command; its whole reply is the future's result."""
        future = concurrent.futures.Future()
        with self._lock:
            self._next_id += 1
            number = self._next_id
            if self._ended:
                raise RuntimeError(f"{self.label} has ended:\n{self.log_tail()}")
            self._replies[number] = future
        self.send_line(json.dumps({"id": number, "cmd": cmd, "timeout": int(seconds * 1000), **arguments}))
        return future

    def finish(self, cmd, future, seconds=COMMAND_SECONDS):
        """Waits for what start() began. PeerError when it failed."""
        try:
            reply = future.result(seconds + GRACE_SECONDS)
        except (TimeoutError, concurrent.futures.TimeoutError) as error:
            raise TimeoutError(f"{self.label} did not answer {cmd} within {seconds} s:\n{self.log_tail()}") from error
        if not reply["ok"]:
            raise PeerError(f"{self.label} {cmd}", reply["error"], self._recent())
        return reply

    def command(self, cmd, seconds=COMMAND_SECONDS, **arguments):
        return self.finish(cmd, self.start(cmd, seconds, **arguments), seconds)

    def wait_unasked(self, count, seconds=COMMAND_SECONDS):
        """The first `count` replies that belong to no command."""
        with self._lock:
            if not self._lock.wait_for(lambda: len(self._unasked) >= count or self._ended, seconds):
                raise TimeoutError(f"{self.label}: {len(self._unasked)} of {count} error lines came")
            return self._unasked[:count]

    def mark(self):
        """A place in the stream of events, for wait_event(since=...)."""
        with self._lock:
            return len(self._events)

    def wait_event(self, name, seconds=COMMAND_SECONDS, since=0, where=None):
        """The first event of that name from `since` on that `where` says yes to."""
        deadline = time.monotonic() + seconds
        at = since
        with self._lock:
            while True:
                while at < len(self._events):
                    event = self._events[at]
                    at += 1
                    if event["ev"] == name and (where is None or where(event)):
                        return event
                left = deadline - time.monotonic()
                if self._ended or left <= 0:
                    seen = [event["ev"] for event in self._events[since:]][-20:]
                    raise TimeoutError(f"{self._fault or self.label}: no event {name} (since then: {seen})\n{self.log_tail()}")
                self._lock.wait(left)

    def _recent(self):
        with self._lock:
            return [event for event in self._events if event["ev"] != "identify"][-RECENT_EVENTS:]

    def stop(self):
        """Ends the input and waits for the process. Its exit status; killed when it does not end."""
        try:
            self._process.stdin.close()
        except BrokenPipeError:
            pass
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(STOP_SECONDS)
        self._process.stdout.close()
        self._last_words = self.log_tail()
        self._log.close()
        return self._process.returncode

    def log_tail(self):
        """The end of what it wrote to standard error."""
        if self._log.closed:
            return self._last_words
        size = self._log.seek(0, 2)
        self._log.seek(max(0, size - TAIL_BYTES))
        return self._log.read().decode(errors="replace")

    # What tests ask for most.

    def address(self, transport):
        """Its own address of that transport ("tcp" or "ws"), with its id."""
        for address in self.command("addrs")["addrs"]:
            if address.endswith(f"/p2p/{self.id}") and ("/ws" in address) == (transport == "ws"):
                return address
        raise LookupError(f"{self.label} has no {transport} address")

    def connections(self, other):
        return self.command("connections", peer=other.id)["connections"]
