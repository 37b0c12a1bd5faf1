"""Plants what the network measured of calls and sessions, where the usage records say something else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from seeds.operator.planting.rating import Rating, charge
from seeds.operator.planting.roles import Chooser
from seeds.operator.planting.roles_network import SESSIONS
from seeds.operator.world.allowances import Pots
from seeds.operator.world.bill_runs import BillRuns
from seeds.operator.world.clock import MINUTE, NEVER, SECOND
from seeds.operator.world.lines import Accounts, Lines
from seeds.operator.world.offerings import DATA, EU_ROAMING, FIXED, INDEX, SMS, VOICE, Tariff
from seeds.operator.world.parameters import Parameters
from seeds.operator.world.usage import Events, concatenate

# Which sessions the network reports: those in parts, and those of at least so many seconds.
_LONG, _LONG_FIXED = {VOICE: 300, DATA: 1_800}, 120
# What a fault changes for a line, at least, in millionths of a euro: less would vanish in a cent.
_LEAST = 30_000
# By how much the clock of a switch ran ahead.
_DRIFT = 17 * MINUTE
_MEGABYTE = 1_000_000
_ROLES = {role.code: role for role in SESSIONS}


@dataclass(frozen=True)
class Sessions:
    """What the network measured. ``totals``: a row per reported session, in the order of their starts, with columns
    event (its first record), started_at, duration, uplink, downlink, records; ``planted``: line, run, code, micro
    (millionths of a euro, below zero where the customer paid too much), a row per line, run and sign. ``unseen``: the
    parts that the network recorded and mediation does not have.
    """

    totals: pl.DataFrame
    planted: pl.DataFrame
    unseen: Events


class SessionPlanter:
    """Works on the finished usage and changes nothing of it: only what the network reports differs."""

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
        recorded: int,
    ) -> None:
        """``recorded``: how many of the events are true ones; those behind them are mediation's copies."""
        self.clock = parameters.clock
        self.runs = runs
        self.tariff = tariff
        self.lines = lines
        self.chooser = chooser
        self.events = events
        self.random = parameters.random("sessions")
        self.cycle = accounts.cycle[lines.account]
        self.first, self.last_end = parameters.start_day + 1, runs.last_period_end()

        self.totals = self._measured(recorded)
        event = self.totals["event"].to_numpy()
        line = np.maximum(events.line[event], 0)
        started_at = events.started_at[event]
        self.offering = lines.offering_at(line, started_at)
        settled = lines.is_steady & (lines.plan_changed_at == NEVER)
        rated = np.zeros(len(events), dtype=bool)
        rated[rating.event[(rating.reverses < 0) & (rating.run >= 0)]] = True
        day = self.clock.local_day(started_at)
        used = (events.line[event] >= 0) & settled[line] & rated[event] & (day >= self.first)
        last_end = self.last_end[self.cycle[line]]
        self.usable = used & (day < np.minimum(last_end, parameters.end_day - 12))
        recent = used & (day >= parameters.end_day - 5) & (day < last_end)
        self.line = line
        self.usage_type, self.zone = events.usage_type[event], events.zone[event]
        without_allowance = pots.number(self.offering, self.usage_type, self.zone) < 0
        costs = without_allowance & (self._charge(started_at, self._units()) > 0)
        self.priced, self.recent = self.usable & costs, recent & costs

    def plant(self) -> Sessions:
        """All roles."""
        starts = self.totals["started_at"].to_numpy().copy()
        duration = self.totals["duration"].to_numpy().copy()
        downlink = self.totals["downlink"].to_numpy().copy()
        records = self.totals["records"].to_numpy().copy()
        parts: list[tuple[str, np.ndarray, np.ndarray]] = []
        is_voice, is_data = self.usage_type == VOICE, self.usage_type == DATA
        whole = records == 1

        extra = (3 + (starts // SECOND) % 40) * _MEGABYTE + 77_777
        value = self._charge(starts, extra)
        chosen = self._choose("U7.missing_part", self.priced & is_data & ~whole, value, 3)
        downlink[chosen] += extra[chosen]
        records[chosen] += 1
        parts.append(("U7.missing_part", chosen, value[chosen]))
        unseen = [self._unseen(chosen, np.zeros(len(chosen), dtype=np.int64), extra[chosen])]

        # The last record of these has yet to come, of calls as of data.
        chosen = self._choose("U7.on_its_way", self.recent, None, 3)
        downlink[chosen] += np.where(is_data[chosen], extra[chosen], 0)
        duration[chosen] += np.where(is_voice[chosen], 300, 0)
        records[chosen] += 1
        unseen.append(
            self._unseen(chosen, np.where(is_voice[chosen], 300, 0), np.where(is_data[chosen], extra[chosen], 0))
        )

        more = 120 + (starts // SECOND) % 900
        value = self._charge(starts, duration + more) - self._charge(starts, duration)
        fits = starts + (duration + more) * SECOND < self.clock.midnight(self.clock.local_day(starts) + 1)
        chosen = self._choose("U7.truncated", self.priced & is_voice & whole & fits, value, 4)
        duration[chosen] += more[chosen]
        parts.append(("U7.truncated", chosen, value[chosen]))

        hours = np.isin(self.offering, [INDEX["FIX_PHONE"], INDEX["BIZ_FIX"]])
        value = self._charge(starts - _DRIFT, duration) - self._charge(starts, duration)
        same_day = self.clock.local_day(starts - _DRIFT) == self.clock.local_day(starts)
        drifting = self.priced & is_voice & whole & hours & same_day
        moved = drifting & (np.abs(value) >= _LEAST // 2)
        chosen = self._choose("U7.clock_drift", moved, np.abs(value), 6)
        # For each customer the drift works in one direction only, as the first of the calls has it.
        first = np.searchsorted(self.line[chosen], self.line[chosen])
        chosen = chosen[np.sign(value[chosen]) == np.sign(value[chosen][first])]
        parts.append(("U7.clock_drift", chosen, value[chosen]))
        others = drifting & (value == 0) & np.isin(self.line, self.line[chosen])
        starts[chosen] -= _DRIFT
        starts[others] -= _DRIFT

        self._choose("U7.adds_up", self.priced & is_data & ~whole, None, 10**6)
        over = self.totals["started_at"].to_numpy() + duration * SECOND
        crosses = over > self.clock.midnight(self.clock.local_day(self.totals["started_at"].to_numpy()) + 1)
        self._choose("U7.across_midnight", self.usable & is_voice & whole & crosses, None, 10**6)
        chosen = self._choose("U7.small_drift", self.priced & is_voice & whole, None, 10**6)
        starts[chosen] += (1 + chosen % 2) * SECOND
        chosen = self._choose("U7.counted_headers", self.priced & is_data & whole, None, 10**6)
        downlink[chosen] += downlink[chosen] * (1 + chosen % 3) // 1_000
        totals = self.totals.with_columns(started_at=starts, duration=duration, downlink=downlink, records=records)
        return Sessions(totals.sort("started_at", "event"), self._planted(parts), concatenate(unseen))

    def _unseen(self, chosen: np.ndarray, seconds: np.ndarray, octets: np.ndarray) -> Events:
        """A further record of each chosen session, a while after its start and on the same day."""
        first = self.events.take(self.totals["event"].to_numpy()[chosen])
        room = self.clock.midnight(self.clock.local_day(first.started_at) + 1) - first.started_at - SECOND
        return first.changed(
            started_at=first.started_at + np.minimum(room, 25 * MINUTE),
            duration=seconds,
            uplink=np.zeros(len(chosen), dtype=np.int64),
            downlink=octets,
            partial=self.totals["records"].to_numpy()[chosen] + 1,
        )

    def _measured(self, recorded: int) -> pl.DataFrame:
        """What the network would report if nothing went wrong. Of calls abroad it knows nothing."""
        events = self.events
        kept = np.flatnonzero(
            (np.arange(len(events)) < recorded)
            & (events.usage_type != SMS)
            & ~((events.usage_type == VOICE) & (events.zone == EU_ROAMING))
        )
        frame = pl.DataFrame(
            {
                "event": kept,
                "charging": events.charging[kept],
                "line": events.line[kept],
                "lone_sim": events.lone_sim[kept],
                "started_at": events.started_at[kept],
                "duration": events.duration[kept],
                "uplink": events.uplink[kept],
                "downlink": events.downlink[kept],
                "usage_type": events.usage_type[kept],
                "is_fixed": self.lines.kind[np.maximum(events.line[kept], 0)] == FIXED,
            }
        )
        totals = frame.group_by("charging", "usage_type", "line", "lone_sim").agg(
            pl.col("event").min(),
            pl.col("started_at").min(),
            pl.col("duration", "uplink", "downlink").sum(),
            pl.col("is_fixed").first(),
            pl.len().cast(pl.Int64).alias("records"),
        )
        long = pl.col("duration") >= pl.col("usage_type").replace_strict(_LONG, return_dtype=pl.Int64)
        long = long | pl.col("is_fixed") & (pl.col("duration") >= _LONG_FIXED)
        return totals.filter((pl.col("records") > 1) | long).sort("event").drop("is_fixed", "line", "lone_sim")

    def _units(self) -> np.ndarray:
        volume = (self.totals["uplink"] + self.totals["downlink"]).to_numpy()
        return np.where(self.usage_type == VOICE, self.totals["duration"].to_numpy(), volume)

    def _charge(self, started_at: np.ndarray, units: np.ndarray) -> np.ndarray:
        """What so many units from an instant on would cost, without an allowance."""
        parts = self.tariff.parts(self.offering, self.usage_type, self.zone, started_at, units)
        return charge(self.tariff, parts, np.zeros(len(units), dtype=np.int64))[1]

    def _choose(self, code: str, eligible: np.ndarray, value: np.ndarray | None, most: int) -> np.ndarray:
        """Up to ``most`` sessions of each line that gets the role, of at least a cent or two each."""
        if value is not None:
            eligible = eligible & (value >= _LEAST // 2)
        has = np.zeros(len(self.lines), dtype=bool)
        has[self.line[eligible]] = True
        chosen = np.flatnonzero(eligible & np.isin(self.line, self.chooser.choose(_ROLES[code], has, self.random)))
        chosen = chosen[np.argsort(self.line[chosen], kind="stable")]
        return chosen[np.arange(len(chosen)) - np.searchsorted(self.line[chosen], self.line[chosen]) < most]

    def _planted(self, parts: list[tuple[str, np.ndarray, np.ndarray]]) -> pl.DataFrame:
        place = np.concatenate([chosen for _, chosen, _ in parts])
        day = self.clock.local_day(self.totals["started_at"].to_numpy()[place])
        frame = pl.DataFrame(
            {
                "line": self.line[place],
                "run": self.runs.containing(self.cycle[self.line[place]], day),
                "code": [code for code, chosen, _ in parts for _ in chosen],
                "micro": np.concatenate([value for _, _, value in parts]),
            },
            schema_overrides={"code": pl.String},
        )
        return (
            frame.group_by("line", "run", "code", pl.col("micro").sign().alias("sign"))
            .agg(pl.col("micro").sum())
            .sort("line", "run", "sign")
        )
