"""Row hashes: md5 in hexadecimal as stored, two 64-bit halves when many are compared or summed."""

from __future__ import annotations

from functools import cache

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa

from concord.engine import connect

_HEX_LENGTH = 32


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    """DuckDB for its vectorised md5; opened once, for opening takes longer than hashing a batch."""
    return connect()


def md5_of_texts(texts: pl.Series) -> pl.Series:
    """md5 of each text's UTF-8 bytes, in the same order."""
    if not len(texts):
        return pl.Series([], dtype=pl.String)
    frame = texts.rename("text").to_frame()
    with _engine().cursor() as cursor:
        cursor.register("texts", frame.to_arrow())
        hashed = cursor.execute("select md5(text) as hash from texts").to_arrow_table()
    result = pl.from_arrow(hashed["hash"])
    assert isinstance(result, pl.Series)
    return result


def halves(hashes: pa.ChunkedArray | pa.Array) -> np.ndarray:
    """The hashes as unsigned integers, shape (rows, 2): high and low half. No nulls allowed."""
    if not len(hashes):
        return np.empty((0, 2), np.uint64)
    chunks = hashes.chunks if isinstance(hashes, pa.ChunkedArray) else [hashes]
    raw = bytes.fromhex("".join(_characters(chunk) for chunk in chunks))
    return np.frombuffer(raw, dtype=">u8").astype(np.uint64).reshape(-1, 2)


def _characters(chunk: pa.Array) -> str:
    """All values of a string array, joined, straight from its buffer."""
    if chunk.type != pa.string():
        chunk = chunk.cast(pa.string())
    data = chunk.buffers()[2]
    start = chunk.offset * _HEX_LENGTH
    return data[start : start + len(chunk) * _HEX_LENGTH].to_pybytes().decode("ascii") if data else ""


class HashSet:
    """Many hashes in little memory: 16 bytes each."""

    def __init__(self, hashes: pa.ChunkedArray | pa.Array) -> None:
        pairs = halves(hashes)
        order = np.argsort(pairs[:, 0], kind="stable")
        self._high = pairs[order, 0]
        self._low = pairs[order, 1]

    def __len__(self) -> int:
        return len(self._high)

    def contains(self, hashes: pa.ChunkedArray | pa.Array) -> np.ndarray:
        """True per hash that is in the set, shape (rows,)."""
        pairs = halves(hashes)
        if not len(self._high) or not len(pairs):
            return np.zeros(len(pairs), bool)
        place = np.searchsorted(self._high, pairs[:, 0])
        inside = np.minimum(place, len(self._high) - 1)
        # Two stored hashes with one high half and different low halves would be 64-bit collisions: the row lands again.
        return (self._high[inside] == pairs[:, 0]) & (self._low[inside] == pairs[:, 1])
