#!/usr/bin/env python3
"""Refuses files over 600 lines (C++, Python, shell, CMake) and functions over 70 lines (C++, Python).

A function counts from the first line of its head to its closing brace; what is nested in it counts with it.
usage: check_size.py [ROOT]     prints one line a breach; exit status 1 when there is any
"""

import ast
import re
import sys

from source_text import ROOMS, CPP_SUFFIXES, code, line_of, read, run, sources, without_directives

FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 70
OTHER_ROOMS = (".ci", "scripts", "cmake")

_BEFORE_HEAD = re.compile(r"(?:\s|(?:public|protected|private)\s*:)*")
_BRACE = re.compile(r"[{};]")
_NAMESPACE = re.compile(r'(?:^|\s)(?:inline\s+)?namespace\b[^()=]*$|\bextern\s*"\s*"\s*$')
_TYPE = re.compile(r"(?:^|\s)(?:class|struct|union|enum)\b[^()]*$")


def closing(text, start):
    """Offset of the brace that closes the one at `start`, or None."""
    depth = 0
    for match in re.finditer(r"[{}]", text[start:]):
        depth += 1 if match[0] == "{" else -1
        if depth == 0:
            return start + match.start()
    return None


def flattened(head):
    """The head without template arguments and attributes, whose parentheses and keywords would mislead."""
    head = re.sub(r"->|<=>|<<|>=|<=|operator\s*[<>]+", "  ", head)
    head = re.sub(r"\[\[.*?\]\]|alignas\s*\([^()]*\)", " ", head, flags=re.S)
    while True:
        shorter = re.sub(r"<[^<>;]*>", " ", head)
        if shorter == head:
            return head
        head = shorter


def kind_of(head):
    """What a brace after `head` opens outside of functions: a scope (namespace, type), a function, or a value."""
    flat = flattened(head)
    if _NAMESPACE.search(flat) or _TYPE.search(flat):
        return "scope"
    if flat.count("(") != flat.count(")"):
        return "value"  # an argument of a call or a default argument
    if re.search(r"=\s*\[", flat):
        return "function"  # a lambda with a name
    if "(" not in flat:
        return "value"
    initializers = re.search(r"\)[\w\s]*:(?!:)(.*)$", flat, re.S)
    if initializers and re.search(r"[\w>]\s*$", flat):
        return "value"  # member{...} in a constructor's list
    return "function"


def cpp_functions(text):
    """Triples (name, first line, last line) of the outermost functions; raises ValueError where braces do not match."""
    text = without_directives(code(text))
    start = position = depth = 0
    while match := _BRACE.search(text, position):
        position = match.end()
        head = text[start : match.start()]
        if match[0] == "{":
            kind = kind_of(head)
            if kind == "scope":
                depth, start = depth + 1, position
                continue
            end = closing(text, match.start())
            if end is None:
                raise ValueError(line_of(text, match.start()))
            position = end + 1
            if kind == "function":
                first = start + _BEFORE_HEAD.match(head).end()
                yield name_of(head), line_of(text, first), line_of(text, end)
                start = position
        elif match[0] == "}":
            depth, start = depth - 1, position
            if depth < 0:
                raise ValueError(line_of(text, match.start()))
        elif head.count("(") <= head.count(")"):
            start = position
    if depth:
        raise ValueError(line_of(text, len(text)))


def name_of(head):
    match = re.search(r"(operator\s*(?:\(\)|[^\s(]+)|[~\w:]+)\s*(?:\(|=\s*\[)", head)
    return match[1] if match else "a function"


def python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, node.lineno, node.end_lineno


def files(root):
    yield from sources(root, ROOMS, CPP_SUFFIXES + (".py", ".txt", ".cl"))
    for room in OTHER_ROOMS:
        yield from (
            (path.relative_to(root).as_posix(), path) for path in sorted((root / room).glob("*")) if path.is_file()
        )


def breaches(root):
    for name, path in files(root):
        text = read(path)
        lines = len(text.splitlines())
        if lines > FILE_LINES_MAX:
            yield f"{name}:{FILE_LINES_MAX + 1}: {lines} lines in the file, limit {FILE_LINES_MAX}: split it by concept"
        measure = cpp_functions if path.suffix in CPP_SUFFIXES else python_functions if path.suffix == ".py" else None
        try:
            for function, first, last in measure(text) if measure else ():
                if last - first + 1 > FUNCTION_LINES_MAX:
                    yield (
                        f"{name}:{first}: {function} has {last - first + 1} lines, limit {FUNCTION_LINES_MAX}: "
                        "name a part of it as a function of its own"
                    )
        except (ValueError, SyntaxError) as error:
            yield f"{name}:{error}: braces do not match (#if around half a block?): its functions cannot be measured"


if __name__ == "__main__":
    sys.exit(run(breaches, sys.argv))
