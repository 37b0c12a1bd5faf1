"""Which tests run one after another in one process: those of a file, and of files that share what is costly to make.

pytest-xdist's own groups (mark xdist_group) go by a part of a test's name that pytest 9.2 no longer keeps.
"""

from __future__ import annotations

import os
import re

FRESH_SEED_VARIABLE = "CONCORD_FRESH_SEED"
SEED, OTHER_SEED = 42, 7
_SHARED_LAKE = f"seed-{SEED}"
_SHARED = {
    "tests/cases/test_end_to_end.py": _SHARED_LAKE,
    "tests/reporting/test_end_to_end.py": _SHARED_LAKE,
    "tests/reporting/test_explain.py": _SHARED_LAKE,
    "tests/reporting/test_finding.py": _SHARED_LAKE,
    "tests/dbt/test_layering.py": "empty-lake",
    "tests/dbt/test_mart_queries.py": "empty-lake",
    "tests/dbt/test_yaml_matches_sql.py": "empty-lake",
}
_SCORES = re.compile(r"tests/scoring/test_end_to_end\.py::\w+\[(\d+)\]")


def group_of(nodeid: str) -> str:
    """The group of a test by its id."""
    if score := _SCORES.match(nodeid):
        return f"seed-{score[1]}"
    file = nodeid.partition("::")[0]
    return _SHARED.get(file, file)


def rank_of(nodeid: str) -> int:
    """Groups that build lakes begin, then those that use them and others that take minutes: short files come last."""
    fresh = os.environ[FRESH_SEED_VARIABLE]
    first = (
        _SHARED_LAKE,
        f"seed-{fresh}",
        f"seed-{OTHER_SEED}",
        "tests/orchestration/test_past_report.py",
        "tests/app/test_app.py",
        "empty-lake",
        "tests/dbt/test_durable_builds.py",
        "tests/dbt/test_spark_dialect.py",
    )
    group = group_of(nodeid)
    return first.index(group) if group in first else len(first)
