"""What was planted and what was found, read into plain records."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from concord.errors import ConcordError
from concord.published import connect_reader
from concord.settings import Settings

Keys = dict[str, frozenset[str]]  # "<system>.<entity>" -> that system's keys of the thing


@dataclass(frozen=True)
class Planted:
    """One row of the ledger: a fault, or an honest thing that looks like one."""

    fault_id: str
    kind: str  # fault | distractor | disagreement | interface
    control_id: str | None
    fault_type: str
    direction: str | None  # under | over
    keys: Keys = field(hash=False)
    period_start: date | None = None
    period_end: date | None = None
    amount: Decimal = Decimal(0)
    description: str = ""


@dataclass(frozen=True)
class Found:
    """One open finding as published."""

    finding_id: str
    control_id: str
    direction: str
    keys: Keys = field(hash=False)
    period_start: date | None = None
    period_end: date | None = None
    amount: Decimal = Decimal(0)
    first_seen_at: datetime | None = None  # data time of the build that found it first, UTC


def read_ledger(settings: Settings) -> list[Planted]:
    """Every row of the operator's ledger.

    Raises ConcordError when these settings belong to no synthetic operator, or it has no ledger.
    """
    if settings.operator is None:
        raise ConcordError(
            "there is no planted truth to compare with: these settings name no synthetic operator",
            hint="'operator: <folder>' in the settings file; 'make demo' makes one",
        )
    file = Path(settings.operator) / "ledger.parquet"
    if not file.is_file():
        raise ConcordError(f"no ledger at {file}", hint="'make demo' makes one")
    import polars

    return [_planted(row) for row in polars.read_parquet(file).iter_rows(named=True)]


def read_findings(settings: Settings, snapshot: int | None = None) -> list[Found]:
    """Every open finding of the published lake."""
    with closing(connect_reader(settings, snapshot)) as lake:
        rows = lake.execute(
            "select finding_id, control_id, direction, source_keys, period_start, period_end, amount, first_seen_at"
            " from marts_revenue_assurance.leakage_finding where status = 'open'"
        ).fetchall()
    return [
        Found(finding_id, control_id, direction, parse_keys(keys), start, end, Decimal(amount or 0), first_seen_at)
        for finding_id, control_id, direction, keys, start, end, amount, first_seen_at in rows
    ]


def active_controls(settings: Settings) -> list[str]:
    """The controls that the platform says it ran."""
    with closing(connect_reader(settings)) as lake:
        rows = lake.execute(
            "select control_id from marts_revenue_assurance.control_coverage where status = 'active'"
        ).fetchall()
    return [row[0] for row in rows]


def parse_keys(text: str | None) -> Keys:
    """Source keys from their JSON text; a key may have one value or a list; nulls are left out."""
    values: dict[str, Any] = json.loads(text) if text else {}
    keys = {name: frozenset(_texts(value)) for name, value in values.items()}
    return {name: value for name, value in keys.items() if value}


def _texts(value: Any) -> Iterable[str]:
    items = value if isinstance(value, list) else [value]
    return (str(item) for item in items if item not in (None, ""))


def _planted(row: dict[str, Any]) -> Planted:
    return Planted(
        fault_id=row["fault_id"],
        kind=row["kind"],
        control_id=row["control_id"],
        fault_type=row["fault_type"],
        direction=row["direction"],
        keys=parse_keys(row["subject"]),
        period_start=row["period_start"],
        period_end=row["period_end"],
        amount=Decimal(row["amount"] or 0),
        description=row.get("description") or "",
    )
