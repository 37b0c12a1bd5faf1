"""Expectations written by hand, in YAML beside the code that runs them.

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

from pathlib import Path
from typing import Any

import yaml
from great_expectations.core.expectation_suite import ExpectationSuite
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from pydantic import BaseModel, ConfigDict, Field, model_validator

from expectations.results import Severity

_GX_SEVERITY = {"error": "critical", "warn": "warning"}


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

    def configuration(self) -> ExpectationConfiguration:
        """As Great Expectations takes it; our name and severity travel in its metadata."""
        if self.unexpected_rows is not None:
            # Great Expectations formats the query: braces of the SQL itself (regular expressions) are doubled.
            query = self.unexpected_rows.replace("{", "{{").replace("}", "}}").replace("{{batch}}", "{batch}")
            kind, arguments = "unexpected_rows_expectation", {"unexpected_rows_query": query}
        else:
            kind, arguments = self.expectation, self.arguments
        return ExpectationConfiguration(
            type=kind,
            kwargs=arguments,
            severity=_GX_SEVERITY[self.severity],
            description=self.description or self.name.replace("_", " "),
            meta={"name": self.name, "severity": self.severity},
        )


def suite_of(name: str, expectations: list[Declared]) -> ExpectationSuite:
    """A Great Expectations suite. Names must be unique: a result is known by its name."""
    names = [expectation.name for expectation in expectations]
    repeated = {name for name in names if names.count(name) > 1}
    if repeated:
        raise ValueError(f"{name}: expectation declared twice: {', '.join(sorted(repeated))}")
    return ExpectationSuite(name=name, expectations=[each.configuration() for each in expectations])


def read_declared(file: Path) -> dict[str, list[Declared]]:
    """Entity or table -> its hand-written expectations; empty when there is no such file."""
    if not file.is_file():
        return {}
    content = yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    return {target: [Declared.model_validate(item) for item in items] for target, items in content.items()}
