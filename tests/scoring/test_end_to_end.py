"""The whole way, operator to findings, against what was planted: two fixed seeds and one that nobody has seen."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from concord.settings import Settings
from scoring.floors import Floors, failures, identity_failures
from scoring.identity import score_identity
from scoring.output import as_json
from scoring.score import compare_published
from tests.groups import FRESH_SEED_VARIABLE, OTHER_SEED, SEED

CONTROLS = (
    "P1", "P2", "P3", "O1", "O2", "O3", "O4", "O5", "O6", "O7", "O8", "O9", "O10", "O11",
    "U1", "U2", "U3", "U4", "U5", "U6", "U7", "U8",
    "R1", "R2", "R3", "R4", "R5", "R6", "R7", "R9", "R10", "C1", "C2", "C3", "X1", "X2", "X3",
)  # fmt: skip
FLOORS = Floors(precision=0.98, recall=0.98, money_error=0.01)
SEEDS = [SEED, OTHER_SEED, int(os.environ[FRESH_SEED_VARIABLE])]


@pytest.mark.parametrize("seed", SEEDS)
def test_findings_match_the_planted_truth(seed: int, lake_of_seed: Callable[[int], Settings]) -> None:
    result = compare_published(lake_of_seed(seed))
    scores = {row.control_id: row for row in result.controls}
    for control in CONTROLS:
        # A floor that nothing was measured against would hold by itself.
        assert scores[control].faults > 0, f"seed {seed} plants no fault of {control}"
    missed = failures(result.controls, FLOORS)
    assert not missed, "\n".join([f"seed {seed}", *missed, as_json(result, details=True)])


@pytest.mark.parametrize("seed", SEEDS)
def test_identity_matches_the_truth(seed: int, lake_of_seed: Callable[[int], Settings]) -> None:
    scores = score_identity(lake_of_seed(seed))
    for row in scores:
        # A floor that nothing was measured against would hold by itself.
        assert row.true > 100, f"seed {seed} has hardly any true {row.unit} of {row.name}"
    missed = identity_failures(scores)
    assert not missed, "\n".join([f"seed {seed}", *missed, *map(str, scores)])
