"""Notes for the report: what could not be read, and what is therefore unknown."""

from collections.abc import Callable
from typing import TypeVar

from .errors import Damaged
from .file_tree import UnreadMount

T = TypeVar("T")


class Notes:
    """Collects sentences. A part that cannot be read does not fail the inspection."""

    MOST = 50

    def __init__(self) -> None:
        self.sentences: list[str] = []
        #: What could not be read so far, in order.
        self._failures: list[str] = []

    def add(self, sentence: str) -> None:
        if len(self.sentences) < self.MOST and sentence not in self.sentences:
            self.sentences.append(sentence)

    @property
    def failures(self) -> int:
        return len(self._failures)

    def fail(self, reason: str) -> None:
        """Records that something could not be read. The facts that are then being read become unknown."""
        self._failures.append(reason)

    def attempt(self, what: str, work: Callable[[], T], otherwise: T) -> T:
        """Returns the result of `work`, or `otherwise` with a note when it raises. MemoryError and CpuTimeExceeded propagate."""
        try:
            return work()
        except MemoryError:
            raise
        except UnreadMount as error:
            self.fail(f"{error.point} was not read")
        except Damaged as error:
            self.add(str(error))
            self.fail(str(error))
        except Exception as error:
            self.add(f"{what} could not be read ({type(error).__name__})")
            self.fail(f"{what} could not be read")
        return otherwise

    def require(self, facts: str, work: Callable[[], T]) -> T | None:
        """Returns the result of `work`; None with a note when it raises or could not read all that it needs. `facts`: a plural noun."""
        before = self.failures
        value = self.attempt(f"What tells the {facts}", work, None)
        is_unknown = self.explain(facts, before)
        # They are explained: facts around these stay known.
        del self._failures[before:]
        return None if is_unknown else value

    def explain(self, facts: str, since: int) -> bool:
        """Adds a note on facts that are unknown when something could not be read. `since`: the number of failures before."""
        if self.failures > since:
            self.add(f"The {facts} are unknown: {self._failures[since]}")
        return self.failures > since
