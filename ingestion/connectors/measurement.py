"""Performance measurement files: XML of 3GPP TS 32.435 (measCollecFile) or TS 28.532 (measDataFile), one row a value.

A file is parsed while it is read and never held as a tree (`xml_file`).
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

import polars as pl
import pyarrow as pa

from ingestion.connectors.extracted import ExtractedLayout
from ingestion.connectors.file_load import FileLoad, release_rows
from ingestion.connectors.files import FileFormat, FileProblem, SourceFile
from ingestion.connectors.layout import Reader
from ingestion.connectors.xml_file import LONGEST_TEXT, XmlDocument, XmlReader
from ingestion.extraction import Extraction, LoadContext

# What a value's row can hold; an entity declares those that it wants by these names.
FIELDS = (
    "fault", "sender", "vendor_name", "dn_prefix", "managed_element", "user_label", "measurement_info", "period_end_at",
    "granularity_seconds", "measured_object", "counter", "value", "is_suspect",
)  # fmt: skip
_ROOTS = {"measCollecFile", "measDataFile"}
_NO_VALUE = {"", "NIL", "NULL"}
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.0+)?S)?)?")


def extract(context: LoadContext) -> Extraction:
    """Read every new file of the entity. Raises SystemFailed when the folder is missing."""
    return FileLoad(context, _layout(context)).extraction()


def release(context: LoadContext, rows: pl.DataFrame) -> pa.Table:
    """Quarantined rows that pass now. ``rows``: source_ref, source_position, content, heading."""
    return release_rows(FileLoad(context, _layout(context)), rows)


def _layout(context: LoadContext) -> MeasurementLayout:
    return MeasurementLayout(context.entity, FileFormat.model_validate(context.source.format), FIELDS)


class MeasurementLayout(ExtractedLayout):
    """Rows of FIELDS."""

    def reader(self, file: SourceFile) -> Reader:
        return MeasurementReader(file, is_compressed=self.form.compression is not None)


class MeasurementReader(XmlReader):
    """Reads one file; its rows come as lines of FIELDS between tabs, placed at the line of their measValue."""

    def __init__(self, file: SourceFile, is_compressed: bool) -> None:
        super().__init__(file, is_compressed, _Document(), "\t".join(FIELDS))


class _Document(XmlDocument):
    """Keeps what holds for the values that follow, and their rows."""

    def __init__(self) -> None:
        super().__init__()
        self._values: dict[str, str | None] = dict.fromkeys(FIELDS)
        self._has_root = self._has_footer = False
        self._counters: dict[str, str] = {}
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

    def check_end(self) -> None:
        if not self._has_footer:
            raise FileProblem("missing_footer", "no fileFooter: the file was not finished")

    # Elements

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if not self._has_root:
            if name not in _ROOTS:
                raise FileProblem("no_measurement_file", f"the root element is {name[:100]}")
            self._has_root = True
        handler = self._starts.get(name)
        if handler:
            handler(attributes)

    def end(self, name: str) -> None:
        handler = self._ends.get(name)
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
        self._value_line = self.line

    def _start_footer(self, attributes: dict[str, str]) -> None:
        self._has_footer = True

    def _start_text(self, attributes: dict[str, str]) -> None:
        self.collect_text()
        self._position = attributes.get("p")

    def _end_types(self) -> None:
        self._counters = {str(place): name for place, name in enumerate(self.take_text().split(), start=1)}

    def _end_type(self) -> None:
        name = self.take_text()
        if self._position is not None:
            self._counters[self._position.strip()] = name

    def _end_results(self) -> None:
        self._result_list = self.take_text().split()

    def _end_result(self) -> None:
        self._results.append((self._position, self.take_text()))

    def _end_suspect(self) -> None:
        self._values["is_suspect"] = self.take_text()

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
        is_short = all(len(text) <= LONGEST_TEXT for text in values.values() if text)
        values["fault"] = fault if is_short else "too_long"
        self.add_row(list(values.values()), self._value_line)
        return is_short


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
