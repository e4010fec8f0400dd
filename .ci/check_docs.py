#!/usr/bin/env python3
"""Refuses documents that no longer say what is true of the tree.

- Every package of scripts/install-deps has its row in docs/dependencies.md, and every row's packages are in it; what
  CMake finds by find_package or pkg_check_modules is named there; no row that is linked has a GPL licence.
- Every script, preset and file that a document names exists; every script is named in README.md or CONTRIBUTING.md.
- A block of code under a line `<!-- the same as FILE -->` is that file, to the letter.
- CHANGELOG.md has an Unreleased section.
usage: check_docs.py [ROOT]     prints one line a breach; exit status 1 when there is any
"""

import json
import re
import subprocess
import sys

from source_text import read, run

DEPENDENCIES = "docs/dependencies.md"
FIND = re.compile(
    r"^[^#\n]*\b(?:find_package\s*\(\s*(\w+)|pkg_check_modules\s*\([^)]*?([\w-]+)(?:[<>=][^)\s]*)?\s*\))", re.M
)
SCRIPT = re.compile(r"(?<![\w/])((?:scripts|\.ci)/[\w-]+(?:\.\w+)?)")
PRESET = re.compile(r"--preset[ =]([\w-]+)")
COPY = re.compile(r"^<!-- the same as (\S+) -->\n```\w*\n(.*?)^```$", re.M | re.S)
LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)")


def rows(text):
    """Pairs (line, cells) of the table rows; head and rule lines are left out."""
    for number, line in enumerate(text.splitlines(), 1):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("|") and len(cells) == 4 and not set(cells[0]) <= set("-: ") and cells[1] != "licence":
            yield number, cells


def wanted_packages(root):
    output = subprocess.run(
        ["bash", str(root / "scripts/install-deps"), "--list"], capture_output=True, text=True, check=True
    )
    return [line.split("|") for line in output.stdout.splitlines()]


def cmake_files(root):
    yield root / "CMakeLists.txt"
    for folder in ("cmake", "hwprobe", "overlay", "scheduler", "desktop", "tests", "bench"):
        yield from sorted((root / folder).rglob("CMakeLists.txt"))
        yield from sorted((root / folder).rglob("*.cmake"))


def dependency_breaches(root):
    text = read(root / DEPENDENCIES)
    documented = {}
    for number, (names, licence, linked, _) in rows(text):
        packages = re.findall(r"`([^`]+)`", names)
        documented.update((package, number) for package in packages)
        if linked.startswith("yes") and re.search(r"\bA?GPL", licence):
            yield f"{DEPENDENCIES}:{number}: {names} is linked and {licence}: run it as a program, or replace it"
    wanted = wanted_packages(root)
    for alternatives in wanted:
        if not any(package in documented for package in alternatives):
            yield f"scripts/install-deps:1: {'|'.join(alternatives)} has no row in {DEPENDENCIES}: add one"
    known = {package for alternatives in wanted for package in alternatives}
    for package, number in documented.items():
        if package not in known:
            yield f"{DEPENDENCIES}:{number}: {package} is not in scripts/install-deps: add it there or drop the row"
    for path in cmake_files(root):
        content = read(path)
        for match in FIND.finditer(content):
            name = match[1] or match[2]
            if not re.search(rf"\b{re.escape(name)}\b", text, re.I):
                where = f"{path.relative_to(root).as_posix()}:{content.count(chr(10), 0, match.start()) + 1}"
                yield f"{where}: {name} is found by CMake but {DEPENDENCIES} does not name it"


def documents(root):
    return [path for path in (*sorted(root.glob("*.md")), *sorted((root / "docs").rglob("*.md")))]


def reference_breaches(root):
    presets = {
        preset["name"]
        for preset in json.loads(read(root / "CMakePresets.json"))["configurePresets"]
        if not preset.get("hidden")
    }
    named = set()
    for path in documents(root):
        name = path.relative_to(root).as_posix()
        for number, line in enumerate(read(path).splitlines(), 1):
            for script in SCRIPT.findall(line):
                if name in ("README.md", "CONTRIBUTING.md"):
                    named.add(script)
                if not (root / script).exists():
                    yield f"{name}:{number}: names {script}, which does not exist"
            for preset in PRESET.findall(line):
                if preset not in presets:
                    yield f"{name}:{number}: names the preset {preset}, which CMakePresets.json lacks"
            for target in LINK.findall(line):
                if not (path.parent / target).exists():
                    yield f"{name}:{number}: links to {target}, which does not exist"
    for script in sorted((root / "scripts").glob("*")):
        if f"scripts/{script.name}" not in named:
            yield f"scripts/{script.name}:1: README.md and CONTRIBUTING.md say nothing of this script"


def copy_breaches(root):
    for path in documents(root):
        text = read(path)
        copies = {match.start(): match for match in COPY.finditer(text)}
        for marker in re.finditer(r"^<!-- the same as (\S+)", text, re.M):
            where = f"{path.relative_to(root).as_posix()}:{text.count(chr(10), 0, marker.start()) + 1}"
            copy = copies.get(marker.start())
            if copy is None:
                yield f"{where}: no block of code follows: put {marker[1]} between ``` lines right below"
            elif not (root / copy[1]).is_file() or read(root / copy[1]) != copy[2]:
                yield f"{where}: the block below is not what {copy[1]} holds: copy it anew"


def breaches(root):
    missing = [
        name
        for name in (DEPENDENCIES, "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE")
        if not (root / name).is_file()
    ]
    if missing:
        yield from (f"{name}:1: the document is missing" for name in missing)
        return
    yield from dependency_breaches(root)
    yield from reference_breaches(root)
    yield from copy_breaches(root)
    if not re.search(r"^## \[?Unreleased\b", read(root / "CHANGELOG.md"), re.M):
        yield "CHANGELOG.md:1: has no '## [Unreleased]' section: what changed since the last release goes there"


if __name__ == "__main__":
    sys.exit(run(breaches, sys.argv))
