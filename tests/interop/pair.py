"""Two peers side by side, whatever they are made of, that listen and connect as a test says."""

import hashlib
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "peer"))
from json_peer import PeerError, PeerProcess  # noqa: E402,F401  (those who import this one need both)

PATTERN = bytes(range(251))  # what a peer's echo sends, over and over


def pattern_hash(size):
    return hashlib.sha256((PATTERN * (size // len(PATTERN) + 1))[:size]).hexdigest()


class Pair:
    """A part of a TestCase, which says the argv of both ends, the transport and the security."""

    dialer_argv = listener_argv = None  # options -> argv
    transport = security = ""

    @classmethod
    def listen_address(cls):
        return "/ip4/127.0.0.1/tcp/0" + ("/ws" if cls.transport == "ws" else "")

    @classmethod
    def start(cls, label, *more):
        argv = cls.dialer_argv if label == "dialer" else cls.listener_argv
        fixed = ["--listen", cls.listen_address(), "--transports", cls.transport, "--security", cls.security]
        peer = PeerProcess(label, argv(*fixed, *more))
        cls.addClassCleanup(peer.stop)
        return peer

    @classmethod
    def start_both(cls, *more):
        cls.dialer = cls.start("dialer", *more)
        cls.listener = cls.start("listener", *more)

    @classmethod
    def tearDownClass(cls):
        for peer in (cls.dialer, cls.listener):
            if (status := peer.stop()) != 0:
                raise RuntimeError(f"{peer.label} ended with status {status}:\n{peer.log_tail()}")

    def setUp(self):
        self.connect()

    def connect(self):
        self.dialer.command("dial", addr=self.listener.address(self.transport))
        self.listener.command("waitPeer", peer=self.dialer.id)

    def disconnect(self):
        self.dialer.command("hangup", peer=self.listener.id)
        self.listener.command("hangup", peer=self.dialer.id)

    def both_ways(self):
        return ((self.dialer, self.listener), (self.listener, self.dialer))

    def ids(self):
        """What names the connections that are open now, at each end."""
        return [sorted(each["id"] for each in one.connections(other)) for one, other in self.both_ways()]

    def assert_alive(self, before):
        """The connections are still those of `before`, and carry bytes both ways."""
        self.assertEqual(self.ids(), before)
        for one, other in self.both_ways():
            self.assertEqual(one.command("ping", peer=other.id, count=1)["count"], 1)

    def assert_pings(self, count):
        for one, other in self.both_ways():
            self.assertEqual(one.command("ping", peer=other.id, count=count)["count"], count)

    def assert_echo(self, sizes):
        for size in sizes:
            for one, other in self.both_ways():
                with self.subTest(size=size, opened_by=one.label):
                    answer = one.command("echo", peer=other.id, size=size)
                    self.assertEqual((answer["size"], answer["sha256"]), (size, pattern_hash(size)))
