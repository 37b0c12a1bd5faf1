"""The state database: one table of events, in SQLite or PostgreSQL, brought to its newest form when it is opened.

A row is never changed and never deleted (triggers see to that). Beside what happened it holds the state that the event
led to, so that the latest row of a case is the case, in any tool that reads SQL.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, SQLAlchemyError

from concord.errors import ConcordError
from concord.settings import Settings

_BUSY_SECONDS = 20
_WRITES = "concord_writes"
_MIGRATIONS = Path(__file__).resolve().parent / "migrations"
# Any number that nothing else in the database locks on.
_MIGRATION_LOCK = 7_305_281_466


class Money(sa.types.TypeDecorator[Decimal]):
    """decimal(18,2). SQLite has no exact decimals and keeps the digits as text."""

    impl = sa.Numeric(18, 2)
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> Any:
        return dialect.type_descriptor(sa.String(20) if dialect.name == "sqlite" else sa.Numeric(18, 2))

    def process_bind_param(self, value: Decimal | None, dialect: sa.Dialect) -> Any:
        if value is None:
            return None
        if not isinstance(value, Decimal):
            raise TypeError(f"money is a Decimal, not a {type(value).__name__}")
        return f"{value:.2f}" if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class Instant(sa.types.TypeDecorator[datetime]):
    """A moment, kept in UTC without a zone, and given back with it."""

    impl = sa.DateTime()
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Json(sa.types.TypeDecorator[dict[str, Any]]):
    """A JSON object as text, its names in order."""

    impl = sa.Text()
    cache_ok = True

    def process_bind_param(self, value: dict[str, Any] | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else json.dumps(value, sort_keys=True, ensure_ascii=False)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> dict[str, Any] | None:
        return None if value is None else json.loads(value)


METADATA = sa.MetaData()

# The state after the event, as columns; the names are those of cases.state.Case.
STATE_COLUMNS: tuple[tuple[str, Any], ...] = (
    ("control_id", sa.String(16)),
    ("direction", sa.String(8)),
    ("currency_code", sa.String(3)),
    ("root_cause_type", sa.Text()),
    ("root_cause_key", sa.Text()),
    ("period_start", sa.Date()),
    ("period_end", sa.Date()),
    ("exposure_amount", Money()),
    ("status", sa.String(16)),
    ("owner", sa.Text()),
    ("due_date", sa.Date()),
    ("confirmed_amount", Money()),
    ("recoverable_amount", Money()),
    ("recovered_amount", Money()),
    ("prevented_amount", Money()),
    ("dismissal", sa.String(32)),
    ("finding_status", sa.String(16)),
    ("attention", sa.String(32)),
    ("pending_step", sa.String(16)),
    ("pending_by", sa.Text()),
    ("pending_reason", sa.Text()),
    ("pending_details", Json()),
)

CASE_EVENT = sa.Table(
    "case_event",
    METADATA,
    sa.Column("event_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
    sa.Column("case_id", sa.String(64)),
    sa.Column("version", sa.Integer()),
    sa.Column("event_type", sa.String(32)),
    sa.Column("actor", sa.Text()),
    sa.Column("recorded_at", Instant()),
    sa.Column("reason", sa.Text()),
    sa.Column("details", Json()),
    *(sa.Column(name, kind) for name, kind in STATE_COLUMNS),
)


def open_database(settings: Settings) -> Engine:
    """An engine on the state database, which is made, or brought to its newest form, when it needs to be.

    Raises ConcordError, without any secret, when the address is wrong, the database can't be reached or is newer.
    """
    url = _url(settings)
    if url.get_backend_name() == "sqlite":
        engine = _sqlite(url)
    else:
        options = (
            {"options": f"-csearch_path={settings.state.database_schema}"} if settings.state.database_schema else {}
        )
        engine = sa.create_engine(url, pool_pre_ping=True, connect_args=options)
    with _explained(url):
        _migrate(engine, settings.state.database_schema)
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that writes: on SQLite it has the only pen from its beginning, so what it read still holds."""
    with _explained(engine.url), _writer(engine) as connection, connection.begin():
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that reads; it blocks nobody."""
    with _explained(engine.url), engine.connect() as connection, connection.begin():
        yield connection


def lock_writers(connection: Connection) -> None:
    """Keep other writers out until the transaction ends, readers not. SQLite has done so already."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("lock table case_event in share row exclusive mode"))


def _writer(engine: Engine) -> Connection:
    return engine.connect().execution_options(**{_WRITES: True})


def _url(settings: Settings) -> URL:
    address = settings.state_database
    kind, _, rest = address.partition(":")
    if kind == "sqlite" and rest and not rest.startswith("//"):
        file = Path(rest)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConcordError(f"the state database's folder can't be made: {error.strerror}") from error
        return URL.create("sqlite+pysqlite", database=str(file))
    if kind in ("postgres", "postgresql"):
        try:
            return make_url(f"postgresql:{rest}").set(drivername="postgresql+psycopg")
        except (ArgumentError, ValueError):
            pass
    raise ConcordError(
        "state.database is no address of a database",
        hint="sqlite:<file>, or postgresql://user:${SECRET}@host:5432/database",
    )


def _sqlite(url: URL) -> Engine:
    engine = sa.create_engine(url, connect_args={"timeout": _BUSY_SECONDS})

    @sa.event.listens_for(engine, "connect")
    def _set_up(raw: Any, _: Any) -> None:
        # The driver's own transactions begin late and never immediately; ours begin where they say.
        raw.isolation_level = None
        raw.execute("pragma journal_mode = wal")
        raw.execute("pragma synchronous = full")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("begin immediate" if writes else "begin")

    return engine


def _migrate(engine: Engine, schema: str | None) -> None:
    """Bring the database to the newest revision, under a lock, when it isn't there."""
    # Imported late: only whoever opens the database pays for it.
    from alembic import command
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    scripts = ScriptDirectory.from_config(config)
    head = scripts.get_current_head()
    with engine.connect() as connection, connection.begin():
        if MigrationContext.configure(connection).get_current_revision() == head:
            return
    with _writer(engine) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("select pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
            if schema:
                connection.execute(sa.schema.CreateSchema(schema, if_not_exists=True))
        current = MigrationContext.configure(connection).get_current_revision()
        if current is not None and current not in {script.revision for script in scripts.walk_revisions()}:
            raise ConcordError(
                "the state database was made by a newer version of Concord", hint="install that version, or a newer one"
            )
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def _explained(url: URL) -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        # Only a version that is taken is somebody else's doing.
        if "case_event_version" not in str(error.orig) and "case_event.version" not in str(error.orig):
            raise ConcordError(f"the state database refuses a row: {str(error.orig).splitlines()[0]}") from error
        raise
    except DBAPIError as error:
        reason = _without_secrets(str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else "", url)
        if "locked" in reason or "busy" in reason:
            raise ConcordError("the state database is busy: somebody writes all the time", hint="try again") from error
        raise ConcordError(
            f"the state database can't be used: {reason}", hint="see 'state:' in the settings file"
        ) from None
    except SQLAlchemyError as error:
        raise ConcordError(f"the state database can't be used: {type(error).__name__}") from error


def _without_secrets(message: str, url: URL) -> str:
    if url.password and len(str(url.password)) > 3:
        message = message.replace(str(url.password), "…")
    return re.sub(r"(password\s*=\s*|://[^:/@\s]+:)[^\s@'\"]+", r"\1…", message)
