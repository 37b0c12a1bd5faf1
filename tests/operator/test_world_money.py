"""The ledger's money, checked against the systems' copies by calculations of their own."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from seeds.operator.generate import generate
from tests.scoring.test_end_to_end import CONTROLS


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    folder: Path = tmp_path_factory.mktemp("operator")
    generate(folder, customers=600, events=48_000, seed=12)
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("create macro local_date(instant) as (instant::timestamptz at time zone 'Europe/Berlin')::date")
    for file in folder.glob("systems/*/*.parquet"):
        connection.execute(f"create view {file.parent.name}_{file.stem} as select * from '{file}'")
    connection.execute(
        f"""create table ledger as select *,
            json_extract_string(subject, '$."billing.subscription"') as subscription_id,
            json_extract_string(subject, '$."billing.account"') as account_id,
            coalesce(json_extract_string(subject, '$."crm.customer"'),
                json_extract_string(subject, '$."crm_fixed.customer"')) as customer
        from '{folder / "ledger.parquet"}'"""
    )
    connection.execute(
        """create table cycle_run as
        select account_id, run.* from billing_account join billing_bill_run as run using (bill_cycle)
        where run.status = 'COMPLETED'"""
    )
    connection.execute(
        """create table billed as
        select line.subscription_id, invoice.bill_run_id, line.line_type, line.usage_type, sum(line.amount) as amount
        from billing_invoice_line as line join billing_invoice as invoice using (invoice_id) group by all"""
    )
    # What the bill itself gets wrong: these subscriptions don't follow from plans, calendar and rating.
    connection.execute(
        """create table misbilled as
        select billed.subscription_id from billing_subscription as billed join ledger using (account_id)
        where kind = 'fault' and control_id = 'R2'
        union all select subscription_id from ledger where kind = 'fault' and control_id = 'R5'"""
    )
    connection.execute(f"create view line_of as select * from '{folder / 'truth' / 'service.parquet'}'")
    # Monthly prices that were agreed with the holder of the product, day by day; five euros less come as a promotion.
    connection.execute(
        """create table agreed as
        select line.line_id, product as product_id, rate.offering_code,
            json_extract_string(agreement.document,
                '$.agreementItem[0].itemPrice[0].price.dutyFreeAmount.value')::decimal(18, 2) as monthly_amount,
            local_date(json_extract_string(agreement.document, '$.agreementPeriod.startDateTime')) as first,
            coalesce(local_date(json_extract_string(agreement.document, '$.agreementPeriod.endDateTime')),
                date '9999-01-01') as last
        from crm_agreement as agreement,
            unnest(json_extract_string(agreement.document, '$.agreementItem[0].product[*].id')) as covered(product)
        join crm_product as held on held.id = product
        join line_of as line on line.system = 'crm' and line.source_key = product
        join catalog_product_offering as offering
            on offering.id = json_extract_string(agreement.document, '$.agreementItem[0].productOffering[0].id')
        join billing_recurring_rate as rate on rate.offering_code = json_extract_string(offering.document,
            '$.prodSpecCharValueUse[0].productSpecCharacteristicValue[0].value')
        where json_extract_string(agreement.document, '$.status') in ('inForce', 'ended')
            and contains(held.document, '"' || json_extract_string(agreement.document, '$.engagedParty[0].id') || '"')
            and rate.monthly_amount - 5 <> json_extract_string(agreement.document,
                '$.agreementItem[0].itemPrice[0].price.dutyFreeAmount.value')::decimal(18, 2)"""
    )
    return connection


def faults(database: duckdb.DuckDBPyConnection, *types: str) -> list[tuple[str, str, Decimal]]:
    """Subscription, bill run and signed amount (true minus actual) of the faults of some types."""
    names = ", ".join(f"'{name}'" for name in types)
    return database.sql(
        f"""select ledger.subscription_id, run.bill_run_id, case direction when 'over' then -amount else amount end
        from ledger join cycle_run as run using (account_id, period_start, period_end)
        where kind = 'fault' and fault_type in ({names}) order by all"""
    ).fetchall()


def test_every_control_has_faults_and_at_least_as_many_distractors(database: duckdb.DuckDBPyConnection) -> None:
    counts = {
        control: (fault, distractor)
        for control, fault, distractor in database.sql(
            """select control_id, count(distinct subject) filter (where kind = 'fault'),
                count(distinct subject) filter (where kind = 'distractor')
            from ledger where control_id is not null group by control_id"""
        ).fetchall()
    }
    assert set(counts) == set(CONTROLS)
    for control in CONTROLS:
        fault, distractor = counts[control]
        assert fault >= 5, control
        # An honest look-alike of X1 is a whole line of a carrier's invoice, of which a small operator has few.
        assert distractor >= fault or control == "X1", control


def test_amounts_are_positive_and_directions_follow_the_control(database: duckdb.DuckDBPyConnection) -> None:
    rows = database.sql("select control_id, direction, amount from ledger where kind = 'fault'").fetchall()
    allowed = {"O1": {"under"}, "O2": {"over"}, "O7": {"over"}, "U3": {"under"}, "U4": {"over"}, "U6": {"under"}}
    for control, direction, amount in rows:
        assert amount >= Decimal("0.01")
        assert direction in allowed.get(control, {"under", "over"})
    assert {row[1] for row in rows if row[0] == "R1"} == {"under", "over"}
    assert database.sql("select sum(amount) from ledger where kind <> 'fault'").fetchone()[0] == 0


def test_no_customer_is_the_subject_of_two_controls(database: duckdb.DuckDBPyConnection) -> None:
    shared = database.sql(
        # SIM cards without a customer have none, nor have tariffs.
        """select coalesce(customer, account_id) as subject_of from ledger
        where kind = 'fault' and coalesce(customer, account_id) is not null group by all
        having count(distinct control_id) > 1 or count(distinct direction) > 1 or count(distinct subject) > 1"""
    ).fetchall()
    assert shared == []


def test_never_provisioned_is_the_whole_bill(database: duckdb.DuckDBPyConnection) -> None:
    planted = faults(database, "never_provisioned")
    billed = database.sql(
        """select subscription_id, bill_run_id, -sum(amount) from billed
        where subscription_id in (select subscription_id from ledger where fault_type = 'never_provisioned')
        group by all order by all"""
    ).fetchall()
    assert planted == billed


def test_billing_after_a_cease_is_the_charge_for_the_days_after_it(database: duckdb.DuckDBPyConnection) -> None:
    database.execute(
        """create or replace temp table ceased as
        select json_extract_string(document, '$.productOrderItem[0].product.id') as product_ref,
            max(json_extract_string(document, '$.completionDate')::timestamptz) as ceased_at
        from orders_product_order
        where json_extract_string(document, '$.productOrderItem[0].action') = 'delete'
            and lower(json_extract_string(document, '$.state')) in ('completed', 'done')
        group by 1"""
    )
    expected = database.sql(
        """select subscription.subscription_id, run.bill_run_id,
            (ceased_at at time zone 'Europe/Berlin')::date as ceased_date, run.period_start,
            run.period_end, billed.amount
        from ceased
        -- billing itself has lost the product's number on some rows
        join (
            select distinct subscription_id, coalesce(json_extract_string(subject, '$."crm.product"'),
                json_extract_string(subject, '$."crm_fixed.product"')) as product_ref
            from ledger) as known using (product_ref)
        join billing_subscription as subscription using (subscription_id)
        join cycle_run as run using (account_id)
        join (select subscription_id, bill_run_id, sum(amount) as amount from billed
            where line_type in ('RC', 'DC') group by all) as billed
            using (subscription_id, bill_run_id)
        where subscription.bill_end_at is null and subscription_id in
            (select subscription_id from ledger where fault_type = 'still_billed_after_cease')"""
    ).fetchall()
    planted = {(row[0], row[1]): -row[2] for row in faults(database, "still_billed_after_cease")}
    found = {}
    for subscription, run, ceased, start, end, amount in expected:
        over = (end - max(start, min(ceased, end))).days
        if over > 0:
            found[subscription, run] = amount * over / (end - start).days
    assert set(found) == set(planted)
    for key, amount in found.items():
        # A subscription that began inside its period, or a cent of rounding.
        assert abs(amount - planted[key]) <= Decimal("0.02"), key


def test_unbilled_usage_is_the_gap_between_rating_and_the_bill(database: duckdb.DuckDBPyConnection) -> None:
    """Usage by the run that was due, compared with the usage lines of that run, in SQL alone."""
    database.execute(
        """create or replace temp table due as
        select rated.*, (
            select first(run.bill_run_id order by run.period_end) from cycle_run as run
            where run.account_id = subscription.account_id and run.run_at > rated.rated_at
                and timezone('Europe/Berlin', run.period_end::timestamp) > rated.started_at) as due_run
        from billing_rated_usage as rated join billing_subscription as subscription using (subscription_id)
        where subscription_id not in (from misbilled)"""
    )
    gaps = database.sql(
        """select subscription_id, bill_run_id, sum(gap) from (
            select due.subscription_id, due_run as bill_run_id, due.usage_type,
                round(sum(due.amount), 2) - coalesce(any_value(billed.amount), 0) as gap
            from due left join billed on billed.subscription_id = due.subscription_id
                and billed.bill_run_id = due.due_run and billed.usage_type = due.usage_type
                and billed.line_type = 'UC'
            where due_run is not null group by due.subscription_id, due_run, due.usage_type)
        group by all having sum(gap) <> 0 order by all"""
    ).fetchall()
    assert gaps == faults(database, "never_picked_up", "invoice_line_missing", "invoice_line_too_low")
    stamped_wrongly = database.sql(
        """select count(*) from due where due_run is distinct from bill_run_id and not (
            bill_run_id is null and subscription_id in (select subscription_id from ledger
                where fault_type in ('never_picked_up', 'zero_amount')))"""
    ).fetchone()[0]
    assert stamped_wrongly == 0


def test_duplicates_are_what_the_copies_cost(database: duckdb.DuckDBPyConnection) -> None:
    copies = database.sql(
        """select subscription_id, bill_run_id, -sum(amount) from (
            select *, row_number() over (partition by subscription_id, usage_type, other_party, started_at, quantity,
                coalesce(partial_sequence, 0) order by rated_usage_id) as number
            from billing_rated_usage
            where reverses_rated_usage_id is null and rated_usage_id not in
                (select reverses_rated_usage_id from billing_rated_usage where reverses_rated_usage_id is not null))
        where number > 1 and amount > 0 group by all order by all"""
    ).fetchall()
    planted = {(row[0], row[1]): row[2] for row in faults(database, "file_sent_twice", "record_repeated")}
    assert {(row[0], row[1]) for row in copies} == set(planted)
    for subscription, run, amount in copies:
        assert abs(amount - planted[subscription, run]) <= Decimal("0.015")


def test_misrating_is_the_difference_to_the_catalogue(database: duckdb.DuckDBPyConnection) -> None:
    """Every rated row priced again from the catalogue's documents and billing's plans, after billing's allowances.

    Left out: calls that are charged by parts because they run on into other hours, and bills with usage that billing's
    rate table has wrong.
    """
    database.execute(
        """create or replace temp table price as
        select json_extract_string(offering.document,
                '$.prodSpecCharValueUse[0].productSpecCharacteristicValue[0].value') as offering_code,
            json_extract_string(price.document,
                '$.prodSpecCharValueUse[0].productSpecCharacteristicValue[0].value') as usage_type,
            json_extract_string(price.document,
                '$.prodSpecCharValueUse[1].productSpecCharacteristicValue[0].value') as zone,
            json_extract_string(price.document, '$.unitOfMeasure.amount')::bigint as unit_size,
            json_extract_string(price.document, '$.price.value')::decimal(18, 6) as unit_price,
            price.document like '%"peak"%' as is_peak,
            price.document like '%"off_peak"%' as is_off_peak,
            price.document like '%"split"%' as is_split,
            coalesce(regexp_extract(price.document, '"minimumUnits".*?"value":"(\\d+)"', 1), '') as minimum,
            json_extract_string(price.document, '$.validFor.startDateTime')::timestamptz as valid_from,
            coalesce(json_extract_string(price.document, '$.validFor.endDateTime')::timestamptz,
                timestamptz '9999-01-01') as valid_to
        from catalog_product_offering as offering,
            unnest(json_extract(offering.document, '$.productOfferingPrice[*].id')) as reference(id)
        join catalog_product_offering_price as price on price.id = json_extract_string(reference.id, '$')
        where json_extract_string(price.document, '$.priceType') = 'usage'"""
    )
    differences = database.sql(
        """select rated.subscription_id, rated.bill_run_id,
            sum(ceil((
                ceil(greatest(rated.quantity, coalesce(try_cast(minimum as bigint), 1)) / unit_size) * unit_size
                - allowance_units) / unit_size)::bigint * unit_price - rated.amount) as difference
        from (
            select *, timezone('Europe/Berlin', started_at) as local_start,
                timezone('Europe/Berlin', started_at + to_seconds(quantity)) as local_end,
                isodow(local_start) < 6 and hour(local_start) between 8 and 17 as in_peak,
                isodow(local_end) < 6 and hour(local_end) between 8 and 17 as ends_in_peak
            from billing_rated_usage) as rated
        join billing_subscription_plan as plan on plan.subscription_id = rated.subscription_id
            and rated.started_at >= plan.valid_from and rated.started_at < coalesce(plan.valid_to, '9999-01-01')
        join price on price.offering_code = plan.offering_code and price.usage_type = rated.usage_type
            and price.zone = rated.zone and rated.started_at >= price.valid_from and rated.started_at < price.valid_to
        where reverses_rated_usage_id is null
            and (is_peak = in_peak or not is_peak and not is_off_peak)
            and not (is_split and in_peak <> ends_in_peak)
        group by all having difference <> 0 order by all"""
    ).fetchall()
    misconfigured = set(
        database.sql(
            """select distinct rated.subscription_id, rated.bill_run_id
            from billing_rated_usage as rated
            join billing_subscription_plan as plan on plan.subscription_id = rated.subscription_id
                and rated.started_at >= plan.valid_from and rated.started_at < coalesce(plan.valid_to, '9999-01-01')
            join ledger on concat_ws('/', plan.offering_code, rated.usage_type, rated.zone)
                = json_extract_string(subject, '$."billing.tariff"')
            where ledger.control_id = 'P1' and ledger.kind = 'fault'"""
        ).fetchall()
    )
    differences = [row for row in differences if (row[0], row[1]) not in misconfigured]
    planted = {
        (row[0], row[1]): row[2]
        for row in faults(database, "old_price", "old_plan_rate", "wrong_zone_rate", "doubled_amount", "staff_rate")
        if (row[0], row[1]) not in misconfigured
    }
    assert len(planted) >= 3
    assert {(row[0], row[1]) for row in differences} == set(planted)
    for subscription, run, difference in differences:
        assert abs(Decimal(difference) - planted[subscription, run]) <= Decimal("0.015")
    priced = database.sql("select count(*) from billing_rated_usage where reverses_rated_usage_id is null").fetchone()[
        0
    ]
    assert priced > 20_000


def test_provisioned_lines_without_a_subscription_cost_their_days_and_their_usage(
    database: duckdb.DuckDBPyConnection,
) -> None:
    """Recurring charge by the calendar and unrated usage at the catalogue's price, for lines that billing never had."""
    subjects = database.sql(
        """select account_id, json_extract_string(subject, '$."crm.product"') as product, period_start, period_end,
            amount
        from ledger where fault_type = 'never_billed_mobile'"""
    ).fetchall()
    # Prices that billing has wrong can't tell what the usage would have cost.
    wrong = {
        tariff
        for (tariff,) in database.sql(
            """select json_extract_string(subject, '$."billing.tariff"') from ledger
            where control_id = 'P1' and kind = 'fault'"""
        ).fetchall()
    }
    checked = 0
    for account, product, start, end, amount in subjects:
        code, began, month = database.sql(
            f"""select json_extract_string(offering.document,
                    '$.prodSpecCharValueUse[0].productSpecCharacteristicValue[0].value'),
                (json_extract_string(product.document, '$.startDate')::timestamptz at time zone 'Europe/Berlin')::date,
                date_diff('day', date '{end}' - interval 1 month, date '{end}')
            from crm_product as product join catalog_product_offering as offering
                on offering.id = json_extract_string(product.document, '$.productOffering.id')
            where product.id = '{product}'"""
        ).fetchone()
        monthly = database.sql(
            f"""select coalesce((select monthly_amount from agreed where product_id = '{product}'),
                (select monthly_amount from billing_recurring_rate where offering_code = '{code}'))"""
        ).fetchone()[0]
        used = database.sql(
            f"""select event.usage_type, event.zone, unit_size, unit_price,
                ceil(greatest(minimum_units, case event.usage_type when 'voice' then duration_seconds
                    when 'sms' then 1 else uplink_bytes + downlink_bytes end) / unit_size)::bigint * unit_size
            from usage_usage_event as event
            join billing_rating_rate as rate on rate.offering_code = '{code}' and rate.usage_type = event.usage_type
                and rate.zone = event.zone and event.started_at >= rate.valid_from
                and event.started_at < coalesce(rate.valid_to, '9999-01-01')
            where '+' || served_number = (select json_extract_string(service.document,
                    '$.serviceCharacteristic[0].value') from inventory_service as service
                where service.id = (select json_extract_string(document, '$.realizingService[0].id')
                    from crm_product where id = '{product}'))
                and (event.stream, event.file_sequence) not in (select stream, max(file_sequence)
                    from usage_usage_event group by stream, file_date having count(distinct file_sequence) > 1)
                and event.started_at >= timezone('Europe/Berlin', timestamp '{start}')
                and event.started_at < timezone('Europe/Berlin', timestamp '{end}')
            order by event.started_at"""
        ).fetchall()
        if wrong & {f"{code}/{usage_type}/{zone}" for usage_type, zone, *_ in used}:
            continue
        checked += 1
        days = (end - max(start, began)).days
        left = {
            (included["prodSpecCharValueUse"][0]["productSpecCharacteristicValue"][0]["value"], zone["value"]): pot
            for included in included_usage(database, code)
            for pot in [[included["unitOfMeasure"]["amount"] * days // month]]
            for zone in included["prodSpecCharValueUse"][1]["productSpecCharacteristicValue"]
        }
        usage = 0
        for usage_type, zone, unit_size, unit_price, units in used:
            pot = left.get((usage_type, zone), [0])
            covered = min(pot[0], units)
            pot[0] -= covered
            usage += -(-(units - covered) // unit_size) * unit_price
        expected = float(monthly) * days / month + float(usage)
        assert abs(expected - float(amount)) <= 0.025, (account, product, start)
    assert checked >= 3


def included_usage(database: duckdb.DuckDBPyConnection, code: str) -> list[dict]:
    """The catalogue's allowances of an offering."""
    documents = database.sql(
        f"""select document from catalog_product_offering_price
        where json_extract_string(document, '$.name') like '{code} % included'"""
    ).fetchall()
    return [json.loads(document) for (document,) in documents]


def test_recurring_lines_follow_from_plans_agreements_and_calendar(database: duckdb.DuckDBPyConnection) -> None:
    """The whole recurring revenue, recomputed day by day from subscription plans, rates, agreements and runs: what is
    billed otherwise are P3's faults."""
    differing = database.sql(
        """with day as (
            select plan.subscription_id, run.bill_run_id, line.line_id, plan.offering_code, day::date as day,
                date_diff('day', period_end - interval 1 month, period_end::timestamp) as month_days
            from billing_subscription_plan as plan
            join billing_subscription as subscription using (subscription_id)
            join line_of as line on line.system = 'billing' and line.source_key = plan.subscription_id
            join cycle_run as run using (account_id),
                unnest(generate_series(
                    greatest(local_date(plan.valid_from), run.period_start)::timestamp,
                    least(coalesce(local_date(plan.valid_to), run.period_end), run.period_end) - interval 1 day,
                    interval 1 day)) as days(day)
        ), charged as (
            select subscription_id, bill_run_id, round(
                sum(coalesce(agreed.monthly_amount, rate.monthly_amount)) / any_value(month_days), 2) as amount
            from day
            join billing_recurring_rate as rate using (offering_code)
            left join agreed on agreed.line_id = day.line_id and agreed.offering_code = day.offering_code
                and day >= first and day < last
            group by all
        )
        select subscription_id, bill_run_id, coalesce(charged.amount, 0) - coalesce(billed.amount, 0) as difference
        from charged
        full join (select subscription_id, bill_run_id, sum(amount) as amount from billed
            where line_type = 'RC' group by all) as billed using (subscription_id, bill_run_id)
        where abs(difference) > 0.021 and subscription_id not in (from misbilled)"""
    ).fetchall()
    planted = {
        (row[0], row[1]): row[2] for row in faults(database, "list_price", "ended", "not_indexed", "keyed_wrong")
    }
    found = {(subscription, run): difference for subscription, run, difference in differing}
    assert len(planted) >= 20
    # A cent of rounding alone is no difference that can be told.
    assert set(found) == {key for key, amount in planted.items() if abs(amount) > Decimal("0.031")}
    for key, difference in found.items():
        assert abs(Decimal(difference) - planted[key]) <= Decimal("0.02"), key
