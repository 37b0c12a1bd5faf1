"""The months that a report covers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from concord.errors import ConcordError

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Period:
    """Whole calendar months, from the first day of ``first`` to the end of ``last``."""

    first: date
    last: date  # first day of the last month

    @property
    def name(self) -> str:
        """As in file names: 2026-07, or 2026-07_2026-09."""
        return f"{self.first:%Y-%m}" if self.first == self.last else f"{self.first:%Y-%m}_{self.last:%Y-%m}"

    @property
    def title(self) -> str:
        """As in headings: July 2026, or July to September 2026."""
        if self.first == self.last:
            return f"{self.first:%B %Y}"
        start = f"{self.first:%B}" if self.first.year == self.last.year else f"{self.first:%B %Y}"
        return f"{start} to {self.last:%B %Y}"

    @property
    def months(self) -> list[date]:
        """First day of each month."""
        months, year, month = [], self.first.year, self.first.month
        while (year, month) <= (self.last.year, self.last.month):
            months.append(date(year, month, 1))
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        return months


def parse_period(text: str) -> Period:
    """A month (2026-07) or a range of months (2026-07_2026-09).

    Raises ConcordError when the text is neither, or the range runs backwards.
    """
    parts = text.split("_")
    matches = [_MONTH.fullmatch(part) for part in parts]
    if len(parts) > 2 or not all(matches):
        raise ConcordError(f"'{text}' is not a period", hint="a month like 2026-07, or a range like 2026-07_2026-09")
    first, last = (date(int(match[1]), int(match[2]), 1) for match in (matches[0], matches[-1]))
    if last < first:
        raise ConcordError(f"the period '{text}' ends before it starts")
    return Period(first, last)
