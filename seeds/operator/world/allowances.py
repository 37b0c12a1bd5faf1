"""What of a bill period's included usage is left for each event.

An allowance is granted per bill period: in full, or by the days that are left of the period once its plan begins,
rounded down to whole units; a plan that ends gives nothing back. It covers the usage that a run has to charge, in the
order in which it began (and was rated), so that usage that arrives late counts in the period that charges it. A
shared allowance is the sum of its lines' grants, and any of them draws on it.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from seeds.operator.world.bill_runs import BillRuns
from seeds.operator.world.clock import NEVER
from seeds.operator.world.lines import Accounts, Lines
from seeds.operator.world.offerings import ALLOWANCES, OFFERINGS, USAGE_TYPES, ZONES
from seeds.operator.world.parameters import Parameters


class Pots:
    """Grants and draws of every allowance."""

    def __init__(self, parameters: Parameters, runs: BillRuns, accounts: Accounts, lines: Lines) -> None:
        self._runs = runs
        self._lines = lines
        self._cycle = accounts.cycle[lines.account]
        self._day = parameters.clock.local_day
        self._open_run = np.array(
            [np.flatnonzero((runs.cycle == cycle) & ~runs.is_completed)[0] for cycle in np.unique(runs.cycle)]
        )
        self._index = np.full((len(OFFERINGS), len(USAGE_TYPES), len(ZONES)), -1, dtype=np.int64)
        for number, (offering, allowance) in enumerate(ALLOWANCES):
            self._index[offering, allowance.usage_type, list(allowance.zones)] = number
        self._is_shared = np.array([allowance.is_shared for _, allowance in ALLOWANCES])
        self._units = np.array([allowance.units for _, allowance in ALLOWANCES])
        self._offering = np.array([offering for offering, _ in ALLOWANCES])

    def number(self, offering: np.ndarray, usage_type: np.ndarray, zone: np.ndarray) -> np.ndarray:
        """The allowance that each event draws on, as a place in ALLOWANCES; -1 for none."""
        return self._index[offering, usage_type, zone]

    def pots(self, line: np.ndarray, number: np.ndarray, run: np.ndarray) -> pl.DataFrame:
        """The pot of each event (number not -1): columns number, run, holder (a line, or an account), granted units.

        ``run`` is the run that has to charge it; -1 stands for the period that is still open.
        """
        run = np.where(run < 0, self._open_run[self._cycle[line]], run)
        holder = np.where(self._is_shared[number], self._lines.account[line], line)
        frame = pl.DataFrame({"number": number, "run": run, "holder": holder})
        kinds = frame.unique(maintain_order=True)
        granted = np.where(
            self._is_shared[kinds["number"].to_numpy()], self._shared_grant(kinds), self._own_grant(kinds)
        )
        return frame.join(
            kinds.with_columns(granted=granted), on=["number", "run", "holder"], how="left", maintain_order="left"
        )

    def is_shared(self, number: np.ndarray) -> np.ndarray:
        """Whether the lines of an account draw on each allowance together."""
        return self._is_shared[number]

    def drawn_before(self, pots: pl.DataFrame, order: list[np.ndarray], units: np.ndarray) -> np.ndarray:
        """Units that earlier events draw from the same pot; ``order``: keys as numpy.lexsort takes them."""
        rank = np.empty(len(units), dtype=np.int64)
        rank[np.lexsort(order)] = np.arange(len(units))
        drawn = (
            pots.with_columns(rank=rank, units=units, place=np.arange(len(units)))
            .sort("rank")
            .with_columns(before=pl.col("units").cum_sum().over("number", "run", "holder") - pl.col("units"))
            .sort("place")
        )
        return drawn["before"].to_numpy()

    def covered(self, pots: pl.DataFrame, order: list[np.ndarray], units: np.ndarray) -> np.ndarray:
        """Units of each event that its pot covers."""
        left = pots["granted"].to_numpy() - self.drawn_before(pots, order, units)
        return np.clip(left, 0, units)

    def _first_day(self, line: np.ndarray, offering: np.ndarray) -> np.ndarray:
        """First local day of a line under an offering."""
        lines = self._lines
        changed = (lines.new_offering[line] == offering) & (lines.offering[line] != offering)
        return self._day(np.where(changed, lines.plan_changed_at[line], lines.start[line]))

    def _grant(self, number: np.ndarray, run: np.ndarray, first_day: np.ndarray) -> np.ndarray:
        runs = self._runs
        days = runs.period_end[run] - np.maximum(runs.period_start[run], first_day)
        return self._units[number] * np.maximum(days, 0) // runs.month_days[run]

    def _own_grant(self, kinds: pl.DataFrame) -> np.ndarray:
        number, run = kinds["number"].to_numpy(), kinds["run"].to_numpy()
        line = np.where(self._is_shared[number], 0, kinds["holder"].to_numpy())
        return self._grant(number, run, self._first_day(line, self._offering[number]))

    def _shared_grant(self, kinds: pl.DataFrame) -> np.ndarray:
        """The sum of what each line of the account brings that has the plan in the run's period."""
        lines = self._lines
        parts = []
        for number in np.flatnonzero(self._is_shared):
            offering = self._offering[number]
            before = np.flatnonzero(lines.offering == offering)
            after = np.flatnonzero((lines.new_offering == offering) & (lines.offering != offering))
            line = np.concatenate([before, after[lines.plan_changed_at[after] < NEVER]])
            leaves = np.where(lines.new_offering[line] == offering, NEVER, lines.plan_changed_at[line])
            parts.append(
                pl.DataFrame(
                    {
                        "number": np.full(len(line), number),
                        "holder": lines.account[line],
                        "from_day": self._first_day(line, np.full(len(line), offering)),
                        "to_day": self._day(np.minimum(lines.end[line], leaves)),
                    }
                )
            )
        members = kinds.with_row_index("place").join(pl.concat(parts), on=["number", "holder"], how="inner")
        run = members["run"].to_numpy()
        granted = self._grant(members["number"].to_numpy(), run, members["from_day"].to_numpy())
        granted = np.where(members["to_day"].to_numpy() > self._runs.period_start[run], granted, 0)
        total = np.zeros(len(kinds), dtype=np.int64)
        np.add.at(total, members["place"].to_numpy(), granted)
        return total
