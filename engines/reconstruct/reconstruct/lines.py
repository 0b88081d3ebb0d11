"""What goes to standard output: a JSON object a line. Nothing else may, whatever the libraries print."""

import json
import os
import sys
from typing import Any, TextIO

_out: TextIO = sys.stdout


def claim_stdout() -> None:
    """Keeps standard output for these lines: what libraries print goes to standard error from now on."""
    global _out
    _out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)


def progress(fraction: float, stage: str) -> None:
    _print({"progress": fraction, "stage": stage})


def result(value: dict[str, Any]) -> None:
    """The last line of a stage that went well."""
    _print({"result": value})


def error(code: str, message: str) -> None:
    """The last line when there is no result."""
    _print({"error": {"code": code, "message": message}})


def _print(value: dict[str, Any]) -> None:
    print(json.dumps(value, allow_nan=False), file=_out, flush=True)
