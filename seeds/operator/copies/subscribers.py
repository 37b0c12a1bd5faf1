"""The network's subscriber register: a full dump every night at three, one row per SIM card that it knew."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from seeds.operator.build import Operator
from seeds.operator.copies.columns import digits, instants
from seeds.operator.world.clock import DAY, HOUR, NEVER
from seeds.operator.world.lines import iccid, imsi, mobile_number
from seeds.operator.world.offerings import INDEX, MOBILE

_DUMP_HOUR = 3


def copy_subscribers(operator: Operator) -> Iterator[pl.DataFrame]:
    """One frame per dump (column file_date), from the window's first morning to the morning of the extract."""
    known = register(operator)
    begin, end, missing_day = (known[name].to_numpy() for name in ("begin", "end", "missing_day"))
    days, dumps = _dumps(operator)
    shown = known.select("imsi", "msisdn", "iccid", "profile", "state", "activated_at")
    for day, dumped_at in zip(days.tolist(), dumps.tolist(), strict=True):
        present = (begin <= dumped_at) & (end > dumped_at) & (missing_day != day)
        yield shown[np.flatnonzero(present)].with_columns(pl.lit(day, pl.Int32).cast(pl.Date).alias("file_date"))


def _dumps(operator: Operator) -> tuple[np.ndarray, np.ndarray]:
    """Local days of the dumps, and the instants at which they are written."""
    parameters = operator.parameters
    days = np.arange(parameters.start_day, parameters.end_day + 1)
    return days, parameters.clock.midnight(days) + _DUMP_HOUR * HOUR


def register(operator: Operator) -> pl.DataFrame:
    """Rows of the register, sorted by IMSI: what a dump shows, and when.

    ``begin`` and ``end``: instants between which the row holds; ``missing_day``: the day whose dump omits it, else -1;
    ``is_dumped``: whether any dump shows it; ``serial``: of the SIM card; ``line``: or -1; ``lone``: number of a card
    without a customer, or -1.

    A line has a second row after a SIM swap, a change of number, a bar, or days out of service; a third for the
    days of a bar that was lifted, or for a second SIM card.
    """
    lines, network = operator.lines, operator.lifecycle.network
    first = np.flatnonzero((lines.kind == MOBILE) & lines.is_provisioned)
    # Barred for some days, and served again: in the register all the while.
    barred = operator.chooser.lines("O8.bar_lifted")
    turn = np.minimum.reduce([lines.sim_changed_at, lines.number_changed_at, lines.suspended_at, lines.gap_to])
    second = first[turn[first] < NEVER]
    twins = first[lines.twin_sim[first] >= 0]
    line = np.concatenate([first, second, barred, twins])
    part = np.repeat([0, 1, 2, 3], [len(first), len(second), len(barred), len(twins)])
    is_second = part == 1
    final = lines.served_until + np.where(network.lags, DAY, 0)
    begin = np.select(
        [part == 1, part == 2, part == 3], [turn[line], lines.gap_from[line], lines.twin_from[line]], lines.start[line]
    )
    until_turn = np.minimum.reduce([final[line], turn[line], lines.gap_from[line]])
    end = np.select([part == 1, part == 2], [final[line], lines.gap_to[line]], until_turn)
    serial = np.where(part == 3, lines.twin_sim[line], lines.sim_at(line, begin))
    number = lines.number_at(line, begin)
    offering = lines.offering[line]
    profile = np.select(
        [
            offering == INDEX["M2M_DATA"],
            np.isin(offering, [INDEX["BIZ_MOB"], INDEX["BIZ_TEAM"]]),
            offering == INDEX["MOB_STAFF"],
        ],
        ["M2M", "POSTPAID_BIZ", "STAFF"],
        "POSTPAID",
    )
    state = np.where((part == 2) | (is_second & (lines.suspended_at[line] < NEVER)), "BARRED", "ACTIVE")
    activated = np.where(begin >= lines.sim_changed_at[line], lines.sim_changed_at[line], lines.start[line])
    activated = np.where(part == 3, begin, activated)

    lone = operator.lone_sims
    purpose = np.array([word or "" for word in lone.purpose])
    lone_profile = np.select([purpose == "networkTest", purpose == "staff"], ["TEST", "STAFF"], "POSTPAID")
    is_active = lone.has_traffic | lone.of("O9.expired_unused")
    everything = (
        pl.DataFrame(
            {
                "serial": np.concatenate([serial, lone.serial]),
                "imsi": digits(np.concatenate([imsi(serial), imsi(lone.serial)])),
                "msisdn": digits(np.concatenate([number, mobile_number(lone.number_serial)])),
                "profile": np.concatenate([profile, lone_profile]).tolist(),
                "state": np.concatenate([state, np.where(is_active, "ACTIVE", "INACTIVE")]).tolist(),
                "activated_at": instants(np.concatenate([activated, lone.begin])).dt.truncate("1s"),
                "begin": np.concatenate([begin, lone.begin]),
                "end": np.concatenate([end, np.full(len(lone), NEVER)]),
                "missing_day": np.concatenate([network.missing_day[line], np.full(len(lone), -1)]),
                "line": np.concatenate([line, np.full(len(lone), -1)]),
                "lone": np.concatenate([np.full(len(line), -1), np.arange(len(lone))]),
            }
        )
        .with_columns(iccid=iccid(pl.col("serial")))
        .sort("imsi", "begin")
    )
    return everything.with_columns(is_dumped=pl.Series(_is_dumped(operator, everything)))


def _is_dumped(operator: Operator, rows: pl.DataFrame) -> np.ndarray:
    """Whether any dump shows each row."""
    begin, end, missing_day = (rows[name].to_numpy() for name in ("begin", "end", "missing_day"))
    days, dumps = _dumps(operator)
    count = np.searchsorted(dumps, end) - np.searchsorted(dumps, begin)
    missed = dumps[np.clip(missing_day - days[0], 0, len(days) - 1)]
    is_missed = (missing_day >= 0) & (begin <= missed) & (missed < end)
    return count > is_missed
