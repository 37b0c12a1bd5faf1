"""The calendar of bill runs: three cycles, in arrears, the first run after the cut-over shortened to a stub."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from seeds.operator.world.clock import HOUR, add_months, day_number
from seeds.operator.world.parameters import Parameters

CYCLES = ("01", "11", "21")
_CYCLE_DAYS = (1, 11, 21)


@dataclass(frozen=True)
class BillRuns:
    """Runs in the order in which they happen. All arrays have one element per run; days are local day numbers."""

    run_id: list[str]
    cycle: np.ndarray
    period_start: np.ndarray
    period_end: np.ndarray
    month_days: np.ndarray
    run_at: np.ndarray
    period_end_at: np.ndarray
    is_completed: np.ndarray

    def last_period_end(self) -> np.ndarray:
        """Per cycle, the end day of its last completed run; the window's first day when none is completed."""
        first = self.period_start.min()
        ends = np.where(self.is_completed, self.period_end, first)
        return np.array([ends[self.cycle == cycle].max(initial=first) for cycle in range(len(CYCLES))])

    def due(self, cycle: np.ndarray, started_at: np.ndarray, rated_at: np.ndarray) -> np.ndarray:
        """Index of the completed run that has to bill each rated event; -1 while it waits for a later run.

        The earliest run of the cycle whose period ends after the event began and which ran after the event was rated.
        """
        result = np.full(len(cycle), -1, dtype=np.int64)
        for number in range(len(CYCLES)):
            runs = np.flatnonzero((self.cycle == number) & self.is_completed)
            members = np.flatnonzero(cycle == number)
            by_period = np.searchsorted(self.period_end_at[runs], started_at[members], side="right")
            by_rating = np.searchsorted(self.run_at[runs], rated_at[members], side="right")
            position = np.maximum(by_period, by_rating)
            found = position < len(runs)
            result[members[found]] = runs[position[found]]
        return result

    def containing(self, cycle: np.ndarray, day: np.ndarray) -> np.ndarray:
        """Index of the completed run whose period holds each local day; -1 when there is none."""
        result = np.full(len(cycle), -1, dtype=np.int64)
        for run in np.flatnonzero(self.is_completed):
            inside = (cycle == self.cycle[run]) & (day >= self.period_start[run]) & (day < self.period_end[run])
            result[inside] = run
        return result


def build_bill_runs(parameters: Parameters) -> BillRuns:
    """Every run that ends inside the window (completed) and each cycle's next one (planned)."""
    rows = []
    for cycle, day_of_month in enumerate(_CYCLE_DAYS):
        end = date(parameters.start.year, parameters.start.month, day_of_month)
        while end <= parameters.start:
            end = add_months(end, 1)
        while True:
            begin = add_months(end, -1)
            completed = end <= parameters.end
            rows.append((end, cycle, max(begin, parameters.start), (end - begin).days, completed))
            if not completed:
                break
            end = add_months(end, 1)
    rows.sort()
    ends = np.array([day_number(row[0]) for row in rows])
    return BillRuns(
        run_id=[f"BR-{row[0]:%Y%m%d}-{CYCLES[row[1]]}" for row in rows],
        cycle=np.array([row[1] for row in rows]),
        period_start=np.array([day_number(row[2]) for row in rows]),
        period_end=ends,
        month_days=np.array([row[3] for row in rows]),
        run_at=parameters.clock.midnight(ends) + 4 * HOUR,
        period_end_at=parameters.clock.midnight(ends),
        is_completed=np.array([row[4] for row in rows]),
    )
