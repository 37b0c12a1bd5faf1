"""Plants what happens to lines: activations, ceases, swaps and plan changes; and how billing gets them wrong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seeds.operator.planting.bills import plant_bills
from seeds.operator.planting.roles import LIFECYCLE, Chooser, Role
from seeds.operator.planting.roles_circuits import CIRCUIT_LINES
from seeds.operator.world.bill_runs import BillRuns
from seeds.operator.world.clock import DAY, NEVER
from seeds.operator.world.lines import OWN_CRM, Accounts, Lines, local_moment, mobile_number
from seeds.operator.world.offerings import ADDON, CIRCUIT, FIXED, HAS_SHARED_ALLOWANCE, INDEX, MOBILE, MONTHLY
from seeds.operator.world.offerings import CODES as OFFERING_CODES
from seeds.operator.world.parameters import Parameters

_METERED_CHANGE = {"MOB_S": ("MOB_BASIS", "MOB_M"), "MOB_BASIS": ("MOB_S", "MOB_M"), "MOB_M": ("MOB_S", "MOB_BASIS")}
_USUAL_CHANGE = {
    "MOB_S": "MOB_M",
    "MOB_M": "MOB_L",
    "MOB_L": "MOB_M",
    "MOB_BASIS": "MOB_S",
    "FIX_DSL": "FIX_FIBRE",
    "FIX_PHONE": "FIX_DSL",
}


@dataclass
class BillingView:
    """What billing believes, where that differs from the truth. One element per line."""

    is_absent: np.ndarray  # no subscription
    start: np.ndarray
    end: np.ndarray
    shows_old_number: np.ndarray
    shows_old_sim: np.ndarray
    keeps_plan: np.ndarray  # a plan change did not reach billing


@dataclass
class NetworkView:
    """What the register's daily dump shows, where that differs from the truth. One element per line."""

    missing_day: np.ndarray  # -1: never missing
    lags: np.ndarray  # shown one day longer
    inventory_is_stale: np.ndarray  # the inventory still shows a service that the network lost


@dataclass
class Lifecycle:
    """Outcome: who holds which role, and the two flawed views."""

    chooser: Chooser
    billing: BillingView
    network: NetworkView
    swapped_with: np.ndarray  # line whose number the CRM product carries by mistake; -1 none


class Planter:
    """Holds what the single steps share."""

    def __init__(self, parameters: Parameters, runs: BillRuns, accounts: Accounts, lines: Lines, customers: int):
        self.parameters = parameters
        self.random = parameters.random("lifecycle")
        self.lines = lines
        shares = np.bincount(lines.customer, HAS_SHARED_ALLOWANCE[lines.offering], customers) > 0
        self.chooser = Chooser(lines.customer, customers, shares)
        self.roles = {role.code: role for role in (*LIFECYCLE, *CIRCUIT_LINES)}
        self.first = parameters.start_day
        self.last_end = runs.last_period_end()[accounts.cycle[lines.account]]
        count = len(lines)
        self.billing = BillingView(
            is_absent=np.zeros(count, dtype=bool),
            start=np.empty(0),
            end=np.empty(0),
            shows_old_number=np.zeros(count, dtype=bool),
            shows_old_sim=np.zeros(count, dtype=bool),
            keeps_plan=np.zeros(count, dtype=bool),
        )
        self.network = NetworkView(
            missing_day=np.full(count, -1),
            lags=np.zeros(count, dtype=bool),
            inventory_is_stale=np.zeros(count, dtype=bool),
        )
        self.swapped_with = np.full(count, -1)
        self.charged = MONTHLY[lines.offering] > 0
        self.mobile = lines.kind == MOBILE
        self.fixed = lines.kind == FIXED

    def choose(self, code: str, eligible: np.ndarray) -> np.ndarray:
        role: Role = self.roles[code]
        return self.chooser.choose(role, eligible, self.random)

    def day_between(self, first: np.ndarray | int, last: np.ndarray | int, count: int) -> np.ndarray:
        """A random local day in [first, last], or first when the range is empty."""
        first = np.broadcast_to(first, count)
        span = np.maximum(np.broadcast_to(last, count) - first + 1, 1)
        return first + (self.random.random(count) * span).astype(np.int64)

    def billed_day(self, chosen: np.ndarray, margin: int = 6) -> np.ndarray:
        """A day in the window, at least ``margin`` days before the account's last completed bill period ends."""
        return self.day_between(self.first + 2, self.last_end[chosen] - margin, len(chosen))

    def moment(self, day: np.ndarray, from_hour: float = 8, to_hour: float = 19) -> np.ndarray:
        return local_moment(self.parameters, day, self.random, from_hour, to_hour)

    def split(self, chosen: np.ndarray, share: float) -> np.ndarray:
        """Marks about that share of the chosen lines, spread evenly so that small operators get both sides."""
        return (np.arange(len(chosen)) + 0.5) % (1 / share) < 1

    def end_at(self, chosen: np.ndarray, instant: np.ndarray) -> None:
        """Ends lines, and lets them begin long enough before."""
        self.lines.end[chosen] = instant
        self.lines.start[chosen] = np.minimum(self.lines.start[chosen], instant - 120 * DAY)


def plant_lifecycle(
    parameters: Parameters, runs: BillRuns, accounts: Accounts, lines: Lines, customers: int
) -> Lifecycle:
    """Gives out the lifecycle roles and changes ``lines`` accordingly, in place."""
    planter = Planter(parameters, runs, accounts, lines, customers)
    wrong_end = _faults(planter)
    _recycled_numbers(planter)
    _several_lines(planter)
    _ordinary_events(planter)
    _views_that_lag(planter)
    _ceases(planter)
    plant_bills(planter)
    _circuits(planter)
    _background(planter)
    planter.billing.start = lines.start.copy()
    planter.billing.end = np.where(wrong_end == 0, lines.end, wrong_end)
    return Lifecycle(planter.chooser, planter.billing, planter.network, planter.swapped_with)


def _faults(planter: Planter) -> np.ndarray:
    """O1, O2, O7 and the plan changes of R1. Returns billing's wrong end per line, 0 where it is right."""
    lines, billing = planter.lines, planter.billing
    wrong_end = np.zeros(len(lines), dtype=np.int64)
    service = planter.charged & (planter.mobile | planter.fixed)

    for code, kind in (("O1.never_billed_fixed", planter.fixed), ("O1.never_billed_mobile", planter.mobile)):
        chosen = planter.choose(code, kind & planter.charged)
        billing.is_absent[chosen] = True
        recent = chosen[planter.split(chosen, 0.3)]
        lines.start[recent] = planter.moment(planter.billed_day(recent, 10))
    chosen = planter.choose("O1.billing_ended", service)
    wrong_end[chosen] = planter.parameters.clock.midnight(planter.billed_day(chosen))

    chosen = planter.choose("O2.never_provisioned", service & (lines.home == OWN_CRM))
    lines.is_provisioned[chosen] = False
    lines.start[chosen] = planter.moment(planter.day_between(planter.first - 200, planter.first - 5, len(chosen)))
    recent = chosen[planter.split(chosen, 0.6)]
    lines.start[recent] = planter.moment(planter.billed_day(recent))

    chosen = planter.choose("O2.vanished_from_network", service)
    day = planter.billed_day(chosen)
    early = planter.split(chosen, 0.25)
    day[early] = planter.day_between(planter.first - 90, planter.first - 5, early.sum())
    # Before the dump of that day is written, so that the dump of that day no longer has it.
    planter.end_at(chosen, planter.moment(day, 0.2, 2.5))
    wrong_end[chosen] = NEVER
    mobile = planter.mobile[chosen]
    planter.network.inventory_is_stale[chosen[mobile & planter.split(chosen, 0.25)]] = True

    chosen = planter.choose("O7.still_billed_after_cease", service)
    day = planter.billed_day(chosen)
    early = planter.split(chosen, 0.25)
    day[early] = planter.day_between(planter.first - 60, planter.first - 5, early.sum())
    planter.end_at(chosen, planter.moment(day, 9, 15))
    wrong_end[chosen] = NEVER

    for code in ("R1.old_plan_rate", "R1.plan_change"):
        eligible = np.isin(lines.offering, [INDEX[name] for name in _METERED_CHANGE])
        chosen = planter.choose(code, eligible)
        target = np.array([[INDEX[name] for name in _METERED_CHANGE.get(own, (own, own))] for own in OFFERING_CODES])
        lines.new_offering[chosen] = target[lines.offering[chosen], planter.random.integers(0, 2, len(chosen))]
        day = planter.day_between(planter.first + 5, planter.last_end[chosen] - 12, len(chosen))
        lines.plan_changed_at[chosen] = planter.parameters.clock.midnight(day)
    lines.fee_waived[planter.chooser.role > 0] = True
    return wrong_end


def _recycled_numbers(planter: Planter) -> None:
    """A former holder gives a number up; at least 30 days later somebody else gets it."""
    lines, chooser = planter.lines, planter.chooser
    for code in ("O1.recycled_number", "O7.recycled_number"):
        holder = planter.choose(code, planter.mobile & planter.charged)
        former = chooser.choose(planter.roles[code], planter.mobile & planter.charged, planter.random, len(holder))
        chooser.role[former] = 0
        holder, unused = holder[: len(former)], holder[len(former) :]
        chooser.role[unused] = 0
        last = planter.first + planter.parameters.days - 12
        lines.start[holder] = planter.moment(planter.day_between(planter.first + 2, last, len(holder)))
        day = planter.parameters.clock.local_day(lines.start[holder]) - planter.random.integers(33, 75, len(holder))
        planter.end_at(former, planter.moment(day, 9, 15))
        lines.number[holder] = lines.number[former]
        lines.new_number[holder] = lines.number[former]


def _several_lines(planter: Planter) -> None:
    """Customers with more than one line: numbers swapped in the CRM, one of two ceased."""
    lines, chooser = planter.lines, planter.chooser
    mobile_count = np.bincount(lines.customer[planter.mobile], minlength=len(chooser.is_taken))
    several = planter.mobile & (mobile_count[lines.customer] >= 2)
    chosen = planter.choose("O1.swapped_numbers", several)
    # Lines of one customer follow one another.
    neighbour = np.minimum(chosen + 1, len(lines) - 1)
    is_own = (lines.customer[neighbour] == lines.customer[chosen]) & planter.mobile[neighbour]
    partner = np.where(is_own, neighbour, chosen - 1)
    planter.swapped_with[chosen] = partner
    planter.swapped_with[partner] = chosen
    chosen = planter.choose("O7.one_of_two_ceased", several & planter.charged)
    planter.end_at(chosen, planter.moment(planter.billed_day(chosen, 10), 9, 15))


def _ordinary_events(planter: Planter) -> None:
    """Honest events in the life of one line."""
    lines, days = planter.lines, planter.parameters.days
    first, last = planter.first, planter.first + days
    serial = len(lines) + np.arange(len(lines))

    chosen = planter.choose("O2.relocated_line", planter.fixed & (lines.home == OWN_CRM))
    day = planter.day_between(first + 5, last - 8, len(chosen))
    lines.gap_from[chosen] = planter.moment(day, 9, 15)
    lines.gap_to[chosen] = planter.moment(day + planter.random.integers(1, 3, len(chosen)), 9, 15)

    waiting = planter.mobile & planter.charged & (planter.last_end <= last - 7)
    chosen = planter.choose("O1.recent_activation", waiting)
    lines.start[chosen] = planter.moment(planter.day_between(last - 6, last - 2, len(chosen)))
    planter.billing.is_absent[chosen[planter.split(chosen, 0.5)]] = True

    chosen = planter.choose("O1.sim_swap", planter.mobile & planter.charged)
    lines.new_sim[chosen] = serial[chosen]
    lines.sim_changed_at[chosen] = planter.moment(planter.day_between(first + 2, last - 3, len(chosen)))
    planter.billing.shows_old_sim[chosen[planter.split(chosen, 0.6)]] = True

    chosen = planter.choose("O2.stale_imsi", planter.mobile & planter.charged)
    lines.new_sim[chosen] = serial[chosen]
    day = planter.day_between(first - 300, first - 2, len(chosen))
    lines.sim_changed_at[chosen] = planter.moment(day)
    lines.start[chosen] = np.minimum(lines.start[chosen], lines.sim_changed_at[chosen] - 30 * DAY)
    planter.billing.shows_old_sim[chosen] = True

    chosen = planter.choose("O1.number_changed", planter.mobile & planter.charged)
    lines.new_number[chosen] = mobile_number(serial[chosen])
    lines.number_changed_at[chosen] = planter.moment(planter.day_between(first + 2, last - 3, len(chosen)))
    planter.billing.shows_old_number[chosen] = True

    chosen = planter.choose("O2.suspended", planter.mobile & planter.charged)
    lines.suspended_at[chosen] = planter.moment(planter.day_between(first + 3, last - 10, len(chosen)), 5, 7)

    planter.choose("O1.staff_offer", lines.offering == INDEX["MOB_STAFF"])
    planter.choose("R1.recurring_discount", planter.charged & (planter.mobile | planter.fixed))
    planter.choose("O1.number_spelling", planter.charged & planter.mobile)


def _views_that_lag(planter: Planter) -> None:
    """The network's dump is late, or misses a line for a day."""
    first, days = planter.first, planter.parameters.days
    chosen = planter.choose("O1.dump_lags", planter.mobile & planter.charged)
    day = planter.day_between(first + 3, first + days - 10, len(chosen))
    planter.end_at(chosen, planter.moment(day, 9, 15))
    planter.network.lags[chosen] = True
    chosen = planter.choose("O2.missing_one_day", planter.mobile & planter.charged)
    planter.network.missing_day[chosen] = planter.day_between(first + 2, first + days - 4, len(chosen))


def _ceases(planter: Planter) -> None:
    """Ceases that billing handled well, and ceases that did not happen."""
    lines, days = planter.lines, planter.parameters.days
    first = planter.first
    service = planter.charged & (planter.mobile | planter.fixed)
    chosen = planter.choose("O1.ported_out", planter.mobile & planter.charged)
    planter.end_at(chosen, planter.moment(planter.day_between(first + 3, first + days - 10, len(chosen)), 1, 4))
    planter.choose("O7.cease_cancelled", service)
    chosen = planter.choose("O7.cease_reversed", service)
    day = planter.billed_day(chosen, 10)
    lines.gap_from[chosen] = planter.moment(day, 9, 15)
    lines.gap_to[chosen] = planter.moment(day + planter.random.integers(1, 3, len(chosen)), 9, 15)
    chosen = planter.choose("O7.termination_fee", service)
    planter.end_at(
        chosen, planter.moment(planter.day_between(first + 3, planter.last_end[chosen] - 9, len(chosen)), 9, 15)
    )


def _circuits(planter: Planter) -> None:
    """Ethernet lines of firms that begin or end within the window."""
    lines, days = planter.lines, planter.parameters.days
    circuit = lines.kind == CIRCUIT
    chosen = planter.choose("O10.accepted_later", circuit)
    day = planter.day_between(planter.first + 10, planter.first + max(days - 20, 11), len(chosen))
    lines.start[chosen] = planter.moment(day)
    chosen = planter.choose("O10.customer_ceased", circuit)
    day = planter.day_between(planter.first + 3, planter.first + days - 10, len(chosen))
    planter.end_at(chosen, planter.moment(day, 9, 15))


def _background(planter: Planter) -> None:
    """What happens to everybody else: some come, some go, some change plan or SIM card."""
    lines, random = planter.lines, planter.random
    first, last = planter.first, planter.first + planter.parameters.days
    count = len(lines)
    draw = random.random(count)
    draw[planter.chooser.is_taken[lines.customer]] = 1.0
    steps = np.cumsum([0.05, 0.04, 0.035, 0.03, 0.02])
    joins, left, leaves, changes, swaps = (
        np.flatnonzero((draw >= low) & (draw < high)) for low, high in zip([0, *steps[:-1]], steps, strict=True)
    )
    lines.start[joins] = planter.moment(planter.day_between(first + 1, last - 3, len(joins)))
    planter.end_at(left, planter.moment(planter.day_between(first - 380, first - 5, len(left)), 9, 15))
    planter.end_at(leaves, planter.moment(planter.day_between(first + 2, last - 2, len(leaves)), 9, 15))
    target = np.array([INDEX[_USUAL_CHANGE.get(own, own)] for own in OFFERING_CODES])
    changes = changes[target[lines.offering[changes]] != lines.offering[changes]]
    lines.new_offering[changes] = target[lines.offering[changes]]
    day = planter.day_between(first + 3, last - 3, len(changes))
    lines.plan_changed_at[changes] = planter.parameters.clock.midnight(day)
    swaps = swaps[planter.mobile[swaps]]
    lines.new_sim[swaps] = count + swaps
    lines.sim_changed_at[swaps] = planter.moment(planter.day_between(first - 200, last - 3, len(swaps)))
    lines.start[swaps] = np.minimum(lines.start[swaps], lines.sim_changed_at[swaps] - 30 * DAY)


def running_addons(parameters: Parameters, lines: Lines, role: Role) -> np.ndarray:
    """Running add-on products, as many as the role wants; they need no network service."""
    eligible = np.flatnonzero((lines.kind == ADDON) & (lines.end == NEVER))
    candidates = parameters.random(role.code).permutation(eligible)
    return np.sort(candidates[: role.count(parameters.customers)])
