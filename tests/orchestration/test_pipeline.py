"""What follows what: a build that fails anywhere is not published, and the next one starts clean."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from concord.errors import ConcordError
from concord.settings import Lake, Settings
from expectations.results import CheckResult
from ingestion.outcomes import FileOutcome, LoadOutcome, write_outcome
from orchestration import pipeline
from orchestration.build_state import read_state
from orchestration.dbt_runner import DbtRun
from orchestration.operations import operations_tables


@pytest.fixture
def settings(tmp_path):
    return Settings(lake=Lake(folder=tmp_path / "lake"))


@pytest.fixture
def rooms(monkeypatch):
    """The other rooms, replaced by a diary of what was asked of them; tests change their answers."""

    rooms = SimpleNamespace(diary=[], checks=[], dbt=None)

    def run_dbt(settings, args, on_event=None, as_of=None):
        rooms.diary.append("dbt")
        if rooms.dbt:
            raise rooms.dbt
        settings.workspace.write_text("built")
        return DbtRun()

    def publish(settings, extra):
        rooms.diary.append("publish")
        return SimpleNamespace(snapshot_id=7, tables=1, skipped=0, rows=10)

    monkeypatch.setattr(pipeline, "run_dbt", run_dbt)
    monkeypatch.setattr(pipeline, "ensure_schema", lambda settings: rooms.diary.append("schema"))
    monkeypatch.setattr(pipeline, "operations_tables", lambda settings: {})
    monkeypatch.setattr(
        pipeline.published, "restore_registries", lambda settings, as_of: rooms.diary.append("registries")
    )
    monkeypatch.setattr(pipeline.published, "publish", publish)
    monkeypatch.setattr(pipeline, "feed", lambda settings, until: rooms.diary.append("events") or 0)
    monkeypatch.setattr(pipeline, "sync", lambda settings: rooms.diary.append("cases"))
    monkeypatch.setattr(
        pipeline.published_edge, "check", lambda settings, accept_shrink: rooms.diary.append("check") or rooms.checks
    )
    return rooms


def result(success: bool, severity: str = "error") -> CheckResult:
    return CheckResult(
        suite="published.core.dim_customer",
        target="core.dim_customer",
        expectation="not_empty",
        severity=severity,
        success=success,
        details="no rows",
        checked_at=datetime.now(UTC),
    )


def test_build_runs_its_steps_in_order_and_reports_them(settings, rooms):
    steps = []
    rooms.checks = [result(True), result(False, "warn")]
    built = pipeline.build(settings, steps.append)
    assert rooms.diary == ["schema", "registries", "events", "dbt", "check", "publish", "cases"]
    assert built.publication.snapshot_id == 7
    ended = [step.name for step in steps if step.state in ("done", "warned") and step.seconds is not None]
    assert ended == ["prepare", "dbt build", "published checks", "publish", "cases"]


def test_broken_promise_keeps_the_build_unpublished(settings, rooms):
    rooms.checks = [result(True), result(False)]
    with pytest.raises(ConcordError, match=r"not published: core\.dim_customer breaks 'not_empty'"):
        pipeline.build(settings)
    assert "publish" not in rooms.diary
    with pytest.raises(ConcordError, match="has not passed its checks"):
        pipeline.publish_build(settings)


def test_a_publication_that_cases_can_not_follow_says_so(settings, rooms, monkeypatch):
    def no_database(settings):
        raise ConcordError("the state database can't be used")

    monkeypatch.setattr(pipeline, "sync", no_database)
    with pytest.raises(ConcordError, match="published, but cases could not follow: the state database"):
        pipeline.build(settings)
    assert rooms.diary[-1] == "publish"


def test_failed_models_are_neither_checked_nor_published_nor_built_upon(settings, rooms):
    rooms.dbt = ConcordError("dbt build: model core.dim_customer failed")
    with pytest.raises(ConcordError, match=r"core\.dim_customer failed"):
        pipeline.build(settings)
    assert rooms.diary[-1] == "dbt"
    assert read_state(settings) == "running"
    with pytest.raises(ConcordError, match="did not finish"):
        pipeline.check_build(settings)
    settings.workspace.write_text("half")
    rooms.dbt = None
    pipeline.prepare(settings)
    assert not settings.workspace.exists()


def test_step_that_raises_is_reported_as_failed(settings, rooms):
    steps = []
    rooms.dbt = ConcordError("no")
    with pytest.raises(ConcordError):
        pipeline.build(settings, steps.append)
    assert (steps[-1].name, steps[-1].state) == ("dbt build", "failed")


def test_operations_tables_list_the_files_of_each_load(settings):
    files = [
        FileOutcome(name="a.csv", sha256="x", rows=3),
        FileOutcome(name="b.csv", status="refused", reason="trailer_mismatch"),
    ]
    moment = "2026-10-01T08:00:00.000000Z"
    load = {"system": "usage", "entity": "usage_event", "mode": "file", "started_at": moment, "finished_at": moment}
    write_outcome(settings, LoadOutcome(load_id="1", status="unchanged", **load))
    write_outcome(settings, LoadOutcome(load_id="2", status="loaded", rows=3, files=files, **load))
    tables = operations_tables(settings)
    assert set(tables) == {"ops.load_outcome", "ops.load_file", "ops.quarantine", "ops.check_result"}
    assert tables["ops.load_outcome"]["load_id"].to_list() == ["1", "2"]
    assert tables["ops.load_file"].select("load_id", "file_name", "rows", "status", "reason").rows() == [
        ("2", "a.csv", 3, "loaded", None),
        ("2", "b.csv", 0, "refused", "trailer_mismatch"),
    ]


def test_operations_tables_have_their_columns_when_nothing_happened(settings):
    for name, frame in operations_tables(settings).items():
        assert frame.is_empty(), name
        assert frame.width > 3, name


def test_what_was_known_at_no_instant_is_refused_before_anything_runs(tmp_path) -> None:
    settings = Settings(lake=Lake(folder=tmp_path / "lake"))
    with pytest.raises(ConcordError, match="'yesterday' is no instant"):
        pipeline.build(settings, as_of="yesterday")
    assert read_state(settings) is None


@pytest.mark.parametrize("text", ["2026-07-31T06:15:00Z", "2026-07-31T08:15:00+02:00", "2026-07-31 06:15"])
def test_an_instant_is_passed_on_in_the_spelling_of_the_raw_layer(text: str) -> None:
    assert pipeline._instant(text) == "2026-07-31T06:15:00.000000Z"
