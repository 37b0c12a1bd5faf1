"""The least that a score must reach."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scoring.identity import CUSTOMERS, RESOURCES, SERVICES, USAGE, IdentityScore
from scoring.score import ControlScore


@dataclass(frozen=True)
class Floors:
    """Limits per control or kind of identity; None asks for nothing."""

    precision: float | None = None
    recall: float | None = None
    money_error: float | None = None  # a ceiling


# What identity must reach on the operator's default noise.
IDENTITY_FLOORS = {
    CUSTOMERS: Floors(precision=0.995, recall=0.97),
    SERVICES: Floors(precision=0.995, recall=0.99),
    USAGE: Floors(precision=0.999, recall=0.999),
    RESOURCES: Floors(precision=0.99, recall=0.99),
}


def failures(scores: Iterable[ControlScore], floors: Floors) -> list[str]:
    """One sentence per limit that a control misses; empty when all hold."""
    messages = []
    for row in scores:
        messages += _below(row.control_id, row.precision, row.recall, floors)
        if floors.money_error is not None and row.money_error is not None and row.money_error > floors.money_error:
            messages.append(f"{row.control_id}: money error {row.money_error:.4f} is above {floors.money_error}")
    return messages


def identity_failures(scores: Iterable[IdentityScore], floors: Mapping[str, Floors] = IDENTITY_FLOORS) -> list[str]:
    """One sentence per limit that a kind of identity misses; empty when all hold."""
    messages = []
    for row in scores:
        messages += _below(row.name, row.precision, row.recall, floors.get(row.name, Floors()))
    return messages


def _below(name: str, precision: float | None, recall: float | None, floors: Floors) -> list[str]:
    """Sentences for the ratios that lie under their limit."""
    limits = (("precision", precision, floors.precision), ("recall", recall, floors.recall))
    return [
        f"{name}: {ratio} {value:.4f} is below {limit}"
        for ratio, value, limit in limits
        if limit is not None and value is not None and value < limit
    ]
