"""The bridge chart: drawn from whatever parts the mart has, and only when they close."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from streamlit.testing.v1 import AppTest

from app import data
from app.bridge import waterfall
from concord.engine import connect

ROW = {
    "billable_amount": Decimal("100.00"),
    "unbilled_amount": Decimal("7.50"),
    "timing_amount": Decimal("0.00"),
    "over_billed_amount": Decimal("2.25"),
    "unexplained_amount": Decimal("-0.01"),
    "billed_amount": Decimal("94.76"),
}


def test_a_bridge_that_closes_is_drawn_in_order() -> None:
    assert waterfall(ROW, list(ROW)) == [
        ("Billable", Decimal("100.00"), True),
        ("Unbilled", Decimal("-7.50"), False),
        ("Over billed", Decimal("2.25"), False),
        ("Unexplained", Decimal("0.01"), False),
        ("Billed", Decimal("94.76"), True),
    ]


@pytest.mark.parametrize(
    "row",
    [{**ROW, "billed_amount": Decimal("94.75")}, {name: ROW[name] for name in list(ROW)[:3]}],
    ids=["doesn't close", "no total"],
)
def test_a_bridge_that_does_not_close_is_not_drawn(row: dict) -> None:
    assert waterfall(row, list(row)) == []


def test_segments_are_added_up_and_currencies_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a table as the lake would have it."""
    with connect() as lake:
        lake.execute("create schema marts_revenue_assurance")
        columns = ", ".join(f"{name} decimal(18, 2)" for name in ROW)
        lake.execute(
            "create table marts_revenue_assurance.revenue_bridge_month"
            f" (month date, segment varchar, currency_code varchar, {columns})"
        )
        for segment, currency in (("person", "EUR"), ("company", "EUR"), ("person", "USD")):
            values = [date(2026, 7, 1), segment, currency, *ROW.values()]
            lake.execute(
                f"insert into marts_revenue_assurance.revenue_bridge_month values ({', '.join('?' * len(values))})",
                values,
            )

        def rows(query: str, parameters: list | None = None) -> list[dict]:
            result = lake.execute(query, parameters or [])
            names = [column[0] for column in result.description]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

        monkeypatch.setattr(data, "rows", rows)
        app = AppTest.from_function(_page).run(timeout=60)
    assert not app.exception
    table = app.dataframe[0].value
    assert [text.strip() for text in table["Billable"]] == ["200.00", "100.00"]
    assert list(table["Currency"]) == ["EUR", "USD"]


def _page() -> None:
    from app.bridge import show_bridge

    show_bridge()
