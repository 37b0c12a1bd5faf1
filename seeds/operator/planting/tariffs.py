"""Plants what billing's rate table has wrong, and what only looks wrong; and what that does to the rating."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from seeds.operator.planting.rating import Rating
from seeds.operator.planting.roles_charging import TARIFFS
from seeds.operator.world.clock import DAY, NEVER
from seeds.operator.world.offerings import CODES, USAGE_TYPES, ZONES, Rate, Tariff
from seeds.operator.world.parameters import Parameters
from seeds.operator.world.usage import Events

SINCE = 1_451_602_800_000_000  # 2016-01-01, local midnight
# What a fault changes in the whole window, at least, in millionths of a euro; and its share of the rows at most.
_LEAST = 300_000
_MOST = 0.04
_ROLES = {role.code: role for role in TARIFFS}


@dataclass(frozen=True)
class RateRow:
    """One row of billing's rate table. ``number``: its own, from 1; ``price``: millionths of a euro a step."""

    number: int
    rate: int
    price: int
    from_at: int
    to_at: int


@dataclass(frozen=True)
class RateFault:
    """A fault or distractor: its role, the rate that it is about, the rows that it changes and their true amounts."""

    code: str
    rate: int
    rows: np.ndarray
    true_amount: np.ndarray


@dataclass
class BillingTariff:
    """Billing's view of the tariff."""

    rows: list[RateRow]
    faults: list[RateFault] = field(default_factory=list)


def tariff_name(rate: Rate) -> str:
    """What a rate is for: offering, usage type and zone."""
    return f"{CODES[rate.offering]}/{USAGE_TYPES[rate.usage_type]}/{ZONES[rate.zone]}"


class TariffPlanter:
    """Works on the rating of the true events. ``usable``: rows whose price billing's table decides; ``offering``: of
    each row, the one under which billing holds its line, whatever the line truly has."""

    def __init__(
        self,
        parameters: Parameters,
        tariff: Tariff,
        events: Events,
        rating: Rating,
        usable: np.ndarray,
        offering: np.ndarray,
    ) -> None:
        self.random = parameters.random("rate table")
        self.tariff = tariff
        self.rating = rating
        self.started_at = events.started_at[rating.event]
        # Billing looks its price up under the plan that it knows. Where that plan is a wrong one and its price another,
        # what is wrong with the bill is not the table's doing.
        self.rate = tariff.rate(offering, rating.usage_type, rating.zone, self.started_at)
        same = self.rate >= 0
        for terms in (tariff.price, tariff.unit_size, tariff.minimum):
            same &= terms[self.rate] == terms[rating.rate]
        self.usable = usable & same & (rating.run >= 0) & (rating.steps > 0)
        change = tariff.change_at
        self.table = {
            number: RateRow(
                number + 1,
                number,
                rate.price,
                change if rate.is_raised else SINCE,
                change if rate.is_replaced else NEVER,
            )
            for number, rate in enumerate(tariff.rates)
        }
        self.extra: list[RateRow] = []
        self.faults: list[RateFault] = []
        self.used: set[str] = set()

    def plant(self) -> tuple[BillingTariff, Rating]:
        """Billing's table, and the rating as that table has it; the rows that it prices wrongly are marked."""
        rates = self.tariff.rates
        raised = [number for number, rate in enumerate(rates) if rate.is_raised and not rate.splits]
        plain = [
            number
            for number, rate in enumerate(rates)
            if not rate.is_raised and not rate.is_replaced and not rate.splits and rate.price > 0
        ]
        for code in ("P1.gap", "P1.late_raise", "P1.overlap"):
            self._change_of_price(code, raised)
        for code in ("P1.missing_zone", "P1.wrong_price"):
            for position in range(_ROLES[code].count(0)):
                self._plain(code, plain, position)
        self._look_alikes(raised, plain)
        return BillingTariff([*self.table.values(), *self.extra], self.faults), self.rating

    def _change_of_price(self, code: str, raised: list[int]) -> None:
        """The former price ends, or the new one begins, some days off the day of the change."""
        change = self.tariff.change_at
        lag = int(self.random.integers(9, 19)) * DAY
        for new in self._shuffled(raised):
            old = self._former(new)
            price = 0 if code == "P1.gap" else self.tariff.price[old]
            if self._add(code, new, (self.started_at >= change) & (self.started_at < change + lag), price):
                if code != "P1.overlap":
                    self.table[new] = replace(self.table[new], from_at=change + lag)
                if code != "P1.gap":
                    self.table[old] = replace(self.table[old], to_at=change + lag)
                return

    def _plain(self, code: str, plain: list[int], position: int) -> None:
        """A price that is typed wrongly, or a row that nobody entered."""
        always = np.ones(len(self.rating), dtype=bool)
        factor = 1.0 + (0.25 if position % 2 == 0 else -0.3)
        for number in self._shuffled(plain):
            price = 0 if code == "P1.missing_zone" else int(self.tariff.price[number] * factor)
            if self._add(code, number, always, price):
                if code == "P1.missing_zone":
                    del self.table[number]
                else:
                    self.table[number] = replace(self.table[number], price=price)
                return

    def _look_alikes(self, raised: list[int], plain: list[int]) -> None:
        nothing = np.empty(0, dtype=np.int64)
        free = [number for number, rate in enumerate(self.tariff.rates) if rate.price == 0]
        for code, numbers in (("P1.price_change", raised), ("P1.renumbered", plain), ("P1.free_of_charge", free)):
            others = [n for n in self._shuffled(numbers) if tariff_name(self.tariff.rates[n]) not in self.used]
            for number in others[: _ROLES[code].count(0)]:
                self.used.add(tariff_name(self.tariff.rates[number]))
                self.faults.append(RateFault(code, number, nothing, nothing))
                if code == "P1.renumbered":
                    # The row ends and another with the same price follows it.
                    row = self.table[number]
                    turn = self.tariff.change_at + int(self.random.integers(-20, 20)) * DAY
                    self.table[number] = replace(row, to_at=turn)
                    serial = len(self.tariff.rates) + len(self.extra) + 1
                    self.extra.append(replace(row, number=serial, from_at=turn))

    def _add(self, code: str, number: int, when: np.ndarray, price: int) -> bool:
        """Notes the fault, unless it would change too little to be seen or too much to be likely."""
        name = tariff_name(self.tariff.rates[number])
        rows = np.flatnonzero(self.usable & when & (self.rate == number))
        amount = self.rating.amount[rows]
        changed = np.abs(amount - self.rating.steps[rows] * price).sum()
        if name in self.used or changed < _LEAST or len(rows) > max(_MOST * len(self.rating), 20):
            return False
        self.used.add(name)
        self.faults.append(RateFault(code, number, rows, amount))
        self.rating.amount[rows] = self.rating.steps[rows] * price
        self.rating.is_misconfigured[rows] = True
        if price == 0:
            # What others spoil keeps its amount, but can't name a row that is not there either.
            self.rating.rate[rows] = -1
            self.rating.rate[when & (self.rating.rate == number)] = -1
        elif code != "P1.wrong_price":
            self.rating.rate[rows] = self._former(number)
        return True

    def _former(self, raised: int) -> int:
        """The rate that a raised one replaces."""
        return raised - 1

    def _shuffled(self, numbers: list[int]) -> list[int]:
        return [int(number) for number in self.random.permutation(numbers)]
