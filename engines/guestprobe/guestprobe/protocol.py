"""The line protocol: one JSON object a line on standard output."""

import json
import sys
from typing import Any

#: Characters of the last line: ten times the largest real report.
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
    """Writes the last line of a failed inspection."""
    _print({"error": {"code": code, "message": predicate}})


def _print(value: dict[str, Any]) -> None:
    print(json.dumps(value), file=sys.stdout, flush=True)
