"""The generated operator as a whole: repeatable, complete, consistent where it should be."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path

import duckdb
import pytest

from ingestion.registry import registry
from seeds.operator.generate import generate

CUSTOMERS, EVENTS = 300, 24_000
TYPES = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "date": "DATE",
    "timestamp": "TIMESTAMP WITH TIME ZONE",
    "boolean": "BOOLEAN",
}


@pytest.fixture(scope="module")
def operator_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("operator")
    generate(folder, customers=CUSTOMERS, events=EVENTS, seed=7)
    return folder


@pytest.fixture(scope="module")
def database(operator_folder: Path) -> duckdb.DuckDBPyConnection:
    """Every entity as a view named <system>_<entity>, and the ledger."""
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    for file in operator_folder.glob("systems/*/*.parquet"):
        connection.execute(f"create view {file.parent.name}_{file.stem} as select * from '{file}'")
    connection.execute(f"create view ledger as select * from '{operator_folder / 'ledger.parquet'}'")
    return connection


def one(database: duckdb.DuckDBPyConnection, query: str) -> object:
    return database.sql(query).fetchone()[0]


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def test_the_same_seed_writes_the_same_files_and_another_seed_does_not(tmp_path: Path) -> None:
    for name, seed in (("first", 1), ("second", 1), ("other", 2)):
        generate(tmp_path / name, customers=60, months=1, events=2_000, seed=seed)
    first, second, other = (hashes(tmp_path / name) for name in ("first", "second", "other"))
    assert first == second
    assert first["systems/usage/usage_event.parquet"] != other["systems/usage/usage_event.parquet"]


@pytest.mark.parametrize("start", [date(2026, 10, 15), date(2027, 2, 1)])
def test_windows_across_a_clock_change_and_without_usage(tmp_path: Path, start: date) -> None:
    generate(tmp_path, customers=40, months=2, events=0, start=start)
    lines = duckdb.sql(f"select count(*) from '{tmp_path}/systems/billing/invoice_line.parquet'").fetchone()[0]
    assert lines > 40
    assert json.loads((tmp_path / "world.json").read_text())["start"] == start.isoformat()


def test_sizes_below_one_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="customers"):
        generate(tmp_path, customers=0)


@pytest.mark.parametrize("system", sorted(registry()))
def test_every_entity_has_the_columns_that_its_source_declares(
    database: duckdb.DuckDBPyConnection, system: str
) -> None:
    source = registry()[system]
    for entity in source.entities:
        described = database.sql(f"describe {system}_{entity.name}").fetchall()
        found = {row[0]: row[1] for row in described}
        if source.connector == "tmforum":
            assert found == {"id": "VARCHAR", "document": "VARCHAR", "changed_at": "TIMESTAMP WITH TIME ZONE"}
            continue
        if source.connector == "measurement":
            # One row per object and interval: its values stand in lists, the interval as its two ends.
            by_value = {"sender", "period_end_at", "granularity_seconds", "counter", "value"}
            assert set(found) == {column.name for column in entity.columns} - by_value | {
                "begin_at", "end_at", "counters", "values",
            }  # fmt: skip
            continue
        if source.connector == "tap":
            # Places are counted as a batch is read; a charge is an integer with its decimals; local times have a zone.
            read_off = {"event_number", "charge_amount"}
            assert set(found) == {column.name for column in entity.columns} - read_off | {
                "charge", "local_currency", "time_zone",
            }  # fmt: skip
            continue
        for column in entity.columns:
            kind = TYPES.get(column.type) or column.type.replace("decimal", "DECIMAL")
            if not column.from_file_name or column.name != "file_date":
                assert found[column.name] == kind, f"{system}.{entity.name}.{column.name}"
        extra = set(found) - {column.name for column in entity.columns}
        assert extra <= {"file_date"}


@pytest.mark.parametrize("system", [name for name, source in registry().items() if source.connector == "tmforum"])
def test_documents_carry_every_declared_scalar_at_its_path(database: duckdb.DuckDBPyConnection, system: str) -> None:
    for entity in registry()[system].entities:
        table = f"{system}_{entity.name}"
        assert one(database, f"select count(*) from {table} where not json_valid(document)") == 0
        assert one(database, f"select count(*) - count(distinct id) from {table}") == 0
        assert one(database, f"select count(*) from {table} where changed_at is null") == 0
        for column in entity.columns:
            path = column.path.replace("'", "''")
            value = f"json_extract_string(document, '{_duckdb_path(path)}')"
            missing = one(database, f"select count(*) from {table} where {value} is null")
            if column.required:
                assert missing == 0, f"{table}.{column.name}"
            else:
                assert missing < one(database, f"select count(*) from {table}"), f"{table}.{column.name} is never there"


def _duckdb_path(path: str) -> str:
    return path.replace("[''", '."').replace("'']", '"')


def test_declared_values_are_the_only_ones(database: duckdb.DuckDBPyConnection) -> None:
    for system, source in registry().items():
        for entity in source.entities:
            for column in entity.columns:
                if column.values and source.connector != "tmforum":
                    found = database.sql(f"select distinct {column.name} from {system}_{entity.name}").fetchall()
                    assert {row[0] for row in found} - {None} <= set(column.values), f"{entity.name}.{column.name}"


@pytest.mark.parametrize(
    ("child", "key", "parent", "parent_key"),
    [
        ("billing_subscription", "account_id", "billing_account", "account_id"),
        ("billing_subscription_plan", "subscription_id", "billing_subscription", "subscription_id"),
        ("billing_discount", "subscription_id", "billing_subscription", "subscription_id"),
        ("billing_rated_usage", "subscription_id", "billing_subscription", "subscription_id"),
        ("billing_rated_usage", "rate_id", "billing_rating_rate", "rate_id"),
        ("billing_rated_usage", "bill_run_id", "billing_bill_run", "bill_run_id"),
        ("billing_rated_usage", "reverses_rated_usage_id", "billing_rated_usage", "rated_usage_id"),
        ("billing_invoice", "account_id", "billing_account", "account_id"),
        ("billing_invoice_line", "invoice_id", "billing_invoice", "invoice_id"),
        ("billing_payment", "invoice_id", "billing_invoice", "invoice_id"),
        ("billing_adjustment", "account_id", "billing_account", "account_id"),
        ("crm_fixed_product", "(file_date, customer_no)", "crm_fixed_customer", "(file_date, customer_no)"),
    ],
)
def test_keys_inside_a_system_hold(
    database: duckdb.DuckDBPyConnection, child: str, key: str, parent: str, parent_key: str
) -> None:
    orphans = one(
        database,
        f"select count(*) from {child} where {key} is not null and {key} not in (select {parent_key} from {parent})",
    )
    assert orphans == 0


@pytest.mark.parametrize(
    ("child", "path", "parent"),
    [
        ("crm_customer", "$.engagedParty.id", ["crm_individual", "crm_organization"]),
        ("crm_product", "$.productOffering.id", ["catalog_product_offering"]),
        ("crm_product", "$.realizingService[0].id", ["inventory_service"]),
        ("inventory_service", "$.supportingResource[0].id", ["inventory_resource"]),
        ("inventory_resource", "$.place.id", ["inventory_resource"]),
        ("inventory_resource", "$.resourceRelationship[0].resource.id", ["inventory_resource"]),
        ("orders_service_order", "$.externalId", ["orders_product_order"]),
        ("orders_service_order", "$.serviceOrderItem[0].service.id", ["inventory_service"]),
        ("orders_product_order", "$.productOrderItem[0].productOffering.id", ["catalog_product_offering"]),
    ],
)
def test_references_between_documents_hold(
    database: duckdb.DuckDBPyConnection, child: str, path: str, parent: list[str]
) -> None:
    known = " union all ".join(f"select id from {name}" for name in parent)
    value = f"json_extract_string(document, '{path}')"
    orphans = one(database, f"select count(*) from {child} where {value} is not null and {value} not in ({known})")
    allowed = 0
    if child == "orders_service_order" and path.startswith("$.serviceOrderItem"):
        # An order that failed before planning refers to a service that never came to be.
        allowed = one(database, "select count(*) from ledger where fault_type = 'never_provisioned'")
    assert orphans <= allowed


def test_products_point_to_a_billing_account_and_orders_to_a_product(database: duckdb.DuckDBPyConnection) -> None:
    accounts = "select account_id from billing_account"
    product = "json_extract_string(document, '$.billingAccount.id')"
    assert one(database, f"select count(*) from crm_product where {product} not in ({accounts})") == 0
    ordered = "json_extract_string(document, '$.productOrderItem[0].product.id')"
    known = "select id from crm_product union all select contract_no from crm_fixed_product"
    unknown = one(database, f"select count(*) from orders_product_order where {ordered} not in ({known})")
    # Contracts that ended long ago have left the acquired company's dump.
    assert unknown < 0.1 * one(database, "select count(*) from orders_product_order")


def test_rated_usage_refers_to_mediation_records(database: duckdb.DuckDBPyConnection) -> None:
    database.execute(
        """create or replace temp view record as
        select stream || '-' || file_sequence || '-' || record_sequence as reference, * from usage_usage_event"""
    )
    differing = one(
        database,
        """select count(*) from billing_rated_usage as rated left join record
            on record.reference = rated.event_reference
        where record.reference is null or record.served_number <> rated.served_number
            or record.other_party <> rated.other_party or record.started_at <> rated.started_at
            -- billing flags some paid usage as free
            or record.zone <> rated.zone and rated.zone not in ('zero_rated', 'emergency')
            or record.usage_type <> rated.usage_type
            or rated.quantity <> case record.usage_type when 'voice' then duration_seconds when 'sms' then 1
                else uplink_bytes + downlink_bytes end""",
    )
    assert differing == 0


def test_files_and_records_are_numbered_without_a_gap(database: duckdb.DuckDBPyConnection) -> None:
    for table in ("usage_usage_event", "usage_usage_reject"):
        gaps = one(
            database,
            f"""select count(*) from (
                select stream, count(distinct file_sequence) as files, max(file_sequence) as last
                from {table} group by stream having files <> last)""",
        )
        records = one(
            database,
            f"""select count(*) from (
                select stream, file_sequence, count(*) as records, max(record_sequence) as last,
                    count(distinct file_date) as dates
                from {table} group by all having records <> last or dates <> 1)""",
        )
        assert (gaps, records) == (0, 0)


def test_one_file_of_each_stream_came_twice(database: duckdb.DuckDBPyConnection) -> None:
    twice = database.sql(
        """select stream, count(*) as files, count(distinct content) as contents from (
            select stream, file_sequence, md5(string_agg(served_number || started_at::varchar || other_party, '|'
                order by record_sequence)) as content
            from usage_usage_event group by stream, file_sequence)
        group by stream order by stream"""
    ).fetchall()
    assert [(stream, files - contents) for stream, files, contents in twice] == [("data", 1), ("sms", 1), ("voice", 1)]


def test_the_register_holds_each_card_and_number_once_a_day(database: duckdb.DuckDBPyConnection) -> None:
    assert one(database, "select count(distinct file_date) from subscribers_subscriber") == 93
    for column in ("imsi", "iccid"):
        repeated = one(
            database,
            f"select count(*) - count(distinct (file_date, {column})) from subscribers_subscriber",
        )
        assert repeated == 0, column
    # A second card carries the number of the first.
    shared = """select count(distinct msisdn) from (
        select msisdn from subscribers_subscriber group by file_date, msisdn having count(*) > 1)"""
    assert one(database, shared) == one(
        database,
        """select count(distinct json_extract_string(subject, '$."billing.subscription"')) from ledger
        where fault_type in ('multi_sim', 'duplicate_number')""",
    )


def test_nothing_happens_after_the_moment_of_the_extract(database: duckdb.DuckDBPyConnection) -> None:
    now = "timestamptz '2026-10-01 08:00:00+00'"
    for table, column in (
        ("billing_rated_usage", "rated_at"),
        ("billing_invoice", "updated_at"),
        ("billing_payment", "paid_at"),
        ("billing_adjustment", "created_at"),
        ("usage_usage_event", "started_at"),
        ("alarms_alarm", "changed_at"),
        ("crm_product", "changed_at"),
        ("inventory_service", "changed_at"),
        ("orders_product_order", "changed_at"),
    ):
        assert one(database, f"select count(*) from {table} where {column} > {now}") == 0, table


def test_rated_usage_is_numbered_in_the_order_of_rating(database: duckdb.DuckDBPyConnection) -> None:
    disorder = one(
        database,
        """select count(*) from (
            select rated_at < lag(rated_at) over (order by rated_usage_id) as is_back from billing_rated_usage)
        where is_back""",
    )
    assert disorder == 0
    assert one(database, "select max(rated_usage_id) - count(*) from billing_rated_usage") == 0


def test_invoices_add_up(database: duckdb.DuckDBPyConnection) -> None:
    wrong = one(
        database,
        """with line as (
            select invoice_id, sum(amount) as net, count(*) as charges, sum(amount * tax_rate) as tax
            from billing_invoice_line group by invoice_id
        )
        select count(*) from billing_invoice as invoice join line using (invoice_id)
        where not (net_amount = 0 and tax_amount = 0 and total_amount = 0)
            and (line.net <> net_amount or net_amount + tax_amount <> total_amount
                -- Rounded once per invoice, or charge by charge.
                or abs(line.tax - tax_amount) > 0.005 * charges)""",
    )
    assert wrong == 0
    # Nothing to pay, or planted.
    empty = """select sum(amount) as net from billing_invoice join billing_invoice_line using (invoice_id)
        where net_amount = 0 group by invoice_id having sum(amount) <> 0"""
    planted = "select count(*) from ledger where kind = 'fault' and fault_type = 'zero_total'"
    assert one(database, f"select count(*) from ({empty})") == one(database, planted)
    assert one(database, "select count(distinct status) from billing_invoice") == 3


def test_systems_disagree_as_real_ones_do(database: duckdb.DuckDBPyConnection) -> None:
    kinds = dict(
        database.sql("select fault_type, count(*) from ledger where kind = 'disagreement' group by all").fetchall()
    )
    assert {"family_name", "street", "phone", "email", "customer_ref", "legacy_customer_no", "product_ref"} <= set(
        kinds
    )
    spelt = one(database, "select count(distinct json_extract_string(document, '$.status')) from crm_product")
    assert spelt > 5
    both = one(
        database,
        """select count(*) from billing_account
        where customer_ref is not null and legacy_customer_no is not null""",
    )
    assert both > 5
    prefixed = one(database, "select count(*) from billing_account where legacy_customer_no like 'KW%'")
    assert prefixed > 2
    offsets = "regexp_extract(json_extract_string(document, '$.alarmRaisedTime'), '(Z|[+].*)$')"
    assert one(database, f"select count(distinct {offsets}) from alarms_alarm") == 2
    assert one(database, "select count(*) from alarms_alarm where document like '%NMS-UMBRELLA%'") > 0


def test_about_a_tenth_of_the_documents_is_in_the_newer_shape(database: duckdb.DuckDBPyConnection) -> None:
    for table in ("crm_product", "inventory_service", "orders_product_order"):
        share = one(database, f"select avg((document like '%partyOrPartyRole%')::int) from {table}")
        assert 0.04 < share < 0.2, table


def test_the_old_crm_has_only_letters_that_its_files_can_hold(database: duckdb.DuckDBPyConnection) -> None:
    rows = database.sql(
        "select family_name, given_name, company_name, street, city, email from crm_fixed_customer"
    ).fetchall()
    for row in rows:
        for value in row:
            (value or "").encode("iso-8859-1")
