#!/usr/bin/env python3
"""Bytes and processor time of the overlay beside js-libp2p, through /perf/1.0.0, in one run and in turn.

usage: overlay_beside_js.py OVERLAY-PEER [MEBIBYTES] [ROUNDS]
exit status 1 when the overlay does not need less processor time than js-libp2p on either side
"""

import os
import pathlib
import statistics
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests/peer"), str(ROOT / "tests/interop")]
import foreign  # noqa: E402
from json_peer import PeerProcess  # noqa: E402

SECONDS = 300


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def transfer(dialer, listener, up, down):
    """Seconds, and processor seconds of both, of one perf exchange."""
    before = [cpu_seconds(peer.pid) for peer in (dialer, listener)]
    said = dialer.command("perf", peer=listener.id, up=up, down=down, seconds=SECONDS)
    after = [cpu_seconds(peer.pid) for peer in (dialer, listener)]
    return [said["seconds"], after[0] - before[0], after[1] - before[1]]


def measure(argv, security, size, rounds):
    """Medians of (seconds, sender's, receiver's processor seconds), up and down."""
    options = ["--listen", "/ip4/127.0.0.1/tcp/0", "--transports", "tcp", "--security", security]
    with PeerProcess("listener", argv(*options)) as listener, PeerProcess("dialer", argv(*options)) as dialer:
        dialer.command("dial", addr=listener.address("tcp"))
        transfer(dialer, listener, size // 8, size // 8)  # both have compiled and grown what they need
        ups = [transfer(dialer, listener, size, 0) for _ in range(rounds)]
        downs = [transfer(dialer, listener, 0, size) for _ in range(rounds)]
    up = [statistics.median(column) for column in zip(*ups)]
    down = [statistics.median(column) for column in zip(*downs)]
    return {"up": up, "down": [down[0], down[2], down[1]]}


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    ours = pathlib.Path(sys.argv[1]).resolve()
    size = int(sys.argv[2] if len(sys.argv) > 2 else 512) << 20
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    if reason := foreign.why_not():
        sys.exit(f"js-libp2p cannot run: {reason}")
    gigabits = size * 8 / 1e9
    good = True
    for security in ("noise", "tls"):
        peers = {"overlay": lambda *options: [ours, *options], "js-libp2p": foreign.js_peer}
        found = {name: measure(argv, security, size, rounds) for name, argv in peers.items()}
        for way in ("up", "down"):
            for name, result in found.items():
                seconds, sender, receiver = result[way]
                print(
                    f"{security:5} {way:4} {name:9}  {gigabits / seconds:6.2f} Gbit/s"
                    f"  CPU s/Gbit: sender {sender / gigabits:.4f}, receiver {receiver / gigabits:.4f}",
                    flush=True,
                )
            good &= all(a < b for a, b in zip(found["overlay"][way][1:], found["js-libp2p"][way][1:]))
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
