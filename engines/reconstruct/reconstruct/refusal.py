"""Why there will be no model."""


class Refusal(Exception):
    """An answer to the user. `code` is one of darkroom's error codes; `message` a whole sentence: what was wrong, and what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
