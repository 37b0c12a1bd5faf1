# ruff: noqa: E501
"""Learning a model from records alone: what is junk, how frequent values are, u by sampling, m by expectation maximisation."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
from splink import DuckDBAPI, Linker
from splink.internals.exceptions import EMTrainingException

from analytics.identity import text
from analytics.identity.comparable import JUNK_COLUMNS, make_comparable
from analytics.identity.comparisons import COMPARISONS, FREQUENCY_COLUMNS
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
_EXACT_RULES_RECALL = 0.75
# Matches per record that are believable at the least and at the most.
_FEWEST_MATCHES, _MOST_MATCHES = 0.05, 3.0
# A training block teaches something with so many matches in it; so many pseudo-matches stand behind each prior.
_FEWEST_BLOCK_MATCHES = 20
_PRIOR_MATCHES = 20.0

# Pairs that are one party beyond doubt, found by equality alone; a block of many is left out.
_EXACT_RULES = (
    ("emails[1]", "given_name"),
    ("phones[1]", "given_name", "family_name"),
    ("birth_date", "given_name", "family_name"),
    ("postcode", "house_number", "street", "given_name", "family_name"),
    ("vat_number", "company_name"),
    ("company_name", "postcode"),
    ("company_name", "phones[1]"),
)
_MOST_IN_EXACT_BLOCK = 12


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
    TrainingBlock("address", ("postcode", "street", "house_number")),
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
    parameters, blocks = _estimated(connection, match_share, seed, max_random_pairs, max_training_pairs)
    (records,) = connection.execute("select count(*) from feature").fetchone() or (0,)
    return {
        "match_share": rounded(match_share),
        "parameters": parameters,
        "frequencies": frequencies,
        "usual_given_names": usual_given_names,
        "junk": junk,
        "training": {"records": records, "seed": seed, "blocks": blocks},
    }


def _junk(connection: duckdb.DuckDBPyConnection, column: str, is_list: bool) -> tuple[str, ...]:
    """Values shared by more people than can hold one thing together."""
    value = f"unnest({column})" if is_list else column
    rows = connection.execute(
        f"""
        select value
        from (
            select {value} as value, coalesce(company_name, '') || coalesce(sound(given_name), '') || coalesce(sound(family_name), '') as holder
            from feature
        )
        where value is not null
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
        having count(distinct family_name) >= greatest({_FEWEST_FAMILIES}, {_USUAL_SHARE} * (select count(*) from feature))
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
            select cast({column} as varchar) as value, count(*) as times from comparable where {column} is not null group by all
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
    for number, columns in enumerate(_EXACT_RULES):
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
            (select count(*) from (select distinct l, r from (select l, unnest(members) as r from left_member) where l < r)),
            (select count(*) from comparable)
        """
    ).fetchone() or (0, 0)
    matches = pairs / _EXACT_RULES_RECALL
    matches = min(max(matches, _FEWEST_MATCHES * records), _MOST_MATCHES * records)
    return min(matches / max(records * (records - 1) / 2, 1.0), 0.1)


def _linker(connection: duckdb.DuckDBPyConnection, settings: Mapping[str, Any]) -> Linker:
    api = DuckDBAPI(connection=connection)
    return Linker(api.register("comparable"), dict(settings), log_level=None, validate_settings=False)


def _estimated(
    connection: duckdb.DuckDBPyConnection, match_share: float, seed: int, max_random_pairs: int, max_training_pairs: int
) -> tuple[dict[str, dict[str, Parameter]], dict[str, Any]]:
    parameters = prior_parameters(match_share)
    parameters = _with_u(connection, parameters, match_share, seed, max_random_pairs)
    learnt: dict[tuple[str, str], list[tuple[float, float]]] = {}
    blocks: dict[str, Any] = {}
    for block in TRAINING_BLOCKS:
        matches, levels = _trained_block(connection, parameters, match_share, block, max_training_pairs)
        blocks[block.name] = {"matches": round(matches)}
        if matches < _FEWEST_BLOCK_MATCHES:
            continue
        for key, m in levels.items():
            learnt.setdefault(key, []).append((matches, m))
    final: dict[str, dict[str, Parameter]] = {}
    for comparison in COMPARISONS:
        final[comparison.name] = {}
        for level in comparison.levels:
            before = parameters[comparison.name][level.label]
            seen = learnt.get((comparison.name, level.label), [])
            if level.is_fixed or not seen:
                final[comparison.name][level.label] = bounded(level, level.m, before.u, "prior", before.u_source)
                continue
            weight = sum(matches for matches, _ in seen)
            m = (sum(matches * m for matches, m in seen) + _PRIOR_MATCHES * level.m) / (weight + _PRIOR_MATCHES)
            final[comparison.name][level.label] = bounded(level, m, before.u, "estimated", before.u_source)
    return final, blocks


def _with_u(
    connection: duckdb.DuckDBPyConnection,
    parameters: dict[str, dict[str, Parameter]],
    match_share: float,
    seed: int,
    max_random_pairs: int,
) -> dict[str, dict[str, Parameter]]:
    """u of every level by random sampling, less the matches in the sample."""
    linker = _linker(connection, splink_settings(match_share, parameters, for_training=True))
    # A sample that stops early, or a default number of pairs, makes Splink warn; both are wanted here.
    linker.training.estimate_u_using_random_sampling(
        max_pairs=max_random_pairs, seed=seed, min_count_per_level=None, num_chunks=1
    )
    sampled = _levels_of(linker)
    result: dict[str, dict[str, Parameter]] = {}
    for comparison in COMPARISONS:
        result[comparison.name] = {}
        for level in comparison.levels:
            u = sampled.get((comparison.name, level.label), {}).get("u_probability")
            prior = prior_u(level, match_share)
            if level.per_match is not None or level.is_fixed or not isinstance(u, float):
                result[comparison.name][level.label] = bounded(level, level.m, prior, "prior", "prior")
                continue
            # The sample holds matches as well; nothing is rarer than a tenth of what the prior says.
            clean = max(u - match_share * level.m, prior / 10, 1e-7)
            result[comparison.name][level.label] = bounded(level, level.m, min(clean, 0.999999), "prior", "estimated")
    return result


def _trained_block(
    connection: duckdb.DuckDBPyConnection,
    parameters: Mapping[str, Mapping[str, Parameter]],
    match_share: float,
    block: TrainingBlock,
    max_training_pairs: int,
) -> tuple[float, dict[tuple[str, str], float]]:
    """Matches expected in a training block and m of the levels that it trains."""
    keys = ", ".join(block.columns)
    (pairs,) = connection.execute(
        f"""
        select coalesce(sum(n * (n - 1) / 2), 0) from (
            select count(*) as n from comparable where {" and ".join(f"{column} is not null" for column in block.columns)} group by {keys}
        )
        """
    ).fetchone() or (0,)
    if pairs < _FEWEST_BLOCK_MATCHES:
        return 0.0, {}
    linker = _linker(connection, splink_settings(match_share, parameters, for_training=True))
    rule = " and ".join(f"l.{column} = r.{column}" for column in block.columns)
    try:
        session = linker.training.estimate_parameters_using_expectation_maximisation(
            rule,
            estimate_without_term_frequencies=True,
            max_pairs=max_training_pairs if pairs > max_training_pairs else None,
            record_sample_proportion=0.1,
        )
    except EMTrainingException:
        return 0.0, {}
    share = session.core_model_settings.probability_two_random_records_match
    trained = {comparison.output_column_name for comparison in session.core_model_settings.comparisons}
    levels = {
        key: level["m_probability"]
        for key, level in _levels_of(linker).items()
        if key[0] in trained and isinstance(level.get("m_probability"), float)
    }
    return float(min(pairs, max_training_pairs)) * share, levels


def _levels_of(linker: Linker) -> dict[tuple[str, str], dict[str, Any]]:
    """Levels of Splink's model by field and label."""
    model = linker.misc.save_model_to_json()
    return {
        (comparison["output_column_name"], level["label_for_charts"]): level
        for comparison in model["comparisons"]
        for level in comparison["comparison_levels"]
    }
