#!/usr/bin/env python3
"""Refuses file and folder names that are not lower_snake_case or that say nothing about what is inside.

usage: check_names.py [ROOT]     prints one line a breach; exit status 1 when there is any
"""

import re
import sys

from source_text import CPP_SUFFIXES, ROOMS, run, sources

EMPTY_WORDS = {
    "util",
    "utils",
    "utility",
    "utilities",
    "helper",
    "helpers",
    "misc",
    "common",
    "stuff",
    "manager",
    "managers",
    "impl",
}
SNAKE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
VERSIONED = re.compile(r"(?:_(?:v?[0-9]+|new|old|copy|final|tmp)|manager[0-9]+)$")


def breaches(root):
    seen = set()
    for name, _ in sources(root, ROOMS, CPP_SUFFIXES + (".py", ".cl")):
        parts = name.split("/")
        for end in range(1, len(parts) + 1):
            part = "/".join(parts[:end])
            if part in seen:
                continue
            seen.add(part)
            stem = parts[end - 1].split(".")[0]
            if not SNAKE.fullmatch(stem) or parts[end - 1] != parts[end - 1].lower():
                yield f"{part}:1: {parts[end - 1]} is not lower_snake_case"
            elif empty := EMPTY_WORDS.intersection(stem.split("_")):
                yield f"{part}:1: '{min(empty)}' says nothing: name the concept that is inside"
            elif VERSIONED.search(stem):
                yield f"{part}:1: {stem} is numbered or dated: say how it differs from its neighbour, or replace that"


if __name__ == "__main__":
    sys.exit(run(breaches, sys.argv))
