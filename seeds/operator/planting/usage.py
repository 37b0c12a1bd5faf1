"""Plants what goes wrong, and what only looks wrong, between mediation, rating and billing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from seeds.operator.planting.lifecycle import BillingView
from seeds.operator.planting.rating import Rating, join, rate_events, take
from seeds.operator.planting.roles import USAGE, Chooser
from seeds.operator.world.bill_runs import BillRuns
from seeds.operator.world.clock import HOUR, MINUTE, NEVER, SECOND
from seeds.operator.world.lines import Accounts, Lines
from seeds.operator.world.offerings import (
    DATA,
    EMERGENCY,
    EU_ROAMING,
    INDEX,
    INTERNATIONAL,
    NATIONAL,
    SMS,
    VOICE,
    ZERO_RATED,
    Tariff,
)
from seeds.operator.world.parameters import Parameters
from seeds.operator.world.usage import Events, concatenate

# A planted difference below five cents in a bill is taken back: half-cent rounding could swallow it.
_LEAST = 50_000
# Each copy of a record costs at least this much: copies of one line may end up in different bills.
_LEAST_COPY = 20_000
_ROLES = {role.code: role for role in USAGE}
# Lines that are used while billing has no subscription: late records could not be told from unbilled ones.
_WITHOUT_SUBSCRIPTION = (
    "O1.never_billed_fixed", "O1.never_billed_mobile", "O1.billing_ended", "O3.late_start", "O6.still_active",
)  # fmt: skip


class UsagePlanter:
    """Plants in the order in which things happen: true events, then mediation, then rating, then billing."""

    def __init__(
        self,
        parameters: Parameters,
        runs: BillRuns,
        tariff: Tariff,
        accounts: Accounts,
        lines: Lines,
        chooser: Chooser,
        billing: BillingView,
    ) -> None:
        self.parameters = parameters
        self.runs = runs
        self.tariff = tariff
        self.accounts = accounts
        self.lines = lines
        self.chooser = chooser
        self.billing = billing
        self.random = parameters.random("usage planting")

    # ---- true events -------------------------------------------------------------------------------------------

    def add_honest_events(self, events: Events) -> Events:
        """Repeated calls, messages and sessions in parts, and a session too small to cost a cent."""
        events = self._sub_cent(events)
        parts = [events]
        price = self._price(events)
        serial = len(events)
        national = (events.line >= 0) & (events.zone == NATIONAL)
        early = events.started_at < self._last_end_at(events) - 3 * 24 * HOUR

        chosen = self._one_event(
            "U4.repeated_call", events, national & early & (events.usage_type == VOICE) & (price > 0)
        )
        again = events.take(chosen)
        pause = again.duration + self.random.integers(5, 240, len(chosen))
        parts.append(
            again.changed(started_at=again.started_at + pause * SECOND, charging=serial + np.arange(len(chosen)))
        )
        serial += len(chosen)

        chosen = self._one_event(
            "U4.multipart_message", events, national & early & (events.usage_type == SMS) & (price > 0)
        )
        events.partial[chosen] = 1
        for part in (2, 3):
            parts.append(events.take(chosen).changed(partial=np.full(len(chosen), part)))

        chosen = self._one_event(
            "U4.partial_records", events, national & early & (events.usage_type == DATA) & (price > 0)
        )
        sessions = np.flatnonzero(
            (events.line >= 0) & (events.usage_type == DATA) & (self.random.random(len(events)) < 0.012)
        )
        sessions = np.union1d(sessions, chosen)
        events.partial[sessions] = 1
        for part in (2, 3):
            follow = events.take(sessions)
            volume = np.maximum(follow.uplink + follow.downlink, 400)
            uplink = volume // 9
            minute = np.minimum(30 * MINUTE * (part - 1), self._until_midnight(follow.started_at))
            parts.append(
                follow.changed(
                    partial=np.full(len(sessions), part),
                    started_at=follow.started_at + minute,
                    uplink=uplink,
                    downlink=volume - uplink,
                )
            )
            sessions = sessions[self.random.random(len(sessions)) < 0.6] if part == 2 else sessions
        return self._arrive_late(concatenate(parts))

    def _sub_cent(self, events: Events) -> Events:
        abroad = (
            (events.line >= 0) & (events.usage_type == DATA) & (events.zone != NATIONAL) & (events.zone != ZERO_RATED)
        )
        travelled = np.zeros(len(self.lines), dtype=bool)
        travelled[events.line[abroad]] = True
        flat = (self.lines.offering == INDEX["MOB_M"]) & (self.lines.plan_changed_at == NEVER) & ~travelled
        eligible = (events.line >= 0) & flat[events.line] & (events.usage_type == DATA) & (events.zone == NATIONAL)
        eligible &= events.started_at < self._last_end_at(events) - 24 * HOUR
        chosen = self._one_event("U3.sub_cent", events, eligible)
        events.zone[chosen] = EU_ROAMING
        events.cell[chosen] = -1
        events.uplink[chosen] = 1_000 + chosen % 7_000
        events.downlink[chosen] = 50_000 + chosen % 700_000
        return events

    def _arrive_late(self, events: Events) -> Events:
        """Some records reach mediation days later; for one role just after the bill run that they belonged to."""
        last_file = self.parameters.end_day - 1
        random = self.random
        line = np.maximum(events.line, 0)
        unbilled = np.zeros(len(self.lines), dtype=bool)
        unbilled[self.chooser.lines(*_WITHOUT_SUBSCRIPTION)] = True
        late = (events.line >= 0) & ~unbilled[line] & (events.partial == 0) & (random.random(len(events)) < 0.005)
        delay = np.where(late, random.integers(1, 6, len(events)), 0)

        day = self.parameters.clock.local_day(events.started_at)
        price = self._price(events)
        cycle = self.accounts.cycle[self.lines.account[line]]
        wanted = np.zeros(len(events), dtype=bool)
        for run in np.flatnonzero(self.runs.is_completed & (self.runs.period_end + 3 <= last_file)):
            end = self.runs.period_end[run]
            wanted |= (cycle == self.runs.cycle[run]) & (day < end) & (day >= end - 3)
        chosen = self._one_event(
            "U3.late_usage", events, wanted & (events.line >= 0) & (price > 0) & (events.partial == 0)
        )
        delay[chosen] = 3 + random.integers(0, 2, len(chosen))
        return events.changed(file_day=np.minimum(events.file_day + delay, last_file))

    # ---- mediation and rating ----------------------------------------------------------------------------------

    def rating_times(self, events: Events) -> np.ndarray:
        """Rating works through a day's files in the following night, before bill runs start at four."""
        begin = self.parameters.clock.midnight(events.file_day + 1) + 35 * MINUTE
        return begin + (self.random.random(len(events)) * 200 * 60).astype(np.int64) * SECOND

    def repeat_in_mediation(self, events: Events, rating: Rating) -> tuple[Events, Rating]:
        """Files and records that mediation delivers twice. Returns all events and what rating did with them.

        ``rating`` holds the true events' rows; copies that rating accepts become rows of their own.
        """
        copies: list[Events] = []
        priced_again: list[np.ndarray] = []
        # A copy draws on no allowance.
        rows = self._usable(events, rating) & (rating.amount >= _LEAST_COPY) & (rating.allowance == 0)

        resent = self._resent_files(events)
        in_file = np.isin(rating.event, resent)
        chosen = self._some_rows("U4.file_sent_twice", rating, rows & in_file, most=10**6)
        position = np.full(len(events), -1)
        position[resent] = np.arange(len(resent))
        copies.append(
            events.take(resent).changed(
                file_day=events.file_day[resent] + 2, is_resent=np.ones(len(resent), dtype=bool)
            )
        )
        priced_again.append(position[rating.event[chosen]])

        single = rows & ~in_file & (rating.rated_at < self._last_end_of(rating) - 2 * 24 * HOUR)
        for code in ("U4.record_repeated", "U4.unrated_duplicate", "U4.reversed_duplicate"):
            early = single if code == "U4.record_repeated" else single & (events.partial[rating.event] == 0)
            if code == "U4.reversed_duplicate":
                early = early & self._rated_well_before_run(rating)
            chosen = self._some_rows(code, rating, early, most=4)
            event = rating.event[chosen]
            new_charging = len(events) * 2 + event
            following = events.file_day[event] + 1
            next_day = (event % 3 == 0) & (code == "U4.record_repeated") & (following < self.parameters.end_day)
            # A file that is sent again stays the exact copy of the first one.
            next_day &= ~np.isin(following, events.file_day[resent])
            offset = sum(len(part) for part in copies)
            copies.append(
                events.take(event).changed(
                    charging=np.where(event % 2 == 0, new_charging, events.charging[event]),
                    file_day=events.file_day[event] + next_day,
                )
            )
            if code != "U4.unrated_duplicate":
                priced_again.append(offset + np.arange(len(event)))
            if code == "U4.reversed_duplicate":
                to_reverse = priced_again[-1]
        copied = concatenate(copies)
        rated_at = self.rating_times(copied)
        accepted = np.concatenate(priced_again)
        extra = rate_events(
            self.tariff, self.runs, self.accounts, self.lines, copied.take(accepted), rated_at[accepted]
        )
        extra = replace(extra, event=accepted + len(events))
        reversed_rows = np.flatnonzero(np.isin(accepted, to_reverse))
        together = join(rating, extra)
        everything = concatenate([events, copied])
        return everything, join(together, self._reversals(everything, together, len(rating) + reversed_rows))

    def _reversals(self, events: Events, rating: Rating, rows: np.ndarray) -> Rating:
        """Rows that take others back, priced about half a day later and billed by the run that is then due."""
        back = take(rating, rows)
        rated_at = back.rated_at + (8 + self.random.integers(0, 6, len(rows))) * HOUR
        cycle = self.accounts.cycle[self.lines.account[back.line]]
        run = self.runs.due(cycle, events.started_at[back.event], rated_at)
        return replace(back, quantity=-back.quantity, amount=-back.amount, rated_at=rated_at, run=run, reverses=rows)

    def _resent_files(self, events: Events) -> np.ndarray:
        """The records of one file per stream, the day chosen so that every cycle has billed it."""
        last = int(self.runs.last_period_end().min()) - 4
        first = self.parameters.start_day + 4
        parts = []
        for stream in (VOICE, SMS, DATA):
            day = int(self.random.integers(first, max(last, first + 1)))
            parts.append(np.flatnonzero((events.file_day == day) & (events.usage_type == stream)))
        return np.concatenate(parts)

    def misrate(self, events: Events, rating: Rating) -> Rating:
        """R1: prices that are not the tariff's."""
        rate, amount = rating.rate.copy(), rating.amount.copy()
        started_at = events.started_at[rating.event]
        zone = events.zone[rating.event]
        usable = self._usable(events, rating, priced=False)
        index = self.tariff.rate_index
        offering = self.lines.offering_at(rating.line, started_at)

        def change(code: str, rows: np.ndarray, wrong_rate: np.ndarray, most: int, choose: bool = True) -> None:
            wrong = np.where(wrong_rate >= 0, rating.steps * self.tariff.price[wrong_rate], rating.amount)
            # A chargeable event at a price of zero is another control's.
            rows = rows & (wrong != rating.amount) & (wrong > 0) & ~self.tariff.splits[rating.rate]
            chosen = self._some_rows(code, rating, rows, most, wrong - rating.amount, choose)
            rate[chosen] = wrong_rate[chosen]
            amount[chosen] = wrong[chosen]

        held = np.isin(rating.line, self.chooser.lines("R1.old_plan_rate"))
        changed = started_at >= self.lines.plan_changed_at[rating.line]
        late = (started_at >= self.tariff.change_at).astype(np.int64)
        period = self.tariff.period(started_at)
        former = index[self.lines.offering[rating.line], rating.usage_type, zone, late, period]
        same_unit = self.tariff.unit_size[former] == self.tariff.unit_size[rating.rate]
        change("R1.old_plan_rate", usable & held & changed & same_unit, former, 10**6, choose=False)
        usable &= self.chooser.role[rating.line] == 0

        old_price = index[offering, rating.usage_type, zone, 0, period]
        change("R1.old_price", usable, old_price, 10**6)
        foreign = np.where(rating.line % 2 == 0, INTERNATIONAL, NATIONAL)
        other = np.where(zone == INTERNATIONAL, NATIONAL, INTERNATIONAL)
        other_zone = index[offering, rating.usage_type, other, late, period]
        swapped = usable & (zone == foreign) & (rating.usage_type != DATA)
        change("R1.wrong_zone_rate", swapped, other_zone, 6)

        chosen = self._some_rows("R1.doubled_amount", rating, usable & (rating.amount > 0), 20, rating.amount)
        amount[chosen] *= 2
        return replace(rating, rate=rate, amount=amount)

    # ---- billing -----------------------------------------------------------------------------------------------

    def lose_in_billing(self, events: Events, rating: Rating) -> Rating:
        """U3: rows that no run picks up, and rows that the invoice forgets; and the honest look-alikes."""
        run, is_charged = rating.run.copy(), rating.is_charged.copy()
        rows = self._usable(events, rating)
        free = rows & (self.chooser.role[rating.line] == 0)
        chosen = self._whole_runs("U3.never_picked_up", rating, free, by_type=False, rows_at_least=2)
        some = np.isin(rating.line[chosen] % 2, [0]) | (chosen % 2 == 0)
        run[self._enough(rating, chosen[some], rating.amount)] = -1
        chosen = self._whole_runs("U3.invoice_line_missing", rating, free, by_type=True)
        is_charged[chosen] = False
        chosen = self._whole_runs("U3.invoice_line_too_low", rating, free, by_type=True, rows_at_least=4)
        rank = _rank_within(rating.line[chosen])
        is_charged[self._enough(rating, chosen[rank % 2 == 1], rating.amount)] = False

        usable = self._usable(events, rating, priced=False) & (self.chooser.role[rating.line] == 0)
        line = self._lines_with("U3.zero_amount", rating, usable & (rating.amount == 0))
        run[np.isin(rating.line, line) & (rating.amount == 0)] = -1
        waiting = self._usable(events, rating, priced=False, due=False) & (rating.run < 0) & (rating.amount > 0)
        self._lines_with("U3.after_last_run", rating, waiting)
        zone = events.zone[rating.event]
        self._lines_with("R1.emergency", rating, usable & (zone == EMERGENCY))
        self._lines_with("R1.zero_rated", rating, usable & (zone == ZERO_RATED))
        has_change = np.array([rate.is_raised or rate.is_replaced for rate in self.tariff.rates])
        self._lines_with("R1.price_change", rating, usable & has_change[rating.rate] & (rating.amount > 0))
        self._lines_with("R1.goodwill", rating, usable)
        return replace(rating, run=run, is_charged=is_charged)

    # ---- choosing ----------------------------------------------------------------------------------------------

    def accepted(self, events: Events, rating: Rating) -> np.ndarray:
        """Rows of usage for which billing has an open subscription."""
        line = rating.line
        started_at = events.started_at[rating.event]
        open_then = (started_at >= self.billing.start[line]) & (started_at < self.billing.end[line])
        return ~self.billing.is_absent[line] & open_then

    def _usable(self, events: Events, rating: Rating, priced: bool = True, due: bool = True) -> np.ndarray:
        rows = self.accepted(events, rating) & (rating.reverses < 0) & ~rating.is_misconfigured
        if due:
            rows &= rating.run >= 0
        return rows & (rating.amount > 0) if priced else rows

    def _one_event(self, code: str, events: Events, eligible: np.ndarray) -> np.ndarray:
        """One event of each line that gets the role."""
        lines = np.zeros(len(self.lines), dtype=bool)
        lines[events.line[eligible]] = True
        chosen = self.chooser.choose(_ROLES[code], lines, self.random)
        candidates = np.flatnonzero(eligible & np.isin(events.line, chosen))
        _, first = np.unique(events.line[candidates], return_index=True)
        return candidates[first]

    def _lines_with(self, code: str, rating: Rating, rows: np.ndarray) -> np.ndarray:
        lines = np.zeros(len(self.lines), dtype=bool)
        lines[rating.line[rows]] = True
        return self.chooser.choose(_ROLES[code], lines, self.random)

    def _some_rows(
        self,
        code: str,
        rating: Rating,
        rows: np.ndarray,
        most: int,
        difference: np.ndarray | None = None,
        choose: bool = True,
    ) -> np.ndarray:
        """Up to ``most`` rows of each line that gets the role, the difference in each bill large enough to be seen."""
        difference = rating.amount if difference is None else difference
        candidates = self._enough(rating, _first_of_each_line(rating, np.flatnonzero(rows), most), difference)
        if not choose:
            return candidates
        lines = np.zeros(len(self.lines), dtype=bool)
        lines[rating.line[candidates]] = True
        chosen = self.chooser.choose(_ROLES[code], lines, self.random)
        return candidates[np.isin(rating.line[candidates], chosen)]

    def _whole_runs(
        self, code: str, rating: Rating, rows: np.ndarray, by_type: bool, rows_at_least: int = 1
    ) -> np.ndarray:
        """All eligible rows of one bill (and usage type) for each line that gets the role."""
        candidates = self._enough(rating, np.flatnonzero(rows), rating.amount, by_type, least=3 * _LEAST)
        keys = {"line": rating.line[candidates], "run": rating.run[candidates]}
        if by_type:
            keys["usage_type"] = rating.usage_type[candidates]
        size = pl.DataFrame(keys).select(pl.len().over(list(keys)) >= rows_at_least)
        candidates = candidates[size.to_series().to_numpy()]
        if not len(candidates):
            return candidates
        lines = np.zeros(len(self.lines), dtype=bool)
        lines[rating.line[candidates]] = True
        chosen = self.chooser.choose(_ROLES[code], lines, self.random)
        candidates = candidates[np.isin(rating.line[candidates], chosen)]
        group = rating.run[candidates] * 3 + (rating.usage_type[candidates] if by_type else 0)
        # The bill is drawn by a number that depends on the line alone.
        score = (group * 7_919 + rating.line[candidates] * 104_729) % 1_000_003
        best = pl.DataFrame({"line": rating.line[candidates], "score": score}).select(
            pl.col("score") == pl.col("score").min().over("line")
        )
        return candidates[best.to_series().to_numpy()]

    def _enough(
        self, rating: Rating, rows: np.ndarray, difference: np.ndarray, by_type: bool = False, least: int = _LEAST
    ) -> np.ndarray:
        """Those rows whose bill (line and run) differs by at least ``least`` in total."""
        if not len(rows):
            return rows
        keys = {"line": rating.line[rows], "run": rating.run[rows]}
        if by_type:
            keys["usage_type"] = rating.usage_type[rows]
        total = pl.DataFrame(keys | {"difference": difference[rows]}).select(
            pl.col("difference").sum().over(list(keys)).abs() >= least
        )
        return rows[total.to_series().to_numpy()]

    # ---- small helpers -----------------------------------------------------------------------------------------

    def _price(self, events: Events) -> np.ndarray:
        """Price of a step for each event; zero for SIM cards without a customer."""
        line = np.maximum(events.line, 0)
        rate = self.tariff.rate(
            self.lines.offering_at(line, events.started_at), events.usage_type, events.zone, events.started_at
        )
        return np.where(events.line >= 0, self.tariff.price[rate], 0)

    def _last_end_at(self, events: Events) -> np.ndarray:
        return self._last_end_of_line(np.maximum(events.line, 0))

    def _last_end_of(self, rating: Rating) -> np.ndarray:
        return self._last_end_of_line(rating.line)

    def _last_end_of_line(self, line: np.ndarray) -> np.ndarray:
        day = self.runs.last_period_end()[self.accounts.cycle[self.lines.account[line]]]
        return self.parameters.clock.midnight(day)

    def _rated_well_before_run(self, rating: Rating) -> np.ndarray:
        """A reversal a day later still reaches the same run."""
        return (rating.run >= 0) & (rating.rated_at + 48 * HOUR < self.runs.run_at[rating.run])

    def _until_midnight(self, started_at: np.ndarray) -> np.ndarray:
        clock = self.parameters.clock
        return np.maximum(clock.midnight(clock.local_day(started_at) + 1) - started_at - 2 * SECOND, SECOND)


def _rank_within(values: np.ndarray) -> np.ndarray:
    """Rank of each element among the equal ones, in order of appearance."""
    order = np.argsort(values, kind="stable")
    first = np.searchsorted(values[order], values[order], side="left")
    rank = np.empty(len(values), dtype=np.int64)
    rank[order] = np.arange(len(values)) - first
    return rank


def _first_of_each_line(rating: Rating, rows: np.ndarray, most: int) -> np.ndarray:
    return rows if most >= 10**6 else rows[_rank_within(rating.line[rows]) < most]
