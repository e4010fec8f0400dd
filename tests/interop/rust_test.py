"""Our listener and rust-libp2p, which dials it over WebSocket or TCP (noise, yamux).

usage: rust_test.py OVERLAY-PEER|js tcp|ws [UNITTEST-ARGUMENT...]
"""

import sys
import unittest

import foreign
from pair import PeerError, PeerProcess

ours, transport = sys.argv[1:3]
foreign.exit_when_missing(f"interop.rust.{transport}")

PINGS = 1000
BITSWAP = "/celestia/private/shwap/ipfs/bitswap/1.2.0"  # opened again and again until somebody takes it


class Rust(unittest.TestCase):
    def start(self, label, argv):
        peer = PeerProcess(label, argv)
        self.addCleanup(peer.stop)
        return peer

    def start_both(self, serve_bitswap):
        listen = "/ip4/127.0.0.1/tcp/0" + ("/ws" if transport == "ws" else "")
        options = ["--listen", listen, "--transports", transport]
        self.listener = self.start("listener", foreign.js_peer(*options) if ours == "js" else [ours, *options])
        if serve_bitswap:
            self.listener.command("serve", protocol=BITSWAP, how="sink")
        dialed = self.listener.address(transport)
        self.rust = self.start("rust", foreign.rust_peer("--dial", dialed, "--via", transport))
        self.listener.command("waitPeer", peer=self.rust.id)

    def stop_both(self):
        for peer in (self.rust, self.listener):
            self.assertEqual(peer.stop(), 0, peer.log_tail())

    def assert_pings(self, count):
        self.assertEqual(self.listener.command("ping", peer=self.rust.id, count=count)["count"], count)

    def test_it_connects_identifies_answers_pings_and_sends(self):
        self.start_both(serve_bitswap=True)
        (connection,) = self.listener.connections(self.rust)
        self.assertEqual(
            (connection["transport"], connection["encryption"], connection["multiplexer"], connection["direction"]),
            (transport, "/noise", "/yamux/1.0.0", "inbound"),
        )
        said = self.listener.command("identify", peer=self.rust.id)
        self.assertEqual(said["peer"], self.rust.id)
        self.assertTrue(said["agentVersion"].startswith("lumina/"), said["agentVersion"])
        self.assertIn("/ipfs/ping/1.0.0", said["protocols"])
        self.assert_pings(PINGS)
        self.assertEqual(self.rust.command("peers")["peers"], [self.listener.id])
        # It learned from our identify that we take this protocol, opened it and wrote to it.
        served = self.listener.wait_event("served", where=lambda event: event["protocol"] == BITSWAP)
        self.assertGreater(served["bytes"], 0)
        self.stop_both()

    def test_it_takes_a_refusal_and_stays(self):
        self.start_both(serve_bitswap=True)
        before = self.listener.connections(self.rust)[0]["id"]
        for _ in range(10):
            with self.assertRaises(PeerError):
                self.listener.command("stream", peer=self.rust.id, protocol="/interop/nobody/serves/this", text="hello")
        self.assert_pings(PINGS)
        self.assertEqual(self.listener.connections(self.rust)[0]["id"], before)
        self.stop_both()

    def test_a_storm_of_its_streams_is_refused_and_the_connection_stays(self):
        self.start_both(serve_bitswap=False)
        before = self.listener.connections(self.rust)[0]["id"]
        self.assert_pings(PINGS)
        self.assertEqual(self.listener.connections(self.rust)[0]["id"], before)
        self.stop_both()


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=2)
