"""Errors that the user can act on."""


class ReconstructionError(Exception):
    """`code`: an error code of darkroom. `message`: a sentence that says what is wrong and what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
