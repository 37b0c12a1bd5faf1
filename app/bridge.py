"""The revenue bridge: from what could be billed to what was, with each leak on the way."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import streamlit as st

from app import charts, data
from app.text import column_money

SCHEMA, TABLE = "marts_revenue_assurance", "revenue_bridge_month"
_BILLABLE, _BILLED = "billable_amount", "billed_amount"


def show_bridge() -> None:
    """Draw the bridge of one month and currency, all segments together: in the mart, each part is a column of money.

    Draws nothing when the mart has another shape, and only the table when its parts don't close.
    """
    columns = data.rows(
        "select column_name, data_type from duckdb_columns()"
        " where database_name = current_database() and schema_name = ? and table_name = ? order by column_index",
        [SCHEMA, TABLE],
    )
    parts = [each["column_name"] for each in columns if each["data_type"].startswith("DECIMAL")]
    if not {"month", "currency_code"} <= {each["column_name"] for each in columns} or not parts:
        return
    sums = ", ".join(f'cast(sum("{name}") as decimal(18, 2)) as "{name}"' for name in parts)
    found = data.rows(f"select month, currency_code, {sums} from {SCHEMA}.{TABLE} group by all order by all")
    if not found:
        return
    st.subheader("From billable to billed", divider="gray")
    place = st.selectbox(
        "Month",
        range(len(found)),
        index=len(found) - 1,
        format_func=lambda number: f"{found[number]['month']:%b %Y}, {found[number]['currency_code']}",
    )
    if steps := waterfall(found[place], parts):
        st.altair_chart(charts.bridge(steps, found[place]["currency_code"]))
    st.dataframe(
        [{"Month": f"{row['month']:%Y-%m}", "Currency": row["currency_code"], **_texts(row, parts)} for row in found],
        hide_index=True,
        column_config={_words(name): st.column_config.TextColumn(alignment="right") for name in parts},
        alt="The bridge per month and currency",
    )


def waterfall(row: dict[str, Any], parts: list[str]) -> list[tuple[str, Decimal, bool]]:
    """What to draw, in order: billable, what is missing on the way, what was billed too much, billed.

    A part whose name begins with "over" was billed too much and adds; every other one is missing and takes away. Empty
    when that doesn't lead from billable to billed to the cent: a chart that doesn't close would be a lie.
    """
    if not {_BILLABLE, _BILLED} <= set(parts):
        return []
    between = [name for name in parts if name not in (_BILLABLE, _BILLED)]
    steps = [(_words(name), row[name] if name.startswith("over") else -row[name], False) for name in between]
    if row[_BILLABLE] + sum((amount for _, amount, _ in steps), Decimal(0)) != row[_BILLED]:
        return []
    shown = [step for step in steps if step[1]]
    return [(_words(_BILLABLE), row[_BILLABLE], True), *shown, (_words(_BILLED), row[_BILLED], True)]


def _texts(row: dict[str, Any], parts: list[str]) -> dict[str, str | None]:
    return {_words(name): column_money(row[name]) for name in parts}


def _words(name: str) -> str:
    return name.removesuffix("_amount").replace("_", " ").capitalize()
