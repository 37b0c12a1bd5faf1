"""Results of checks: one JSON file a run, read back as a table for ``ops.check_result``."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import polars
from pydantic import BaseModel, ConfigDict

from concord.files import write_text
from concord.settings import Settings

Edge = Literal["landing", "published"]
Severity = Literal["warn", "error"]

SCHEMA = {
    "edge": polars.String,
    "suite": polars.String,
    "target": polars.String,
    "expectation": polars.String,
    "severity": polars.String,
    "success": polars.Boolean,
    "observed": polars.String,
    "details": polars.String,
    "load_id": polars.String,
    "checked_at": polars.Datetime("us", "UTC"),
}


class CheckResult(BaseModel):
    """What one expectation found. ``target`` is ``<system>.<entity>`` or ``<schema>.<table>``; times are UTC."""

    model_config = ConfigDict(frozen=True)

    suite: str
    target: str
    expectation: str
    severity: Severity
    success: bool
    observed: str | None = None
    details: str | None = None
    load_id: str | None = None
    checked_at: datetime

    @property
    def is_blocking(self) -> bool:
        """A failed promise: the load doesn't count, or the build is not published."""
        return not self.success and self.severity == "error"


def write_results(settings: Settings, edge: Edge, results: Iterable[CheckResult]) -> Path | None:
    """Keep a run's results in one file, in place at once or not at all. Returns the file; None when there are none."""
    rows = [{"edge": edge, **result.model_dump(mode="json")} for result in results]
    if not rows:
        return None
    file = settings.checks / "results" / f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{edge}.json"
    write_text(file, json.dumps(rows, ensure_ascii=False, indent=1))
    return file


def read_results(settings: Settings) -> polars.DataFrame:
    """Every result that was kept, oldest first; columns as ``SCHEMA``, zero rows when nothing was checked yet."""
    files = sorted((settings.checks / "results").glob("*.json"))
    rows = [row for file in files for row in json.loads(file.read_text(encoding="utf-8"))]
    text_times = {**SCHEMA, "checked_at": polars.String}
    return polars.DataFrame(rows, schema=text_times).with_columns(
        polars.col("checked_at").str.to_datetime(time_unit="us", time_zone="UTC", strict=False)
    )


def latest_results(settings: Settings, system: str) -> list[CheckResult]:
    """The last result of each landing check of this system, whichever run it is of."""
    rows = read_results(settings).filter(edge="landing")
    rows = rows.filter(polars.col("target").str.starts_with(f"{system}."))
    rows = rows.unique(["target", "expectation"], keep="last", maintain_order=True).drop("edge")
    return [CheckResult.model_validate(row) for row in rows.iter_rows(named=True)]
