"""Holds JSON files against a JSON Schema: validate-json.py SCHEMA FILE... (needs the package `jsonschema`)."""

import json
import sys

import jsonschema


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def main(schema, *files):
    schema = load(schema)
    kind = jsonschema.validators.validator_for(schema)
    validator = kind(schema, format_checker=kind.FORMAT_CHECKER)
    wrong = 0
    for path in files:
        for error in validator.iter_errors(load(path)):
            print(f"{path}: {error.json_path}: {error.message}")
            wrong += 1
    if wrong == 0:
        print(f"{len(files)} files are valid")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
