"""Expectation maximisation: what Splink finds on the same pairs, what was planted, and levels that nobody is at."""

from __future__ import annotations

import math

import numpy as np
import pytest
from splink import DuckDBAPI, Linker

from analytics.identity.comparable import make_comparable
from analytics.identity.comparisons import COMPARISONS
from analytics.identity.engine import Resources, quiet_splink, workspace
from analytics.identity.expectation import Patterns, maximised
from analytics.identity.features import prepare
from analytics.identity.levels import columns_of, level_numbers
from analytics.identity.model import train
from analytics.identity.parameters import prior_parameters, splink_settings
from analytics.identity.training import TRAINING_BLOCKS, Learner
from tests.analytics.people import population, table

_SHARE = 0.001


def test_it_finds_what_splink_finds() -> None:
    """The same share of matches and m, from the same pairs, by the library's own maximisation."""
    block = next(block for block in TRAINING_BLOCKS if block.name == "given and family name")
    parameters = prior_parameters(_SHARE, True)
    with quiet_splink(), workspace(Resources()) as connection:
        comparable = make_comparable(
            connection, prepare(table(population(600, 1))), junk={}, frequencies={}, usual_given_names=()
        )
        learner = Learner(connection, comparable, _SHARE, True, 1, 1, 1_000_000)
        patterns, blocks = learner.training_pairs()
        matches, learnt = learner.trained(
            parameters, block, patterns.where(blocks & (1 << TRAINING_BLOCKS.index(block)) > 0)
        )
        settings = splink_settings(_SHARE, parameters, for_training=True)
        linker = Linker(DuckDBAPI(connection=connection).register("comparable"), settings, log_level=None)
        session = linker.training.estimate_parameters_using_expectation_maximisation(
            "l.given_name = r.given_name and l.family_name = r.family_name", estimate_without_term_frequencies=True
        )
    core = session.core_model_settings
    pairs = patterns.where(blocks & (1 << TRAINING_BLOCKS.index(block)) > 0).pairs.sum()
    assert pairs > 50
    assert matches / pairs == pytest.approx(core.probability_two_random_records_match, abs=1e-6)
    found = {
        (comparison.output_column_name, level.label_for_charts): level.m_probability
        for comparison in core.comparisons
        for level in comparison.comparison_levels
        if not level.is_null_level and level._m_is_trained
    }
    assert {key: m for key, m in learnt.items() if m != pytest.approx(found.get(key, -1.0), abs=1e-6)} == {}
    fixed = {
        (comparison.name, level.label)
        for comparison in COMPARISONS
        for level in comparison.levels
        if level.is_fixed(True)
    }
    assert found.keys() - learnt.keys() <= fixed


def test_it_finds_what_was_planted() -> None:
    """Pairs drawn with a known share of matches and known m: both come out."""
    trained = [
        comparison for comparison in COMPARISONS if comparison.name in ("middle_initial", "legal_form", "vat_number")
    ]
    planted = {"middle_initial": (0.9, 0.1), "legal_form": (0.85, 0.15), "vat_number": (0.7, 0.2, 0.1)}
    parameters = prior_parameters(_SHARE, True)
    random = np.random.default_rng(5)
    pairs, share = 200_000, 0.3
    is_match = random.random(pairs) < share
    drawn = {}
    for comparison in trained:
        numbers = level_numbers(comparison)
        u = np.array([parameters[comparison.name][label].u for label in numbers])
        m = planted[comparison.name]
        places = np.where(is_match, random.choice(len(u), pairs, p=m), random.choice(len(u), pairs, p=u / u.sum()))
        drawn[comparison.name] = np.array(list(numbers.values()))[places]
    found, learnt = maximised(Patterns(drawn, np.ones(pairs)), parameters, 0.5, trained=trained, people_share=True)
    assert found == pytest.approx(share, abs=0.02)
    for comparison in trained:
        for level, m in zip(comparison.levels, planted[comparison.name], strict=True):
            assert learnt[comparison.name, level.label] == pytest.approx(m, abs=0.02), level.label


def test_a_level_that_nobody_is_at_teaches_nothing() -> None:
    comparison = next(comparison for comparison in COMPARISONS if comparison.name == "legal_form")
    patterns = Patterns({"legal_form": np.array([1, -1])}, np.array([40.0, 60.0]))
    share, learnt = maximised(patterns, prior_parameters(_SHARE, True), _SHARE, trained=[comparison], people_share=True)
    assert set(learnt) == {("legal_form", "same")}
    assert math.isfinite(share) and 0 < share < 1


def test_a_block_trains_no_comparison_of_its_own_columns() -> None:
    by_name = {comparison.name: columns_of(comparison) for comparison in COMPARISONS}
    assert "emails" in by_name["given_name"]
    assert "birth_date" not in by_name["given_name"]
    assert {"street", "city", "postcode", "house_number"} <= by_name["contact"]


def test_a_capped_block_still_trains() -> None:
    """A block of more pairs than it may have is sampled; the model is one, whatever the order of the records."""
    records = table(population(400, 3))
    model = train(prepare(records), max_training_pairs=100)
    shuffled = records.take(np.random.default_rng(1).permutation(records.num_rows))
    assert train(prepare(shuffled), max_training_pairs=100).model_id == model.model_id
