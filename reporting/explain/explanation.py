"""What an explanation tells: events, records, links with evidence, decisions, values."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

Verdict = Literal["accepted", "rejected", "uncertain"]


@dataclass(frozen=True)
class Event:
    """What happened to an ID: minted, split, merged, restored, retired or revived.

    other_id: the ID that it was merged into, or split off; because: the link or decision behind a merge.
    """

    entity_id: str
    happened: str
    at: datetime
    other_id: str | None = None
    because: str | None = None
    record_id: str | None = None  # of an ID that was minted: the record that it was minted from


@dataclass(frozen=True)
class Record:
    """One source record of the thing; since when and why it is one (minted, joined, merged, split, moved …)."""

    record_id: str
    system: str
    source_entity: str
    source_key: str
    name: str | None
    status: str | None
    known_since_at: datetime | None
    is_live: bool
    member_since: datetime | None
    member_because: str | None


@dataclass(frozen=True)
class FormerRecord:
    """A record that was one of the thing once; now_id is null when no system holds it any more."""

    record_id: str
    since: datetime
    until: datetime
    now_id: str | None


@dataclass(frozen=True)
class Evidence:
    """One field of a link: what a comparison found (``level``, ``weight`` in bits), or what a rule read (``value``)."""

    field: str
    agrees: bool | None = None
    level: str | None = None
    weight: float | None = None
    value: str | None = None


@dataclass(frozen=True)
class Link:
    """A pair of records that was held to be one thing, or considered."""

    left_record_id: str
    right_record_id: str
    method: str
    rule: str
    says: str | None
    score: Decimal | None
    match_weight: float | None
    verdict: Verdict
    reason: str | None
    evidence: list[Evidence]
    # Of a link to a record of another thing: that thing.
    other_id: str | None = None
    other_name: str | None = None


@dataclass(frozen=True)
class Decision:
    """What a steward decided about two records, and what became of it."""

    decision: str
    left_record_id: str
    right_record_id: str
    decided_by: str
    decided_at: datetime
    reason: str
    outcome: str
    outcome_reason: str | None


@dataclass(frozen=True)
class Claim:
    """What one record says about an attribute. It agrees with the winner when their normal forms are equal."""

    system: str
    source_key: str
    value: str
    value_normalised: str
    agrees: bool
    # Name of the thing whose ID the value is, for attributes that refer to one.
    label: str | None = None


@dataclass(frozen=True)
class Value:
    """An attribute: the value that counts, whose it is and by which precedence, and the other claims if they differ."""

    attribute: str
    value: str | None
    label: str | None
    system: str | None
    rule: str | None
    order: str | None
    why: str | None
    is_conflicting: bool
    claims: list[Claim] = field(default_factory=list)


@dataclass
class Explanation:
    """Everything that ``concord explain`` tells; moments are UTC."""

    entity: str
    asked: str
    entity_id: str
    name: str | None
    snapshot_id: int
    # From the ID that was asked for to the one that it resolves to today; empty when it is that one.
    forwarded: list[Event] = field(default_factory=list)
    history: list[Event] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    former_records: list[FormerRecord] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    values: list[Value] = field(default_factory=list)

    @property
    def joining(self) -> list[Link]:
        """Accepted links between records of the thing."""
        return [link for link in self.links if link.verdict == "accepted" and link.other_id is None]

    @property
    def not_joining(self) -> list[Link]:
        """Rejected, uncertain, or accepted and yet overruled (two records that a steward parted by way of others)."""
        return [link for link in self.links if link not in self.joining]

    def as_json(self) -> str:
        """One JSON object; moments as ISO 8601, decimals as text."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} in an explanation")
