"""Plants discounts: honest ones, and those that go on, add up or were given without the right to."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

from seeds.operator.planting.roles import Chooser
from seeds.operator.planting.roles_agreements import AGREEMENTS
from seeds.operator.planting.roles_orders import ORDERS
from seeds.operator.world.billing_engine import NO_CAP
from seeds.operator.world.clock import NEVER, add_months, day_number
from seeds.operator.world.lines import Lines
from seeds.operator.world.offerings import MONTHLY
from seeds.operator.world.parameters import Parameters
from seeds.operator.world.promotions import PROMOTION, PROMOTIONS

_WITHOUT = (
    "O1.never_billed_fixed",
    "O1.never_billed_mobile",
    "O1.billing_ended",
    "O2.never_provisioned",
    "O3.late_start",
    *(role.code for role in ORDERS if role.control in ("O4", "O5")),
    *(role.code for role in AGREEMENTS),
)
_SCHEMA = {
    "line": pl.Int64,
    "is_percentage": pl.Boolean,
    "value": pl.Int64,
    "cap": pl.Int64,
    "from_at": pl.Int64,
    "to_at": pl.Int64,
    "promotion": pl.String,
    "authorised_by": pl.String,
    "true_value": pl.Int64,
    "true_to_at": pl.Int64,
    "billed_to_at": pl.Int64,
}
_EPOCH = date(1970, 1, 1)
# Who signs what is given by hand: (per cent or not, up to which value, login).
_BY_HAND = ((True, 1000, "s.kaya"), (True, 2000, "m.petersen"), (False, 300, "s.kaya"), (False, 500, "m.petersen"))


def discounts(parameters: Parameters, lines: Lines, chooser: Chooser) -> pl.DataFrame:
    """Discounts as billing has them on file, what they truly are, and how long billing grants them.

    Columns: line, is_percentage, value (hundredths of a percent or cents), cap (cents), from_at, to_at, promotion,
    authorised_by; true_value and true_to_at: what the customer is entitled to; billed_to_at: when billing stops.
    """
    ordinary = _ordinary(parameters, lines, chooser)
    planted = _Planted(parameters, lines, chooser)
    return pl.concat([ordinary, planted.frame()])


def _ordinary(parameters: Parameters, lines: Lines, chooser: Chooser) -> pl.DataFrame:
    """What many customers have, all of it in order."""
    random = parameters.random("discounts")
    count = len(lines)
    barred = np.zeros(count, dtype=bool)
    barred[chooser.lines(*_WITHOUT, *_ROLES)] = True
    granted = (random.random(count) < 0.11) & (MONTHLY[lines.offering] >= 900) & ~barred
    granted[chooser.lines("R1.recurring_discount")] = True
    line = np.flatnonzero(granted)
    number = len(line)
    is_percentage = random.random(number) < 0.65
    value = np.where(
        is_percentage, random.choice([1000, 1500, 2000, 5000], number), random.choice([200, 300, 500], number)
    )
    midnight = parameters.clock.midnight
    start_day = parameters.clock.local_day(lines.start[line])
    in_window = parameters.start_day + random.integers(1, parameters.days, number)
    # Where a fault is planted the discount holds throughout, so that its money is plain.
    steady = chooser.role[line] > 0
    from_day = np.where((random.random(number) < 0.2) & ~steady, np.maximum(in_window, start_day), start_day)
    ends = (random.random(number) < 0.25) & ~steady
    to_at = np.where(ends, midnight(np.maximum(from_day + 5, in_window)), NEVER)
    by_hand = random.random(number) < 0.3
    rows = []
    for place in range(number):
        terms = (bool(is_percentage[place]), int(value[place]))
        signed = _signatory(*terms) if by_hand[place] else None
        promotion = None if signed else _promotion_of(*terms)
        period = (int(midnight(from_day[place])), int(to_at[place]))
        rows.append(_row(int(line[place]), *terms, *period, promotion, signed))
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def _row(
    line: int,
    is_percentage: bool,
    value: int,
    from_at: int,
    to_at: int = int(NEVER),
    promotion: str | None = None,
    authorised_by: str | None = None,
    cap: int = NO_CAP,
    true_value: int | None = None,
    true_to_at: int | None = None,
    billed_to_at: int | None = None,
) -> tuple:
    return (
        line, is_percentage, value, cap, from_at, to_at, promotion, authorised_by or "campaign",
        value if true_value is None else true_value,
        to_at if true_to_at is None else true_to_at,
        to_at if billed_to_at is None else billed_to_at,
    )  # fmt: skip


def _signatory(is_percentage: bool, value: int) -> str | None:
    return next((login for kind, most, login in _BY_HAND if kind == is_percentage and value <= most), None)


def _promotion_of(is_percentage: bool, value: int) -> str:
    return next(item.code for item in PROMOTIONS if (item.is_percentage, item.value) == (is_percentage, value))


class _Planted:
    """The discounts of the lines that hold a role of R4."""

    def __init__(self, parameters: Parameters, lines: Lines, chooser: Chooser) -> None:
        self._parameters = parameters
        self._lines = lines
        self._chooser = chooser
        self._random = parameters.random("planted discounts")

    def frame(self) -> pl.DataFrame:
        holders = [(rule, int(line)) for code, rule in _ROLES.items() for line in self._chooser.lines(code)]
        rows = [row for rule, line in holders for row in rule(self, line)]
        return pl.DataFrame(rows, schema=_SCHEMA, orient="row")

    def _midnight(self, day: int) -> int:
        return int(self._parameters.clock.midnight(day))

    def _before(self) -> int:
        """A day before the window."""
        return self._parameters.start_day - int(self._random.integers(20, 120))

    def _inside(self) -> int:
        """A day of the window that a completed bill holds."""
        return self._parameters.start_day + int(self._random.integers(3, max(self._parameters.days - 40, 4)))

    def _of(self, code: str, line: int, from_at: int, **changes: int | None) -> tuple:
        """A discount by the terms of its promotion."""
        terms = PROMOTION[code]
        cap = NO_CAP if terms.cap is None else terms.cap
        value = changes.pop("value", terms.value)
        return _row(line, terms.is_percentage, value, from_at, promotion=code, cap=cap, **changes)

    def _term(self) -> tuple[int, int]:
        """Begin of a promotion for six months that runs out inside the window, and its end."""
        begin = _EPOCH + timedelta(days=self._inside())
        begin = add_months(begin.replace(day=min(begin.day, 28)), -6)
        return self._midnight(day_number(begin)), self._midnight(day_number(add_months(begin, 6)))

    def billed_after_end(self, line: int) -> list[tuple]:
        end = self._midnight(self._inside())
        return [self._of("KOMBI20", line, self._midnight(self._before()), to_at=end, billed_to_at=int(NEVER))]

    def over_promotion(self, line: int) -> list[tuple]:
        begin = self._midnight(self._before())
        return [self._of("TREUE10", line, begin, value=2500, true_value=1000)]

    def beyond_term(self, line: int) -> list[tuple]:
        begin, end = self._term()
        return [self._of("WILLKOMMEN6", line, begin, true_to_at=end)]

    def stacked(self, line: int) -> list[tuple]:
        begin = self._before()
        exclusive = self._of("EXKLUSIV15", line, self._midnight(begin))
        return [exclusive, self._of("KOMBI20", line, self._midnight(begin + 9), true_value=0)]

    def over_authority(self, line: int) -> list[tuple]:
        begin = self._midnight(self._before())
        return [_row(line, True, 4000, begin, authorised_by="agent17", true_value=1000)]

    def ended_in_period(self, line: int) -> list[tuple]:
        return [self._of("KOMBI20", line, self._midnight(self._before()), to_at=self._midnight(self._inside()))]

    def stacked_allowed(self, line: int) -> list[tuple]:
        begin = self._before()
        amount = self._of("RABATT5", line, self._midnight(begin))
        return [amount, self._of("KOMBI20", line, self._midnight(begin + 6))]

    def within_authority(self, line: int) -> list[tuple]:
        return [_row(line, True, 2000, self._midnight(self._before()), authorised_by="t.vogel")]

    def capped(self, line: int) -> list[tuple]:
        return [self._of("HALB5", line, self._midnight(self._before()))]

    def one_after_other(self, line: int) -> list[tuple]:
        begin, end = self._term()
        return [self._of("WILLKOMMEN6", line, begin, to_at=end), self._of("TREUE10", line, end)]

    def down_to_agreed(self, line: int) -> list[tuple]:
        begin = int(self._parameters.clock.local_day(self._lines.start[line]))
        return [self._of("RABATT5", line, self._midnight(begin))]

    def on_agreed(self, line: int) -> list[tuple]:
        return [self._of("TREUE10", line, self._midnight(self._before()))]


_ROLES = {
    "R4.billed_after_end": _Planted.billed_after_end,
    "R4.over_promotion": _Planted.over_promotion,
    "R4.beyond_term": _Planted.beyond_term,
    "R4.stacked": _Planted.stacked,
    "R4.over_authority": _Planted.over_authority,
    "R4.ended_in_period": _Planted.ended_in_period,
    "R4.stacked_allowed": _Planted.stacked_allowed,
    "R4.within_authority": _Planted.within_authority,
    "R4.capped": _Planted.capped,
    "R4.one_after_other": _Planted.one_after_other,
    "P3.as_discount": _Planted.down_to_agreed,
    "P3.discounted": _Planted.on_agreed,
}
