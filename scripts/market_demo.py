#!/usr/bin/env python3
"""A market of four nodes on this machine: one submits, three provide; a picture and eight galaxies are computed.

usage: market_demo.py BIN EXAMPLES RESULTS [--desktop | --pictures FOLDER]
BIN holds the programs, EXAMPLES the jobs (docs/examples), RESULTS gets pictures and paper trails.
--desktop opens the desktop app at the end, or, where there is no screen, takes pictures of its pages under Xvfb.
--pictures takes those of docs/desktop.md: PAGE-light.png and PAGE-dark.png in FOLDER.
exit status: 0 when all that the demo claims was seen to hold; otherwise it says what did not
"""

import json
import os
import pathlib
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import zlib

START_SECONDS = 60
STOP_SECONDS = 45  # quernd waits 30 for what is under way
JOB_SECONDS = 120

# What each provider is: its OpenCL devices (of PoCL, which runs kernels on the processor), prices in credits, limits.
PROVIDERS = {
    "attic": {"devices": "basic", "device_second": "0.010", "about": "one core: cheapest by the hour, and slow"},
    "studio": {"devices": "pthread", "device_second": "0.015", "about": "all cores: dearer by the hour, and fast"},
    "closet": {"devices": "pthread", "device_second": "0.001", "memory": 64 << 20, "about": "grants jobs 64 MiB only"},
}
SETUP = "0.0001"

# Which node each picture of the manual is taken at.
PICTURES = {"machine": "studio", "earnings": "studio", "peers": "ada", "market": "ada", "submit": "ada", "jobs": "ada",
            "preferences": "studio"}
PICTURE_SIZE = "1440x900"
PICTURES_BYTES = 1_500_000  # of all together


class Failed(Exception):
    pass


class Node:
    """A quernd with everything it keeps in a folder of its own."""

    def __init__(self, name, folder, programs):
        self.name, self.folder, self.programs = name, folder / name, programs
        self.folder.mkdir()
        self.socket = self.folder / "quernd.socket"
        self.log = self.folder / "log"
        self.process = self.peer = self.address = None

    def start(self, text, **variables):
        config = self.folder / "quernd.toml"
        config.write_text(f'data_directory = "{self.folder}/data"\n[log]\nformat = "json"\n'
                          f'[rpc]\nsocket = "{self.socket}"\n{text}')
        with self.log.open("wb") as log:
            self.process = subprocess.Popen([self.programs / "quernd", "--config", config], stdin=subprocess.DEVNULL,
                                            stderr=log, env={**os.environ, **variables})

    def events(self, name):
        found = []
        for line in self.log.read_text().splitlines():
            event = json.loads(line)
            if event["event"] == name:
                found.append(event)
        return found

    def wait_ready(self):
        until = time.monotonic() + START_SECONDS
        while not (ready := self.events("ready")):
            if self.process.poll() is not None or time.monotonic() > until:
                raise Failed(f"{self.name} did not start:\n{self.log.read_text()}")
            time.sleep(0.05)
        self.peer = ready[0]["peer"]
        listening = self.events("listening")
        self.address = listening[0]["address"] if listening else None

    def quern(self, *arguments, show=True):
        """Runs a command of the command line against this node; its standard output."""
        command = [str(self.programs / "quern"), "--socket", str(self.socket), *map(str, arguments)]
        if show:
            print(f"\n$ quern {' '.join(map(str, arguments))}        # at {self.name}", flush=True)
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, timeout=JOB_SECONDS)
        if show:
            print(done.stdout, end="", flush=True)
        if done.returncode != 0:
            raise Failed(f"quern {arguments[0]} ended with status {done.returncode}")
        return done.stdout

    def ask(self, *arguments):
        return json.loads(self.quern(*arguments, "--json", show=False))

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise Failed(f"{self.name} did not end on SIGTERM") from None


def wait_for(what, condition):
    until = time.monotonic() + START_SECONDS
    while not condition():
        if time.monotonic() > until:
            raise Failed(f"waited in vain for {what}")
        time.sleep(0.05)


def start_market(folder, programs, nodes):
    """The submitter, and the providers by name; `nodes` gets each as it starts, for whoever has to stop them."""
    providers = {}
    for name, is_ in PROVIDERS.items():
        node = providers[name] = Node(name, folder, programs)
        nodes.append(node)
        limits = f'[provider.limits]\nmemory_bytes = {is_["memory"]}\n' if "memory" in is_ else ""
        node.start('[overlay]\nlisten = ["/ip4/127.0.0.1/tcp/0"]\n[provider]\nenabled = true\n' + limits +
                   f'[provider.rates]\ndevice_second = "{is_["device_second"]}"\nsetup = "{SETUP}"\n',
                   POCL_DEVICES=is_["devices"])
    for node in providers.values():
        node.wait_ready()
        for device in node.events("device_not_offered"):
            raise Failed(f"{node.name} does not offer {device['name']}: {device['why']}")
    submitter = Node("ada", folder, programs)
    nodes.append(submitter)
    submitter.start("[overlay]\npeers = " + json.dumps([node.address for node in providers.values()]) + "\n")
    submitter.wait_ready()
    wait_for("three offers", lambda: len(submitter.ask("offers")["offers"]) == len(providers))
    return submitter, providers


def write_png(path, pixels, width):
    height = len(pixels) // (3 * width)
    rows = b"".join(b"\0" + pixels[y * 3 * width:(y + 1) * 3 * width] for y in range(height))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) +
                     chunk(b"IEND", b""))


def run_job(submitter, manifest, results, *options):
    """Runs it; the job as the daemon tells it afterwards."""
    before = {job["id"] for job in submitter.ask("jobs")["jobs"]}
    submitter.quern("run", manifest, "-o", results, "--trails", results / "trails", "--force", *options)
    (new,) = {job["id"] for job in submitter.ask("jobs")["jobs"]} - before
    return submitter.ask("job", new)


def attempts_of(job):
    return [attempt for task in job["tasks_list"] for attempt in task["attempts"]]


def check(holds, claim):
    print(f"  {'holds' if holds else 'DOES NOT HOLD'}: {claim}")
    if not holds:
        raise Failed(claim)


def check_quotes(rows, providers):
    by_peer = {row["provider"]: row for row in rows}
    attic, studio, closet = (by_peer[providers[name].peer] for name in ("attic", "studio", "closet"))
    check(attic["quote"]["per_hour_micro"] < studio["quote"]["per_hour_micro"], "attic is the cheaper by the hour")
    check(studio["quote"]["likely_micro"] < attic["quote"]["likely_micro"], "studio is the cheaper for this job")
    check(closet["why"]["reason"] == "host_memory", "closet refuses, and says why")


def check_job(job, tasks):
    attempts = attempts_of(job)
    check(job["state"] == "COMPLETE" and len(attempts) == tasks, f"all {tasks} tasks completed at the first try")
    within = [a["quoted"]["low_micro"] <= a["amount_micro"] <= a["quoted"]["high_micro"] for a in attempts]
    check(all(within), f"the cost of each of the {tasks} tasks is within the bounds of its quote")


def balance(node, account):
    accounts = {each["account"]: each["balance_micro"] for each in node.ask("ledger")["accounts"]}
    return accounts[account]


def demonstrate(submitter, providers, examples, results):
    tracer = examples / "path_tracer/job.json"
    names = {node.peer: name for name, node in providers.items()}
    for name, node in providers.items():
        print(f"{name:>8}  ...{node.peer[-8:]}  {PROVIDERS[name]['about']}")
    submitter.quern("quote", tracer)
    check_quotes(submitter.ask("quote", tracer)["rows"], providers)

    picture = run_job(submitter, tracer, results, "--strategy", "cheapest")
    check_job(picture, 12)
    check({names[a["provider"]] for a in attempts_of(picture)} == {"studio"}, "every shard went to studio")
    galaxies = run_job(submitter, examples / "nbody/job.json", results, "--strategy", "spread")
    check_job(galaxies, 4)
    check({names[a["provider"]] for a in attempts_of(galaxies)} == {"attic", "studio"}, "both providers had shards")

    for job in (picture, galaxies):
        submitter.quern("receipt", job["id"])
    print("\nThe paper trails, by themselves:")
    trails = sorted((results / "trails").glob("*.trail"))
    submitter.quern("verify", *trails[:1])
    verified = subprocess.run([submitter.programs / "quern", "verify", "--json", *trails], stdout=subprocess.PIPE,
                              check=True)
    tasks = sum(len(verdict["statement"]["tasks"]) for verdict in json.loads(verified.stdout))
    check(tasks == 16, f"all {len(trails)} paper trails verify offline, and are of all 16 tasks")

    submitter.quern("ledger")
    for name in ("attic", "studio"):
        providers[name].quern("ledger")
    spent = balance(submitter, "spent")
    wait_for("postings", lambda: sum(balance(node, "earned") for node in providers.values()) == spent)
    check(spent == picture["amount_micro"] + galaxies["amount_micro"], "ada's ledger has what the jobs cost")
    check(balance(submitter, "payable") == sum(balance(node, "receivable") for node in providers.values()),
          "what ada owes is what the providers are owed, to the millionth of a credit")


def stop_all(nodes):
    """Each, also when another did not end by itself."""
    problems = []
    for node in nodes:
        try:
            node.stop()
        except Failed as problem:
            problems.append(str(problem))
    if problems:
        raise Failed("; ".join(problems))


def show_desktop(node, results):
    """The app on a node; without a screen, pictures of its pages."""
    command = [node.programs / "quern-desktop", "--socket", node.socket]
    environment = {**os.environ, "XDG_CONFIG_HOME": str(node.folder / "config")}
    if environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"):
        print(f"\nThe desktop app shows {node.name}: close it to end the demo.", flush=True)
        subprocess.run(command, stdin=subprocess.DEVNULL, env=environment, check=True)
        return
    take_pictures(node, results, "xvfb-run", "--auto-servernum", "--server-args=-screen 0 1600x1000x24")


def take_pictures(node, results, *screen, files=()):
    """Of all pages, in RESULTS/desktop/NODE; `screen` is the program that gives the app one."""
    pictures = results / "desktop" / node.name
    pictures.mkdir(parents=True)
    subprocess.run([*screen, node.programs / "quern-desktop", "--socket", node.socket, "--screenshot", pictures, *files],
                   stdin=subprocess.DEVNULL, env={**os.environ, "XDG_CONFIG_HOME": str(node.folder / "config")},
                   check=True, timeout=JOB_SECONDS)
    taken = sorted(pictures.glob("*.png"))
    check(len(taken) >= 4, f"the desktop app drew {len(taken)} pictures of {node.name}'s pages: {pictures}")
    return pictures


def picture_manual(submitter, studio, examples, results, manual):
    """With a job that failed, one that runs, and the form of a third."""
    impossible = json.loads((examples / "nbody/job.json").read_text())
    impossible["name"] = "galaxies on a card that nobody has"
    impossible["resources"]["deviceType"] = "gpu"
    longer = json.loads((examples / "nbody/job.json").read_text())
    longer["name"] = "eight encounters, longer"
    longer["steps"][1]["repeat"] *= 6
    longer["work"]["fp32Flop"] *= 6
    jobs = submitter.folder.parent  # its name is nobody's
    shutil.copytree(examples / "path_tracer", jobs / "path_tracer")
    for name, manifest in (("impossible", impossible), ("longer", longer)):
        shutil.copytree(examples / "nbody", jobs / name)
        (jobs / name / "job.json").write_text(json.dumps(manifest))
        last = submitter.quern("submit", jobs / name / "job.json", "--strategy", "spread").strip()
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    taken = {node.name: take_pictures(node, results, files=files)
             for node, files in ((submitter, [jobs / "path_tracer/job.json"]), (studio, []))}
    if submitter.ask("job", last)["state"] == "RUNNING":
        submitter.quern("cancel", last)
    manual.mkdir(exist_ok=True)
    for page, name in PICTURES.items():
        for look in ("light", "dark"):
            shutil.copyfile(taken[name] / f"{page}-{look}-{PICTURE_SIZE}.png", manual / f"{page}-{look}.png")
    size = sum(each.stat().st_size for each in manual.glob("*.png"))
    check(size <= PICTURES_BYTES, f"the pictures of the manual have {size:,} bytes together")


def main():
    programs = pathlib.Path(sys.argv[1]).resolve()
    examples, results = (pathlib.Path(argument) for argument in sys.argv[2:4])
    shutil.rmtree(results, ignore_errors=True)
    results.mkdir(parents=True)
    began = time.monotonic()
    nodes = []
    with tempfile.TemporaryDirectory(prefix="quern-demo-") as folder:
        os.chmod(folder, 0o711)  # of root's daemons, jobs are another user
        try:
            submitter, providers = start_market(pathlib.Path(folder), programs, nodes)
            demonstrate(submitter, providers, examples, results)
            if "--desktop" in sys.argv[4:]:
                for node in (submitter, providers["studio"]):
                    show_desktop(node, results)
            if "--pictures" in sys.argv[4:]:
                picture_manual(submitter, providers["studio"], examples, results, pathlib.Path(sys.argv[5]))
        finally:
            stop_all(nodes)
    write_png(results / "picture.png", (results / "picture.rgb").read_bytes(), 640)
    write_png(results / "galaxies.png", (results / "pictures.rgb").read_bytes(), 160)
    print(f"\nThe picture is {results}/picture.png, the galaxies are {results}/galaxies.png,")
    print(f"the paper trails are in {results}/trails. It took {time.monotonic() - began:.0f} s.")


if __name__ == "__main__":
    if len(sys.argv) < 4 or (sys.argv[4:] not in ([], ["--desktop"]) and sys.argv[4:-1] != ["--pictures"]):
        sys.exit(__doc__)
    try:
        main()
    except (Failed, subprocess.SubprocessError) as problem:
        sys.exit(f"demo: {problem}")
