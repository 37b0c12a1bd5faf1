"""Ledger rows of usage that was lost, rejected, cut short or came too late: no bill of the period differs for it."""

from __future__ import annotations

import numpy as np
import polars as pl

from seeds.operator.build import Operator
from seeds.operator.copies.keys import Keys
from seeds.operator.ledger import planted_rows
from seeds.operator.planting.rejects import reject_value
from seeds.operator.planting.roles import CODES
from seeds.operator.planting.roles_network import LATE_USAGE, REJECTED_CARDS, REJECTS
from seeds.operator.planting.roles_recording import RECORDING
from seeds.operator.world.recording import ELEMENTS


def reject_rows(operator: Operator, keys: Keys) -> pl.DataFrame:
    """U2: per line and run what the forgotten records are worth; and the cards for the operator's own use."""
    rejects, runs, parameters = operator.rejects, operator.runs, operator.parameters
    day = parameters.clock.local_day(rejects.events.started_at)
    place = rejects.of(*(role.code for role in REJECTS if role.kind == "fault"))
    value = reject_value(rejects, place, runs, operator.tariff, operator.accounts, operator.lines, day)
    run = value["run"].to_numpy()
    faults = planted_rows(
        value["code"],
        keys.subject(value["line"].to_numpy()),
        runs.period_start[run],
        runs.period_end[run],
        value["cents"].to_numpy(),
        "under",
    )
    own = rejects.of(REJECTED_CARDS[0].code)
    cards = planted_rows(
        [REJECTED_CARDS[0].code] * len(own),
        keys.card(operator.lone_sims.serial[rejects.events.lone_sim[own]]),
        day[own],
        day[own] + 1,
    )
    return pl.concat([faults, cards])


def late_usage_rows(operator: Operator, keys: Keys) -> pl.DataFrame:
    """U5: per line and run what was billed although the customer need not pay it any more."""
    rating, runs, chooser = operator.rating, operator.runs, operator.chooser
    lines = chooser.lines(*(role.code for role in LATE_USAGE if role.kind == "fault"))
    late = np.isin(rating.line, lines) & operator.comes_too_late[rating.event] & (rating.run >= 0)
    value = (
        pl.DataFrame({"line": rating.line[late], "run": rating.run[late], "micro": rating.amount[late]})
        .group_by("line", "run")
        .agg(pl.col("micro").sum())
        .with_columns(cents=(pl.col("micro") + 5_000) // 10_000)
        .filter(pl.col("cents") > 0)
        .sort("line", "run")
    )
    line, run = value["line"].to_numpy(), value["run"].to_numpy()
    return planted_rows(
        [CODES[chooser.role[number] - 1] for number in line],
        keys.subject(line),
        runs.period_start[run],
        runs.period_end[run],
        value["cents"].to_numpy(),
        "under",
    )


def session_rows(operator: Operator, keys: Keys) -> pl.DataFrame:
    """U7: per line, run and direction what the missing seconds and bytes, or the right hour, would have cost."""
    planted, runs = operator.sessions.planted, operator.runs
    planted = planted.with_columns(cents=(pl.col("micro").abs() + 5_000) // 10_000).filter(pl.col("cents") > 0)
    run = planted["run"].to_numpy()
    return planted_rows(
        planted["code"],
        keys.subject(planted["line"].to_numpy()),
        runs.period_start[run],
        runs.period_end[run],
        planted["cents"].to_numpy(),
        np.where(planted["micro"].to_numpy() > 0, "under", "over"),
    )


def lost_record_rows(operator: Operator) -> pl.DataFrame:
    """U1: per stretch of hours what the records that got lost in it would have cost; and those that only look so."""
    recording, stretches = operator.recording, operator.recording.stretches
    subject = pl.DataFrame({"record_counts.element": pl.Series(ELEMENTS)[stretches.element]})
    is_fault = recording.value > 0
    is_fault[stretches.of("U1.on_its_way")] = False
    honest = np.isin(stretches.code, [role.code for role in RECORDING if role.kind == "distractor"])
    rows = []
    for kept, amounts, direction in (
        (is_fault, (recording.value + 5_000) // 10_000, "under"), (honest, np.zeros_like(recording.value), None)
    ):  # fmt: skip
        day = stretches.day[kept]
        codes = stretches.code[kept].tolist()
        rows.append(planted_rows(codes, subject.filter(pl.Series(kept)), day, day + 1, amounts[kept], direction))
    return pl.concat(rows)
