"""All servers together, and the settings file that leads there."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from pathlib import Path

import psycopg
import pytest
import typer
from typer.testing import CliRunner

from concord.settings import load_settings
from ingestion.registry import registry
from seeds.operator import commands
from seeds.operator.serve import running
from seeds.operator.serve.servers import BILLING_PASSWORD, CRM_TOKEN, Servers
from tests.operator.serve_fixtures import tiny_operator


def fetch(url: str, token: str | None = None) -> list[dict]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as answer:
        return json.load(answer)


def test_settings_lead_to_every_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(CRM_TOKEN, raising=False)
    operator = tiny_operator(tmp_path / "operator")
    with running(operator, lake=tmp_path / "lake", reports=tmp_path / "reports") as file:
        settings = load_settings(file)
        assert settings.lake_folder == tmp_path / "lake"
        assert settings.operator == operator
        assert set(settings.sources) == set(registry())
        for system, source in registry().items():
            assert set(source.settings) <= set(settings.source(system))
        with psycopg.connect(settings.source("billing")["dsn"]) as connection:
            assert connection.execute("select count(*) from account").fetchone() == (2,)
        crm = settings.source("crm")
        url = f"{crm['base_url']}/partyManagement/v4/individual/IND-00003"
        assert fetch(url, crm["token"])["familyName"] == "Müller 3"
        with pytest.raises(urllib.error.HTTPError, match="401"):
            fetch(url)
        alarms = settings.source("alarms")["base_url"]
        assert fetch(f"{alarms}/alarmManagement/v4/alarm?limit=2")[1]["id"] == "ALM-00001"
        assert (Path(settings.source("usage")["folder"]) / "med_sms_20260701_000100.csv.gz").exists()
        content = file.read_text()
        assert os.environ[CRM_TOKEN] not in content and os.environ[BILLING_PASSWORD] not in content
    assert CRM_TOKEN not in os.environ
    with pytest.raises(urllib.error.URLError):
        fetch(f"{alarms}/alarmManagement/v4/alarm")


def test_lake_stays_where_it_was_and_quirks_can_be_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BILLING_PASSWORD, "given-password")
    operator = tiny_operator(tmp_path)
    (operator / "concord.yml").write_text("lake: {folder: /elsewhere/lake}\nreports: /elsewhere/reports\n")
    (operator / "quirks.json").write_text(json.dumps({"alarms": {"maximum_limit": 4, "default_limit": 4}}))
    with Servers(operator) as servers:
        settings = load_settings(servers.write_settings())
        assert str(settings.lake.folder) == "/elsewhere/lake"
        assert servers.environment[BILLING_PASSWORD] == "given-password"
        assert len(fetch(f"{servers.tmforum.base_url('alarms')}/alarmManagement/v4/alarm?limit=50")) == 4


def test_serve_without_an_operator_says_what_to_do(tmp_path: Path) -> None:
    app = typer.Typer()
    commands.register(app)
    result = CliRunner().invoke(app, ["operator", "serve", "--folder", str(tmp_path / "nothing")])
    assert result.exit_code == 1
    assert "concord operator generate" in result.output
