"""What all file interfaces share: finding files, reading them in chunks of whole lines, header, trailer, gzip.

A file is read once, front to back, and never held whole unless it is small.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, Literal

import numpy as np
import polars as pl
import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from ingestion.extraction import LoadContext
from ingestion.guards import SystemFailed
from ingestion.registry import Entity

CHUNK_BYTES = 8 * 1024 * 1024
# Decompressed, a file up to this size may be some hundred times larger, and still fits.
_SMALL_GZIP_BYTES = 1024 * 1024
# A record that spans lines by quotes is followed this far.
_LINES_PER_RECORD = 50
_SETTLE_SECONDS = 2.0


class FileFormat(BaseModel):
    """The ``format`` of a source.yml."""

    model_config = ConfigDict(extra="forbid")

    encoding: str = "utf-8"
    separator: str = ";"
    quote: str = '"'  # empty: no quoting
    compression: Literal["gzip"] | None = None
    decimal_comma: bool = False
    timezone: str | None = None  # of times without offset
    datetime: str | None = None  # strptime; ISO 8601 with offset when missing
    date: str = "%Y-%m-%d"
    header: str | None = None  # first characters of the header line
    trailer: str | None = None
    record: str | None = None  # first field, or character, of a record


class FileProblem(Exception):
    """A file that is not taken: ``reason`` (code) and detail."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class SourceFile:
    """A file that matches the entity's pattern, as its name and directory entry tell it."""

    path: Path
    groups: dict[str, str]
    size: int
    modified_ns: int

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def age_seconds(self) -> float:
        return time.time() - self.modified_ns / 1e9

    @property
    def file_date(self) -> date | None:
        """The date in the name. Raises FileProblem when it is none."""
        text = self.groups.get("file_date")
        if text is None:
            return None
        try:
            return datetime.strptime(text, "%Y%m%d").date()
        except ValueError:
            raise FileProblem("bad_file_name", f"{text} is not a date") from None

    def is_unchanged(self) -> bool:
        """Still as it was when it was found?"""
        try:
            status = self.path.stat()
        except OSError:
            return False
        return (status.st_size, status.st_mtime_ns) == (self.size, self.modified_ns)

    def unless_growing(self, reason: str) -> str:
        """A young file that seems broken off is probably still being written."""
        return "being_written" if self.age_seconds < _SETTLE_SECONDS or not self.is_unchanged() else reason

    def digest_as_delivered(self) -> str | None:
        """SHA-256 of the file as it lies there, None when it can't be read."""
        try:
            with self.path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            return None


def find_files(context: LoadContext) -> list[SourceFile]:
    """Files of the entity in the source's folder, in the order of their names.

    Raises SystemFailed when the folder isn't there.
    """
    folder = Path(str(context.details.get("folder", "")))
    pattern = context.entity.file_pattern
    try:
        found = [(path, match) for path in folder.iterdir() if (match := pattern.fullmatch(path.name))]
    except OSError as error:
        raise SystemFailed(
            "missing_folder",
            f"cannot read the folder {folder}: {error.strerror}",
            hint="check 'folder' in the settings",
        ) from None
    files = []
    for path, match in found:
        try:
            status = path.stat()
        except OSError:  # gone in the meantime
            continue
        if path.is_file():
            files.append(SourceFile(path, match.groupdict(), status.st_size, status.st_mtime_ns))
    return sorted(files, key=lambda file: file.name)


def settle(files: list[SourceFile], details: dict[str, Any]) -> None:
    """Wait until the youngest file has not been written to for a moment.

    Without a trailer a half-written file looks whole; the wait is at most ``settle_seconds`` (setting, 2 by default).
    """
    quiet = float(details.get("settle_seconds", _SETTLE_SECONDS))
    youngest = min((file.age_seconds for file in files), default=quiet)
    if 0 <= youngest < quiet:
        time.sleep(quiet - youngest)


@dataclass
class Chunk:
    """Whole record lines of one file, UTF-8."""

    body: bytes
    first_line: int  # line number of the first one, from 1
    lines: int
    bad_encoding: list[int] = field(default_factory=list)  # line numbers
    # Line of each record in the file, where they don't follow one another.
    positions: list[int] | None = None

    @property
    def line_numbers(self) -> np.ndarray:
        """Number of each record's line."""
        if self.positions is not None:
            return np.array(self.positions, dtype=np.int64)
        return np.arange(self.first_line, self.first_line + self.lines)


class FileReader:
    """Reads one file. ``header`` and ``names`` are known after the first chunk, the rest after the last."""

    def __init__(self, file: SourceFile, form: FileFormat, has_names: bool) -> None:
        self.file = file
        self._form = form
        self._has_names = has_names
        self.header: str | None = None
        self.names: str | None = None
        self.trailer: str | None = None
        self.sha256: str | None = None

    def chunks(self) -> Iterator[Chunk]:
        """Record lines in chunks. Raises FileProblem when the file is broken, empty, or changes while it is read."""
        digest = hashlib.sha256()
        carry = b""
        next_line = 1
        is_first = True
        try:
            with self._open() as stream:
                while True:
                    block = stream.read(CHUNK_BYTES)
                    digest.update(block)
                    carry += block
                    if is_first and carry.startswith(b"\xef\xbb\xbf"):
                        carry = carry[3:]
                    if block:
                        whole, carry = self._split(carry)
                    else:
                        whole, carry = self._end(carry), b""
                    if is_first and whole:
                        whole, next_line = self._take_head(whole)
                        is_first = False
                    if whole:
                        chunk = self._decoded(whole, next_line)
                        next_line += chunk.lines
                        yield chunk
                    if not block:
                        break
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            self.sha256 = self.file.digest_as_delivered()
            reason = "truncated_gzip" if isinstance(error, EOFError) else "corrupt_gzip"
            raise FileProblem(
                self.file.unless_growing(reason), f"broken off or damaged after {next_line - 1:,} lines"
            ) from None
        except OSError as error:
            raise FileProblem("unreadable", str(error.strerror or error)) from None
        self.sha256 = digest.hexdigest()
        if is_first:
            raise FileProblem(self.file.unless_growing("empty_file"), "the file holds nothing")
        if self._form.trailer and self.trailer is None:
            raise FileProblem(self.file.unless_growing("missing_trailer"), "the last line is no trailer")
        if not self.file.is_unchanged():
            raise FileProblem("being_written", "the file changed while it was read")

    def _open(self) -> IO[bytes]:
        if not self._form.compression:
            return self.file.path.open("rb")
        if self.file.size <= _SMALL_GZIP_BYTES:
            # At once, and outside Python's lock.
            return io.BytesIO(gzip.decompress(self.file.path.read_bytes()))
        return gzip.open(self.file.path, "rb")  # type: ignore[return-value]

    @property
    def is_small(self) -> bool:
        """Small enough to be read whole, ahead of its turn."""
        return self.file.size <= (_SMALL_GZIP_BYTES if self._form.compression else CHUNK_BYTES)

    def _split(self, text: bytes) -> tuple[bytes, bytes]:
        """Whole lines, and what follows them. The last whole line is kept back: it may be the trailer."""
        end = text.rfind(b"\n", 0, max(0, text.rfind(b"\n")))
        if end < 0:
            return b"", text
        whole, rest = text[: end + 1], text[end + 1 :]
        quote = self._form.quote.encode() if self._has_names else b""
        if quote and whole.count(quote) % 2:
            # A quoted record goes on behind the cut: take its last lines along with the next chunk.
            lines = whole.rsplit(b"\n", _LINES_PER_RECORD + 1)
            for kept in range(1, len(lines) - 1):
                tail = b"\n".join(lines[-kept - 1 :])
                if tail.count(quote) % 2:
                    return whole[: len(whole) - len(tail)], tail + rest
        return whole, rest

    def _end(self, text: bytes) -> bytes:
        """The last lines, without the trailer."""
        text = text.rstrip(b"\r\n")
        if not text:
            return b""
        start = text.rfind(b"\n") + 1
        mark = self._form.trailer
        if mark and text[start:].startswith(mark.encode()):
            self.trailer = text[start:].decode("utf-8", "replace").rstrip("\r")
            text = text[:start]
        return text if text.endswith(b"\n") or not text else text + b"\n"

    def _take_head(self, text: bytes) -> tuple[bytes, int]:
        """Take header and column names off; the rest, and the number of its first line."""
        line = 1
        if self._form.header:
            first, _, rest = text.partition(b"\n")
            if not first.startswith(self._form.header.encode()):
                raise FileProblem("missing_header", f"the first line does not begin with {self._form.header}")
            self.header, text, line = first.decode(self._form.encoding, "replace").rstrip("\r"), rest, line + 1
        if self._has_names:
            first, _, text = text.partition(b"\n")
            self.names, line = first.decode(self._form.encoding, "replace").rstrip("\r"), line + 1
        return text, line

    def _decoded(self, body: bytes, first_line: int) -> Chunk:
        """The lines in UTF-8. A line that isn't in the declared encoding is marked, its bad bytes shown as \\xNN."""
        lines = body.count(b"\n")
        encoding = self._form.encoding.lower().replace("_", "-")
        if body.isascii():
            return Chunk(body, first_line, lines)
        if encoding not in ("utf-8", "utf8"):
            try:
                return Chunk(body.decode(encoding).encode(), first_line, lines)
            except UnicodeDecodeError:
                pass
        else:
            try:
                body.decode()
                return Chunk(body, first_line, lines)
            except UnicodeDecodeError:
                pass
        decoded, bad = [], []
        for number, line in enumerate(body.split(b"\n")[:-1], start=first_line):
            try:
                decoded.append(line.decode(encoding))
            except UnicodeDecodeError:
                decoded.append(line.decode(encoding, "backslashreplace"))
                bad.append(number)
        return Chunk(("\n".join(decoded) + "\n").encode(), first_line, lines, bad)


def lines_of(body: bytes) -> pl.Series:
    """The lines of a text that ends with a line feed, without their line ends."""
    ends = np.flatnonzero(np.frombuffer(body, np.uint8) == 10)
    offsets = np.concatenate([[0], ends + 1]).astype(np.int64)
    array = pa.LargeStringArray.from_buffers(len(ends), pa.py_buffer(offsets), pa.py_buffer(body))
    series = pl.from_arrow(array)
    assert isinstance(series, pl.Series)
    return series.str.strip_chars_end("\r\n")


def sequence_of(entity: Entity, file: SourceFile) -> tuple[str | None, int | None]:
    """(partition, number) of the file in its series; (None, None) when the entity has none."""
    if entity.sequence is None:
        return None, None
    return file.groups[entity.sequence.partition], int(file.groups[entity.sequence.number])


def trailer_numbers(trailer: str, form: FileFormat, is_delimited: bool) -> list[int]:
    """Count and sums of a trailer line. Raises FileProblem when they aren't numbers."""
    mark = form.trailer or ""
    fields = trailer.split(form.separator)[1:] if is_delimited else re.findall(r"\S+", trailer[len(mark) :])
    try:
        return [int(text) for text in fields if text.strip()]
    except ValueError:
        raise FileProblem("bad_trailer", f"not numbers: {trailer[:80]}") from None
