"""dbt's log becomes events; its failures become one clear line."""

from __future__ import annotations

import pytest

from concord.errors import ConcordError
from concord.settings import Lake, Settings
from orchestration import dbt_runner

PROJECT = """
name: small
version: "1.0"
profile: small
models: {+schema: core}
"""
PROFILES = """
small:
  target: only
  outputs:
    only: {type: duckdb, path: "{{ env_var('CONCORD_WORKSPACE') }}", threads: 2}
"""
MODELS = """
version: 2
models:
  - name: good
    columns:
      - name: number
        data_tests:
          - unique
          - accepted_values: {name: is_three, arguments: {values: [3]}, config: {severity: warn}}
"""


@pytest.fixture
def settings(tmp_path, monkeypatch):
    project = tmp_path / "project"
    (project / "models").mkdir(parents=True)
    (project / "dbt_project.yml").write_text(PROJECT)
    (project / "profiles.yml").write_text(PROFILES)
    (project / "models" / "models.yml").write_text(MODELS)
    (project / "models" / "good.sql").write_text("select 1 as number, '{{ env_var('CONCORD_AS_OF') }}' as as_of")
    monkeypatch.setattr(dbt_runner, "PROJECT", project)
    return Settings(lake=Lake(folder=tmp_path / "lake"))


def test_each_node_is_reported_with_its_end(settings):
    seen = []
    run = dbt_runner.run_dbt(settings, ["build"], seen.append, as_of="2026-10-01T00:00:00Z")
    assert seen == run.events
    assert {(event.resource_type, event.status) for event in seen} == {
        ("model", "success"),
        ("test", "pass"),
        ("test", "warn"),
    }
    model = next(event for event in seen if event.resource_type == "model")
    assert model.name == "main_core.good"
    assert (model.index, model.total) == (1, 3)
    assert run.counts()["test", "warn"] == 1
    assert settings.workspace.is_file()
    assert (settings.lake_folder / "logs" / "dbt.log").is_file()


def test_failing_model_is_named_with_its_reason(settings):
    (dbt_runner.PROJECT / "models" / "bad.sql").write_text("select no_such_column from {{ ref('good') }}")
    (dbt_runner.PROJECT / "models" / "after.sql").write_text("select * from {{ ref('bad') }}")
    seen = []
    with pytest.raises(ConcordError, match=r"model main_core\.bad failed: .*no_such_column") as caught:
        dbt_runner.run_dbt(settings, ["build"], seen.append)
    assert "dbt.log" in caught.value.hint
    assert {event.status for event in seen if event.name == "main_core.after"} == {"skipped"}


def test_project_that_does_not_parse_is_a_clear_error(settings):
    (dbt_runner.PROJECT / "models" / "bad.sql").write_text("select * from {{ ref('nowhere') }}")
    with pytest.raises(ConcordError, match="nowhere"):
        dbt_runner.run_dbt(settings, ["build"])
