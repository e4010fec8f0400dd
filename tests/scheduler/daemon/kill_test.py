"""Either daemon of a running job is killed at random moments: no credit is made or lost, nothing is left running.

usage: kill_test.py BIN EXAMPLES MARKET_DEMO [KILLS [SEED]]
MARKET_DEMO is scripts/market_demo.py, whose nodes these are.
"""

import importlib.util
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

PROGRAMS, EXAMPLES, DEMO = (pathlib.Path(argument).resolve() for argument in sys.argv[1:4])
KILLS = int(sys.argv[4]) if len(sys.argv) > 4 else 6
SEED = int(sys.argv[5]) if len(sys.argv) > 5 else 1
JOB_ENDS_SECONDS = 180
ENDED = {"COMPLETE", "EXECUTOR_ERROR", "SYSTEM_ERROR", "CANCELED"}

spec = importlib.util.spec_from_file_location("market_demo", DEMO)
demo = importlib.util.module_from_spec(spec)
spec.loader.exec_module(demo)
demo.START_SECONDS = 120


def left_of(node):
    """Processes of a daemon's jobs: those that see a folder of its, or have it in their command line."""
    folder, found = str(node.folder), []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == node.process.pid:
            continue
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            mounts = (entry / "mountinfo").read_text(errors="replace")
        except OSError:
            continue
        if folder in command or f"{folder}/" in mounts:
            found.append((entry.name, command[:80]))
    return found


def wait_until(what, condition, seconds):
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise demo.Failed(f"waited in vain for {what}")
        time.sleep(0.1)


class Market:
    def __init__(self, folder):
        self.provider = demo.Node("provider", folder, PROGRAMS)
        self.submitter = demo.Node("submitter", folder, PROGRAMS)
        self.start_provider(0)
        self.port = self.provider.address.split("/")[4]
        self.start_submitter()
        self.jobs = []

    def start_provider(self, port):
        self.provider.start(f'[overlay]\nlisten = ["/ip4/127.0.0.1/tcp/{port}"]\n[provider]\nenabled = true\n'
                            '[provider.rates]\ndevice_second = "0.1"\nsetup = "0.05"\n', POCL_DEVICES="basic")
        self.provider.wait_ready()

    def start_submitter(self):
        self.submitter.start(f'[overlay]\npeers = ["{self.provider.address}"]\n')
        self.submitter.wait_ready()

    def wait_offer(self):
        wait_until("an offer", lambda: self.submitter.ask("offers")["offers"], 60)

    def submit(self):
        self.wait_offer()
        text = self.submitter.quern("submit", EXAMPLES / "nbody/job.json", "--json", show=False)
        self.jobs.append(json.loads(text)["id"])

    def kill(self, node):
        node.process.send_signal(signal.SIGKILL)
        node.process.wait()

    def state(self, job):
        return self.submitter.ask("job", job)["state"]


def balance(node, account):
    return demo.balance(node, account)


def balance_reserved(node):
    return node.ask("status")["balance"]["reserved_micro"]


def run(market, folder):
    chance = random.Random(SEED)
    ends = {}
    killed = {"provider": 0, "submitter": 0}
    for number in range(KILLS):
        market.submit()
        time.sleep(chance.uniform(0, 2.5))  # the moment is what is drawn
        node = chance.choice((market.provider, market.submitter))
        killed[node.name] += 1
        market.kill(node)
        if node is market.provider:
            market.start_provider(market.port)
        else:
            market.start_submitter()
        # A sandbox that was just being made waits for its maker for ever; the next start ends it.
        wait_until(f"the end of all that {node.name} had started", lambda: not left_of(node), 30)
        job = market.jobs[-1]
        wait_until(f"the end of job {number} ({job})", lambda: market.state(job) in ENDED, JOB_ENDS_SECONDS)
        ended = market.submitter.ask("job", job)
        reason = ended["why"]["reason"]
        ends[reason] = ends.get(reason, 0) + 1
    print("killed", killed, "jobs ended", ends)
    demo.wait_for("equal ledgers", lambda: balance(market.submitter, "payable") == balance(market.provider, "receivable"))
    print("owed and to be had:", balance(market.submitter, "payable"), "micro-credits")
    assert market.submitter.ask("status")["jobs"]["running"] == 0
    wait_until("the end of all reservations", lambda: balance_reserved(market.submitter) == 0, JOB_ENDS_SECONDS)
    assert market.provider.ask("status")["provider"]["working"] == 0
    verify_trails(market, folder)
    for node in (market.submitter, market.provider):
        node.stop()
        assert not left_of(node), left_of(node)


def verify_trails(market, folder):
    """What the trails say is what the ledger says."""
    files, owed = [], 0
    for job in market.jobs:
        market.submitter.quern("receipt", job, "-o", folder / "trails" / job, show=False)
        files += sorted((folder / "trails" / job).glob("*.trail"))
    for file in files:
        done = subprocess.run([PROGRAMS / "quern", "verify", "--json", file], stdout=subprocess.PIPE, text=True)
        assert done.returncode == 0, f"{file}: {done.stdout}"
        (verdict,) = json.loads(done.stdout)
        owed += verdict["statement"]["amount"]
    assert owed == balance(market.submitter, "spent"), (owed, balance(market.submitter, "spent"))
    print(len(files), "paper trails hold, and add up to what was spent")


with tempfile.TemporaryDirectory(prefix="quern-kill-") as name:
    os.chmod(name, 0o711)  # of root's daemons, jobs are another user
    market = Market(pathlib.Path(name))
    try:
        run(market, pathlib.Path(name))
    finally:
        for node in (market.submitter, market.provider):
            node.process.kill()
