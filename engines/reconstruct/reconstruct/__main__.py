"""`python3 -m reconstruct STAGE`: runs one stage for the request on standard input."""

import argparse
import os
import sys
import traceback

from . import protocol, report
from .request import Request, read_request
from .progress import Reporter
from .errors import ReconstructionError

_FAILED = "The reconstruction failed for a reason that the engine did not expect. Try again; if it fails again, try other photographs."
_LIMIT = "The reconstruction needs more memory than the worker has. Use a lower quality, or fewer photographs."


def main() -> int:
    parser = argparse.ArgumentParser(prog="reconstruct")
    parser.add_argument("stage")
    stage = parser.parse_args().stage
    protocol.claim_stdout()
    try:
        protocol.result(_run(stage, read_request(sys.stdin)))
        return 0
    except ReconstructionError as error:
        protocol.error(error.code, error.message)
    except MemoryError:
        traceback.print_exc()
        protocol.error("engine_limit", _LIMIT)
    except Exception:
        # Errors of libraries go to the operator's log only: they may contain paths of the server.
        traceback.print_exc()
        protocol.error("engine_failed", _FAILED)
    return 1


def _run(stage: str, request: Request) -> dict[str, object]:
    # Imported here, so that errors of the imports are reported too.
    from .stages import STAGES

    facts = STAGES[stage](request, Reporter())
    return report.write(request.workspace, stage, facts)


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    # Skips the exit handlers of libraries: COLMAP's threads can take long.
    os._exit(code)
