"""The image as a stream without a path, so that parsers cannot look for files beside it."""

import io
import os


class ImageStream(io.RawIOBase):
    """Reads an open file by position, and counts the reads beyond its end."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.size = os.fstat(number).st_size
        #: Reads that began beyond the end: the container refers to data that the file does not have.
        self.reads_past_end = 0
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size}[whence]
        if base + offset < 0:
            raise ValueError("negative position")
        self._position = base + offset
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if self._position >= self.size:
            self.reads_past_end += len(buffer) > 0
            return 0
        data = os.pread(self.number, len(buffer), self._position)
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def at(self, offset: int, length: int) -> bytes:
        """Returns up to `length` bytes; fewer at the end of the file."""
        return os.pread(self.number, length, offset) if 0 <= offset < self.size else b""
