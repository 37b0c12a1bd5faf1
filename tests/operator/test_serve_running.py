"""All servers together, and the settings file that leads there."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
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


def test_http_server_dies_with_its_starter(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from seeds.operator.serve.tmforum_server import TmForumServer\n"
        "server = TmForumServer(Path(sys.argv[1])); print(server._process.pid, server.port, flush=True); time.sleep(60)"
    )
    starter = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    pid, port = map(int, starter.stdout.readline().split())
    assert fetch(f"http://127.0.0.1:{port}/alarms/alarmManagement/v4/alarm") == []
    starter.kill()
    starter.wait()
    starter.stdout.close()
    deadline = time.monotonic() + 15
    while psutil.pid_exists(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not psutil.pid_exists(pid)


def test_serve_command_prints_what_another_shell_needs(tmp_path: Path) -> None:
    operator = tiny_operator(tmp_path)
    code = "import typer; from seeds.operator.commands import register; app = typer.Typer(); register(app); app()"
    command = [sys.executable, "-c", code, "operator", "serve", "--folder", str(operator)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    lines = []
    while not lines or not lines[-1].startswith("Ctrl-C"):
        lines.append(server.stdout.readline())
        assert lines[-1], lines
    exports = next(line for line in lines if line.startswith("export "))
    variables = dict(re.findall(r"(\w+)='([^']*)'", exports))
    (dsn,) = re.findall(r"postgresql://\S+", "".join(lines))
    with psycopg.connect(dsn.replace(f"${{{BILLING_PASSWORD}}}", variables[BILLING_PASSWORD])) as connection:
        assert connection.execute("select count(*) from account").fetchone() == (2,)
    assert Path(variables["CONCORD_SETTINGS"]) == operator / "concord.yml"
    server.send_signal(signal.SIGINT)
    assert server.wait(30) == 0
    server.stdout.close()
