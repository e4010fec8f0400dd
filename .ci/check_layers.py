#!/usr/bin/env python3
"""Refuses an include that goes up the house: each folder may include only what docs/architecture.md allows it.

usage: check_layers.py [ROOT]     prints one line a breach; exit status 1 when there is any
"""
import pathlib
import re
import sys

# folder -> project folders whose headers it may include; the longest matching folder decides
ALLOWED = {
    "hwprobe": ["hwprobe"],
    "overlay/runtime": ["overlay/runtime"],
    "overlay": ["overlay"],
    "scheduler/model": ["scheduler/model", "overlay/runtime"],
    "scheduler/rpc": ["scheduler/rpc", "scheduler/model", "overlay/runtime"],
    "scheduler/cli": ["scheduler/cli", "scheduler/rpc", "scheduler/model", "overlay/runtime", "hwprobe"],
    "scheduler": ["scheduler", "overlay", "hwprobe"],
    "desktop": ["desktop", "scheduler/rpc"],
}
ROOMS = ("hwprobe/", "overlay/", "scheduler/", "desktop/", "tests/", "bench/")
INCLUDE = re.compile(r'\s*#\s*include\s+["<]([^">]+)[">]')


def breaches(root):
    for room in ("hwprobe", "overlay", "scheduler", "desktop"):
        for path in sorted((root / room).rglob("*.[hc]pp")):
            name = path.relative_to(root).as_posix()
            layer = max((k for k in ALLOWED if name.startswith(k + "/")), key=len)
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                match = INCLUDE.match(line)
                if not match:
                    continue
                target = match[1]
                if target.startswith("../") or "/../" in target:
                    yield f"{name}:{number}: includes {target} by a relative path: name it from the top of the tree"
                elif target.startswith(ROOMS) and not any(target.startswith(a + "/") for a in ALLOWED[layer]):
                    yield f"{name}:{number}: {layer} must not know {target} (allowed: {', '.join(ALLOWED[layer])})"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    found = list(breaches(root))
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


sys.exit(main())
