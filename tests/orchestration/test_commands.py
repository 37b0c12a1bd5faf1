"""The commands answer in one line when something is wrong, and with an exit code that a shell can use."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from concord.cli import build_app
from concord.errors import ConcordError
from expectations import landing
from expectations.results import CheckResult
from orchestration.display import line
from orchestration.progress import Step, timed

RUNNER = CliRunner()


@pytest.fixture
def settings_file(tmp_path, monkeypatch):
    monkeypatch.delenv("CONCORD_SETTINGS", raising=False)
    file = tmp_path / "concord.yml"
    file.write_text("lake: {folder: lake}\n")
    return file


def result(success: bool, severity: str) -> CheckResult:
    return CheckResult(
        suite="landing.billing.invoice",
        target="billing.invoice",
        expectation="total_is_net_plus_tax",
        severity=severity,
        success=success,
        details='[{"invoice_id": "I1"}]',
        checked_at=datetime.now(UTC),
    )


@pytest.mark.parametrize(("severity", "code"), [("warn", 0), ("error", 1)])
def test_check_fails_when_a_blocking_promise_is_broken(settings_file, monkeypatch, severity, code):
    monkeypatch.setattr(landing, "check", lambda settings, system: [result(True, "error"), result(False, severity)])
    answer = RUNNER.invoke(build_app(), ["check", "landing", "--settings", str(settings_file)])
    assert answer.exit_code == code, answer.output
    assert "1 of 2 checks passed" in answer.output
    assert "total_is_net_plus_tax" in answer.output
    assert "invoice_id" in answer.output  # brackets of JSON are no markup


def test_check_of_an_empty_lake_says_what_to_do(settings_file):
    answer = RUNNER.invoke(build_app(), ["check", "--settings", str(settings_file)])
    assert isinstance(answer.exception, ConcordError)
    assert answer.exception.hint == "run 'concord ingest' first"


def test_unknown_system_is_a_clear_error(settings_file):
    answer = RUNNER.invoke(build_app(), ["check", "landing", "--system", "nosuch", "--settings", str(settings_file)])
    assert isinstance(answer.exception, ConcordError)
    assert "nosuch" in str(answer.exception)


def test_missing_settings_file_is_a_clear_error(tmp_path):
    answer = RUNNER.invoke(build_app(), ["build", "--settings", str(tmp_path / "none.yml")])
    assert isinstance(answer.exception, ConcordError)


def test_a_step_is_one_line_with_rows_and_seconds():
    text = line(Step("billing.invoice", "done", "loaded", rows=12345, seconds=1.26))
    assert "12,345 rows" in text
    assert "1.3 s" in text


def test_timed_step_ends_as_failed_when_its_body_raises():
    steps = []
    with pytest.raises(ValueError, match="no"), timed(steps.append, "publish"):
        raise ValueError("no")
    assert [step.state for step in steps] == ["started", "failed"]
    assert steps[-1].seconds is not None
