"""Rating: usage events priced by the tariff, row by row."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from seeds.operator.world.bill_runs import BillRuns
from seeds.operator.world.lines import Accounts, Lines
from seeds.operator.world.offerings import Tariff
from seeds.operator.world.usage import Events


@dataclass
class Rating:
    """Priced usage, one element per row. ``event`` points into the events, ``reverses`` into this table (-1: none).

    ``run`` is the run that picked the row up (-1: none yet); ``is_charged`` is false where the bill forgets it.
    Amounts in millionths of a euro.
    """

    event: np.ndarray
    line: np.ndarray
    usage_type: np.ndarray
    quantity: np.ndarray
    rate: np.ndarray
    steps: np.ndarray
    amount: np.ndarray
    rated_at: np.ndarray
    run: np.ndarray
    is_charged: np.ndarray
    reverses: np.ndarray

    def __len__(self) -> int:
        return len(self.event)


def rate_events(
    tariff: Tariff, runs: BillRuns, accounts: Accounts, lines: Lines, events: Events, rated_at: np.ndarray
) -> Rating:
    """Prices every event of a line as the tariff says, and stamps the run that has to bill it."""
    event = np.flatnonzero(events.line >= 0)
    line = events.line[event]
    started_at = events.started_at[event]
    quantity = events.quantity[event]
    rate = tariff.rate(lines.offering_at(line, started_at), events.usage_type[event], events.zone[event], started_at)
    steps = tariff.steps(rate, quantity)
    return Rating(
        event=event,
        line=line,
        usage_type=events.usage_type[event],
        quantity=quantity,
        rate=rate,
        steps=steps,
        amount=steps * tariff.price[rate],
        rated_at=rated_at[event],
        run=runs.due(accounts.cycle[lines.account[line]], started_at, rated_at[event]),
        is_charged=np.ones(len(event), dtype=bool),
        reverses=np.full(len(event), -1),
    )


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
