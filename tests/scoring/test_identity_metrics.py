"""Cluster metrics: cases worked out by hand, and any clustering against a count of every pair."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.identity_metrics import cluster_score

_labels = st.one_of(st.none(), st.sampled_from("abcd"))


def test_the_same_clusters_under_other_names_score_one() -> None:
    score = cluster_score(["a", "a", "b", "c"], [3, 3, 1, 2])
    assert (score.true_pairs, score.found_pairs, score.correct_pairs) == (1, 1, 1)
    assert (score.precision, score.recall, score.f1, score.purity) == (1.0, 1.0, 1.0, 1.0)
    assert (score.records, score.true_clusters, score.found_clusters) == (4, 3, 3)


def test_one_wrong_merge_costs_precision_and_purity_but_no_recall() -> None:
    score = cluster_score(["a", "a", "a", "b", "b"], ["x"] * 5)
    assert (score.precision, score.recall) == (4 / 10, 1.0)
    assert score.f1 == pytest.approx(2 * 0.4 / 1.4)
    assert score.purity == 3 / 5


def test_a_split_costs_recall_only() -> None:
    score = cluster_score(["a"] * 4, ["x", "x", "y", "y"])
    assert (score.precision, score.recall, score.purity) == (1.0, 2 / 6, 1.0)


def test_nothing_linked_has_no_precision_and_no_recall_above_zero() -> None:
    score = cluster_score(["a", "a"], [None, None])
    assert (score.precision, score.recall, score.f1, score.purity) == (None, 0.0, 0.0, 1.0)


def test_nulls_stand_alone_on_both_sides() -> None:
    score = cluster_score([None, None, "a", "a"], ["x", "x", "x", None])
    assert (score.true_pairs, score.found_pairs, score.correct_pairs) == (1, 3, 0)
    assert (score.true_clusters, score.found_clusters) == (3, 2)
    assert score.purity == 2 / 4


def test_no_records_have_no_ratios() -> None:
    score = cluster_score([], [])
    assert (score.records, score.precision, score.recall, score.f1, score.purity) == (0, None, None, None, None)


def test_other_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="2 true labels, 1 found"):
        cluster_score(["a", "b"], ["a"])


def test_a_cluster_of_many_is_counted_without_making_its_pairs() -> None:
    many = 1_000_000
    score = cluster_score(pl.repeat(1, many, eager=True), pl.Series(range(many)) // 2)
    assert score.true_pairs == many * (many - 1) // 2
    assert (score.found_pairs, score.correct_pairs) == (many // 2, many // 2)


@given(st.lists(st.tuples(_labels, _labels), max_size=40))
def test_counts_equal_those_over_every_pair(records: list[tuple[str | None, str | None]]) -> None:
    true = found = correct = 0
    for (truth, label), (other_truth, other_label) in combinations(records, 2):
        is_true = truth is not None and truth == other_truth
        is_found = label is not None and label == other_label
        true += is_true
        found += is_found
        correct += is_true and is_found
    clusters: dict[object, Counter] = defaultdict(Counter)
    for place, (truth, label) in enumerate(records):
        clusters[("alone", place) if label is None else label][("alone", place) if truth is None else truth] += 1
    score = cluster_score([truth for truth, _ in records], [label for _, label in records])
    assert (score.true_pairs, score.found_pairs, score.correct_pairs) == (true, found, correct)
    assert score.pure_records == sum(max(cells.values()) for cells in clusters.values())
    assert score.found_clusters == len(clusters)


@given(st.lists(st.tuples(_labels, _labels), max_size=40), st.randoms())
def test_order_and_names_do_not_matter(records: list[tuple[str | None, str | None]], random) -> None:
    score = cluster_score([truth for truth, _ in records], [label for _, label in records])
    random.shuffle(records)
    renamed = [label if label is None else ord(label) * 7 for _, label in records]
    assert cluster_score([truth for truth, _ in records], renamed) == score
