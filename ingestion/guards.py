"""What stops a load: a guard refuses it with a reason, a message and a hint, and the previous state stays."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pyarrow as pa

from ingestion.hashing import halves

# Of fewer rows most may be bad by chance.
_ROWS_TO_JUDGE = 20
_MASK = (1 << 64) - 1


class LoadProblem(Exception):
    """A load, or a file of it, that is not taken."""

    def __init__(self, reason: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.hint = hint


class LoadRefused(LoadProblem):
    """The source answered, and what it gave is not believed."""


class SourceFailed(LoadProblem):
    """The source could not be read."""

    # True when the system's other entities would fail the same way, so that they need not be tried.
    affects_system = False


class SystemFailed(SourceFailed):
    affects_system = True


def has_shrunk(rows: int, previous: int, max_shrink_pct: int) -> bool:
    """True when fewer rows are left than the declared share of the previous ones."""
    return rows * 100 < previous * (100 - max_shrink_pct)


def refuse_shrunk(system: str, entity: str, rows: int, previous: int, max_shrink_pct: int) -> None:
    """Raise LoadRefused when a full load lost more than ``max_shrink_pct`` of the previous one's rows."""
    if has_shrunk(rows, previous, max_shrink_pct):
        raise LoadRefused(
            "shrunk",
            f"{rows:,} rows after {previous:,}: more than {max_shrink_pct} % fewer; the previous load stays",
            hint=f"if this is right: concord ingest {system} --accept-shrink {entity}",
        )


def is_type_change(flipped: int, rows: int) -> bool:
    """True when most rows carry another type than declared: the source has changed, not the row."""
    return flipped > 1 and flipped * 2 > rows


def refuse_type_change(flips: dict[str, int], rows: int) -> None:
    """Raise LoadRefused when a column's type has flipped in more than half of the rows.

    ``flips``: column -> number of rows whose value isn't of the declared type.
    """
    changed = {name: count for name, count in flips.items() if is_type_change(count, rows)}
    if changed:
        parts = ", ".join(f"{name} in {count:,}" for name, count in sorted(changed.items()))
        raise LoadRefused(
            "type_changed",
            f"of {rows:,} rows another type than declared: {parts}",
            hint="ask the source's owner what changed; then adjust the column's type in source.yml",
        )


def is_mostly_bad(bad: int, rows: int) -> bool:
    """True when so many rows of a large number are bad that the interface has changed, not the rows."""
    return rows >= _ROWS_TO_JUDGE and bad * 2 > rows


def refuse_mostly_bad(bad: int, rows: int) -> None:
    """Raise LoadRefused when most of the rows would go to quarantine."""
    if is_mostly_bad(bad, rows):
        raise LoadRefused(
            "mostly_bad_rows",
            f"{bad:,} of {rows:,} rows are bad; the previous load stays",
            hint="ask the source's owner what changed; then adjust source.yml",
        )


class ContentHash:
    """A hash of a set of rows, whatever their order: the sum of their md5 hashes."""

    def __init__(self) -> None:
        self._high = 0
        self._low = 0
        self._rows = 0

    def add(self, hashes: pa.ChunkedArray | pa.Array) -> None:
        """``hashes``: md5 in hexadecimal, without nulls."""
        if not len(hashes):
            return
        pairs = halves(hashes)
        self._high = (self._high + int(pairs[:, 0].sum(dtype=np.uint64))) & _MASK
        self._low = (self._low + int(pairs[:, 1].sum(dtype=np.uint64))) & _MASK
        self._rows += len(pairs)

    def text(self) -> str:
        return f"{self._rows}-{self._high:016x}{self._low:016x}"


_PASSWORD_IN_URL = re.compile(r"(://[^:/@\s]*):[^@\s]*@")
_PASSWORD_IN_PAIRS = re.compile(
    r"(?i)\b(password|passwd|pwd|token|secret|sslpassword)\s*=\s*('(?:\\.|[^'\\])*'|[^\s'&;]+)"
)


def without_secrets(text: str, details: dict[str, Any] | None = None) -> str:
    """The text without passwords: those it shows by their form, and every secret of the connection details."""
    for key, value in (details or {}).items():
        if not isinstance(value, str) or not value:
            continue
        if re.search(r"(?i)password|token|secret", key):
            text = text.replace(value, "***")
        elif key == "dsn":
            text = text.replace(value, _PASSWORD_IN_PAIRS.sub(r"\1=***", _PASSWORD_IN_URL.sub(r"\1:***@", value)))
    return _PASSWORD_IN_PAIRS.sub(r"\1=***", _PASSWORD_IN_URL.sub(r"\1:***@", text))
