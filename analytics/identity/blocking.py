"""Which pairs are worth comparing: records that share a key, in blocks that stay small whatever the data holds."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb


@dataclass(frozen=True)
class BlockingRule:
    """Records with the same ``key`` (SQL over a comparable record; a list where ``is_list``) are candidates.

    A block of more than ``limit`` records is parted by the names and birth date in it; what is then still larger is
    left out.
    """

    name: str
    key: str
    limit: int
    is_list: bool = False


# Day and month in one order: swapped ones meet.
_BIRTH = (
    "(year(birth_date) * 10000 + greatest(day(birth_date), month(birth_date)) * 100"
    " + least(day(birth_date), month(birth_date)))"
)
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

# Members of one household share this block; who they are decides what `household` says of each.
HOUSEHOLD_RULE = next(n for n, rule in enumerate(RULES) if rule.name == "house number, street and family name")

# What parts a block that is too large.
_REFINEMENT = (
    f"coalesce({_NAMES}, '') || coalesce(replace(company_name, ' ', ''), '') || coalesce(cast({_BIRTH} as varchar), '')"
)


def make_candidates(connection: duckdb.DuckDBPyConnection) -> None:
    """Tables ``candidate`` (record_l < record_r, rule_number) and ``limited_block`` from ``comparable``.

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


def make_candidates_of(connection: duckdb.DuckDBPyConnection, records: str) -> None:
    """The table ``candidate`` from ``member``, only pairs of which at least one is in the table ``records``."""
    connection.execute(
        f"""
        create or replace temp table candidate as
        select least(one.record, other.record) as record_l, greatest(one.record, other.record) as record_r,
            min(one.rule_number) as rule_number
        from (select member.* from member semi join {records} using (record)) as one
        inner join member as other on one.place = other.place and one.record <> other.record
        group by 1, 2
        """
    )


def make_members(connection: duckdb.DuckDBPyConnection) -> None:
    """Tables ``member`` (record, rule_number, place) and ``limited_block``: records of one place are candidates."""
    make_keys(connection, "record_key")
    connection.execute(
        f"""
        create or replace temp table block_key as
        select record, block, {part_of()} as part
        from (select record, unnest(blocks) as block, refinement, is_refined from record_key)
        """
    )
    place_members(connection)
    large_block_examples(connection)
    report_limits(connection)


def most_in(block: str) -> str:
    """SQL for how many records a block may have."""
    return f"[{', '.join(str(rule.limit) for rule in RULES)}][cast({block} % {len(RULES)} as integer) + 1]"


def part_of() -> str:
    """SQL for the part of a block that a record is in, should the block be too large."""
    return "case when is_refined then hash(block, refinement) end"


def block_number(value: str, rule_number: int | str) -> str:
    """SQL for the number that a rule's block is known by; it tells the rule."""
    return f"hash({value}) // {len(RULES)} * {len(RULES)} + {rule_number}"


def make_keys(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """A table of ``record`` (unique_id), ``blocks`` (numbers of all blocks it is in) and ``refinement`` from
    ``comparable``.
    """
    blocks = []
    for number, rule in enumerate(RULES):
        if rule.is_list:
            block = block_number("cast(k as varchar)", number)
            blocks.append(f"coalesce(list_transform({rule.key}, lambda k: {block}), [])")
        else:
            key = f"cast({rule.key} as varchar)"
            blocks.append(f"[case when {key} is not null then {block_number(key, number)} end]")
    connection.execute(
        f"""
        create or replace temp table {table} as
        select
            unique_id as record,
            list_filter(flatten([{", ".join(blocks)}]), lambda b: b is not null) as blocks,
            hash(nullif({_REFINEMENT}, '')) as refinement,
            nullif({_REFINEMENT}, '') is not null as is_refined
        from comparable
        """
    )


def place_members(connection: duckdb.DuckDBPyConnection) -> None:
    """``member`` from ``block_key`` (record, block, part): blocks, or parts of those that are too large.

    Beside it ``large_block`` and ``block_part`` (of the large ones), with their record counts.
    """
    connection.execute(
        f"""
        create or replace temp table block as
        select block, cast(block % {len(RULES)} as integer) as rule_number, record_count, {most_in("block")} as most
        from (select block, count(*) as record_count from block_key group by block having count(*) > 1)
        """
    )
    connection.execute("create or replace temp table large_block as from block where record_count > most")
    connection.execute(
        """
        create or replace temp table block_part as
        select block, part, now.record_count, large_block.rule_number, large_block.most
        from (
            select block, part, count(*) as record_count
            from block_key semi join large_block using (block)
            where part is not null group by block, part having count(*) > 1
        ) as now
        inner join large_block using (block)
        """
    )
    connection.execute(
        """
        create or replace temp table member as
        select block_key.record, block.rule_number, block_key.block as place
        from block_key inner join block using (block)
        where block.record_count <= block.most
        union all
        select block_key.record, block_part.rule_number, block_key.part as place
        from block_key inner join block_part using (block, part)
        where block_part.record_count <= block_part.most
        """
    )


def large_block_examples(connection: duckdb.DuckDBPyConnection) -> None:
    """``block_example``: one record (unique_id) of every block that is too large, to spell its value."""
    connection.execute(
        """
        create or replace temp table block_example as
        select distinct unique_id
        from (select min(record) as unique_id from block_key semi join large_block using (block) group by block)
        """
    )


def report_limits(connection: duckdb.DuckDBPyConnection) -> None:
    """``limited_block`` for people, from ``large_block``, ``block_part``; ``comparable`` has each ``block_example``."""
    # Blocks are known by their number; the value is spelt for those that people are told of, from one record of each.
    selects = ["select 0 as rule_number, cast(null as varchar) as block_value where false"]
    for (number,) in connection.execute("select distinct rule_number from large_block order by 1").fetchall():
        rule = RULES[number]
        value = f"unnest({rule.key})" if rule.is_list else rule.key
        selects.append(
            f"select {number} as rule_number, cast({value} as varchar) as block_value"
            " from comparable semi join block_example using (unique_id)"
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
            select distinct {block_number("block_value", "rule_number")} as block, block_value
            from ({" union all ".join(selects)})
            where block_value is not null
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
