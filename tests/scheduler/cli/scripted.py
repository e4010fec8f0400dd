"""A daemon that plays a script, the answers of a quiet node, and `quern` run against it."""
import base64
import copy
import hashlib
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

OWN = "12D3KooWOwnOwnOwnOwnOwnOwnOwnOwnOwnOwnOwnOwnOwnAAAAAAAA"
FAST = "12D3KooWFastFastFastFastFastFastFastFastFastFastBBBBBBBB"
SLOW = "12D3KooWSlowSlowSlowSlowSlowSlowSlowSlowSlowSlowCCCCCCCC"
JOB = "j-0123456789abcdef"
OTHER_JOB = "j-fedcba9876543210"
COMPLETED = {"reason": "completed", "text": "the job has done what it was to do"}
SOURCE = b"kernel void fill(global uchar* out) { out[get_global_id(0)] = 7; }\n"
OUTPUT = bytes(range(256)) * 4


def digest(content):
    return hashlib.sha256(content).hexdigest()


def text64(content):
    return base64.b64encode(content).decode()


def failure(code, reason, message, detail=None, remedy=None):
    data = {"reason": reason} | ({"detail": detail} if detail else {}) | ({"remedy": remedy} if remedy else {})
    return {"$failure": {"code": code, "message": message, "data": data}}


STATUS = {
    "peer": OWN, "version": "0.1.0", "started_unix_ms": 1_790_000_000_000, "addresses": ["/ip4/127.0.0.1/tcp/4001"],
    "peers_connected": 2, "offers": 3,
    "provider": {"enabled": True, "draining": False, "working": 1, "devices": [
        {"id": "qd1-1", "name": "Radeon", "offered": True},
        {"id": "qd1-2", "name": "pthread", "offered": False, "why": "its owner does not offer it"}]},
    "sandbox": {"tier": "full", "note": "cgroup v2", "landlock_abi": 4, "kinds": [
        {"kind": "OpenCLKernel", "held": True}, {"kind": "Command", "held": False, "why": "cannot be held yet"}]},
    "jobs": {"running": 1, "ended": 5},
    "balance": {"spent_micro": 1_500_000, "earned_micro": 0, "payable_micro": 250_000, "receivable_micro": 0,
                "reserved_micro": 1},
    "capabilities": ["quote", "run", "ledger"]}

PEERS = {"peers": [
    {"peer": FAST, "addresses": ["/ip4/10.0.0.2/tcp/4001", "/ip4/10.0.0.3/tcp/4001"], "connected": True,
     "configured": True, "rtt_us": 1234, "agent": "quernd/0.1.0"},
    {"peer": SLOW, "addresses": [], "connected": False, "configured": True}]}


def offered(provider, name, kind, per_second, own=False):
    return {"provider": provider, "own": own, "sequence": 1, "from_unix_ms": 1_790_000_000_000,
            "until_unix_ms": 4_000_000_000_000, "kinds": ["OpenCLKernel"], "link_bytes_per_second": 10_000_000,
            "setup_ms": 100, "limits": {"cpu_cores": 4, "memory_bytes": 1 << 32, "scratch_bytes": 1 << 30,
                                        "walltime_ms": 600_000, "input_bytes": 1 << 30, "output_bytes": 1 << 30},
            "devices": [{"id": "qd1-" + name, "name": name, "type": kind, "opencl_version": "3.0",
                         "compute_units": 8, "global_memory_bytes": 8 << 30, "fp32_flops": 12_300_000_000_000,
                         "fp64_flops": 0, "memory_bytes_per_second": 1, "spread_permille": 6,
                         "rates": {"device_time": per_second, "setup": 10_000}}]}


OFFERS = {"offers": [offered(FAST, "Radeon", "gpu", 500), offered(SLOW, "pthread", "cpu", 100, own=True)]}


def quote(low, likely, high, milliseconds, per_hour):
    return {"low_micro": low, "likely_micro": likely, "high_micro": high,
            "total_ms": {"low": milliseconds, "likely": milliseconds, "high": 2 * milliseconds},
            "device_us": {"low": 1, "likely": 2, "high": 3}, "per_hour_micro": per_hour, "measured": False,
            "trial": False}


QUOTES = {"rows": [
    {"provider": OWN, "device": "qd1-9", "device_name": "Old card",
     "why": {"reason": "draining", "detail": "until noon", "text": "the provider takes no new jobs",
             "remedy": "try later"}},
    {"provider": SLOW, "device": "qd1-p", "device_name": "pthread",
     "quote": quote(900_000, 1_000_000, 1_250_000, 90_000, 360_000)},
    {"provider": FAST, "device": "qd1-r", "device_name": "Radeon",
     "quote": quote(100_000, 120_000, 150_000, 1_500, 1_800_000)}]}


def job(state="RUNNING", progress=0, **more):
    return {"id": JOB, "name": "fill", "state": state, "submitted_unix_ms": 1_790_000_000_000,
            "progress_permille": progress, "tasks": 1, "tasks_ended": 0, "amount_micro": 0} | more


def attempt(state="RUNNING", progress=0, **more):
    return {"provider": FAST, "device": "qd1-r", "device_name": "Radeon", "state": state,
            "progress_permille": progress, "amount_micro": 0,
            "quoted": {"low_micro": 100_000, "likely_micro": 120_000, "high_micro": 150_000}} | more


def detail(state="RUNNING", progress=0, attempts=(), log=b"", **more):
    task = {"task": 0, "state": state, "attempts": list(attempts)} | ({"why": more["why"]} if "why" in more else {})
    return job(state, progress, **more) | {"tasks_list": [task], "log_bytes": len(log)}


def ended(state="COMPLETE", why=None, log=b"", outputs=True, tried=True):
    why = why or COMPLETED
    done = detail(state, 1000 if state == "COMPLETE" else 400,
                  [attempt(state, 1000, amount_micro=123_456, why=why)] if tried else [], log, why=why,
                  ended_unix_ms=1_790_000_002_500, tasks_ended=1, amount_micro=123_456)
    if outputs and state == "COMPLETE":
        done["outputs"] = [{"path": "results/out.bin", "bytes": len(OUTPUT), "digest": digest(OUTPUT)}]
    return done


def log_answer(content, offset=0, complete=False):
    return {"content": text64(content[offset:]), "offset": offset, "end": len(content), "complete": complete}


def quiet_node():
    """The answers of every method; a test changes those that it is about."""
    return copy.deepcopy({
        "node.status": [STATUS], "peer.list": [PEERS], "offer.list": [OFFERS], "job.quote": [QUOTES],
        "blob.missing": [{"missing": []}], "blob.put": [{"bytes_here": 0}],
        "blob.get": [{"content": text64(OUTPUT), "size": len(OUTPUT)}], "job.submit": [{"id": JOB}],
        "job.list": [{"jobs": [job(), job("COMPLETE", 1000, id=OTHER_JOB, name="older", tasks_ended=1, why=COMPLETED,
                                         ended_unix_ms=1_790_000_002_500)]}],
        "job.get": [ended()], "job.cancel": [{"state": "CANCELING"}], "job.log": [log_answer(b"", complete=True)],
        "job.trails": [{"trails": []}],
        "ledger.balances": [{"accounts": [{"account": "spent", "balance_micro": -1_500_000},
                                          {"account": "payable " + FAST, "balance_micro": 250_000}],
                             "reserved_micro": 7}],
        "ledger.entries": [{"entries": [
            {"transaction": 7, "time": "2026-11-21T09:30:00.000Z", "kind": "spend", "peer": FAST,
             "job": "0123456789abcdef", "amount_micro": 300_000},
            {"transaction": 8, "time": "2026-11-21T09:30:01.000Z", "kind": "earn", "peer": SLOW,
             "amount_micro": 2_500_000}], "last": 8}],
        "ledger.export": [{"content": "transaction,time\r\n1,now\r\n"}]})


MANIFEST = {
    "apiVersion": "v1", "kind": "OpenCLKernel", "name": "fill",
    "inputs": [{"path": "fill.cl", "digest": "sha256:" + digest(SOURCE), "bytes": len(SOURCE)}],
    "outputs": [{"path": "results/out.bin", "maxBytes": 1024}],
    "program": {"sources": ["fill.cl"]},
    "buffers": {"out": {"bytes": 1024, "output": "results/out.bin"}},
    "steps": [{"kernel": "fill", "globalWorkSize": [1024], "args": [{"buffer": "out"}]}]}


class DaemonTest(unittest.TestCase):
    quern = ""   # the programs, set by the test's main
    daemon = ""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.socket = str(self.folder / "quernd.socket")
        self.daemons = 0
        self.answers = quiet_node()
        self.topics = {}

    def start(self):
        """Runs a daemon with the answers and topics as they are now; an earlier one is left alone."""
        self.daemons += 1
        self.socket = str(self.folder / f"quernd-{self.daemons}.socket")
        script = self.folder / "script.json"
        script.write_text(json.dumps({"answers": self.answers, "topics": self.topics}))
        process = subprocess.Popen([self.daemon, self.socket, str(script), str(self.folder / "calls")],
                                   stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.assertEqual(process.stdout.readline(), "ready\n")

    def calls(self, method):
        """The parameters of every call of a method, in order."""
        path = self.folder / "calls"
        lines = path.read_text().splitlines() if path.exists() else []
        return [call["params"] for call in map(json.loads, lines) if call["method"] == method]

    def environment(self, **more):
        return os.environ | {"LC_ALL": "C.UTF-8", "XDG_RUNTIME_DIR": str(self.folder)} | more

    def run_quern(self, *arguments, **options):
        """Runs quern to its end and returns it."""
        command = [self.quern, arguments[0], "--socket", self.socket, *arguments[1:]]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, env=self.environment(),
                              cwd=self.folder, **options)

    def shown(self, *arguments):
        """Standard output of a command that must succeed and say nothing else."""
        result = self.run_quern(*arguments)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return result.stdout

    def write_job(self, **changes):
        (self.folder / "fill.cl").write_bytes(SOURCE)
        (self.folder / "job.json").write_text(json.dumps(MANIFEST | changes))
