"""Plants what goes wrong between the files of visited networks and the retail bill."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from seeds.operator.planting.rating import Rating, rate_events
from seeds.operator.planting.roles import Chooser
from seeds.operator.planting.roles_roaming import ROAMING
from seeds.operator.world.allowances import Pots
from seeds.operator.world.bill_runs import BillRuns
from seeds.operator.world.clock import DAY, MINUTE
from seeds.operator.world.lines import Accounts, Lines
from seeds.operator.world.offerings import EU_ROAMING, INTERNATIONAL, MOBILE, NATIONAL, VOICE, Tariff
from seeds.operator.world.parameters import Parameters
from seeds.operator.world.recording import is_recorded_abroad
from seeds.operator.world.usage import Events, concatenate

_ROLES = {role.code: role for role in ROAMING}
# Millionths of a euro by which a bill must differ to be seen.
_LEAST = 100_000
_MOST_EVENTS = 6
# Nothing is planted in the last days, in which nobody can tell late from never.
_SETTLED_DAYS = 10
# A test file and the calls received abroad stand in no usage of ours.
RETAIL, RECEIVED, TEST = range(3)


@dataclass(frozen=True)
class Roaming:
    """What partners recorded. ``zone``: where each of the operator's events truly was, whatever mediation made of it;
    ``is_abroad``: those of them that a partner recorded.

    ``extra``: events that only partners know, with ``kind`` (RETAIL, RECEIVED, TEST) and ``delay``: days after which
    their file comes. ``owed``: what of these should have been rated, in the order of ``extra``.
    """

    zone: np.ndarray
    is_abroad: np.ndarray
    extra: Events
    kind: np.ndarray
    delay: np.ndarray
    owed: Rating


class RoamingPlanter:
    """Takes lines that travel and hold no other role; ``originals``: how many events are no copies of others."""

    def __init__(
        self,
        parameters: Parameters,
        runs: BillRuns,
        tariff: Tariff,
        pots: Pots,
        accounts: Accounts,
        lines: Lines,
        chooser: Chooser,
        events: Events,
        rating: Rating,
        originals: int,
    ) -> None:
        self.parameters, self.runs, self.tariff, self.accounts = parameters, runs, tariff, accounts
        self.lines, self.chooser, self.events, self.rating = lines, chooser, events, rating
        self.random = parameters.random("roaming")
        line = np.maximum(events.line, 0)
        is_original = np.arange(len(events)) < originals
        self.is_abroad = is_original & (events.line >= 0) & (lines.kind[line] == MOBILE) & is_recorded_abroad(events)
        self.started_at = events.started_at[rating.event]
        self.offering = lines.offering_at(rating.line, self.started_at)
        self.zone = events.zone[rating.event]
        self.pots = pots
        copied = np.zeros(len(events), dtype=bool)
        copied[np.isin(self._identity(events), self._identity(events.take(np.flatnonzero(~is_original))))] = True
        usable = (rating.run >= 0) & rating.is_charged & (rating.reverses < 0) & ~rating.is_misconfigured
        usable[rating.reverses[rating.reverses >= 0]] = False
        usable &= self.is_abroad[rating.event] & ~copied[rating.event] & (events.partial[rating.event] == 0)
        # What is late enough to wait for another run would be told of another month.
        day, run = parameters.clock.local_day(self.started_at), rating.run
        usable &= (day >= runs.period_start[run]) & (day < runs.period_end[run])
        usable &= day < parameters.end_day - _SETTLED_DAYS
        self.usable = usable
        self.extra: list[tuple[Events, int, np.ndarray]] = []

    def plant(self) -> tuple[Events, Rating, Roaming]:
        """All roles; the events as mediation has them, the rating of these, and what partners recorded."""
        true_zone = self.events.zone.copy()
        outside_pots = self.pots.number(self.offering, self.rating.usage_type, self.zone) < 0
        owed = self._not_rated(self.usable & outside_pots & (self.rating.amount > 0))
        zone, rated_zone = self.events.zone.copy(), self.rating.zone.copy()
        rate, steps, amount = self.rating.rate.copy(), self.rating.steps.copy(), self.rating.amount.copy()
        to_home = self._as_zone("X2.home_price", NATIONAL, outside_pots, above=True)
        to_world = self._as_zone("X2.wrong_zone", INTERNATIONAL, outside_pots & (self.zone == EU_ROAMING), above=False)
        for rows, wrong, wrong_rate, wrong_steps, wrong_amount in (to_home, to_world):
            zone[self.rating.event[rows]] = rated_zone[rows] = wrong
            rate[rows], steps[rows], amount[rows] = wrong_rate, wrong_steps, wrong_amount
        self._look_alikes()
        events = self.events.changed(zone=zone)
        rating = replace(self.rating, zone=rated_zone, rate=rate, steps=steps, amount=amount)
        extra = concatenate([part for part, _, _ in self.extra])
        return events, rating, Roaming(
            zone=true_zone,
            is_abroad=self.is_abroad,
            extra=extra,
            kind=np.concatenate([np.full(len(part), kind) for part, kind, _ in self.extra]),
            delay=np.concatenate([delay for _, _, delay in self.extra]),
            owed=owed,
        )  # fmt: skip

    # ---- faults ------------------------------------------------------------------------------------------------

    def _not_rated(self, rows: np.ndarray) -> Rating:
        """More of what a line used abroad, some minutes later: the partner has it and we don't."""
        candidates = self._enough(np.flatnonzero(rows), self.rating.amount)
        candidates = self._of_chosen_lines("X2.not_rated", candidates)
        again = self.events.take(self.rating.event[candidates])
        again = again.changed(started_at=self._later(again.started_at), charging=len(self.events) * 3 + candidates)
        self.extra.append((again, RETAIL, np.ones(len(again), dtype=np.int64)))
        return rate_events(self.tariff, self.runs, self.accounts, self.lines, again, self.rating.rated_at[candidates])

    def _as_zone(self, code: str, wrong: int, rows: np.ndarray, above: bool) -> tuple[np.ndarray, ...]:
        """Rows that mediation put into another zone, and what rating made of them: rate, steps, amount."""
        rating = self.rating
        usage_type = rating.usage_type
        late = (self.started_at >= self.tariff.change_at).astype(np.int64)
        zone = np.full(len(rating), wrong)
        has_price = (
            self.tariff.rate_index[self.offering, usage_type, zone, late, self.tariff.period(self.started_at)] >= 0
        )
        rows = np.flatnonzero(rows & self.usable & has_price & (self.pots.number(self.offering, usage_type, zone) < 0))
        parts = self.tariff.parts(
            self.offering[rows], usage_type[rows], zone[rows], self.started_at[rows], rating.quantity[rows]
        )
        steps, price = parts.total // self.tariff.unit_size[parts.rate], self.tariff.price[parts.rate]
        difference = np.zeros(len(rating), dtype=np.int64)
        difference[rows] = (rating.amount[rows] - steps * price) * (1 if above else -1)
        place = np.full(len(rating), -1)
        place[rows] = np.arange(len(rows))
        chosen = self._of_chosen_lines(code, self._enough(rows[difference[rows] > 0], difference))
        at = place[chosen]
        return chosen, zone[chosen], parts.rate[at], steps[at], (steps * price)[at]

    # ---- look-alikes -------------------------------------------------------------------------------------------

    def _look_alikes(self) -> None:
        rating, events = self.rating, self.events
        covered = self.usable & (rating.allowance > 0) & (rating.amount == 0) & (rating.usage_type == VOICE)
        self._lines_with("X2.included", np.flatnonzero(covered & (self.zone == EU_ROAMING)))

        calls = self._one_of_each("X2.incoming_call", self.usable & (rating.usage_type == VOICE))
        received = events.take(rating.event[calls])
        received = received.changed(started_at=self._later(received.started_at))
        self.extra.append((received, RECEIVED, np.ones(len(calls), dtype=np.int64)))

        last = self.parameters.clock.midnight(self.parameters.end_day)
        old = self.usable & (self.started_at < last - 20 * DAY) & (self.started_at > last - 55 * DAY)
        chosen = self._one_of_each("X2.late_file", old & (rating.amount > 0))
        late = events.take(rating.event[chosen])
        day = self.parameters.clock.local_day(late.started_at)
        late = late.changed(started_at=self._later(late.started_at), charging=len(events) * 4 + chosen)
        self.extra.append((late, RETAIL, self.parameters.end_day - 1 - chosen % 2 - day))

        chosen = self._one_of_each("X2.test_file", self.usable & (rating.amount > 0))
        tested = events.take(rating.event[chosen])
        tested = tested.changed(started_at=self._later(tested.started_at), charging=len(events) * 5 + chosen)
        self.extra.append((tested, TEST, np.ones(len(chosen), dtype=np.int64)))

    # ---- choosing ----------------------------------------------------------------------------------------------

    def _lines_with(self, code: str, rows: np.ndarray) -> np.ndarray:
        lines = np.zeros(len(self.lines), dtype=bool)
        lines[self.rating.line[rows]] = True
        return self.chooser.choose(_ROLES[code], lines, self.random)

    def _of_chosen_lines(self, code: str, rows: np.ndarray) -> np.ndarray:
        chosen = self._lines_with(code, rows)
        rows = rows[np.isin(self.rating.line[rows], chosen)]
        return np.sort(_first(rows, self.rating.line[rows], _MOST_EVENTS))

    def _one_of_each(self, code: str, rows: np.ndarray) -> np.ndarray:
        chosen = self._lines_with(code, np.flatnonzero(rows))
        rows = np.flatnonzero(rows & np.isin(self.rating.line, chosen))
        return np.sort(_first(rows, self.rating.line[rows], 1))

    def _enough(self, rows: np.ndarray, difference: np.ndarray) -> np.ndarray:
        """Of each line and run the largest few, where they add up to what a bill shows."""
        if not len(rows):
            return rows
        frame = pl.DataFrame(
            {"row": rows, "line": self.rating.line[rows], "run": self.rating.run[rows], "by": difference[rows]}
        ).sort("by", "row", descending=[True, False])
        kept = frame.filter(pl.int_range(pl.len()).over("line") < _MOST_EVENTS).filter(
            pl.col("by").sum().over("line", "run") >= _LEAST
        )
        return np.sort(kept["row"].to_numpy())

    def _later(self, started_at: np.ndarray) -> np.ndarray:
        """Some minutes later on the same local day, at a second that no other event of the line begins at."""
        clock = self.parameters.clock
        room = clock.midnight(clock.local_day(started_at) + 1) - started_at
        return started_at + np.where(room > 60 * MINUTE, 37 * MINUTE + 11_000_000, -(41 * MINUTE + 13_000_000))

    def _identity(self, events: Events) -> np.ndarray:
        """A number that an event shares with its copies."""
        return (events.line + 1) * 10**14 + events.started_at // 10**6 % 10**9 * 10 + events.usage_type


def _first(rows: np.ndarray, line: np.ndarray, most: int) -> np.ndarray:
    """At most so many rows of each line."""
    frame = pl.DataFrame({"row": rows, "line": line})
    return frame.filter(pl.int_range(pl.len()).over("line") < most)["row"].to_numpy()
