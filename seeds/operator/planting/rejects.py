"""Plants usage that mediation rejected: what is worth money and was forgotten, and what only looks like it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from seeds.operator.planting.lone_sims import LoneSims
from seeds.operator.planting.rating import Rating, charge
from seeds.operator.planting.roles import CODES, NUMBER, Chooser
from seeds.operator.planting.roles_network import REJECTED_CARDS, REJECTS
from seeds.operator.world.allowances import Pots
from seeds.operator.world.bill_runs import BillRuns
from seeds.operator.world.clock import HOUR, MINUTE, NEVER, SECOND
from seeds.operator.world.lines import Accounts, Lines
from seeds.operator.world.offerings import VOICE, Tariff
from seeds.operator.world.parameters import Parameters
from seeds.operator.world.usage import Events, concatenate

# A use that is worth less than this (millionths of a euro) would vanish in a cent.
_LEAST = 20_000
# Numbers of sessions that no other record has.
_CHARGING = 500_000_000
_ROLES = {role.code: role for role in (*REJECTS, *REJECTED_CARDS)}
_REASONS = {
    "U2.unknown_subscriber": "UNKNOWN_SUBSCRIBER",
    "U2.false_duplicate": "DUPLICATE",
    "U2.unreadable_cell": "FORMAT",
    "U2.recycled": "UNKNOWN_SUBSCRIBER",
    "U2.true_duplicate": "DUPLICATE",
    "U2.too_early": "UNKNOWN_SUBSCRIBER",
    "U2.unreadable_length": "FORMAT",
    "U2.test_number": "UNKNOWN_SUBSCRIBER",
}


@dataclass(frozen=True)
class Rejects:
    """Rejected records of lines and cards. ``role``: number of the role; ``reason``: mediation's code.

    ``events.file_day`` is the day of the reject file.
    """

    events: Events
    role: np.ndarray
    reason: list[str]

    def of(self, *codes: str) -> np.ndarray:
        """Places of the records of some roles."""
        return np.flatnonzero(np.isin(self.role, [NUMBER[code] for code in codes]))


class RejectPlanter:
    """Works on the finished usage; nothing else is changed by it."""

    def __init__(
        self,
        parameters: Parameters,
        runs: BillRuns,
        tariff: Tariff,
        pots: Pots,
        accounts: Accounts,
        lines: Lines,
        lone: LoneSims,
        chooser: Chooser,
        events: Events,
        rating: Rating,
    ) -> None:
        self.clock = parameters.clock
        self.parameters = parameters
        self.runs = runs
        self.lines = lines
        self.lone = lone
        self.chooser = chooser
        self.events = events
        self.random = parameters.random("rejects of lines")
        self.cycle = accounts.cycle[lines.account]
        row = np.flatnonzero((rating.reverses < 0) & (rating.amount >= _LEAST))
        event = rating.event[row]
        line, started_at = events.line[event], events.started_at[event]
        settled = lines.is_steady & (lines.number_changed_at == NEVER) & (lines.sim_changed_at == NEVER)
        offering = lines.offering_at(line, started_at)
        without_allowance = pots.number(offering, events.usage_type[event], events.zone[event]) < 0
        plain = (events.partial[event] == 0) & ~events.is_resent[event]
        self.priced = event[settled[line] & without_allowance & plain]
        self.last_end = runs.last_period_end()

    def plant(self) -> Rejects:
        """All roles."""
        first, last = self.parameters.start_day + 2, self.parameters.end_day
        day, cycle = self._day(self.priced), self.cycle[self.events.line[self.priced]]
        old = (day >= first) & (day < np.minimum(self.last_end[cycle], last - 24))
        is_voice = self.events.usage_type[self.priced] == VOICE
        young = (day >= last - 8) & (day < last - 1) & (day < self.last_end[cycle])
        late = self.events.file_day[self.priced] > day
        parts = [
            self._further("U2.unknown_subscriber", old, 8),
            self._further("U2.false_duplicate", old & is_voice, 4),
            self._further("U2.unreadable_cell", old, 5),
            self._further("U2.too_early", young, 4),
            self._further("U2.unreadable_length", old & is_voice, 3),
            self._same("U2.recycled", late),
            self._same("U2.true_duplicate", old & ~late),
            self._cards(),
        ]
        events = concatenate([part for part, _ in parts])
        codes = [code for part, code in parts for _ in range(len(part))]
        serial = np.arange(len(events))
        is_further = ~np.isin(codes, ["U2.recycled", "U2.true_duplicate"])
        return Rejects(
            events.changed(charging=np.where(is_further, _CHARGING + serial, events.charging)),
            np.array([NUMBER[code] for code in codes], dtype=np.int64),
            [_REASONS[code] for code in codes],
        )

    def _day(self, event: np.ndarray) -> np.ndarray:
        return self.clock.local_day(self.events.started_at[event])

    def _choose(self, code: str, eligible: np.ndarray, most: int) -> np.ndarray:
        """Up to ``most`` eligible events of each line that gets the role."""
        event = self.priced[eligible]
        has = np.zeros(len(self.lines), dtype=bool)
        has[self.events.line[event]] = True
        chosen = self.chooser.choose(_ROLES[code], has, self.random)
        event = np.unique(event[np.isin(self.events.line[event], chosen)])
        event = event[np.argsort(self.events.line[event], kind="stable")]
        line = self.events.line[event]
        return event[np.arange(len(event)) - np.searchsorted(line, line) < most]

    def _further(self, code: str, eligible: np.ndarray, most: int) -> tuple[Events, str]:
        """Uses that follow others of the same day: the network recorded them, mediation rejected them."""
        event = self.priced
        pause = self.events.duration[event] * SECOND + (3 + event % 45) * MINUTE
        midnight = self.clock.midnight(self._day(event) + 1)
        fits = self.events.started_at[event] + pause + self.events.duration[event] * SECOND < midnight - HOUR // 2
        event = self._choose(code, eligible & fits, most)
        again = self.events.take(event)
        pause = again.duration * SECOND + (3 + event % 45) * MINUTE
        return again.changed(started_at=again.started_at + pause, file_day=self._day(event)), code

    def _same(self, code: str, eligible: np.ndarray) -> tuple[Events, str]:
        """Records that were accepted, too."""
        event = self._choose(code, eligible, 3)
        day = self._day(event) if code == "U2.recycled" else self.events.file_day[event]
        return self.events.take(event).changed(file_day=day), code

    def _cards(self) -> tuple[Events, str]:
        """One use of each of some cards that are for the operator's own use."""
        code = REJECTED_CARDS[0].code
        own = self.lone.of("O1.test_sim", "O1.staff_sim", "O9.valid_test_sim", "O9.valid_staff_sim")
        event = np.flatnonzero((self.events.lone_sim >= 0) & ~self.events.is_resent)
        event = event[own[self.events.lone_sim[event]] & (self._day(event) < self.parameters.end_day - 24)]
        _, first = np.unique(self.events.lone_sim[event], return_index=True)
        event = event[first][: _ROLES[code].count(self.parameters.customers)]
        again = self.events.take(event)
        return again.changed(started_at=again.started_at + 7 * SECOND, file_day=self._day(event)), code


def reject_value(
    rejects: Rejects,
    place: np.ndarray,
    runs: BillRuns,
    tariff: Tariff,
    accounts: Accounts,
    lines: Lines,
    day: np.ndarray,
) -> pl.DataFrame:
    """What the bill would have charged: columns line, run, code, cents; one row per line and run."""
    events = rejects.events.take(place)
    parts = tariff.parts(
        lines.offering_at(events.line, events.started_at), events.usage_type, events.zone, events.started_at,
        events.quantity,
    )  # fmt: skip
    _, micro = charge(tariff, parts, np.zeros(len(place), dtype=np.int64))
    run = runs.containing(accounts.cycle[lines.account[events.line]], day[place])
    return (
        pl.DataFrame(
            {
                "line": events.line,
                "run": run,
                "code": [CODES[number - 1] for number in rejects.role[place]],
                "micro": micro,
            },
            schema_overrides={"code": pl.String},
        )
        .group_by("line", "run", "code")
        .agg(pl.col("micro").sum())
        .with_columns(cents=(pl.col("micro") + 5_000) // 10_000)
        .sort("line", "run")
    )
