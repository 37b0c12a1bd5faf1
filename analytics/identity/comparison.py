"""The shape of a comparison: its levels, and how far the evidence of each may go."""

from __future__ import annotations

from dataclasses import dataclass

# Below anything that all other comparisons can add up to.
NEVER = -60.0


@dataclass(frozen=True)
class Level:
    """One level: ``condition`` in SQL over columns with the suffixes _l and _r; ``low`` and ``high`` bound the weight
    (bits).

    ``per_match`` replaces ``u``: pairs of two parties at this level for each pair of one party at all. ``frequency``
    names the feature whose term frequency corrects the weight. ``apart`` replaces the bounds in data where no two
    people share an address, phone or mailbox. A level whose bounds are one is never trained. A condition that is null
    doesn't hold; what is cheap stands first in it, as the engine goes no further with pairs for which that fails.
    """

    label: str
    condition: str
    m: float
    u: float = 0.0
    low: float = -20.0
    high: float = 20.0
    per_match: float | None = None
    frequency: str | None = None
    apart: tuple[float, float] | None = None

    def bounds(self, people_share: bool) -> tuple[float, float]:
        """Least and greatest weight, given whether people share contact details in the data."""
        return (self.low, self.high) if people_share or self.apart is None else self.apart

    def is_fixed(self, people_share: bool) -> bool:
        """Not to be trained: the bounds are one."""
        low, high = self.bounds(people_share)
        return low == high


@dataclass(frozen=True)
class Comparison:
    """One field of the evidence. ``unknown``: the condition under which the field says nothing (weight 0)."""

    name: str
    unknown: str
    levels: tuple[Level, ...]
