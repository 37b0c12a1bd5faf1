"""The case book: reads cases and records what happens to them, so that nothing that anybody did gets lost.

Every event is the next version of its case. Who decides on a state that has changed meanwhile is refused (Conflict) and
nothing is recorded; a command for several cases is recorded for all of them or for none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, Row
from sqlalchemy.exc import IntegrityError

from cases.database import CASE_EVENT, STATE_COLUMNS, lock_writers, open_database, reading, writing
from cases.rules import Command, Decision, person
from cases.state import SYSTEM, Attention, Case, Event, EventType, Status, Step, evolve
from concord.errors import ConcordError
from concord.settings import Settings

_STATE = tuple(name for name, _ in STATE_COLUMNS)
# A statement takes a limited number of parameters.
_CASES_PER_QUERY = 500
_ROWS_PER_READ = 20_000
_TRIES = 5


class Conflict(ConcordError):
    """Somebody else changed the case since it was looked at; nothing was recorded."""


# What a build needs to know of a case: its id, and what the case knows of its finding.
KNOWN = ("case_id", "control_id", "finding_status", "exposure_amount", "root_cause_type", "root_cause_key")


class CaseBook:
    """The cases of one state database."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._engine = engine
        self._clock = clock

    @classmethod
    def open(cls, settings: Settings) -> CaseBook:
        """The book that the settings name. Raises ConcordError when it can't be opened."""
        return cls(open_database(settings))

    def close(self) -> None:
        """Give connections back."""
        self._engine.dispose()

    def cases(self, case_ids: Iterable[str] | None = None) -> list[Case]:
        """Cases as they are now, all or those that are named, in order of their ids; an unknown id has none."""
        with reading(self._engine) as connection:
            return _latest(connection, case_ids)

    def case(self, case_id: str) -> Case:
        """One case, by its id or an unmistakable beginning of it. Raises ConcordError for none, or several."""
        return self.cases([self.find(case_id)])[0]

    def find(self, case_id: str) -> str:
        """The whole id of a case, from an unmistakable beginning of it. Raises ConcordError."""
        column = CASE_EVENT.c.case_id
        start = case_id.strip()
        query = sa.select(column).where(column.startswith(start, autoescape=True), CASE_EVENT.c.version == 1).limit(2)
        with reading(self._engine) as connection:
            found = [row[0] for row in connection.execute(query)] if start else []
        if start in found:
            return start
        if not found:
            raise ConcordError(
                f"there is no case '{case_id}'",
                hint="see 'concord case list'; a new finding gets its case at the next build",
            )
        if len(found) > 1:
            raise ConcordError(f"several cases begin with '{case_id}'", hint="write more of the id")
        return found[0]

    def history(self, case_id: str) -> list[Event]:
        """Everything that happened to a case, first to last."""
        query = sa.select(CASE_EVENT).where(CASE_EVENT.c.case_id == case_id).order_by(CASE_EVENT.c.version)
        with reading(self._engine) as connection:
            return [_event(row) for row in connection.execute(query)]

    def do(self, case_id: str, command: Command, actor: str, expected_version: int | None = None) -> Case:
        """Record what a person does to one case; the case after it. See ``do_all``."""
        return self.do_all({case_id: expected_version}, command, actor)[0]

    def do_all(self, expected: Mapping[str, int | None], command: Command, actor: str) -> list[Case]:
        """Record the same for several cases, in one transaction: all of them or none.

        expected: case id -> the version on which the person decided, or None for whatever it is now.
        Raises Conflict when a case has another version, ConcordError when the rules refuse.
        """
        actor = person(actor)
        for attempt in range(_TRIES):
            try:
                with writing(self._engine) as connection:
                    return self._record(connection, expected, command, actor)
            except IntegrityError:
                # A build was faster between our look and our writing: look again, and decide on what is there now.
                if attempt == _TRIES - 1:
                    break
        raise Conflict("the case changes all the time; nothing was recorded", hint="look at it again and repeat")

    def follow_build(self, changes: Callable[[Sequence[Row[Any]]], Mapping[str, Decision]]) -> int:
        """Record what a build saw, while nobody else writes; how many events it came to.

        changes: given what every case knows of its finding (columns KNOWN), says what happened to which; an id that has
        no case yet gets one.
        """
        with writing(self._engine) as connection:
            lock_writers(connection)
            now = self._clock()
            decisions = changes(connection.execute(_last(*(CASE_EVENT.c[name] for name in KNOWN))).fetchall())
            before = {case.case_id: case for case in _latest(connection, decisions)}
            rows = [
                _row(SYSTEM, now, case_id, before.get(case_id), decision)[0]
                for case_id, decision in sorted(decisions.items())
            ]
            if rows:
                connection.execute(sa.insert(CASE_EVENT), rows)
        return len(rows)

    def last_event(self) -> int:
        """Number of the last event: as long as it stays, so do all cases."""
        with reading(self._engine) as connection:
            return connection.execute(sa.select(sa.func.max(CASE_EVENT.c.event_id))).scalar() or 0

    def event_rows(self, until: datetime | None = None) -> Iterator[Sequence[Mapping[str, Any]]]:
        """Every event that was recorded until then, with the state that it led to, in batches and in order."""
        query = sa.select(CASE_EVENT).order_by(CASE_EVENT.c.event_id)
        if until is not None:
            query = query.where(CASE_EVENT.c.recorded_at <= until)
        with reading(self._engine) as connection:
            result = connection.execution_options(stream_results=True, yield_per=_ROWS_PER_READ).execute(query)
            yield from result.mappings().partitions()

    def _record(
        self, connection: Connection, expected: Mapping[str, int | None], command: Command, actor: str
    ) -> list[Case]:
        _queue_up(connection, expected)
        cases = {case.case_id: case for case in _latest(connection, expected)}
        now = self._clock()
        rows, after = [], []
        for case_id in sorted(expected):
            case, version = cases.get(case_id), expected[case_id]
            if case is None:
                raise ConcordError(f"there is no case '{case_id}'")
            if version is not None and version != case.version:
                raise self._conflict(connection, case, version)
            try:
                row, next_case = _row(actor, now, case_id, case, command(case, actor))
            except ConcordError as error:
                several = f"case {case_id[:12]}: " if len(expected) > 1 else ""
                raise ConcordError(f"{several}{error}", hint=error.hint) from error
            rows.append(row)
            after.append(next_case)
        if rows:
            connection.execute(sa.insert(CASE_EVENT), rows)
        return after

    def _conflict(self, connection: Connection, case: Case, version: int) -> Conflict:
        if version > case.version:
            return Conflict(f"case {case.case_id[:12]} has no version {version}, it is at {case.version}")
        last = connection.execute(
            sa.select(CASE_EVENT).where(CASE_EVENT.c.case_id == case.case_id, CASE_EVENT.c.version == case.version)
        ).one()
        return Conflict(
            f"case {case.case_id[:12]} has changed since you looked at it (version {version}, now {case.version}): "
            f"{last.actor}, {last.event_type.replace('_', ' ')}, {last.recorded_at:%Y-%m-%d %H:%M} UTC; "
            "nothing was recorded",
            hint="look at it again, then repeat what still holds",
        )


def _queue_up(connection: Connection, case_ids: Iterable[str]) -> None:
    """Wait for whoever is writing to these cases now. On SQLite the transaction itself has done so."""
    if connection.dialect.name != "postgresql":
        return
    opening = sa.select(CASE_EVENT.c.event_id).where(CASE_EVENT.c.version == 1).with_for_update()
    # In one order for everybody: two who work on the same cases wait for one another, not for each other.
    for some in _parts(case_ids):
        connection.execute(opening.where(CASE_EVENT.c.case_id.in_(some)).order_by(CASE_EVENT.c.case_id)).fetchall()


def _parts(case_ids: Iterable[str]) -> Iterator[list[str]]:
    wanted = sorted(set(case_ids))
    for start in range(0, len(wanted), _CASES_PER_QUERY):
        yield wanted[start : start + _CASES_PER_QUERY]


def _latest(connection: Connection, case_ids: Iterable[str] | None = None) -> list[Case]:
    """Cases as they are now, in order of their ids."""
    query = _last(CASE_EVENT)
    if case_ids is None:
        return [_case(row) for row in connection.execute(query.order_by(CASE_EVENT.c.case_id))]
    found: list[Case] = []
    for some in _parts(case_ids):
        found += [_case(row) for row in connection.execute(query.where(CASE_EVENT.c.case_id.in_(some)))]
    return sorted(found, key=lambda case: case.case_id)


def _last(*columns: Any) -> sa.Select[Any]:
    """These columns of the last event of each case: the one that no other follows."""
    event, later = CASE_EVENT, CASE_EVENT.alias("later")
    return (
        sa.select(*columns)
        .select_from(event)
        .outerjoin(later, (later.c.case_id == event.c.case_id) & (later.c.version == event.c.version + 1))
        .where(later.c.case_id.is_(None))
    )


def _row(
    actor: str, now: datetime, case_id: str, before: Case | None, decision: Decision
) -> tuple[dict[str, Any], Case]:
    event = Event(
        case_id=case_id,
        version=(before.version if before else 0) + 1,
        event_type=decision.event_type,
        actor=actor,
        recorded_at=now,
        reason=decision.reason,
        details=decision.details,
    )
    after = evolve(before, event)
    row = {
        "case_id": case_id,
        "version": event.version,
        "event_type": event.event_type.value,
        "actor": actor,
        "recorded_at": now,
        "reason": event.reason,
        "details": event.details,
        **{name: _plain(getattr(after, name)) for name in _STATE},
    }
    return row, after


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, StrEnum) else value


def _event(row: Row[Any]) -> Event:
    return Event(
        case_id=row.case_id,
        version=row.version,
        event_type=EventType(row.event_type),
        actor=row.actor,
        recorded_at=row.recorded_at,
        reason=row.reason,
        details=row.details,
    )


def _case(row: Row[Any]) -> Case:
    values = {name: getattr(row, name) for name in _STATE}
    values["status"] = Status(values["status"])
    values["attention"] = Attention(values["attention"]) if values["attention"] else None
    values["pending_step"] = Step(values["pending_step"]) if values["pending_step"] else None
    return Case(case_id=row.case_id, version=row.version, last_event_at=row.recorded_at, **values)
