#!/usr/bin/env python3
"""Refuses an include that goes up the house: each folder may include only what docs/architecture.md allows it.

usage: check_layers.py [ROOT]     prints one line a breach; exit status 1 when there is any
"""

import re
import sys

from source_text import PRODUCT, code, read, run, sources

# folder -> project folders whose headers it may include; the longest matching folder decides
ALLOWED = {
    "hwprobe": ["hwprobe"],
    "overlay/runtime": ["overlay/runtime"],
    "overlay": ["overlay"],
    "scheduler/model": ["scheduler/model", "overlay/runtime"],
    "scheduler/market": ["scheduler/market", "scheduler/model", "overlay/identity", "overlay/runtime"],
    "scheduler/placement": ["scheduler/placement", "scheduler/market", "scheduler/model", "overlay/runtime"],
    "scheduler/agreement": ["scheduler/agreement", "scheduler/model", "overlay/identity", "overlay/runtime"],
    "scheduler/store": ["scheduler/store", "overlay/runtime"],
    "scheduler/ledger": ["scheduler/ledger", "scheduler/store", "scheduler/model", "overlay/runtime"],
    "scheduler/execution": ["scheduler/execution", "scheduler/model", "overlay/runtime"],
    "scheduler/rpc": ["scheduler/rpc", "scheduler/model", "overlay/runtime"],
    "scheduler/cli": ["scheduler/cli", "scheduler/agreement", "scheduler/rpc", "scheduler/model", "overlay/runtime",
                      "hwprobe"],
    "scheduler": ["scheduler", "overlay", "hwprobe"],
    "desktop/client": ["desktop/client", "scheduler/rpc"],
    "desktop/models": ["desktop/models", "desktop/client", "scheduler/rpc"],
    "desktop/theme": ["desktop/theme"],
    "desktop/widgets": ["desktop/widgets", "desktop/theme"],
    "desktop": ["desktop", "scheduler/rpc"],
}
# Product code never includes tests or benchmarks; the simulator is a library of its own that only those two link.
TOP = tuple(room + "/" for room in PRODUCT) + ("tests/", "bench/")
SIMULATOR = "overlay/runtime/simulation/"
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*["<]([^">\n]+)[">]', re.M)


def breaches(root):
    for name, path in sources(root, PRODUCT):
        layer = max((folder for folder in ALLOWED if name.startswith(folder + "/")), key=len)
        text = code(read(path), strings=True)
        for match in INCLUDE.finditer(text):
            target, line = match[1], text.count("\n", 0, match.start()) + 1
            if target.startswith(("./", "../")) or "/../" in target:
                yield f"{name}:{line}: includes {target} by a relative path: name it from the top of the tree"
            elif target.startswith(TOP) and not any(target.startswith(folder + "/") for folder in ALLOWED[layer]):
                yield f"{name}:{line}: {layer} must not know {target} (allowed: {', '.join(ALLOWED[layer])})"
            elif target.startswith(SIMULATOR) and not name.startswith(SIMULATOR):
                yield f"{name}:{line}: {target} is the simulator: only tests and benchmarks know it"
            elif match[0].endswith('"') and "/" not in target:
                yield f"{name}:{line}: includes {target} without its folder: name it from the top of the tree"


if __name__ == "__main__":
    sys.exit(run(breaches, sys.argv))
