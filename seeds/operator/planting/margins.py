"""Plants what calls to a destination cost beyond what they sell for: rates that carriers raised, and honest ones."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl

from seeds.operator.build import Operator
from seeds.operator.planting.roles_partner import MARGINS
from seeds.operator.world.clock import add_months, day_number
from seeds.operator.world.offerings import INTERNATIONAL, VOICE

# Destinations whose rates nothing else changes: first digits, carrier.
_DESTINATIONS = {
    "italy": ("39", "C-206"),
    "united_kingdom": ("44", "C-206"),
    "poland": ("48", "C-207"),
    "turkey": ("90", "C-207"),
    "romania": ("40", "C-207"),
}
# Cents of a month: a loss is plain, or a trifle; rates are such that there is none in between.
_PLAIN, _TRIFLE = 150, 60
_RAISED = range(500_000, 1_200_000, 10_000)
_MICRO_PER_CENT = 10_000
_FAULTS = {role.code for role in MARGINS if role.kind == "fault"}


@dataclass(frozen=True)
class Margins:
    """``rates``: carrier, destination, rate (millionths of a euro per minute), from_day, to_day (the day after).

    ``planted``: code, offering, destination, day, end (of the month), amount (cents that calls cost more than they sell
    for; 0 for honest ones).
    """

    rates: list[tuple[str, str, int, int, int]]
    planted: pl.DataFrame


def plan_margins(operator: Operator) -> Margins:
    """Rates of some destinations for the months that every bill cycle has charged."""
    return _Planner(operator).result()


class _Planner:
    def __init__(self, operator: Operator) -> None:
        parameters = operator.parameters
        self.random = parameters.random("margins")
        closed = int(operator.runs.last_period_end().min())
        starts = [day_number(add_months(parameters.start, number)) for number in range(parameters.months + 1)]
        self.months = [(first, end) for first, end in pairwise(starts) if end <= closed]
        self.end = parameters.end_day
        self.calls = _calls(operator)
        self.rates: list[tuple[str, str, int, int, int]] = []
        self.rows: list[tuple] = []

    def result(self) -> Margins:
        names = [list(_DESTINATIONS)[place] for place in self.random.permutation(len(_DESTINATIONS))]
        if self.months:
            self._raise(names, "P2.rate_raised", self.months[0][0])
            self._raise(names, "P2.rate_raised_later", self.months[-1][0])
            self._low(names)
            self._low(names)
            self._single_day(names)
        types = {"code": pl.String, "offering": pl.Int64, "destination": pl.String}
        types |= dict.fromkeys(("day", "end", "amount"), pl.Int64)
        return Margins(self.rates, pl.DataFrame(self.rows, schema=types, orient="row"))

    def _raise(self, names: list[str], code: str, from_day: int) -> None:
        """The carrier raised its rate for good, and the price list stayed."""
        months = [month for month in self.months if month[0] >= from_day]
        for name in names:
            for rate in self.random.permutation(np.array(_RAISED)).tolist():
                losses = [(cell, self._loss(cell, rate)) for month in months for cell in self._cells(name, month)]
                plain = sum(loss > _PLAIN for _, loss in losses)
                between = any(_TRIFLE < loss <= _PLAIN for _, loss in losses)
                if between or plain < 3:
                    continue
                names.remove(name)
                self.rates.append((_DESTINATIONS[name][1], name, rate, from_day, self.end))
                for cell, loss in losses:
                    kind = "P2.trifle" if loss > 0 else "P2.sells_above_cost"
                    self._note(code if loss > _PLAIN else kind, name, cell, loss)
                return

    def _low(self, names: list[str]) -> None:
        """A rate just below the lowest of the prices that calls of the months were sold at."""
        for name in names:
            cells = [cell for month in self.months for cell in self._cells(name, month)]
            if len(cells) < 3:
                continue
            names.remove(name)
            rate = int(min(cell[3] * 60 / cell[4] for cell in cells) * 0.93) // 1_000 * 1_000
            self.rates.append((_DESTINATIONS[name][1], name, rate, self.months[0][0], self.end))
            for cell in cells:
                self._note("P2.low_margin", name, cell, 0)
            return

    def _single_day(self, names: list[str]) -> None:
        """A rate for one day at which that day's calls lose money, while each offering's month does not."""
        first, end = self.months[-1]
        for name in names:
            for day in self.random.permutation(np.arange(first, end)).tolist():
                of_day = {cell[0]: cell for cell in self._cells(name, (day, day + 1))}
                month = [cell for cell in self._cells(name, (first, end)) if cell[0] in of_day]
                rate = 1_400_000
                if not of_day or any(self._loss(of_day[cell[0]], rate) <= 0 for cell in month):
                    continue
                # The other days stay at the usual rate, a fraction of every price: what they sell for covers it.
                rest = [cell[3] - of_day[cell[0]][3] for cell in month]
                if any(
                    self._loss(of_day[cell[0]], rate) * _MICRO_PER_CENT > 0.4 * other
                    for cell, other in zip(month, rest, strict=True)
                ):
                    continue
                names.remove(name)
                self.rates.append((_DESTINATIONS[name][1], name, rate, day, day + 1))
                for cell in month:
                    self._note("P2.single_day", name, cell, 0)
                return

    def _note(self, code: str, name: str, cell: tuple, loss: int) -> None:
        offering, first, end, _, _ = cell
        self.rows.append((code, offering, name, first, end, loss if code in _FAULTS else 0))

    def _cells(self, name: str, month: tuple[int, int]) -> list[tuple[int, int, int, int, int]]:
        """Offering, first day, end, what the calls sell for (millionths of a euro) and their seconds."""
        mine = (pl.col("destination") == name) & pl.col("day").is_between(month[0], month[1] - 1)
        found = self.calls.filter(mine).group_by("offering").agg(pl.col("price").sum(), pl.col("seconds").sum())
        return [(offering, *month, price, seconds) for offering, price, seconds in found.sort("offering").iter_rows()]

    def _loss(self, cell: tuple, rate: int) -> int:
        """Cents that a cell's calls cost more than they sell for, at one rate."""
        return round((cell[4] * rate / 60 - cell[3]) / _MICRO_PER_CENT)


def _calls(operator: Operator) -> pl.DataFrame:
    """Calls abroad that a run has to charge, each once: destination, offering, day, price by the catalogue, seconds."""
    events, rating, tariff = operator.events, operator.rating, operator.tariff
    cycle = operator.accounts.cycle[operator.lines.account[rating.line]]
    due = operator.runs.due(cycle, events.started_at[rating.event], rating.rated_at) >= 0
    taken_back = np.isin(np.arange(len(rating)), rating.reverses)
    row = np.flatnonzero(due & (rating.reverses < 0) & ~taken_back & (rating.usage_type == VOICE))
    event, line = rating.event[row], rating.line[row]
    zone, started = events.zone[event], events.started_at[event]
    offering = operator.lines.offering_at(line, started)
    seconds = events.duration[event]
    abroad = zone == INTERNATIONAL
    event, line, started = event[abroad], line[abroad], started[abroad]
    offering, seconds = offering[abroad], seconds[abroad]
    usage_type = np.full(len(event), VOICE)
    parts = tariff.parts(offering, usage_type, np.full(len(event), INTERNATIONAL), started, seconds)
    frame = pl.DataFrame(
        {
            "line": line,
            "started_at": started,
            "number": pl.Series(events.other_party[event]).cast(pl.String),
            "offering": offering.astype(np.int64),
            "day": operator.parameters.clock.local_day(started),
            "price": tariff.steps(parts.rate, parts.units) * tariff.price[parts.rate],
            "seconds": seconds,
        }
    ).unique(["line", "started_at", "number", "seconds"], maintain_order=True)
    number, destination = pl.col("number"), pl.lit(None, pl.String)
    for name, (prefix, _) in _DESTINATIONS.items():
        destination = pl.when(number.str.starts_with(prefix)).then(pl.lit(name)).otherwise(destination)
    # What sells for nothing is paid with the monthly charge.
    return frame.with_columns(destination=destination).filter(
        pl.col("destination").is_not_null() & (pl.col("price") > 0)
    )
