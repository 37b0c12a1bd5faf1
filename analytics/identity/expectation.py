"""Expectation maximisation (Fellegi and Sunter, as Splink does it) over counted patterns of levels.

Pairs at the same level of every comparison are one pattern: a million pairs are some thousands of patterns, and a step
over them is a few sums. The pairs themselves are compared once, whatever number of blocks they train.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analytics.identity.comparison import Comparison
from analytics.identity.comparisons import COMPARISONS
from analytics.identity.levels import level_numbers
from analytics.identity.parameters import Parameters

_MOST_STEPS, _CONVERGENCE = 30, 0.001


@dataclass(frozen=True)
class Patterns:
    """``levels``: comparison → level numbers (-1: unknown), one per pattern; ``pairs``: how many pairs show it."""

    levels: Mapping[str, np.ndarray]
    pairs: np.ndarray

    def where(self, chosen: np.ndarray) -> Patterns:
        return Patterns({name: numbers[chosen] for name, numbers in self.levels.items()}, self.pairs[chosen])

    def shares(self, comparison: Comparison) -> dict[str, float]:
        """Level label → its share of the pairs of which the comparison says something; those that occur."""
        counts = _counts(self.levels[comparison.name], self.pairs, len(comparison.levels))
        total = counts.sum()
        return {
            label: float(counts[number] / total)
            for label, number in level_numbers(comparison).items()
            if counts[number] > 0
        }


def maximised(
    patterns: Patterns, parameters: Parameters, match_share: float, *, trained: list[Comparison], people_share: bool
) -> tuple[float, dict[tuple[str, str], float]]:
    """The share of matches among the pairs, and m of each level that one of the ``trained`` comparisons shows.

    u stays as it is, and so does m of a level whose weight is fixed. ``match_share`` is where the search begins.
    """
    m = {comparison.name: _by_number(comparison, parameters, "m") for comparison in trained}
    u = {comparison.name: _by_number(comparison, parameters, "u") for comparison in trained}
    fixed = {comparison.name: _fixed(comparison, people_share) for comparison in trained}
    share = match_share
    total = patterns.pairs.sum()
    seen = {
        comparison.name: _counts(patterns.levels[comparison.name], patterns.pairs, len(comparison.levels)) > 0
        for comparison in trained
    }
    for _ in range(_MOST_STEPS):
        weight = np.full(len(patterns.pairs), math.log(share / (1 - share)))
        for comparison in trained:
            with np.errstate(divide="ignore"):
                # Unknown says nothing: its number is the last place.
                weights = np.append(np.log(m[comparison.name] / u[comparison.name]), 0.0)
            weight += weights[patterns.levels[comparison.name]]
        matches = patterns.pairs / (1 + np.exp(-np.clip(weight, -500, 500)))
        change = abs(matches.sum() / total - share)
        share = min(max(matches.sum() / total, 1e-12), 1 - 1e-12)
        for comparison in trained:
            name = comparison.name
            counts = _counts(patterns.levels[name], matches, len(comparison.levels))
            if counts.sum() <= 0:
                continue
            new = np.where(fixed[name] | ~seen[name], m[name], counts / counts.sum())
            change = max(change, float(np.abs(new - m[name]).max()))
            m[name] = new
        if change < _CONVERGENCE:
            break
    learnt = {
        (comparison.name, label): float(m[comparison.name][number])
        for comparison in trained
        for label, number in level_numbers(comparison).items()
        if seen[comparison.name][number]
    }
    return share, learnt


def _counts(numbers: np.ndarray, pairs: np.ndarray, levels: int) -> np.ndarray:
    """Pairs at each level, by its number; those of which nothing is known are left out."""
    return np.bincount(numbers + 1, weights=pairs, minlength=levels + 1)[1:]


def _by_number(comparison: Comparison, parameters: Parameters, what: str) -> np.ndarray:
    return np.array([getattr(parameters[comparison.name][level.label], what) for level in reversed(comparison.levels)])


def _fixed(comparison: Comparison, people_share: bool) -> np.ndarray:
    return np.array([level.is_fixed(people_share) for level in reversed(comparison.levels)])


NAMES = tuple(f"gamma_{comparison.name}" for comparison in COMPARISONS)


def patterns_of(columns: Mapping[str, np.ndarray]) -> Patterns:
    """Patterns from the columns of a table: ``gamma_<comparison>`` and ``pairs``."""
    levels = {comparison.name: columns[f"gamma_{comparison.name}"].astype(np.int64) for comparison in COMPARISONS}
    return Patterns(levels, columns["pairs"].astype(np.float64))
