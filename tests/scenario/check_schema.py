"""Validates FOLDER/good*.toml and bad*.toml with FOLDER/schema.json; fails where one does not live up to its name."""
import json
import pathlib
import sys
import tomllib

import jsonschema

folder = pathlib.Path(sys.argv[1])
schema = json.loads((folder / "schema.json").read_text())
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)
failed = False
for path in sorted(folder.glob("*.toml")):
    faults = list(validator.iter_errors(tomllib.loads(path.read_text())))
    if path.name.startswith("good") == bool(faults):
        failed = True
        print(f"{path.read_text()}\n--> {'refused: ' + faults[0].message if faults else 'accepted'}\n", file=sys.stderr)
sys.exit(failed)
