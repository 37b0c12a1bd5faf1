"""From a customer record as a system writes it to what can be compared with another system's record."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from analytics.identity import text
from analytics.identity.call_names import call_names
from analytics.identity.engine import Resources, workspace
from analytics.identity.features_sql import TEXTS, features_sql
from analytics.identity.household import make_household_traits
from analytics.identity.phones import make_numbers
from concord.errors import ConcordError
from concord.lake.connection import literal

# Part of every model: raise it whenever a feature, a blocking rule or a comparison changes its meaning.
FEATURE_VERSION = "5"

RECORD_SCHEMA = pa.schema(
    [
        pa.field("record_id", pa.string(), nullable=False),
        pa.field("system", pa.string(), nullable=False),
        pa.field("party_type", pa.string(), nullable=False),
        pa.field("given_name", pa.string()),
        pa.field("family_name", pa.string()),
        pa.field("company_name", pa.string()),
        pa.field("birth_date", pa.date32()),
        pa.field("emails", pa.list_(pa.string())),
        pa.field("phones", pa.list_(pa.string())),
        pa.field("vat_number", pa.string()),
        pa.field("street", pa.string()),
        pa.field("postcode", pa.string()),
        pa.field("city", pa.string()),
        pa.field("country_code", pa.string()),
        pa.field("customer_number", pa.string()),
    ]
)
PARTY_TYPES = ("person", "sole_trader", "company")

_BATCH = 100_000


def prepare(records: pa.Table, *, default_region: str = "DE", resources: Resources | None = None) -> pa.Table:
    """Comparison features, one row per record, in the order of ``record_id``.

    ``records`` has the columns of RECORD_SCHEMA; all but the first three may be null. ``default_region`` is the
    country of
    phone numbers written without one, where the record names no country itself.

    Columns: ``record_id``, ``system``, ``party_type``, ``record_hash`` (of the record as given); names folded to
    lower-case
    Latin words: ``given_name`` (first), ``given_names`` (all), ``initials``, ``middle_initial``, ``family_name``,
    ``family_words``,
    ``given_spelling`` and ``family_spelling`` (vowels as written), ``given_sound`` and ``family_sounds``,
    ``called`` (the names that the given name may be a call name of),
    ``company_name`` (words without legal form), ``company_words``, ``company_sounds``, ``legal_form``;
    ``is_person`` (a person's name identifies
    the party), ``may_be_person`` (no legal person of its own); ``birth_date`` and ``birth_digits`` (text ddmmyyyy);
    ``emails``
    (without aliases), ``mailbox_words``, ``domains``, ``phones`` (E.164), ``switchboards`` (less the last one or
        two digits), ``vat_number``, ``street``, ``house_number``, ``postcode``, ``city``,
    ``country_code``, ``customer_number``; ``given_key``, ``family_key``, ``company_key``, ``second_company_key``
    (what a
    name sounds like, for blocking); ``has_date_of_another``, ``has_namesake``, ``is_beside_named`` (what the
    household says, see `household`). Junk is null.

    Raises ConcordError when a column lacks, a record_id is null or comes twice, or a party type is unknown.
    """
    with workspace(resources or Resources()) as connection:
        return make_features(connection, records, default_region=default_region)


def make_features(connection: duckdb.DuckDBPyConnection, records: pa.Table, *, default_region: str) -> pa.Table:
    """`prepare` on a connection that is there."""
    text.install(connection)
    # So many at once that each core gets some, however few records there are.
    batch = min(max(records.num_rows // 8, 2_048), 50_000)
    given = checked(records)
    connection.register("given_record", pa.Table.from_batches(given.to_batches(batch), given.schema))
    try:
        connection.execute(
            f"create or replace temp view record as {_RECORD.replace('RECORD_HASH', record_hash(default_region))}"
        )
        check_rows(connection, "record")
        _make_phones(connection, default_region)
        connection.execute(f"create or replace temp table prepared as {features_sql()}")
        _make_names(connection)
        make_household_traits(connection)
        features = connection.execute(
            """
            select
                prepared.*, given_key, given_sound, called, family_key, family_sounds, company_key, second_company_key,
                company_sounds, strftime(birth_date, '%d%m%Y') as birth_digits,
                coalesce(has_date_of_another, false) as has_date_of_another,
                coalesce(has_namesake, false) as has_namesake,
                coalesce(is_beside_named, false) as is_beside_named
            from prepared
            left join household_trait using (record_id)
            left join given_sound using (given_name)
            left join family_sound using (family_name)
            left join company_sound using (company_name)
            order by record_id
            """
        ).to_arrow_table(_BATCH)
        connection.execute("drop view record")
        for table in (
            "prepared", "household_trait", "given_sound", "family_sound", "company_sound", "spelt_phone",
            "phone_spelling", "e164_number", "record_phone",
        ):  # fmt: skip
            connection.execute(f"drop table {table}")
        return features
    finally:
        connection.unregister("given_record")


def checked(records: pa.Table) -> pa.Table:
    """The records in the types of RECORD_SCHEMA. Raises ConcordError when a column lacks or has another type."""
    missing = [name for name in RECORD_SCHEMA.names if name not in records.column_names]
    if missing:
        raise ConcordError(
            f"records to link lack {'columns' if len(missing) > 1 else 'the column'} {', '.join(missing)}",
            hint=f"needed: {', '.join(RECORD_SCHEMA.names)}; all but the first three may be null",
        )
    try:
        return records.select(RECORD_SCHEMA.names).cast(RECORD_SCHEMA)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
        raise ConcordError(f"records to link have a column of another type: {error}") from error


def check_rows(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Raise ConcordError when a record_id is null or comes twice, or a party type is unknown."""
    nameless, repeated, example = connection.execute(
        f"""
        select count(*) filter (where record_id is null),
               coalesce(sum(times - 1) filter (where record_id is not null), 0),
               min(record_id) filter (where times > 1)
        from (select record_id, count(*) as times from {table} group by record_id)
        """
    ).fetchone() or (0, 0, None)
    if nameless:
        raise ConcordError("records to link without a record_id")
    if repeated:
        raise ConcordError(f"record_id comes more than once in the records to link, e.g. {example!r}")
    unknown = connection.execute(
        f"select min(party_type) from {table} where party_type not in ({text.sql_list(PARTY_TYPES)}) or"
        f" party_type is null"
    ).fetchone()
    if unknown and unknown[0] is not None:
        raise ConcordError(f"unknown party type {unknown[0]!r}", hint=f"one of {', '.join(PARTY_TYPES)}")


def record_hash(default_region: str) -> str:
    """SQL for the hash of a record as it came: it changes with the record, and with what decides how it is read."""
    columns = ", ".join(f"coalesce(cast({name} as varchar), chr(30))" for name in RECORD_SCHEMA.names[1:])
    return f"md5(concat_ws(chr(31), {literal(default_region)}, {columns}))"


_RECORD = f"""
    select
        record_id, system, party_type,
        RECORD_HASH as record_hash,
        {", ".join(f"cut({name}) as {name}" for name in TEXTS)},
        birth_date,
        list_transform(emails[1:20], lambda e: lower(trim(substr(e, 1, {text.LONGEST_TEXT})))) as emails,
        list_transform(phones[1:20], lambda p: substr(p, 1, 40)) as phones,
        substr(vat_number, 1, 40) as vat_number,
        substr(postcode, 1, 20) as postcode,
        upper(substr(country_code, 1, 2)) as country_code,
        substr(customer_number, 1, 60) as customer_number
    from given_record
"""


def _make_phones(connection: duckdb.DuckDBPyConnection, default_region: str) -> None:
    """``record_phone``: the phones of each record in E.164; every number is parsed once, however it is spelt."""
    connection.execute(
        f"""
        create or replace temp table spelt_phone as
        select record_id, region, case when starts_with(spelling, '+') then '+' else '' end || digits as spelling,
            digits
        from (
            select record_id, region, spelling, regexp_replace(spelling, '[^0-9]', '', 'g') as digits
            from (
                select
                    record_id,
                    -- What is dialled behind an extension's sign is no part of the number.
                    ltrim(regexp_replace(lower(unnest(phones)), '(ext|x|#|;|durchwahl|dw).*$', '')) as spelling,
                    coalesce(country_code, {literal(default_region)}) as region
                from record
            )
        )
        where length(digits) >= 6
        """
    )
    # A row of keys, or one digit over and over, was filled in and never dialled.
    connection.execute(
        """
        create or replace temp table phone_spelling as
        select distinct spelling, region from spelt_phone
        where not contains('01234567890123456789', digits) and not contains('98765432109876543210', digits)
            and length(replace(substr(digits, 4), substr(digits, 5, 1), '')) > 0
        """
    )
    make_numbers(connection)
    connection.execute(
        """
        create or replace temp table record_phone as
        select record_id, list_sort(list(distinct phone)) as numbers
        from spelt_phone inner join e164_number using (spelling, region)
        where phone is not null
        group by record_id
        """
    )


def _make_names(connection: duckdb.DuckDBPyConnection) -> None:
    """How every name sounds, once, and what it is short for: names are few, records many."""
    words, names = zip(*call_names(), strict=True)
    connection.register("call_name", pa.table({"word": words, "name": names}))
    connection.execute(
        """
        create or replace temp table given_sound as
        with known as (
            select vowels(word) as given_name, list_sort(list(distinct vowels(name))) as called
            from call_name
            group by vowels(word)
        )
        select given_name, sound(given_name) as given_key, spoken(given_name) as given_sound, called
        from (select distinct given_name from prepared where given_name is not null)
        left join known using (given_name)
        """
    )
    connection.unregister("call_name")
    connection.execute(
        """
        create or replace temp table family_sound as
        select
            family_name,
            sound(family_words[1]) as family_key,
            list_transform(family_words, lambda w: spoken(w)) as family_sounds
        from (select distinct family_name, family_words from prepared where family_name is not null)
        """
    )
    connection.execute(
        """
        create or replace temp table company_sound as
        select
            company_name,
            sound(company_words[1]) as company_key,
            sound(company_words[2]) as second_company_key,
            list_transform(company_words, lambda w: spoken(w)) as company_sounds
        from (select distinct company_name, company_words from prepared where company_name is not null)
        """
    )
