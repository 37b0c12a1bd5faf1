"""Plants what carriers and the operator invoice one another for calls: rates, invoices, and what is wrong in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np
import polars as pl

from seeds.operator.build import Operator
from seeds.operator.planting.margins import Margins
from seeds.operator.planting.roles_partner import INTERCONNECT
from seeds.operator.world.clock import add_months, day_number
from seeds.operator.world.parameters import Parameters

_ROLES = {role.code: role for role in INTERCONNECT}
CARRIERS = (
    ("C-201", "Südmobil Netz GmbH", "DE"),
    ("C-202", "Rheinfunk Mobil AG", "DE"),
    ("C-203", "Blauwelle Mobilfunk GmbH", "DE"),
    ("C-204", "Elbe Festnetz AG", "DE"),
    ("C-205", "Mehrwert Service AG", "DE"),
    ("C-206", "Transit West Carrier S.A.", "FR"),
    ("C-207", "Transit Ost Carrier Sp. z o.o.", "PL"),
)
# Called numbers by their first digits: prefixes, carrier, destination.
RANGES = (
    (("491510", "491511", "491512", "491513"), "C-201", "national_mobile"),
    (("491514", "491515", "491516"), "C-202", "national_mobile"),
    (("491517", "491518", "491519"), "C-203", "national_mobile"),
    (("4940",), "C-204", "national_fixed"),
    (("49900",), "C-205", "premium"),
    (("33",), "C-206", "france"),
    (("39",), "C-206", "italy"),
    (("44",), "C-206", "united_kingdom"),
    (("1",), "C-206", "united_states"),
    (("48",), "C-207", "poland"),
    (("90",), "C-207", "turkey"),
    (("30",), "C-207", "greece"),
    (("40",), "C-207", "romania"),
)
OUTGOING, INCOMING = "outgoing", "incoming"
# Millionths of a euro per minute.
_RATES = {
    "national_mobile": 7_000, "national_fixed": 4_500, "premium": 550_000, "france": 62_000, "italy": 71_000,
    "united_kingdom": 58_000, "united_states": 49_000, "poland": 66_000, "turkey": 118_000, "greece": 83_000,
    "romania": 79_000,
}  # fmt: skip
_RATES_TO_US = {"to_mobile": 7_000, "to_fixed": 4_500}
_SENDERS = ("C-201", "C-202", "C-203", "C-204", "C-206", "C-207")
# Rates that change on a day of the window's second month.
_CHANGES = {("C-202", "national_mobile"): 6_000, ("C-206", "france"): 69_000, ("C-207", "greece"): 90_000}
_DAY_OF_CHANGE = 14
_INVOICED_AFTER_DAYS = 4


@dataclass(frozen=True)
class Interconnect:
    """``rates``: partner, direction, destination, rate (millionths per minute), from_day, to_day (day after, or null).

    ``traffic``: partner, destination, day, calls, seconds of incoming calls, as the gateway counts them.
    ``invoices``: partner, direction, destination, invoice_day, from_day, to_day (the day after), calls, minutes
    (hundredths), rate, amount (cents), kind. ``planted``: code, partner, direction, destination, day, end, amount
    (cents, above zero when the operator loses it).
    """

    rates: pl.DataFrame
    traffic: pl.DataFrame
    invoices: pl.DataFrame
    planted: pl.DataFrame


@dataclass
class _Cell:
    """Calls of a partner, direction, destination and month, by stretches of one rate."""

    partner: str
    direction: str
    destination: str
    month: date
    stretches: list[tuple[int, int, int, int, int]]  # from_day, to_day, rate, calls, seconds
    role: str = ""
    lines: list[tuple] = field(default_factory=list)

    @property
    def due(self) -> float:
        return sum(seconds / 60 * rate / 10_000 for _, _, rate, _, seconds in self.stretches)


def plant_interconnect(operator: Operator, usage: pl.DataFrame, margins: Margins) -> Interconnect:
    """Everything between the operator and its carriers. ``usage``: mediation's ``usage_event`` of ``copies.usage``."""
    return _Planter(operator.parameters, usage, margins).result()


class _Planter:
    def __init__(self, parameters: Parameters, usage: pl.DataFrame, margins: Margins) -> None:
        self.parameters, self.margins = parameters, margins
        self.random = parameters.random("interconnect")
        self.months = [add_months(parameters.start, number) for number in range(parameters.months)]
        self.rates = self._agreed()
        self.traffic = self._incoming()
        self.calls = pl.concat(
            [
                self._outgoing(usage).select("partner", pl.lit(OUTGOING).alias("direction"), *_BY_DAY),
                self.traffic.select("partner", pl.lit(INCOMING).alias("direction"), *_BY_DAY),
            ]
        )

    def result(self) -> Interconnect:
        cells = self._cells()
        self._give_roles(cells)
        for cell in cells:
            self._invoice(cell)
        names = ["partner", "direction", "destination", "invoice_day", "from_day", "to_day", "calls", "minutes", "rate"]
        rows = [line for cell in cells for line in cell.lines]
        text = dict.fromkeys(names[:3], pl.String)
        invoices = pl.DataFrame(
            rows,
            schema={**text, **dict.fromkeys(names[3:], pl.Int64), "amount": pl.Int64, "kind": pl.String},
            orient="row",
        )
        planted = pl.DataFrame(
            [self._planted(cell) for cell in cells if cell.role],
            schema={"code": pl.String, **text, "day": pl.Int64, "end": pl.Int64, "amount": pl.Int64},
            orient="row",
        )
        order = ["partner", "direction", "invoice_day", "from_day", "destination", "kind"]
        return Interconnect(self.rates, self.traffic, invoices.sort(order), planted)

    # What was agreed, and the calls

    def _agreed(self) -> pl.DataFrame:
        opening = self.parameters.start_day - 700
        change = day_number(add_months(self.parameters.start, 1)) + _DAY_OF_CHANGE
        rows = []
        for _, partner, destination in RANGES:
            new = _CHANGES.get((partner, destination))
            rate = _RATES[destination]
            raised = [item for item in self.margins.rates if item[:2] == (partner, destination)]
            if raised:
                _, _, other, from_day, to_day = raised[0]
                rows.append((partner, OUTGOING, destination, rate, opening, from_day))
                rows.append((partner, OUTGOING, destination, other, from_day, to_day))
                rows.append((partner, OUTGOING, destination, rate, to_day, None))
                continue
            rows.append((partner, OUTGOING, destination, rate, opening, change if new else None))
            if new:
                rows.append((partner, OUTGOING, destination, new, change, None))
        rows += [
            (partner, INCOMING, destination, rate, opening, None)
            for partner in _SENDERS
            for destination, rate in _RATES_TO_US.items()
        ]
        types = dict.fromkeys(("partner", "direction", "destination"), pl.String)
        types |= dict.fromkeys(("rate", "from_day", "to_day"), pl.Int64)
        return pl.DataFrame(rows, schema=types, orient="row")

    def _outgoing(self, usage: pl.DataFrame) -> pl.DataFrame:
        """Calls to other networks by day, each once, however often mediation delivered it."""
        own_network = pl.col("zone") != "eu_roaming"
        calls = usage.filter((pl.col("usage_type") == "voice") & own_network).unique("charging_id", maintain_order=True)
        number = pl.col("other_party")
        where = pl.lit(None, pl.Int64)
        for place, (prefixes, _, _) in enumerate(RANGES):
            for prefix in prefixes:
                where = pl.when(number.str.starts_with(prefix)).then(place).otherwise(where)
        day = pl.col("started_at").dt.convert_time_zone("Europe/Berlin").dt.date().cast(pl.Int32).cast(pl.Int64)
        return (
            calls.with_columns(place=where, day=day)
            .filter(pl.col("place").is_not_null())
            .group_by("place", "day")
            .agg(calls=pl.len().cast(pl.Int64), seconds=pl.col("duration_seconds").sum())
            .with_columns(
                partner=pl.col("place").replace_strict({n: row[1] for n, row in enumerate(RANGES)}),
                destination=pl.col("place").replace_strict({n: row[2] for n, row in enumerate(RANGES)}),
            )
            .sort("place", "day")
        )

    def _incoming(self) -> pl.DataFrame:
        """What the gateway counts of calls that others send, by day."""
        days = np.arange(self.parameters.start_day, self.parameters.end_day)
        parts = []
        for partner in _SENDERS:
            for destination in _RATES_TO_US:
                calls = self.random.poisson(max(3.0, self.parameters.customers / 40), len(days)) + 1
                seconds = (calls * (120 + 70 * self.random.random(len(days)))).astype(np.int64)
                parts.append(
                    pl.DataFrame(
                        {
                            "partner": [partner] * len(days),
                            "destination": [destination] * len(days),
                            "day": days,
                            "calls": calls.astype(np.int64),
                            "seconds": seconds,
                        }
                    )
                )
        return pl.concat(parts)

    # Cells and their invoices

    def _cells(self) -> list[_Cell]:
        cells = []
        for partner, direction, destination in self.rates.select(_SUBJECT).unique(maintain_order=True).iter_rows():
            mine = (pl.col("partner") == partner) & (pl.col("direction") == direction)
            mine &= pl.col("destination") == destination
            rates, calls = self.rates.filter(mine), self.calls.filter(mine)
            for month in self.months:
                first, end = day_number(month), day_number(add_months(month, 1))
                stretches = []
                for rate, from_day, to_day in rates.select("rate", "from_day", "to_day").iter_rows():
                    start, stop = max(first, from_day), min(end, to_day or end)
                    if start < stop:
                        some = calls.filter(pl.col("day").is_between(start, stop - 1))
                        count, seconds = int(some["calls"].sum()), int(some["seconds"].sum())
                        if count:
                            stretches.append((start, stop, rate, count, seconds))
                if stretches:
                    cells.append(_Cell(partner, direction, destination, month, stretches))
        return cells

    def _is_invoiced(self, month: date) -> bool:
        return day_number(add_months(month, 1)) + _INVOICED_AFTER_DAYS < self.parameters.end_day

    def _give_roles(self, cells: list[_Cell]) -> None:
        shuffled = [cells[place] for place in self.random.permutation(len(cells))]

        def worth(cell: _Cell, least: float = 150) -> bool:
            return cell.due >= least

        def give(code: str, fits) -> None:
            free = [cell for cell in shuffled if not cell.role and fits(cell)]
            for cell in free[: _ROLES[code].count(0)]:
                cell.role = code

        def sent(cell: _Cell) -> bool:
            return cell.direction == OUTGOING and self._is_invoiced(cell.month)

        def received(cell: _Cell) -> bool:
            return cell.direction == INCOMING and self._is_invoiced(cell.month)

        def is_credited(cell: _Cell) -> bool:
            return sent(cell) and self._is_invoiced(add_months(cell.month, 1))

        give("X1.rate_change", lambda cell: sent(cell) and len(cell.stretches) > 1)
        give("X1.credited_later", lambda cell: is_credited(cell) and worth(cell))
        give("X1.minutes_too_high", lambda cell: sent(cell) and worth(cell))
        give("X1.wrong_rate", lambda cell: sent(cell) and worth(cell))
        give("X1.duplicate_line", lambda cell: sent(cell) and worth(cell))
        give("X1.incoming_too_low", lambda cell: received(cell) and worth(cell))
        give("X1.incoming_not_billed", lambda cell: received(cell) and worth(cell))
        give("X1.within_tolerance", lambda cell: sent(cell) or received(cell))
        give("X1.not_invoiced_yet", lambda cell: not self._is_invoiced(cell.month))

    def _invoice(self, cell: _Cell) -> None:
        if not self._is_invoiced(cell.month) or cell.role == "X1.incoming_not_billed":
            return
        role, random = cell.role, self.random
        wide = role == "X1.within_tolerance"
        drift = 1 + (0.4 if wide else 0.1) / 100 * (1 if random.random() < 0.5 else -1) * random.random()
        factor, price = drift, 1.0
        if role in ("X1.minutes_too_high", "X1.credited_later"):
            factor = 1.06 + 0.09 * random.random()
        elif role == "X1.incoming_too_low":
            factor = 0.80 + 0.14 * random.random()
        elif role == "X1.wrong_rate":
            price = 1.1 + 0.2 * random.random()
        day = day_number(add_months(cell.month, 1)) + _INVOICED_AFTER_DAYS
        for start, stop, rate, calls, seconds in cell.stretches:
            minutes = round(seconds / 60 * factor * 100)
            self._add(cell, day, (start, stop), calls, minutes, round(rate * price), "usage")
            if role == "X1.duplicate_line":
                self._add(cell, day, (start, stop), calls, minutes, rate, "usage")
            if role == "X1.credited_later":
                later = day_number(add_months(cell.month, 2)) + _INVOICED_AFTER_DAYS
                too_many = minutes - round(seconds / 60 * 100)
                self._add(cell, later, (start, stop), 0, -too_many, rate, "credit")

    def _add(
        self, cell: _Cell, day: int, days: tuple[int, int], calls: int, minutes: int, rate: int, kind: str
    ) -> None:
        # Hundredths of a minute times millionths of a euro are 10^-8 euros: a cent is a million of them.
        product = minutes * rate
        amount = (abs(product) + 500_000) // 1_000_000 * (1 if product >= 0 else -1)
        subject = (cell.partner, cell.direction, cell.destination)
        cell.lines.append((*subject, day, *days, calls, minutes, rate, amount, kind))

    def _planted(self, cell: _Cell) -> tuple:
        """The role with what the operator loses by it, in cents."""
        first, end = day_number(cell.month), day_number(add_months(cell.month, 1))
        amount = 0
        if _ROLES[cell.role].kind == "fault":
            billed = sum(line[-2] for line in cell.lines)
            amount = round(billed - cell.due if cell.direction == OUTGOING else cell.due - billed)
        return (cell.role, cell.partner, cell.direction, cell.destination, first, end, amount)


_BY_DAY = ("destination", "day", "calls", "seconds")
_SUBJECT = ("partner", "direction", "destination")
