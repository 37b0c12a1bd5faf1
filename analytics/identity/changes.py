"""What a later day changes: which records, which pairs became candidates by it, and which ceased to be.

Everything is done in the neighbourhood of what changed. Records are numbered as they are known (new ones behind them);
a record that changed keeps its number. What was compared before is told from the block numbers that each known record
carries, and both days are blocked by the same code.
"""

from __future__ import annotations

import duckdb

from analytics.identity.blocking import HOUSEHOLD_RULE, RULES, make_candidates_of, most_in, part_of, place_members

_IS_HOME = f"block % {len(RULES)} = {HOUSEHOLD_RULE}"


def find_changed(connection: duckdb.DuckDBPyConnection) -> None:
    """Tables ``changed`` (record_id, position, number), new records with them, and ``gone`` (number): known versions
    that are no more; from ``hashed`` (record_id, record_hash, position) and ``known_record`` (…, number).
    """
    connection.execute(
        """
        create temp table difference as
        select record_id, hashed.position, known_record.number
        from hashed full join known_record using (record_id)
        where hashed.record_hash is distinct from known_record.record_hash
        """
    )
    connection.execute(
        """
        create temp table changed as
        select record_id, position, cast(coalesce(number, (select count(*) from known_record)
            + row_number() over (order by number nulls first, record_id)) as integer) as number
        from difference
        where position is not null
        """
    )
    connection.execute("create temp table gone as select number from difference where number is not null")


def compare_days(connection: duckdb.DuckDBPyConnection) -> None:
    """Tables ``candidate_before`` and ``candidate``: of the pairs near a change, those of the last time and of now.

    From ``changed``, ``gone``, ``known_record`` and ``changed_key`` (`blocking.make_keys`). All other pairs are
    candidates if they were. Beside them ``rescored`` (record): who changed, is gone, or has a household that did; pairs
    of these are scored anew. ``near_block``: blocks that were looked at; ``large_block`` and ``block_part`` of now.
    """
    execute = connection.execute
    execute(
        """
        create temp table known_key as
        select number as record, unnest(blocks) as block from known_record where number not in (from gone)
        """
    )
    execute(
        """
        create temp table changing_key as
        select number as record, unnest(blocks) as block, refinement, is_refined, true as is_before
        from known_record where number in (from gone)
        union all
        select record, unnest(blocks), refinement, is_refined, false from changed_key
        """
    )
    execute("create temp table touched_block as select distinct block from changing_key")
    execute("create temp table touched_key as select known_key.* from known_key semi join touched_block using (block)")
    # A record says something else when its household does.
    execute(
        f"""
        create temp table rescored as
        select number as record from changed
        union
        from gone
        union
        select record from touched_key where {_IS_HOME}
        """
    )
    _find_shifted(connection)
    execute("create temp table focus as from rescored union from shifted")
    execute(
        """
        create temp table near_block as
        select block from touched_block
        union
        select block from known_key semi join focus using (record)
        """
    )
    # In two steps: joined at once, every key would look for its record before few of them are left.
    execute("create temp table kept_key as select known_key.* from known_key semi join near_block using (block)")
    execute(
        f"""
        create temp table near_key as
        select record, block, {part_of()} as part, null as is_before
        from kept_key inner join known_record on known_record.number = kept_key.record
        union all
        select record, block, {part_of()}, is_before from changing_key
        """
    )
    for day, keys in (("before", "is_before is not false"), ("now", "is_before is not true")):
        execute(f"create or replace temp table block_key as select record, block, part from near_key where {keys}")
        place_members(connection)
        make_candidates_of(connection, "focus")
        if day == "before":
            execute("create temp table candidate_before as from candidate")


def _find_shifted(connection: duckdb.DuckDBPyConnection) -> None:
    """``shifted`` (record): unchanged records that others' changes moved, because a block or a part of one became too
    large, or is it no longer.
    """
    most = most_in("block")
    connection.execute(
        f"""
        create temp table shifted as
        with day as (
            select record, block, {part_of()} as part, 1 as before, 1 as now
            from touched_key inner join known_record on known_record.number = touched_key.record
            union all
            select null, block, {part_of()}, cast(is_before as integer), cast(not is_before as integer)
            from changing_key
        ),
        large as (
            select block, sum(before) > {most} as was_large, sum(now) > {most} as is_large
            from day group by block having greatest(sum(before), sum(now)) > {most}
        ),
        large_part as (
            select block, part
            from day semi join large using (block)
            where part is not null
            group by block, part
            having (sum(before) > {most}) <> (sum(now) > {most})
        )
        select record from day semi join (from large where was_large <> is_large) using (block)
        where record is not null
        union
        select record from day semi join large_part using (block, part)
        where record is not null
        """
    )


def find_unscored(connection: duckdb.DuckDBPyConnection) -> None:
    """Tables ``unscored`` (record_l, record_r, rule_number) and ``compared`` (record_id, position, unique_id in the
    order of record_id): who is in them, all of their households, and the ``block_example`` (record).
    """
    connection.execute(
        """
        create temp table unscored_number as
        select candidate.* from candidate
        where record_l in (from rescored) or record_r in (from rescored)
        union
        select candidate.* from candidate anti join candidate_before using (record_l, record_r)
        """
    )
    connection.execute(
        f"""
        create temp table home as
        select record, block from known_key where {_IS_HOME}
        union all
        select record, block from changing_key where not is_before and {_IS_HOME}
        """
    )
    connection.execute(
        """
        create temp table compared as
        with asked as (select record_l as record from unscored_number union select record_r from unscored_number),
        needed as (
            from asked
            union
            select record from home
            where block in (select block from home where record in (from asked))
            union
            from block_example
        ),
        named as (
            select number, record_id from known_record where number in (from needed) and number not in (from gone)
            union all
            select number, record_id from changed where number in (from needed)
        )
        select number, named.record_id, hashed.position,
            cast(row_number() over (order by named.record_id) as integer) as unique_id
        from named inner join hashed using (record_id)
        """
    )
    connection.execute(
        """
        create temp table unscored as
        select least(l.unique_id, r.unique_id) as record_l, greatest(l.unique_id, r.unique_id) as record_r, rule_number
        from unscored_number
        inner join compared as l on record_l = l.number
        inner join compared as r on record_r = r.number
        """
    )
    connection.execute(
        "create or replace temp table block_example as"
        " select unique_id from compared where number in (select unique_id from block_example)"
    )


def find_affected(connection: duckdb.DuckDBPyConnection) -> None:
    """The table ``affected_pair`` (pair, rule_number): pairs of ``known_pair`` (…, pair) near a change, with the rule
    that finds them today; null for those that are scored anew or are candidates no more.
    """
    connection.execute(
        """
        create temp table affected_pair as
        with named as (
            select record_l, record_r, l.record_id as one, r.record_id as other
            from candidate_before
            inner join known_record as l on record_l = l.number
            inner join known_record as r on record_r = r.number
        ),
        found as (
            select * from candidate where record_l not in (from rescored) and record_r not in (from rescored)
        )
        select pair, found.rule_number
        from known_pair
        inner join named on left_record_id = least(one, other) and right_record_id = greatest(one, other)
        left join found using (record_l, record_r)
        """
    )
