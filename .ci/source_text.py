"""Reads the project's sources for the rules beside it: which files there are, C++ text without comments and strings."""

import os
import pathlib
import re

PRODUCT = ("hwprobe", "overlay", "scheduler", "desktop")
ROOMS = PRODUCT + ("tests", "bench")
CPP_SUFFIXES = (".cpp", ".hpp", ".c", ".h")

_TOKEN = re.compile(
    r'(?P<line_comment>//(?:[^\n\\]|\\.|\\\n)*)'
    r'|(?P<block_comment>/\*.*?(?:\*/|\Z))'
    r'|(?P<raw>\b(?:u8|[uUL])?R"(?P<delimiter>[^\s()\\]{0,16})\(.*?(?:\)(?P=delimiter)"|\Z))'
    r'|(?P<string>"(?:[^"\\\n]|\\.|\\\n)*"?)'
    r"|(?P<number>\b[0-9](?:'?[\w.])*)"
    r"|(?P<char>'(?:[^'\\\n]|\\.)*'?)",
    re.S,
)


def sources(root, rooms=ROOMS, suffixes=CPP_SUFFIXES):
    """Pairs (name, path) of the files with these suffixes under the rooms, by name; not recorded data of the tests, and
    not what a package manager has put there."""
    for room in rooms:
        for folder, folders, files in os.walk(root / room):
            folders[:] = sorted(set(folders) - {"node_modules"})
            for file in sorted(files):
                path = pathlib.Path(folder) / file
                name = path.relative_to(root).as_posix()
                if path.suffix in suffixes and not name.startswith(("tests/machines/", "tests/fuzz/corpus/")):
                    yield name, path


def read(path):
    return path.read_text(encoding="utf-8", errors="replace")


def _spaces(text):
    return re.sub(r"[^\n]", " ", text)


def code(text, strings=False):
    """The same text, place for place, with comments turned to spaces; the insides of strings too unless `strings`."""

    def replace(match):
        piece = match[0]
        if match["line_comment"] is not None or match["block_comment"] is not None:
            return _spaces(piece)
        if match["number"] is not None or strings:
            return piece
        if match["raw"] is not None:
            start = piece.index('"') + 1
            return piece[:start] + _spaces(piece[start:-1]) + piece[-1]
        return piece[0] + _spaces(piece[1:-1]) + (piece[-1] if len(piece) > 1 else "")

    return _TOKEN.sub(replace, text)


def without_directives(text):
    """Comment-free text with preprocessor lines and their continuations turned to spaces."""
    return re.sub(r"^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", lambda match: _spaces(match[0]), text, flags=re.M | re.S)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def run(rule, arguments):
    """Prints one line a breach that `rule(root)` yields; the exit status says whether there was any."""
    root = pathlib.Path(arguments[1] if len(arguments) > 1 else ".").resolve()
    if not any((root / room).is_dir() for room in ROOMS):
        print(f"{root}: no folder of the house is here: give the root of the tree")
        return 2
    found = list(rule(root))
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0
