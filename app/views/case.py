"""One case: its finding and evidence, the arithmetic behind the amount, its history, and what can be done with it."""

from __future__ import annotations

import json

import streamlit as st

from app import actions, context, data, evidence
from app.text import ATTENTION, DIRECTIONS, EVENTS, day, moment, money, plain
from cases.rules import DISMISSALS
from cases.state import Case, Event

_COLOURS = {
    "open": "orange",
    "confirmed": "blue",
    "recovering": "violet",
    "recovered": "green",
    "dismissed": "gray",
    "closed": "gray",
}
_STEPS_SHOWN = 200


def show() -> None:
    """Draw the page of the case in the address, else of the one that was opened last."""
    wanted = st.query_params.get("case") or st.session_state.get("case_id")
    if not wanted:
        st.title("Case")
        st.info("Open a case from the worklist.")
        st.page_link(context.PAGES["worklist"], label="To the worklist")
        return
    # Opened from the worklist: that one, and the address says so.
    wanted = st.session_state.pop("case_id", None) or wanted
    case = context.book().case(wanted)
    st.query_params["case"] = case.case_id
    found = _finding(case.case_id)
    _head(case, found)
    left, right = st.columns([7, 3], gap="large")
    with right:
        st.subheader("What to do")
        actions.for_case(case)
    with left:
        finding_tab, explanation_tab, history_tab, pack_tab = st.tabs(
            ["Finding", "Explanation", "History", "Evidence pack"]
        )
        with finding_tab:
            _show_finding(case, found)
        with explanation_tab:
            _show_explanation(case)
        with history_tab:
            _show_history(context.book().history(case.case_id), case)
        with pack_tab:
            _show_pack(case)


def _finding(case_id: str) -> dict | None:
    query = """
        select finding.*, control.rule_version, control.amount_rule
        from marts_revenue_assurance.leakage_finding as finding
        inner join core.dim_control as control on finding.control_id = control.control_id
        where finding.finding_id = ?
    """
    return next(iter(data.rows(query, [case_id])), None)


def _head(case: Case, found: dict | None) -> None:
    st.title(f"{case.control_id} {found['control_name'] if found else ''}")
    badges = st.container(horizontal=True)
    badges.badge(case.status.value, color=_COLOURS[case.status.value])
    badges.badge(DIRECTIONS[case.direction], color="gray")
    if case.pending_step:
        badges.badge(f"{case.pending_step.value} to be signed off", color="violet", icon=":material/draw:")
    if case.attention:
        badges.badge(ATTENTION[case.attention.value], color="red", icon=":material/visibility:")
    who = plain(found["customer_name"]) if found else "–"
    st.markdown(
        f"{who} · period {case.period_start} to {case.period_end} · owner **{plain(case.owner)}**"
        f" · due **{day(case.due_date)}**"
    )
    amounts = (
        ("Exposure", case.exposure_amount),
        ("Confirmed", case.confirmed_amount),
        ("Recoverable", case.recoverable_amount),
        ("Recovered", case.recovered_amount),
        ("Prevented", case.prevented_amount),
    )
    for column, (name, amount) in zip(st.columns(5), amounts, strict=True):
        column.metric(f"{name}, {case.currency_code}", money(amount), border=True)


def _show_finding(case: Case, found: dict | None) -> None:
    if found is None:
        st.info("The newest publication knows nothing of this finding.")
        return
    facts = {
        "Customer": found["customer_name"],
        "Segment": found["customer_type"],
        "Billing account": found["account_id_billing"],
        "Service": found["service_number"],
        "Root cause": f"{case.root_cause_type or 'unknown'}: {case.root_cause_key or 'unknown'}",
        "Rule": found["amount_rule"],
        "Rule version": found["rule_version"],
        "Estimate": "yes" if found["is_estimate"] else "no",
        "First seen": f"{moment(found['first_seen_at'])} UTC",
        "Last seen": f"{moment(found['last_seen_at'])} UTC",
        "Found now": found["status"],
        "Case": case.case_id,
        "Version": case.version,
    }
    if case.dismissal:
        facts["Dismissed"] = DISMISSALS.get(case.dismissal, case.dismissal)
    first, second = st.columns(2, gap="large")
    with first:
        _pairs("Facts", facts)
    with second:
        _pairs("Evidence", json.loads(found["evidence"]))
        _pairs("Where to look", json.loads(found["source_keys"]))


def _pairs(title: str, pairs: dict) -> None:
    st.markdown(f"**{title}**")
    rows = [f"| {plain(str(name).replace('_', ' '))} | {plain(_short(value))} |" for name, value in pairs.items()]
    st.markdown("\n".join(["| | |", "|---|---|", *rows]))


def _short(value: object) -> str:
    text = value if isinstance(value, str) else ("–" if value is None else json.dumps(value, ensure_ascii=False))
    return text.replace("\n", " ")


def _show_explanation(case: Case) -> None:
    explanation = evidence.explanation(context.snapshot(), case.case_id)
    if explanation is None:
        st.info("The newest publication has no arithmetic for this finding.")
        return
    if explanation.agrees is None:
        st.info("No longer found: its last figures are kept, its steps are not.")
        return
    verdict = f"{money(explanation.executed_amount, case.currency_code)}, calculated anew just now"
    if explanation.agrees:
        st.success(f"{verdict}: equal to the finding, to the cent.", icon=":material/check:")
    else:
        st.error(f"{verdict}: the finding says {money(explanation.amount, case.currency_code)}.")
    st.dataframe(
        [
            {
                "Gives": f"{step.executed:,.6f}",
                "Formula": step.formula,
                "Figures": ", ".join(f"{name} = {value:f}" for name, value in step.factors.items()),
                "What": step.step_key,
            }
            for step in explanation.steps[:_STEPS_SHOWN]
        ],
        hide_index=True,
        column_config={"Gives": st.column_config.TextColumn(alignment="right")},
        alt="Steps of the arithmetic",
    )
    if len(explanation.steps) > _STEPS_SHOWN:
        st.caption(f"{_STEPS_SHOWN} of {len(explanation.steps):,} steps: the evidence pack has all.")
    st.markdown("**Rows that it rests on**")
    st.dataframe(
        [
            {
                "Record": f"{row.system}.{row.entity}",
                "Key": row.key,
                "From": row.source_ref or "–",
                "Line or page": "–" if row.source_position is None else str(row.source_position),
                "Load": row.load_id,
                "Hash": row.row_hash,
            }
            for row in explanation.rows[:_STEPS_SHOWN]
        ],
        hide_index=True,
        alt="Landed rows",
    )


def _show_history(events: list[Event], case: Case) -> None:
    for event in reversed(events):
        details = event.details
        said = [EVENTS[event.event_type.value]]
        if details.get("step"):
            said.append(details["step"])
        if details.get("owner"):
            said.append(f"to {details['owner']}")
        if details.get("due_date"):
            said.append(f"by {details['due_date']}")
        said += [
            f"{name.removesuffix('_amount')} {details[name]} {case.currency_code}"
            for name in (
                "exposure_amount",
                "confirmed_amount",
                "recoverable_amount",
                "recovered_amount",
                "prevented_amount",
            )
            if details.get(name) is not None
        ]
        with st.container(border=True):
            st.caption(f"{event.version} · {event.recorded_at:%Y-%m-%d %H:%M:%S} UTC · {plain(event.actor)}")
            st.markdown(f"{plain(', '.join(said))}" + (f": “{plain(event.reason)}”" if event.reason else ""))


def _show_pack(case: Case) -> None:
    st.markdown(
        "A zip with the workbook (totals are formulas), the rows as CSV, the explanation as JSON and as a page, the "
        "case with its history, and a manifest with a hash of each file."
    )
    pack = evidence.pack(context.snapshot(), case.case_id, case.version)
    st.download_button(
        "Download evidence pack",
        pack,
        file_name=f"evidence-{case.control_id}-{case.case_id[:8]}-v{case.version}.zip",
        mime="application/zip",
        icon=":material/download:",
        on_click="ignore",
    )
