"""The schema of the machine report and the rules it must keep itself."""
import json
import pathlib

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[3]
SCHEMA = json.loads((ROOT / "docs/probe.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def faults(report):
    """What is wrong with a report, one line each; empty when nothing is."""
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in VALIDATOR.iter_errors(report)]


def undescribed():
    """Fields of the schema without a description, and integers without a unit."""
    places = {"": SCHEMA} | SCHEMA["$defs"]
    for place, definition in places.items():
        for name, field in definition["properties"].items():
            if "description" not in field:
                yield f"{place}.{name} has no description"
            numbers = [field, field.get("items", {})]
            if any((n.get("type") == "integer" or "const" in n) and "unit" not in n for n in numbers):
                yield f"{place}.{name} has no unit"
        if definition.get("additionalProperties") is not False:
            yield f"{place} takes any field"
