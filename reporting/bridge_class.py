"""What a finding's money is: names for the classes of seed ``control`` (column bridge_class), in their order.

Amounts of two classes are never added up: what a bill lacks, what a carrier is paid too much and what a posting lacks
are not one sum.
"""

from __future__ import annotations

from dataclasses import dataclass

REVENUE = "revenue"


@dataclass(frozen=True)
class BridgeClass:
    """``name`` as in a table, ``meaning`` in a few words."""

    name: str
    meaning: str


CLASSES = {
    REVENUE: BridgeClass("Charges", "what the months' bills should have been, net of tax"),
    "cost": BridgeClass("Cost", "paid to partners and suppliers, or due from them"),
    "tax": BridgeClass("Tax", "on the bills, owed to the state or to customers"),
    "cash": BridgeClass("Cash", "billed or due, and not collected"),
    "balance": BridgeClass("Balances", "customers' credit that the operator keeps"),
    "none": BridgeClass("Outside the bills", "postings, and what might have been sold"),
}
_ORDER = {key: place for place, key in enumerate(CLASSES)}


def class_name(key: str) -> str:
    """A class's name; its key where it is a new one."""
    return CLASSES[key].name if key in CLASSES else key


def class_order(key: str) -> int:
    """Where a class stands among the others."""
    return _ORDER.get(key, len(_ORDER))
