"""Credits that people post by hand, within their authority and over it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seeds.operator.planting.roles import Chooser


@dataclass(frozen=True)
class Credits:
    """One element per credit: line, cents (above zero), hours after the invoice, who posted and who approved it
    (empty: nobody)."""

    line: np.ndarray
    cents: np.ndarray
    delay_hours: np.ndarray
    created_by: list[str]
    approved_by: list[str | None]


# Role -> cents of each credit, hours between them, who posts, who approves.
_PATTERNS = {
    "R9.over_limit": ([8000], 0, "s.kaya", None),
    "R9.split": ([2000, 2000, 2000], 20, "agent17", None),
    "R9.approved_by_peer": ([6000], 0, "l.brandt", "s.kaya"),
    "R9.approved": ([8000], 0, "s.kaya", "m.petersen"),
    "R9.two_within": ([1000, 1000], 3, "agent17", None),
    "R9.supervisor": ([6000], 0, "t.vogel", None),
}
# What the role has no right to, in cents: the sum less what an agent may give.
OVER = {"R9.over_limit": 5500, "R9.split": 3500, "R9.approved_by_peer": 3500}


def planted_credits(chooser: Chooser) -> Credits:
    """The credits of every line that holds a role of R9."""
    rows = [
        (line, cents, 30 + number * pause, created_by, approved_by)
        for code, (amounts, pause, created_by, approved_by) in _PATTERNS.items()
        for line in chooser.lines(code).tolist()
        for number, cents in enumerate(amounts)
    ]
    line, cents, delay, created_by, approved_by = ([row[place] for row in rows] for place in range(5))
    return Credits(
        np.array(line, dtype=np.int64), np.array(cents, dtype=np.int64), np.array(delay, dtype=np.int64),
        created_by, approved_by,
    )  # fmt: skip
