"""The revenue bridge and the key figures: from what should have been billed to what was, as last published."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import streamlit as st

from app import charts, data
from app.text import column_money, money
from reporting.bridge import BRIDGE, KPIS, Bridge, Step, bridges

SCHEMA, PARTS, FIGURES = "marts_revenue_assurance", "revenue_bridge_part", "kpi_month"
_EVER = [date(1900, 1, 1), date(9999, 12, 31)]
# Heading, column of kpi_month, unit ('' for an amount), what it means.
_FIGURES = (
    ("Leakage", "leakage_pct", "%", "Confirmed under-billing in per cent of billable."),
    ("Exposure", "under_exposure_pct", "%", "Under-billing found and not dismissed, in per cent of billable."),
    ("Recovery", "recovery_pct", "%", "Recovered in per cent of recoverable."),
    ("Coverage", "coverage_pct", "%", "Billable revenue that an active control watches, in per cent."),
    (
        "False positives",
        "false_positive_pct",
        "%",
        "Of the decided cases, those dismissed because the finding was wrong.",
    ),
    (
        "Days to detect",
        "days_to_detect",
        "",
        "Mean of the days from the end of a period to the first sight of its findings.",
    ),
    ("Days to recover", "days_to_recover", "", "Mean of the days from first sight to recovery."),
    ("Unexplained", "unexplained_pct", "%", "What neither controls nor timing explain, in per cent of billable."),
)


def show_bridge() -> None:
    """Draw the bridge and the key figures of one month and currency, all segments together.

    Draws nothing where the lake has no bridge, and only the table where its parts don't close.
    """
    if not data.has_table(SCHEMA, PARTS):
        return
    found = bridges(data.rows(BRIDGE, _EVER))
    choices = [(bridge, month) for bridge in found for month in bridge.months]
    if not choices:
        return
    st.subheader("From billable to billed", divider="gray")
    place = st.selectbox(
        "Bill month",
        range(len(choices)),
        index=len(choices) - 1,
        format_func=lambda number: f"{choices[number][1]:%b %Y}, {choices[number][0].currency}",
    )
    bridge, month = choices[place]
    if data.has_table(SCHEMA, FIGURES):
        _show_figures(bridge.currency, month)
    if steps := month_of(bridge, month).steps:
        st.altair_chart(charts.bridge(named(steps), bridge.currency))
        st.caption("Net of tax; the axis does not begin at zero. Billable is derived apart from billing.")
    st.dataframe(
        table(bridge),
        hide_index=True,
        column_config={f"{each:%b %Y}": st.column_config.TextColumn(alignment="right") for each in bridge.months},
        alt="The bridge, part by part and month by month",
    )


def month_of(bridge: Bridge, month: date) -> Bridge:
    """The bridge of one of its months alone."""
    return Bridge(bridge.currency, [month], [part.only(month) for part in bridge.parts])


def named(steps: list[Step]) -> list[tuple[str, Decimal, bool]]:
    """What a chart needs: name, amount, and whether it is a total."""
    return [(step.part.name, step.part.amount, step.is_total) for step in steps]


def table(bridge: Bridge) -> list[dict[str, str]]:
    """A line per part with what it comes to in each month; the totals stand where they belong."""
    lines = [
        *bridge.of("billable"),
        bridge.billable,
        *bridge.of("under", "over", "timing", "unexplained"),
        bridge.billed,
    ]
    return [
        {
            "Part": part.name,
            **{f"{month:%b %Y}": column_money(part.amounts.get(month)) or "–" for month in bridge.months},
        }
        for part in lines
    ]


def figures(row: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The key figures of a month as (name, value, meaning); a dash for what can't be told yet."""
    return [(name, figure(row[key], unit), meaning) for name, key, unit, meaning in _FIGURES]


def figure(value: Decimal | None, unit: str) -> str:
    """A figure with its unit; a dash for none, which is not zero."""
    return "–" if value is None else f"{value:,} {unit}".rstrip()


def _show_figures(currency: str, month: date) -> None:
    rows = data.rows(KPIS, [month, month])
    row = next((each for each in rows if each["currency_code"] == currency), None)
    if row is None:
        return
    billable, billed = money(row["billable_amount"], currency), money(row["billed_amount"], currency)
    st.markdown(f"**Billable {billable}**, billed {billed}; {row['decided_cases']:,} of {row['cases']:,} cases decided")
    told = figures(row)
    for start in range(0, len(told), 4):
        for column, (name, value, meaning) in zip(st.columns(4), told[start : start + 4], strict=True):
            column.metric(name, value, help=meaning)
