"""The bridge of a report: it closes or isn't drawn, and its bars stand where its levels are."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from reporting.bridge import bars, bridges

JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)


def row(month: date, part_type: str, part: str, amount: str, currency: str = "EUR") -> dict:
    return {
        "currency_code": currency,
        "month": month,
        "part_type": part_type,
        "part": part,
        "part_name": part.capitalize(),
        "amount": Decimal(amount),
    }


ROWS = [
    row(JULY, "billable", "recurring", "100.00"),
    row(AUGUST, "billable", "recurring", "50.00"),
    row(JULY, "billable", "discount", "-5.00"),
    row(JULY, "under", "O1", "-7.50"),
    row(AUGUST, "over", "O7", "2.00"),
    row(JULY, "unexplained", "unexplained", "0.00"),
    row(JULY, "billed", "billed", "87.50"),
    row(AUGUST, "billed", "billed", "52.00"),
    row(JULY, "outside", "C1", "99.00"),
]


def test_the_steps_lead_from_billable_to_billed() -> None:
    (bridge,) = bridges(ROWS)
    assert bridge.closes
    assert [(step.part.name, step.part.amount, step.is_total) for step in bridge.steps] == [
        ("Billable", Decimal("145.00"), True),
        ("O1", Decimal("-7.50"), False),
        ("O7, over-billed", Decimal("2.00"), False),
        ("Billed", Decimal("139.50"), True),
    ]


def test_a_bridge_that_does_not_close_in_one_month_is_not_drawn() -> None:
    """Two months that are wrong by the same amount the other way would close in sum."""
    shifted = [*ROWS, row(JULY, "over", "R1", "1.00"), row(AUGUST, "under", "R1", "-1.00")]
    (bridge,) = bridges(shifted)
    assert not bridge.closes
    assert bridge.steps == []
    assert bars(bridge.steps) == []


def test_currencies_stay_apart() -> None:
    found = bridges(
        [*ROWS, row(JULY, "billable", "recurring", "9.00", "USD"), row(JULY, "billed", "billed", "9.00", "USD")]
    )
    assert [(bridge.currency, bridge.billable.amount) for bridge in found] == [
        ("EUR", Decimal("145.00")),
        ("USD", Decimal("9.00")),
    ]


def test_bars_hang_together() -> None:
    (bridge,) = bridges(ROWS)
    billable, missing, extra, billed = bars(bridge.steps)
    assert billable[0] == billed[0] == 0
    assert billable[1] == 200
    # What is missing ends where billable ends, what was billed too much begins where that begins.
    assert round(missing[0] + missing[1], 1) == 200
    assert round(extra[0], 1) == round(missing[0], 1)
    assert round(extra[0] + extra[1], 1) == round(billed[1], 1)
