"""A WebSocket client of another make beside our server. usage: node_client_test.py RPC-ECHO-SERVER"""

import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "interop"))
import foreign  # noqa: E402

foreign.exit_when_missing("scheduler_rpc.node_client")
with tempfile.TemporaryDirectory() as folder:
    with subprocess.Popen([sys.argv[1], folder], stdout=subprocess.PIPE, text=True) as server:
        try:
            port = json.loads(server.stdout.readline())["port"]
            arguments = [foreign.node(), HERE / "node_client.mjs", str(port), f"{folder}/rpc.token"]
            status = subprocess.run(arguments, timeout=60, check=False).returncode
        finally:
            server.kill()
sys.exit(status)
