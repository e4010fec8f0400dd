#!/usr/bin/env python3
"""Refuses a coroutine lambda whose captures die before it does.

The captures of a coroutine lambda live in the lambda object, not in the coroutine. Called on the spot outside of a
co_await expression, `spawn(executor, [x]() -> awaitable<void> { ... }())`, the object is gone at the end of the
statement; called through a name, `auto task = [x]() -> awaitable<void> { ... }; spawn(executor, task());`, at the end
of the block, which nothing awaited after the call holds up. Hand over the lambda itself (what starts it keeps it
alive), pass the values as parameters (they are copied into the coroutine), or co_await the call or its end.

usage: check_coroutines.py [ROOT]     prints one line a breach; exit status 1 when there is any
"""

import re
import sys

from source_text import ROOMS, code, line_of, read, run, sources, without_directives

CLOSING = {"(": ")", "[": "]", "{": "}"}
INTRODUCER = re.compile(r"(?<![\w)\]\[])\s*\[(?!\[)")
TEMPLATE_HEAD = re.compile(r"\s*(?:<[^{};]*?>\s*(?=\())?")
SPECIFIERS = re.compile(
    r"[\w\s]*(?:\([^{};]*?\)\s*)?(?:->[^{};]*)?\{"
)  # mutable, noexcept(...), -> type, up to the body
COROUTINE = re.compile(r"\bco_(?:await|return|yield)\b")
NAMED = re.compile(r"\b(\w+)\s*=\s*$")
WAY_OUT = "pass the lambda itself, pass the values as parameters, or co_await the call"


def after(text, start):
    """Offset just past the bracket that closes the one at `start`; the end of the text when none does."""
    opening, depth = text[start], 0
    for position in range(start, len(text)):
        if text[position] == opening:
            depth += 1
        elif text[position] == CLOSING[opening]:
            depth -= 1
            if depth == 0:
                return position + 1
    return len(text)


def lambdas(text):
    """Triples (start, captures, body, end) of every lambda expression with a body."""
    for match in INTRODUCER.finditer(text):
        start = match.end() - 1
        position = after(text, start)
        captures = text[start + 1 : position - 1].strip()
        position = TEMPLATE_HEAD.match(text, position).end()
        if text[position : position + 1] == "(":
            position = after(text, position)
        opening = SPECIFIERS.match(text, position)
        if opening:
            end = after(text, opening.end() - 1)
            yield start, captures, text[opening.end() : end - 1], end


def without_nested(body):
    """The body with the bodies of lambdas inside it blanked: a co_await there is theirs."""
    for start, _, _, end in lambdas(body):
        body = body[:start] + " " * (end - start) + body[end:]
    return body


def statement_before(text, start):
    """What stands before `start` in its statement."""
    return text[max(text.rfind(mark, 0, start) for mark in ";{}") + 1 : start]


def block_end(text, start):
    """Offset where the block that `start` lies in ends."""
    depth = 0
    for position in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[position], 0)
        if depth < 0:
            return position
    return len(text)


def awaited(text, start):
    return re.search(r"\bco_await\b", statement_before(text, start)) is not None


def breaches(root):
    for name, path in sources(root, ROOMS):
        text = without_directives(code(read(path)))
        for start, captures, body, end in lambdas(text):
            if not captures or not COROUTINE.search(without_nested(body)):
                continue
            if re.match(r"\s*\(", text[end:]) and not awaited(text, start):
                yield f"{name}:{line_of(text, start)}: a capturing coroutine lambda is called on the spot: {WAY_OUT}"
            named = NAMED.search(statement_before(text, start))
            if not named:
                continue
            rest = text[end : block_end(text, end)]
            for call in re.finditer(rf"(?<![\w.>:]){named[1]}\s*\(", rest):
                held = re.search(r"\bco_await\b", without_nested(rest[call.end() :]))
                if not held and not awaited(text, end + call.start()):
                    yield (
                        f"{name}:{line_of(text, end + call.start())}: the capturing coroutine lambda {named[1]} "
                        f"may die before its coroutine: {WAY_OUT}"
                    )


if __name__ == "__main__":
    sys.exit(run(breaches, sys.argv))
