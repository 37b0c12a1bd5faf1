"""The least that a score must reach."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scoring.score import ControlScore


@dataclass(frozen=True)
class Floors:
    """Limits per control; None asks for nothing."""

    precision: float | None = None
    recall: float | None = None
    money_error: float | None = None  # a ceiling


def failures(scores: Iterable[ControlScore], floors: Floors) -> list[str]:
    """One sentence per limit that a control misses; empty when all hold."""
    messages = []
    for row in scores:
        for name, value, limit in (
            ("precision", row.precision, floors.precision),
            ("recall", row.recall, floors.recall),
        ):
            if limit is not None and value is not None and value < limit:
                messages.append(f"{row.control_id}: {name} {value:.4f} is below {limit}")
        if floors.money_error is not None and row.money_error is not None and row.money_error > floors.money_error:
            messages.append(f"{row.control_id}: money error {row.money_error:.4f} is above {floors.money_error}")
    return messages
