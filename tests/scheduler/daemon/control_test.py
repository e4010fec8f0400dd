"""A provider and a submitter driven through the RPC, as a desktop drives them: every answer and every topic has the form
that docs/openrpc.json gives it, and what is set holds at once and after a restart.

usage: control_test.py BIN EXAMPLES MARKET_DEMO OPENRPC
MARKET_DEMO is scripts/market_demo.py, whose nodes these are.
"""

import base64
import hashlib
import importlib.util
import json
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import unittest

import jsonschema

PROGRAMS, EXAMPLES, DEMO, OPENRPC = (pathlib.Path(argument).resolve() for argument in sys.argv[1:5])
DOCUMENT = json.loads(OPENRPC.read_text())
RESULTS = {method["name"]: method["result"]["schema"] for method in DOCUMENT["methods"]}
TOPICS = {topic["name"]: topic["schema"] for topic in DOCUMENT["x-topics"]}
SECONDS = 120
RATE = 100_000

spec = importlib.util.spec_from_file_location("market_demo", DEMO)
demo = importlib.util.module_from_spec(spec)
spec.loader.exec_module(demo)
demo.START_SECONDS = SECONDS


class Refused(Exception):
    """An error of the RPC: its data."""


def applied(value, patch):
    """The value after a patch of topic.changed."""
    for step in patch:
        path = [part.replace("~1", "/").replace("~0", "~") for part in step["path"].split("/")[1:]]
        if not path:
            value = step["value"]
            continue
        at = value
        for part in path[:-1]:
            at = at[int(part)] if isinstance(at, list) else at[part]
        last = path[-1]
        if isinstance(at, list):
            if step.get("remove"):
                at.pop()
            elif int(last) == len(at):
                at.append(step["value"])
            else:
                at[int(last)] = step["value"]
        elif step.get("remove"):
            del at[last]
        else:
            at[last] = step["value"]
    return value


class Rpc:
    """One connection to a daemon. Topics that are followed are kept as they are now."""

    def __init__(self, node):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(SECONDS)
        self.socket.connect(str(node.socket))
        self.lines = self.socket.makefile("rb")
        self.number = 0
        self.topics = {}

    def close(self):
        self.lines.close()
        self.socket.close()

    def read(self):
        message = json.loads(self.lines.readline())
        if message.get("method") == "topic.changed":
            news = message["params"]
            self.topics[news["topic"]] = applied(self.topics[news["topic"]], news["patch"])
            jsonschema.validate(self.topics[news["topic"]], TOPICS[news["topic"]])
        return message

    def call(self, method, **params):
        self.number += 1
        request = {"jsonrpc": "2.0", "id": self.number, "method": method, "params": params}
        self.socket.sendall(json.dumps(request).encode() + b"\n")
        while (message := self.read()).get("id") != self.number:
            pass
        if "error" in message:
            raise Refused(message["error"]["data"])
        jsonschema.validate(message["result"], RESULTS[method])
        return message["result"]

    def follow(self, topic):
        self.topics[topic] = self.call("subscribe", topic=topic)["value"]
        jsonschema.validate(self.topics[topic], TOPICS[topic])

    def wait(self, topic, condition, what):
        """Reads until the topic's value is as it should be."""
        until = time.monotonic() + SECONDS
        while not condition(self.topics[topic]):
            assert time.monotonic() < until, f"waited in vain for {what}: {json.dumps(self.topics[topic])[:2000]}"
            self.read()
        return self.topics[topic]


class ControlTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="quern-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.folder.chmod(0o711)  # jobs of a daemon that is root run as another user
        self.provider = demo.Node("provider", self.folder, PROGRAMS)
        self.submitter = demo.Node("submitter", self.folder, PROGRAMS)
        self.addCleanup(self.provider.stop)
        self.addCleanup(self.submitter.stop)

    def start_provider(self, text="enabled = true\n", port=0):
        self.provider.start(f'[overlay]\nlisten = ["/ip4/127.0.0.1/tcp/{port}"]\n[provider]\n{text}', POCL_DEVICES="basic")
        self.provider.wait_ready()
        return self.open(self.provider)

    def start_submitter(self):
        self.submitter.start(f'[overlay]\npeers = ["{self.provider.address}"]\n')
        self.submitter.wait_ready()
        return self.open(self.submitter)

    def open(self, node):
        rpc = Rpc(node)
        self.addCleanup(rpc.close)
        return rpc

    def submit(self, example="path_tracer"):
        text = self.submitter.quern("submit", EXAMPLES / example / "job.json", "--json", show=False)
        return json.loads(text)["id"]

    def refused(self, rpc, method, **params):
        with self.assertRaises(Refused) as caught:
            rpc.call(method, **params)
        return caught.exception.args[0]

    def test_sharing_is_switched_on_measured_priced_paused_and_kept(self):
        rpc = self.start_provider("enabled = false\n")
        for topic in ("status", "machine", "offers", "preferences", "earnings", "work", "peers", "jobs"):
            rpc.follow(topic)
        self.assertEqual(rpc.topics["status"]["donation"]["state"], "off")
        (device,) = rpc.call("machine.get")["devices"]
        self.assertEqual((device["offered"], device["wanted"], device["speed"]), (False, True, None))
        # A device's switch is its own, and is told and kept while sharing is off.
        for offered in (False, True):
            answer = rpc.call("device.set", device=device["id"], offered=offered)
            self.assertEqual((answer["offered"], answer["wanted"], answer["speed"]), (False, offered, None))

        # Two clicks: what was never measured is, and then it is offered.
        answer = rpc.call("preferences.set", share=True)
        self.assertEqual((answer["values"]["share"], answer["config"]["share"], answer["set"]), (True, False, ["share"]))
        rpc.wait("status", lambda status: status["donation"]["state"] == "donating", "donating")
        rpc.wait("offers", lambda offers: offers["offers"], "an offer")
        rpc.wait("machine", lambda machine: machine["live"] and machine["devices"][0]["speed"], "live values")
        threads = rpc.topics["machine"]["report"]["topology"]["threads"]
        self.assertEqual(len(rpc.topics["machine"]["live"]["threads_busy_permille"]), len(threads))

        rates = {"device_second": RATE, "setup": 7}
        self.assertEqual(rpc.call("device.set", device=device["id"], rates=rates)["rates"], rates)
        rpc.wait("offers", lambda offers: offers["offers"][0]["devices"][0]["rates"] == rates, "an offer at that price")
        self.assertEqual(rpc.call("preferences.set", memory_bytes=1 << 30)["values"]["memory_bytes"], 1 << 30)
        rpc.wait("offers", lambda offers: offers["offers"][0]["limits"]["memory_bytes"] == 1 << 30, "a limit")

        # A pause withdraws the offer, ends by itself, and holds over a restart.
        self.assertEqual(rpc.call("donation.pause", for_ms=1500)["state"], "paused")
        rpc.wait("offers", lambda offers: not offers["offers"], "no offer")
        rpc.wait("status", lambda status: status["donation"]["state"] == "paused", "the pause")
        rpc.wait("status", lambda status: status["donation"]["state"] == "donating", "the end of the pause")
        rpc.wait("offers", lambda offers: offers["offers"], "the offer again")
        self.assertIn("paused until", self.provider.quern("pause", "--for", "2h", show=False))
        paused = rpc.wait("status", lambda status: status["donation"]["state"] == "paused", "paused")["donation"]
        self.provider.stop()
        again = self.start_provider("enabled = false\n")
        self.assertEqual(again.call("node.status")["donation"], paused)
        kept = again.call("machine.get")["devices"][0]
        self.assertEqual((kept["rates"], kept["own_rates"], kept["paused"]), (rates, True, True))
        self.assertEqual(again.call("preferences.get")["set"], ["memory_bytes", "share"])
        self.assertIn("donating", self.provider.quern("resume", show=False))
        self.assertTrue(again.call("machine.get")["devices"][0]["offered"])

        off = again.call("device.set", device=device["id"], offered=False)
        self.assertEqual((off["offered"], off["wanted"], off["why"]["reason"]), (False, False, "offer_withdrawn"))
        self.assertTrue(again.call("device.set", device=device["id"], offered=None, rates=None)["offered"])
        self.assertEqual(again.call("preferences.set", reset=["share", "memory_bytes"])["set"], [])
        self.assertEqual(again.call("node.status")["donation"]["state"], "off")

    def test_what_is_set_badly_changes_nothing_and_says_why(self):
        rpc = self.start_provider("enabled = false\n")
        before = rpc.call("preferences.get")
        self.assertIn("5000 is above 4096", self.refused(rpc, "preferences.set", share=True, cpu_cores=5000)["detail"])
        self.assertIn("shared", self.refused(rpc, "preferences.set", shared=True)["detail"])
        self.assertIn("budget_micro: -1", self.refused(rpc, "preferences.set", budget_micro=-1)["detail"])
        self.assertEqual(rpc.call("preferences.get"), before)
        self.assertEqual(self.refused(rpc, "device.set", device="qd1-none", offered=True)["reason"], "not_found")
        self.assertEqual(self.refused(rpc, "donation.pause", device="qd1-none")["reason"], "not_found")
        self.assertEqual(self.refused(rpc, "work.cancel", id="00")["reason"], "not_found")
        self.assertEqual(self.refused(rpc, "receipt.get", id="zz")["reason"], "not_found")
        self.assertIn("400", self.refused(rpc, "earnings.get", from_unix_ms=0, until_unix_ms=10**12, by="peer")["detail"])
        self.assertIn("/p2p/", self.refused(rpc, "peer.add", address="/ip4/192.0.2.7/tcp/1")["remedy"])
        self.assertIn("no peer id", self.refused(rpc, "peer.block", peer="somebody")["detail"])

    def test_work_is_watched_ended_and_accounted_for(self):
        here = self.start_provider(f'enabled = true\n[provider.rates]\ndevice_second = "0.1"\nsetup = "0.05"\n')
        there = self.start_submitter()
        demo.wait_for("an offer", lambda: self.submitter.ask("offers")["offers"])
        for topic in ("work", "machine", "earnings", "status"):
            here.follow(topic)
        job = self.submit()
        # Another agreement may wait for the device already.
        works = here.wait("work", lambda work: work["work"], "work here")["work"].values()
        row = min(works, key=lambda work: work["started_unix_ms"])
        self.assertEqual((row["peer"], row["tasks"]), (self.submitter.peer, 12))
        here.wait("machine", lambda machine: machine["devices"][0]["job"], "a job on the device")

        # Its owner wants the device back: the task ends by that name and is paid. There is no other node for the job.
        self.assertEqual(here.call("work.cancel", id=row["id"]), {"state": "ending"})
        here.wait("work", lambda work: row["id"] not in work["work"], "the end of the work")
        demo.wait_for("a receipt", lambda: here.call("receipt.get", id=row["id"])["receipt"]["state"] == "settled")
        ended = here.call("receipt.get", id=row["id"])
        self.assertEqual((ended["receipt"]["end"]["reason"], ended["verified"], ended["why"]), ("preempted", True, None))
        self.assertEqual(ended["records"][0]["kind"], "demand")
        self.assertEqual(there.call("job.wait", id=job)["state"], "SYSTEM_ERROR")

        # Its other tasks, which were agreed on and waited for the device, end with it.
        here.wait("work", lambda work: not work["work"], "no work")

        # A pause in the middle of a job: what runs is finished, nothing new begins before it has ended.
        again = there.call("job.retry", id=job)["id"]
        here.wait("work", lambda work: work["work"], "work here")
        here.call("donation.pause")
        here.wait("work", lambda work: not work["work"], "no work")
        before = here.call("receipt.list")["receipts"]
        self.assertEqual(before[0]["end"]["reason"], "completed")
        # Its other tasks were offered again, and nobody took them: they have ended, or wait for an offer.
        there.call("job.cancel", id=again)
        there.call("job.wait", id=again)
        self.assertEqual(here.call("work.list")["work"], [])
        self.assertEqual(len(here.call("receipt.list")["receipts"]), len(before))
        here.call("donation.resume")
        demo.wait_for("an offer", lambda: self.submitter.ask("offers")["offers"])
        last = self.submit("nbody")
        self.assertEqual(self.refused(there, "job.retry", id=last)["reason"], "failed")  # it is under way
        self.assertEqual(there.call("job.wait", id=last)["state"], "COMPLETE")
        done = len(here.call("receipt.list")["receipts"])
        elsewhere = there.call("job.retry", id=job, elsewhere=True)["id"]
        there.call("job.cancel", id=elsewhere)
        there.call("job.wait", id=elsewhere)
        self.assertEqual(len(here.call("receipt.list")["receipts"]), done)  # it failed here, and nothing was asked of it
        self.check_accounts(here, there)
        self.check_block(here, there)

    def test_an_input_of_many_pieces_goes_to_the_provider_and_back(self):
        self.start_provider()
        self.start_submitter()
        demo.wait_for("an offer", lambda: self.submitter.ask("offers")["offers"])
        files = {"data.bin": bytes(range(256)) * (5 << 12) + b"end",  # 5 MiB and a last piece of 3 bytes
                 "copy.cl": b"kernel void copy(global const uchar *in, global uchar *out) {"
                            b" size_t i = get_global_id(0); out[i] = in[i]; }"}
        size = len(files["data.bin"])
        folder = self.folder / "job"
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_bytes(content)
        (folder / "job.json").write_text(json.dumps({
            "apiVersion": "v1", "kind": "OpenCLKernel",
            "inputs": [{"path": name, "digest": "sha256:" + hashlib.sha256(content).hexdigest(), "bytes": len(content)}
                       for name, content in files.items()],
            "outputs": [{"path": "copied.bin", "maxBytes": size}],
            "program": {"sources": ["copy.cl"]},
            "buffers": {"in": {"input": "data.bin"}, "out": {"bytes": size, "output": "copied.bin"}},
            "steps": [{"kernel": "copy", "globalWorkSize": [size], "args": [{"buffer": "in"}, {"buffer": "out"}]}]}))
        self.submitter.quern("run", folder / "job.json", "-o", folder / "out", show=False)
        self.assertEqual((folder / "out/copied.bin").read_bytes(), files["data.bin"])

    def test_a_submitter_that_is_asked_to_end_waits_for_its_tasks_and_says_later_what_they_did(self):
        here = self.start_provider()
        self.start_submitter()
        demo.wait_for("an offer", lambda: self.submitter.ask("offers")["offers"])
        here.follow("work")
        job = self.submit()
        here.wait("work", lambda work: work["work"], "work here")
        self.submitter.stop()
        (draining,) = self.submitter.events("draining")
        self.assertGreater(draining["own"], 0)
        self.assertEqual(here.call("work.list")["work"], [])
        there = self.start_submitter()
        ended = there.call("job.get", id=job)
        self.assertIn(ended["state"], ("COMPLETE", "SYSTEM_ERROR"))
        attempts = [attempt for task in ended["tasks_list"] for attempt in task["attempts"]]
        self.assertGreater(len(attempts), 0)
        self.assertEqual({attempt["state"] for attempt in attempts}, {"COMPLETE"})
        self.assertEqual(sum(attempt["amount_micro"] for attempt in attempts), ended["amount_micro"])
        self.assertEqual(ended["amount_micro"], demo.balance(self.submitter, "spent"))

    def tells_power(self, rpc):
        live = rpc.call("machine.get")["live"]
        return any(power["source"] == "rapl" for power in live["powers"]) or any(
            gpu["power_milliwatts"] is not None for gpu in live["gpus"])

    def check_accounts(self, here, there):
        demo.wait_for("equal ledgers",
                      lambda: demo.balance(self.provider, "earned") == demo.balance(self.submitter, "spent"))
        now = here.call("machine.get")["live"]["at_unix_ms"]
        span = {"from_unix_ms": now - 86_400_000, "until_unix_ms": now + 60_000}
        earned, spent = demo.balance(self.provider, "earned"), demo.balance(self.submitter, "spent")
        for by in ("device", "peer", "kind"):
            for rpc, key, amount in ((here, "earned_micro", earned), (there, "spent_micro", spent)):
                for offset in (0, 330, -840):
                    answer = rpc.call("earnings.get", by=by, utc_offset_minutes=offset, **span)
                    parts = [part for day in answer["days"] for part in day["parts"]]
                    self.assertEqual(sum(part[key] for part in parts), amount)
                    self.assertEqual(answer["totals"][key], amount)
                    self.assertNotIn("", [part["name"] for part in parts])
                    if not self.tells_power(rpc):
                        self.assertNotIn("energy_millijoules", json.dumps(answer))
        rows, before = [], {}
        while True:
            page = here.call("receipt.list", limit=4, **before)
            rows += page["receipts"]
            if page["next"] is None:
                break
            before = {"before": page["next"]}
        self.assertEqual(rows, here.call("receipt.list", limit=500)["receipts"])
        self.assertEqual({row["state"] for row in rows}, {"settled"})
        theirs = there.call("receipt.list", limit=500)["receipts"]
        self.assertEqual({(row["id"], row["name"], row["kind"]) for row in rows},
                         {(row["id"], row["name"], row["kind"]) for row in theirs if row["state"] == "settled"})
        self.assertEqual(sum(row["amount_micro"] for row in rows), earned)
        self.assertEqual(sum(row["amount_micro"] for row in theirs), spent)
        file = self.folder / "one.trail"
        file.write_bytes(base64.b64decode(here.call("receipt.get", id=rows[0]["id"])["file"]))
        subprocess.run([PROGRAMS / "quern", "verify", file], check=True, stdout=subprocess.DEVNULL)
        here.wait("earnings", lambda value: value["today"]["earned_micro"] == earned, "today")
        here.wait("machine", lambda value: value["devices"][0]["earned_today_micro"] == earned, "the device's day")

    def check_block(self, here, there):
        there.follow("peers")
        self.assertTrue(here.call("peer.block", peer=self.submitter.peer)["blocked"])
        there.wait("peers", lambda peers: not peers["peers"][0]["connected"], "the end of the connection")
        self.provider.stop()
        port = self.provider.address.split("/")[4]
        again = self.start_provider(port=port)
        (peer,) = again.call("peer.list")["peers"]
        self.assertEqual((peer["peer"], peer["blocked"], peer["connected"]), (self.submitter.peer, True, False))
        again.call("peer.unblock", peer=self.submitter.peer)
        there.wait("peers", lambda peers: peers["peers"][0]["connected"], "the connection again")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
