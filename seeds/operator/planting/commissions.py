"""Plants what dealers are paid for the lines they sell: agreed terms, monthly statements, and what is wrong in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from seeds.operator.build import Operator
from seeds.operator.planting.roles_partner import COMMISSIONS
from seeds.operator.world.clock import NEVER, add_months, day_number
from seeds.operator.world.offerings import FIXED

_ROLES = {role.code: role for role in COMMISSIONS}
DEALERS = (
    ("D-1001", "Funkhaus Altona"),
    ("D-1002", "Handyshop Kiel GmbH"),
    ("D-1003", "Telepoint Nord e.K."),
    ("D-1004", "Vertriebsring Weser GmbH"),
)
# dealer -> per product line: commission in cents before and after the change of terms, days, how it is taken back.
_TERMS = {
    "D-1001": (("mobile", 5_500, 6_500, 365, "pro_rata"), ("fixed", 9_000, 9_000, 365, "full")),
    "D-1002": (("mobile", 4_000, 4_500, 180, "full"), ("fixed", 8_000, 8_500, 180, "pro_rata")),
    "D-1003": (("mobile", 7_000, 7_500, 400, "pro_rata"), ("fixed", 9_900, 12_000, 400, "pro_rata")),
    "D-1004": (("mobile", 6_000, 5_000, 365, "full"), ("fixed", 7_500, 8_000, 365, "pro_rata")),
}
_SHORT = DEALERS[1][0]
_LONG = tuple(dealer for dealer, _ in DEALERS if dealer != _SHORT)
# The terms change on a day of the last half year before the window.
_CHANGED_DAYS_AGO = 100
ACTIVATION, CLAWBACK, CORRECTION = "activation", "clawback", "correction"


@dataclass(frozen=True)
class Commissions:
    """``terms``: dealer, product_line, amount (cents), days, rule, from_day, to_day (the day after, or null).

    ``lines``: dealer, statement_day (its month's last), order, line (that it was sold for, or one like it),
    activation_day, kind, amount (cents, below zero what the dealer gives back). ``planted``: code, dealer, order, day,
    amount (cents).
    """

    terms: pl.DataFrame
    lines: pl.DataFrame
    planted: pl.DataFrame


@dataclass
class _Sale:
    order: str
    line: int
    dealer: str
    day: int
    ceased: int | None
    is_active: bool = True


def plant_commissions(operator: Operator, book: pl.DataFrame) -> Commissions:
    """The dealers' statements for the sales of the order book (see ``copies.orders.order_book``)."""
    return _Planter(operator, book).result()


class _Planter:
    def __init__(self, operator: Operator, book: pl.DataFrame) -> None:
        self.operator = operator
        self.parameters = operator.parameters
        self.random = operator.parameters.random("commissions")
        self.changed_day = self.parameters.start_day - _CHANGED_DAYS_AGO
        self.sales = self._sales(book)
        self.free = [self.sales[place] for place in self.random.permutation(len(self.sales))]
        self.rows: list[tuple] = []
        self.planted: list[tuple] = []

    def result(self) -> Commissions:
        self._ceased()
        self._of_running_lines()
        self._without_activation()
        for sale in self.free:
            self._pay_as_agreed(sale)
        lines = pl.DataFrame(
            self.rows,
            schema={
                "dealer": pl.String, "statement_day": pl.Int64, "order": pl.String, "line": pl.Int64,
                "activation_day": pl.Int64, "kind": pl.String, "amount": pl.Int64,
            },
            orient="row",
        )  # fmt: skip
        planted = pl.DataFrame(
            self.planted,
            schema={
                "code": pl.String, "dealer": pl.String, "order": pl.String, "day": pl.Int64, "amount": pl.Int64,
            },
            orient="row",
        )  # fmt: skip
        return Commissions(self._terms(), lines.sort("dealer", "statement_day", "order", "kind", "amount"), planted)

    # What happens

    def _ceased(self) -> None:
        """Lines that ended: within the clawback period or after it."""
        for sale in self.take("X3.after_period", lambda sale: self._age(sale) in range(181, 1_000)):
            sale.dealer = _SHORT
            self._pay(sale)
            self.note("X3.after_period", sale, sale.ceased)
        for code in ("X3.clawback_missing", "X3.clawed_back"):
            for sale in self.take(code, lambda sale: self._age(sale) < 360 and self._next_month_end(sale.ceased) > 0):
                sale.dealer = self._any(_LONG)
                self._pay(sale)
                if code == "X3.clawback_missing":
                    self.note(code, sale, max(sale.ceased, self._month_end(sale.day)), self._clawback(sale))
                else:
                    self._claw_back(sale, self._next_month_end(sale.ceased))
                    self.note(code, sale, sale.ceased)
        for sale in self.take(
            "X3.recent_cease", lambda sale: self._age(sale) < 360 and not self._next_month_end(sale.ceased)
        ):
            sale.dealer = self._any(_LONG)
            self._pay(sale)
            self.note("X3.recent_cease", sale, sale.ceased)

    def _of_running_lines(self) -> None:
        def runs(sale: _Sale) -> bool:
            return sale.is_active and sale.ceased is None

        def has_next(sale: _Sale) -> bool:
            return runs(sale) and self._next_month_end(sale.day) > 0

        for sale in self.take("X3.paid_twice", has_next):
            self._pay(sale)
            later = self._next_month_end(sale.day)
            self._add(sale, later, ACTIVATION, self._agreed(sale))
            self.note("X3.paid_twice", sale, later, self._agreed(sale))
        for sale in self.take("X3.wrong_rate", runs):
            more = int(self.random.integers(2, 9)) * 500
            self._add(sale, self._month_end(sale.day), ACTIVATION, self._agreed(sale) + more)
            self.note("X3.wrong_rate", sale, self._month_end(sale.day), more)
        for sale in self.take("X3.paid_in_parts", has_next):
            half = self._agreed(sale) // 2
            self._add(sale, self._month_end(sale.day), ACTIVATION, half)
            self._add(sale, self._next_month_end(sale.day), ACTIVATION, self._agreed(sale) - half)
            self.note("X3.paid_in_parts", sale, self._month_end(sale.day))
        for sale in self.take("X3.correction_pair", has_next):
            more = int(self.random.integers(2, 9)) * 500
            self._add(sale, self._month_end(sale.day), ACTIVATION, self._agreed(sale) + more)
            self._add(sale, self._next_month_end(sale.day), CORRECTION, -more)
            self.note("X3.correction_pair", sale, self._month_end(sale.day))
        near = self._near_the_change
        for sale in self.take("X3.rate_change", lambda sale: runs(sale) and near(sale)):
            self._pay(sale)
            self.note("X3.rate_change", sale, self._month_end(sale.day))
        self._two_lines(runs)

    def _two_lines(self, runs) -> None:
        """Two lines of one customer, paid by one statement where they were activated in one month."""
        customer = self.operator.lines.customer
        waiting: dict[int, _Sale] = {}
        pairs: list[tuple[_Sale, _Sale]] = []
        for sale in filter(runs, self.free):
            other = waiting.pop(int(customer[sale.line]), None)
            if other is None:
                waiting[int(customer[sale.line])] = sale
            else:
                pairs.append((other, sale))
        for other, sale in pairs[: _ROLES["X3.two_lines"].count(self.parameters.customers)]:
            sale.dealer = other.dealer
            for one in (other, sale):
                self._pay(one)
                self.note("X3.two_lines", one, self._month_end(one.day))
            self.free = [one for one in self.free if one.order not in (other.order, sale.order)]

    def _without_activation(self) -> None:
        """Paid for what never began: orders that came to nothing or are open, and orders that don't exist."""
        last = self.parameters.end_day - 14
        for sale in self.take("X3.not_activated", lambda sale: not sale.is_active and sale.day < last):
            self._pay(sale)
            self.note("X3.not_activated", sale, self._month_end(sale.day), self._agreed(sale))
        self.free = [sale for sale in self.free if sale.is_active]
        # Of a sale of the last days an order may still come.
        pattern = [sale for sale in self.sales if sale.is_active and sale.day < last]
        taken = {sale.order for sale in self.sales}
        for number in range(_ROLES["X3.no_order"].count(self.parameters.customers) if pattern else 0):
            like = pattern[int(self.random.integers(0, len(pattern)))]
            made_up = f"ORD-{(int(like.order[4:]) + 7_000_001 + 13 * number) % 10**7:07d}"
            while made_up in taken or not self._is_unknown(made_up):
                made_up = f"ORD-{(int(made_up[4:]) + 1) % 10**7:07d}"
            taken.add(made_up)
            sale = _Sale(made_up, like.line, like.dealer, like.day, None)
            self._pay(sale)
            self.note("X3.no_order", sale, self._month_end(sale.day), self._agreed(sale))

    def _pay_as_agreed(self, sale: _Sale) -> None:
        """Nothing special: paid in the month, and taken back at once where the line ceased too early."""
        self._pay(sale)
        if sale.ceased is not None and self._clawback(sale):
            when = self._month_end(sale.ceased)
            if when < self.parameters.end_day:
                self._claw_back(sale, when)

    # Rows

    def take(self, code: str, fits) -> list[_Sale]:
        """Sales that get a role, the next that fit."""
        chosen = [sale for sale in self.free if fits(sale)][: _ROLES[code].count(self.parameters.customers)]
        taken = {sale.order for sale in chosen}
        self.free = [sale for sale in self.free if sale.order not in taken]
        return chosen

    def note(self, code: str, sale: _Sale, day: int, amount: int = 0) -> None:
        self.planted.append((code, sale.dealer, sale.order, day, amount))

    def _pay(self, sale: _Sale) -> None:
        self._add(sale, self._month_end(sale.day), ACTIVATION, self._agreed(sale))

    def _claw_back(self, sale: _Sale, statement_day: int) -> None:
        self._add(sale, statement_day, CLAWBACK, -self._clawback(sale))

    def _add(self, sale: _Sale, statement_day: int, kind: str, amount: int) -> None:
        self.rows.append((sale.dealer, statement_day, sale.order, sale.line, sale.day, kind, amount))

    def _agreed(self, sale: _Sale) -> int:
        _, before, after, _, _ = self._term(sale)
        return before if sale.day < self.changed_day else after

    def _clawback(self, sale: _Sale) -> int:
        """What a ceased line's dealer owes, in cents, rounded half up; 0 after the period."""
        _, _, _, period, rule = self._term(sale)
        rest = period - self._age(sale)
        if rest <= 0:
            return 0
        agreed = self._agreed(sale)
        return agreed if rule == "full" else (2 * agreed * rest + period) // (2 * period)

    def _term(self, sale: _Sale) -> tuple:
        is_fixed = self.operator.lines.kind[sale.line] == FIXED
        return _TERMS[sale.dealer][int(is_fixed)]

    def _terms(self) -> pl.DataFrame:
        opening = self.parameters.start_day - 800
        rows = []
        for dealer, terms in _TERMS.items():
            for product_line, before, after, period, rule in terms:
                rows.append((dealer, product_line, before, period, rule, opening, self.changed_day))
                rows.append((dealer, product_line, after, period, rule, self.changed_day, None))
        names = ["dealer", "product_line", "amount", "days", "rule", "from_day", "to_day"]
        types = [pl.String, pl.String, pl.Int64, pl.Int64, pl.String, pl.Int64, pl.Int64]
        return pl.DataFrame(rows, schema=dict(zip(names, types, strict=True)), orient="row")

    # The order book

    def _sales(self, book: pl.DataFrame) -> list[_Sale]:
        """Orders of new lines that dealers took, with when the line began and when it ceased."""
        lines, day = self.operator.lines, self.parameters.clock.local_day
        self._orders = set(book["key"])
        returned = set(self.operator.chooser.lines("O7.cease_reversed").tolist())
        ended = book.filter((pl.col("action") == "delete") & (pl.col("realised") < int(NEVER)))
        ceased = dict(zip(ended["line"].to_list(), day(ended["realised"].to_numpy()).tolist(), strict=True))
        taken = book.filter((pl.col("reason") == "new") & (pl.col("channel") == "Partner"))
        sales = []
        for key, line, requested, realised in taken.select("key", "line", "requested", "realised").iter_rows():
            if not lines.has_service[line] or line in returned:
                continue
            begun = int(day(np.array([requested]))[0])
            is_active = realised < int(NEVER)
            sales.append(_Sale(key, line, self._any(DEALERS)[0], begun, ceased.get(line), is_active))
        return [sale for sale in sales if sale.day < self.parameters.end_day]

    def _is_unknown(self, order: str) -> bool:
        return order not in self._orders

    def _any(self, choice: tuple):
        return choice[int(self.random.integers(0, len(choice)))]

    def _age(self, sale: _Sale) -> int:
        """Days from activation to cease; a long time for a line that runs."""
        return 10_000 if sale.ceased is None else sale.ceased - sale.day

    def _near_the_change(self, sale: _Sale) -> bool:
        return abs(sale.day - self.changed_day) < 45

    def _month_end(self, day: int) -> int:
        month = date.fromordinal(date(1970, 1, 1).toordinal() + int(day)).replace(day=1)
        return day_number(add_months(month, 1)) - 1

    def _next_month_end(self, day: int | None) -> int:
        """Last day of the month after a day's; 0 where the window ends before."""
        if day is None:
            return 0
        following = self._month_end(self._month_end(day) + 1)
        return following if following < self.parameters.end_day else 0
