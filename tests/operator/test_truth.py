"""The truth beside the ledger: a row for each record that the systems deliver, and only for these."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from seeds.operator.generate import generate


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    """Every entity as a view named <system>_<entity>; the truth's files as truth_<name>."""
    folder: Path = tmp_path_factory.mktemp("operator")
    generate(folder, customers=1_500, events=9_000, seed=23)
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    for file in [*folder.glob("systems/*/*.parquet"), *folder.glob("truth/*.parquet")]:
        connection.execute(f"create view {file.parent.name}_{file.stem} as select * from '{file}'")
    connection.execute(f"create view ledger as select * from '{folder / 'ledger.parquet'}'")
    return connection


def one(database: duckdb.DuckDBPyConnection, query: str) -> object:
    return database.sql(query).fetchone()[0]


@pytest.mark.parametrize(
    ("truth", "system", "entity", "key"),
    [
        ("party", "billing", "account", "account_id"),
        ("party", "crm", "customer", "id"),
        ("party", "crm", "individual", "id"),
        ("party", "crm", "organization", "id"),
        ("party", "crm_fixed", "customer", "customer_no"),
        ("service", "billing", "subscription", "subscription_id"),
        ("service", "crm", "product", "id"),
        ("service", "crm_fixed", "product", "contract_no"),
        ("service", "inventory", "service", "id"),
        ("service", "subscribers", "subscriber", "imsi"),
        ("resource", "inventory", "resource", "id"),
        ("resource", "subscribers", "subscriber", "imsi"),
        ("resource", "alarms", "alarm", "json_extract_string(document, '$.alarmedObject.id')"),
        (
            "resource",
            "performance",
            "measurement",
            "concat(element_manager, '/', managed_element, ',', measured_object)",
        ),
    ],
)
def test_the_truth_has_each_delivered_record_and_no_other(
    database: duckdb.DuckDBPyConnection, truth: str, system: str, entity: str, key: str
) -> None:
    named = {"alarm": "alarmed_object", "measurement": "measured_object"}.get(entity, entity)
    delivered = set(database.sql(f"select distinct {key} from {system}_{entity}").fetchall())
    known = database.sql(
        f"select source_key from truth_{truth} where system = '{system}' and entity = '{named}'"
    ).fetchall()
    assert len(delivered) > 5
    assert set(known) == delivered
    if (truth, system) != ("service", "subscribers"):
        assert len(known) == len(set(known))


def test_a_billing_account_a_customer_and_a_line_have_one_owner(database: duckdb.DuckDBPyConnection) -> None:
    """Where billing names the CRM customer and it is no duplicate's key, both are one party."""
    differing = one(
        database,
        """select count(*) from billing_account as account
        join truth_party as of_account on of_account.entity = 'account' and of_account.source_key = account.account_id
        join truth_party as of_customer
            on of_customer.entity = 'customer' and of_customer.source_key = account.customer_ref
        where of_account.party_id <> of_customer.party_id""",
    )
    assert differing == 0
    twice = one(
        database,
        """select count(*) from (select party_id from truth_party where system = 'crm' and entity = 'customer'
        group by party_id having count(*) = 2)""",
    )
    assert twice > 0


def test_an_imsi_has_one_line_at_a_time(database: duckdb.DuckDBPyConnection) -> None:
    overlapping = one(
        database,
        """select count(*) from truth_service as one join truth_service as other
            on one.system = 'subscribers' and other.system = 'subscribers' and one.source_key = other.source_key
            and one.valid_from < other.valid_from and other.valid_from < coalesce(one.valid_to, '9999-01-01')""",
    )
    assert overlapping == 0
    assert one(database, "select count(*) from truth_service where valid_from >= valid_to") == 0


def test_each_event_has_the_line_of_its_card(database: duckdb.DuckDBPyConnection) -> None:
    database.execute(
        """create or replace temp view event as select * from usage_usage_event
        join truth_usage using (stream, file_sequence, record_sequence)"""
    )
    assert one(database, "select count(*) from event") == one(database, "select count(*) from usage_usage_event")
    assert one(database, "select count(*) from truth_usage where line_id is null") == 0
    wrong = one(
        database,
        """select count(*) from event join truth_service as service
            on service.system = 'subscribers' and service.source_key = event.served_imsi
        where service.line_id <> event.line_id""",
    )
    assert wrong == 0


def test_a_number_that_came_back_has_two_lines(database: duckdb.DuckDBPyConnection) -> None:
    held_in_turn = one(
        database,
        """select count(*) from (
            select msisdn from subscribers_subscriber join truth_service
                on system = 'subscribers' and source_key = imsi
            group by msisdn having count(distinct line_id) = 2)""",
    )
    assert held_in_turn > 0


@pytest.fixture(scope="module")
def linked_parties(database: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """``known``: parties per CRM that billing holds, too; ``keyed``: those of them whom some key leads there."""
    database.execute(
        """create or replace temp table known as
        select crm.system, crm.party_id
        from (select distinct system, party_id from truth_party where entity = 'customer') as crm
        where crm.party_id in (select party_id from truth_party where entity = 'account');

        create or replace temp table keyed as
        with customer as (select source_key, system, party_id from truth_party where entity = 'customer'),
        product as (
            select 'crm' as system, id as product_id,
                json_extract_string(document, '$.billingAccount.id') as account_id,
                coalesce(json_extract_string(document, '$.relatedParty[0].id'),
                    json_extract_string(document, '$.relatedParty[0].partyOrPartyRole.id')) as customer_id
            from crm_product
            union all
            select 'crm_fixed', contract_no, null, customer_no from crm_fixed_product
        ),
        named as (
            select 'crm' as system, customer_ref as customer_id from billing_account
            union select 'crm_fixed', lpad(regexp_replace(legacy_customer_no, '[^0-9]', '', 'g'), 7, '0')
                from billing_account
            union select 'crm', id from crm_customer where json_extract_string(document, '$.account[0].id') is not null
            union select system, customer_id from product where account_id is not null
            union select product.system, product.customer_id from product
                join billing_subscription as subscription on subscription.product_ref = product.product_id
        )
        select distinct named.system, customer.party_id from named
        join customer on customer.system = named.system and customer.source_key = named.customer_id"""
    )
    return database


@pytest.mark.parametrize(("system", "share"), [("crm", 0.05), ("crm_fixed", 0.22)])
def test_for_some_customers_no_key_leads_from_billing_to_the_crm(
    linked_parties: duckdb.DuckDBPyConnection, system: str, share: float
) -> None:
    known = one(linked_parties, f"select count(*) from known where system = '{system}'")
    keyless = one(
        linked_parties,
        f"""select count(*) from known where system = '{system}'
            and (system, party_id) not in (select system, party_id from keyed)""",
    )
    assert known > 300
    assert 0.7 * share < keyless / known < 1.3 * share


@pytest.mark.parametrize("control", ["O1", "O7"])
def test_some_faults_lie_with_customers_without_keys(linked_parties: duckdb.DuckDBPyConnection, control: str) -> None:
    faults = one(
        linked_parties,
        f"""select count(distinct fault.fault_id) from ledger as fault
        join truth_party as party on party.entity = 'customer' and party.source_key = coalesce(
            json_extract_string(fault.subject, '$."crm.customer"'),
            json_extract_string(fault.subject, '$."crm_fixed.customer"'))
        where fault.kind = 'fault' and fault.control_id = '{control}'
            and (party.system, party.party_id) not in (select system, party_id from keyed)""",
    )
    assert faults > 0
