#!/usr/bin/env python3
"""How long `quern probe` takes beside `lstopo --of xml` and `clinfo`, which together tell less.

usage: probe_time.py QUERN [ROUNDS]

Whole processes, one after the other in turn, so that a busy moment hits all of them alike: warm, and cold where this
user may drop the page cache. Exit status 1 when the warm median of quern is not below that of the two together.
"""
import os
import statistics
import subprocess
import sys
import time

QUERN = sys.argv[1]
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 30
COMMANDS = {
    "quern probe": [QUERN, "probe"],
    "quern probe --json": [QUERN, "probe", "--json"],
    "lstopo --of xml": ["lstopo", "--of", "xml"],
    "clinfo": ["clinfo"],
}
DROP_CACHES = "/proc/sys/vm/drop_caches"


def seconds(command):
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def forget_files():
    """Makes the next run cold, where this user may."""
    os.sync()
    try:
        with open(DROP_CACHES, "w", encoding="ascii") as file:
            file.write("3")
    except OSError:
        return False
    return True


def table(title, times):
    print(title)
    for name, values in times.items():
        ranked = sorted(values)
        print(f"  {name:<20} median {statistics.median(ranked) * 1e3:7.1f} ms   "
              f"{ranked[0] * 1e3:7.1f} .. {ranked[-1] * 1e3:7.1f} ms   n={len(ranked)}")
    ours = statistics.median(times["quern probe"])
    both = statistics.median(a + b for a, b in zip(times["lstopo --of xml"], times["clinfo"]))
    print(f"  quern probe / (lstopo + clinfo) = {ours * 1e3:.1f} / {both * 1e3:.1f} ms = {ours / both:.2f}")
    return ours < both


def main():
    cold = {name: [] for name in COMMANDS}
    for _ in range(5):
        for name, command in COMMANDS.items():
            if forget_files():
                cold[name].append(seconds(command))
    warm = {name: [] for name in COMMANDS}
    for number in range(ROUNDS + 1):
        for name, command in COMMANDS.items():
            taken = seconds(command)
            if number:  # the first warms
                warm[name].append(taken)
    if all(cold.values()):
        table("cold (page cache dropped before each)", cold)
    else:
        print(f"cold: not measured, {DROP_CACHES} cannot be written")
    return 0 if table("warm", warm) else 1


sys.exit(main())
