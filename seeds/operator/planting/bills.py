"""Plants what goes wrong when bills are made: accounts that a run skips, fees that it forgets, wrong proration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from seeds.operator.planting.rating import Rating, take
from seeds.operator.planting.roles import BILLS, Chooser
from seeds.operator.world.bill_runs import BillRuns
from seeds.operator.world.billing_engine import RECURRING, OneOffs, divide_half_up
from seeds.operator.world.clock import DAY, NEVER
from seeds.operator.world.lines import Accounts, Lines, local_moment
from seeds.operator.world.offerings import ACTIVATION_FEE, INDEX, MONTHLY, TERMINATION_FEE
from seeds.operator.world.parameters import Parameters

if TYPE_CHECKING:
    from seeds.operator.planting.lifecycle import Planter

_ROLES = {role.code: role for role in BILLS}
_UPGRADE = {"MOB_S": "MOB_M", "MOB_M": "MOB_L", "MOB_BASIS": "MOB_S", "FIX_DSL": "FIX_FIBRE", "FIX_PHONE": "FIX_DSL"}
# A fee may follow the event by a bill, so that a fee counts as missed only some weeks before the last bill.
_FEE_MARGIN = 16


class _BillPlanter:
    """Gives out the roles of bills; draws from a stream of its own."""

    def __init__(self, planter: Planter) -> None:
        self.parameters = planter.parameters
        self.lines = planter.lines
        self.chooser = planter.chooser
        self.first = planter.first
        self.last_end = planter.last_end
        self.random = planter.parameters.random("bills")
        self.service = planter.charged & (planter.mobile | planter.fixed)
        self._end_at = planter.end_at

    def choose(self, code: str, eligible: np.ndarray) -> np.ndarray:
        return self.chooser.choose(_ROLES[code], eligible, self.random)

    def day(self, first: np.ndarray | int, last: np.ndarray | int, count: int) -> np.ndarray:
        """A random local day in [first, last], or first when the range is empty."""
        first = np.broadcast_to(first, count)
        span = np.maximum(np.broadcast_to(last, count) - first + 1, 1)
        return first + (self.random.random(count) * span).astype(np.int64)

    def start(self, chosen: np.ndarray, day: np.ndarray) -> None:
        self.lines.start[chosen] = self.moment(day)

    def end(self, chosen: np.ndarray, day: np.ndarray) -> None:
        self._end_at(chosen, self.moment(day, 9, 15))

    def moment(self, day: np.ndarray, from_hour: float = 8, to_hour: float = 18) -> np.ndarray:
        return local_moment(self.parameters, day, self.random, from_hour, to_hour)


def plant_bills(planter: Planter) -> None:
    """Gives out the roles of bills and changes the lines that hold them accordingly, in place."""
    bills = _BillPlanter(planter)
    _skipped_accounts(bills)
    _fees(bills)
    _proration(bills)
    _without_change(bills)


def _skipped_accounts(bills: _BillPlanter) -> None:
    lines, chooser = bills.lines, bills.chooser
    chosen = bills.choose("R2.account_skipped", bills.service)
    # A run skips the account with everything on it.
    on_account = np.isin(lines.account, lines.account[chosen])
    chooser.role[on_account] = chooser.role[chosen[0]] if len(chosen) else 0

    alone = np.bincount(lines.account, minlength=lines.account.max() + 1)[lines.account] == 1
    window_end = bills.first + bills.parameters.days
    chosen = bills.choose("R2.opened_after_cut", bills.service & alone & (bills.last_end <= window_end - 5))
    bills.start(chosen, bills.day(bills.last_end[chosen], window_end - 3, len(chosen)))
    chosen = bills.choose("R2.nothing_to_bill", bills.service & alone)
    bills.end(chosen, bills.day(bills.first - 80, bills.first - 5, len(chosen)))


def _fees(bills: _BillPlanter) -> None:
    lines = bills.lines
    has_fee = bills.service & (ACTIVATION_FEE[lines.offering] > 0)
    for code, waived in (("R3.activation_fee_missed", False), ("R3.activation_fee_waived", True)):
        chosen = bills.choose(code, has_fee)
        bills.start(chosen, bills.day(bills.first + 2, bills.last_end[chosen] - _FEE_MARGIN, len(chosen)))
        lines.fee_waived[chosen] = waived
    for code in ("R3.termination_fee_missed", "R3.termination_fee_waived", "R3.termination_after_term"):
        chosen = bills.choose(code, bills.service)
        bills.end(chosen, bills.day(bills.first + 3, bills.last_end[chosen] - _FEE_MARGIN, len(chosen)))


def _proration(bills: _BillPlanter) -> None:
    lines = bills.lines
    for code in ("R5.start_in_full", "R5.day_short", "R5.rounded_down", "R5.start_prorated"):
        chosen = bills.choose(code, bills.service)
        bills.start(chosen, bills.day(bills.first + 2, bills.last_end[chosen] - 8, len(chosen)))
    bills.choose("R5.thirty_day_month", bills.service)
    chosen = bills.choose("R5.ended_in_period", bills.service)
    bills.end(chosen, bills.day(bills.first + 3, bills.last_end[chosen] - 3, len(chosen)))
    chosen = bills.choose("R5.plan_changed_in_period", np.isin(lines.offering, [INDEX[code] for code in _UPGRADE]))
    target = {INDEX[code]: INDEX[better] for code, better in _UPGRADE.items()}
    lines.new_offering[chosen] = [target[offering] for offering in lines.offering[chosen].tolist()]
    day = bills.day(bills.first + 3, bills.last_end[chosen] - 4, len(chosen))
    lines.plan_changed_at[chosen] = bills.parameters.clock.midnight(day)
    chosen = bills.choose("R5.within_one_period", bills.service)
    day = bills.day(bills.last_end[chosen] - 25, bills.last_end[chosen] - 15, len(chosen))
    bills.start(chosen, day)
    lines.end[chosen] = bills.moment(day + 10, 9, 15)


def _without_change(bills: _BillPlanter) -> None:
    """Roles of discounts and credits: what they need is planted elsewhere, their lines just run."""
    worth_a_discount = bills.service & (MONTHLY[bills.lines.offering] >= 900)
    for code in _ROLES:
        if code.startswith("R4."):
            bills.choose(code, worth_a_discount)
        if code.startswith("R9."):
            bills.choose(code, bills.service)


def skipped_runs(parameters: Parameters, runs: BillRuns, accounts: Accounts, lines: Lines, chooser: Chooser):
    """The run that skips each line with the role R2.account_skipped (-1: none); one run for all lines of an account."""
    random = parameters.random("skipped runs")
    line = chooser.lines("R2.account_skipped")
    skipped = np.full(len(lines), -1, dtype=np.int64)
    pick = random.integers(0, 1_000, len(accounts))
    for cycle in range(int(runs.cycle.max()) + 1):
        completed = np.flatnonzero((runs.cycle == cycle) & runs.is_completed)
        members = line[accounts.cycle[lines.account[line]] == cycle]
        if len(completed):
            skipped[members] = completed[pick[lines.account[members]] % len(completed)]
    return skipped


def skip_usage(rating: Rating, skipped: np.ndarray) -> Rating:
    """Rating as billing has it: a run that skipped an account picked none of its usage up."""
    result = take(rating, np.arange(len(rating)))
    result.run[(result.run >= 0) & (skipped[result.line] == result.run)] = -1
    return result


def one_off_charges(
    parameters: Parameters, runs: BillRuns, accounts: Accounts, lines: Lines, chooser: Chooser
) -> tuple[OneOffs, OneOffs]:
    """Activation and early-termination fees that are owed, and those that billing charges."""
    day = parameters.clock.local_day
    activated = np.flatnonzero(
        (ACTIVATION_FEE[lines.offering] > 0) & ~lines.fee_waived & (day(lines.start) >= parameters.start_day)
    )
    ceased = owes_termination_fee(lines, chooser)
    line = np.concatenate([activated, ceased])
    charge_day = np.concatenate([day(lines.start[activated]), day(lines.end[ceased] + 6 * DAY)])
    amount = np.concatenate([ACTIVATION_FEE[lines.offering[activated]], np.full(len(ceased), TERMINATION_FEE)])
    run = runs.containing(accounts.cycle[lines.account[line]], charge_day)
    missed = np.isin(line, chooser.lines("R3.activation_fee_missed", "R3.termination_fee_missed"))
    owed = OneOffs(line, lines.offering[line], run, amount)
    return owed, OneOffs(line[~missed], owed.offering[~missed], run[~missed], amount[~missed])


def owes_termination_fee(lines: Lines, chooser: Chooser) -> np.ndarray:
    """Lines that were ceased within their minimum term, and whose fee nobody waived."""
    line = chooser.lines("O7.termination_fee", "R3.termination_fee_missed")
    return line[lines.end[line] < NEVER]


def spoil_bill(bill: pl.DataFrame, runs: BillRuns, chooser: Chooser, skipped: np.ndarray) -> pl.DataFrame:
    """The bill as billing makes it: without what a run skipped, and with wrong recurring charges."""
    line, run = bill["line"].to_numpy(), bill["run"].to_numpy()
    days, amount = bill["quantity"].to_numpy(), bill["amount"].to_numpy().copy()
    recurring = bill["line_type"].to_numpy() == RECURRING
    monthly = MONTHLY[np.maximum(bill["offering"].to_numpy(), 0)]
    month_days = runs.month_days[run]
    begins = recurring & (bill["period_start"].to_numpy() > runs.period_start[run])

    def hit(code: str, where: np.ndarray) -> np.ndarray:
        return where & np.isin(line, chooser.lines(code))

    for where, wrong in (
        (hit("R5.start_in_full", begins), monthly),
        (hit("R5.thirty_day_month", recurring), divide_half_up(monthly * days, 30)),
        (hit("R5.day_short", begins & (days > 1)), divide_half_up(monthly * (days - 1), month_days)),
        (hit("R5.rounded_down", recurring), monthly * days // month_days),
    ):
        amount[where] = wrong[where]
    return bill.with_columns(amount=pl.Series(amount)).filter(pl.Series(skipped[line] != run))
