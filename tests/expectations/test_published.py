"""The published edge: a build that breaks a promise is noticed before anyone can read it."""

from __future__ import annotations

import pytest

from concord import published
from concord.engine import connect
from concord.errors import ConcordError
from expectations.published import check
from expectations.published.suites import promises
from expectations.results import read_results
from tests.expectations.raw_layer import lake

TABLES = """
create schema core; create schema marts_revenue_assurance; create schema marts_care; create schema marts_quality;
create table core.dim_customer as select 'C' || number as customer_id from range(10) as numbers(number);
create table marts_care.customer_360 as select * from core.dim_customer;
create table core.fct_invoice_line as
    select 'I1' as invoice_id, 'EUR' as currency_code, cast(500 as decimal(18, 2)) as amount;
create table core.fct_case as select 'F1' as case_id;
create table marts_revenue_assurance.leakage_finding as
    select
        'F1' as finding_id, 'O1' as control_id, 'under' as direction, 'open' as status, '{}' as evidence,
        '{}' as source_keys, cast(10.50 as decimal(18, 2)) as amount, 'EUR' as currency_code,
        date '2026-07-01' as period_start, date '2026-08-01' as period_end;
create table marts_revenue_assurance.leakage_summary as
    select 'O1' as control_id, 'under' as direction, 'EUR' as currency_code, 1 as findings,
        cast(10.50 as decimal(18, 2)) as amount;
create table marts_revenue_assurance.control_coverage as
    select 'O1' as control_id, 'a control' as name, 'active' as status, 3 as subjects_checked;
create table marts_quality.identity_worklist as
    select
        'W1' as worklist_id, 'uncertain_link' as kind, '{}' as evidence, cast(5 as decimal(18, 2)) as at_stake_amount,
        'EUR' as currency_code, cast(null as varchar) as never_link_row,
        'link,crm,customer,C1,billing,account,"A,1",<your name>,2026-09-01 06:00:00,"a ""b"", c"' as link_row;
create table marts_quality.unlinked_record as select 'U1' as unlinked_record_id;
create table marts_quality.unlinked_summary as
    select
        'service' as entity, 'crm' as system, 'billing' as expected_systems, 1 as unlinked_count, 2.5 as unlinked_pct,
        3 as ceiling_pct, '' as top_reasons, false as is_over_ceiling;
"""


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setattr(published, "last_publication", lambda settings: None)
    settings = lake(tmp_path)
    settings.lake_folder.mkdir(parents=True)
    change(settings, TABLES)
    return settings


def change(settings, sql: str) -> None:
    with connect(str(settings.workspace)) as connection:
        connection.execute(sql)


def failed(settings) -> set[tuple[str, str]]:
    """Failures among the tables that this small workspace has."""
    results = check(settings, data_docs=False)
    return {(each.target, each.expectation) for each in results if not each.success and each.details != MISSING}


MISSING = "the table does not exist"


def test_sound_build_passes(settings):
    assert failed(settings) == set()
    assert set(read_results(settings)["edge"]) == {"published"}


@pytest.mark.parametrize(
    ("sql", "target", "expectation"),
    [
        (
            "update marts_revenue_assurance.leakage_summary set amount = 10.49",
            "leakage_summary",
            "adds_up_to_the_findings",
        ),
        ("delete from marts_revenue_assurance.leakage_summary", "leakage_summary", "adds_up_to_the_findings"),
        (
            "update marts_revenue_assurance.leakage_finding set control_id = 'X9'",
            "leakage_finding",
            "control_is_active",
        ),
        ("update marts_revenue_assurance.leakage_finding set amount = 501", "leakage_finding", "leakage_below_revenue"),
        ("update marts_revenue_assurance.leakage_finding set amount = 0", "leakage_finding", "amount_positive"),
        ("update marts_revenue_assurance.leakage_finding set evidence = null", "leakage_finding", "evidence_is_json"),
        ("delete from core.fct_case", "leakage_finding", "every_open_finding_has_a_case"),
    ],
)
def test_broken_promise_about_leakage_is_found(settings, sql, target, expectation):
    change(settings, sql)
    assert (f"marts_revenue_assurance.{target}", expectation) in failed(settings)


@pytest.mark.parametrize(
    ("sql", "target", "expectation"),
    [
        ("update marts_quality.identity_worklist set evidence = 'x'", "identity_worklist", "evidence_is_json"),
        (
            "update marts_quality.identity_worklist set currency_code = null",
            "identity_worklist",
            "money_has_its_currency",
        ),
        (
            "update marts_quality.identity_worklist set never_link_row = 'never_link,crm,customer'",
            "identity_worklist",
            "rows_to_add_are_whole",
        ),
        ("delete from marts_quality.unlinked_record", "unlinked_summary", "counts_the_unlinked_records"),
        ("update marts_quality.unlinked_summary set is_over_ceiling = true", "unlinked_summary", "within_the_ceiling"),
    ],
)
def test_broken_promise_to_stewards_is_found(settings, sql, target, expectation):
    change(settings, sql)
    assert failed(settings) == {(f"marts_quality.{target}", expectation)}


def test_too_many_unlinked_records_warn_and_a_worklist_may_get_empty(settings, monkeypatch):
    def reader(settings):
        connection = connect()
        connection.execute("attach ':memory:' as lake; create schema lake.marts_quality")
        connection.execute("create table lake.marts_quality.identity_worklist as select * from range(100)")
        return connection

    monkeypatch.setattr(published, "last_publication", lambda settings: object())
    monkeypatch.setattr(published, "connect_reader", reader)
    change(settings, "update marts_quality.unlinked_summary set is_over_ceiling = true")
    change(settings, "delete from marts_quality.identity_worklist")
    results = check(settings, data_docs=False)
    broken = [each for each in results if not each.success and each.details != MISSING]
    assert [(each.expectation, each.is_blocking) for each in broken] == [("within_the_ceiling", False)]


def test_customer_without_a_card_is_found(settings):
    change(settings, "delete from marts_care.customer_360 where customer_id = 'C3'")
    assert failed(settings) == {("marts_care.customer_360", "every_customer_once")}


def test_table_that_lost_its_rows_is_found_unless_accepted(settings, monkeypatch):
    def reader(settings):
        connection = connect()
        connection.execute("attach ':memory:' as lake; create schema lake.core")
        connection.execute("create table lake.core.dim_customer as select * from range(15)")
        return connection

    monkeypatch.setattr(published, "last_publication", lambda settings: object())
    monkeypatch.setattr(published, "connect_reader", reader)
    assert failed(settings) == {("core.dim_customer", "not_collapsed")}
    accepted = check(settings, accept_shrink=True, data_docs=False)
    assert all(each.success for each in accepted if each.expectation == "not_collapsed" and each.details != MISSING)


def test_missing_table_blocks(settings):
    change(settings, "drop table marts_care.customer_360")
    results = check(settings, data_docs=False)
    assert any(each.is_blocking and each.target == "marts_care.customer_360" for each in results)


def test_nothing_built_is_a_clear_error(tmp_path):
    with pytest.raises(ConcordError, match="nothing was built"):
        check(lake(tmp_path))


def test_every_table_has_promises_with_unique_names():
    for promise in promises():
        names = [each.name for each in promise.expectations]
        assert len(names) == len(set(names)), promise.table
