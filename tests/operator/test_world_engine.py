"""The clock, the bill-run calendar and the billing engine, against cases worked out by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import polars as pl
import pytest

from seeds.operator.build import build_operator
from seeds.operator.ledger import bill_differences
from seeds.operator.world.bill_runs import build_bill_runs
from seeds.operator.world.billing_engine import NO_CAP, Discounts, OneOffs, Plans, Rated, bill, divide_half_up
from seeds.operator.world.clock import DAY, HOUR, Clock, add_months, day_number
from seeds.operator.world.offerings import EMERGENCY, INDEX
from seeds.operator.world.parameters import Parameters

NOTHING = np.empty(0, dtype=np.int64)


def instant(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000


def test_local_days_follow_daylight_saving() -> None:
    clock = Clock(date(2026, 7, 1))
    days = np.array([day_number(date(2026, 3, 29)), day_number(date(2026, 3, 30)), day_number(date(2026, 10, 25))])
    assert clock.midnight(days).tolist() == [
        instant("2026-03-28T23:00:00"),
        instant("2026-03-29T22:00:00"),
        instant("2026-10-24T22:00:00"),
    ]
    assert clock.midnight(days[1]) - clock.midnight(days[0]) == 23 * HOUR
    just_before = clock.midnight(days) - 1
    assert clock.local_day(just_before).tolist() == (days - 1).tolist()
    assert clock.local_day(clock.midnight(days)).tolist() == days.tolist()


@pytest.mark.parametrize(
    ("value", "months", "expected"),
    [
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 3, 11), -3, date(2025, 12, 11)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
    ],
)
def test_months_are_added_by_the_calendar(value: date, months: int, expected: date) -> None:
    assert add_months(value, months) == expected


def test_runs_of_the_default_window() -> None:
    runs = build_bill_runs(Parameters())
    completed = [run for run, done in zip(runs.run_id, runs.is_completed, strict=True) if done]
    assert completed == [
        "BR-20260711-11", "BR-20260721-21", "BR-20260801-01", "BR-20260811-11", "BR-20260821-21", "BR-20260901-01",
        "BR-20260911-11", "BR-20260921-21", "BR-20261001-01",
    ]  # fmt: skip
    assert runs.month_days[:3].tolist() == [30, 30, 31]
    assert runs.period_start[0] == runs.period_start[2] == day_number(date(2026, 7, 1))
    assert runs.run_at[0] == instant("2026-07-11T02:00:00")
    assert (~runs.is_completed).sum() == 3


def test_usage_is_due_in_the_first_run_that_can_know_it() -> None:
    runs = build_bill_runs(Parameters())
    cycle = np.array([1, 1, 1, 1, 0])
    started = np.array([instant(text) for text in (
        "2026-07-10T21:59:59", "2026-07-10T22:00:00", "2026-07-10T21:00:00", "2026-09-12T00:00:00",
        "2026-07-05T00:00:00",
    )])  # fmt: skip
    rated = np.array([instant(text) for text in (
        "2026-07-11T01:00:00", "2026-07-11T01:00:00", "2026-07-11T02:00:00", "2026-09-12T03:00:00",
        "2026-07-06T00:00:00",
    )])  # fmt: skip
    due = runs.due(cycle, started, rated)
    assert [runs.run_id[run] if run >= 0 else None for run in due] == [
        "BR-20260711-11", "BR-20260811-11", "BR-20260811-11", None, "BR-20260801-01",
    ]  # fmt: skip


def test_halves_are_rounded_away_from_zero() -> None:
    assert divide_half_up(np.array([5, 15, 14, -5, -14, 0]), 10).tolist() == [1, 2, 1, -1, -1, 0]


def test_a_plan_change_with_a_discount_by_hand() -> None:
    """MOB_S for 4 of 10 days of the stub (30-day month), then MOB_M; 10 percent off; two calls of half a cent."""
    runs = build_bill_runs(Parameters())
    first = day_number(date(2026, 7, 1))
    lines = bill(
        runs,
        Plans(
            line=np.array([0, 0]),
            cycle=np.array([1, 1]),
            offering=np.array([INDEX["MOB_S"], INDEX["MOB_M"]]),
            monthly=np.array([999, 1999]),
            from_day=np.array([first - 50, first + 4]),
            to_day=np.array([first + 4, first + 12]),
        ),
        _discounts((0, True, 1000, NO_CAP, first - 50, first + 9)),
        OneOffs(np.array([0, 0]), np.array([0, 0]), np.array([0, -1]), np.array([1999, 500])),
        Rated(
            line=np.array([0, 0, 0]),
            run=np.array([0, 0, -1]),
            usage_type=np.array([0, 0, 0]),
            quantity=np.array([30, 40, 50]),
            amount=np.array([5_000, 5_000, 90_000]),
        ),
    )
    found = [
        row for row in lines.select("run", "line_type", "period_start", "quantity", "amount").rows() if row[0] == 0
    ]
    assert found == [
        (0, 0, first, 4, 133),  # 9.99 × 4 / 30
        (0, 0, first + 4, 6, 400),  # 19.99 × 6 / 30 = 3.998
        (0, 1, first, 70, 1),
        (0, 2, first, 1, 1999),
        (0, 3, first, 4, -13),  # 0.999 × 4 / 30 = 0.1332
        (0, 3, first + 4, 5, -33),  # 1.999 × 5 / 30 = 0.333…
    ]
    second = [row for row in lines.select("run", "line_type", "quantity", "amount").rows() if row[0] == 3]
    assert second == [(3, 0, 2, 129)]  # 19.99 × 2 / 31


def test_an_absolute_discount_never_exceeds_the_charge() -> None:
    runs = build_bill_runs(Parameters())
    first = day_number(date(2026, 7, 1))
    lines = bill(
        runs,
        Plans(*(np.array([value]) for value in (0, 0, INDEX["M2M_DATA"], 250, first, first + 400))),
        _discounts((0, False, 300, NO_CAP, first, first + 400)),
        OneOffs(NOTHING, NOTHING, NOTHING, NOTHING),
        Rated(NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
    )
    assert lines.group_by("run").agg(pl.col("amount").sum())["amount"].to_list() == [0, 0, 0]


def test_discounts_that_stack_by_hand() -> None:
    """29.99: 5.00 off, then of what is left 10 % and 50 %, the latter capped at 10.00; one ends in mid-month."""
    runs = build_bill_runs(Parameters())
    first = day_number(date(2026, 7, 1))
    lines = bill(
        runs,
        Plans(*(np.array([value]) for value in (0, 0, INDEX["MOB_L"], 2999, first, first + 31))),
        _discounts(
            (0, True, 1000, NO_CAP, first - 60, first + 400),
            (0, False, 500, NO_CAP, first - 30, first + 9),
            (0, True, 5000, 1000, first - 10, first + 400),
        ),
        OneOffs(NOTHING, NOTHING, NOTHING, NOTHING),
        Rated(NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
    )
    found = lines.filter(pl.col("line_type") == 3).select("discount", "quantity", "amount").rows()
    assert found == [
        (0, 31, -285),  # (2.499 × 9 + 2.999 × 22) / 31 = 2.8538…
        (1, 9, -145),  # 5.00 × 9 / 31 = 1.4516…
        (2, 31, -1000),  # 12.495 and 14.995, each capped at 10.00
    ]


def test_together_discounts_never_exceed_the_charge() -> None:
    runs = build_bill_runs(Parameters())
    first = day_number(date(2026, 7, 1))
    lines = bill(
        runs,
        Plans(*(np.array([value]) for value in (0, 0, INDEX["MOB_S"], 999, first, first + 31))),
        _discounts(
            (0, False, 700, NO_CAP, first - 3, first + 400),
            (0, False, 500, NO_CAP, first - 2, first + 400),
            (0, True, 5000, NO_CAP, first - 1, first + 400),
        ),
        OneOffs(NOTHING, NOTHING, NOTHING, NOTHING),
        Rated(NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
    )
    # The percentage of nothing is nothing, and a line of zero is left out.
    assert lines.filter(pl.col("line_type") == 3).select("discount", "amount").rows() == [(0, -700), (1, -299)]


def _discounts(*rows: tuple[int, bool, int, int, int, int]) -> Discounts:
    return Discounts(*(np.array(column) for column in zip(*rows, strict=True)))


def test_only_planted_lines_have_a_wrong_bill() -> None:
    """Plain Python over both bills: every difference belongs to a fault, and lines without a role have none."""
    operator = build_operator(Parameters(customers=120, events=8_000, seed=3))
    totals: dict[tuple[int, int], int] = {}
    for frame, sign in ((operator.true_bill, 1), (operator.actual_bill, -1)):
        for line, run, amount in frame.select("line", "run", "amount").rows():
            totals[line, run] = totals.get((line, run), 0) + sign * amount
    wrong = {key: value for key, value in totals.items() if value}
    assert wrong == {
        (row[0], row[1]): row[2] for row in bill_differences(operator.true_bill, operator.actual_bill).rows()
    }
    assert wrong
    assert all(operator.chooser.role[line] > 0 for line, _ in wrong)


def test_usage_lies_within_the_service_that_made_it() -> None:
    operator = build_operator(Parameters(customers=250, events=17_000, seed=4))
    events, lines = operator.events, operator.lines
    held = events.line >= 0
    line, at = events.line[held], events.started_at[held]
    assert (at >= lines.start[line]).all()
    assert (at < lines.used_until[line]).all()
    # After the cease only where the network was not switched off; while barred only emergency calls.
    assert (events.zone[held][at >= lines.suspended_at[line]] == EMERGENCY).all()
    late = line[at >= lines.end[line]]
    assert len(late) and np.isin(late, operator.chooser.lines("O6.still_active")).all()
    assert lines.is_provisioned[line].all()
    away = (at >= lines.gap_from[line]) & (at < lines.gap_to[line])
    assert not away.any()
    window = operator.parameters.clock.midnight(np.array([operator.parameters.start_day, operator.parameters.end_day]))
    assert (at >= window[0]).all()
    assert (at < window[1] + DAY).all()
