"""The leakage page: one HTML file with everything in it, drawn by templates."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from concord.files import write_text
from reporting.bridge import Bridge, bars
from reporting.bridge_class import CLASSES, REVENUE, class_name
from reporting.charts import month_chart, shares
from reporting.data import LeakageData, Row

TEMPLATES = Path(__file__).parent / "templates"
# More would make the page slow; the workbook has every row.
FINDINGS_SHOWN = 500
DISAGREEMENTS_SHOWN = 25
ROOT_CAUSES_SHOWN = 15
_NOTHING = dict.fromkeys(("under_amount", "over_amount", "net_amount"), Decimal(0))
_STATUS_WORDS = {"active": "Active", "not_built": "Not built", "cannot_tell": "Cannot tell"}


def write_page(data: LeakageData, path: Path, explained: str | None = None) -> None:
    """Write the page; the previous one stays until the new one is whole.

    explained: the folder beside the page in which each finding that it shows has a page of its own, if they have.
    """
    html = (
        page_templates()
        .get_template("leakage.html.j2")
        .render(
            data=data,
            sections=[_section(data, currency) for currency in data.currencies],
            findings=data.findings[:FINDINGS_SHOWN],
            disagreements=_disagreements(data.disagreements[:DISAGREEMENTS_SHOWN]),
            stages=_stages(data.coverage),
            bridges=[_bridge(bridge) for bridge in data.bridges],
            kpis=_kpis(data),
            root_causes_shown=ROOT_CAUSES_SHOWN,
            script=_own("leakage.js"),
            explained=explained,
        )
    )
    write_text(path, html)


def page_templates() -> Environment:
    """The templates of our pages, with their filters and one style for all."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "money": money,
        "plain": plain_number,
        "count": count,
        "day": _day,
        "moment": moment,
        "age": age,
        "pairs": pairs,
        "words": words,
        "class_name": class_name,
        "class_meaning": lambda key: CLASSES[key].meaning if key in CLASSES else "",
        "status": lambda text: _STATUS_WORDS.get(text, words(text)),
    }
    environment.globals["styles"] = _own("leakage.css")
    return environment


# Heading, column of kpi_month, and how it is written.
KPIS = (
    ("Billable", "billable_amount", "money"),
    ("Billed", "billed_amount", "money"),
    ("Unexplained", "unexplained_amount", "money"),
    ("Unexplained, % of billable", "unexplained_pct", "percent"),
    ("Leakage: confirmed under-billing, % of billable", "leakage_pct", "percent"),
    ("Exposure: under-billing found, % of billable", "under_exposure_pct", "percent"),
    ("Exposure: over-billing found, % of billable", "over_exposure_pct", "percent"),
    ("Recovery: recovered, % of recoverable", "recovery_pct", "percent"),
    ("Prevented", "prevented_amount", "money"),
    ("Coverage: billable under an active control, %", "coverage_pct", "percent"),
    ("Days to detect", "days_to_detect", "number"),
    ("Days to recover", "days_to_recover", "number"),
    ("Cases decided, of all", "decided_cases", "decided"),
    ("False positives, % of decided", "false_positive_pct", "percent"),
)


def _bridge(bridge: Bridge) -> dict[str, Any]:
    """The waterfall's bars beside its parts, month by month."""
    steps = bridge.steps
    return {
        "bridge": bridge,
        "steps": [
            {"step": step, "x": left, "width": width, "kind": _bar_kind(step.is_total, step.part.amount)}
            for step, (left, width) in zip(steps, bars(steps), strict=True)
        ],
    }


def _bar_kind(is_total: bool, amount: Decimal) -> str:
    return "whole" if is_total else ("gain" if amount > 0 else "loss")


def _kpis(data: LeakageData) -> list[dict[str, Any]]:
    """A table per currency: a line per figure, a column per month."""
    tables = []
    for currency in dict.fromkeys(row["currency_code"] for row in data.kpis):
        rows = [row for row in data.kpis if row["currency_code"] == currency]
        lines = [(name, [_kpi(row, key, kind) for row in rows]) for name, key, kind in KPIS]
        tables.append({"currency": currency, "months": [row["month"] for row in rows], "lines": lines})
    return tables


def _kpi(row: Row, key: str, kind: str) -> str:
    value = row[key]
    if kind == "decided":
        return f"{value:,} of {row['cases']:,}"
    if value is None or kind == "money":
        return money(value)
    return money(value, max(0, -value.as_tuple().exponent))


def _section(data: LeakageData, currency: str) -> dict[str, Any]:
    """Everything that is money, for one currency: currencies are never added up."""
    own = [row for row in data.by_control if row["currency_code"] == currency]
    order = {row["control_id"]: position for position, row in enumerate(data.coverage)}
    own.sort(key=lambda row: order.get(row["control_id"], len(order)))
    sizes = shares([row["under_amount"] for row in own] + [row["over_amount"] for row in own])
    controls = [
        {**row, "under_share": sizes[position], "over_share": sizes[len(own) + position]}
        for position, row in enumerate(own)
    ]
    months = [row for row in data.by_month if row["currency_code"] == currency]
    classes = [row for row in data.by_class if row["currency_code"] == currency]
    return {
        "currency": currency,
        "total": next(row for row in data.totals if row["currency_code"] == currency),
        "charges": next((row for row in classes if row["bridge_class"] == REVENUE), _NOTHING),
        "classes": classes,
        "controls": controls,
        "chart": month_chart(months, data.period.months),
        "months": {_month(row["month"]): row for row in months},
        "root_causes": [row for row in data.by_root_cause if row["currency_code"] == currency],
        "ageing": [row for row in data.ageing if row["currency_code"] == currency],
        "matrix": _matrix(data, currency, order),
    }


def _matrix(data: LeakageData, currency: str, order: dict[str, int]) -> list[dict[str, Any]]:
    """A line per control and direction: its amount in each month, and how strong that is beside the largest."""
    cells: dict[tuple[str, str], dict[date, Decimal]] = {}
    for row in data.by_control_month:
        if row["currency_code"] == currency:
            line = cells.setdefault((row["control_id"], row["direction"]), {})
            line[_month(row["month"])] = row[f"{row['direction']}_amount"]
    largest = max((amount for line in cells.values() for amount in line.values()), default=Decimal(0))
    lines = sorted(cells.items(), key=lambda item: (order.get(item[0][0], len(order)), item[0][1] == "over"))
    return [
        {
            "control_id": control,
            "direction": direction,
            "cells": [
                {
                    "amount": line.get(month),
                    "strength": round(float(line.get(month, Decimal(0)) / largest), 3) if largest else 0,
                }
                for month in data.period.months
            ],
            "total": sum(line.values(), Decimal(0)),
        }
        for (control, direction), line in lines
    ]


def _stages(coverage: Iterable[Row]) -> list[dict[str, Any]]:
    """Controls in groups by stage of the revenue chain, in order."""
    stages: dict[str, list[Row]] = {}
    for row in coverage:
        stages.setdefault(row["stage"], []).append(row)
    return [
        {
            "name": words(stage),
            "controls": rows,
            "active": sum(row["status"] == "active" for row in rows),
        }
        for stage, rows in stages.items()
    ]


def _disagreements(rows: list[Row]) -> list[Row]:
    """Rows with one example, as the two systems spell it."""
    return [{**row, "example": _example(row)} for row in rows]


def _example(row: Row) -> dict[str, str] | None:
    try:
        examples = json.loads(row["examples"] or "[]")
    except ValueError:
        return None
    if not examples:
        return None
    first = examples[0]
    return {name: str(first.get(name) or "–") for name in ("key_a", "value_a", "key_b", "value_b")}


def _own(name: str) -> Markup:
    """A file of ours that goes into the page as it is."""
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))


def _month(day: date) -> date:
    return date(day.year, day.month, 1)


def money(value: Decimal | float | None, digits: int = 2) -> str:
    """12,345.67, with a true minus sign; a dash for what isn't known."""
    if value is None:
        return "–"
    text = f"{abs(value):,.{digits}f}"
    return f"−{text}" if value < 0 and text.strip("0.,") else text


def plain_number(value: Decimal) -> str:
    """As few digits as say the same, and cents at least where there is a fraction: 31, 9.90, 0.00052."""
    text = format(value, "f")
    if "." not in text:
        return text
    whole, fraction = text.split(".")
    fraction = fraction.rstrip("0")
    return f"{whole}.{fraction.ljust(2, '0')}" if fraction else whole


def count(value: int | None) -> str:
    """12,345; a dash for what isn't known: blank is not zero."""
    return "–" if value is None else f"{value:,}"


def _day(value: date | None) -> str:
    return "–" if value is None else f"{value:%Y-%m-%d}"


def moment(value: datetime | None) -> str:
    """2026-10-01 08:15 UTC"""
    if value is None:
        return "–"
    return f"{(value.astimezone(UTC) if value.tzinfo else value):%Y-%m-%d %H:%M} UTC"


def age(value: datetime | None, now: datetime) -> str:
    """How long before ``now``: 5 min, 3 h, 12 d."""
    if value is None:
        return "never"
    span = now - (value if value.tzinfo else value.replace(tzinfo=UTC))
    if span < timedelta(hours=1):
        return f"{max(int(span.total_seconds() // 60), 0)} min"
    return f"{int(span.total_seconds() // 3600)} h" if span < timedelta(days=2) else f"{span.days} d"


def words(text: str | None) -> str:
    """A code as words: rating_and_billing → Rating and billing."""
    return (text or "–").replace("_", " ").capitalize()


def pairs(text: str | None) -> list[tuple[str, str]]:
    """The members of a JSON object as texts, for people."""
    try:
        content = json.loads(text) if text else {}
    except ValueError:
        return [("text", text or "")]
    if not isinstance(content, dict):
        return [("value", json.dumps(content, ensure_ascii=False))]
    return [
        (name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        for name, value in content.items()
        if value is not None
    ]
