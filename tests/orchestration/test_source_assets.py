"""Landed assets in a Dagster run: what is checked and shown, and that a dead source stops nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from dagster import AssetCheckSeverity, AssetKey, AssetSelection, Definitions, define_asset_job, materialize

from ingestion.registry import registry
from orchestration import assets_sources
from orchestration.assets_publish import publication_assets
from orchestration.assets_sources import source_assets
from orchestration.checks import _judge, freshness_checks
from orchestration.resources import Lake

CUSTOMERS = """KUNDENNR;NAME;VORNAME;FIRMA;STRASSE;PLZ;ORT;TELEFON;EMAIL;GEBURTSDATUM;STATUS;ANGELEGT_AM;GEAENDERT_AM
0001;Müller;Eva;;Am Markt 1;24103;Kiel;0431 1234;eva@example.org;01.02.1980;aktiv;01.03.2015 10:00;
0002;;;;Am Markt 2;24103;Kiel;0431 1235;;;aktiv;01.03.2016 10:00;
"""
CONTRACTS = """VERTRAGSNR;KUNDENNR;TARIF;ANSCHLUSSNR;MONATSPREIS;BEGINN;ENDE;STATUS
V1;0001;dsl_m;0431 1234;29,90;01.03.2015 10:00;;aktiv
"""


@pytest.fixture
def lake(tmp_path, monkeypatch):
    # The policy's own waiting times would make this test one of minutes.
    monkeypatch.setattr(assets_sources, "RETRY", assets_sources.RETRY._replace(max_retries=1, delay=0.01, backoff=None))
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "kunden_20261001.csv").write_text(CUSTOMERS, encoding="iso-8859-1")
    (folder / "vertraege_20261001.csv").write_text(CONTRACTS, encoding="iso-8859-1")
    file = tmp_path / "concord.yml"
    # Nobody listens there.
    file.write_text(f"sources:\n  crm_fixed: {{folder: {folder}}}\n  alarms: {{base_url: 'http://127.0.0.1:9'}}\n")
    return Lake(settings_file=str(file))


def run(lake, *systems):
    assets = [each for each in source_assets() if {key.path[0] for key in each.keys} & set(systems)]
    return materialize(assets, resources={"lake": lake}, raise_on_error=False)


def evaluations(result):
    return {(each.asset_key.to_user_string(), each.check_name): each for each in result.get_asset_check_evaluations()}


def test_new_load_is_materialized_with_its_rows_and_checks(lake):
    result = run(lake, "crm_fixed")
    assert result.success
    shown = {
        event.asset_key.path[-1]: event.materialization.metadata for event in result.get_asset_materialization_events()
    }
    assert shown["customer"]["rows"].value == 2
    checks = evaluations(result)
    assert checks["crm_fixed/customer", "key_unique"].passed
    nameless = checks["crm_fixed/customer", "has_a_name"]
    assert not nameless.passed
    assert nameless.severity is AssetCheckSeverity.WARN
    assert "0002" in nameless.metadata["examples"].value


def test_second_run_finds_nothing_new_and_keeps_the_results(lake, monkeypatch):
    first = run(lake, "crm_fixed")
    monkeypatch.setattr("expectations.landing.check", None)
    second = run(lake, "crm_fixed")
    assert second.success
    passed = {key: each.passed for key, each in evaluations(first).items()}
    assert {key: each.passed for key, each in evaluations(second).items()} == passed
    assert ("crm_fixed/customer", "has_a_name") in passed


def test_dead_source_is_tried_again_then_shown_and_stops_nobody(lake):
    result = run(lake, "alarms", "crm_fixed")
    assert result.success
    retried = [event for event in result.all_events if event.is_step_restarted]
    assert [event.step_key for event in retried] == ["load_alarms"]
    checks = evaluations(result)
    assert not checks["alarms/alarm", "loaded"].passed
    assert checks["alarms/alarm", "loaded"].severity is AssetCheckSeverity.ERROR
    assert checks["crm_fixed/customer", "loaded"].passed


def test_freshness_follows_the_descriptor():
    now = datetime(2026, 10, 1, 12, tzinfo=UTC)
    limits = registry()["usage"].freshness
    ages = {
        "usage_event": timedelta(hours=limits.warn_after_hours) + timedelta(minutes=1),
        "usage_reject": timedelta(minutes=5),
    }
    last_read = {("usage", entity): now - age for entity, age in ages.items()}
    found = {tuple(each.asset_key.path): each for each in _judge(last_read, now)}
    assert found["usage", "usage_reject"].passed
    late = found["usage", "usage_event"]
    assert (late.passed, late.severity) == (False, AssetCheckSeverity.WARN)
    never = found["billing", "account"]
    assert (never.passed, never.severity) == (False, AssetCheckSeverity.ERROR)


def test_freshness_is_judged_by_the_loads(lake):
    run(lake, "crm_fixed")
    chosen = AssetSelection.checks(
        *(key for key in freshness_checks().check_keys if key.asset_key.path[0] in ("crm_fixed", "alarms"))
    )
    definitions = Definitions(
        assets=source_assets(),
        asset_checks=[freshness_checks()],
        jobs=[define_asset_job("freshness", chosen)],
        resources={"lake": lake},
    )
    result = definitions.resolve_job_def("freshness").execute_in_process(raise_on_error=False)
    found = evaluations(result)
    assert found["crm_fixed/customer", "freshness"].passed
    assert not found["alarms/alarm", "freshness"].passed
    assert ("billing/account", "freshness") not in found


def test_publication_waits_for_what_it_holds():
    published, report = publication_assets([AssetKey(["core", "dim_customer"])])
    assert published.asset_deps[AssetKey(["published", "lake"])] == {AssetKey(["core", "dim_customer"])}
    assert report.asset_deps[AssetKey(["report", "leakage_report"])] == {AssetKey(["published", "lake"])}
