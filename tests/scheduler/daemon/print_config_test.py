"""What `quernd --print-config` writes, and that it says so where it cannot.

usage: print_config_test.py QUERND
"""
import pathlib
import subprocess
import sys
import tempfile
import unittest

QUERND = sys.argv[1]


class PrintConfigTest(unittest.TestCase):
    def test_what_it_writes_is_a_configuration(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "quernd.toml")
            with file.open("wb") as out:
                subprocess.run([QUERND, "--print-config", "--data-directory", folder], stdout=out, check=True, timeout=60)
            subprocess.run([QUERND, "--check-config", "--config", file], check=True, timeout=60)

    def test_a_key_of_a_private_network_that_cannot_be_read_is_told_before_a_start(self):
        with tempfile.TemporaryDirectory() as folder:
            file, key = pathlib.Path(folder, "quernd.toml"), pathlib.Path(folder, "swarm.key")
            file.write_text(f'overlay.psk_file = "{key}"\n')
            check = [QUERND, "--check-config", "--config", file]
            for content in (None, "no key", "/key/swarm/psk/1.0.0/\n/base16/\n" + 64 * "7" + "\n"):
                if content is not None:
                    key.write_text(content)
                result = subprocess.run(check, stderr=subprocess.PIPE, text=True, timeout=60)
                self.assertEqual(result.returncode, 0 if content and "psk" in content else 3, result.stderr)
                self.assertEqual(f"overlay.psk_file: {key}" in result.stderr, result.returncode != 0, result.stderr)

    def test_a_full_disk_is_an_error(self):
        with open("/dev/full", "wb") as full:
            result = subprocess.run([QUERND, "--print-config"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
        self.assertEqual((result.returncode, result.stderr),
                         (1, "quernd: standard output cannot be written: No space left on device\n"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
