"""What the app reads: cases as they are now, beside what the newest publication says of their findings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import streamlit as st

import reporting.data
from app import context
from cases.state import Case, Status

ZERO = Decimal("0.00")
UNDER_WAY = (Status.open, Status.confirmed, Status.recovering)
AGES = (("0-30", 30), ("31-60", 60), ("61-90", 90))


@dataclass(frozen=True)
class Item:
    """A case with what the lake says of its finding; without it when nothing is published of it any more."""

    case: Case
    control_name: str
    bridge_class: str | None  # what its money is
    customer_name: str | None
    segment: str | None  # person or company
    account: str | None
    service_number: str | None
    published_age_days: int | None

    @property
    def age_days(self) -> int | None:
        """The age that the lake has worked out; None when the case is over."""
        return self.published_age_days if self.case.status in UNDER_WAY else None

    @property
    def age_band(self) -> str | None:
        """The age in bands, as in case_worklist."""
        if self.age_days is None:
            return None
        return next((name for name, limit in AGES if self.age_days <= limit), "over 90")

    @property
    def is_overdue(self) -> bool:
        """Past its date and not over."""
        due = self.case.due_date
        return due is not None and due < datetime.now(UTC).date() and self.case.status in UNDER_WAY

    @property
    def month(self) -> date:
        """The month in which the finding's period starts."""
        return self.case.period_start.replace(day=1)


def items() -> list[Item]:
    """Every case, the largest exposure first."""
    return _items(context.snapshot(), context.book().last_event())


@st.cache_resource(max_entries=2, show_spinner=False)
def _items(snapshot: int, last_event: int) -> list[Item]:
    """The same, read once for each state of the cases; nobody changes an item."""
    findings = _findings(snapshot)
    controls = _controls(snapshot)
    found = []
    for case in context.book().cases():
        finding = findings.get(case.case_id, {})
        found.append(
            Item(
                case=case,
                control_name=controls.get(case.control_id, ("", None))[0],
                bridge_class=finding.get("bridge_class") or controls.get(case.control_id, ("", None))[1],
                customer_name=finding.get("customer_name"),
                segment=finding.get("customer_type"),
                account=finding.get("account_id_billing"),
                service_number=finding.get("service_number"),
                published_age_days=finding.get("age_days"),
            )
        )
    return sorted(found, key=lambda item: (-item.case.exposure_amount, item.case.case_id))


def rows(query: str, parameters: list[Any] | None = None) -> list[dict[str, Any]]:
    """The rows of a query on the newest publication."""
    result = context.lake().execute(query, parameters or [])
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def has_table(schema: str, table: str) -> bool:
    """Whether the newest publication has this table."""
    return reporting.data.has_table(context.lake(), schema, table)


def add_up(cases: Iterable[Case], amount: str) -> dict[tuple[str, str], Decimal]:
    """One of the amounts per (currency, direction), which are never added up with each other."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for case in cases:
        sums[case.currency_code, case.direction] += getattr(case, amount) or ZERO
    return dict(sums)


@st.cache_data(max_entries=2, show_spinner=False)
def _findings(snapshot: int) -> dict[str, dict[str, Any]]:
    query = """
        select
            finding.finding_id, finding.bridge_class, customer_name, customer_type, account_id_billing,
            service_number, age_days
        from marts_revenue_assurance.leakage_finding as finding
        left join core.fct_case as cases on finding.finding_id = cases.case_id
    """
    return {row["finding_id"]: row for row in rows(query)}


@st.cache_data(max_entries=2, show_spinner=False)
def _controls(snapshot: int) -> dict[str, tuple[str, str | None]]:
    """Name and class of money of each control."""
    found = rows("select control_id, control_name, bridge_class from core.dim_control")
    return {row["control_id"]: (row["control_name"], row["bridge_class"]) for row in found}
