"""Definitions load as the server loads them, and hold what they are meant to hold."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ingestion.registry import registry

ROOT = Path(__file__).resolve().parents[2]
SNAPSHOT = Path(__file__).with_name("definitions.txt")
# CONCORD_UPDATE_SNAPSHOTS=1 writes the snapshot anew; look at the difference before committing it.
UPDATE = "CONCORD_UPDATE_SNAPSHOTS"


@pytest.fixture(scope="module")
def definitions():
    from orchestration.definitions import defs

    return defs


@pytest.fixture(scope="module")
def graph(definitions):
    return definitions.resolve_asset_graph()


def test_server_loads_them_without_a_settings_file(tmp_path):
    # In a folder of its own: no concord.yml, no source, no lake.
    environment = {name: value for name, value in os.environ.items() if name != "CONCORD_SETTINGS"}
    command = [sys.executable, "-m", "dagster", "definitions", "validate", "-m", "orchestration.definitions"]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**environment, "DAGSTER_HOME": str(tmp_path), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_snapshot_of_keys_jobs_schedules_and_sensors(definitions, graph):
    lines = [f"asset {key.to_user_string()}" for key in sorted(graph.materializable_asset_keys)]
    jobs = [job.name for job in definitions.resolve_all_job_defs() if not job.name.startswith("__")]
    lines += [f"job {name}" for name in sorted(jobs)]
    repository = definitions.get_repository_def()
    lines += [f"schedule {each.name} {each.cron_schedule}" for each in sorted(repository.schedule_defs, key=_name)]
    lines += [f"sensor {each.name}" for each in sorted(repository.sensor_defs, key=_name)]
    text = "\n".join(lines) + "\n"
    if os.environ.get(UPDATE):
        SNAPSHOT.write_text(text, encoding="utf-8")
    assert text == SNAPSHOT.read_text(encoding="utf-8"), f"run with {UPDATE}=1 when the change is meant"


def test_every_landed_entity_is_an_asset_and_the_source_of_a_model(graph):
    for source in registry().values():
        for entity in source.entities:
            key = next(each for each in graph.materializable_asset_keys if each.path == [source.system, entity.name])
            readers = {child.path[0] for child in graph.get(key).child_keys}
            assert "staging" in readers, key


def test_every_landed_entity_has_its_checks(graph):
    for source in registry().values():
        for entity in source.entities:
            names = {key.name for key in graph.asset_check_keys if key.asset_key.path == [source.system, entity.name]}
            assert {"loaded", "freshness", "key_unique"} <= names


def test_blocking_checks_stand_between_marts_and_publication(graph):
    blocking = {
        key.asset_key.to_user_string()
        for key in graph.asset_check_keys
        if graph.get(key).blocking and key.name in ("amount_positive", "adds_up_to_the_findings", "not_collapsed")
    }
    assert "marts_revenue_assurance/leakage_finding" in blocking
    lake = next(key for key in graph.materializable_asset_keys if key.path == ["published", "lake"])
    above = {key.to_user_string() for key in graph.get(lake).parent_keys}
    assert blocking <= above


def test_report_follows_the_publication(graph):
    report = next(key for key in graph.materializable_asset_keys if key.path == ["report", "leakage_report"])
    assert [key.path for key in graph.get(report).parent_keys] == [["published", "lake"]]


def test_failing_source_is_tried_again_later_and_later(definitions):
    from dagster import Backoff

    steps = [node for node in definitions.resolve_job_def("refresh").nodes if node.name.startswith("load_")]
    assert len(steps) == len(registry())
    for step in steps:
        assert step.definition.retry_policy.backoff is Backoff.EXPONENTIAL
        assert step.definition.retry_policy.max_retries >= 2


def test_every_group_has_a_name_and_every_asset_a_description(graph):
    assert "default" not in {graph.get(key).group_name for key in graph.get_all_asset_keys()}
    assert [key for key in graph.get_all_asset_keys() if not graph.get(key).description] == []


def test_schedules_do_daily_what_refresh_does_by_hand(definitions, graph):
    jobs = {each.job_name for each in definitions.get_repository_def().schedule_defs}
    assert jobs == {"build", "freshness", *(f"ingest_{system}" for system in registry())}
    scheduled = [definitions.resolve_job_def(name).asset_layer.selected_asset_keys for name in jobs]
    assert set().union(*scheduled) == graph.materializable_asset_keys
    build = {node.name for node in definitions.resolve_job_def("build").nodes}
    assert build == {"dbt_build", "published_edge", "published__lake", "report__leakage_report"}


def test_assembly_stays_thin():
    assert len((ROOT / "orchestration" / "definitions.py").read_text().splitlines()) < 60


def _name(each) -> str:
    return each.name
