"""Expectations written by hand, in YAML beside the code that runs them.

This module knows nothing of Great Expectations, so that whoever only lists the checks needn't import it.
Each has a name, a severity (``warn`` unless told otherwise) and one of two forms::

    - name: duration_under_seven_days
      severity: error
      expectation: expect_column_values_to_be_between      # any of Great Expectations' own
      arguments: {column: duration_seconds, min_value: 0, max_value: 604799}
    - name: invoice_adds_up
      description: The total is net plus tax.
      unexpected_rows: select invoice_id from {batch} where total_amount <> net_amount + tax_amount
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from expectations.results import Severity


class Declared(BaseModel):
    """One expectation, independent of the table that it is run on."""

    model_config = ConfigDict(extra="forbid")

    name: str
    description: str = ""
    severity: Severity = "warn"
    expectation: str | None = None
    arguments: dict[str, Any] = Field(default_factory=dict)
    unexpected_rows: str | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Declared:
        if (self.expectation is None) == (self.unexpected_rows is None):
            raise ValueError(f"{self.name}: give either 'expectation' or 'unexpected_rows'")
        return self


@cache
def read_declared(file: Path) -> dict[str, list[Declared]]:
    """Entity or table -> its hand-written expectations; empty when there is no such file."""
    if not file.is_file():
        return {}
    content = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    declared = {target: [Declared.model_validate(item) for item in items] for target, items in content.items()}
    for target, expectations in declared.items():
        require_unique_names(target, expectations)
    return declared


def require_unique_names(target: str, expectations: list[Declared]) -> None:
    """A result is known by its expectation's name. Raises ValueError when two share one."""
    names = [expectation.name for expectation in expectations]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise ValueError(f"{target}: expectation declared twice: {', '.join(repeated)}")
