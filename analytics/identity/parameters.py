"""m and u of every level: priors, bounds, and how Splink is told of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analytics.identity.comparison import Level
from analytics.identity.comparisons import COMPARISONS

# Parameters are kept to so many digits: sums of many parts differ in the last ones from run to run.
_DIGITS = 4


@dataclass(frozen=True)
class Parameter:
    """m and u of one level, with where each is from: 'estimated', 'prior', or 'bound' (estimated, and held at a
    bound).
    """

    m: float
    u: float
    m_source: str
    u_source: str

    @property
    def weight(self) -> float:
        """Match weight of the level in bits, before its term frequency."""
        return math.log2(self.m / self.u)


Parameters = Mapping[str, Mapping[str, Parameter]]


def splink_settings(
    match_share: float, parameters: Parameters, *, for_training: bool, people_share: bool = True
) -> dict[str, Any]:
    """Settings for Splink; without term frequencies and what people read of a pair when ``for_training``."""
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "unique_id",
        "probability_two_random_records_match": match_share,
        "blocking_rules_to_generate_predictions": [],
        # With the columns come the levels, which the evidence names.
        "retain_matching_columns": not for_training,
        "retain_intermediate_calculation_columns": not for_training,
        "max_iterations": 30,
        "em_convergence": 0.001,
        "comparisons": [
            {
                "output_column_name": comparison.name,
                "comparison_description": comparison.name,
                "comparison_levels": [
                    {"sql_condition": comparison.unknown, "label_for_charts": "unknown", "is_null_level": True},
                    *(
                        _splink_level(
                            level,
                            parameters[comparison.name][level.label],
                            for_training=for_training,
                            is_fixed=level.is_fixed(people_share),
                        )
                        for level in comparison.levels
                    ),
                ],
            }
            for comparison in COMPARISONS
        ],
    }


def _splink_level(level: Level, parameter: Parameter, *, for_training: bool, is_fixed: bool) -> dict[str, Any]:
    described: dict[str, Any] = {
        "sql_condition": level.condition,
        "label_for_charts": level.label,
        "m_probability": parameter.m,
        "u_probability": parameter.u,
    }
    if for_training:
        described["fix_m_probability"] = is_fixed
    elif level.frequency:
        described["tf_adjustment_column"] = level.frequency
        described["tf_adjustment_weight"] = 1.0
        described["disable_tf_exact_match_detection"] = True
    return described


def prior_parameters(match_share: float, people_share: bool) -> dict[str, dict[str, Parameter]]:
    """Every level's prior, within its bounds."""
    return {
        comparison.name: {
            level.label: bounded(level, level.m, prior_u(level, match_share), "prior", "prior", people_share)
            for level in comparison.levels
        }
        for comparison in COMPARISONS
    }


def prior_u(level: Level, match_share: float) -> float:
    """u before any sampling; of a level said per match, from how rare matches are."""
    return min(level.per_match * match_share, 0.5) if level.per_match is not None else level.u


def bounded(level: Level, m: float, u: float, m_source: str, u_source: str, people_share: bool) -> Parameter:
    """m moved so far that the weight keeps within the level's bounds."""
    weight = math.log2(m / u)
    low, high = level.bounds(people_share)
    held = min(max(weight, low), high)
    if held != weight:
        m, m_source = u * 2.0**held, "bound" if m_source == "estimated" else m_source
    return Parameter(rounded(m), rounded(u), m_source, u_source)


def rounded(value: float) -> float:
    """A parameter to the digits that are kept."""
    return float(f"{value:.{_DIGITS}g}")
