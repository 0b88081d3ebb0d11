"""The three formats of the rpm database. Each function returns the headers of the packages, and raises any exception for a damaged file."""

import io
import sqlite3
import struct
import tempfile
from pathlib import Path

#: Berkeley DB keeps the number of the next package under this key.
_NEXT_NUMBER = bytes(4)

_NDB_MAGIC, _SLOT_MAGIC, _BLOB_MAGIC = b"RpmP", b"Slot", b"BlbS"
_PAGE, _SLOT, _BLOCK = 4096, 16, 16
#: Slots of the first page that hold the header of the file.
_HEADER_SLOTS = 2


def read_sqlite(database: bytes, log: bytes | None) -> list[bytes]:
    """SQLite reads only files, so it gets a copy. `log`: the write-ahead log, if any."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "rpmdb.sqlite")
        file.write_bytes(database)
        if log:
            Path(folder, "rpmdb.sqlite-wal").write_bytes(log)
        connection = sqlite3.connect(file)
        try:
            connection.execute("PRAGMA trusted_schema = OFF")
            return [bytes(row[0]) for row in connection.execute("SELECT blob FROM Packages")]
        finally:
            connection.close()


def read_bdb(database: bytes) -> list[bytes]:
    """Berkeley DB, the format before rpm 4.16."""
    # Imported on demand: it takes a quarter of a second.
    from dissect.database.bsd import DB

    return [value for key, value in DB(io.BytesIO(database)).records() if key != _NEXT_NUMBER]


def read_ndb(database: bytes) -> list[bytes]:
    """ndb, the format of SUSE: pages of slots, each with the place of a header in blocks of 16 bytes."""
    magic, _version, _generation, pages = struct.unpack_from("<4sIII", database)
    if magic != _NDB_MAGIC:
        raise ValueError("no ndb database")
    headers = []
    for number in range(_HEADER_SLOTS, min(pages * _PAGE, len(database)) // _SLOT):
        mark, package, block, _count = struct.unpack_from("<4sIII", database, number * _SLOT)
        if mark != _SLOT_MAGIC:
            raise ValueError("damaged slot")
        if block != 0:
            mark, owner, _generation, length = struct.unpack_from("<4sIII", database, block * _BLOCK)
            if mark != _BLOB_MAGIC or owner != package:
                raise ValueError("damaged header")
            start = block * _BLOCK + 16
            headers.append(database[start : start + length])
    return headers
