"""Reading what may be damaged: one part that cannot be read does not take the others with it."""

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Notes:
    """What could not be told, for the reader of the result; a sentence each."""

    MOST = 50

    def __init__(self) -> None:
        self.sentences: list[str] = []

    def add(self, sentence: str) -> None:
        if len(self.sentences) < self.MOST and sentence not in self.sentences:
            self.sentences.append(sentence)

    def attempt(self, what: str, work: Callable[[], T], otherwise: T) -> T:
        """What `work` gives, or `otherwise` and a note when it raises. Running out of memory or time is not damage."""
        try:
            return work()
        except MemoryError:
            raise
        except Exception as error:
            self.add(f"{what} could not be read ({type(error).__name__})")
            return otherwise
