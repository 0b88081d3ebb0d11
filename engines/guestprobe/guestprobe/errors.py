"""Why an image cannot be inspected."""


class ImageError(Exception):
    """An answer to the user. `code` is one of darkroom's error codes; `predicate` goes on where "The image …" left off."""

    def __init__(self, code: str, predicate: str) -> None:
        super().__init__(predicate)
        self.code = code
        self.predicate = predicate


class CpuTimeExceeded(BaseException):
    """The processor time is used up. Not an Exception, so that no parser takes it for damage and goes on."""
