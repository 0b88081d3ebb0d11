"""`python3 -m reconstruct STAGE`: runs one stage of the order on standard input."""

import argparse
import os
import sys
import traceback

from . import lines, report
from .order import Order, read_order
from .progress import Reporter
from .refusal import Refusal

_FAILED = "The reconstruction failed for a reason that the engine did not expect. Try again; if it fails again, try other photographs."
_LIMIT = "The reconstruction needs more memory than the worker has. Use a lower quality, or fewer photographs."


def main() -> int:
    parser = argparse.ArgumentParser(prog="reconstruct")
    parser.add_argument("stage")
    stage = parser.parse_args().stage
    lines.claim_stdout()
    try:
        lines.result(_run(stage, read_order(sys.stdin)))
        return 0
    except Refusal as refusal:
        lines.error(refusal.code, refusal.message)
    except MemoryError:
        traceback.print_exc()
        lines.error("engine_limit", _LIMIT)
    except Exception:
        # Whatever the libraries raise is for the log of the operator; its text may name files of the server.
        traceback.print_exc()
        lines.error("engine_failed", _FAILED)
    return 1


def _run(stage: str, order: Order) -> dict[str, object]:
    # The libraries are loaded here, so that what they raise is answered like anything else.
    from .stages import STAGES

    facts = STAGES[stage](order, Reporter())
    return report.write(order.workspace, stage, facts)


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    # Without the ends of libraries: COLMAP's threads have been seen to take their time.
    os._exit(code)
