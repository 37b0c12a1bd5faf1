"""The source registry: one ``source.yml`` per system describes what it holds and how it is read.

dbt sources, Dagster assets, schedules, freshness checks and landing expectations all come from here.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

SOURCES = Path(__file__).parent / "sources"

# full: each load is the whole entity, absence means deleted.
# incremental: rows after a cursor, the latest version of a key counts.
# snapshot: each file is the whole entity at its file date, absence means deleted.
# file: each file is a batch of its own, loaded once.
Mode = Literal["full", "incremental", "snapshot", "file"]


class Column(BaseModel):
    """One column of an entity, as the source names it and as staging calls it."""

    model_config = ConfigDict(extra="forbid")

    name: str
    type: str  # text, integer, decimal(p,s), date, timestamp, boolean, json
    required: bool = False
    description: str = ""
    values: list[str] | None = None
    as_: str | None = Field(default=None, alias="as")
    path: str | None = None  # JSON path in a TM Forum payload
    header: str | None = None  # column heading in a delimited file
    start: int | None = None  # first byte (from 1) in a fixed-width record
    width: int | None = None
    from_file_name: str | None = None  # named group of the file pattern

    @property
    def staged_name(self) -> str:
        return self.as_ or self.name


class Sequence(BaseModel):
    model_config = ConfigDict(extra="forbid")

    partition: str
    number: str


class Entity(BaseModel):
    """One table, resource collection or kind of file of a system."""

    model_config = ConfigDict(extra="forbid")

    name: str
    description: str
    mode: Mode
    from_: str = Field(alias="from")  # table, API path or file-name pattern
    key: list[str]
    columns: list[Column]
    feeds: list[str] = Field(default_factory=list)
    standard: str | None = None
    cursor: str | None = None
    cursor_parameter: str | None = None
    # An incremental load reads this far back behind its cursor, so that rows which were committed late, or which
    # change without touching the cursor, are still seen; what has landed already is dropped again.
    overlap_hours: float = 24
    # A full load smaller than the previous one by more than this is refused.
    max_shrink_pct: int = 30
    sequence: Sequence | None = None
    trailer_sums: list[list[str]] = Field(default_factory=list)

    @property
    def file_pattern(self) -> re.Pattern[str]:
        return re.compile(self.from_)

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


class Freshness(BaseModel):
    model_config = ConfigDict(extra="forbid")

    warn_after_hours: float
    fail_after_hours: float


class Source(BaseModel):
    """One source system."""

    model_config = ConfigDict(extra="forbid")

    system: str
    title: str
    owner: str
    connector: Literal["sql", "tmforum", "delimited", "fixed_width", "measurement", "bank_statement", "workbook", "tap"]
    schedule: str  # cron, UTC
    freshness: Freshness
    settings: list[str]
    format: dict[str, Any] = Field(default_factory=dict)
    entities: list[Entity]

    def entity(self, name: str) -> Entity:
        return next(entity for entity in self.entities if entity.name == name)


@cache
def registry() -> dict[str, Source]:
    """Every source system by its short name, in alphabetical order.

    Raises pydantic.ValidationError when a source.yml is malformed.
    """
    files = sorted(SOURCES.glob("*/source.yml"))
    sources = [Source.model_validate(yaml.safe_load(file.read_text(encoding="utf-8"))) for file in files]
    return {source.system: source for source in sources}
