"""What goes to standard output: a JSON object a line."""

import json
import sys
from typing import Any

#: Characters of the last line. More packages than any system has fit in a tenth of it.
MAX_RESULT = 32 * 1024 * 1024


def progress(fraction: float, stage: str) -> None:
    _print({"progress": fraction, "stage": stage})


def result(value: dict[str, Any]) -> None:
    text = json.dumps({"result": value})
    if len(text) > MAX_RESULT:
        error("engine_limit", f"gives a result of more than {MAX_RESULT} bytes")
    else:
        print(text, flush=True)


def error(code: str, predicate: str) -> None:
    """The last line when there is no result."""
    _print({"error": {"code": code, "message": predicate}})


def _print(value: dict[str, Any]) -> None:
    print(json.dumps(value), file=sys.stdout, flush=True)
