# ruff: noqa: E501
"""Which pairs are worth comparing: records that share a key, in blocks that stay small whatever the data holds."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb


@dataclass(frozen=True)
class BlockingRule:
    """Records with the same ``key`` (SQL over a comparable record; a list where ``is_list``) are candidates.

    A block of more than ``limit`` records is parted by the names and birth date in it; what is then still larger is left out.
    """

    name: str
    key: str
    limit: int
    is_list: bool = False


# Day and month in one order: swapped ones meet.
_BIRTH = "(year(birth_date) * 10000 + greatest(day(birth_date), month(birth_date)) * 100 + least(day(birth_date), month(birth_date)))"
_FAMILY, _GIVEN = "family_key", "given_key"
# Either order of the names.
_NAMES = f"(least({_FAMILY}, {_GIVEN}) || ' ' || greatest({_FAMILY}, {_GIVEN}))"
_COMPANY = "company_key"


def _joined(*parts: str) -> str:
    """Parts as one key; null when one of them is."""
    return " || ' ' || ".join(f"cast({part} as varchar)" for part in parts)


# In the order of trust: a pair carries the first rule that finds it.
RULES: tuple[BlockingRule, ...] = (
    BlockingRule("vat number", "vat_number", 60),
    BlockingRule("e-mail", "emails", 60, is_list=True),
    BlockingRule("phone", "phones", 60, is_list=True),
    BlockingRule("customer number", "customer_number", 20),
    BlockingRule(
        "birth date and a name", f"list_distinct([{_joined(_BIRTH, _FAMILY)}, {_joined(_BIRTH, _GIVEN)}])", 60, True
    ),
    BlockingRule("names and birth year", _joined(_NAMES, "year(birth_date)"), 60),
    BlockingRule("names and city", _joined(_NAMES, "city"), 60),
    BlockingRule("names and postcode", _joined(_NAMES, "postcode"), 60),
    BlockingRule("names", _NAMES, 40),
    BlockingRule("address", _joined("coalesce(city, postcode)", "street", "house_number"), 40),
    BlockingRule("postcode, house number and family name", _joined("postcode", "house_number", _FAMILY), 60),
    BlockingRule("house number, street and family name", _joined("left(street, 5)", "house_number", _FAMILY), 60),
    BlockingRule("street and family name", _joined("coalesce(city, postcode)", "street", _FAMILY), 60),
    BlockingRule("street and given name", _joined("coalesce(city, postcode)", "street", _GIVEN), 60),
    BlockingRule("birth date and postcode", _joined(_BIRTH, "postcode"), 60),
    BlockingRule("birth date and city", _joined(_BIRTH, "city"), 60),
    BlockingRule("birth date and house number", _joined(_BIRTH, "house_number"), 60),
    BlockingRule("company name", "replace(company_name, ' ', '')", 60),
    BlockingRule("company name and postcode", _joined(_COMPANY, "postcode"), 60),
    BlockingRule("company name and city", _joined(_COMPANY, "coalesce(second_company_key, '')", "city"), 60),
)

# What parts a block that is too large.
_REFINEMENT = (
    f"coalesce({_NAMES}, '') || coalesce(replace(company_name, ' ', ''), '') || coalesce(cast({_BIRTH} as varchar), '')"
)


def make_candidates(connection: duckdb.DuckDBPyConnection) -> None:
    """Tables ``candidate`` (record_l < record_r, rule_number) and ``limited_block`` from the table ``comparable``.

    ``limited_block``: blocking_rule, block_value, record_count, pairs_left_out, reason.
    """
    make_members(connection)
    connection.execute(
        """
        create or replace temp table candidate as
        select l.record as record_l, r.record as record_r, min(l.rule_number) as rule_number
        from member as l inner join member as r on l.place = r.place and l.record < r.record
        group by l.record, r.record
        """
    )
    connection.execute("drop table member")


def make_members(connection: duckdb.DuckDBPyConnection) -> None:
    """Tables ``member`` (record, rule_number, place) and ``limited_block``: records of one place are candidates of each other."""
    connection.execute(
        f"""
        create or replace temp table block_key as
        select distinct
            unique_id as record, rule_number, hash(rule_number, block_value) as block,
            hash(rule_number, block_value, refinement) as part
        from ({_keys_sql("comparable", f"nullif({_REFINEMENT}, '') as refinement")})
        """
    )
    connection.execute(
        """
        create or replace temp table block as
        select block, any_value(rule_number) as rule_number, count(*) as record_count
        from block_key group by block having count(*) > 1
        """
    )
    connection.execute(
        f"""
        create or replace temp table large_block as
        select *, [{", ".join(str(rule.limit) for rule in RULES)}][rule_number + 1] as most
        from block where record_count > most
        """
    )
    connection.execute(
        """
        create or replace temp table block_part as
        select block_key.block, block_key.part, count(*) as record_count, any_value(large_block.most) as most
        from block_key inner join large_block using (block)
        group by block_key.block, block_key.part having count(*) > 1
        """
    )
    connection.execute(
        """
        create or replace temp table member as
        select block_key.record, block_key.rule_number, block_key.block as place
        from block_key
        semi join (from block anti join large_block using (block)) as small using (block)
        union all
        select block_key.record, block_key.rule_number, block_key.part as place
        from block_key
        semi join (from block_part where record_count <= most) as small using (block, part)
        """
    )
    _report_limits(connection)
    for table in ("block_key", "block", "large_block", "block_part"):
        connection.execute(f"drop table {table}")


def _keys_sql(source: str, *more: str) -> str:
    """Every key of every record: unique_id, rule_number, block_value and ``more`` columns."""
    columns = ", ".join(("unique_id", *more))
    selects = []
    for number, rule in enumerate(RULES):
        value = f"unnest({rule.key})" if rule.is_list else rule.key
        selects.append(
            f"select * from (select {columns}, {number}::utinyint as rule_number, cast({value} as varchar) as block_value"
            f" from {source}) where block_value is not null"
        )
    return " union all ".join(selects)


def _report_limits(connection: duckdb.DuckDBPyConnection) -> None:
    # Blocks are known by their hash; the value is spelt for those that people are told of, from one record of each.
    connection.execute(
        """
        create or replace temp table block_example as
        select * from comparable
        where unique_id in (select min(record) from block_key inner join large_block using (block) group by block)
        """
    )
    names = ", ".join(f"'{rule.name}'" for rule in RULES)
    connection.execute(
        f"""
        create or replace temp table limited_block as
        with kept as (
            select block, sum(record_count * (record_count - 1) // 2) filter (where record_count <= most) as pairs
            from block_part group by block
        ),
        spelt as (
            select hash(rule_number, block_value) as block, min(block_value) as block_value
            from ({_keys_sql("block_example")})
            group by all
        )
        select
            [{names}][rule_number + 1] as blocking_rule,
            block_value,
            record_count,
            cast(record_count * (record_count - 1) // 2 - coalesce(kept.pairs, 0) as bigint) as pairs_left_out,
            'shared by more than ' || most || ' records: compared only where names and birth date agree, too' as reason
        from large_block
        inner join spelt using (block)
        left join kept using (block)
        """
    )
    connection.execute("drop table block_example")
