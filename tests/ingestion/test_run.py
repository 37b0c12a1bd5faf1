"""Runs over several systems, the commands, and the release of quarantined rows."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
import typer
import yaml
from typer.testing import CliRunner

from concord.errors import ConcordError
from concord.settings import Settings
from ingestion import commands
from ingestion.outcomes import LoadOutcome
from ingestion.quarantine import read_quarantine
from ingestion.registry import Source, registry
from ingestion.release import release
from ingestion.run import ingest, ingest_system
from tests.ingestion.sources import age, counted_rows, settings_at, usage_record, usage_text, write_usage
from tests.ingestion.test_files import contract, write_contracts

runner = CliRunner()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    write_usage(tmp_path / "usage", 1)
    (tmp_path / "crm_fixed").mkdir()
    write_contracts(tmp_path / "crm_fixed", "20260701", [contract(n) for n in range(10)])
    return tmp_path


@pytest.fixture
def settings(files: Path) -> Settings:
    return settings_at(
        files,
        usage={"folder": str(files / "usage")},
        crm_fixed={"folder": str(files / "crm_fixed")},
        billing={"dsn": "postgresql://nobody:geheim@127.0.0.1:9/none"},
        crm={"base_url": "http://127.0.0.1:9", "attempts": 1},
        subscribers={"folder": str(files / "nowhere")},
    )


def test_dead_sources_do_not_stop_the_others(settings: Settings) -> None:
    seen: list[LoadOutcome] = []
    outcomes = ingest(settings, on_outcome=seen.append)
    assert seen == outcomes
    by_entity = {(o.system, o.entity): (o.status, o.reason) for o in outcomes}
    assert len(by_entity) == sum(len(source.entities) for source in registry().values())
    assert by_entity["usage", "usage_event"] == ("loaded", None)
    assert by_entity["crm_fixed", "product"] == ("loaded", None)
    assert by_entity["billing", "account"] == by_entity["billing", "payment"] == ("failed", "unreachable")
    assert by_entity["crm", "individual"] == by_entity["crm", "product"] == ("failed", "unreachable")
    assert by_entity["subscribers", "subscriber"] == ("failed", "missing_folder")
    assert by_entity["alarms", "alarm"] == ("failed", "no_settings")
    assert "geheim" not in "".join(o.model_dump_json() for o in outcomes)


def test_an_unknown_system_is_a_clear_error(settings: Settings) -> None:
    with pytest.raises(ConcordError, match="unknown system 'bilings'") as caught:
        ingest_system(settings, "bilings")
    assert "billing" in (caught.value.hint or "")
    with pytest.raises(ConcordError, match="no entity 'things'"):
        ingest(settings, ["usage"], accept_shrink=["things"])


def test_an_incomplete_or_unset_setting_fails_its_system_alone(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_SUCH_VARIABLE", raising=False)
    settings.sources["crm"] = {"base_url": "http://127.0.0.1:9", "token": "${NO_SUCH_VARIABLE}"}
    settings.sources["alarms"] = {"token": "x"}
    outcomes = {o.system: o for o in ingest(settings, ["alarms", "crm", "usage"])}
    assert "base_url" in (outcomes["alarms"].message or "")
    assert "NO_SUCH_VARIABLE" in (outcomes["crm"].message or "")
    assert outcomes["usage"].status in ("loaded", "unchanged")


@pytest.fixture
def app(settings: Settings, files: Path, monkeypatch: pytest.MonkeyPatch) -> typer.Typer:
    content = {"lake": {"folder": str(settings.lake_folder)}, "sources": settings.sources}
    (files / "concord.yml").write_text(yaml.safe_dump(content))
    monkeypatch.setenv("CONCORD_SETTINGS", str(files / "concord.yml"))
    monkeypatch.setenv("COLUMNS", "200")
    made = typer.Typer()
    commands.register(made)
    return made


def test_the_command_tells_rows_and_outcomes(app: typer.Typer) -> None:
    result = runner.invoke(app, ["ingest", "usage", "crm_fixed"])
    assert result.exit_code == 0, result.output
    assert "usage_event" in result.output
    assert "loaded" in result.output


def test_the_command_fails_when_something_was_not_taken(app: typer.Typer, files: Path) -> None:
    result = runner.invoke(app, ["ingest", "usage", "subscribers"])
    assert result.exit_code == 1
    assert "failed: subscribers subscriber: cannot read the folder" in result.output
    assert "hint: check 'folder'" in result.output
    runner.invoke(app, ["ingest", "crm_fixed"])
    write_contracts(files / "crm_fixed", "20260702", [contract(1)])
    result = runner.invoke(app, ["ingest", "crm_fixed"])
    assert result.exit_code == 1
    assert "concord ingest crm_fixed --accept-shrink product" in result.output.replace("\n", " ")
    assert runner.invoke(app, ["ingest", "crm_fixed", "--accept-shrink", "product"]).exit_code == 0


def test_quarantine_is_listed_counted_and_filtered(app: typer.Typer, files: Path) -> None:
    assert "no quarantined rows" in runner.invoke(app, ["quarantine"]).output
    bad = usage_record(3).replace(";10;0;0;", ";1O;0;0;")
    write_usage(files / "usage", 2, usage_text(2, [usage_record(1), usage_record(2), bad], seconds=30), day=2)
    runner.invoke(app, ["ingest", "usage"])
    result = runner.invoke(app, ["quarantine"])
    assert "bad_value" in result.output
    assert "1O" in result.output
    assert "no quarantined rows" in runner.invoke(app, ["quarantine", "--reason", "missing_value"]).output
    assert "no quarantined rows" in runner.invoke(app, ["quarantine", "--system", "crm"]).output
    counts = runner.invoke(app, ["quarantine", "--system", "usage", "--limit", "0"])
    assert "1O" not in counts.output
    released = runner.invoke(app, ["quarantine", "release", "usage", "usage_event"])
    assert "0 of 1 rows released, 1 still bad" in released.output


# Release


def with_column(source: Source, entity: str, column: str, **changes: object) -> Source:
    """The source with other rules for one column, as after an edit of its source.yml."""
    changed = source.model_copy(deep=True)
    for name, value in changes.items():
        setattr(changed.entity(entity).column(column), name, value)
    return changed


@pytest.fixture
def rules(monkeypatch: pytest.MonkeyPatch) -> dict[str, Source]:
    """The registry that runs and releases see; tests put changed sources in."""
    sources = dict(registry())
    monkeypatch.setattr("ingestion.run.registry", lambda: sources)
    return sources


def test_rows_of_files_are_released_once(settings: Settings, files: Path, rules: dict[str, Source]) -> None:
    bad = [usage_record(n).replace(";10;0;0;", ";1O;0;0;") for n in (3, 4)]
    worse = usage_record(5).replace(";national;", ";;")
    records = [usage_record(1), usage_record(2), *bad, worse, *(usage_record(n) for n in range(6, 10))]
    write_usage(files / "usage", 2, usage_text(2, records, seconds=90), day=2)
    ingest_system(settings, "usage")
    assert len(read_quarantine(settings)) == 3
    assert release(settings, "usage", "usage_event").released == 0

    rules["usage"] = with_column(rules["usage"], "usage_event", "zone", required=False)
    result = release(settings, "usage", "usage_event")
    assert (result.rows, result.released, result.still_bad) == (3, 1, 2)
    rows = counted_rows(settings, "usage", "usage_event").filter(file_sequence=2)
    assert sorted(rows["record_sequence"].to_list()) == [1, 2, 5, 6, 7, 8, 9]
    row = rows.filter(record_sequence=5).row(0, named=True)
    assert (row["zone"], row["stream"], row["_source_position"]) == (None, "voice", 7)
    assert sorted(read_quarantine(settings)["is_released"].to_list()) == [False, False, True]
    again = release(settings, "usage", "usage_event")
    assert (again.rows, again.released) == (2, 0)
    assert all(o.status == "unchanged" for o in ingest_system(settings, "usage"))


def test_bytes_in_another_encoding_are_never_released_as_text(settings: Settings, files: Path) -> None:
    path = write_usage(files / "usage", 2, day=2)
    path.write_bytes(gzip.compress(usage_text(2).encode().replace(b";X2;", b";X\xff;")))
    age(path)
    ingest_system(settings, "usage")
    assert read_quarantine(settings)["reason"].to_list() == ["bad_encoding"]
    result = release(settings, "usage", "usage_event")
    assert (result.rows, result.released, result.still_bad, result.outcome) == (1, 0, 1, None)


def test_a_released_row_of_a_snapshot_keeps_the_snapshot_whole(
    settings: Settings, files: Path, rules: dict[str, Source]
) -> None:
    rows = [contract(1), contract(2).replace(";dsl;", ";;"), contract(3)]
    write_contracts(files / "crm_fixed", "20260715", [*rows, *(contract(n) for n in range(4, 11))])
    ingest_system(settings, "crm_fixed")
    rules["crm_fixed"] = with_column(rules["crm_fixed"], "product", "tariff_code", required=False)
    result = release(settings, "crm_fixed", "product")
    assert result.outcome is not None
    landed = counted_rows(settings, "crm_fixed", "product").filter(_load_id=result.outcome.load_id)
    # A reader takes the latest load of each file date: it must be the whole.
    assert landed["file_date"].dt.to_string("%Y%m%d").unique().to_list() == ["20260715"]
    assert sorted(landed["contract_no"].to_list()) == sorted(f"V{n}" for n in range(1, 11))


def test_a_row_whose_whole_was_replaced_is_not_released(
    settings: Settings, files: Path, rules: dict[str, Source]
) -> None:
    write_contracts(files / "crm_fixed", "20260715", [contract(n) for n in range(1, 11)] + [";K;;;;;;"])
    ingest_system(settings, "crm_fixed")
    write_contracts(files / "crm_fixed", "20260715", [contract(n) for n in range(1, 12)])
    ingest_system(settings, "crm_fixed")
    rules["crm_fixed"] = with_column(rules["crm_fixed"], "product", "tariff_code", required=False)
    result = release(settings, "crm_fixed", "product")
    assert (result.rows, result.superseded, result.released) == (0, 1, 0)


def test_releasing_what_is_not_there_is_a_clear_error(settings: Settings) -> None:
    ingest_system(settings, "usage")
    with pytest.raises(ConcordError, match="no entity 'event'"):
        release(settings, "usage", "event")
    with pytest.raises(ConcordError, match="no load 2020"):
        release(settings, "usage", "usage_event", "2020")
