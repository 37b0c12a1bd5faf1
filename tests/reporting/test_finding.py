"""``concord explain`` of findings: the arithmetic gives each one's amount, and the landed rows are there."""

from __future__ import annotations

import json
from contextlib import closing
from decimal import Decimal

import pytest
from typer.testing import CliRunner

from concord.cli import build_app
from concord.errors import ConcordError
from concord.published import connect_reader
from concord.settings import Settings
from reporting import finding
from reporting.data import read_rows
from reporting.finding import FindingExplanation, read_finding, read_findings
from reporting.leakage import write_report


@pytest.fixture(scope="module")
def explained(refreshed: Settings) -> list[FindingExplanation]:
    with closing(connect_reader(refreshed)) as lake:
        keys = lake.execute(
            "select finding_id from core.fct_leakage_finding where status = 'open' order by 1"
        ).fetchall()
    return read_findings(refreshed, [key for (key,) in keys])


def test_every_finding_is_calculated_again_to_the_cent(explained: list[FindingExplanation]) -> None:
    assert len(explained) > 50
    wrong = [
        (found.finding["control_id"], found.finding["finding_id"], found.amount, found.executed_amount)
        for found in explained
        if found.agrees is not True
    ]
    assert wrong == []


def test_every_step_gives_what_the_build_published(explained: list[FindingExplanation]) -> None:
    # The build divides in double precision: the sixth digit may differ by one.
    assert max(abs(step.published - step.executed) for found in explained for step in found.steps) <= Decimal(
        "0.000001"
    )


def test_the_rows_behind_it_are_found_with_load_and_hash(explained: list[FindingExplanation]) -> None:
    missing = {(system, entity) for found in explained for system, entity, _ in found.missing}
    # The register's rows of a card that was withdrawn since are in an earlier dump, and found all the same.
    assert missing == set()
    for found in explained:
        assert found.rows, found.finding["finding_id"]
        for row in found.rows:
            assert row.load_id and len(row.row_hash) == 32 and row.source_ref


def test_usage_names_file_and_line(explained: list[FindingExplanation]) -> None:
    rows = [row for found in explained for row in found.rows if (row.system, row.entity) == ("usage", "usage_event")]
    assert rows
    assert all(".csv" in row.source_ref and row.source_position > 0 for row in rows)


def test_as_json_and_on_the_command_line(
    refreshed: Settings, explained: list[FindingExplanation], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONCORD_SETTINGS", str(refreshed.file))
    key = explained[0].finding["finding_id"]
    runner = CliRunner()
    result = runner.invoke(build_app(), ["explain", key, "--json"])
    assert result.exit_code == 0, result.output
    content = json.loads(result.output)
    assert content["agrees"] is True
    assert Decimal(content["executed_amount"]) == explained[0].amount
    shown = runner.invoke(build_app(), ["explain", "finding", key])
    assert "equal to the finding" in shown.output
    assert runner.invoke(build_app(), ["explain", "finding", "nonsense"]).exit_code != 0


def test_a_factor_that_was_changed_is_noticed(explained: list[FindingExplanation]) -> None:
    found = explained[0]
    step = found.steps[0]
    tampered = FindingExplanation(
        found.snapshot_id,
        found.finding,
        [*found.steps[1:], type(step)(**{**step.__dict__, "executed": step.executed + Decimal("0.01")})],
    )
    assert tampered.agrees is False


def test_an_unknown_id_is_an_error_with_a_hint(refreshed: Settings) -> None:
    with pytest.raises(ConcordError, match="no finding has the ID"):
        read_finding(refreshed, "f" * 32)


def test_many_findings_take_no_more_queries_than_one(
    refreshed: Settings, explained: list[FindingExplanation], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def counted(lake, query, parameters=None):
        asked.append(query)
        return read_rows(lake, query, parameters)

    monkeypatch.setattr(finding, "read_rows", counted)
    read_findings(refreshed, [found.finding["finding_id"] for found in explained[:40]])
    assert len(asked) == 2


def test_the_report_links_a_page_for_each_finding(refreshed: Settings, tmp_path) -> None:
    settings = refreshed.model_copy(update={"reports": tmp_path})
    paths = write_report(settings)
    html = paths.page.read_text(encoding="utf-8")
    pages = list((tmp_path / paths.page.stem).glob("*.html"))
    assert len(pages) > 50
    for page in pages:
        assert f'href="{paths.page.stem}/{page.name}"' in html
        assert "equal to the finding, to the cent" in page.read_text(encoding="utf-8")
