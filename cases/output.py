"""How ``concord case`` writes cases: tables for people, JSON for machines (amounts as text: no cent is lost)."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cases.groups import Group
from cases.state import Case, Event, Status

_SHORT = 12


def today() -> date:
    """The date by which something is overdue, UTC."""
    return datetime.now(UTC).date()


def as_data(thing: Case | Event) -> dict[str, Any]:
    """A case, or an event, as JSON can hold it."""
    return {name: _plain(value) for name, value in dataclasses.asdict(thing).items()}


def print_cases(cases: list[Case], total: int, *, as_json: bool) -> None:
    """A list of cases."""
    if as_json:
        return _print_json([as_data(case) for case in cases])
    table = _table("case", "control", "status", "owner", "due", "direction", ">exposure", "cur", "root cause", "note")
    for case in cases:
        table.add_row(
            case.case_id[:_SHORT],
            case.control_id,
            case.status.value,
            Text(case.owner or "—"),
            case.due_date.isoformat() if case.due_date else "—",
            case.direction,
            f"{case.exposure_amount:,.2f}",
            case.currency_code,
            Text(f"{case.root_cause_type or 'unknown'}:{case.root_cause_key or 'unknown'}"),
            Text(_note(case)),
        )
    console = _console()
    console.print(table)
    more = f", {total - len(cases)} more (--limit)" if total > len(cases) else ""
    console.print(f"{len(cases)} cases{more}", highlight=False)


def print_case(case: Case, *, as_json: bool = False) -> None:
    """One case with everything that is known of it."""
    if as_json:
        return _print_json(as_data(case))
    table = Table.grid(padding=(0, 2))
    for name, value in as_data(case).items():
        table.add_row(name.replace("_", " "), Text("—" if value is None else str(value)))
    _console().print(table)


def print_history(events: list[Event], *, as_json: bool) -> None:
    """Everything that happened to a case."""
    if as_json:
        return _print_json([as_data(event) for event in events])
    table = _table("version", "when (UTC)", "who", "what", "why", "details")
    for event in events:
        details = ", ".join(f"{name} {value}" for name, value in sorted(event.details.items()) if value is not None)
        table.add_row(
            str(event.version),
            f"{event.recorded_at:%Y-%m-%d %H:%M:%S}",
            Text(event.actor),
            event.event_type.value.replace("_", " "),
            Text(event.reason or ""),
            Text(details),
        )
    _console().print(table)


def print_groups(groups: Iterable[Group], *, as_json: bool) -> None:
    """Root causes with their cases counted and their money added up."""
    amounts = ("exposure_amount", "confirmed_amount", "recovered_amount")
    if as_json:
        return _print_json(
            [
                {
                    **dataclasses.asdict(group.key),
                    "cases": len(group.cases),
                    "open": group.count(Status.open),
                    "closed": group.count(Status.closed),
                    "pending": group.pending,
                    **{name: str(group.total(name)) for name in amounts},
                }
                for group in groups
            ]
        )
    table = _table(
        "root cause",
        "control",
        "direction",
        ">cases",
        ">open",
        ">pending",
        ">exposure",
        ">confirmed",
        ">recovered",
        "cur",
    )
    for group in groups:
        table.add_row(
            Text(group.name),
            group.key.control_id,
            group.key.direction,
            str(len(group.cases)),
            str(group.count(Status.open)),
            str(group.pending),
            *(f"{group.total(name):,.2f}" for name in amounts),
            group.key.currency_code,
        )
    _console().print(table)


def print_done(cases: list[Case]) -> None:
    """What a command came to."""
    for case in cases:
        typer.echo(f"{case.case_id[:_SHORT]}  version {case.version}  {case.status.value}  {_note(case)}".rstrip())


def _note(case: Case) -> str:
    notes = []
    if case.pending_step:
        notes.append(f"{case.pending_step.value} by {case.pending_by} waits for sign-off")
    if case.attention:
        notes.append(case.attention.value.replace("_", " "))
    return "; ".join(notes)


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column.lstrip(">"), justify="right" if column.startswith(">") else "left", overflow="fold")
    return table


def _console() -> Console:
    console = Console()
    # In a pipe, lines are not folded to some screen's width.
    return console if console.is_terminal else Console(width=220)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))
