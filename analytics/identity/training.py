"""Learning a model from records alone: what is junk, how frequent values are, u by sampling, m by expectation
maximisation.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.identity import text
from analytics.identity.comparable import JUNK_COLUMNS, make_comparable
from analytics.identity.comparison import Comparison, Level
from analytics.identity.comparisons import COMPARISONS, FREQUENCY_COLUMNS
from analytics.identity.engine import spread
from analytics.identity.expectation import NAMES, Patterns, maximised, patterns_of
from analytics.identity.levels import columns_of, levels_sql
from analytics.identity.parameters import Parameter, bounded, prior_parameters, prior_u, rounded

# One mailbox or phone of more people than any household, office or reseller has: it belongs to nobody.
_MOST_HOLDERS = 12
# Given names of so many families are names, not typos.
_FEWEST_FAMILIES = 3
_USUAL_SHARE = 0.00005
_MOST_FREQUENT_VALUES = 3000
# Rarer than this no name is taken to be: a rare spelling may be a typo that is copied.
_RAREST = {"given_name": 0.00002, "family_name": 0.000005, "company_name": 0.000002}
# The share of true pairs that the exact rules below find.
EXACT_RULES_RECALL = 0.75
# Matches per record that are believable at the least and at the most.
_FEWEST_MATCHES, _MOST_MATCHES = 0.05, 3.0
# A training block teaches something with so many matches in it; so many pseudo-matches stand behind each prior.
_FEWEST_BLOCK_MATCHES = 20
_PRIOR_MATCHES = 20.0

# Pairs that are one party beyond doubt, found by equality alone; a block of many is left out.
EXACT_RULES = (
    ("emails[1]", "given_name"),
    ("phones[1]", "given_name", "family_name"),
    ("birth_date", "given_name", "family_name"),
    ("postcode", "house_number", "street", "given_name", "family_name"),
    ("vat_number", "company_name"),
    ("company_name", "postcode"),
    ("company_name", "phones[1]"),
)
_MOST_IN_EXACT_BLOCK = 12
# People share contact details where so many pairs at one are two people, per pair that is one; with fewer pairs
# nobody can tell.
_SHARING_SHARE = 0.05
_FEWEST_TO_TELL = 50
# Few records need no large sample to tell how often their values meet.
_RANDOM_PAIRS_PER_RECORD = 50
# Of so many records at the most.
_MOST_DRAWN = 10_000


@dataclass(frozen=True)
class TrainingBlock:
    """Pairs that agree on ``columns`` train the comparisons that use none of them."""

    name: str
    columns: tuple[str, ...]


TRAINING_BLOCKS: tuple[TrainingBlock, ...] = (
    TrainingBlock("e-mail", ("emails[1]",)),
    TrainingBlock("phone", ("phones[1]",)),
    TrainingBlock("birth date and given name", ("birth_date", "given_name")),
    TrainingBlock("birth date and family name", ("birth_date", "family_name")),
    TrainingBlock("given and family name", ("given_name", "family_name")),
    TrainingBlock("address", ("city", "street", "house_number")),
    TrainingBlock("company name", ("company_name",)),
    TrainingBlock("vat number", ("vat_number",)),
)


def learn(
    connection: duckdb.DuckDBPyConnection,
    features: pa.Table,
    *,
    seed: int,
    max_random_pairs: int,
    max_training_pairs: int,
) -> dict[str, Any]:
    """Everything a model holds, from the features of all records."""
    text.install(connection)
    spread(connection, "feature", features)
    junk = {column: _junk(connection, column, is_list) for column, is_list in JUNK_COLUMNS.items()}
    usual_given_names = _usual_given_names(connection)
    comparable = make_comparable(connection, features, junk=junk, frequencies={}, usual_given_names=usual_given_names)
    frequencies = {column: _frequencies(connection, column) for column in FREQUENCY_COLUMNS}
    match_share = _match_share(connection)
    sharing = _sharing(connection)
    learner = Learner(
        connection, comparable, match_share, sharing["people_share"], seed, max_random_pairs, max_training_pairs
    )
    parameters = learner.run()
    return {
        "match_share": rounded(match_share),
        "parameters": parameters,
        "frequencies": frequencies,
        "usual_given_names": usual_given_names,
        "junk": junk,
        "training": {"records": features.num_rows, "seed": seed, "blocks": learner.blocks, **sharing},
    }


def _junk(connection: duckdb.DuckDBPyConnection, column: str, is_list: bool) -> tuple[str, ...]:
    """Values shared by more people than can hold one thing together."""
    value = f"unnest({column})" if is_list else column
    rows = connection.execute(
        f"""
        with held as (
            select {value} as value, company_name, given_key, family_name, family_words, family_key from feature
        ),
        -- So many records at least: few values are, and only their holders are told apart.
        frequent as (select value from held where value is not null group by value having count(*) > {_MOST_HOLDERS})
        select value
        from (
            select value, coalesce(company_name, '') || coalesce(given_key, '') || coalesce(
                case when len(family_words) = 1 then family_key else sound(family_name) end, '') as holder
            from held semi join frequent using (value)
        )
        group by value
        having count(distinct nullif(holder, '')) > {_MOST_HOLDERS}
        order by value nulls last
        """
    ).fetchall()
    return tuple(value for (value,) in rows)


def _usual_given_names(connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    rows = connection.execute(
        f"""
        select given_name from feature
        where length(given_name) > 1
        group by given_name
        having count(distinct family_name) >= greatest({_FEWEST_FAMILIES}, {_USUAL_SHARE} * (select count(*) from
        feature))
        order by given_name nulls last
        """
    ).fetchall()
    return tuple(name for (name,) in rows)


def _frequencies(connection: duckdb.DuckDBPyConnection, column: str) -> dict[str, Any]:
    """Shares of the most frequent values, and the share to take for any other (null: the average of the level)."""
    # Everybody has some birth date: only the ones that forms fill in are more frequent than chance makes them.
    only_above = 10.0 if column == "birth_date" else 0.0
    rows = connection.execute(
        f"""
        with counted as (
            select cast({column} as varchar) as value, count(*) as times from comparable where {column} is not null
                group by all
        ),
        total as (select cast(sum(times) as double) as times, count(*) as number_of_values from counted)
        select counted.value, counted.times / total.times, total.times, total.number_of_values
        from counted cross join total
        where counted.times > {only_above} * total.times / total.number_of_values and counted.times > 1
        order by counted.times desc, counted.value nulls last
        limit {_MOST_FREQUENT_VALUES}
        """
    ).fetchall()
    rarest = _RAREST.get(column)
    other = None
    if rarest is not None:
        (total, number) = connection.execute(
            f"select count({column}), count(distinct {column}) from comparable"
        ).fetchone() or (0, 0)
        left = max(1.0 - sum(row[1] for row in rows), 0.0)
        unlisted = number - len(rows)
        other = rounded(max(left / unlisted if unlisted and left else 1.0 / max(total, 1), rarest)) if total else None
    values = {row[0]: rounded(max(row[1], rarest or 0.0)) for row in rows}
    return {"values": values, "other": other}


def _match_share(connection: duckdb.DuckDBPyConnection) -> float:
    """How many of all pairs are of one party: the ones that exact rules find, and the share that such rules miss."""
    selects = []
    for number, columns in enumerate(EXACT_RULES):
        filled = " and ".join(f"{column} is not null" for column in columns)
        selects.append(
            f"select list(unique_id order by unique_id) as members from comparable where {filled}"
            f" group by {', '.join(columns)} having count(*) between 2 and {_MOST_IN_EXACT_BLOCK}"
        )
        assert number >= 0
    (pairs, records) = connection.execute(
        f"""
        with block as ({" union all ".join(selects)}),
        left_member as (select members, unnest(members) as l from block)
        select
            (select count(*) from (select distinct l, r from (select l, unnest(members) as r from left_member) where
                l < r)),
            (select count(*) from comparable)
        """
    ).fetchone() or (0, 0)
    matches = pairs / EXACT_RULES_RECALL
    matches = min(max(matches, _FEWEST_MATCHES * records), _MOST_MATCHES * records)
    return min(matches / max(records * (records - 1) / 2, 1.0), 0.1)


def _sharing(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Whether people share contact details here: pairs at one address, phone or mailbox that are surely two people
    (neither
    given name nor birth date alike) beside those that are surely one. Where it
    can't be told, they do: households exist.
    """
    others = ones = 0
    for columns in (("city", "street", "house_number"), ("phones[1]",), ("emails[1]",)):
        keys = ", ".join(columns)
        found = connection.execute(
            f"""
            with person as (
                select *, hash({keys}) as place from comparable
                where given_name is not null and birth_date is not null and
                    {" and ".join(f"{c} is not null" for c in columns)}
            ),
            small as (select place from person group by place having count(*) between 2 and {_MOST_IN_EXACT_BLOCK})
            select
                count(*) filter (where jaro_winkler_similarity(l.given_name, r.given_name) < 0.8
                    and damerau_levenshtein(l.birth_digits, r.birth_digits) > 2),
                count(*) filter (where l.given_name = r.given_name and l.birth_date = r.birth_date)
            from small inner join person as l using (place) inner join person as r using (place)
            where l.unique_id < r.unique_id
            """
        ).fetchone() or (0, 0)
        others, ones = others + found[0], ones + found[1]
    people_share = others + ones < _FEWEST_TO_TELL or others >= _SHARING_SHARE * ones
    return {"people_share": people_share, "pairs_sharing_contact": {"two_people": others, "one_person": ones}}


@dataclass
class Learner:
    """Estimates m and u of every level."""

    connection: duckdb.DuckDBPyConnection
    comparable: pa.Table
    match_share: float
    people_share: bool
    seed: int
    max_random_pairs: int
    max_training_pairs: int
    blocks: dict[str, Any] = field(default_factory=dict)

    def run(self) -> dict[str, dict[str, Parameter]]:
        """u first, then m given u."""
        return self._with_m(self._with_u(prior_parameters(self.match_share, self.people_share)))

    def _with_u(self, parameters: dict[str, dict[str, Parameter]]) -> dict[str, dict[str, Parameter]]:
        """u of every level by random sampling, less the matches in the sample."""
        sample = self._random_pairs()
        sampled = {comparison.name: sample.shares(comparison) for comparison in COMPARISONS}

        def estimate(comparison: Comparison, level: Level) -> Parameter:
            u = sampled[comparison.name].get(level.label)
            prior = prior_u(level, self.match_share)
            if level.per_match is not None or level.is_fixed(self.people_share) or u is None:
                return bounded(level, level.m, prior, "prior", "prior", self.people_share)
            # The sample holds matches as well; nothing is rarer than a tenth of what the prior says.
            clean = min(max(u - self.match_share * level.m, prior / 10, 1e-7), 0.999999)
            return bounded(level, level.m, clean, "prior", "estimated", self.people_share)

        return _every_level(estimate)

    def _random_pairs(self) -> Patterns:
        """Pairs of records that nothing brought together: all pairs within groups drawn at random.

        Many small groups tell more than one large one of as many pairs, where each record would be in a thousand pairs.
        """
        records = self.comparable.num_rows
        pairs = min(self.max_random_pairs, _RANDOM_PAIRS_PER_RECORD * records)
        drawn = min(records, _MOST_DRAWN)
        groups = max(drawn // (2 * pairs // drawn + 1), 1)
        draw = self.connection.execute(
            f"select unique_id from comparable order by hash(record_id, {self.seed}), unique_id limit {drawn}"
        ).fetchnumpy()["unique_id"]
        place = pc.index_in(pa.array(draw, pa.int32()), value_set=self.comparable["unique_id"])
        group = pa.array(np.arange(1, drawn + 1) % groups)
        sample = self.comparable.take(place).append_column("drawn_group", group)
        # Every record meets a hundred: a core takes few at once.
        spread(self.connection, "drawn", sample, batch=drawn // 16 + 1)
        return self._patterns(
            levels_sql(
                "drawn as l inner join drawn as r on l.drawn_group = r.drawn_group and l.unique_id < r.unique_id"
            )
        )

    def _with_m(self, parameters: dict[str, dict[str, Parameter]]) -> dict[str, dict[str, Parameter]]:
        """m of every level that a training block shows, each block counting by the matches in it."""
        patterns, blocks = self.training_pairs()
        learnt: dict[tuple[str, str], list[tuple[float, float]]] = {}
        for number, block in enumerate(TRAINING_BLOCKS):
            of_block = patterns.where(blocks & (1 << number) > 0)
            matches, levels = self.trained(parameters, block, of_block)
            self.blocks[block.name] = {"matches": round(matches)}
            if matches >= _FEWEST_BLOCK_MATCHES:
                for key, m in levels.items():
                    learnt.setdefault(key, []).append((matches, m))

        def estimate(comparison: Comparison, level: Level) -> Parameter:
            before = parameters[comparison.name][level.label]
            seen = learnt.get((comparison.name, level.label), [])
            if level.is_fixed(self.people_share) or not seen:
                return bounded(level, level.m, before.u, "prior", before.u_source, self.people_share)
            matches = sum(weight for weight, _ in seen) + _PRIOR_MATCHES
            m = (sum(weight * m for weight, m in seen) + _PRIOR_MATCHES * level.m) / matches
            return bounded(level, m, before.u, "estimated", before.u_source, self.people_share)

        return _every_level(estimate)

    def training_pairs(self) -> tuple[Patterns, np.ndarray]:
        """Patterns of the pairs of all training blocks, each pair compared once, and the blocks (bits) of each."""
        selects = []
        for number, block in enumerate(TRAINING_BLOCKS):
            keys = ", ".join(block.columns)
            filled = " and ".join(f"{column} is not null" for column in block.columns)
            (pairs,) = self.connection.execute(
                f"""
                select coalesce(sum(n * (n - 1) // 2), 0)
                from (select count(*) as n from comparable where {filled} group by {keys} having count(*) > 1)
                """
            ).fetchone() or (0,)
            # Each record with such a chance that so many pairs are left as one block may have.
            chance = min(math.sqrt(self.max_training_pairs / max(pairs, 1)), 1.0)
            drawn = f" and hash(record_id, {self.seed}, {number}) < {int(chance * 2**64)}" if chance < 1 else ""
            selects.append(
                f"select {1 << number} as block, hash({keys}) as place, unique_id from comparable where {filled}{drawn}"
            )
        spread(
            self.connection,
            "training_pair",
            f"""
            with member as ({" union all ".join(selects)})
            select l.unique_id as record_l, r.unique_id as record_r, bit_or(l.block) as blocks
            from member as l inner join member as r using (block, place)
            where l.unique_id < r.unique_id
            group by all
            """,
        )
        return self._patterns(
            levels_sql(
                "training_pair inner join comparable as l on record_l = l.unique_id"
                " inner join comparable as r on record_r = r.unique_id",
                "blocks as blocks",
            ),
            "blocks",
        )

    def _patterns(self, pairs: str, *more: str) -> Any:
        names = ", ".join([*more, *NAMES])
        columns = self.connection.execute(
            f"select {names}, count(*) as pairs from ({pairs}) group by {names} order by {names}"
        ).fetchnumpy()
        found = patterns_of(columns)
        return (found, *(columns[name].astype(np.int64) for name in more)) if more else found

    def trained(
        self, parameters: Mapping[str, Mapping[str, Parameter]], block: TrainingBlock, patterns: Patterns
    ) -> tuple[float, dict[tuple[str, str], float]]:
        """Matches expected in a training block, and m of the levels that it trains."""
        pairs = float(patterns.pairs.sum())
        if pairs < _FEWEST_BLOCK_MATCHES:
            return 0.0, {}
        columns = {column.partition("[")[0] for column in block.columns}
        odds = self.match_share / (1 - self.match_share)
        for name in columns & parameters.keys():
            # Who agrees on it is the likelier one party, to begin with.
            same = parameters[name]["same"]
            odds *= same.m / same.u
        share, levels = maximised(
            patterns,
            parameters,
            odds / (1 + odds),
            trained=[comparison for comparison in COMPARISONS if not columns & columns_of(comparison)],
            people_share=self.people_share,
        )
        return pairs * share, levels


def _every_level(estimate: Callable[[Comparison, Level], Parameter]) -> dict[str, dict[str, Parameter]]:
    return {
        comparison.name: {level.label: estimate(comparison, level) for level in comparison.levels}
        for comparison in COMPARISONS
    }
