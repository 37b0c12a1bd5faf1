"""Root cause groups: cases that go back to one thing (a tariff row, a mediation file, a bill run) are one task.

Only what can be added up is: a group has one control, one direction and one currency.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from cases.state import Case, Status

# What a finding without a known cause goes back to.
UNKNOWN = "unknown"
_ZERO = Decimal("0.00")


@dataclass(frozen=True, order=True)
class GroupKey:
    """What the cases of a group have in common."""

    root_cause_type: str
    root_cause_key: str
    control_id: str
    direction: str
    currency_code: str


@dataclass
class Group:
    """The cases of one root cause, with their money."""

    key: GroupKey
    cases: list[Case] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The root cause, as ``--root-cause`` takes it."""
        return f"{self.key.root_cause_type}:{self.key.root_cause_key}"

    def count(self, *statuses: Status) -> int:
        """How many cases have one of these statuses."""
        return sum(case.status in statuses for case in self.cases)

    @property
    def pending(self) -> int:
        """How many wait for a sign-off."""
        return sum(case.pending_step is not None for case in self.cases)

    def total(self, amount: str) -> Decimal:
        """One of the amounts, added up over the group's cases, which are all of one currency and direction."""
        return sum((getattr(case, amount) or _ZERO for case in self.cases), _ZERO)


def root_cause_groups(cases: Iterable[Case]) -> list[Group]:
    """Every group, the largest exposure first."""
    groups: dict[GroupKey, list[Case]] = defaultdict(list)
    for case in cases:
        groups[group_key(case)].append(case)
    found = [Group(key, members) for key, members in groups.items()]
    return sorted(found, key=lambda group: (-group.total("exposure_amount"), group.key))


def group_key(case: Case) -> GroupKey:
    """The group that a case belongs to; one whose cause is not known belongs to that of the unknown ones."""
    return GroupKey(
        case.root_cause_type or UNKNOWN,
        case.root_cause_key or UNKNOWN,
        case.control_id,
        case.direction,
        case.currency_code,
    )


def in_group(cases: Iterable[Case], name: str) -> list[Case]:
    """The cases of one root cause (``TYPE:KEY``) that are not closed, whatever their control or currency."""
    found = []
    for case in cases:
        key = group_key(case)
        if f"{key.root_cause_type}:{key.root_cause_key}" == name and case.status is not Status.closed:
            found.append(case)
    return found
