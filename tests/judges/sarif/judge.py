"""Says what is wrong with SARIF 2.1.0 documents: `judge.py FILE...`. By the published schema, and by what GitHub's code
scanning asks on top of it: each result names a rule of the run by the index that it states, and has a place."""

import json
import pathlib
import sys

import jsonschema

SCHEMA = pathlib.Path(__file__).parent / "schema" / "sarif-schema-2.1.0.json"


def wrong(validator, log):
    for error in validator.iter_errors(log):
        yield f"{error.json_path}: {error.message[:300]}"
    for run in log.get("runs", []):
        rules = [rule.get("id") for rule in run.get("tool", {}).get("driver", {}).get("rules", [])]
        if len(set(rules)) != len(rules):
            yield "a rule stands twice"
        for result in run.get("results", []):
            index = result.get("ruleIndex", -1)
            if not 0 <= index < len(rules) or rules[index] != result.get("ruleId"):
                yield f"{result.get('ruleId')} is not the rule at {index}"
            if not result.get("locations"):
                yield f"a result of {result.get('ruleId')} has no location"


def main():
    schema = json.loads(SCHEMA.read_text())
    validator = jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())
    found = 0
    for path in sys.argv[1:]:
        for line in wrong(validator, json.loads(pathlib.Path(path).read_text())):
            found += 1
            print(f"{path}: {line}")
    sys.exit(1 if found or len(sys.argv) < 2 else 0)


main()
