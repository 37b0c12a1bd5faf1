"""Local calendar of the operator: days are local dates, counted from 1970-01-01; instants are microseconds UTC."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

HOME_ZONE = "Europe/Berlin"
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
# An instant that no clock reaches: an open end.
NEVER = np.int64(2**60)

_EPOCH = date(1970, 1, 1)


def day_number(value: date) -> int:
    """Days since 1970-01-01."""
    return (value - _EPOCH).days


def add_months(value: date, months: int) -> date:
    """The same day of the month, months later (clipped to the month's last day)."""
    index = value.year * 12 + value.month - 1 + months
    year, month = divmod(index, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(value.day, (following - timedelta(days=1)).day))


class Clock:
    """Turns local days into instants and back, daylight saving included. Covers 60 years before and 12 after a date."""

    def __init__(self, around: date) -> None:
        first = date(around.year - 60, 1, 1)
        self._first = day_number(first)
        days = pl.date_range(first, date(around.year + 12, 1, 1), eager=True)
        midnights = days.cast(pl.Datetime("us")).dt.replace_time_zone(HOME_ZONE).dt.convert_time_zone("UTC")
        self._midnights = midnights.to_physical().to_numpy()

    def midnight(self, days: np.ndarray | int) -> np.ndarray:
        """Instant at which each local day begins. Days outside the table are clipped to it."""
        return self._midnights[np.clip(np.asarray(days) - self._first, 0, len(self._midnights) - 1)]

    def local_day(self, instants: np.ndarray) -> np.ndarray:
        """Local day that holds each instant; NEVER gives the table's last day."""
        return (np.searchsorted(self._midnights, instants, side="right") - 1 + self._first).astype(np.int64)
