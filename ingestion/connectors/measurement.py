"""Performance measurement files: XML of 3GPP TS 32.435 (measCollecFile) or TS 28.532 (measDataFile), one row a value.

A file is parsed while it is read and never held as a tree. Elements are known by their local names, because vendors
differ in namespace and prefix. A file that declares a document type is refused: it could define entities, and neither
standard has any.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import zlib
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import IO, NoReturn
from xml.parsers import expat

import polars as pl
import pyarrow as pa

from ingestion.connectors.file_load import FileLoad, release_rows
from ingestion.connectors.files import CHUNK_BYTES, Chunk, FileFormat, FileProblem, SourceFile
from ingestion.connectors.layout import Fields, Layout, Reader
from ingestion.extraction import Extraction, LoadContext
from ingestion.registry import Entity

# What a value's row can hold; an entity declares those that it wants by these names.
FIELDS = (
    "fault", "sender", "vendor_name", "dn_prefix", "managed_element", "user_label", "measurement_info", "period_end_at",
    "granularity_seconds", "measured_object", "counter", "value", "is_suspect",
)  # fmt: skip
_ROOTS = {"measCollecFile", "measDataFile"}
_BLOCK_BYTES = 1024 * 1024
_SMALL_FILE_BYTES = 1024 * 1024
# A distinguished name has at most 400 characters (TS 32.300); what is far beyond it is not a name.
_LONGEST_TEXT = 4_000
# Thousands of counters in one list have less than this.
_MOST_TEXT = 4_000_000
_NO_VALUE = {"", "NIL", "NULL"}
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.0+)?S)?)?")


def extract(context: LoadContext) -> Extraction:
    """Read every new file of the entity. Raises SystemFailed when the folder is missing."""
    return FileLoad(context, _layout(context)).extraction()


def release(context: LoadContext, rows: pl.DataFrame) -> pa.Table:
    """Quarantined rows that pass now. ``rows``: source_ref, source_position, content, heading."""
    return release_rows(FileLoad(context, _layout(context)), rows)


def _layout(context: LoadContext) -> MeasurementLayout:
    return MeasurementLayout(context.entity, FileFormat.model_validate(context.source.format))


class MeasurementLayout(Layout):
    """Rows that the reader has taken out of the XML: FIELDS, between tabs."""

    has_names = False
    is_delimited = False
    shows_its_end = True  # the root element's end tag

    def __init__(self, entity: Entity, form: FileFormat) -> None:
        super().__init__(entity, form)
        self._wanted = [column.name for column in entity.columns if column.from_file_name is None]

    def reader(self, file: SourceFile) -> Reader:
        return MeasurementReader(file, is_compressed=self.form.compression is not None)

    def fields(self, lines: pl.Series, names: str, body: bytes | None = None) -> Fields:
        """Text fields of each row; its first one is the fault that the reader found."""
        text = body if body is not None else (lines.str.join("\n")[0] + "\n").encode() if len(lines) else b""
        schema = dict.fromkeys(FIELDS, pl.String)
        frame = pl.DataFrame(schema=schema)
        if text:
            frame = pl.read_csv(text, separator="\t", has_header=False, quote_char=None, schema=schema)
        return Fields(frame.select(self._wanted), frame["fault"], pl.Series([True]).new_from_index(0, len(lines)))


class MeasurementReader:
    """Reads one file; its rows come as lines of FIELDS between tabs, placed at the line of their measValue."""

    def __init__(self, file: SourceFile, is_compressed: bool) -> None:
        self.file = file
        self.header: str | None = None
        self.names: str | None = "\t".join(FIELDS)
        self.trailer: str | None = None
        self.sha256: str | None = None
        self._is_compressed = is_compressed

    @property
    def is_small(self) -> bool:
        """Small enough to be read whole, ahead of its turn."""
        return self.file.size <= (_SMALL_FILE_BYTES if self._is_compressed else CHUNK_BYTES)

    def chunks(self) -> Iterator[Chunk]:
        """The file's rows in chunks.

        Raises FileProblem when the file is broken, no measurement file, or changes while it is read.
        """
        digest, document, is_empty = hashlib.sha256(), _Document(), True
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
        is_unfinished = reason in ("truncated_gzip", "corrupt_gzip", "truncated_xml", "empty_file", "missing_footer")
        return FileProblem(self.file.unless_growing(reason) if is_unfinished else reason, detail)


class _Document:
    """The XML of one file, fed in blocks: keeps what holds for the values that follow, and their rows."""

    def __init__(self) -> None:
        self.size = 0  # bytes of rows that wait
        self._rows: list[bytes] = []
        self._lines: list[int] = []
        self._values: dict[str, str | None] = dict.fromkeys(FIELDS)
        self._has_root = self._has_footer = False
        self._counters: dict[str, str] = {}
        self._text: list[str] | None = None
        self._text_size = 0
        self._position: str | None = None
        self._results: list[tuple[str | None, str]] = []
        self._result_list: list[str] | None = None
        self._value_line = 0
        self._starts = {
            "fileHeader": self._start_header,
            "fileSender": self._start_sender,
            "managedElement": self._start_element,
            "measEntity": self._start_element,
            "measInfo": self._start_info,
            "granPeriod": self._start_period,
            "measTypes": self._start_text,
            "measType": self._start_text,
            "measValue": self._start_value,
            "measResults": self._start_text,
            "r": self._start_text,
            "suspect": self._start_text,
            "fileFooter": self._start_footer,
        }
        self._ends = {
            "measTypes": self._end_types,
            "measType": self._end_type,
            "measValue": self._end_value,
            "measResults": self._end_results,
            "r": self._end_result,
            "suspect": self._end_suspect,
        }
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
        self._parse(block, False)

    def close(self) -> None:
        self._parse(b"", True)
        if not self._has_footer:
            raise FileProblem("missing_footer", "no fileFooter: the file was not finished")

    def taken(self) -> Chunk:
        """The rows that wait, as one chunk."""
        chunk = Chunk(b"".join(self._rows), 1, len(self._rows), positions=self._lines)
        self._rows, self._lines, self.size = [], [], 0
        return chunk

    def _parse(self, block: bytes, is_final: bool) -> None:
        try:
            self._parser.Parse(block, is_final)
        except expat.ExpatError as error:
            reason = "truncated_xml" if is_final else "bad_xml"
            raise FileProblem(reason, f"line {error.lineno:,}: {expat.ErrorString(error.code)}") from None

    # Elements

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if not self._has_root:
            if local not in _ROOTS:
                raise FileProblem("no_measurement_file", f"the root element is {local[:100]}")
            self._has_root = True
        handler = self._starts.get(local)
        if handler:
            handler({key.rpartition(" ")[2]: value for key, value in attributes.items()})

    def _end(self, name: str) -> None:
        handler = self._ends.get(name.rpartition(" ")[2])
        if handler:
            handler()

    def _start_header(self, attributes: dict[str, str]) -> None:
        self._values["vendor_name"] = attributes.get("vendorName")
        self._values["dn_prefix"] = attributes.get("dnPrefix")

    def _start_sender(self, attributes: dict[str, str]) -> None:
        self._values["sender"] = attributes.get("localDn") or attributes.get("senderName")

    def _start_element(self, attributes: dict[str, str]) -> None:
        # Both are optional; one of them says which element it is.
        self._values["managed_element"] = attributes.get("localDn") or attributes.get("userLabel")
        self._values["user_label"] = attributes.get("userLabel")

    def _start_info(self, attributes: dict[str, str]) -> None:
        self._values["measurement_info"] = attributes.get("measInfoId")
        self._values["period_end_at"] = self._values["granularity_seconds"] = None
        self._counters = {}

    def _start_period(self, attributes: dict[str, str]) -> None:
        self._values["period_end_at"] = attributes.get("endTime")
        self._values["granularity_seconds"] = _seconds(attributes.get("duration"))

    def _start_value(self, attributes: dict[str, str]) -> None:
        self._values["measured_object"] = attributes.get("measObjLdn")
        self._values["is_suspect"] = "false"
        self._results, self._result_list = [], None
        self._value_line = self._parser.CurrentLineNumber

    def _start_footer(self, attributes: dict[str, str]) -> None:
        self._has_footer = True

    def _start_text(self, attributes: dict[str, str]) -> None:
        self._text, self._text_size = [], 0
        self._position = attributes.get("p")

    def _add_text(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)
            self._text_size += len(text)
            if self._text_size > _MOST_TEXT:
                raise FileProblem("too_long", f"line {self.line:,}: an element of over {_MOST_TEXT:,} characters")

    def _text_of_element(self) -> str:
        text, self._text = "".join(self._text or []), None
        return text.strip()

    def _end_types(self) -> None:
        self._counters = {str(place): name for place, name in enumerate(self._text_of_element().split(), start=1)}

    def _end_type(self) -> None:
        name = self._text_of_element()
        if self._position is not None:
            self._counters[self._position.strip()] = name

    def _end_results(self) -> None:
        self._result_list = self._text_of_element().split()

    def _end_result(self) -> None:
        self._results.append((self._position, self._text_of_element()))

    def _end_suspect(self) -> None:
        self._values["is_suspect"] = self._text_of_element()

    def _end_value(self) -> None:
        """The rows of one measured object: a value for each counter, or what is wrong with them."""
        if self._result_list is not None:
            if len(self._result_list) != len(self._counters):
                self._add_row("wrong_value_count", None, " ".join(self._result_list))
                return
            self._results = list(zip(self._counters, self._result_list, strict=True))
        seen: set[str] = set()
        for position, value in self._results:
            place = (position or "").strip()
            counter = self._counters.get(place)
            fault = "unknown_counter" if counter is None else "repeated_counter" if place in seen else None
            seen.add(place)
            if not self._add_row(fault, counter, value):
                return

    def _add_row(self, fault: str | None, counter: str | None, value: str) -> bool:
        """Keep a row; False when its names make no sense for any counter of this object."""
        values = self._values | {"counter": counter, "value": _number(value)}
        is_short = all(len(text) <= _LONGEST_TEXT for text in values.values() if text)
        values["fault"] = fault if is_short else "too_long"
        row = ("\t".join(_one_line(text) for text in values.values()) + "\n").encode("utf-8", "replace")
        self._rows.append(row)
        self._lines.append(self._value_line)
        self.size += len(row)
        return is_short


def _refuse_doctype(*_: object) -> NoReturn:
    raise FileProblem("forbidden_markup", "a document type declaration, which could define entities")


def _one_line(text: str | None) -> str:
    """The text without tabs and line ends, cut where it is far too long."""
    return re.sub(r"[\t\r\n]", " ", text[:_LONGEST_TEXT]) if text else ""


def _seconds(duration: str | None) -> str | None:
    """Whole seconds of an ISO 8601 duration; any other text as it is, to be found wrong by its type."""
    match = _DURATION.fullmatch(duration.strip()) if duration else None
    if match is None or not any(match.groups()):
        return duration
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return str(((days * 24 + hours) * 60 + minutes) * 60 + seconds)


def _number(text: str) -> str | None:
    """A value without exponent; nothing for the standards' words for no value; other texts as they are."""
    if text.upper() in _NO_VALUE:
        return None
    if "e" not in text.lower():
        return text
    try:
        number = Decimal(text)
        return format(number, "f") if abs(number.adjusted()) < 40 else text
    except (InvalidOperation, OverflowError):
        return text
