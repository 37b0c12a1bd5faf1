"""A score for people, and for programs."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from scoring.identity import IdentityScore
from scoring.ledger import Found, Keys, Planted
from scoring.score import ControlScore, Scoring


def as_json(result: Scoring, details: bool, identity: Sequence[IdentityScore] = ()) -> str:
    """The score as one JSON object; amounts as numbers, infinite and missing ratios as null."""
    content: dict[str, Any] = {
        "controls": [_score_row(row) for row in result.controls],
        "overall": _score_row(result.overall) if result.overall else None,
        "identity": [_identity_row(row) for row in identity],
    }
    if details:
        content["missed_faults"] = [_planted_row(row) for row in result.missed]
        content["false_findings"] = [
            {**_found_row(row.finding), "distractors": [_planted_row(one) for one in row.distractors]}
            for row in result.false
        ]
        content["amount_differences"] = [
            {
                "control_id": row.faults[0].control_id,
                "fault_ids": [one.fault_id for one in row.faults],
                "finding_ids": [one.finding_id for one in row.findings],
                "true_amount": float(row.true_amount),
                "found_amount": float(row.found_amount),
            }
            for row in result.differences
        ]
    return json.dumps(content, indent=2)


def print_tables(result: Scoring, details: bool, identity: Sequence[IdentityScore] = ()) -> None:
    """The score as a table on standard output, and what is wrong with it if asked."""
    from rich.console import Console

    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 200
    console.print(score_table(result))
    if identity:
        console.print(identity_table(identity))
    if details:
        _print_details(console, result)


def score_table(result: Scoring):
    """The score as a rich table: a row per control and one for all. days: median time to detect."""
    from rich import box
    from rich.table import Table

    table = Table(title="Findings against the planted truth", title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("control", no_wrap=True)
    for name in ("faults", "findings", "precision", "recall", "true", "found", "money error", "net error", "days"):
        table.add_column(name, justify="right", no_wrap=True)
    rows = [*result.controls, *([result.overall] if result.overall else [])]
    for row in rows:
        table.add_row(
            row.control_id,
            f"{row.matched_faults}/{row.faults}",
            f"{row.matched_findings}/{row.findings}",
            _percent(row.precision),
            _percent(row.recall),
            f"{row.true_amount:,.2f}",
            f"{row.found_amount:,.2f}",
            _percent(row.money_error),
            _percent(row.signed_error, sign=True),
            "—" if row.days_to_detect is None else f"{row.days_to_detect:,.0f}",
            style="bold" if row is result.overall else None,
            end_section=len(rows) > 1 and row is rows[-2],
        )
    return table


def identity_table(identity: Sequence[IdentityScore]):
    """Identity as a rich table: a row per kind of link."""
    from rich import box
    from rich.table import Table

    table = Table(title="Identity against the truth", title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("identity", no_wrap=True)
    for name in ("counted", "true", "found", "correct", "precision", "recall", "F1", "purity"):
        table.add_column(name, justify="left" if name == "counted" else "right", no_wrap=True)
    for row in identity:
        counts = (f"{value:,}" for value in (row.true, row.found, row.correct))
        ratios = (_fine_percent(value) for value in (row.precision, row.recall, row.f1, row.purity))
        table.add_row(row.name, row.unit, *counts, *ratios)
    return table


def _print_details(console, result: Scoring) -> None:
    from rich import box
    from rich.table import Table

    missed = Table(title=f"Missed faults ({len(result.missed)})", title_justify="left", box=box.SIMPLE_HEAD)
    for name in ("control", "fault", "type", "period", "amount", "keys"):
        missed.add_column(name, justify="right" if name == "amount" else "left", overflow="fold")
    for row in result.missed:
        missed.add_row(row.control_id, row.fault_id, row.fault_type, _period(row), f"{row.amount:.2f}", _keys(row.keys))
    false = Table(title=f"False findings ({len(result.false)})", title_justify="left", box=box.SIMPLE_HEAD)
    for name in ("control", "finding", "direction", "period", "amount", "fell for", "keys"):
        false.add_column(name, justify="right" if name == "amount" else "left", overflow="fold")
    for row in result.false:
        one = row.finding
        fell_for = ", ".join(sorted({f"{bait.fault_type} ({bait.fault_id})" for bait in row.distractors})) or "—"
        false.add_row(
            one.control_id, one.finding_id, one.direction, _period(one), f"{one.amount:.2f}", fell_for, _keys(one.keys)
        )
    title = f"Other amounts than the true ones ({len(result.differences)})"
    wrong = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for name in ("control", "type", "period", "true", "found", "difference", "keys"):
        wrong.add_column(name, justify="right" if name in ("true", "found", "difference") else "left", overflow="fold")
    for row in result.differences:
        one = row.faults[0]
        wrong.add_row(
            one.control_id,
            one.fault_type,
            _period(one),
            f"{row.true_amount:.2f}",
            f"{row.found_amount:.2f}",
            f"{row.found_amount - row.true_amount:+.2f}",
            _keys(one.keys),
        )
    for table in (missed, false, wrong):
        console.print(table)


def _identity_row(row: IdentityScore) -> dict[str, Any]:
    return {**asdict(row), "precision": row.precision, "recall": row.recall, "f1": row.f1}


def _score_row(row: ControlScore) -> dict[str, Any]:
    return {name: _plain(value) for name, value in asdict(row).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _planted_row(row: Planted) -> dict[str, Any]:
    return {
        "fault_id": row.fault_id,
        "control_id": row.control_id,
        "fault_type": row.fault_type,
        "direction": row.direction,
        **_thing(row),
        "description": row.description,
    }


def _found_row(row: Found) -> dict[str, Any]:
    return {
        "finding_id": row.finding_id,
        "control_id": row.control_id,
        "direction": row.direction,
        **_thing(row),
    }


def _thing(row: Planted | Found) -> dict[str, Any]:
    return {
        "keys": {name: sorted(values) for name, values in row.keys.items()},
        "period_start": row.period_start and row.period_start.isoformat(),
        "period_end": row.period_end and row.period_end.isoformat(),
        "amount": float(row.amount),
    }


def _percent(value: float | None, sign: bool = False) -> str:
    if value is None:
        return "—"
    if math.isinf(value):
        return "∞"
    return f"{value:+.2%}" if sign else f"{value:.2%}"


def _fine_percent(value: float | None) -> str:
    return "—" if value is None else f"{value:.3%}"


def _period(row: Planted | Found) -> str:
    return f"{row.period_start} – {row.period_end}"


def _keys(keys: Keys) -> str:
    return ", ".join(f"{name}={'|'.join(sorted(values)[:3])}" for name, values in sorted(keys.items()))
