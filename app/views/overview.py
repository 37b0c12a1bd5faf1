"""Overview: what is open, confirmed and recovered, by control and month; how it went; the revenue bridge."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import streamlit as st

from app import bridge, charts, context, data
from app.data import ZERO, Item
from app.text import DIRECTIONS, money
from cases.state import Status
from reporting.bridge_class import CLASSES, REVENUE, class_name, class_order

_AMOUNT_OF = {
    Status.open: "exposure_amount",
    Status.confirmed: "confirmed_amount",
    Status.recovering: "confirmed_amount",
    Status.recovered: "recovered_amount",
    Status.dismissed: "exposure_amount",
    Status.closed: "exposure_amount",
}


def show() -> None:
    """Draw the page."""
    st.title("Revenue leakage")
    items = data.items()
    if not items:
        st.info("No case yet: the next build opens one for each finding.")
        return
    counts = _counts(items)
    st.caption(
        f"{len(items):,} cases as they are now; findings of lake snapshot {context.snapshot()}. "
        "Charges are net of tax. Directions, currencies and kinds of money are never added up."
    )
    for column, (name, value, page) in zip(st.columns(4), counts, strict=True):
        with column, st.container(border=True):
            st.metric(name, f"{value:,}")
            st.page_link(context.PAGES[page], label="Show", icon=":material/arrow_forward:")
    chosen = _chosen_class(items)
    items = [item for item in items if item.bridge_class == chosen]
    currencies = sorted({item.case.currency_code for item in items})
    for currency in currencies:
        for direction, words in DIRECTIONS.items():
            own = [i for i in items if i.case.currency_code == currency and i.case.direction == direction]
            if own:
                _section(own, currency, words, chosen)
    bridge.show_bridge()


def _chosen_class(items: list[Item]) -> str | None:
    """The kind of money to look at; charges unless somebody wants another."""
    classes = sorted({item.bridge_class for item in items if item.bridge_class}, key=class_order)
    if len(classes) < 2:
        return classes[0] if classes else None
    first = REVENUE if REVENUE in classes else classes[0]
    return (
        st.segmented_control(
            "Money",
            classes,
            default=first,
            format_func=class_name,
            help="\n".join(f"- {CLASSES[key].name}: {CLASSES[key].meaning}" for key in classes if key in CLASSES),
        )
        or first
    )


def _counts(items: list[Item]) -> list[tuple[str, int, str]]:
    cases = [item.case for item in items]
    return [
        ("Open cases", sum(case.status is Status.open for case in cases), "worklist"),
        ("Waiting for sign-off", sum(case.pending_step is not None for case in cases), "sign_off"),
        ("Past their date", sum(item.is_overdue for item in items), "worklist"),
        ("Need a look", sum(case.attention is not None for case in cases), "worklist"),
    ]


def _section(items: list[Item], currency: str, words: str, bridge_class: str | None) -> None:
    st.subheader(f"{words}, {currency}", divider="gray")
    open_cases = [item.case for item in items if item.case.status is Status.open]
    for column, (name, amount) in zip(
        st.columns(5),
        (
            ("Open", sum((case.exposure_amount for case in open_cases), ZERO)),
            ("Confirmed", _sum(items, "confirmed_amount")),
            ("Recoverable", _sum(items, "recoverable_amount")),
            ("Recovered", _sum(items, "recovered_amount")),
            ("Prevented", _sum(items, "prevented_amount")),
        ),
        strict=True,
    ):
        column.metric(f"{name}, {currency}", money(amount))
    left, right = st.columns(2, gap="large")
    by_month = _bars(items, lambda item: item.month.strftime("%b %Y"), lambda item: item.month.isoformat())
    left.markdown("**By month of the bill**")
    left.altair_chart(charts.stacked(by_month, currency, horizontal=False))
    by_control = _bars(items, lambda item: f"{item.case.control_id} {item.control_name}", _control)
    right.markdown("**By control**")
    right.altair_chart(charts.stacked(by_control, currency, horizontal=True))
    points = _trend(items[0].case.direction, currency, bridge_class)
    if len({point[0] for point in points}) > 1:
        st.markdown("**Signed so far**, as of the last build")
        st.altair_chart(charts.trend(points, currency))


def _control(item: Item) -> str:
    return item.case.control_id


def _sum(items: list[Item], amount: str) -> Decimal:
    return sum((getattr(item.case, amount) or ZERO for item in items), ZERO)


def _bars(
    items: list[Item], category: Callable[[Item], str], order: Callable[[Item], str]
) -> list[tuple[str, str, Decimal]]:
    sums: dict[tuple[str, str, str], Decimal] = defaultdict(lambda: ZERO)
    for item in items:
        amount = getattr(item.case, _AMOUNT_OF[item.case.status]) or ZERO
        sums[order(item), category(item), item.case.status.value] += amount
    return [(name, status, amount) for (_, name, status), amount in sorted(sums.items())]


def _trend(direction: str, currency: str, bridge_class: str | None) -> list[tuple[date, str, Decimal]]:
    """Confirmed and recovered money in all at the end of each day on which somebody signed, as published."""
    found = data.rows(
        """
        with signed as (
            select
                case_id, cast(recorded_at as date) as day, version, confirmed_amount, recovered_amount,
                lag(confirmed_amount) over (partition by case_id order by version) as confirmed_before,
                lag(recovered_amount) over (partition by case_id order by version) as recovered_before
            from core.fct_case_event
            where direction = ? and currency_code = ?
                and case_id in (
                    select finding_id from marts_revenue_assurance.leakage_finding
                    where bridge_class is not distinct from ?
                )
        ),
        per_day as (
            select
                day,
                sum(coalesce(confirmed_amount, 0) - coalesce(confirmed_before, 0)) as confirmed,
                sum(coalesce(recovered_amount, 0) - coalesce(recovered_before, 0)) as recovered
            from signed
            group by day
        )
        select
            day,
            cast(sum(confirmed) over (order by day) as decimal(18, 2)) as confirmed,
            cast(sum(recovered) over (order by day) as decimal(18, 2)) as recovered
        from per_day
        order by day
        """,
        [direction, currency, bridge_class],
    )
    return [(row["day"], name, row[name]) for name in ("confirmed", "recovered") for row in found]
