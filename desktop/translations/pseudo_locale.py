#!/usr/bin/env python3
"""Makes the right-to-left pseudo-locale of the English texts: every letter a Hebrew one, a third longer, in brackets.

What is not translated, what does not fit, and what ignores the direction of writing is seen at once.
usage: pseudo_locale.py FROM.ts TO.ts     FROM: any translation file; its sources count
"""

import re
import sys
import xml.etree.ElementTree as tree

LETTERS = dict(zip("abcdefghijklmnopqrstuvwxyz", "אבגדהוזחטיכלמנסעפצקרשתםןףץ"))
# Left as they are: places for values, the mark of a mnemonic, entities of markup.
KEPT = re.compile(r"%L?\d+|%L?n|&(?=\w)|<[^<>]+>")
GROWTH = 3  # one more letter for so many


def mirrored(text):
    parts, at = [], 0
    for kept in KEPT.finditer(text):
        parts += ["".join(LETTERS.get(c, c) for c in text[at : kept.start()].lower()), kept[0]]
        at = kept.end()
    parts.append("".join(LETTERS.get(c, c) for c in text[at:].lower()))
    letters = sum(c in LETTERS for c in KEPT.sub("", text).lower())
    return "[" + "".join(parts) + "ש" * (letters // GROWTH) + "]"


def translate(message):
    source = message.findtext("source", "")
    translation = message.find("translation")
    translation.clear()
    if message.get("numerus") == "yes":
        # Hebrew of Qt has the forms one, two and other.
        for _ in range(3):
            tree.SubElement(translation, "numerusform").text = mirrored(source)
    else:
        translation.text = mirrored(source)


def main(source, target):
    document = tree.parse(source)
    document.getroot().set("language", "he")
    for context in document.getroot().iter("context"):
        for message in context.findall("message"):
            if message.find("translation").get("type") in ("vanished", "obsolete"):
                context.remove(message)
            else:
                translate(message)
    document.write(target, encoding="utf-8", xml_declaration=True)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
