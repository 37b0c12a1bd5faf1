"""Sign-off: what somebody proposed and a second person signs, alike proposals together."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import streamlit as st

from app import context, data
from app.actions import proposal
from app.data import Item
from app.text import DIRECTIONS, column_money, money, plain
from cases import rules
from cases.groups import group_key
from cases.state import AMOUNTS

_GROUPS_SHOWN = 25
_ROWS_SHOWN = 200


def show() -> None:
    """Draw the page."""
    st.title("Sign-off")
    waiting = [item for item in data.items() if item.case.pending_step]
    if not waiting:
        st.info("Nothing waits for a signature.")
        return
    st.caption("Who proposed can't sign. Proposals of one person with one reason for one root cause stand together.")
    groups: dict[tuple, list[Item]] = defaultdict(list)
    for item in waiting:
        case = item.case
        groups[(group_key(case), case.pending_step.value, case.pending_by, case.pending_reason or "")].append(item)
    ordered = sorted(groups.items(), key=lambda entry: -sum(item.case.exposure_amount for item in entry[1]))
    for number, (key, items) in enumerate(ordered[:_GROUPS_SHOWN]):
        _group(number, key, items)
    if len(ordered) > _GROUPS_SHOWN:
        st.caption(f"{len(ordered) - _GROUPS_SHOWN} more follow when these are done.")


def _group(number: int, key: tuple, items: list[Item]) -> None:
    cause, step, proposer, _ = key
    first = items[0].case
    versions = {item.case.case_id: item.case.version for item in items}
    identity = f"{first.case_id}_{step}"
    with st.container(border=True):
        left, right = st.columns([7, 3], gap="large")
        with left:
            st.markdown(
                f"##### {step.capitalize()} {len(items)} case{'s' if len(items) > 1 else ''}: "
                f"{cause.control_id} {plain(items[0].control_name)}"
            )
            st.markdown(
                f"{DIRECTIONS[cause.direction]}, exposure **{plain(money(_sum(items), cause.currency_code))}**, "
                f"root cause {plain(cause.root_cause_type)}: {plain(cause.root_cause_key)}"
            )
            st.markdown(proposal(first) if len(items) == 1 else _proposal_of_all(items, proposer))
            with st.expander("Cases"):
                _table(items)
                if len(items) == 1 and st.button("Open case", key=f"open_{identity}"):
                    context.open_case(first.case_id)
        with right:
            if rules.same_person(st.session_state.get("actor") or "", proposer):
                st.caption("You proposed it: somebody else signs it off.")
                return
            remark = f"remark_{identity}"
            st.text_input("Remark", key=remark, placeholder="needed to reject")
            yes, no = st.columns(2)
            yes.button(
                "Sign off",
                key=f"sign_{identity}",
                type="primary",
                width="stretch",
                on_click=context.do,
                args=(versions, lambda: rules.sign_off(st.session_state.get(remark))),
            )
            no.button(
                "Reject",
                key=f"reject_{identity}",
                width="stretch",
                on_click=context.do,
                args=(versions, lambda: rules.reject(st.session_state.get(remark) or "")),
            )


def _sum(items: list[Item]) -> Decimal:
    return sum((item.case.exposure_amount for item in items), data.ZERO)


def _proposal_of_all(items: list[Item], proposer: str) -> str:
    """What is proposed for several cases: the amounts added up, which have one currency."""
    parts = [f"by **{plain(proposer)}**"]
    for name in AMOUNTS:
        amounts = [Decimal((item.case.pending_details or {}).get(name) or 0) for item in items]
        if any(amounts):
            total = money(sum(amounts, data.ZERO), items[0].case.currency_code)
            parts.append(f"{name.removesuffix('_amount')} **{plain(total)}** in all")
    reason = items[0].case.pending_reason
    return ", ".join(parts) + (f": “{plain(reason)}”" if reason else "")


def _table(items: list[Item]) -> None:
    st.dataframe(
        [
            {
                "Case": item.case.case_id[:8],
                "Customer": item.customer_name or "–",
                "Service": item.service_number or "–",
                "Month": item.month.strftime("%Y-%m"),
                "Exposure": column_money(item.case.exposure_amount, item.case.currency_code),
                "Owner": item.case.owner or "–",
            }
            for item in items[:_ROWS_SHOWN]
        ],
        hide_index=True,
        column_config={"Exposure": st.column_config.TextColumn(alignment="right")},
    )
    if len(items) > _ROWS_SHOWN:
        st.caption(f"{_ROWS_SHOWN} of {len(items):,}")
