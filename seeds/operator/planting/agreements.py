"""Plants agreements on monthly prices: what was agreed, and what billing charges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from seeds.operator.planting.lifecycle import Lifecycle
from seeds.operator.planting.roles import NUMBER, ROLES
from seeds.operator.planting.roles_agreements import AGREEMENTS
from seeds.operator.world.bill_runs import BillRuns
from seeds.operator.world.clock import NEVER
from seeds.operator.world.lines import OWN_CRM, Accounts, Lines
from seeds.operator.world.offerings import INDEX, MONTHLY
from seeds.operator.world.parameters import Parameters
from seeds.operator.world.parties import PERSON
from seeds.operator.world.promotions import PROMOTION

_ROLES = {role.code: role for role in AGREEMENTS}
_AGREED = ("BIZ_MOB", "BIZ_FIX", "FIX_FIBRE", "FIX_DSL", "MOB_M", "MOB_L")
_OTHER = "M2M_DATA"
# The largest number of lines that one agreement covers; a fault concerns one line.
_MOST_LINES = 6
# What goes wrong with a line whether or not its price was agreed, and how many of such lines, and of others, have one.
_ELSEWHERE = ("O1", "O3", "O7", "R2", "R4")
_SHARE_ELSEWHERE, _SHARE_OTHERWISE = 0.3, 0.03
IN_FORCE, DRAFT, REJECTED = "inForce", "inProcess", "rejected"
NOBODY = -1
_PRICE = {"line": pl.Int64, "offering": pl.Int64, "monthly": pl.Int64, "from_at": pl.Int64, "to_at": pl.Int64}
_TERM = {"agreement": pl.Int64, "customer": pl.Int64, "status": pl.String, **_PRICE}
Term = tuple[int, int, int]  # cents a month, from, to


@dataclass(frozen=True)
class Agreements:
    """``documents``: agreement (number), customer (-1: none is named), status, line, offering, monthly (cents),
    from_at, to_at; ``owed`` and ``billed``: the prices that hold, and that billing has, in place of list prices (line,
    offering, monthly, from_at, to_at)."""

    documents: pl.DataFrame
    owed: pl.DataFrame
    billed: pl.DataFrame


def plant_agreements(
    parameters: Parameters, runs: BillRuns, accounts: Accounts, lines: Lines, lifecycle: Lifecycle, kind: np.ndarray
) -> Agreements:
    """Gives out the roles of agreements, to lines to which nothing else happens, and agreements that are kept;
    ``kind`` of the customers."""
    planter = _Planter(parameters, runs, accounts, lines, lifecycle, kind)
    planter.plant_roles()
    planter.plant_kept()
    return planter.agreements()


class _Planter:
    def __init__(
        self,
        parameters: Parameters,
        runs: BillRuns,
        accounts: Accounts,
        lines: Lines,
        lifecycle: Lifecycle,
        kind: np.ndarray,
    ) -> None:
        self.random = parameters.random("agreements")
        self.parameters, self.lines, self.chooser = parameters, lines, lifecycle.chooser
        self.is_business = kind != PERSON
        self.last_end = runs.last_period_end()[accounts.cycle[lines.account]]
        self.can_be_agreed = (lines.home == OWN_CRM) & np.isin(lines.offering, [INDEX[code] for code in _AGREED])
        self.documents: list[tuple] = []
        self.owed: list[tuple] = []
        self.billed: list[tuple] = []
        self.number = 0

    def agreements(self) -> Agreements:
        frames = ((self.documents, _TERM), (self.owed, _PRICE), (self.billed, _PRICE))
        return Agreements(*(pl.DataFrame(rows, schema=schema, orient="row") for rows, schema in frames))

    def plant_roles(self) -> None:
        lines, chooser, first = self.lines, self.chooser, self.parameters.start_day
        happens = (
            lines.end, lines.plan_changed_at, lines.sim_changed_at, lines.number_changed_at, lines.suspended_at,
            lines.gap_from,
        )  # fmt: skip
        ready = np.logical_and.reduce([instant == NEVER for instant in happens])
        ready &= lines.is_provisioned & (lines.start < self._midnight(first)) & (chooser.role == 0)
        ready &= self.can_be_agreed & (self.last_end > first + 30)
        for code in _ROLES:
            for one in chooser.choose(_ROLES[code], ready, self.random):
                together = np.array([one])
                if _ROLES[code].kind != "fault":
                    alike = (lines.customer == lines.customer[one]) & (lines.offering == lines.offering[one])
                    together = np.flatnonzero(ready & alike)[:_MOST_LINES]
                chooser.role[together] = NUMBER[code]
                self._plant(code, together)

    def plant_kept(self) -> None:
        """Agreed prices that everybody keeps to, some of them where something else goes wrong."""
        lines, role = self.lines, self.chooser.role
        elsewhere = np.isin(role, [NUMBER[one.code] for one in ROLES if one.control in _ELSEWHERE])
        share = np.where(elsewhere, _SHARE_ELSEWHERE, np.where(role == 0, _SHARE_OTHERWISE, 0))
        chosen = self.can_be_agreed & lines.is_provisioned & (self.random.random(len(lines)) < share)
        for line in np.flatnonzero(chosen):
            price, before = self._price(int(lines.offering[line])), self._before()
            # Some run for a term that ends long after the window.
            until = int(self._midnight(self.parameters.end_day + 365)) if line % 2 else int(NEVER)
            self._file([line], int(lines.offering[line]), [(price, before, until)])
            self._charge(self.owed, [line], int(lines.offering[line]), [(price, before, int(NEVER))])
            self._charge(self.billed, [line], int(lines.offering[line]), [(price, before, int(NEVER))])

    def _plant(self, code: str, together: np.ndarray) -> None:
        offering = int(self.lines.offering[together[0]])
        customer, status = int(self.lines.customer[together[0]]), IN_FORCE
        filed, owed, billed = self._terms(code, offering)
        if code == "P3.other_customer":
            others = np.flatnonzero(self.is_business)
            others = others[others != customer]
            nobody = len(others) == 0 or self.random.random() < 0.5
            customer = NOBODY if nobody else int(self.random.choice(others))
        if code == "P3.not_signed":
            status = str(self.random.choice([DRAFT, REJECTED]))
        named = INDEX[_OTHER] if code == "P3.other_offering" else offering
        self._file(together, named, filed, customer, status)
        self._charge(self.owed, together, offering, owed)
        self._charge(self.billed, together, offering, billed)

    def _terms(self, code: str, offering: int) -> tuple[list[Term], list[Term], list[Term]]:
        """What the agreements say, what holds, and what billing has."""
        random, first = self.random, self.parameters.start_day
        price, before, never = self._price(offering), self._before(), int(NEVER)
        inside = int(self._midnight(first + int(random.integers(8, max(self.parameters.days - 40, 9)))))
        # Of which a single day shows on a bill.
        higher = price + max(150, price * int(random.integers(4, 9)) // 100)
        throughout, until, after = (price, before, never), (price, before, inside), (higher, inside, never)
        if code == "P3.list_price":
            return [throughout], [throughout], []
        if code == "P3.ended":
            return [until], [until], [throughout]
        if code == "P3.not_indexed":
            return [until, after], [until, after], [throughout]
        if code == "P3.keyed_wrong":
            wrong = (price + int(random.choice([-200, -90, 90, 180])), before, never)
            return [throughout], [throughout], [wrong]
        if code == "P3.begins_later":
            later = (price, inside, never)
            return [later], [later], [later]
        if code == "P3.renewed":
            return [until, after], [until, after], [until, after]
        if code == "P3.list_again":
            return [until], [until], [until]
        if code in ("P3.other_offering", "P3.other_customer", "P3.not_signed"):
            return [throughout], [], []
        if code == "P3.as_discount":
            lowered = int(MONTHLY[offering]) - PROMOTION["RABATT5"].value
            return [(lowered, before, never)], [], []
        return [throughout], [throughout], [throughout]

    def _price(self, offering: int) -> int:
        """An agreed price; never below the list price by full euros, as promotions are."""
        listed = int(MONTHLY[offering])
        price = listed * int(self.random.integers(65, 90)) // 100
        return price - 1 if (listed - price) % 100 == 0 else price

    def _before(self) -> int:
        return int(self._midnight(self.parameters.start_day - int(self.random.integers(60, 700))))

    def _midnight(self, day: int) -> np.ndarray:
        return self.parameters.clock.midnight(day)

    def _file(
        self, together: list | np.ndarray, offering: int, terms: list[Term], customer: int | None = None,
        status: str = IN_FORCE,
    ) -> None:  # fmt: skip
        party = int(self.lines.customer[together[0]]) if customer is None else customer
        for term in terms:
            self.documents += [(self.number, party, status, int(line), offering, *term) for line in together]
            self.number += 1

    @staticmethod
    def _charge(prices: list[tuple], together: list | np.ndarray, offering: int, terms: list[Term]) -> None:
        prices += [(int(line), offering, *term) for term in terms for line in together]


def priced_plans(plans: pl.DataFrame, prices: pl.DataFrame) -> pl.DataFrame:
    """Plan intervals (line, offering, from_at, to_at) with ``monthly``, cut where a price begins or ends."""
    plans = plans.with_columns(monthly=pl.Series(MONTHLY[plans["offering"].to_numpy()]))
    if prices.is_empty():
        return plans
    touched = pl.col("line").is_in(prices["line"].unique().to_list())
    cut = plans.filter(touched)
    inside = cut.join(prices.select("line", "offering", "monthly", "from_at", "to_at"), on=["line", "offering"])
    begins = pl.max_horizontal("from_at", "from_at_right")
    ends = pl.min_horizontal("to_at", "to_at_right")
    edges = pl.concat(
        [
            cut.select("line", "offering", "from_at", "to_at", at=pl.col("from_at")),
            cut.select("line", "offering", "from_at", "to_at", at=pl.col("to_at")),
            inside.filter(begins < ends).select("line", "offering", "from_at", "to_at", at=begins),
            inside.filter(begins < ends).select("line", "offering", "from_at", "to_at", at=ends),
        ]
    ).unique()
    plan = ["line", "offering", "from_at", "to_at"]
    pieces = (
        edges.sort(*plan, "at")
        .with_columns(until=pl.col("at").shift(-1).over(plan))
        .drop_nulls("until")
        .select("line", "offering", from_at="at", to_at="until")
    )
    held = pieces.join(prices.select("line", "offering", "monthly", "from_at", "to_at"), on=["line", "offering"])
    held = held.filter(
        (pl.col("from_at") >= pl.col("from_at_right")) & (pl.col("to_at") <= pl.col("to_at_right"))
    ).select(*plan, "monthly")
    pieces = pieces.join(held, on=plan, how="left")
    listed = pl.Series("listed", MONTHLY[pieces["offering"].to_numpy()])
    pieces = pieces.with_columns(monthly=pl.col("monthly").fill_null(listed))
    return pl.concat([plans.filter(~touched), pieces.select(plans.columns)]).sort("line", "from_at")
