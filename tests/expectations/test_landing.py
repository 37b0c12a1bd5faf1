"""The landing edge: promises are checked over one load only, and a broken one holds the load."""

from __future__ import annotations

import json
import re

import pytest

from expectations.landing import check
from expectations.landing.holds import hold_file
from expectations.results import read_results
from expectations.session import KEPT_RUNS
from tests.expectations.raw_layer import lake, land

RUN = (
    "select 'R{number}' as bill_run_id, '01' as bill_cycle, date '2026-0{number}-01' as period_start, "
    "date '2026-0{end}-01' as period_end, timestamptz '2026-08-01 02:00:00Z' as run_at, '{status}' as status"
)


def bill_runs(*pairs: tuple[int, int], status: str = "COMPLETED") -> str:
    return " union all ".join(RUN.format(number=start, end=end, status=status) for start, end in pairs)


@pytest.fixture
def settings(tmp_path):
    return lake(tmp_path)


def outcome(results, expectation, target=None):
    return next(each for each in results if each.expectation == expectation and target in (None, each.target))


def test_good_load_passes_and_is_not_held(settings):
    land(settings, "billing", "bill_run", "20261001T080000000000", bill_runs((7, 8), (8, 9)))
    results = check(settings)
    assert {result.success for result in results} == {True}
    assert {result.load_id for result in results} == {"20261001T080000000000"}
    assert outcome(results, "bill_run_id_present").observed == "0 of 2 rows"
    assert not hold_file(settings, "billing", "bill_run", "20261001T080000000000").exists()


def test_broken_promise_holds_the_load_with_its_reasons(settings):
    land(settings, "billing", "bill_run", "20261001T080000000000", bill_runs((7, 9), (8, 9)))
    results = check(settings)
    assert outcome(results, "no_two_runs_of_a_cycle_overlap").is_blocking
    held = json.loads(hold_file(settings, "billing", "bill_run", "20261001T080000000000").read_text())
    assert [reason["expectation"] for reason in held["reasons"]] == ["no_two_runs_of_a_cycle_overlap"]
    assert "R7" in held["reasons"][0]["details"]


def test_unknown_word_is_a_warning(settings):
    land(settings, "billing", "bill_run", "20261001T080000000000", bill_runs((7, 8), status="FERTIG"))
    result = outcome(check(settings), "status_known")
    assert (result.success, result.severity, result.details) == (False, "warn", '["FERTIG"]')
    assert not hold_file(settings, "billing", "bill_run", "20261001T080000000000").exists()


def test_only_the_new_load_is_read(settings):
    # The old load of the same day repeats every key of the new one, and would break uniqueness together with it.
    land(settings, "billing", "bill_run", "20261001T080000000000", bill_runs((7, 8)))
    land(settings, "billing", "bill_run", "20261001T090000000000", bill_runs((7, 8)))
    results = check(settings)
    assert {result.load_id for result in results} == {"20261001T090000000000"}
    assert outcome(results, "key_unique").success


def test_duplicate_key_and_empty_full_load_are_errors(settings):
    land(
        settings, "billing", "bill_run", "20261001T080000000000", bill_runs((7, 8)) + " union all " + bill_runs((7, 8))
    )
    land(
        settings, "billing", "account", "20261001T080000000000", "select * from (select 'A' as account_id) where false"
    )
    results = check(settings)
    assert outcome(results, "key_unique", "billing.bill_run").is_blocking
    assert outcome(results, "not_empty", "billing.account").is_blocking
    assert hold_file(settings, "billing", "account", "20261001T080000000000").exists()


def test_hold_is_released_when_the_latest_load_passes_at_last(settings):
    land(settings, "billing", "bill_run", "20261001T080000000000", bill_runs((7, 8)))
    file = hold_file(settings, "billing", "bill_run", "20261001T080000000000")
    file.parent.mkdir(parents=True)
    file.write_text("{}")
    check(settings, system="billing")
    assert not file.exists()


def test_older_held_load_stays_held(settings):
    land(settings, "billing", "bill_run", "20261001T080000000000", bill_runs((7, 8)))
    land(settings, "billing", "bill_run", "20261001T090000000000", bill_runs((7, 8)))
    file = hold_file(settings, "billing", "bill_run", "20261001T080000000000")
    file.parent.mkdir(parents=True)
    file.write_text("{}")
    check(settings, load_ids=["20261001T080000000000"])
    assert file.exists()


def test_tm_forum_payloads_are_read_by_path(settings):
    def customer(number: int, kind: str | None) -> str:
        party = {"id": f"P{number}"} | ({"@referredType": kind} if kind else {})
        return f"select 'C{number}' as id, '{json.dumps({'id': f'C{number}', 'engagedParty': party})}' as payload"

    rows = [customer(1, "Individual"), customer(2, "Robot"), "select 'C3' as id, '{\"id\": \"C3\"}' as payload"]
    land(settings, "crm", "customer", "20261001T080000000000", " union all ".join(rows))
    results = check(settings, system="crm")
    assert outcome(results, "party_type_known").details == '["Robot"]'
    missing = outcome(results, "engaged_party_id_present")
    assert (missing.success, missing.severity, missing.observed) == (False, "warn", "1 of 3 rows")
    assert outcome(results, "required_columns_filled").is_blocking  # a third of the load has no party
    assert outcome(results, "key_unique").success


def test_expectation_that_cannot_run_counts_as_failed(settings):
    land(settings, "billing", "payment", "20261001T080000000000", "select 'P1' as payment_id, 'A1' as account_id")
    result = outcome(check(settings), "amount_not_zero")
    assert not result.success
    assert "amount" in result.details


def test_results_are_kept_and_shown(settings):
    assert read_results(settings).is_empty()
    land(settings, "billing", "bill_run", "20261001T080000000000", bill_runs((7, 8)))
    results = check(settings)
    kept = read_results(settings)
    assert kept.height == len(results)
    assert set(kept["edge"]) == {"landing"}
    pages = list((settings.checks / "data_docs").rglob("*.html"))
    assert (settings.checks / "data_docs" / "index.html") in pages
    assert any("landing.billing.bill_run" in str(page) or "bill_run" in str(page) for page in pages)


def test_data_docs_need_no_network_and_lead_nowhere_else(settings):
    land(settings, "billing", "bill_run", "20261001T080000000000", bill_runs((7, 8)))
    check(settings)
    site = settings.checks / "data_docs"
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        targets = re.findall(r'(?:src|href)="([^"]+)"', text)
        assert "url(" not in text
        assert [each for each in targets if not each.startswith("#") and not (page.parent / each).is_file()] == []
    index = (site / "index.html").read_text(encoding="utf-8")
    assert "landing.billing.bill_run" in index and "✓ passed" in index


def test_refused_load_is_not_checked(settings):
    land(settings, "billing", "bill_run", "20261001T080000000000", bill_runs((7, 8)), status="refused")
    assert check(settings) == []


def test_data_docs_keep_the_last_runs_only(settings):
    for hour in range(KEPT_RUNS + 2):
        land(settings, "billing", "bill_run", f"20261001T{hour:02}0000000000", bill_runs((7, 8)))
        check(settings)
    pages = list((settings.checks / "data_docs" / "validations").rglob("*.html"))
    assert len(pages) == KEPT_RUNS
    assert len(list((settings.checks / "results").glob("*.json"))) == KEPT_RUNS + 2
