"""``concord case`` as people use it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from cases.commands import register
from cases.store import Conflict
from concord.errors import ConcordError
from concord.settings import load_settings
from tests.cases.published import FINDINGS, publish_findings


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "concord.yml").write_text("lake: {folder: lake}\n", encoding="utf-8")
    monkeypatch.setenv("CONCORD_SETTINGS", str(tmp_path / "concord.yml"))
    monkeypatch.setenv("CONCORD_USER", "Ada")
    publish_findings(load_settings(tmp_path / "concord.yml"))
    return tmp_path


def concord(*arguments: str) -> Result:
    app = typer.Typer()
    register(app)
    app.command("other")(lambda: None)
    result = CliRunner().invoke(app, ["case", *arguments])
    if isinstance(result.exception, ConcordError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result


def listed(*arguments: str) -> list[dict]:
    return json.loads(concord("list", "--format", "json", *arguments).output)


def test_from_finding_to_signature(folder: Path) -> None:
    assert concord("sync").output == "3 opened, 0 cleared, 0 came back, 0 changed\n"
    assert [(case["case_id"], case["exposure_amount"]) for case in listed()] == [
        ("f1", "120.50"),
        ("f2", "10.00"),
        ("f3", "3.25"),
    ]
    concord("assign", "Cleo", "f1", "--due", "2026-10-31")
    concord("confirm", "f1", "--amount", "100", "--recoverable", "80.00", "--reason", "one month credited")
    assert [case["pending_by"] for case in listed("--pending")] == ["Ada"]
    with pytest.raises(ConcordError, match="can't sign it as well"):
        concord("sign-off", "f1")
    assert "f1  version 4  confirmed" in concord("sign-off", "f1", "--as", "Ben").output
    concord("recover", "f1")
    concord("recover", "f1", "--amount", "80")
    concord("sign-off", "f1", "--as", "Ben")
    concord("close", "f1", "--reason", "done", "--prevented", "5.10")
    concord("sign-off", "f1", "--as", "Ben")
    shown = json.loads(concord("show", "f1", "--format", "json").output)
    assert (shown["status"], shown["recovered_amount"], shown["prevented_amount"]) == ("closed", "80.00", "5.10")
    assert (shown["owner"], shown["due_date"], shown["version"]) == ("Cleo", "2026-10-31", 9)
    events = json.loads(concord("history", "f1", "--format", "json").output)
    assert [(event["actor"], event["event_type"]) for event in events][:4] == [
        ("concord", "opened"),
        ("Ada", "assigned"),
        ("Ada", "proposed"),
        ("Ben", "signed_off"),
    ]
    assert "one month credited" in concord("history", "f1").output
    assert "recovered amount" in concord("show", "f1").output


def test_filters(folder: Path) -> None:
    concord("sync")
    concord("assign", "Cleo", "f3", "--due", "2020-01-01")
    assert [case["case_id"] for case in listed("--control", "o1")] == ["f1", "f2"]
    assert [case["case_id"] for case in listed("--owner", "CLEO")] == ["f3"]
    assert [case["case_id"] for case in listed("--overdue")] == ["f3"]
    assert [case["case_id"] for case in listed("--root-cause", "tariff:T1")] == ["f1", "f2"]
    assert listed("--status", "closed") == listed("--attention") == []
    assert "1 cases, 2 more" in concord("list", "--limit", "1").output
    with pytest.raises(ConcordError, match="'done' is no status"):
        concord("list", "--status", "done")


def test_a_root_cause_is_worked_at_once(folder: Path) -> None:
    concord("sync")
    assert "tariff:T1" in concord("groups").output
    concord("dismiss", "--root-cause", "tariff:T1", "--because", "agreed", "--reason", "settled")
    concord("sign-off", "--root-cause", "tariff:T1", "--as", "Ben")
    assert [case["case_id"] for case in listed("--status", "dismissed")] == ["f1", "f2"]
    groups = json.loads(concord("groups", "--format", "json").output)
    assert [(group["root_cause_key"], group["currency_code"], group["open"]) for group in groups] == [
        ("T1", "EUR", 0),
        ("T2", "USD", 1),
    ]
    with pytest.raises(ConcordError, match="no case to work on"):
        concord("sign-off", "--root-cause", "tariff:T1", "--as", "Ben")


def test_a_version_that_is_over_is_refused(folder: Path) -> None:
    concord("sync")
    concord("comment", "hello", "f1", "--as", "Ben")
    with pytest.raises(Conflict):
        concord("confirm", "f1", "--version", "1")
    for arguments in (["confirm"], ["confirm", "f1", "--root-cause", "tariff:T1"]):
        with pytest.raises(ConcordError, match="name the cases, or their root cause"):
            concord(*arguments)
    with pytest.raises(ConcordError, match="--version is for one case"):
        concord("confirm", "f1", "f2", "--version", "1")
    with pytest.raises(ConcordError, match="is no date"):
        concord("due", "tomorrow", "f1")
    with pytest.raises(ConcordError, match="--final needs --amount"):
        concord("recover", "f1", "--final")


def test_other_ways(folder: Path) -> None:
    concord("open", "f2")
    concord("confirm", "f2")
    concord("withdraw", "f2")
    concord("dismiss", "f2", "--because", "agreed", "--reason", "x")
    concord("reject", "f2", "--as", "Ben", "--reason", "no")
    concord("due", "2026-12-01", "f2")
    concord("dismiss", "f2", "--because", "agreed", "--reason", "x")
    concord("sign-off", "f2", "--as", "Ben")
    concord("reopen", "f2", "--reason", "after all")
    assert json.loads(concord("show", "f2", "--format", "json").output)["status"] == "open"
    publish_findings(
        load_settings(folder / "concord.yml"), [*FINDINGS, ("f9", "O1", "under", "EUR", "T1", "1", "open")]
    )
    assert "f9" in concord("open", "f9").output
