"""Plants what goes wrong, and what only looks wrong, between an order, the network and the first or last bill."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from seeds.operator.planting.lifecycle import BillingView, Lifecycle
from seeds.operator.planting.rating import Rating
from seeds.operator.planting.roles_orders import ORDERS
from seeds.operator.world.bill_runs import BillRuns
from seeds.operator.world.clock import DAY, HOUR, NEVER, add_months, day_number
from seeds.operator.world.lines import OWN_CRM, Accounts, Lines, local_moment
from seeds.operator.world.offerings import EMERGENCY, FIXED, HAS_ALLOWANCE, INDEX, MOBILE, MONTHLY, VOICE
from seeds.operator.world.parameters import Parameters
from seeds.operator.world.usage import ALARM_NUMBERS, Events

_ROLES = {role.code: role for role in ORDERS}
# Offerings whose everyday usage costs something: what is used without a bill is worth money.
_METERED = ("MOB_S", "MOB_BASIS", "BIZ_MOB", "FIX_PHONE")


@dataclass(frozen=True)
class Bars:
    """Bars that dunning put on lines: line, instants of taking effect and of being lifted (NEVER: in force)."""

    line: np.ndarray
    effective_at: np.ndarray
    lifted_at: np.ndarray


class OrderPlanter:
    """Gives out the roles of the order stage to lines to which nothing else happens, and changes them accordingly."""

    def __init__(
        self, parameters: Parameters, runs: BillRuns, accounts: Accounts, lines: Lines, lifecycle: Lifecycle
    ) -> None:
        self.parameters = parameters
        self.lines = lines
        self.chooser = lifecycle.chooser
        self.billing: BillingView = lifecycle.billing
        self.random = parameters.random("order stage")
        self.first = parameters.start_day
        self.last_end = runs.last_period_end()[accounts.cycle[lines.account]]
        happens = (
            lines.end, lines.plan_changed_at, lines.sim_changed_at, lines.number_changed_at, lines.suspended_at,
            lines.gap_from,
        )  # fmt: skip
        settled = np.logical_and.reduce([instant == NEVER for instant in happens])
        settled &= lines.is_provisioned & (lines.start < parameters.clock.midnight(self.first))
        self.mobile = settled & (lines.kind == MOBILE)
        self.fixed = settled & (lines.kind == FIXED)
        self.service = (self.mobile | self.fixed) & (MONTHLY[lines.offering] > 0)
        self.bars = Bars(*(np.empty(0, dtype=np.int64) for _ in range(3)))
        self.metered = self.service & np.isin(lines.offering, [INDEX[name] for name in _METERED])

    def plant(self) -> None:
        """All roles, in place."""
        self._late_starts()
        self._ceases()
        self._bars()
        self._arrears()
        self._open_orders()
        self._plans()
        self._second_cards()

    def _choose(self, code: str, eligible: np.ndarray) -> np.ndarray:
        return self.chooser.choose(_ROLES[code], eligible, self.random)

    def _day(self, first: np.ndarray | int, last: np.ndarray | int, count: int) -> np.ndarray:
        """A random local day in [first, last], or first when the range is empty."""
        first = np.broadcast_to(first, count)
        return first + (self.random.random(count) * np.maximum(np.broadcast_to(last, count) - first + 1, 1)).astype(
            np.int64
        )

    def _late_starts(self) -> None:
        lines, midnight = self.lines, self.parameters.clock.midnight
        for code, least, most in (
            ("O3.late_start", 3, 25),
            ("O3.agreed_start", 4, 20),
            ("O3.free_month", 31, 31),
            ("O3.next_day", 1, 1),
        ):
            # Usage before the first bill would use up an allowance that billing then grants again.
            chosen = self._choose(code, self.service & ~HAS_ALLOWANCE[lines.offering])
            lag = self.random.integers(least, most + 1, len(chosen))
            day = self._day(self.first + 2, self.last_end[chosen] - lag - 2, len(chosen))
            lines.start[chosen] = local_moment(self.parameters, day, self.random, 8, 17)
            billed = _a_month_later(day) if code == "O3.free_month" else day + lag
            self.billing.start[chosen] = midnight(billed)
            if _ROLES[code].kind == "distractor":
                lines.due_from[chosen] = midnight(billed)

    def _ceases(self) -> None:
        lines = self.lines
        for code in ("O6.still_active", "O6.unused", "O6.late_files"):
            chosen = self._choose(code, self.metered)
            day = self._day(self.first + 4, self.last_end[chosen] - 25, len(chosen))
            lines.end[chosen] = local_moment(self.parameters, day, self.random, 9, 15)
            lines.start[chosen] = np.minimum(lines.start[chosen], lines.end[chosen] - 120 * DAY)
            self.billing.start[chosen], self.billing.end[chosen] = lines.start[chosen], lines.end[chosen]
            if code != "O6.late_files":
                noticed = lines.end[chosen] + self.random.integers(18, 45, len(chosen)) * DAY
                lines.overrun_until[chosen] = np.where(np.arange(len(chosen)) % 4 == 3, noticed, NEVER)

    def _bars(self) -> None:
        """What dunning bars, and what the network makes of it."""
        lines, midnight = self.lines, self.parameters.clock.midnight
        suspended = self.chooser.lines("O2.suspended")
        line, begun, lifted = [suspended], [lines.suspended_at[suspended]], [np.full(len(suspended), NEVER)]
        for code in ("O8.used_while_barred", "O8.bar_lifted", "O8.emergency_calls", "O8.day_of_the_bar"):
            chosen = self._choose(code, self.metered & self.mobile)
            day = self._day(self.first + 6, self.first + self.parameters.days - 24, len(chosen))
            bar = midnight(day) + 6 * HOUR
            end = np.full(len(chosen), NEVER)
            back = midnight(day + self.random.integers(5, 11, len(chosen))) + 12 * HOUR
            if code == "O8.bar_lifted":
                lines.gap_from[chosen], lines.gap_to[chosen], end = bar, back, back
            elif code == "O8.used_while_barred":
                end = np.where(np.arange(len(chosen)) % 4 == 3, back + 8 * DAY, NEVER)
            else:
                lines.suspended_at[chosen] = midnight(day + 1) if code == "O8.day_of_the_bar" else bar
                lines.calls_while_barred[chosen] = code == "O8.emergency_calls"
            line.append(chosen)
            begun.append(bar)
            lifted.append(end)
        self.bars = Bars(np.concatenate(line), np.concatenate(begun), np.concatenate(lifted))

    def _open_orders(self) -> None:
        """Further lines of customers who have others on the same account: ordered, and not there yet."""
        lines, today = self.lines, self.first + self.parameters.days
        among_others = np.bincount(lines.account)[lines.account] > 1
        for code, least, most in (
            ("O4.stuck", -50, -12),
            ("O4.fallout", -60, -14),
            ("O4.on_hold", -40, -10),
            ("O4.appointment", 3, 20),
            ("O4.just_due", -2, -1),
        ):
            chosen = self._choose(code, self.service & among_others & (lines.home == OWN_CRM))
            day = today + self._day(least, most, len(chosen))
            lines.promised_at[chosen] = local_moment(self.parameters, day, self.random, 8, 16)
            lines.is_provisioned[chosen] = False
            self.billing.is_absent[chosen] = True

    def _second_cards(self) -> None:
        """Numbers that two SIM cards carry, asked for or not."""
        lines = self.lines
        for code in ("O11.duplicate_number", "O11.multi_sim"):
            chosen = self._choose(code, self.metered & self.mobile & ~HAS_ALLOWANCE[lines.offering])
            lines.twin_sim[chosen] = 3 * len(lines) + chosen
            day = self._day(self.first + 3, self.first + 25, len(chosen))
            lines.twin_from[chosen] = local_moment(self.parameters, day, self.random, 9, 17)

    def strangers(self, events: Events, rating: Rating) -> np.ndarray:
        """Rated rows of cards that carry a number unasked: what the customer should never see on a bill."""
        chosen = np.isin(rating.line, self.chooser.lines("O11.duplicate_number"))
        event = rating.event
        return chosen & self.lines.on_twin(rating.line, events.started_at[event], events.charging[event])

    def _plans(self) -> None:
        """Fixed lines whose plan changes, or whose speed is not the plan's."""
        lines, midnight = self.lines, self.parameters.clock.midnight
        slow, fast = INDEX["FIX_DSL"], INDEX["FIX_DSL_100"]
        for code in ("O5.upgrade_not_billed", "O5.downgrade_not_billed", "O5.plan_followed", "O5.change_ahead"):
            chosen = self._choose(code, self.fixed & (lines.offering == slow))
            if code == "O5.downgrade_not_billed":
                lines.offering[chosen] = fast
            target = slow if code == "O5.downgrade_not_billed" else fast
            if code == "O5.change_ahead":
                continue
            lines.new_offering[chosen] = target
            lines.plan_changed_at[chosen] = midnight(self._day(self.first + 4, self.last_end[chosen] - 9, len(chosen)))
            self.billing.keeps_plan[chosen] = code != "O5.plan_followed"
        for code, speed in (("O5.speed_for_free", 100), ("O5.slow_copper", 38)):
            chosen = self._choose(code, self.fixed & (lines.offering == slow))
            lines.speed[chosen] = speed
            lines.speed_since[chosen] = midnight(self._day(self.first + 4, self.last_end[chosen] - 9, len(chosen)))

    def _arrears(self) -> None:
        """Who does not pay, or pays late: customers whose bills are worth a reminder."""
        price = MONTHLY[self.lines.offering]
        for code in ("C1.no_action", "C1.stalled", "C1.payment_plan", "C1.dispute"):
            self._choose(code, self.service & (price >= 1900))
        alone = np.bincount(self.lines.customer, minlength=len(self.chooser.is_taken))[self.lines.customer] == 1
        self._choose("C1.small_arrears", self.service & alone & (price <= 1000))

    def shape(self, events: Events) -> Events:
        """Takes usage away that a role excludes, and lets mediation deliver some of it late."""
        line = np.maximum(events.line, 0)
        held = events.line >= 0
        unused = held & np.isin(line, self.chooser.lines("O6.unused")) & (events.started_at >= self.lines.end[line])
        events = self._only_emergency_calls(events.take(np.flatnonzero(~unused)))
        line = np.maximum(events.line, 0)
        late = (events.line >= 0) & np.isin(line, self.chooser.lines("O6.late_files"))
        late &= events.started_at >= self.lines.end[line] - 8 * DAY
        arrival = self.parameters.clock.local_day(self.lines.end[line]) + 2 + np.arange(len(events)) % 3
        file_day = np.where(late, np.maximum(events.file_day, arrival), events.file_day)
        return events.changed(file_day=np.minimum(file_day, self.parameters.end_day - 1))

    def _only_emergency_calls(self, events: Events) -> Events:
        """Of what a barred line would have done, two calls go through: to the alarm centre."""
        line = np.maximum(events.line, 0)
        barred = (events.line >= 0) & self.lines.calls_while_barred[line]
        barred &= events.started_at >= self.lines.suspended_at[line]
        position = np.flatnonzero(barred)
        rank = np.arange(len(position)) - np.searchsorted(line[position], line[position])
        call = position[rank < 2]
        kept = ~barred
        kept[call] = True
        events.usage_type[call], events.zone[call], events.other_party[call] = VOICE, EMERGENCY, ALARM_NUMBERS[0]
        events.duration[call] = 30 + events.duration[call] % 300
        events.uplink[call], events.downlink[call] = 0, 0
        return events.take(np.flatnonzero(kept))


def _a_month_later(days: np.ndarray) -> np.ndarray:
    """The same day of the next month, as local day numbers."""
    epoch = date(1970, 1, 1)
    return np.array([day_number(add_months(epoch + timedelta(days=int(day)), 1)) for day in days], dtype=np.int64)


def agreed_terms(lines: Lines, lifecycle: Lifecycle) -> tuple[np.ndarray, np.ndarray]:
    """What the order says of the start of billing: the agreed instant (NEVER without one), and the free months."""
    agreed = np.full(len(lines), NEVER)
    chosen = lifecycle.chooser.lines("O3.agreed_start", "O3.next_day")
    agreed[chosen] = lines.due_from[chosen]
    free_months = np.zeros(len(lines), dtype=np.int64)
    free_months[lifecycle.chooser.lines("O3.free_month")] = 1
    return agreed, free_months
