"""How figures and words are written: exact, in one way, everywhere."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

# A space comes before a digit: text of one width sorts as numbers do. The largest amount needs all of it.
_WIDTH = 24

DIRECTIONS = {"under": "Money missing", "over": "Customers overcharged"}
ATTENTION = {
    "verify_cleared": "no longer found: verify",
    "came_back": "came back",
    "amount_changed": "amount changed",
}
EVENTS = {
    "opened": "opened",
    "assigned": "assigned",
    "due_date_set": "date set",
    "commented": "comment",
    "proposed": "proposed",
    "signed_off": "signed off",
    "rejected": "rejected",
    "withdrawn": "withdrawn",
    "recovery_started": "recovery began",
    "reopened": "reopened",
    "finding_changed": "finding changed",
    "finding_cleared": "no longer found",
    "finding_returned": "found again",
}


def money(amount: Decimal | None, currency: str = "") -> str:
    """An amount with thousands apart; a dash for none."""
    if amount is None:
        return "–"
    return f"{amount:,.2f} {currency}".rstrip()


def column_money(amount: Decimal | None, currency: str = "") -> str | None:
    """An amount for a column that is sorted as text and must come out as numbers do."""
    return None if amount is None else f"{amount:,.2f}".rjust(_WIDTH) + f" {currency}".rstrip()


def cents(amount: Decimal) -> int:
    """A whole number for a chart to draw: charts know no decimals, and nothing exact is read off them."""
    return int((amount * 100).to_integral_value())


def day(value: date | None) -> str:
    """A date, or a dash."""
    return value.isoformat() if value else "–"


def moment(value: datetime | None) -> str:
    """A moment to the minute, UTC, or a dash."""
    return f"{value:%Y-%m-%d %H:%M}" if value else "–"


def plain(text: str | None) -> str:
    """A text of people's or sources', with nothing in it that a page would take for formatting."""
    if not text:
        return "–"
    for sign in "\\`*_{}[]()#+-!|<>$~:":
        text = text.replace(sign, "\\" + sign)
    return text
