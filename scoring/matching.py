"""Which finding speaks of which planted thing.

Both name the thing by the source systems' own keys. Two that share a subscription speak of the same thing; two that
share only the account needn't, if each also names a subscription. So the narrowest keys that both name decide.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import chain

from scoring.ledger import Found, Keys, Planted

# Entities wider than one product or service, narrow before wide. Everything that isn't listed is narrow.
_WIDER = (
    frozenset({"product_order", "service_order"}),
    frozenset({"account", "billing_account", "invoice"}),
    frozenset({"customer", "party", "individual", "organization"}),
)
# Entities that many things share: they never say which thing is meant.
_SHARED = frozenset(
    {
        "bill_run",
        "product_offering",
        "product_offering_price",
        "rating_rate",
        "recurring_rate",
        "site",
        "cell",
        "access_node",
        "file",
    }
)


def same_thing(one: Keys, other: Keys) -> bool:
    """Whether two sets of source keys mean the same thing."""
    names = one.keys() & other.keys()
    for width in range(len(_WIDER) + 1):
        at_width = [name for name in names if _width(name) == width]
        if at_width:
            return any(one[name] & other[name] for name in at_width)
    return False


def overlap(one: Planted | Found, other: Planted | Found) -> bool:
    """Whether two half-open periods share a day; an open end never ends."""
    return (one.period_start or date.min) < (other.period_end or date.max) and (other.period_start or date.min) < (
        one.period_end or date.max
    )


def candidates(planted: Sequence[Planted], found: Iterable[Found]) -> Iterable[tuple[Found, Planted]]:
    """Pairs that mean the same thing in overlapping periods, whatever their control and direction."""
    by_key: dict[tuple[str, str], list[int]] = defaultdict(list)
    for position, row in enumerate(planted):
        for pair in _pairs(row.keys):
            by_key[pair].append(position)
    for finding in found:
        positions = sorted(set(chain.from_iterable(by_key.get(pair, ()) for pair in _pairs(finding.keys))))
        for position in positions:
            row = planted[position]
            if overlap(row, finding) and same_thing(row.keys, finding.keys):
                yield finding, row


def units(faults: Sequence[Planted], found: Sequence[Found]) -> list[tuple[list[Planted], list[Found]]]:
    """Faults and findings of one control and direction, grouped by the thing and period that they speak of.

    A missed fault and a false finding are groups of their own. Every fault and finding is in exactly one group.
    """
    parent: dict[str, str] = {f"P{row.fault_id}": f"P{row.fault_id}" for row in faults}
    parent |= {f"F{row.finding_id}": f"F{row.finding_id}" for row in found}

    def root(name: str) -> str:
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for finding, fault in candidates(faults, found):
        if (finding.control_id, finding.direction) == (fault.control_id, fault.direction):
            parent[root(f"F{finding.finding_id}")] = root(f"P{fault.fault_id}")
    groups: dict[str, tuple[list[Planted], list[Found]]] = defaultdict(lambda: ([], []))
    for fault in faults:
        groups[root(f"P{fault.fault_id}")][0].append(fault)
    for finding in found:
        groups[root(f"F{finding.finding_id}")][1].append(finding)
    return list(groups.values())


def _width(name: str) -> int | None:
    entity = name.rpartition(".")[2]
    if entity in _SHARED:
        return None
    return next((width for width, entities in enumerate(_WIDER, start=1) if entity in entities), 0)


def _pairs(keys: Keys) -> Iterable[tuple[str, str]]:
    return ((name, value) for name, values in keys.items() if _width(name) is not None for value in values)
