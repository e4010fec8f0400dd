#!/usr/bin/env python3
"""No-op jobs end to end between two daemons: submitted, agreed on, run in a sandbox, both-signed, durable.

usage: dispatch.py BIN [JOBS]
Prints the median and the 99th percentile of one job after the other, and jobs a second with 64 in flight; all of one
submitter, so on a warm worker. Beside it, in the same run: what fork and exec cost, and the start of the same sandbox
(bench_sandbox_spawn, in BIN/../bench). The same jobs each of a worker of its own is what bench_worker_runner tells.
"""

import hashlib
import importlib.util
import json
import os
import pathlib
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

PROGRAMS = pathlib.Path(sys.argv[1]).resolve()
JOBS = int(sys.argv[2]) if len(sys.argv) > 2 else 200
IN_FLIGHT = 64

here = pathlib.Path(__file__).resolve().parent
spec = importlib.util.spec_from_file_location("market_demo", here.parent / "scripts/market_demo.py")
demo = importlib.util.module_from_spec(spec)
spec.loader.exec_module(demo)

SOURCE = b"kernel void nothing(global uint* out) { out[0] = 1; }\n"
MANIFEST = json.dumps({
    "apiVersion": "v1",
    "kind": "OpenCLKernel",
    "inputs": [{"path": "nothing.cl", "digest": "sha256:" + hashlib.sha256(SOURCE).hexdigest(), "bytes": len(SOURCE)}],
    "outputs": [{"path": "out", "maxBytes": 4}],
    "program": {"sources": ["nothing.cl"]},
    "buffers": {"out": {"bytes": 4, "output": "out"}},
    "steps": [{"kernel": "nothing", "globalWorkSize": [1], "args": [{"buffer": "out"}]}],
    "work": {"fp32Flop": 1000000},
})


class Caller:
    """A connection to the RPC, one call after the other."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(str(path))
        self.lines = self.socket.makefile("rb")
        self.number = 0

    def call(self, method, **params):
        self.number += 1
        request = {"jsonrpc": "2.0", "id": self.number, "method": method, "params": params}
        self.socket.sendall(json.dumps(request).encode() + b"\n")
        answer = json.loads(self.lines.readline())
        if "error" in answer:
            raise demo.Failed(f"{method}: {answer['error']}")
        return answer["result"]

    def run_job(self):
        done = self.call("job.wait", id=self.call("job.submit", manifest=MANIFEST)["id"])
        if done["state"] != "COMPLETE":
            raise demo.Failed(json.dumps(done))


def one_after_the_other(path, count):
    caller = Caller(path)
    times = []
    for _ in range(count):
        began = time.monotonic()
        caller.run_job()
        times.append((time.monotonic() - began) * 1000)
    return times


def at_once(path, count):
    failures = []

    def work():
        try:
            caller = Caller(path)
            for _ in range(count // IN_FLIGHT):
                caller.run_job()
        except Exception as failure:  # told below
            failures.append(failure)

    threads = [threading.Thread(target=work) for _ in range(IN_FLIGHT)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return count // IN_FLIGHT * IN_FLIGHT / (time.monotonic() - began)


def spawn_ms():
    """Medians of bare fork and exec, and of the whole sandbox."""
    program = PROGRAMS.parent / "bench/bench_sandbox_spawn"
    if not program.exists():
        raise demo.Failed(f"{program} is not there: build the target bench_sandbox_spawn")
    rows = subprocess.run([program], check=True, capture_output=True, text=True).stdout
    names = ("fork and exec", "the whole sandbox, kernel job")
    return [float(re.search(rf"^{name} +median +([0-9.]+) ms", rows, re.MULTILINE)[1]) for name in names]


def main():
    with tempfile.TemporaryDirectory(prefix="quern-bench-") as folder:
        os.chmod(folder, 0o711)  # of root's daemons, jobs are another user
        folder = pathlib.Path(folder)
        provider = demo.Node("provider", folder, PROGRAMS)
        submitter = demo.Node("submitter", folder, PROGRAMS)
        try:
            provider.start('[overlay]\nlisten = ["/ip4/127.0.0.1/tcp/0"]\n[provider]\nenabled = true\n'
                           '[provider.rates]\ndevice_second = "0.1"\nsetup = "0.001"\n', POCL_DEVICES="basic")
            provider.wait_ready()
            submitter.start(f'[overlay]\npeers = ["{provider.address}"]\n[rpc.limits]\nconnections = 256\n')
            submitter.wait_ready()
            demo.wait_for("an offer", lambda: submitter.ask("offers")["offers"])
            (folder / "nothing.cl").write_bytes(SOURCE)
            (folder / "job.json").write_text(MANIFEST)
            submitter.quern("run", folder / "job.json", "-o", folder / "out", show=False)  # the source, a worker
            one_after_the_other(submitter.socket, 10)
            times = sorted(one_after_the_other(submitter.socket, JOBS))
            print(f"one after the other: p50 {statistics.median(times):.1f} ms, p99 {times[int(JOBS * 0.99)]:.1f} ms, "
                  f"{1000 * JOBS / sum(times):.0f} jobs/s", flush=True)
            bare, sandbox = spawn_ms()
            print(f"beside it: fork and exec {bare:.1f} ms, the same sandbox {sandbox:.1f} ms; "
                  f"p50 is {statistics.median(times) - sandbox:+.1f} ms to it", flush=True)
            print(f"{IN_FLIGHT} in flight: {at_once(submitter.socket, max(JOBS, IN_FLIGHT)):.0f} jobs/s", flush=True)
        finally:
            submitter.stop()
            provider.stop()


main()
