"""Errors of an inspection."""


class ImageError(Exception):
    """An error for the user. `code`: an error code of darkroom. `predicate` completes "The image …"."""

    def __init__(self, code: str, predicate: str) -> None:
        super().__init__(predicate)
        self.code = code
        self.predicate = predicate


class Damaged(Exception):
    """A part of the guest that is damaged. The message is a sentence for the report, without a full stop."""


class CpuTimeExceeded(BaseException):
    """The CPU time is used up. Not an Exception, so that parsers do not catch it."""
