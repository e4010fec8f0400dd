#!/usr/bin/env python3
"""Runs clang-tidy 19 over the files of a compile database, side by side, and remembers which were clean.

A file is skipped when nothing that decides the outcome has changed since it was clean: its text, the project headers it
reaches, its compile command, the .clang-tidy files, the installed packages (system headers, clang-tidy itself).
usage: tidy.py [--build DIR] [--jobs N] [FILE...]
All files of the database when none is named; a header stands for all that include it. Exit status 1 on findings.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

TIDY = "clang-tidy-19"
INCLUDE = re.compile(rb'^[ \t]*#[ \t]*include[ \t]*"([^"\n]+)"', re.M)


def digest(*pieces):
    sha = hashlib.sha256()
    for piece in pieces:
        data = piece if isinstance(piece, bytes) else str(piece).encode()
        sha.update(b"%d:" % len(data) + data)
    return sha.hexdigest()


def without_precompiled_headers(arguments):
    """The command without `-Xclang -include-pch -Xclang FILE`: the text is still included, and needs no build first."""
    kept, position = [], 0
    while position < len(arguments):
        if arguments[position : position + 2] == ["-Xclang", "-include-pch"]:
            position += 4
        else:
            kept.append(arguments[position])
            position += 1
    return kept


def database(root, build):
    """The entries of this tree's own files: one a file, commands cleaned."""
    entries = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        path = pathlib.Path(entry["directory"], entry["file"]).resolve()
        if path.is_relative_to(root) and not path.is_relative_to(build) and path not in entries:
            arguments = without_precompiled_headers(entry.get("arguments") or shlex.split(entry["command"]))
            entries[path] = {"directory": entry["directory"], "file": str(path), "arguments": arguments}
    return entries


def reached(root, path, seen):
    """Adds `path` and every project header it includes, however far, to `seen` (path -> content)."""
    if path in seen or not path.is_file():
        return
    seen[path] = path.read_bytes()
    for match in INCLUDE.findall(seen[path]):
        target = os.fsdecode(match)
        for candidate in (root / target, path.parent / target):
            if candidate.is_file():
                reached(root, candidate.resolve(), seen)
                break


def reach_of(root, entry):
    seen = {}
    reached(root, pathlib.Path(entry["file"]), seen)
    return seen


def key_of(entry, reach, surroundings):
    contents = [piece for path in sorted(reach) for piece in (path, reach[path])]
    return digest(surroundings, json.dumps(entry), *contents)


def surroundings_of(root):
    configurations = [path.read_bytes() for path in (root / ".clang-tidy", *sorted(root.glob("*/**/.clang-tidy")))]
    packages = subprocess.run(["dpkg-query", "-W"], capture_output=True, check=False).stdout
    version = subprocess.run([TIDY, "--version"], capture_output=True, check=True).stdout
    return digest(packages, version, *configurations)


def check(entry, folder):
    """Findings as text, empty when the file is clean."""
    done = subprocess.run(
        [TIDY, "-p", str(folder), "--quiet", entry["file"]], capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr if done.returncode else ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build/dev"))
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    root, build = pathlib.Path(__file__).resolve().parent.parent, options.build.resolve()
    if not (build / "compile_commands.json").is_file():
        print(f"{build} has no compile_commands.json: configure first, cmake --preset dev")
        return 2
    entries = database(root, build)
    reaches = {path: reach_of(root, entry) for path, entry in entries.items()}
    if options.files:
        wanted = {path.resolve() for path in options.files}
        entries = {path: entry for path, entry in entries.items() if wanted.intersection(reaches[path])}
    folder = build / "tidy"
    (folder / "clean").mkdir(parents=True, exist_ok=True)
    (folder / "compile_commands.json").write_text(json.dumps(list(entries.values())))
    surroundings = surroundings_of(root)
    keys = {path: key_of(entry, reaches[path], surroundings) for path, entry in entries.items()}
    due = [path for path in entries if not (folder / "clean" / keys[path]).exists()]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(max(1, options.jobs)) as pool:
        for path, findings in zip(due, pool.map(lambda path: check(entries[path], folder), due)):
            if findings:
                failed += 1
                print(findings, flush=True)
            else:
                (folder / "clean" / keys[path]).touch()
    print(
        f"clang-tidy: {len(due)} of {len(entries)} files checked, {failed} with findings, "
        f"{len(entries) - len(due)} unchanged since clean"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
