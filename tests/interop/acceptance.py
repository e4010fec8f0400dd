"""What two peers, whatever they are made of, must be able to do with each other."""

import pathlib
import tempfile

from pair import Pair, PeerError

MIB = 1 << 20
ECHO_SIZES = (0, 1, MIB, 64 * MIB)
PRIVATE_ECHO_SIZES = (0, 1, 8 * MIB)
PINGS = 1000
STREAMS = 100
CLOSINGS = 20
ECHO = "/echo/1.0.0"
ENCRYPTION = {"noise": "/noise", "tls": "/tls/1.0.0"}
# Names of the same failure in different peers.
RESETS = {"stream_reset", "reset", "StreamResetError"}
UNKNOWN_PROTOCOL = {"unknown_protocol", "UnsupportedProtocolError"}


class Acceptance(Pair):
    """The list."""

    @classmethod
    def setUpClass(cls):
        cls.start_both()

    def test_the_connection_is_of_the_transport_and_security_that_were_asked_for(self):
        for one, other, direction in ((*self.both_ways()[0], "outbound"), (*self.both_ways()[1], "inbound")):
            connections = one.connections(other)
            self.assertEqual(len(connections), 1, connections)
            connection = connections[0]
            self.assertEqual(connection["peer"], other.id)
            self.assertEqual(connection["transport"], self.transport)
            self.assertEqual(connection["encryption"], ENCRYPTION[self.security])
            self.assertEqual(connection["multiplexer"], "/yamux/1.0.0")
            self.assertEqual(connection["direction"], direction)
            self.assertEqual(connection["status"], "open")

    def test_identify_tells_each_who_the_other_is(self):
        for one, other in self.both_ways():
            said = one.command("identify", peer=other.id)
            self.assertEqual(said["peer"], other.id)
            self.assertNotEqual(said["agentVersion"], "")
            self.assertNotEqual(said["protocolVersion"], "")
            self.assertLessEqual(set(other.command("info")["protocols"]), set(said["protocols"]))
            own = {address.split("/p2p/")[0] for address in other.command("addrs")["addrs"]}
            self.assertLessEqual(own, {address.split("/p2p/")[0] for address in said["addrs"]})
            self.assertTrue(said["signed"])
            self.assertTrue(said["observedAddr"].startswith("/ip4/127.0.0.1/tcp/"), said["observedAddr"])

    def test_a_thousand_pings_come_back(self):
        self.assert_pings(PINGS)

    def test_echo_of_every_size_comes_back_as_it_was(self):
        self.assert_echo(ECHO_SIZES)

    def test_a_hundred_streams_are_open_at_once(self):
        for one, other in self.both_ways():
            begun = [
                one.start("stream", peer=other.id, protocol=ECHO, text=f"stream {number}", close=False, read=8)
                for number in range(STREAMS)
            ]
            for number, future in enumerate(begun):
                answer = bytes.fromhex(one.finish("stream", future)["hex"])
                self.assertEqual(answer, f"stream {number}".encode()[: len(answer)])
                self.assertGreaterEqual(len(answer), 8)
            for peer, its_other in ((one, other), (other, one)):
                self.assertGreaterEqual(sum(each["streams"] for each in peer.connections(its_other)), STREAMS)
            self.disconnect()
            self.connect()

    def test_requests_a_hundred_at_a_time_are_all_answered(self):
        for one, other in self.both_ways():
            answer = one.command("requests", peer=other.id, n=10 * STREAMS, size=1024, inflight=STREAMS)
            self.assertEqual(answer["count"], 10 * STREAMS)

    def test_a_stream_goes_on_one_way_when_the_other_way_has_ended(self):
        for one, other in self.both_ways():
            # The opener ends first: what it asked for still comes, many windows of it.
            answer = one.command("perf", peer=other.id, up=MIB, down=4 * MIB)
            self.assertEqual((answer["up"]["bytes"], answer["down"]["bytes"]), (MIB, 4 * MIB))
            # The server ends first: the opener still sends, more than a window.
            protocol = f"/interop/end/{one.label}"
            other.command("serve", protocol=protocol, how="end")
            since = other.mark()
            answer = one.command("stream", peer=other.id, protocol=protocol, size=MIB, close=True)
            self.assertEqual((answer["hex"], answer["end"]), ("", True))
            served = other.wait_event("served", since=since, where=lambda event: event["protocol"] == protocol)
            self.assertEqual((served["bytes"], served["end"]), (MIB, "end"))

    def test_a_reset_ends_its_stream_and_nothing_else(self):
        for one, other in self.both_ways():
            before = self.ids()
            since = other.mark()
            one.command("stream", peer=other.id, protocol=ECHO, text="hello", close="reset", read=5)
            served = other.wait_event("served", since=since, where=lambda event: event["protocol"] == ECHO)
            self.assertEqual((served["bytes"], served["end"]), (5, "reset"))
            self.assert_alive(before)

            protocol = f"/interop/reset/{one.label}"
            other.command("serve", protocol=protocol, how="reset")
            with self.assertRaises(PeerError) as refused:
                one.command("stream", peer=other.id, protocol=protocol, text="hello")
            self.assertIn(refused.exception.name, RESETS)
            self.assert_alive(before)

    def test_a_new_listen_address_is_pushed(self):
        for one, other in self.both_ways():
            one.command("identify", peer=other.id)  # so that what follows is not the first identification
            since = one.mark()
            added = other.command("listen", addr=self.listen_address())["addr"].split("/p2p/")[0]
            one.wait_event(
                "identify",
                since=since,
                where=lambda event: event["peer"] == other.id
                and added in [address.split("/p2p/")[0] for address in event["addrs"]],
            )

    def test_a_peer_that_is_not_the_one_dialed_is_refused(self):
        somebody = "12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA"
        wrong = self.listener.address(self.transport).replace(self.listener.id, somebody)
        before = self.ids()
        # A process of its own: js-libp2p leaves the refused WebSocket open, and the other end thinks it is good.
        with self.start("dialer") as dialer:
            with self.assertRaises(PeerError):
                dialer.command("dial", addr=wrong)
            self.assertEqual(dialer.command("peers")["peers"], [])
        self.assert_alive(before)

    def test_an_unknown_protocol_is_refused_and_nothing_else_ends(self):
        for one, other in self.both_ways():
            before = self.ids()
            for _ in range(10):
                with self.assertRaises(PeerError) as refused:
                    one.command("stream", peer=other.id, protocol="/interop/nobody/serves/this", text="hello")
                self.assertIn(refused.exception.name, UNKNOWN_PROTOCOL)
            self.assert_alive(before)

    def test_both_may_close_at_once(self):
        for _ in range(CLOSINGS):
            marks = [(peer, other, peer.mark()) for peer, other in self.both_ways()]
            hangups = [(peer, peer.start("hangup", peer=other.id)) for peer, other in self.both_ways()]
            for peer, future in hangups:
                peer.finish("hangup", future)
            for peer, other, since in marks:
                peer.wait_event("peer:disconnect", since=since, where=lambda event, id=other.id: event["peer"] == id)
                self.assertEqual(peer.connections(other), [])
            self.connect()
        self.assert_alive(self.ids())


class PrivateNetwork(Pair):
    """The same two peers in a network with a pre-shared key."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.keys = {}
        for name, digit in (("member", "5a"), ("stranger", "a5")):
            cls.keys[name] = pathlib.Path(folder.name) / name
            cls.keys[name].write_text(f"/key/swarm/psk/1.0.0/\n/base16/\n{digit * 32}\n")
        cls.start_both("--psk", cls.keys["member"])

    def test_members_exchange_bytes(self):
        self.assert_pings(PINGS)
        self.assert_echo(PRIVATE_ECHO_SIZES)

    def test_strangers_are_refused(self):
        before = self.ids()
        for options in (("--psk", self.keys["stranger"]), ()):
            with self.start("dialer", *options) as stranger:
                with self.assertRaises(PeerError):
                    stranger.command("dial", addr=self.listener.address(self.transport))
                self.assertEqual(stranger.command("peers")["peers"], [])
        self.assert_alive(before)
