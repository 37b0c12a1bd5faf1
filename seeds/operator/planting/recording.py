"""Plants what gets lost between network elements and mediation, and what only looks like it.

Lost records are uses on top of those that mediation has: the network recorded them, and they are in no usage file, no
rating and no bill. A small operator's element writes a handful of records an hour, and what a few hundred of them are
worth depends on chance far more than what the ten thousands of a large one are. So those that get lost are drawn until
a unit among them is worth what it is among all that the element records.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from seeds.operator.planting.rating import Rating, charge
from seeds.operator.planting.roles import Chooser
from seeds.operator.planting.roles_recording import RECORDING
from seeds.operator.world.allowances import Pots
from seeds.operator.world.bill_runs import BillRuns
from seeds.operator.world.clock import HOUR, NEVER, SECOND
from seeds.operator.world.lines import Accounts, Lines
from seeds.operator.world.offerings import MOBILE, Tariff
from seeds.operator.world.parameters import Parameters
from seeds.operator.world.recording import ELEMENTS, recording_element
from seeds.operator.world.usage import Events, concatenate

_FAULTS = ("U1.file_lost", "U1.records_dropped", "U1.lost_at_restart")
_ON_ITS_WAY, _LATE = "U1.on_its_way", "U1.late_file"
# At what local hour a role begins at the earliest, and how many hours it lasts.
_FROM_HOUR, _LATEST_FROM = 8, 13
_HOURS = {"U1.records_dropped": 10}
_USUAL_HOURS = 5
# Records that get lost: at least, and at most, however busy the element is.
_LEAST, _MOST = 320, 1_600
# A fault is worth at least this much, in millionths of a euro.
_LEAST_VALUE = 2_000_000
_DRAWS = 400
# How many times its units a pot must still hold, if anything.
_PLENTY = 20
# Numbers of sessions that no other record has.
_CHARGING = 700_000_000


@dataclass(frozen=True)
class Stretches:
    """Hours of an element with something about them: code of the role, place in ELEMENTS, local day, first hour of the
    day, number of hours; an element of each per stretch."""

    code: np.ndarray
    element: np.ndarray
    day: np.ndarray
    hour: np.ndarray
    hours: np.ndarray

    def of(self, *codes: str) -> np.ndarray:
        """Places of the stretches of some roles."""
        return np.flatnonzero(np.isin(self.code, codes))


@dataclass(frozen=True)
class Recording:
    """What elements wrote and nobody received. ``lost``: the records, each of the stretch ``stretch``; ``value``: per
    stretch what they would have cost, in millionths of a euro; ``abroad``: those of the operator's events that no
    element of ours recorded.
    """

    stretches: Stretches
    lost: Events
    stretch: np.ndarray
    value: np.ndarray
    abroad: np.ndarray


def choose_stretches(parameters: Parameters, runs: BillRuns) -> Stretches:
    """Every role's element, day and hours: no two within two days on one element, all of them billed but those that are
    still on their way."""
    random = parameters.random("recording")
    last = int(runs.last_period_end().min())
    days = np.arange(parameters.start_day + 2, max(last - 1, parameters.start_day + 2))
    recent = np.arange(max(parameters.end_day - 3, parameters.start_day), parameters.end_day - 1)
    near = {element: set[int]() for element in range(len(ELEMENTS))}
    most = max(1, len(days) * len(ELEMENTS) // 3 // len(RECORDING))
    rows: list[tuple[str, int, int, int, int]] = []
    for role in RECORDING:
        fits = days
        if role.code == _LATE:
            # What comes three days late must not come behind the bill run of any cycle.
            in_third = np.array([_day_of_month(day) % 10 for day in days], dtype=np.int64)
            fits = days[(in_third >= 2) & (in_third <= 6)]
        if role.code == _ON_ITS_WAY:
            fits = recent
        hours = _HOURS.get(role.code, _USUAL_HOURS)
        wanted, start = min(role.count(parameters.customers), most), int(random.integers(0, len(ELEMENTS)))
        for place in random.permutation(len(fits) * len(ELEMENTS)):
            if wanted == 0:
                break
            # One element after the other, so that each kind meets several.
            element, day = (start + wanted) % len(ELEMENTS), int(fits[place % len(fits)])
            if day in near[element]:
                continue
            near[element].update((day - 2, day - 1, day, day + 1, day + 2))
            hour = _FROM_HOUR + int(random.integers(0, _LATEST_FROM - _FROM_HOUR)) * (hours == _USUAL_HOURS)
            rows.append((role.code, element, day, hour, hours))
            wanted -= 1
    columns = list(zip(*rows, strict=True)) or [()] * 5
    return Stretches(np.array(columns[0], dtype=str), *(np.array(column, dtype=np.int64) for column in columns[1:]))


def _day_of_month(day: int) -> int:
    return int((np.datetime64("1970-01-01") + int(day)).astype(object).day)


def send_late(parameters: Parameters, stretches: Stretches, lines: Lines, events: Events) -> Events:
    """The same events, those of late files three days later in mediation's files."""
    element, day = recording_element(lines, events), parameters.clock.local_day(events.started_at)
    hour = hour_of_day(parameters, events.started_at)
    file_day = events.file_day.copy()
    for place in stretches.of(_LATE):
        begin = stretches.hour[place]
        late = (element == stretches.element[place]) & (day == stretches.day[place]) & (file_day == day)
        file_day[late & (hour >= begin) & (hour < begin + stretches.hours[place])] += 3
    return events.changed(file_day=np.minimum(file_day, np.maximum(parameters.end_day - 1, events.file_day)))


def hour_of_day(parameters: Parameters, instants: np.ndarray) -> np.ndarray:
    """Local hours, of days of 24 hours."""
    clock = parameters.clock
    return (instants - clock.midnight(clock.local_day(instants))) // HOUR


class RecordingPlanter:
    """Works on the finished usage and changes nothing of it."""

    def __init__(
        self,
        parameters: Parameters,
        runs: BillRuns,
        tariff: Tariff,
        pots: Pots,
        accounts: Accounts,
        lines: Lines,
        chooser: Chooser,
        stretches: Stretches,
        events: Events,
        abroad: np.ndarray,
    ) -> None:
        """``abroad``: which of the events were recorded by others than ourselves."""
        self.parameters, self.runs, self.tariff, self.pots = parameters, runs, tariff, pots
        self.lines, self.stretches, self.events, self.abroad = lines, stretches, events, abroad
        self.random = parameters.random("lost records")
        self.cycle = accounts.cycle[lines.account]
        settled = lines.is_steady & (lines.plan_changed_at == NEVER) & (chooser.role == 0)
        self.settled = settled & (lines.number_changed_at == NEVER) & (lines.sim_changed_at == NEVER)

    def plant(self, originals: int, true_rating: Rating, rating: Rating) -> Recording:
        """All roles. ``originals``: how many of the events are no copies; ``true_rating``: these as they should be
        rated; ``rating``: all of them as they are."""
        events = self.events
        last = self.parameters.clock.midnight(int(self.runs.last_period_end().min()))
        self.home = np.flatnonzero(~self.abroad[:originals] & (events.started_at[:originals] < last))
        self.element = recording_element(self.lines, events.take(self.home))
        is_rated = np.zeros(len(events), dtype=bool)
        is_rated[rating.event[rating.reverses < 0]] = True
        self.is_charged = is_rated[self.home] & (events.line[self.home] >= 0)
        self.drawn = self._drawn(true_rating)

        count = len(self.stretches.code)
        parts, of_stretch, value = [events.take(np.empty(0, dtype=np.int64))], [], np.zeros(count, dtype=np.int64)
        for place in self.stretches.of(*_FAULTS, _ON_ITS_WAY):
            lost = self._draw(place)
            if lost is None:
                continue
            serial = _CHARGING + sum(map(len, parts)) + np.arange(len(lost))
            parts.append(lost.changed(charging=serial))
            of_stretch.append(np.full(len(lost), place))
            offering = self.lines.offering_at(lost.line, lost.started_at)
            value[place] = int(self._charges(lost, self._left(lost), offering, shared=True).sum())
        stretch = np.concatenate(of_stretch) if of_stretch else np.empty(0, dtype=np.int64)
        return Recording(self.stretches, concatenate(parts), stretch, value, self.abroad)

    def _draw(self, place: int) -> Events | None:
        """Uses of the stretch's hours: of all draws the one in which a unit is worth what it is to the element."""
        stretches, clock = self.stretches, self.parameters.clock
        element, day, hours = stretches.element[place], int(stretches.day[place]), int(stretches.hours[place])
        begin = clock.midnight(day) + int(stretches.hour[place]) * HOUR
        pool = self.home[self.element == element]
        pattern = self.events.take(pool)
        moved = pattern.changed(
            started_at=np.full(len(pool), begin), file_day=np.full(len(pool), day),
            partial=np.zeros(len(pool), dtype=np.int64),
        )  # fmt: skip
        line = np.maximum(pattern.line, 0)
        # What the element's records cost at this hour, under their plans and after their own periods' allowances.
        offering = self.lines.offering_at(line, pattern.started_at)
        costs = self._charges(moved, self._left(pattern), offering)
        charged = np.where(self.is_charged[self.element == element], costs, 0)
        if charged.sum() <= 0:
            return None
        usual = charged.sum() / pattern.quantity.sum()
        there = (self.lines.billed_from[line] < begin - 24 * HOUR) & (self.lines.end[line] > begin + 24 * HOUR)
        # No pot that several of them could empty together.
        left = self._left(moved)
        total = self.tariff.parts(offering, moved.usage_type, moved.zone, moved.started_at, moved.quantity).total
        plain = (left["left"].to_numpy() == 0) | (left["left"].to_numpy() >= _PLENTY * total)
        rows = np.flatnonzero(self.is_charged[self.element == element] & self.settled[line] & there & plain)
        size = int(np.clip(len(pool) * hours // (24 * max(self.parameters.days, 1)), _LEAST, _MOST))
        if len(rows) < size // 4:
            return None
        costs, units = self._charges(moved, left, offering)[rows], pattern.quantity[rows]
        draws = self.random.integers(0, len(rows), (_DRAWS, size))
        distance = np.abs(costs[draws].sum(axis=1) / units[draws].sum(axis=1) - usual)
        chosen = rows[draws[np.argmin(distance)]]
        lost = moved.take(np.sort(chosen))
        if costs.mean() * size < _LEAST_VALUE:
            return None
        # Spread over the hours evenly, none in the very first or last minute of one.
        slot = np.arange(size) % hours
        second = 60 + self.random.integers(0, 3_480, size)
        return lost.changed(started_at=begin + (slot * 3_600 + second) * SECOND)

    # ---- what it costs -----------------------------------------------------------------------------------------

    def _drawn(self, rating: Rating) -> pl.DataFrame:
        """Units that the rated usage drew from each pot."""
        rows = np.flatnonzero(rating.allowance > 0)
        event, line = rating.event[rows], rating.line[rows]
        offering = self.lines.offering_at(line, self.events.started_at[event])
        number = self.pots.number(offering, rating.usage_type[rows], self.events.zone[event])
        return (
            self.pots.pots(line, number, rating.run[rows])
            .with_columns(units=rating.allowance[rows])
            .group_by("number", "run", "holder")
            .agg(pl.col("units").sum())
        )

    def _left(self, events: Events) -> pl.DataFrame:
        """The pot of each event and what is left of it: columns number (-1 none), run, holder, left."""
        line = np.maximum(events.line, 0)
        offering = self.lines.offering_at(line, events.started_at)
        number = self.pots.number(offering, events.usage_type, events.zone)
        number = np.where((events.line >= 0) & (self.lines.kind[line] == MOBILE), number, -1)
        run = self.runs.containing(self.cycle[line], self.parameters.clock.local_day(events.started_at))
        rows = np.flatnonzero(number >= 0)
        found = self.pots.pots(line[rows], number[rows], run[rows])
        found = found.join(self.drawn, on=["number", "run", "holder"], how="left", maintain_order="left")
        left = np.zeros(len(events), dtype=np.int64)
        left[rows] = (found["granted"] - found["units"].fill_null(0)).clip(0).to_numpy()
        holder = np.full(len(events), -1, dtype=np.int64)
        holder[rows] = found["holder"].to_numpy()
        return pl.DataFrame({"number": number, "run": run, "holder": holder, "left": left})

    def _charges(self, events: Events, pots: pl.DataFrame, offering: np.ndarray, shared: bool = False) -> np.ndarray:
        """What each event costs, each by itself after what is left of its pot, or (``shared``) one after the other."""
        parts = self.tariff.parts(offering, events.usage_type, events.zone, events.started_at, events.quantity)
        left = pots["left"].to_numpy()
        if shared:
            before = pots.with_columns(units=parts.total).select(
                pl.col("units").cum_sum().over("number", "run", "holder") - pl.col("units")
            )
            left = np.maximum(left - before.to_series().to_numpy(), 0)
        left = np.where(pots["number"].to_numpy() >= 0, left, 0)
        amount = charge(self.tariff, parts, np.minimum(left, parts.total))[1]
        return np.where(events.line >= 0, amount, 0)
