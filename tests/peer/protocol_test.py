"""The JSON lines of overlay-peer (README.md): every command between two of them, and whatever else may come in.

usage: protocol_test.py OVERLAY-PEER [UNITTEST-ARGUMENT...]
"""

import hashlib
import json
import pathlib
import random
import socket
import subprocess
import sys
import tempfile
import unittest

from json_peer import PeerError, PeerProcess

program = sys.argv[1]
SECONDS = 60
LINE_BYTES_MAX = 4 << 20
LISTEN = ("--listen", "/ip4/127.0.0.1/tcp/0")
SOMEBODY = "12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA"
GARBAGE_LINES = 2000


def run_once(*options, lines=b""):
    """Exit status, standard output's lines and standard error of a run whose whole input is `lines`."""
    done = subprocess.run([program, *options], input=lines, capture_output=True, timeout=SECONDS, check=False)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr.decode()


class PeerTest(unittest.TestCase):
    def start(self, label, *options):
        peer = PeerProcess(label, [program, *options])
        self.addCleanup(peer.stop)
        return peer

    def start_pair(self, one_options=(), other_options=()):
        return self.start("one", *LISTEN, *one_options), self.start("other", *LISTEN, *other_options)

    def assert_refused(self, name, asked, cmd, **arguments):
        with self.assertRaises(PeerError) as refused:
            asked.command(cmd, **arguments)
        self.assertEqual(refused.exception.name, name, refused.exception)


class Start(PeerTest):
    def test_the_first_line_says_who_and_where(self):
        with self.start("peer", *LISTEN, "--listen", "/ip4/127.0.0.1/tcp/0/ws") as peer:
            self.assertTrue(peer.id.startswith("12D3KooW"))
            self.assertEqual(len(peer.ready["addrs"]), 2)
            for address in peer.ready["addrs"]:
                self.assertTrue(address.endswith(f"/p2p/{peer.id}"), address)
            self.assertLessEqual(
                {"/echo/1.0.0", "/perf/1.0.0", "/ipfs/id/1.0.0", "/ipfs/id/push/1.0.0", "/ipfs/ping/1.0.0"},
                set(peer.ready["protocols"]),
            )

    def test_the_same_seed_is_the_same_peer(self):
        ids = [run_once(*seed)[1][0]["peer"] for seed in (("--seed", "a"), ("--seed", "a"), ("--seed", "b"), (), ())]
        self.assertEqual(ids[0], ids[1])
        self.assertEqual(len(set(ids[1:])), 4)

    def test_wrong_usage_ends_with_2_and_says_what(self):
        for options, word in (
            (("--nonsense",), "nonsense"),
            (("--listen", "nowhere"), "listen"),
            (("--transports", "pigeon"), "pigeon"),
            (("--security", "none"), "none"),
            (("--muxers", "mplex"), "mplex"),
            (("--allow", "me"), "me"),
            (("--deny", "10.0.0.0/99"), "10.0.0.0/99"),
            (("--limits", "{"), "limits"),
            (("--limits", '{"dreams":1}'), "dreams"),
            (("--limits", '{"dials":-1}'), "dials"),
            (("--limits", '{"dials":"1"}'), "dials"),
        ):
            with self.subTest(options=options):
                status, lines, said = run_once(*options)
                self.assertEqual((status, lines), (2, []), said)
                self.assertIn(word, said)

    def test_what_cannot_start_ends_with_3_and_says_why(self):
        with socket.socket() as taken, tempfile.TemporaryDirectory() as folder:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            no_key = pathlib.Path(folder) / "key"
            no_key.write_text("no key\n")
            for options in (
                ("--listen", f"/ip4/127.0.0.1/tcp/{taken.getsockname()[1]}"),
                ("--psk", str(pathlib.Path(folder) / "absent")),
                ("--psk", str(no_key)),
            ):
                with self.subTest(options=options):
                    status, lines, said = run_once(*options)
                    self.assertEqual((status, lines), (3, []), said)
                    self.assertNotEqual(said, "")

    def test_it_ends_with_0_at_the_end_of_input_and_after_exit(self):
        self.assertEqual(run_once()[0], 0)
        self.assertEqual(run_once(lines=b'{"id":1,"cmd":"info"}')[0], 0, "a last line without its end")
        status, lines, _ = run_once(lines=b'{"id":1,"cmd":"exit"}\n')
        self.assertEqual((status, lines[1:]), (0, [{"re": 1, "ok": True}]))

    def test_commands_under_way_at_the_end_are_answered_with_stopped(self):
        line = json.dumps({"id": "w", "cmd": "waitPeer", "peer": SOMEBODY, "timeout": 3600_000})
        status, lines, _ = run_once(lines=(line + '\n{"id":2,"cmd":"exit"}\n').encode())
        self.assertEqual(status, 0)
        replies = {message["re"]: message for message in lines if "re" in message}
        self.assertTrue(replies[2]["ok"])
        self.assertEqual(replies["w"]["error"]["name"], "stopped")


class Lines(PeerTest):
    def test_a_line_that_is_no_command_is_answered_with_an_error(self):
        with self.start("peer") as peer:
            bad = ["x", "[]", "7", "null", '"info"', "{", "{} {}", '{"id":[1],"cmd":"info"}', "[" * 100_000]
            for line in bad:
                peer.send_line(line)
            for reply in peer.wait_unasked(len(bad)):
                self.assertEqual((reply["ok"], reply["error"]["name"]), (False, "bad_line"))
            peer.command("info")

    def test_a_bad_line_with_an_id_is_answered_with_it(self):
        lines = b'{"id":1}\n{"id":"two","cmd":5}\n{"id":3,"cmd":"fly"}\n{"id":4,"cmd":"info","timeout":-1}\n'
        status, out, _ = run_once(lines=lines)
        self.assertEqual(status, 0)
        names = {message["re"]: message["error"]["name"] for message in out if "re" in message}
        self.assertEqual(names, {1: "bad_line", "two": "bad_line", 3: "unknown_command", 4: "bad_argument"})

    def test_a_line_that_is_too_long_is_refused_and_the_next_is_read(self):
        with self.start("peer") as peer:
            peer.send_line(b"x" * (LINE_BYTES_MAX + 1))
            self.assertEqual(peer.wait_unasked(1)[0]["error"]["name"], "line_too_long")
            peer.command("info")

    def test_garbage_never_ends_it(self):
        numbers = random.Random(7)
        words = [b'{"id":"g","cmd":"', b"info", b'"}', b"{", b"}", b"[", b",", b":", b'"', b"\\u0000", b"1e999", b"\xff"]
        commands = run_once(lines=b'{"id":1,"cmd":"help"}\n')[1][1]["commands"]
        with self.start("peer", *LISTEN) as peer:
            for number in range(GARBAGE_LINES):
                if number % 2:
                    line = b"".join(numbers.choice(words) for _ in range(numbers.randrange(12)))
                else:
                    line = bytes(numbers.randrange(256) for _ in range(numbers.randrange(80))).replace(b"\n", b"")
                peer.send_line(line)
            # Known commands with arguments of every kind but the right one; `exit` would rightly end it.
            values = [None, True, -1, 1.5, 1e300, "", "x", "/", "/ip4/0/tcp/99999", [], {}, "é" * 1000, SOMEBODY, 2**64]
            arguments = ["addr", "peer", "protocol", "hex", "text", "size", "count", "n", "how", "close", "read"]
            for command in commands:
                for value in values if command != "exit" else ():
                    line = {name: value for name in arguments if numbers.randrange(2)}
                    peer.send_line(json.dumps({"cmd": command, "timeout": 100, **line}))
            self.assertEqual(peer.command("info")["peer"], peer.id)

    def test_help_lists_every_command(self):
        with self.start("peer") as peer:
            self.assertLessEqual(
                set(
                    "help info addrs listen dial identify ping echo perf requests stream connections peers waitPeer "
                    "hangup exit".split()
                ),
                set(peer.command("help")["commands"]),
            )

    def test_a_command_that_takes_too_long_is_answered_in_time(self):
        with self.start("peer") as peer:
            self.assert_refused("timed_out", peer, "waitPeer", seconds=0.2, peer=SOMEBODY)


class Commands(PeerTest):
    def setUp(self):
        self.one, self.other = self.start_pair()
        self.answer = self.one.command("dial", addr=self.other.address("tcp"))
        self.other.command("waitPeer", peer=self.one.id)

    def test_dial_tells_the_connection_and_both_see_it(self):
        self.assertEqual(self.answer["peer"], self.other.id)
        for peer, its_other, direction in ((self.one, self.other, "outbound"), (self.other, self.one, "inbound")):
            self.assertEqual(peer.command("peers")["peers"], [its_other.id])
            peer.wait_event("peer:connect", where=lambda event, id=its_other.id: event["peer"] == id)
            peer.wait_event("identify", where=lambda event, id=its_other.id: event["peer"] == id)
            (connection,) = peer.connections(its_other)
            self.assertEqual(peer.command("connections")["connections"][0]["id"], connection["id"])
            self.assertEqual((connection["direction"], connection["transport"]), (direction, "tcp"))
            self.assertEqual((connection["encryption"], connection["multiplexer"]), ("/noise", "/yamux/1.0.0"))
            self.assertEqual(connection["status"], "open")
            self.assertGreater(connection["rtt"], 0)

    def test_dialing_nobody_or_nonsense_fails_by_name(self):
        self.assert_refused("bad_argument", self.one, "dial", addr="nowhere")
        self.assert_refused("bad_argument", self.one, "dial")
        self.assert_refused("self_dial", self.one, "dial", addr=self.one.address("tcp"))
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))
            self.assert_refused("refused", self.one, "dial", addr=f"/ip4/127.0.0.1/tcp/{nobody.getsockname()[1]}")
        self.assert_refused("wrong_peer", self.one, "dial", addr=self.other.address("tcp").split("/p2p/")[0]
                            + "/p2p/" + SOMEBODY)  # fmt: skip

    def test_who_is_not_connected_is_unknown(self):
        for command, arguments in (
            ("ping", {}), ("echo", {"size": 1}), ("perf", {}), ("requests", {}), ("identify", {}),
            ("stream", {"protocol": "/x"}),
        ):  # fmt: skip
            self.assert_refused("unknown_peer", self.one, command, peer=SOMEBODY, **arguments)
        self.assertEqual(self.one.command("hangup", peer=SOMEBODY)["closed"], 0)

    def test_bytes_come_back_as_they_were(self):
        for arguments, sent in (
            ({"hex": "00ff10"}, b"\x00\xff\x10"), ({"text": "é"}, "é".encode()), ({"size": 0}, b""),
            ({"size": 300_000}, (bytes(range(251)) * 1200)[:300_000]),
        ):  # fmt: skip
            answer = self.one.command("echo", peer=self.other.id, **arguments)
            self.assertEqual((answer["size"], answer["sha256"]), (len(sent), hashlib.sha256(sent).hexdigest()))
        self.assert_refused("bad_argument", self.one, "echo", peer=self.other.id, hex="0")

    def test_measurements_say_how_much_in_what_time(self):
        pings = self.one.command("ping", peer=self.other.id, count=50)
        self.assertEqual(pings["count"], 50)
        self.assertTrue(0 < pings["min"] <= pings["p50"] <= pings["p99"] <= pings["max"])
        perf = self.one.command("perf", peer=self.other.id, up=1_000_000, down=2_000_000)
        self.assertEqual((perf["bytes"], perf["up"]["bytes"], perf["down"]["bytes"]), (3_000_000, 1_000_000, 2_000_000))
        self.assertGreater(perf["seconds"], 0)
        requests = self.one.command("requests", peer=self.other.id, n=200, size=1024, inflight=20)
        self.assertEqual(requests["count"], 200)
        self.assertGreater(requests["perSecond"], 0)

    def test_a_stream_is_ended_kept_or_broken_as_asked(self):
        echo = {"peer": self.other.id, "protocol": "/echo/1.0.0", "text": "hello"}
        self.assertEqual(bytes.fromhex(self.one.command("stream", **echo)["hex"]), b"hello")
        for _ in range(10):
            self.assertEqual(self.one.command("stream", **echo, close=False, read=5)["end"], False)
        self.assertGreaterEqual(self.other.connections(self.one)[0]["streams"], 10)
        since = self.other.mark()
        self.one.command("stream", **echo, close="reset", read=5)
        served = self.other.wait_event("served", since=since)
        self.assertEqual((served["protocol"], served["bytes"], served["end"]), ("/echo/1.0.0", 5, "reset"))
        refused = self.one.start("stream", peer=self.other.id, protocol="/nobody/serves/this")
        self.assertFalse(refused.result(SECONDS)["ok"])
        self.assertEqual(refused.result()["error"]["name"], "unknown_protocol")

    def test_a_new_address_is_listened_at_and_told(self):
        since = self.one.mark()
        added = self.other.command("listen", addr="/ip4/127.0.0.1/tcp/0/ws")["addr"]
        self.assertIn(added.split("/p2p/")[0], [addr.split("/p2p/")[0] for addr in self.other.command("addrs")["addrs"]])
        self.other.wait_event("listen:start", where=lambda event: event["addr"] == added.split("/p2p/")[0])
        pushed = self.one.wait_event("identify", since=since, where=lambda event: event["pushed"])
        self.assertIn(added.split("/p2p/")[0], [addr.split("/p2p/")[0] for addr in pushed["addrs"]])

    def test_hangup_ends_it_for_both_with_a_reason(self):
        since = self.other.mark()
        self.assertEqual(self.one.command("hangup", peer=self.other.id)["closed"], 1)
        self.assertEqual(self.one.command("peers")["peers"], [])
        self.assertEqual(self.one.wait_event("peer:disconnect")["reason"], "local_closed")
        self.assertEqual(self.other.wait_event("peer:disconnect", since=since)["reason"], "remote_closed")

    def test_many_commands_run_side_by_side(self):
        begun = [self.one.start("echo", peer=self.other.id, size=1000 * number) for number in range(100)]
        self.assertEqual([self.one.finish("echo", each)["size"] for each in begun], [1000 * n for n in range(100)])


class Admission(PeerTest):
    def refused(self, peer, other):
        """Dials, and says how it was refused; the other end may also hang up when the dialer believes to be in."""
        with self.assertRaises(PeerError) as refused:
            peer.command("dial", addr=other.address("tcp"))
            peer.command("ping", peer=other.id)
        return refused.exception.name

    def test_deny_refuses_a_peer_and_a_range(self):
        denied = run_once("--seed", "denied")[1][0]["peer"]
        for rule in (denied, "127.0.0.0/8"):
            with self.subTest(rule=rule):
                one, other = self.start_pair(("--seed", "denied"), ("--deny", rule))
                self.refused(one, other)
                event = other.wait_event("inbound:refused")
                self.assertEqual(event["error"]["name"], "denied")
                self.assertEqual(other.command("peers")["peers"], [])

    def test_what_is_denied_is_not_dialed_either(self):
        one, other = self.start_pair(("--deny", "127.0.0.1/32"))
        self.assert_refused("denied", one, "dial", addr=other.address("tcp"))

    def test_allow_refuses_all_others(self):
        allowed = run_once("--seed", "allowed")[1][0]["peer"]
        one, other = self.start_pair(("--seed", "allowed"), ("--allow", allowed))
        stranger = self.start("stranger", *LISTEN)
        self.refused(stranger, other)
        one.command("dial", addr=other.address("tcp"))
        one.command("ping", peer=other.id)
        self.assertEqual(other.command("peers")["peers"], [one.id])

    def test_a_limit_refuses_and_names_itself(self):
        one, other = self.start_pair((), ("--limits", '{"connections_in":1}'))
        second = self.start("second", *LISTEN)
        one.command("dial", addr=other.address("tcp"))
        other.command("waitPeer", peer=one.id)
        self.refused(second, other)
        error = other.wait_event("inbound:refused")["error"]
        self.assertEqual(error["name"], "limit_reached")
        self.assertIn("connections_in", error["message"])

    def test_a_private_network_is_for_those_who_have_its_key(self):
        with tempfile.TemporaryDirectory() as folder:
            keys = []
            for digit in "5a":
                keys.append(pathlib.Path(folder) / digit)
                keys[-1].write_text(f"/key/swarm/psk/1.0.0/\n/base16/\n{digit * 64}\n")
            one, other = self.start_pair(("--psk", keys[0]), ("--psk", keys[0]))
            one.command("dial", addr=other.address("tcp"))
            self.assertEqual(one.command("echo", peer=other.id, size=1000)["size"], 1000)
            for options in (("--psk", keys[1]), ()):
                stranger = self.start("stranger", *LISTEN, *options)
                self.refused(stranger, other)
            self.assertEqual(other.command("peers")["peers"], [one.id])


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=2)
