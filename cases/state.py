"""What a case is, and how it follows from its events.

A case is one finding of one control (its id is the finding's id), worked by people until it is closed. Its state is
never stored on its own: it is what its events lead to, one after the other (``evolve``). Amounts are in the case's
currency, net of tax, and say how much, not which way: the direction does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

# Who acts when a build does.
SYSTEM = "concord"


class Status(StrEnum):
    """How far the work on a case is."""

    open = "open"
    confirmed = "confirmed"
    dismissed = "dismissed"
    recovering = "recovering"
    recovered = "recovered"
    closed = "closed"


class Step(StrEnum):
    """What counts only once a second person has signed it."""

    confirm = "confirm"
    dismiss = "dismiss"
    recover = "recover"
    close = "close"


class Attention(StrEnum):
    """Why somebody should look at a case again: what a build saw since people last decided."""

    verify_cleared = "verify_cleared"  # no longer found: mended, or gone for another reason
    came_back = "came_back"  # found again after it was gone
    amount_changed = "amount_changed"


class EventType(StrEnum):
    """What can happen to a case."""

    opened = "opened"
    assigned = "assigned"
    due_date_set = "due_date_set"
    commented = "commented"
    proposed = "proposed"
    signed_off = "signed_off"
    rejected = "rejected"
    withdrawn = "withdrawn"
    recovery_started = "recovery_started"
    reopened = "reopened"
    finding_changed = "finding_changed"
    finding_cleared = "finding_cleared"
    finding_returned = "finding_returned"


AMOUNTS = ("confirmed_amount", "recoverable_amount", "recovered_amount", "prevented_amount")


@dataclass(frozen=True)
class Event:
    """Something that happened to a case, with who, when (UTC) and why."""

    case_id: str
    version: int  # 1, 2, 3 … within the case
    event_type: EventType
    actor: str
    recorded_at: datetime
    reason: str | None
    # What the event says beyond that; amounts as text.
    details: dict[str, Any]


@dataclass(frozen=True)
class Case:
    """The state of a case after its latest event."""

    case_id: str
    version: int
    control_id: str
    direction: str  # under or over
    currency_code: str
    root_cause_type: str | None
    root_cause_key: str | None
    period_start: date
    period_end: date
    exposure_amount: Decimal
    status: Status = Status.open
    owner: str | None = None
    due_date: date | None = None
    confirmed_amount: Decimal | None = None
    recoverable_amount: Decimal | None = None
    recovered_amount: Decimal | None = None
    prevented_amount: Decimal | None = None
    dismissal: str | None = None  # why it was dismissed: a code of rules.DISMISSALS
    finding_status: str = "open"
    attention: Attention | None = None
    # What waits for a second person's signature, who asked for it, and with which words and amounts.
    pending_step: Step | None = None
    pending_by: str | None = None
    pending_reason: str | None = None
    pending_details: dict[str, Any] | None = None
    last_event_at: datetime | None = None


def evolve(case: Case | None, event: Event) -> Case:
    """The case after one more event. Pure: the same events give the same case, whenever they are folded."""
    if case is None:
        if event.event_type is not EventType.opened or event.version != 1:
            raise ValueError(f"case {event.case_id} begins with {event.event_type}, not with its opening")
        return _opened(event)
    if event.version != case.version + 1 or event.case_id != case.case_id:
        raise ValueError(f"event {event.version} of {event.case_id} doesn't follow {case.version} of {case.case_id}")
    changes = _CHANGES[event.event_type](case, event)
    return replace(case, version=event.version, last_event_at=event.recorded_at, **changes)


def fold(events: list[Event]) -> Case:
    """The case that all its events lead to, in order of their versions."""
    case = None
    for event in events:
        case = evolve(case, event)
    if case is None:
        raise ValueError("a case without events")
    return case


def _opened(event: Event) -> Case:
    details = event.details
    return Case(
        case_id=event.case_id,
        version=event.version,
        control_id=details["control_id"],
        direction=details["direction"],
        currency_code=details["currency_code"],
        root_cause_type=details["root_cause_type"],
        root_cause_key=details["root_cause_key"],
        period_start=date.fromisoformat(details["period_start"]),
        period_end=date.fromisoformat(details["period_end"]),
        exposure_amount=Decimal(details["exposure_amount"]),
        last_event_at=event.recorded_at,
    )


def _assigned(_: Case, event: Event) -> dict[str, Any]:
    changes: dict[str, Any] = {"owner": event.details["owner"]}
    if event.details.get("due_date"):
        changes["due_date"] = date.fromisoformat(event.details["due_date"])
    return changes


def _due_date_set(_: Case, event: Event) -> dict[str, Any]:
    return {"due_date": date.fromisoformat(event.details["due_date"])}


def _nothing(_: Case, __: Event) -> dict[str, Any]:
    return {}


_NOTHING_PENDING: dict[str, Any] = {
    "pending_step": None,
    "pending_by": None,
    "pending_reason": None,
    "pending_details": None,
}


def _proposed(_: Case, event: Event) -> dict[str, Any]:
    details = {name: value for name, value in event.details.items() if name != "step"}
    return {
        "pending_step": Step(event.details["step"]),
        "pending_by": event.actor,
        "pending_reason": event.reason,
        "pending_details": details,
    }


def _signed_off(_: Case, event: Event) -> dict[str, Any]:
    details = event.details
    changes = {name: Decimal(details[name]) for name in AMOUNTS if details.get(name) is not None}
    return {
        **_NOTHING_PENDING,
        **changes,
        "status": Status(details["status"]),
        "dismissal": details.get("dismissal"),
        "attention": None,
    }


def _ended(_: Case, __: Event) -> dict[str, Any]:
    return dict(_NOTHING_PENDING)


def _recovery_started(_: Case, __: Event) -> dict[str, Any]:
    return {"status": Status.recovering}


def _reopened(_: Case, __: Event) -> dict[str, Any]:
    return {"status": Status.open, "dismissal": None}


def _finding_figures(event: Event) -> dict[str, Any]:
    details = event.details
    return {
        "exposure_amount": Decimal(details["exposure_amount"]),
        "root_cause_type": details["root_cause_type"],
        "root_cause_key": details["root_cause_key"],
    }


def _finding_changed(case: Case, event: Event) -> dict[str, Any]:
    changes = _finding_figures(event)
    if changes["exposure_amount"] != case.exposure_amount and case.status is not Status.open:
        changes["attention"] = Attention.amount_changed
    return changes


def _finding_cleared(_: Case, __: Event) -> dict[str, Any]:
    return {"finding_status": "cleared", "attention": Attention.verify_cleared}


# Work that was over begins again when the fault is back; work under way goes on.
_OVER = {Status.dismissed, Status.recovered, Status.closed}


def _finding_returned(case: Case, event: Event) -> dict[str, Any]:
    changes = {**_finding_figures(event), "finding_status": "open", "attention": Attention.came_back}
    if case.status in _OVER:
        changes |= {"status": Status.open, "dismissal": None}
    return changes


_CHANGES = {
    EventType.assigned: _assigned,
    EventType.due_date_set: _due_date_set,
    EventType.commented: _nothing,
    EventType.proposed: _proposed,
    EventType.signed_off: _signed_off,
    EventType.rejected: _ended,
    EventType.withdrawn: _ended,
    EventType.recovery_started: _recovery_started,
    EventType.reopened: _reopened,
    EventType.finding_changed: _finding_changed,
    EventType.finding_cleared: _finding_cleared,
    EventType.finding_returned: _finding_returned,
}
