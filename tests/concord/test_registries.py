"""Durable identities come back before a build, and a build of an earlier instant doesn't harm them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from concord.engine import connect
from concord.published import publish, restore_registries
from concord.settings import Settings
from tests.concord.lakes import build, read, settings_in


def test_registries_come_back_from_the_last_publication(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    assert restore_registries(settings) == 0
    build(
        settings,
        "create schema core",
        """create table core.fct_leakage_finding as
           select 'f1' as finding_id, 'O1' as control_id, cast(1.5 as decimal(18, 2)) as amount,
                  timestamp '2026-10-01 08:00:00' as first_seen_at, 'not ours' as another_column""",
    )
    publish(settings)
    settings.workspace.unlink()
    assert restore_registries(settings) == 1
    rows = workspace_rows(
        settings, "select finding_id, amount, cast(first_seen_at as varchar), status from registry.finding"
    )
    assert [(name, str(amount), seen, status) for name, amount, seen, status in rows] == [
        ("f1", "1.50", "2026-10-01 08:00:00", None)
    ]
    assert publish(settings).dropped == 1


def test_another_shape_of_findings_gives_an_empty_registry(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    build(settings, "create schema core", "create table core.fct_leakage_finding as select 1 as something_else")
    publish(settings)
    assert restore_registries(settings) == 0


def test_identities_come_back_and_say_how_far_they_know(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    build_with_identities(settings, "2026-10-02 08:00:00")
    publish(settings)
    settings.workspace.unlink()
    assert restore_registries(settings) == 2
    assert workspace_rows(settings, "select entity_id, reason, origin_id from registry.identity") == [
        ("X", "minted", None)
    ]
    assert workspace_rows(settings, "select record_id, entity_id from registry.identity_record") == [("crm:1", "X")]
    # The open end is no data time.
    assert clock(settings) == [("2026-10-02 08:00:00", False)]


def test_a_load_put_on_hold_does_not_take_the_registries_back(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    build_with_identities(settings, "2026-10-02 08:00:00", loaded_at="2026-10-01 08:00:00")
    publish(settings)
    restore_registries(settings)
    assert clock(settings) == [("2026-10-02 08:00:00", False)]


def test_a_build_of_an_earlier_instant_leaves_the_registries_as_they_are(tmp_path: Path) -> None:
    """What it publishes is the past; the next build still knows everything, also after a second look back."""
    settings = settings_in(tmp_path)
    build_with_identities(settings, "2026-10-02 08:00:00")
    publish(settings)
    for instant in ("2026-09-01T00:00:00+00:00", "2026-09-15T00:00:00+00:00"):
        assert restore_registries(settings, datetime.fromisoformat(instant)) == 2
        assert clock(settings) == [("2026-10-02 08:00:00", True)]
        build(settings, "create or replace table core.dim_identity as from core.dim_identity limit 0")
        publish(settings)
        assert read(settings, "select count(*) from core.dim_identity") == [(0,)]
        assert read(settings, "select count(*) from registry.identity") == [(1,)]
    settings.workspace.unlink()
    assert restore_registries(settings) == 2
    assert clock(settings) == [("2026-10-02 08:00:00", False)]
    build_with_identities(settings, "2026-10-02 08:00:00")
    publish(settings)
    assert read(settings, "select count(*) from duckdb_tables() where schema_name = 'registry'") == [(0,)]
    assert restore_registries(settings) == 2


def test_a_build_of_an_instant_after_the_last_publication_is_an_ordinary_one(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    build_with_identities(settings, "2026-10-02 08:00:00")
    publish(settings)
    restore_registries(settings, datetime(2026, 10, 2, 8, tzinfo=UTC))
    assert clock(settings) == [("2026-10-02 08:00:00", False)]


def build_with_identities(settings: Settings, seen_at: str, loaded_at: str | None = None) -> None:
    build(
        settings,
        "create schema if not exists core",
        f"""create or replace table core.fct_load as
            select timestamp '{loaded_at or seen_at}' as finished_at, true as is_counted
            union all select timestamp '2027-01-01 00:00:00', false""",
        f"""create or replace table core.dim_identity as
            select 'customer' as entity, 'X' as entity_id, timestamp '{seen_at}' as valid_from,
                   timestamp '9999-12-31 00:00:00' as valid_to, 'minted' as reason""",
        f"""create or replace table core.bridge_identity_record as
            select 'customer' as entity, 'crm:1' as record_id, 'X' as entity_id,
                   timestamp '{seen_at}' as valid_from, timestamp '9999-12-31 00:00:00' as valid_to""",
    )


def clock(settings: Settings) -> list[tuple]:
    return workspace_rows(settings, "select cast(known_until as varchar), is_past_rebuild from registry.clock")


def workspace_rows(settings: Settings, query: str) -> list[tuple]:
    with connect(str(settings.workspace)) as workspace:
        return workspace.execute(query).fetchall()
