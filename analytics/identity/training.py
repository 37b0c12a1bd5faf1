"""Learning a model from records alone: what is junk, how frequent values are, u by sampling, m by expectation
maximisation.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb
from splink import DuckDBAPI, Linker
from splink.internals.exceptions import EMTrainingException

from analytics.identity import text
from analytics.identity.comparable import JUNK_COLUMNS, make_comparable
from analytics.identity.comparisons import COMPARISONS, FREQUENCY_COLUMNS, Comparison, Level
from analytics.identity.parameters import Parameter, bounded, prior_parameters, prior_u, rounded, splink_settings

logger = logging.getLogger(__name__)

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
    connection: duckdb.DuckDBPyConnection, *, seed: int, max_random_pairs: int, max_training_pairs: int
) -> dict[str, Any]:
    """Everything a model holds, from the table ``feature``."""
    text.install(connection)
    junk = {column: _junk(connection, column, is_list) for column, is_list in JUNK_COLUMNS.items()}
    usual_given_names = _usual_given_names(connection)
    make_comparable(connection, junk=junk, frequencies={}, usual_given_names=usual_given_names)
    frequencies = {column: _frequencies(connection, column) for column in FREQUENCY_COLUMNS}
    match_share = _match_share(connection)
    sharing = _sharing(connection)
    (records,) = connection.execute("select count(*) from feature").fetchone() or (0,)
    learner = _Learner(
        connection, match_share, sharing["people_share"], seed, max_random_pairs, max_training_pairs, records
    )
    parameters = learner.run()
    return {
        "match_share": rounded(match_share),
        "parameters": parameters,
        "frequencies": frequencies,
        "usual_given_names": usual_given_names,
        "junk": junk,
        "training": {"records": records, "seed": seed, "blocks": learner.blocks, **sharing},
    }


def _junk(connection: duckdb.DuckDBPyConnection, column: str, is_list: bool) -> tuple[str, ...]:
    """Values shared by more people than can hold one thing together."""
    value = f"unnest({column})" if is_list else column
    rows = connection.execute(
        f"""
        with held as (select {value} as value, company_name, given_name, family_name from feature),
        -- So many records at least: few values are, and only their holders are told apart.
        frequent as (select value from held where value is not null group by value having count(*) > {_MOST_HOLDERS})
        select value
        from (
            select value, coalesce(company_name, '') || coalesce(sound(given_name), '') ||
                coalesce(sound(family_name), '') as holder
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
class _Learner:
    """Estimates m and u of every level with Splink."""

    connection: duckdb.DuckDBPyConnection
    match_share: float
    people_share: bool
    seed: int
    max_random_pairs: int
    max_training_pairs: int
    records: int
    blocks: dict[str, Any] = field(default_factory=dict)

    def run(self) -> dict[str, dict[str, Parameter]]:
        """u first, then m given u."""
        return self._with_m(self._with_u(prior_parameters(self.match_share, self.people_share)))

    def _linker(self, parameters: Mapping[str, Mapping[str, Parameter]]) -> Linker:
        settings = splink_settings(self.match_share, parameters, for_training=True, people_share=self.people_share)
        api = DuckDBAPI(connection=self.connection)
        return Linker(api.register("comparable"), settings, log_level=None, validate_settings=False)

    def _with_u(self, parameters: dict[str, dict[str, Parameter]]) -> dict[str, dict[str, Parameter]]:
        """u of every level by random sampling, less the matches in the sample."""
        linker = self._linker(parameters)
        linker.training.estimate_u_using_random_sampling(
            max_pairs=min(self.max_random_pairs, _RANDOM_PAIRS_PER_RECORD * self.records),
            seed=self.seed,
            min_count_per_level=None,
            num_chunks=1,
        )
        sampled = _levels_of(linker)

        def estimate(comparison: Comparison, level: Level) -> Parameter:
            u = sampled.get((comparison.name, level.label), {}).get("u_probability")
            prior = prior_u(level, self.match_share)
            if level.per_match is not None or level.is_fixed(self.people_share) or not isinstance(u, float):
                return bounded(level, level.m, prior, "prior", "prior", self.people_share)
            # The sample holds matches as well; nothing is rarer than a tenth of what the prior says.
            clean = min(max(u - self.match_share * level.m, prior / 10, 1e-7), 0.999999)
            return bounded(level, level.m, clean, "prior", "estimated", self.people_share)

        return _every_level(estimate)

    def _with_m(self, parameters: dict[str, dict[str, Parameter]]) -> dict[str, dict[str, Parameter]]:
        """m of every level that a training block shows, each block counting by the matches in it."""
        learnt: dict[tuple[str, str], list[tuple[float, float]]] = {}
        for block in TRAINING_BLOCKS:
            matches, levels = self._trained(parameters, block)
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

    def _trained(
        self, parameters: Mapping[str, Mapping[str, Parameter]], block: TrainingBlock
    ) -> tuple[float, dict[tuple[str, str], float]]:
        """Matches expected in a training block, and m of the levels that it trains."""
        filled = " and ".join(f"{column} is not null" for column in block.columns)
        (pairs,) = self.connection.execute(
            f"""
            select coalesce(sum(n * (n - 1) / 2), 0)
            from (select count(*) as n from comparable where {filled} group by {", ".join(block.columns)})
            """
        ).fetchone() or (0,)
        if pairs < _FEWEST_BLOCK_MATCHES:
            return 0.0, {}
        linker = self._linker(parameters)
        try:
            session = linker.training.estimate_parameters_using_expectation_maximisation(
                " and ".join(f"l.{column} = r.{column}" for column in block.columns),
                estimate_without_term_frequencies=True,
                max_pairs=self.max_training_pairs if pairs > self.max_training_pairs else None,
                record_sample_proportion=0.1,
            )
        except EMTrainingException:
            return 0.0, {}
        except ValueError as error:
            # A level's m vanished on the way, too small for a number: the other blocks teach.
            if "m_probability" not in str(error):
                raise
            logger.warning("training block %s taught nothing: %s", ", ".join(block.columns), error)
            return 0.0, {}
        share = session.core_model_settings.probability_two_random_records_match
        # A level that no pair of the block was at has learnt nothing.
        levels = {
            (comparison.output_column_name, level.label_for_charts): level.m_probability
            for comparison in session.core_model_settings.comparisons
            for level in comparison.comparison_levels
            if not level.is_null_level and level._m_is_trained
        }
        return float(min(pairs, self.max_training_pairs)) * share, levels


def _every_level(estimate: Callable[[Comparison, Level], Parameter]) -> dict[str, dict[str, Parameter]]:
    return {
        comparison.name: {level.label: estimate(comparison, level) for level in comparison.levels}
        for comparison in COMPARISONS
    }


def _levels_of(linker: Linker) -> dict[tuple[str, str], dict[str, Any]]:
    """Levels of Splink's model by field and label."""
    model = linker.misc.save_model_to_json()
    return {
        (comparison["output_column_name"], level["label_for_charts"]): level
        for comparison in model["comparisons"]
        for level in comparison["comparison_levels"]
    }
