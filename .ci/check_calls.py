#!/usr/bin/env python3
"""Refuses calls and headers that reach time, randomness, threads or the network past the seam, and a few others.

The seam is overlay/runtime/system_*; ALLOW names the few other files that may hold a banned thing, and why.
usage: check_calls.py [ROOT]     prints one line a breach; exit status 1 when there is any
"""

import fnmatch
import re
import sys

from source_text import PRODUCT, ROOMS, code, line_of, read, run, sources

SEAM = "overlay/runtime/system_*"
FREE = r"(?<![\w.>:])(?:std\s*::\s*|::\s*)?"  # a free function's name follows: no member, no other scope
GLOBAL = r"(?<![\w>])::\s*"  # spelled from the global scope

# name, pattern, way out. The key is what ALLOW speaks of.
BANS = {
    "clock": (
        r"\b(?:system|steady|high_resolution|utc|tai|gps|file)_clock\b(?!\s*::\s*(?:time_point|duration|rep|period)\b)"
        r"|\b(?:clock_gettime|gettimeofday|timespec_get|timerfd_create|timer_create|setitimer)\s*\("
        r"|" + FREE + r"time\s*\(\s*(?:nullptr|NULL|0|&)|\bstd\s*::\s*clock\s*\(|__rdtscp?\b|__builtin_ia32_rdtsc"
        r"|__builtin_readcyclecounter",
        "take the time as an argument, or a Clock of overlay/runtime",
    ),
    "sleep": (
        r"\bthis_thread\s*::\s*sleep_\w+|\b(?:usleep|nanosleep|clock_nanosleep)\s*\(|" + FREE + r"sleep\s*\("
        r"|\bpoll\s*\(\s*(?:nullptr|NULL|0)\s*,|\bselect\s*\(\s*0\s*,",
        "wait for the condition itself, with a deadline",
    ),
    "random": (
        r"\brandom_device\b|" + FREE + r"(?:s?rand|rand_r|srandom|[dlm]rand48|arc4random\w*)\s*\("
        r"|" + GLOBAL + r"random\s*\(|\b(?:getrandom|getentropy|RAND_(?:priv_)?bytes)\s*\(|/dev/u?random\b"
        r"|\bstd\s*::\s*(?:\w+_distribution|default_random_engine|(?:ranges\s*::\s*)?(?:shuffle|sample)\s*\()",
        "take a Random of overlay/runtime: same seed, same numbers on every library",
    ),
    "engine": (
        r"\bstd\s*::\s*(?:mt19937(?:_64)?|minstd_rand0?|ranlux\w+|knuth_b)\b",
        "take a Random of overlay/runtime",
    ),
    "thread": (
        r"\bstd\s*::\s*(?:j?thread\b(?!\s*::\s*(?:id|hardware_concurrency)\b)|async\b)|\bboost\s*::\s*thread\b"
        r"|\bpthread_create\s*\(|\bthread_pool\b",
        "one executor owns the data; blocking work goes to the pool of overlay/runtime",
    ),
    "timer": (
        r"\b(?:steady|system|high_resolution|deadline|basic_waitable)_timer\b|<boost/asio/\w*timer\.hpp>",
        "it starts a hidden thread on a foreign executor: await Clock of overlay/runtime",
    ),
    "network": (
        GLOBAL + r"(?:socket|socketpair|connect|bind|listen|accept4?|send(?:to|m?msg)?|recv(?:from|m?msg)?)\s*\("
        r"|\b(?:getaddrinfo|getnameinfo|gethostby\w+)\s*\(|\bsocket\s*\(\s*(?:AF|PF)_"
        r"|<(?:sys/socket|sys/un|netdb|netinet/\w+|arpa/inet)\.h>"
        r"|<boost/asio/(?:ip/(?!address)|local/|generic/)|<boost/asio/(?:basic_\w+|connect|socket_base)\.hpp>",
        "use the network seam of overlay/runtime",
    ),
    "address order": (
        r"\bstd\s*::\s*(?:multi)?(?:set|map)\s*<\s*(?:const\s+)?[\w:]+(?:\s+const)?\s*\*",
        "it is walked in the order of addresses, which no run repeats: order it by what names the things",
    ),
    "tls": (r"<boost/asio/ssl\b|\basio\s*::\s*ssl\b", "it holds Asio timers: TLS goes over memory BIOs"),
    "beast": (r"<boost/beast\b|\bboost\s*::\s*beast\b", "it holds Asio timers: only scheduler/rpc may use it"),
    "race": (
        r"<boost/asio/experimental/awaitable_operators\.hpp>",
        "its || swallows the loser's exception: use the deadline and task group of overlay/runtime",
    ),
    "detached": (r"\bdetached\b|\.\s*detach\s*\(\s*\)", "spawn into a task group: closing cancels and waits"),
    "shell": (FREE + r"(?:system|popen)\s*\(", "start the program itself, without a shell"),
    "fat header": (
        r"<boost/asio\.hpp>|<boost/json/src\.hpp>|<bits/stdc\+\+\.h>|<Qt(?:Widgets|Core|Gui|Network)>",
        "include the narrow headers: this one costs seconds a file",
    ),
    "regex": (
        r"<regex>|\bstd\s*::\s*w?s?regex",
        "it recurses on long input and costs seconds a file: write the small parser",
    ),
    "iostream in a header": (r"<iostream>", "include <iosfwd> or <ostream>"),
}
# Bans that hold in tests and benchmarks too (those may use threads and shells, but never sleep), and in headers only.
EVERYWHERE = {"clock", "sleep", "random", "fat header", "timer", "tls"}
HEADERS_ONLY = {"iostream in a header"}

# ban -> patterns of files that may hold it. Keep it short: every line is a hole in the seam.
ALLOW = {
    # The tests named here run hwprobe on the real machine; those of the overlay never see a real clock.
    # quern-worker measures what kernels take; it runs them in a process of its own.
    "clock": [
        SEAM,
        "hwprobe/stopwatch.*",
        "scheduler/execution/worker/stopwatch.*",
        "bench/*",
        "tests/hwprobe/*",
        "tests/scheduler/cli/*",
    ],
    "sleep": ["tests/hwprobe/fake_icd/*"],  # drivers that hang on purpose
    "random": [SEAM],
    # The supervisor waits for processes in a thread of its own: they die with the thread that started them.
    "thread": [SEAM, "hwprobe/measure_*.cpp", "scheduler/execution/child_thread.*"],
    # The RPC's own doors: a Unix socket, which the network seam has not, and Beast's WebSocket, which takes Asio's
    # sockets. They run on the system's executor only, never in the simulator. And the self-test of the sandbox, which
    # tries to reach the network and must fail.
    "network": [
        SEAM,
        "scheduler/rpc/unix_socket.cpp",
        "scheduler/rpc/websocket.cpp",
        "scheduler/execution/sandbox_exec/trial.cpp",
    ],
    "address order": ["scheduler/cli/*"],  # a command runs once, and never in the simulator
    "timer": ["overlay/runtime/system_clock.*"],
    "beast": ["scheduler/rpc/websocket.cpp"],
    "race": ["overlay/runtime/*"],
}


def applies(ban, name):
    """Whether `ban` holds in the file `name`."""
    if any(fnmatch.fnmatch(name, pattern) for pattern in ALLOW.get(ban, [])):
        return False
    if ban in HEADERS_ONLY:
        return name.endswith((".hpp", ".h"))
    return ban in EVERYWHERE or name.startswith(tuple(room + "/" for room in PRODUCT))


def breaches(root):
    patterns = {ban: re.compile(pattern) for ban, (pattern, _) in BANS.items()}
    for name, path in sources(root, ROOMS):
        text = read(path)
        plain = code(text)
        # Device files are named in strings; every other ban is about code.
        quoted = code(text, strings=True)
        for ban, pattern in patterns.items():
            if not applies(ban, name):
                continue
            for match in pattern.finditer(quoted if ban == "random" else plain):
                found = " ".join(match[0].split())
                yield f"{name}:{line_of(plain, match.start())}: {ban}: {found} is banned here: {BANS[ban][1]}"


if __name__ == "__main__":
    sys.exit(run(breaches, sys.argv))
