"""The three formats of the rpm database. Each function returns the headers of the packages, and raises any exception for a damaged file."""

import io
import sqlite3
import struct
import tempfile
import zlib
from pathlib import Path

from ..errors import Damaged

#: Berkeley DB keeps the number of the next package under this key.
_NEXT_NUMBER = bytes(4)

#: Share of the records that a database has at least.
_LEAST_FOUND = 0.98

_NDB_MAGIC, _SLOT_MAGIC, _BLOB_MAGIC = b"RpmP", b"Slot", b"BlbS"
_PAGE, _SLOT, _BLOCK = 4096, 16, 16
#: Bytes behind a header: checksum, length, magic number.
_TAIL = 12
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

    known = DB(io.BytesIO(database))
    records = dict(known.records())
    # Pages that were lost read as empty ones. The number of records in the header is not exact.
    if known.is_hash and len(records) < _LEAST_FOUND * known.meta.nelem:
        raise Damaged(f"The rpm database is damaged: {known.meta.nelem - len(records)} of its records are missing")
    return [value for key, value in records.items() if key != _NEXT_NUMBER]


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
            start = block * _BLOCK
            end = start + 16 + length + (-(16 + length + _TAIL) % _BLOCK)
            if struct.unpack_from("<I", database, end)[0] != zlib.adler32(database[start:end]):
                raise Damaged("The rpm database is damaged: a header does not match its checksum")
            headers.append(database[start + 16 : start + 16 + length])
    return headers
