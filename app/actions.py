"""What can be done with cases, as forms. Each form carries the versions of the cases as it was drawn: who decides on
something that has changed since is refused, and told what happened.

Streamlit hands a button's arguments over as they were when the button was drawn; what was typed is read when it is
pressed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import streamlit as st

from app import context
from app.text import money, plain
from cases import rules
from cases.rules import Command
from cases.state import Case, Status

Versions = dict[str, int]


def for_case(case: Case) -> None:
    """Everything that may be done with one case now."""
    versions = {case.case_id: case.version}
    if case.pending_step:
        _decide(case, versions)
    else:
        if case.status in (Status.open, Status.confirmed):
            _confirm(case, versions)
            _dismiss("case", versions)
        if case.status is Status.confirmed:
            _start_recovery("case", versions)
        if case.status in (Status.confirmed, Status.recovering):
            _recover(case, versions)
        if case.status is not Status.closed and (case.status is not Status.open or case.finding_status == "cleared"):
            _close("case", versions)
        if case.status is not Status.open:
            _reopen(versions)
    if case.status is not Status.closed:
        _assign("case", versions, case.owner, case.due_date)
    _comment("case", versions)


def for_several(cases: list[Case], place: str) -> None:
    """What may be done with several cases at once: with all of them, or with none."""
    versions = {case.case_id: case.version for case in cases}
    st.markdown(f"**{len(cases)} case{'s' if len(cases) > 1 else ''}**, {plain(_totals(cases))}")
    free = all(case.pending_step is None for case in cases)
    statuses = {case.status for case in cases}
    left, right = st.columns(2)
    with left:
        _assign(place, versions, None, None)
        _comment(place, versions)
    with right:
        if free and statuses <= {Status.open, Status.confirmed}:
            _confirm_all(place, versions)
            _dismiss(place, versions)
        if free and statuses == {Status.confirmed}:
            _start_recovery(place, versions)
        if free and statuses <= {Status.confirmed, Status.recovering, Status.recovered, Status.dismissed}:
            _close(place, versions)
        if not free:
            st.caption("Some wait for a sign-off: see the page Sign-off.")


def _decide(case: Case, versions: Versions) -> None:
    """Sign off, reject or withdraw what waits."""
    mine = rules.same_person(st.session_state.get("actor") or "", case.pending_by or "")
    with st.container(border=True):
        st.markdown(f"**{case.pending_step.value.capitalize()}** waits for a second person")
        st.markdown(proposal(case))
        if mine:
            st.caption("You proposed it: somebody else signs it off.")
            st.text_input("Why withdraw", key="withdraw_reason")
            _button("Withdraw", "withdraw", versions, lambda: rules.withdraw(_typed("withdraw_reason")))
        else:
            st.text_input("Remark", key="sign_reason")
            yes, no = st.columns(2)
            with yes:
                _button("Sign off", "sign", versions, lambda: rules.sign_off(_typed("sign_reason")), primary=True)
            with no:
                _button("Reject", "reject", versions, lambda: rules.reject(_typed("sign_reason")))


def proposal(case: Case) -> str:
    """What somebody proposed for a case, in words."""
    details = case.pending_details or {}
    parts = [f"by **{plain(case.pending_by)}**"]
    for name in ("confirmed_amount", "recoverable_amount", "recovered_amount", "prevented_amount"):
        if details.get(name) is not None:
            amount = money(Decimal(details[name]), case.currency_code)
            parts.append(f"{name.removesuffix('_amount')} **{plain(amount)}**")
    if details.get("dismissal"):
        parts.append(f"because: {rules.DISMISSALS.get(details['dismissal'], details['dismissal'])}")
    text = ", ".join(parts)
    return f"{text}: “{plain(case.pending_reason)}”" if case.pending_reason else text


def _confirm(case: Case, versions: Versions) -> None:
    with (
        st.expander("Confirm", icon=":material/check_circle:", expanded=case.status is Status.open),
        st.form("confirm"),
    ):
        st.text_input(f"Confirmed, {case.currency_code}", value=str(case.exposure_amount), key="confirmed")
        st.text_input(f"Recoverable, {case.currency_code}", placeholder="all of it", key="recoverable")
        st.text_input("Why", key="confirm_reason", help="Needed when the amount differs from what was found")
        _submit("Propose to confirm", versions, _confirmation)


def _confirmation() -> Command:
    back = _typed("recoverable")
    return rules.confirm(
        _typed("confirm_reason"),
        rules.money(_typed("confirmed"), "Confirmed"),
        rules.money(back, "Recoverable") if back else None,
    )


def _confirm_all(place: str, versions: Versions) -> None:
    with st.expander("Confirm", icon=":material/check_circle:"), st.form(f"{place}_confirm"):
        st.caption("Each case with what was found, all of it recoverable.")
        st.text_input("Why", key=f"{place}_confirm_reason")
        _submit("Propose to confirm", versions, lambda: rules.confirm(_typed(f"{place}_confirm_reason")))


def _dismiss(place: str, versions: Versions) -> None:
    with st.expander("Dismiss", icon=":material/cancel:"), st.form(f"{place}_dismiss"):
        st.selectbox("Because", list(rules.DISMISSALS), format_func=rules.DISMISSALS.get, key=f"{place}_dismissal")
        st.text_input("In words", key=f"{place}_dismiss_reason")
        _submit(
            "Propose to dismiss",
            versions,
            lambda: rules.dismiss(_typed(f"{place}_dismissal"), _typed(f"{place}_dismiss_reason")),
        )


def _start_recovery(place: str, versions: Versions) -> None:
    with st.expander("Begin recovery", icon=":material/play_circle:"), st.form(f"{place}_start"):
        st.text_input("How", key=f"{place}_start_reason", placeholder="rebilled with the next run")
        _submit("Begin recovery", versions, lambda: rules.start_recovery(_typed(f"{place}_start_reason")))


def _recover(case: Case, versions: Versions) -> None:
    with st.expander("Book what came back", icon=":material/savings:"), st.form("recover"):
        st.text_input(
            f"Recovered in all, {case.currency_code}", value=str(case.recoverable_amount or ""), key="recovered"
        )
        st.checkbox("No more will come", key="recovered_final")
        st.text_input("Why", key="recover_reason")
        _submit(
            "Propose to book",
            versions,
            lambda: rules.recover(
                rules.money(_typed("recovered"), "Recovered"),
                _typed("recover_reason"),
                is_final=bool(st.session_state.get("recovered_final")),
            ),
        )


def _close(place: str, versions: Versions) -> None:
    with st.expander("Close", icon=":material/task_alt:"), st.form(f"{place}_close"):
        st.text_input("Prevented", key=f"{place}_prevented", placeholder="what would have leaked on, of each case")
        st.text_input("Why", key=f"{place}_close_reason")

        def closing() -> Command:
            prevented = _typed(f"{place}_prevented")
            amount = rules.money(prevented, "Prevented") if prevented else None
            return rules.close(_typed(f"{place}_close_reason"), amount)

        _submit("Propose to close", versions, closing)


def _reopen(versions: Versions) -> None:
    with st.expander("Reopen", icon=":material/replay:"), st.form("reopen"):
        st.text_input("Why", key="reopen_reason")
        _submit("Reopen", versions, lambda: rules.reopen(_typed("reopen_reason")))


def _assign(place: str, versions: Versions, owner: str | None, due_date: date | None) -> None:
    with st.expander("Assign", icon=":material/person:"), st.form(f"{place}_assign"):
        st.text_input("Owner", value=owner or st.session_state.get("actor") or "", key=f"{place}_owner")
        st.date_input("Due", value=due_date, key=f"{place}_due", format="YYYY-MM-DD")
        _submit(
            "Assign",
            versions,
            lambda: rules.assign(_typed(f"{place}_owner"), st.session_state.get(f"{place}_due")),
        )


def _comment(place: str, versions: Versions) -> None:
    with st.expander("Comment", icon=":material/comment:"), st.form(f"{place}_comment", clear_on_submit=True):
        st.text_area("Comment", key=f"{place}_text", label_visibility="collapsed")
        # A comment collides with nobody's work: it holds for whatever the case is by then.
        _submit("Add comment", dict.fromkeys(versions), lambda: rules.comment(_typed(f"{place}_text")))


def _submit(label: str, versions: dict[str, int | None], command: Callable[[], Command]) -> None:
    st.form_submit_button(label, on_click=context.do, args=(versions, command))


def _button(label: str, key: str, versions: Versions, command: Callable[[], Command], *, primary: bool = False) -> None:
    st.button(
        label,
        key=key,
        type="primary" if primary else "secondary",
        width="stretch",
        on_click=context.do,
        args=(versions, command),
    )


def _typed(key: str) -> str:
    return str(st.session_state.get(key) or "").strip()


def _totals(cases: list[Case]) -> str:
    from app.data import add_up

    sums = add_up(cases, "exposure_amount")
    return "; ".join(f"{money(amount, currency)} {direction}" for (currency, direction), amount in sorted(sums.items()))
