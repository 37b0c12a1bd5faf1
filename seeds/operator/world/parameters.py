"""What one synthetic operator is made from, and its random streams."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from seeds.operator.world.clock import HOUR, Clock, add_months, day_number


@dataclass(frozen=True)
class Parameters:
    """Size, window and seed. The window is [start, end) in local days; ``now`` is when every system is read."""

    customers: int = 5000
    months: int = 3
    events: int = 1_000_000
    seed: int = 42
    start: date = date(2026, 7, 1)

    def __post_init__(self) -> None:
        if self.customers < 1 or self.months < 1 or self.events < 0:
            raise ValueError("customers and months must be at least 1, events at least 0")

    @property
    def end(self) -> date:
        return add_months(self.start, self.months)

    @property
    def start_day(self) -> int:
        return day_number(self.start)

    @property
    def end_day(self) -> int:
        return day_number(self.end)

    @property
    def days(self) -> int:
        return self.end_day - self.start_day

    @property
    def price_change_day(self) -> int:
        """The day inside the window on which some usage prices change."""
        return self.start_day + int(self.days * 0.49)

    @cached_property
    def clock(self) -> Clock:
        return Clock(self.start)

    @property
    def now(self) -> int:
        """08:00 UTC on the day after the window, in microseconds."""
        return self.end_day * 24 * HOUR + 8 * HOUR

    def random(self, name: str) -> np.random.Generator:
        """A random stream of its own for each purpose, so that a change in one place leaves the others alone."""
        return np.random.default_rng([self.seed, zlib.crc32(name.encode())])
