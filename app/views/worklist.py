"""The worklist: cases by filter, or by root cause, and what can be done with several at once."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import streamlit as st

from app import actions, context, data
from app.data import Item
from app.text import ATTENTION, DIRECTIONS, column_money, day
from cases.groups import Group, root_cause_groups
from cases.rules import money as as_money
from cases.state import Status
from concord.errors import ConcordError

_ROWS = 500
_NOBODY = "(nobody)"
_UNDER_WAY = [status.value for status in data.UNDER_WAY]


def show() -> None:
    """Draw the page."""
    st.title("Worklist")
    items = _filtered(data.items())
    cases_tab, causes_tab = st.tabs([f"Cases ({len(items):,})", "Root causes"])
    with cases_tab:
        _cases(items)
    with causes_tab:
        _causes(items)


def _filtered(items: list[Item]) -> list[Item]:
    """What the filters leave. An amount filter is per case and in its own currency."""
    with st.container(border=True):
        first, second = st.columns(4), st.columns(4)
        controls = first[0].multiselect("Control", sorted({item.case.control_id for item in items}))
        statuses = first[1].multiselect("Status", [status.value for status in Status], default=_UNDER_WAY)
        owners = first[2].multiselect("Owner", [_NOBODY, *sorted({i.case.owner for i in items if i.case.owner})])
        segments = first[3].multiselect("Segment", sorted({item.segment for item in items if item.segment}))
        directions = second[0].multiselect("Direction", list(DIRECTIONS), format_func=DIRECTIONS.get)
        smallest = second[1].text_input("Amount from", placeholder="0.00")
        ages = second[2].multiselect("Age in days", ["0-30", "31-60", "61-90", "over 90"])
        only = second[3].multiselect("Only", ["past their date", "waiting for sign-off", "need a look"])
    tests: list[Callable[[Item], bool]] = []
    if controls:
        tests.append(lambda item: item.case.control_id in controls)
    if statuses:
        tests.append(lambda item: item.case.status.value in statuses)
    if owners:
        tests.append(lambda item: (item.case.owner or _NOBODY) in owners)
    if segments:
        tests.append(lambda item: item.segment in segments)
    if directions:
        tests.append(lambda item: item.case.direction in directions)
    if smallest and (limit := _amount(smallest)) is not None:
        tests.append(lambda item: item.case.exposure_amount >= limit)
    if ages:
        tests.append(lambda item: item.age_band in ages)
    if "past their date" in only:
        tests.append(lambda item: item.is_overdue)
    if "waiting for sign-off" in only:
        tests.append(lambda item: item.case.pending_step is not None)
    if "need a look" in only:
        tests.append(lambda item: item.case.attention is not None)
    return [item for item in items if all(test(item) for test in tests)]


def _amount(text: str) -> Decimal | None:
    try:
        return as_money(text, "Amount from")
    except ConcordError as error:
        st.warning(f"{error} ({error.hint})")
        return None


def _cases(items: list[Item]) -> None:
    if not items:
        st.info("Nothing fits these filters.")
        return
    shown = items[:_ROWS]
    selected = st.dataframe(
        [_row(item) for item in shown],
        key="worklist",
        hide_index=True,
        height=min(38 + 35 * len(shown), 563),
        on_select="rerun",
        selection_mode="multi-row",
        column_config={
            "Exposure": st.column_config.TextColumn(alignment="right"),
            "Age": st.column_config.NumberColumn(help="Days since it was first seen"),
        },
        alt="Cases that fit the filters",
    )
    if len(items) > _ROWS:
        st.caption(f"The largest {_ROWS} of {len(items):,}: narrow the filters for the others.")
    chosen = [shown[row].case for row in selected.selection.rows if row < len(shown)]
    if not chosen:
        st.caption("Tick one case to open it, or several to act on them at once.")
        return
    if len(chosen) == 1 and st.button("Open case", type="primary", icon=":material/open_in_new:"):
        context.open_case(chosen[0].case_id)
    actions.for_several(chosen, "cases")


def _row(item: Item) -> dict[str, object]:
    case = item.case
    notes = [f"{case.pending_step.value} to be signed"] if case.pending_step else []
    notes += [ATTENTION[case.attention.value]] if case.attention else []
    notes += ["past its date"] if item.is_overdue else []
    return {
        "Control": f"{case.control_id} {item.control_name}",
        "Customer": item.customer_name or "–",
        "Month": item.month.strftime("%Y-%m"),
        "Exposure": column_money(case.exposure_amount, case.currency_code),
        "Direction": case.direction,
        "Status": case.status.value,
        "Owner": case.owner or "–",
        "Due": day(case.due_date),
        "Age": item.age_days,
        "Note": ", ".join(notes),
        "Root cause": f"{case.root_cause_type}: {case.root_cause_key}",
        "Service": item.service_number or "–",
        "Case": case.case_id[:8],
    }


def _causes(items: list[Item]) -> None:
    """Groups of the cases that the filters leave; an action reaches those and no others."""
    groups = root_cause_groups(item.case for item in items)
    if not groups:
        st.info("Nothing fits these filters.")
        return
    st.caption("Cases that go back to one thing are one task. An action reaches the cases that the filters leave.")
    selected = st.dataframe(
        [_group_row(group) for group in groups[:_ROWS]],
        key="causes",
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            name: st.column_config.TextColumn(alignment="right") for name in ("Exposure", "Confirmed", "Recovered")
        },
        alt="Root causes",
    )
    rows = [row for row in selected.selection.rows if row < len(groups)]
    if rows:
        actions.for_several(groups[rows[0]].cases, "cause")


def _group_row(group: Group) -> dict[str, object]:
    return {
        "Root cause": group.name,
        "Control": group.key.control_id,
        "Direction": group.key.direction,
        "Cases": len(group.cases),
        "Open": group.count(Status.open),
        "To be signed": group.pending,
        **{
            name: column_money(group.total(f"{name.lower()}_amount"), group.key.currency_code)
            for name in ("Exposure", "Confirmed", "Recovered")
        },
    }
