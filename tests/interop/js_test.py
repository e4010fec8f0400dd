"""Our peer and js-libp2p's: everything of acceptance.py, over one transport and security, dialed from one side.

usage: js_test.py OVERLAY-PEER|js tcp|ws noise|tls we_dial|they_dial [UNITTEST-ARGUMENT...]
"js" in place of overlay-peer sets js-libp2p beside itself, which tests the tests.
"""

import sys
import unittest

import foreign
from acceptance import Acceptance, PrivateNetwork

ours, transport, security, direction = sys.argv[1:5]
foreign.exit_when_missing(f"interop.js.{transport}.{security}.{direction}")


# The tests connect more often, from one address, than a node should take from a stranger.
LIMITS = '{"handshakes_in_per_second_per_ip":1000,"handshakes_in_per_second":1000,"dials_per_second":1000}'


def our_peer(*options):
    return foreign.js_peer(*options) if ours == "js" else [ours, "--limits", LIMITS, *options]


class Roles:
    transport, security = transport, security
    dialer_argv = staticmethod(our_peer if direction == "we_dial" else foreign.js_peer)
    listener_argv = staticmethod(foreign.js_peer if direction == "we_dial" else our_peer)


class Js(Roles, Acceptance, unittest.TestCase):
    pass


class JsInPrivateNetwork(Roles, PrivateNetwork, unittest.TestCase):
    pass


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[5:]], verbosity=2)
