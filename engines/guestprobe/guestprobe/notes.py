"""Notes on damaged parts: a part that cannot be read does not fail the inspection."""

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Notes:
    """Sentences about parts that could not be read, for the report."""

    MOST = 50

    def __init__(self) -> None:
        self.sentences: list[str] = []

    def add(self, sentence: str) -> None:
        if len(self.sentences) < self.MOST and sentence not in self.sentences:
            self.sentences.append(sentence)

    def attempt(self, what: str, work: Callable[[], T], otherwise: T) -> T:
        """Returns the result of `work`, or `otherwise` with a note when it raises. MemoryError and CpuTimeExceeded propagate."""
        try:
            return work()
        except MemoryError:
            raise
        except Exception as error:
            self.add(f"{what} could not be read ({type(error).__name__})")
            return otherwise
