"""scripts/install-deps on machines it may meet: stand-ins for dpkg-query, apt-get, npm, id and sudo note what was
called."""

import hashlib
import pathlib
import subprocess
import tempfile
import unittest

from planted_tree import ROOT

SCRIPT = ROOT / "scripts/install-deps"
STAND_INS = {
    "dpkg-query": 'grep -qx -- "${!#}" "$MACHINE/installed" && printf installed',
    "apt-get": 'echo "apt-get $*" >>"$MACHINE/calls"\ncase "$*" in\n'
    '*-s*) cat "$MACHINE/removals" 2>/dev/null ;;\n'
    '*" install "*) echo "frontend $DEBIAN_FRONTEND" >>"$MACHINE/calls"\n'
    "[[ ! -e $MACHINE/broken ]] || { echo E: no such package; exit 100; } ;;\nesac",
    "npm": 'echo "npm $*" >>"$MACHINE/calls"\n[[ ! -e $MACHINE/broken ]] || { echo E: no such module; exit 1; }\n'
    'mkdir -p "$FOREIGN_PEERS/node_modules"',
    "id": 'cat "$MACHINE/uid"',
    "sudo": 'echo "sudo $*" >>"$MACHINE/calls"; exec "$@"',
}


class InstallDeps(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.machine = pathlib.Path(folder.name)
        (self.machine / "bin").mkdir()
        for name in ("bash", "env", "sed", "tail", "mktemp", "mkdir", "rm", "cat", "grep", "dirname", "sha256sum"):
            (self.machine / "bin" / name).symlink_to(
                subprocess.run(["which", name], capture_output=True, text=True, check=True).stdout.strip()
            )
        for name, body in STAND_INS.items():
            self.stand_in(name, body)
        listed = subprocess.run(["bash", SCRIPT, "--list"], capture_output=True, text=True, check=True).stdout.split()
        self.packages = [line.split("|")[-1] for line in listed]
        self.set_machine(installed=self.packages)
        self.peers = self.machine / "peers"
        (self.peers / "node_modules").mkdir(parents=True)
        (self.peers / "package-lock.json").write_text("lock\n")
        self.stamp = self.peers / "node_modules/.lock.sha256"
        self.stamp.write_text(hashlib.sha256(b"lock\n").hexdigest() + "  -\n")

    def stand_in(self, name, body):
        path = self.machine / "bin" / name
        path.write_text(f"#!/bin/bash\n{body}\n")
        path.chmod(0o755)

    def set_machine(self, installed, uid=0, release="ID=debian\nVERSION_ID=\"12\"\n"):
        (self.machine / "installed").write_text("".join(name + "\n" for name in installed))
        (self.machine / "uid").write_text(f"{uid}\n")
        (self.machine / "release").write_text(release)

    def run_script(self, *arguments, **environment):
        surroundings = {
            "PATH": str(self.machine / "bin"),
            "MACHINE": str(self.machine),
            "OS_RELEASE": str(self.machine / "release"),
            "FOREIGN_PEERS": str(self.peers),
            "TMPDIR": str(self.machine),
        } | environment
        done = subprocess.run(
            [SCRIPT, *arguments],
            env=surroundings,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        calls = self.machine / "calls"
        return done.returncode, done.stdout, done.stderr, calls.read_text() if calls.exists() else ""

    def test_when_all_is_there_it_says_nothing_and_calls_nothing(self):
        self.assertEqual(self.run_script(), (0, "", "", ""))
        self.set_machine(self.packages, uid=1000)
        self.assertEqual(self.run_script(), (0, "", "", ""))

    def test_root_installs_just_what_is_missing_and_is_asked_nothing(self):
        self.set_machine([name for name in self.packages if name not in ("clang-19", "libhwloc-dev")])
        status, _, said, calls = self.run_script()
        self.assertEqual(status, 0, said)
        self.assertIn("installing 2 packages: clang-19 libhwloc-dev", said)
        self.assertRegex(
            calls, r"apt-get .* install -y --no-install-recommends clang-19 libhwloc-dev\nfrontend noninteractive\n"
        )
        self.assertNotIn("sudo", calls)

    def test_another_user_goes_through_sudo(self):
        self.set_machine(self.packages[1:], uid=1000)
        status, _, said, calls = self.run_script()
        self.assertEqual(status, 0, said)
        self.assertIn("sudo env DEBIAN_FRONTEND=noninteractive apt-get", calls)

    def test_without_root_and_sudo_it_says_what_to_run(self):
        self.set_machine(self.packages[1:], uid=1000)
        (self.machine / "bin/sudo").unlink()
        status, _, said, calls = self.run_script()
        self.assertEqual((status, calls), (1, ""))
        self.assertIn("as root: apt-get install --no-install-recommends " + self.packages[0], said)

    def test_a_dry_run_names_both_kinds_and_changes_nothing(self):
        self.set_machine(self.packages[1:])
        (self.machine / "removals").write_text("Remv libboost1.74-dev [1.74]\nInst clang-19 (19)\n")
        status, shown, _, calls = self.run_script("--dry-run")
        self.assertEqual(status, 0)
        self.assertIn(f"would install   {self.packages[0]}\n", shown)
        self.assertIn(f"there           {self.packages[1]}\n", shown)
        self.assertIn("would remove    libboost1.74-dev\n", shown)
        self.assertEqual([line for line in calls.splitlines() if " -s " not in line], [])

    def test_what_would_be_removed_needs_a_word(self):
        self.set_machine([name for name in self.packages if name != "libboost1.81-dev"])
        (self.machine / "removals").write_text("Remv libboost1.74-dev [1.74]\n")
        status, _, said, calls = self.run_script()
        self.assertEqual(status, 1)
        self.assertIn("removes: libboost1.74-dev", said)
        self.assertIn("scripts/install-deps --yes", said)
        self.assertNotIn("frontend", calls)
        self.assertEqual(self.run_script("--yes")[0], 0)
        self.assertEqual(self.run_script(CI="true")[0], 0)

    def test_npm_of_another_node_will_do(self):
        self.set_machine([name for name in self.packages if name != "npm"])
        self.assertEqual(self.run_script(), (0, "", "", ""))
        (self.machine / "bin/npm").unlink()
        self.assertIn("would install   npm\n", self.run_script("--dry-run")[1])

    def test_foreign_peers_are_installed_when_they_are_not_those_of_the_lock_file(self):
        installs = f"npm ci --prefix {self.peers} --ignore-scripts --no-audit --no-fund\n"
        (self.peers / "package-lock.json").write_text("another lock\n")
        self.set_machine(self.packages, uid=1000)
        self.assertIn("would install   foreign peers", self.run_script("--dry-run")[1])
        status, _, _, calls = self.run_script()
        self.assertEqual((status, calls), (0, installs))
        self.assertEqual(self.run_script()[3], installs, "the second run has nothing to do")
        self.assertIn("there           foreign peers", self.run_script("--dry-run")[1])

    def test_a_failing_npm_is_shown_and_tried_again_the_next_time(self):
        self.stamp.unlink()
        (self.machine / "broken").touch()
        for _ in range(2):
            status, _, said, _ = self.run_script()
            self.assertEqual(status, 1)
            self.assertIn("E: no such module", said)
            self.assertIn("npm ci failed", said)

    def test_another_system_is_named_with_the_list_to_adapt(self):
        self.set_machine([], release="ID=fedora\nVERSION_ID=40\n")
        status, _, said, calls = self.run_script()
        self.assertEqual((status, calls), (2, ""))
        self.assertIn("this is fedora 40", said)
        self.assertIn("libboost1.81-dev", said)

    def test_a_failing_apt_is_shown_and_its_failure_passed_on(self):
        self.set_machine(self.packages[1:])
        (self.machine / "broken").touch()
        status, _, said, _ = self.run_script()
        self.assertEqual(status, 1)
        self.assertIn("E: no such package", said)
        self.assertIn("failed with status 100", said)

    def test_an_unknown_argument_is_refused(self):
        self.assertEqual(self.run_script("--everything")[0], 2)


if __name__ == "__main__":
    unittest.main()
