"""The line protocol: one JSON object a line on standard output. Output of libraries goes to standard error."""

import json
import os
import sys
from typing import Any, TextIO

_out: TextIO = sys.stdout


def claim_stdout() -> None:
    """Reserves standard output for the protocol: redirects the output of libraries to standard error."""
    global _out
    _out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)


def progress(fraction: float, stage: str) -> None:
    _print({"progress": fraction, "stage": stage})


def result(value: dict[str, Any]) -> None:
    """Writes the last line of a stage that succeeded."""
    _print({"result": value})


def error(code: str, message: str) -> None:
    """Writes the last line of a stage that failed."""
    _print({"error": {"code": code, "message": message}})


def _print(value: dict[str, Any]) -> None:
    print(json.dumps(value, allow_nan=False), file=_out, flush=True)
