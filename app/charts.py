"""Charts. They draw cents as whole numbers; what people read off them are the exact amounts, as text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import altair as alt

from app.text import cents, money

STATUS_COLOURS = {
    "open": "#c2540a",
    "confirmed": "#1d5fbf",
    "recovering": "#6fa8f5",
    "recovered": "#1d7a4a",
    "dismissed": "#9fadbb",
    "closed": "#566270",
}
_LEGEND = alt.Legend(orient="top", title=None, offset=4)
# Room beside the bars for the legend and the axis, in pixels.
_FRAME, _BAR = 100, 34
_AXIS = "format(datum.value / 100, ',.0f')"


def stacked(bars: Sequence[tuple[str, str, Decimal]], currency: str, *, horizontal: bool) -> alt.Chart:
    """Bars of one currency and direction: (category, status, amount), stacked by status in the order of the work."""
    order = list(STATUS_COLOURS)
    values = [
        {
            "category": category,
            "status": status,
            "order": order.index(status),
            "cents": cents(amount),
            "amount": money(amount, currency),
        }
        for category, status, amount in bars
    ]
    used = [status for status in order if any(value["status"] == status for value in values)]
    category = ("category:N", list(dict.fromkeys(bar[0] for bar in bars)))
    along = alt.Axis(labelExpr=_AXIS, title=currency, grid=True, tickCount=5)
    base = alt.Chart(alt.Data(values=values))
    colour = alt.Color(
        "status:N",
        scale=alt.Scale(domain=used, range=[STATUS_COLOURS[status] for status in used]),
        legend=_LEGEND,
    )
    shared = {
        "color": colour,
        "order": alt.Order("order:Q"),
        "tooltip": [alt.Tooltip("category:N", title=""), alt.Tooltip("status:N"), alt.Tooltip("amount:N")],
    }
    names = alt.Axis(title=None, labelLimit=220, labelAngle=0)
    if horizontal:
        size = max(_FRAME * 2, _BAR * len(category[1]) + _FRAME)
        return (
            base.mark_bar(height={"band": 0.7})
            .encode(y=alt.Y(category[0], sort=category[1], axis=names), x=alt.X("cents:Q", axis=along), **shared)
            .properties(height=size)
        )
    return (
        base.mark_bar(width={"band": 0.6})
        .encode(x=alt.X(category[0], sort=category[1], axis=names), y=alt.Y("cents:Q", axis=along), **shared)
        .properties(height=300)
    )


def trend(points: Sequence[tuple[date, str, Decimal]], currency: str) -> alt.Chart:
    """Lines over days: (day, name, amount so far)."""
    values = [
        {"day": day.isoformat(), "name": name, "cents": cents(amount), "amount": money(amount, currency)}
        for day, name, amount in points
    ]
    names = list(dict.fromkeys(point[1] for point in points))
    return (
        alt.Chart(alt.Data(values=values))
        .mark_line(point=True, interpolate="step-after")
        .encode(
            x=alt.X("day:T", axis=alt.Axis(title=None, format="%d %b", tickCount=6)),
            y=alt.Y("cents:Q", axis=alt.Axis(labelExpr=_AXIS, title=currency, tickCount=5)),
            color=alt.Color(
                "name:N",
                scale=alt.Scale(domain=names, range=[STATUS_COLOURS.get(name, "#566270") for name in names]),
                legend=_LEGEND,
            ),
            tooltip=[alt.Tooltip("day:T", title=""), alt.Tooltip("name:N", title=""), alt.Tooltip("amount:N")],
        )
        .properties(height=300)
    )


def bridge(parts: Sequence[tuple[str, Decimal, bool]], currency: str) -> alt.Chart:
    """A waterfall that lies on its side: (name, amount, whether it is a total rather than a step).

    Its axis begins a little below the lowest level: beside the totals no step would be seen.
    """
    levels, level = [], Decimal(0)
    for _, amount, is_total in parts:
        level = amount if is_total else level + amount
        levels.append(level)
    lowest, highest = min(levels), max(levels)
    ground = lowest - ((highest - lowest) or abs(highest)) * Decimal("0.15")
    values, level = [], Decimal(0)
    for name, amount, is_total in parts:
        start, end = (ground, amount) if is_total else (level, level + amount)
        level = end
        kind = "total" if is_total else ("plus" if amount >= 0 else "minus")
        values.append(
            {"name": name, "start": cents(start), "end": cents(end), "kind": kind, "amount": money(amount, currency)}
        )
    names = [value["name"] for value in values]
    return (
        alt.Chart(alt.Data(values=values))
        .mark_bar(height={"band": 0.7})
        .encode(
            y=alt.Y("name:N", sort=names, axis=alt.Axis(title=None, labelLimit=320)),
            x=alt.X(
                "start:Q",
                axis=alt.Axis(labelExpr=_AXIS, title=currency, tickCount=6),
                scale=alt.Scale(zero=False, nice=False, domain=[cents(ground), cents(highest)]),
            ),
            x2="end:Q",
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(domain=["total", "plus", "minus"], range=["#566270", "#c2540a", "#1d5fbf"]),
                legend=None,
            ),
            tooltip=[alt.Tooltip("name:N", title=""), alt.Tooltip("amount:N")],
        )
        .properties(height=max(200, 22 * len(values) + 60))
    )
