"""Case books for tests: on SQLite and on PostgreSQL, filled with cases as a build would open them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from cases.rules import Decision
from cases.state import EventType
from cases.store import CaseBook

START = datetime(2026, 10, 1, 8, 0, tzinfo=UTC)


class Clock:
    """A clock that moves on by a minute each time somebody looks."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


def opening(**changes: Any) -> Decision:
    """The event that opens a case."""
    details = {
        "control_id": "O1",
        "direction": "under",
        "currency_code": "EUR",
        "root_cause_type": "tariff",
        "root_cause_key": "T1",
        "period_start": "2026-07-01",
        "period_end": "2026-08-01",
        "exposure_amount": "120.50",
    }
    return Decision(EventType.opened, details={**details, **changes})


def open_cases(book: CaseBook, *case_ids: str, **changes: Any) -> None:
    """Open cases with these ids."""
    book.follow_build(lambda _: {case_id: opening(**changes) for case_id in case_ids})


def seen_by_build(book: CaseBook, case_id: str, event_type: EventType, **details: Any) -> None:
    """Record what a build saw of a case."""
    if event_type is not EventType.finding_cleared:
        figures = {"exposure_amount": "120.50", "root_cause_type": "tariff", "root_cause_key": "T1"}
        details = {**figures, **details}
    book.follow_build(lambda _: {case_id: Decision(event_type, details=details)})
