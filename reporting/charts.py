"""Geometry of the report's charts: numbers in, coordinates out. Drawing and colour are the template's."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reporting.data import Row


@dataclass(frozen=True)
class Column:
    """One column of a column chart, in the chart's own units."""

    x: float
    y: float
    width: float
    height: float
    value: Decimal
    direction: str
    label_x: float


@dataclass(frozen=True)
class MonthChart:
    """Columns of under- and over-billing side by side, per month."""

    width: float
    height: float
    left: float
    baseline: float
    ticks: list[tuple[float, float]]  # value, y
    months: list[tuple[date, float]]  # month, centre x
    columns: list[Column]


def month_chart(rows: Sequence[Row], months: Sequence[date], width: float = 640, height: float = 260) -> MonthChart:
    """Columns for the given months; a month without a row has none."""
    left, top, bottom = 64.0, 26.0, 30.0
    baseline = height - bottom
    by_month = {_first(row["month"]): row for row in rows}
    largest = max((max(row["under_amount"], row["over_amount"]) for row in rows), default=Decimal(0))
    ticks = nice_ticks(float(largest))
    scale = (baseline - top) / ticks[-1]
    slot = (width - left) / max(len(months), 1)
    bar = min(56.0, slot * 0.32)
    columns = []
    for position, month in enumerate(months):
        centre = left + slot * (position + 0.5)
        row = by_month.get(month)
        if row is None:
            continue
        for direction, start in (("under", centre - bar - 2), ("over", centre + 2)):
            value = row[f"{direction}_amount"]
            tall = float(value) * scale
            columns.append(
                Column(
                    x=round(start, 1),
                    y=round(baseline - tall, 1),
                    width=round(bar, 1),
                    height=round(tall, 1),
                    value=value,
                    direction=direction,
                    label_x=round(start + bar / 2, 1),
                )
            )
    return MonthChart(
        width=width,
        height=height,
        left=left,
        baseline=baseline,
        ticks=[(tick, round(baseline - tick * scale, 1)) for tick in ticks],
        months=[(month, round(left + slot * (position + 0.5), 1)) for position, month in enumerate(months)],
        columns=columns,
    )


def nice_ticks(largest: float, wanted: int = 4) -> list[float]:
    """Round axis values from 0 to at least the largest value; [0, 1] when there is nothing to show."""
    if largest <= 0:
        return [0.0, 1.0]
    rough = largest / wanted
    magnitude = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * magnitude for factor in (1, 2, 2.5, 5, 10) if factor * magnitude >= rough)
    return [round(step * position, 10) for position in range(math.ceil(largest / step - 1e-9) + 1)]


def shares(values: Sequence[Decimal | int]) -> list[float]:
    """Each value as a percentage of the largest one, for bars."""
    largest = max(values, default=0)
    return [round(float(value / largest) * 100, 2) if largest else 0.0 for value in values]


def _first(day: date) -> date:
    return date(day.year, day.month, 1)
