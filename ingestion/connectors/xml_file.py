"""What the connectors for XML files share: one file, parsed while it is read and never held as a tree.

Elements are known by their local names, because senders differ in namespace and prefix. A file that declares a document
type is refused: it could define entities, and no standard that is read here has any.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import IO, NoReturn
from xml.parsers import expat

from ingestion.connectors.files import CHUNK_BYTES, Chunk, FileProblem, SourceFile

_BLOCK_BYTES = 1024 * 1024
_SMALL_FILE_BYTES = 1024 * 1024
# Longer than any name or text that belongs into a row.
LONGEST_TEXT = 4_000
# Thousands of values in one list have less than this.
_MOST_TEXT = 4_000_000
_UNFINISHED = ("truncated_gzip", "corrupt_gzip", "truncated_xml", "empty_file", "missing_footer")


class XmlDocument(ABC):
    """The XML of one file, fed in blocks. A subclass keeps the rows that it makes of the elements."""

    def __init__(self) -> None:
        self.size = 0  # bytes of rows that wait
        self._rows: list[bytes] = []
        self._lines: list[int] = []
        self._text: list[str] | None = None
        self._text_size = 0
        self._parser = parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._add_text
        parser.StartDoctypeDeclHandler = _refuse_doctype

    @property
    def line(self) -> int:
        return self._parser.CurrentLineNumber

    def feed(self, block: bytes) -> None:
        """Parse the next block. Raises FileProblem when it is no XML of this kind."""
        self._parse(block, False)

    def close(self) -> None:
        """The file has ended. Raises FileProblem when it ended too early."""
        self._parse(b"", True)
        self.check_end()

    def check_end(self) -> None:  # noqa: B027
        """Raise FileProblem when the whole file lacks something."""

    def taken(self) -> Chunk:
        """The rows that wait, as one chunk."""
        chunk = Chunk(b"".join(self._rows), 1, len(self._rows), positions=self._lines)
        self._rows, self._lines, self.size = [], [], 0
        return chunk

    @abstractmethod
    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins; names without namespace."""

    @abstractmethod
    def end(self, name: str) -> None:
        """An element ends."""

    def collect_text(self) -> None:
        """From here on text is kept, until it is taken."""
        self._text, self._text_size = [], 0

    def take_text(self) -> str:
        """The text since `collect_text`, without blanks around it; nothing is kept any more."""
        text, self._text = "".join(self._text or []), None
        return text.strip()

    def add_row(self, values: list[str | None], line: int) -> None:
        """Keep a row: texts between tabs, each without tabs and line ends."""
        row = ("\t".join(one_line(text) for text in values) + "\n").encode("utf-8", "replace")
        self._rows.append(row)
        self._lines.append(line)
        self.size += len(row)

    def _parse(self, block: bytes, is_final: bool) -> None:
        try:
            self._parser.Parse(block, is_final)
        except expat.ExpatError as error:
            reason = "truncated_xml" if is_final else "bad_xml"
            raise FileProblem(reason, f"line {error.lineno:,}: {expat.ErrorString(error.code)}") from None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.start(_local(name), {_local(key): value for key, value in attributes.items()})

    def _end(self, name: str) -> None:
        self.end(_local(name))

    def _add_text(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)
            self._text_size += len(text)
            if self._text_size > _MOST_TEXT:
                raise FileProblem("too_long", f"line {self.line:,}: an element of over {_MOST_TEXT:,} characters")


class XmlReader:
    """Reads one XML file; its rows come as lines of fields between tabs, placed at the line of their element."""

    def __init__(self, file: SourceFile, is_compressed: bool, document: XmlDocument, names: str) -> None:
        self.file = file
        self.header: str | None = None
        self.names: str | None = names
        self.trailer: str | None = None
        self.sha256: str | None = None
        self._is_compressed = is_compressed
        self._document = document

    @property
    def is_small(self) -> bool:
        """Small enough to be read whole, ahead of its turn."""
        return self.file.size <= (_SMALL_FILE_BYTES if self._is_compressed else CHUNK_BYTES)

    def chunks(self) -> Iterator[Chunk]:
        """The file's rows in chunks.

        Raises FileProblem when the file is broken, of another kind, or changes while it is read.
        """
        digest, document, is_empty = hashlib.sha256(), self._document, True
        try:
            with self._open() as stream:
                while block := stream.read(_BLOCK_BYTES):
                    is_empty = False
                    digest.update(block)
                    document.feed(block)
                    if document.size > CHUNK_BYTES:
                        yield document.taken()
            if is_empty:
                raise FileProblem("empty_file", "the file holds nothing")
            document.close()
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            reason = "truncated_gzip" if isinstance(error, EOFError) else "corrupt_gzip"
            raise self._refused(reason, f"broken off or damaged after line {document.line:,}") from None
        except FileProblem as problem:
            raise self._refused(problem.reason, problem.detail) from None
        except OSError as error:
            raise FileProblem("unreadable", str(error.strerror or error)) from None
        self.sha256 = digest.hexdigest()
        if not self.file.is_unchanged():
            raise FileProblem("being_written", "the file changed while it was read")
        if document.size:
            yield document.taken()

    def _open(self) -> IO[bytes]:
        return gzip.open(self.file.path, "rb") if self._is_compressed else self.file.path.open("rb")  # type: ignore[return-value]

    def _refused(self, reason: str, detail: str) -> FileProblem:
        """The problem, unless it only shows that the file is still being written."""
        self.sha256 = self.file.digest_as_delivered()
        return FileProblem(self.file.unless_growing(reason) if reason in _UNFINISHED else reason, detail)


def one_line(text: str | None) -> str:
    """The text without tabs and line ends, cut where it is far too long."""
    return re.sub(r"[\t\r\n]", " ", text[:LONGEST_TEXT]) if text else ""


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _refuse_doctype(*_: object) -> NoReturn:
    raise FileProblem("forbidden_markup", "a document type declaration, which could define entities")
