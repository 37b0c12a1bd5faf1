"""One resource collection of a TM Forum server: JSON documents on disk, found by position, id or filter."""

from __future__ import annotations

import json
import mmap
from collections import OrderedDict
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

ROWS_PER_BATCH = 20_000
OPERATORS = {"eq", "ne", "gt", "gte", "lt", "lte"}
_FILTERS_REMEMBERED = 8

Condition = tuple[str, str, str]  # attribute path with dots, operator, value as text


class Documents:
    """The documents of one Parquet file (id, document, changed_at), in the file's order.

    The JSON text lies in a temporary file that is mapped into memory, never decoded unless a filter asks for it;
    ids and times of change are held in memory. Memory grows by some 40 bytes a document.
    """

    def __init__(self, file: Path, changed_attribute: str | None = None) -> None:
        self.file = file
        self.changed_attribute = changed_attribute
        self._version: tuple[int, int] | None = None
        self.refresh()

    def refresh(self) -> None:
        """Read the Parquet file again if it has changed since; no file means an empty collection."""
        try:
            status = self.file.stat()
            version = (status.st_mtime_ns, status.st_size)
        except FileNotFoundError:
            version = (0, 0)
        if version == self._version:
            return
        self._matches: OrderedDict[tuple[Condition, ...], np.ndarray] = OrderedDict()
        ids, changed, ends = [pa.array([], pa.large_string())], [], [np.zeros(1, dtype=np.int64)]
        with TemporaryFile() as text:
            if version != (0, 0):
                for batch in pq.ParquetFile(self.file).iter_batches(ROWS_PER_BATCH):
                    documents = batch["document"].cast(pa.large_binary())
                    offsets = np.frombuffer(documents.buffers()[1], np.int64, len(documents) + 1, documents.offset * 8)
                    text.write(memoryview(documents.buffers()[2])[offsets[0] : offsets[-1]] if len(documents) else b"")
                    ends.append(offsets[1:] - offsets[0] + ends[-1][-1])
                    ids.append(batch["id"].cast(pa.large_string()))
                    times = batch["changed_at"].cast(pa.timestamp("us", "UTC")).cast(pa.int64())
                    changed.append(pc.fill_null(times, np.iinfo(np.int64).min).to_numpy(zero_copy_only=False))
            text.flush()
            size = text.tell()
            self._text = mmap.mmap(text.fileno(), size, access=mmap.ACCESS_READ) if size else b""
        self._ends = np.concatenate(ends)
        self._ids = pa.chunked_array(ids).combine_chunks()
        self._changed = np.concatenate(changed) if changed else np.zeros(0, dtype=np.int64)
        self._version = version

    def __len__(self) -> int:
        return len(self._ends) - 1

    def text(self, position: int) -> bytes:
        """The JSON text of one document."""
        return self._text[self._ends[position] : self._ends[position + 1]]

    def identifier(self, position: int) -> str:
        return self._ids[position].as_py()

    def find(self, identifier: str) -> int | None:
        """The position of an id, or None."""
        position = pc.index(self._ids, pa.scalar(identifier, pa.large_string())).as_py()
        return None if position < 0 else position

    def matching(self, conditions: tuple[Condition, ...]) -> np.ndarray:
        """Positions (ascending) of the documents that meet every condition. Remembers the latest few answers."""
        if conditions not in self._matches:
            kept = np.ones(len(self), dtype=bool)
            for condition in conditions:
                kept &= self._meeting(condition)
            self._matches[conditions] = np.flatnonzero(kept)
            if len(self._matches) > _FILTERS_REMEMBERED:
                self._matches.popitem(last=False)
        return self._matches[conditions]

    def _meeting(self, condition: Condition) -> np.ndarray:
        attribute, operator, value = condition
        wanted_time = parse_time(value)
        if attribute == self.changed_attribute and wanted_time is not None:
            return _compare(self._changed, operator, wanted_time)
        path = attribute.split(".")
        return np.fromiter(
            (
                any(_holds(found, operator, value) for found in values_at(json.loads(self.text(position)), path))
                for position in range(len(self))
            ),
            dtype=bool,
            count=len(self),
        )


def values_at(document: Any, path: list[str]) -> list[Any]:
    """Every value at a path of attribute names, going into each member of a list on the way."""
    if isinstance(document, list):
        return [value for member in document for value in values_at(member, path)]
    if not path:
        return [document]
    if isinstance(document, dict) and path[0] in document:
        return values_at(document[path[0]], path[1:])
    return []


def parse_time(text: str) -> int | None:
    """Microseconds since 1970 UTC of an ISO 8601 date-time with an offset (or Z), else None."""
    # A "+" that the client did not escape arrives as a space.
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+") if text.count(" ") == 1 and "T" in text else text)
    except ValueError:
        return None
    if moment.tzinfo is None or "T" not in text:
        return None
    return round(moment.timestamp() * 1_000_000)


def _holds(found: Any, operator: str, value: str) -> bool:
    """TMF630: values compare as times, then as numbers, then as text; a comma lists alternatives of equality."""
    if isinstance(found, bool):
        found = "true" if found else "false"
    if operator in {"eq", "ne"}:
        return (str(found) in value.split(",")) == (operator == "eq")
    found_time, wanted_time = parse_time(str(found)), parse_time(value)
    if found_time is not None and wanted_time is not None:
        return bool(_compare(found_time, operator, wanted_time))
    try:
        return bool(_compare(float(found), operator, float(value)))
    except ValueError:
        return bool(_compare(str(found), operator, value))


def _compare(left: Any, operator: str, right: Any) -> Any:
    match operator:
        case "gt":
            return left > right
        case "gte":
            return left >= right
        case "lt":
            return left < right
        case "lte":
            return left <= right
        case "ne":
            return left != right
    return left == right
