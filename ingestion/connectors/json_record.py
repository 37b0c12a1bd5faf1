"""JSON records as a server sends them: split with their text kept, read by path, checked against declared types."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from typing import Any

from ingestion.fields import decimal_size, utc_moment
from ingestion.registry import Column


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


_DECODER = json.JSONDecoder(parse_constant=_no_constant)
_SPACE = re.compile(r"[ \t\n\r]*")
_STEP = re.compile(r"\.([A-Za-z_@][\w@-]*)|\[(\d+)\]|\['([^']+)'\]")
_PAGE_MEMBERS = ("items", "data", "results", "content", "value")


def split_records(text: str) -> list[tuple[Any, str]]:
    """(value, its text as sent) of each element of a JSON array, or of the one array in a wrapping object.

    The text keeps numbers as they were written. Raises ValueError when this is neither.
    """
    start = _space(text, 0)
    if text[start : start + 1] != "[":
        whole = json.loads(text)
        elements = _wrapped(whole)
        return [(element, json.dumps(element, ensure_ascii=False)) for element in elements]
    records = []
    place = _space(text, start + 1)
    if text[place : place + 1] == "]":
        _expect_end(text, place + 1)
        return []
    while True:
        value, end = _DECODER.raw_decode(text, place)
        records.append((value, text[place:end]))
        place = _space(text, end)
        mark = text[place : place + 1]
        place = _space(text, place + 1)
        if mark == "]":
            _expect_end(text, place)
            return records
        if mark != ",":
            raise ValueError("the array is broken off")


def _space(text: str, place: int) -> int:
    match = _SPACE.match(text, place)
    return match.end() if match else place


def _expect_end(text: str, place: int) -> None:
    if _space(text, place) != len(text):
        raise ValueError("there is text behind the array")


def _wrapped(whole: Any) -> list[Any]:
    if isinstance(whole, dict):
        lists = [name for name, value in whole.items() if isinstance(value, list)]
        named = [name for name in _PAGE_MEMBERS if name in lists] or (
            lists if len(lists) == 1 and "id" not in whole else []
        )
        if named:
            return list(whole[named[0]])
    raise ValueError("the body is no JSON array")


def content_hash(value: Any) -> str:
    """md5 of a record's content, whatever the order of its fields."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@cache
def path_steps(path: str) -> tuple[str | int, ...]:
    """Names and indices of a JSON path such as ``$.a['@b'][0].c``. Raises ValueError for any other form."""
    steps: list[str | int] = []
    place = 1
    while place < len(path):
        match = _STEP.match(path, place)
        if not match or not path.startswith("$"):
            raise ValueError(f"not a path that can be followed: {path}")
        name, index, quoted = match.groups()
        steps.append(int(index) if index is not None else (name or quoted))
        place = match.end()
    return tuple(steps)


def follow(record: Any, path: str) -> Any:
    """The value at the path; None where a step isn't there, or the way has another shape (other versions of an API)."""
    value = record
    for step in path_steps(path):
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and step < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
        if value is None:
            return None
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_moment(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_date(value: Any) -> bool:
    """A date; version 5 sends some dates as date-times."""
    if not isinstance(value, str):
        return False
    try:
        date.fromisoformat(value[:10])
    except ValueError:
        return False
    return len(value) == 10 or _is_moment(value)


_CHECKS: dict[str, tuple[Callable[[Any], bool], Callable[[Any], bool]]] = {
    # type -> (has the JSON type, is such a value)
    "text": (lambda v: isinstance(v, str), lambda v: True),
    "json": (lambda v: isinstance(v, dict | list), lambda v: True),
    "boolean": (lambda v: isinstance(v, bool), lambda v: True),
    "integer": (_is_number, lambda v: float(v).is_integer()),
    "decimal": (_is_number, lambda v: True),
    "date": (lambda v: isinstance(v, str), _is_date),
    "timestamp": (lambda v: isinstance(v, str), _is_moment),
}


def column_fault(record: dict[str, Any], column: Column) -> tuple[str, str] | None:
    """(reason, detail) when the column's value is missing though required, of another JSON type, or no such value."""
    value = follow(record, column.path or f"$.{column.name}")
    if value is None or value == "":
        return ("missing_value", f"{column.name} is missing") if column.required else None
    if column.type == "text" and _is_identifier(column) and key_text(value) is not None:
        return None
    has_type, is_valid = _CHECKS["decimal" if decimal_size(column.type) else column.type]
    if not has_type(value):
        return "type_flip", f"{column.name} is a JSON {_json_type(value)}, declared {column.type}"
    if not is_valid(value):
        return "bad_value", f"{column.name}: '{str(value)[:100]}' is no {column.type}"
    return None


def key_text(value: Any) -> str | None:
    """An identifier as text: a non-empty string, or a whole number, for versions of an API send both; else None."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not value:
        return None
    try:
        value.encode()
    except UnicodeEncodeError:  # half a surrogate pair: JSON can write it and no file can hold it
        return None
    return value


def _is_identifier(column: Column) -> bool:
    last = path_steps(column.path or f"$.{column.name}")[-1]
    return isinstance(last, str) and (last == "id" or last.endswith("Id"))


def _json_type(value: Any) -> str:
    names = {bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object"}
    return names.get(type(value), type(value).__name__)


def moment_at(record: Any, path: str) -> datetime | None:
    """The UTC moment at a path; None when there is none that can be read."""
    value = follow(record, path)
    if not isinstance(value, str):
        return None
    try:
        return utc_moment(value)
    except ValueError:
        return None
