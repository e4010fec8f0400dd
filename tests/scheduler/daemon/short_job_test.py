"""Jobs that compute for less time than a driver needs to compile them: they complete at the first try, and cost what
their quotes have room for, whether their worker is a new one or has waited.

usage: short_job_test.py BIN MARKET_DEMO
MARKET_DEMO is scripts/market_demo.py, whose nodes these are.
"""

import hashlib
import importlib.util
import json
import os
import pathlib
import sys
import tempfile

PROGRAMS, DEMO = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])

spec = importlib.util.spec_from_file_location("market_demo", DEMO)
demo = importlib.util.module_from_spec(spec)
spec.loader.exec_module(demo)
demo.START_SECONDS = 120

ITEMS = 64
RATES = '[provider.rates]\ndevice_second = "0.01"\nsetup = "0.0001"\n'


def kernel(number):
    return f"__kernel void k{number}(__global int* o) {{ o[get_global_id(0)] += get_global_id(0) * {number + 3}; }}\n"


def write_job(folder, name, kernels, work):
    """A manifest of as many kernels, each its own; `work` is what it says of itself, or None."""
    folder = folder / name
    folder.mkdir()
    source = (f"// {name}\n" + "".join(kernel(number) for number in range(kernels))).encode()
    (folder / "k.cl").write_bytes(source)
    size = ITEMS * 4
    manifest = {"apiVersion": "v1", "kind": "OpenCLKernel", "name": name,
                "resources": {"memoryBytes": 512 << 20, "walltimeSeconds": 60},
                "inputs": [{"path": "k.cl", "digest": "sha256:" + hashlib.sha256(source).hexdigest(),
                            "bytes": len(source)}],
                "outputs": [{"path": "o.bin", "maxBytes": size}],
                "program": {"sources": ["k.cl"]},
                "buffers": {"o": {"bytes": size, "output": "o.bin"}},
                "steps": [{"kernel": f"k{number}", "globalWorkSize": [ITEMS], "args": [{"buffer": "o"}]}
                          for number in range(kernels)]}
    if work:
        manifest["work"] = work
    path = folder / "job.json"
    path.write_text(json.dumps(manifest))
    return path


class Market:
    def __init__(self, folder, nodes):
        self.provider = demo.Node("provider", folder, PROGRAMS)
        self.submitter = demo.Node("submitter", folder, PROGRAMS)
        nodes += [self.provider, self.submitter]
        self.start_provider(0)
        self.submitter.start(f'[overlay]\npeers = ["{self.provider.address}"]\n')
        self.submitter.wait_ready()
        demo.wait_for("an offer", lambda: self.submitter.ask("offers")["offers"])
        self.results = folder / "results"

    def start_provider(self, port):
        self.provider.start(f'[overlay]\nlisten = ["/ip4/127.0.0.1/tcp/{port}"]\n[provider]\nenabled = true\n{RATES}',
                            POCL_DEVICES="pthread")
        self.provider.wait_ready()

    def restart_provider(self):
        port = self.provider.address.split("/")[4]
        self.provider.stop()
        self.start_provider(port)

    def check_run(self, manifest, which):
        print(which)
        job = demo.run_job(self.submitter, manifest, self.results)
        demo.check_job(job, 1)


def main():
    nodes = []
    with tempfile.TemporaryDirectory(prefix="quern-short-") as name:
        folder = pathlib.Path(name)
        os.chmod(folder, 0o711)  # of root's daemons, jobs are another user
        try:
            market = Market(folder, nodes)
            # One after the other at the same worker: only that of the first is new, but all kernels are.
            said = write_job(folder, "said", 1, {"int32Op": 1000})
            unsaid = write_job(folder, "unsaid", 1, None)
            many = write_job(folder, "many", 8, {"int32Op": 8000})
            for manifest in (said, unsaid, many):
                for which in ("new", "again", "once more"):
                    market.check_run(manifest, f"{manifest.parent.name}: {which}")
            market.restart_provider()
            for manifest in (many, unsaid, said):
                market.check_run(manifest, f"{manifest.parent.name}: at a provider that was restarted")
        finally:
            demo.stop_all(nodes)


try:
    main()
except demo.Failed as problem:
    sys.exit(f"short_job_test: {problem}")
