"""The bridge on the overview: drawn from the published parts when they close, with the month's key figures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from app import bridge, charts, data
from concord.engine import connect
from reporting.bridge import bridges

JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)
PARTS = [
    (JULY, "person", "EUR", "billable", "recurring", "Recurring", 1, "60.00"),
    (JULY, "company", "EUR", "billable", "recurring", "Recurring", 1, "40.00"),
    (JULY, "person", "EUR", "under", "O1", "O1 Not billed", 2, "-7.50"),
    (JULY, "person", "EUR", "over", "O7", "O7 Ceased", 3, "2.25"),
    (JULY, "person", "EUR", "unexplained", "unexplained", "Unexplained", 4, "0.01"),
    (JULY, "person", "EUR", "billed", "billed", "Billed", 5, "94.76"),
    (AUGUST, "person", "EUR", "billable", "recurring", "Recurring", 1, "10.00"),
    (AUGUST, "person", "EUR", "billed", "billed", "Billed", 5, "10.00"),
    (JULY, "person", "USD", "billable", "recurring", "Recurring", 1, "9.00"),
    (JULY, "person", "USD", "billed", "billed", "Billed", 5, "8.00"),
]
FIGURES = {
    "leakage_pct": None,
    "under_exposure_pct": "7.50",
    "recovery_pct": None,
    "coverage_pct": "100.00",
} | dict.fromkeys(("false_positive_pct", "days_to_detect", "days_to_recover", "unexplained_pct"), "0.1")


@pytest.fixture
def lake(monkeypatch: pytest.MonkeyPatch) -> Iterator[duckdb.DuckDBPyConnection]:
    """The two marts as a lake would have them, in the place of the published one."""
    with connect() as lake:
        lake.execute("create schema marts_revenue_assurance")
        lake.execute(
            "create table marts_revenue_assurance.revenue_bridge_part (month date, customer_type varchar,"
            " currency_code varchar, part_type varchar, part varchar, part_name varchar, part_order integer,"
            " amount decimal(18, 2))"
        )
        for part in PARTS:
            lake.execute(
                "insert into marts_revenue_assurance.revenue_bridge_part values (?, ?, ?, ?, ?, ?, ?, ?)", list(part)
            )
        columns = ", ".join(f"{value or 'null'}::decimal(12, 2) as {name}" for name, value in FIGURES.items())
        lake.execute(f"""
            create table marts_revenue_assurance.kpi_month as
            select
                date '2026-07-01' as month, 'EUR' as currency_code, 100::decimal(18, 2) as billable_amount,
                94.76::decimal(18, 2) as billed_amount, 8 as cases, 0 as decided_cases, {columns}
        """)
        monkeypatch.setattr(data.context, "lake", lambda: lake)
        yield lake


def test_segments_are_added_up_months_and_currencies_are_not(lake: duckdb.DuckDBPyConnection) -> None:
    app = AppTest.from_function(_page).run(timeout=60)
    assert not app.exception
    assert app.selectbox[0].options == ["Jul 2026, EUR", "Aug 2026, EUR", "Jul 2026, USD"]
    app.selectbox[0].select_index(0).run(timeout=60)
    assert not app.exception
    lines = {line["Part"]: line["Jul 2026"] for _, line in app.dataframe[0].value.iterrows()}
    assert lines["Billable"].strip() == "100.00"
    assert lines["O1 Not billed"].strip() == "-7.50"
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Leakage"] == "–"
    assert shown["Exposure"] == "7.50 %"


def test_a_month_whose_parts_do_not_close_is_not_drawn() -> None:
    euros, dollars = bridges(_rows())
    assert bridge.named(bridge.month_of(euros, JULY).steps) == [
        ("Billable", Decimal("100.00"), True),
        ("O1 Not billed", Decimal("-7.50"), False),
        ("O7 Ceased, over-billed", Decimal("2.25"), False),
        ("Unexplained", Decimal("0.01"), False),
        ("Billed", Decimal("94.76"), True),
    ]
    assert bridge.month_of(dollars, JULY).steps == []


def test_the_waterfall_hangs_together() -> None:
    euros, _ = bridges(_rows())
    chart = charts.bridge(bridge.named(bridge.month_of(euros, JULY).steps), "EUR").to_dict()
    values = chart["data"]["values"]
    assert [value["end"] for value in values] == [10_000, 9_250, 9_475, 9_476, 9_476]
    assert [value["start"] for value in values[1:4]] == [10_000, 9_250, 9_475]
    assert values[0]["start"] == values[-1]["start"] < 9_250


def test_a_lake_without_a_bridge_shows_none(lake: duckdb.DuckDBPyConnection) -> None:
    lake.execute("drop table marts_revenue_assurance.revenue_bridge_part")
    app = AppTest.from_function(_page).run(timeout=60)
    assert not app.exception
    assert not app.subheader


def _rows() -> list[dict]:
    names = ("month", "customer_type", "currency_code", "part_type", "part", "part_name", "part_order", "amount")
    return [{**dict(zip(names, part, strict=True)), "amount": Decimal(part[-1])} for part in PARTS]


def _page() -> None:
    from app.bridge import show_bridge

    show_bridge()
