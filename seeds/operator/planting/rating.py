"""Rating: usage events priced by the tariff, row by row, after what the allowances cover."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from seeds.operator.world.allowances import Pots
from seeds.operator.world.bill_runs import BillRuns
from seeds.operator.world.lines import Accounts, Lines
from seeds.operator.world.offerings import Parts, Tariff
from seeds.operator.world.usage import Events


@dataclass
class Rating:
    """Priced usage, one element per row. ``event`` points into the events, ``reverses`` into this table (-1: none).

    ``run`` is the run that picked the row up (-1: none yet); ``is_charged`` is false where the bill forgets it.
    ``zone`` is what billing takes it for, ``allowance`` the units that it covered; ``is_misconfigured`` where billing's
    rate table is wrong about it (``rate`` -1: it has none). Amounts in millionths of a euro.
    """

    event: np.ndarray
    line: np.ndarray
    usage_type: np.ndarray
    zone: np.ndarray
    quantity: np.ndarray
    rate: np.ndarray
    allowance: np.ndarray
    steps: np.ndarray
    amount: np.ndarray
    rated_at: np.ndarray
    run: np.ndarray
    is_charged: np.ndarray
    reverses: np.ndarray
    is_misconfigured: np.ndarray

    def __len__(self) -> int:
        return len(self.event)


def rate_events(
    tariff: Tariff,
    runs: BillRuns,
    accounts: Accounts,
    lines: Lines,
    events: Events,
    rated_at: np.ndarray,
    pots: Pots | None = None,
) -> Rating:
    """Prices every event of a line as the tariff says, and stamps the run that has to bill it.

    Without ``pots`` no allowance covers anything.
    """
    event = np.flatnonzero(events.line >= 0)
    line = events.line[event]
    started_at = events.started_at[event]
    usage_type, zone = events.usage_type[event], events.zone[event]
    quantity = events.quantity[event]
    offering = lines.offering_at(line, started_at)
    parts = tariff.parts(offering, usage_type, zone, started_at, quantity)
    run = runs.due(accounts.cycle[lines.account[line]], started_at, rated_at[event])
    allowance = np.zeros(len(event), dtype=np.int64)
    if pots:
        number = pots.number(offering, usage_type, zone)
        has_plan = (started_at >= lines.billed_from[line]) & (started_at < lines.end[line])
        drawing = np.flatnonzero((number >= 0) & has_plan)
        order = [event[drawing], rated_at[event[drawing]], started_at[drawing]]
        found = pots.pots(line[drawing], number[drawing], run[drawing])
        allowance[drawing] = pots.covered(found, order, parts.total[drawing])
    steps, amount = charge(tariff, parts, allowance)
    return Rating(
        event=event,
        line=line,
        usage_type=usage_type,
        zone=zone,
        quantity=quantity,
        rate=parts.rate,
        allowance=allowance,
        steps=steps,
        amount=amount,
        rated_at=rated_at[event],
        run=run,
        is_charged=np.ones(len(event), dtype=bool),
        reverses=np.full(len(event), -1),
        is_misconfigured=np.zeros(len(event), dtype=bool),
    )


def charge(tariff: Tariff, parts: Parts, allowance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Steps and amount of what an allowance leaves to charge; it covers the first units."""
    first = tariff.steps(parts.rate, np.maximum(parts.units - allowance, 0))
    rest = tariff.steps(parts.next_rate, np.clip(parts.total - allowance, 0, parts.next_units))
    return first + rest, first * tariff.price[parts.rate] + rest * tariff.price[parts.next_rate]


def take(rating: Rating, rows: np.ndarray) -> Rating:
    """Rows by number; references to reversed rows stay as they are."""
    return Rating(*(getattr(rating, name)[rows] for name in Rating.__dataclass_fields__))


def join(first: Rating, second: Rating) -> Rating:
    """One table after the other."""
    return Rating(
        *(np.concatenate([getattr(first, name), getattr(second, name)]) for name in Rating.__dataclass_fields__)
    )


def keep(rating: Rating, rows: np.ndarray) -> Rating:
    """Only the rows that are marked; references to reversed rows follow."""
    kept = take(rating, np.flatnonzero(rows))
    position = np.cumsum(rows) - 1
    return replace(kept, reverses=np.where(kept.reverses >= 0, position[kept.reverses], -1))
