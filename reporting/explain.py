"""Why a customer (account, product, service, resource) is what it is: its records, links, decisions and values.

Read from one published snapshot: whoever may read the lake can explain it, and gets the same answer for as long as the
snapshot is kept. Nothing is decided here.
"""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

import duckdb

from concord.errors import ConcordError
from concord.published import connect_reader, current_snapshot
from concord.settings import Settings
from reporting.data import Row, read_rows

Verdict = Literal["accepted", "rejected", "uncertain"]


@dataclass(frozen=True)
class Entity:
    """Where an entity's golden row lies, and under which columns it keeps its attributes' values."""

    table: str  # in schema core
    id_column: str
    name_column: str
    # Attribute -> SQL of its value; an attribute that isn't here has a column of its name.
    values: dict[str, str] = field(default_factory=dict)
    # Attribute whose value is an ID -> the table, ID and name of what it refers to, so that people can read it.
    references: dict[str, tuple[str, str, str]] = field(default_factory=dict)


_CUSTOMER = ("dim_customer", "customer_id", "customer_name")
_ACCOUNT = ("dim_billing_account", "billing_account_id", "account_id_billing")
_OFFERING = ("dim_product_offering", "product_offering_id", "offering_name")
_RESOURCE = ("dim_resource", "resource_id", "resource_name")

ENTITIES = {
    "customer": Entity(
        *_CUSTOMER,
        values={
            "name": "customer_name",
            "address": "nullif(concat_ws(', ', street, nullif(concat_ws(' ', postcode, city), '')), '')",
        },
    ),
    "billing_account": Entity("dim_billing_account", "billing_account_id", "account_name"),
    "product": Entity(
        "dim_product",
        "product_id",
        "product_name",
        values={
            "customer": "customer_id",
            "billing_account": "billing_account_id",
            "product_offering": "product_offering_id",
        },
        references={"customer": _CUSTOMER, "billing_account": _ACCOUNT, "product_offering": _OFFERING},
    ),
    "service": Entity(
        "dim_service",
        "service_id",
        "service_number",
        values={"customer": "customer_id", "billing_account": "billing_account_id"},
        references={"customer": _CUSTOMER, "billing_account": _ACCOUNT},
    ),
    "resource": Entity(
        *_RESOURCE,
        values={"site": "site_resource_id", "parent": "parent_resource_id"},
        references={"site": _RESOURCE, "parent": _RESOURCE},
    ),
}


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


def read_explanation(
    settings: Settings,
    entity: str | None = None,
    entity_id: str | None = None,
    *,
    record_id: str | None = None,
    snapshot: int | None = None,
) -> Explanation:
    """Explain the thing with this ID, past or present, or the one that this source record is.

    entity: one of ENTITIES; None finds it by the ID. record_id: '<system>:<entity>:<key>', instead of the ID.
    Raises ConcordError when nothing is published, the ID or record is unknown, or the lake is older than identities.
    """
    if entity is not None and entity not in ENTITIES:
        raise ConcordError(f"there is nothing to explain about a '{entity}'", hint=f"one of {', '.join(ENTITIES)}")
    if (entity_id is None) == (record_id is None):
        raise ConcordError("give either an ID or --record", hint="concord explain customer <id>")
    with closing(connect_reader(settings, snapshot)) as lake:
        snapshot = current_snapshot(lake)
    # Pinned: a publication meanwhile must not mix two states in one answer.
    with closing(connect_reader(settings, snapshot)) as lake:
        try:
            return _read(lake, snapshot, entity, entity_id, record_id)
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            raise ConcordError(
                f"the published lake lacks what an explanation needs: {str(error).splitlines()[0]}",
                hint="run 'concord build'",
            ) from error


def _read(
    lake: duckdb.DuckDBPyConnection, snapshot: int, entity: str | None, entity_id: str | None, record_id: str | None
) -> Explanation:
    asked = record_id or entity_id or ""
    if record_id is not None:
        entity, entity_id = _of_record(lake, entity, record_id)
    entity, resolved_id = _resolve(lake, entity, entity_id or "")
    thing = Explanation(entity, asked, resolved_id, None, snapshot)
    thing.forwarded = _forwarded(lake, entity, entity_id or "", resolved_id)
    thing.history = _history(lake, entity, resolved_id)
    thing.records = _records(lake, entity, resolved_id)
    thing.former_records = _former_records(lake, entity, resolved_id)
    thing.links = _links(lake, entity, resolved_id)
    thing.decisions = _decisions(lake, entity, resolved_id)
    thing.name, thing.values = _values(lake, entity, resolved_id)
    if thing.name is None and thing.records:
        # An object that only alarms name has records, and no golden row.
        thing.name = thing.records[0].name
    return thing


def _of_record(lake: duckdb.DuckDBPyConnection, entity: str | None, record_id: str) -> tuple[str, str]:
    """Entity and ID of a source record, the last ID if it is gone. A customer first, then along the chain."""
    found = {
        row["entity"]: row["entity_id"]
        for row in read_rows(
            lake,
            "select entity, entity_id from core.bridge_identity_record where record_id = ? order by revision",
            [record_id],
        )
    }
    for name in [entity] if entity else ENTITIES:
        if name in found:
            return name, found[name]
    if found:
        raise ConcordError(f"{record_id} is no {_words(entity)} record", hint=f"it is one of: {', '.join(found)}")
    like = read_rows(
        lake,
        "select distinct record_id from core.dim_source_record where source_key = ? and entity = coalesce(?, entity)"
        " order by record_id limit 5",
        [record_id.rsplit(":", 1)[-1], entity],
    )
    raise ConcordError(
        f"no system has, or ever had, a record {record_id}",
        hint="is it " + " or ".join(row["record_id"] for row in like) + "?"
        if like
        else "a record is named <system>:<entity>:<key>, for example billing:account:A000123",
    )


def _resolve(lake: duckdb.DuckDBPyConnection, entity: str | None, entity_id: str) -> tuple[str, str]:
    """Entity, and the ID that an ID of any time leads to today: itself while it is live or retired."""
    found = read_rows(
        lake,
        "select entity, resolved_id from core.dim_identity where entity_id = ? and is_current order by entity",
        [entity_id],
    )
    for row in found:
        if entity in (None, row["entity"]):
            return row["entity"], row["resolved_id"]
    if found:
        other = found[0]["entity"]
        raise ConcordError(f"{entity_id} is no {_words(entity)}", hint=f"concord explain {other} {entity_id}")
    hint = "ask by a source record (--record billing:account:A000123), or look the name up in marts_care.customer_360"
    if ":" in entity_id:
        hint = f"a source record is asked for with --record {entity_id}"
    kind = f"no {_words(entity)}" if entity else "nothing"
    raise ConcordError(f"{kind} has, or ever had, the ID {entity_id}", hint=hint)


def _forwarded(lake: duckdb.DuckDBPyConnection, entity: str, entity_id: str, resolved_id: str) -> list[Event]:
    """The way from an ID to what it leads to today: one event per merge."""
    way: list[Event] = []
    while entity_id != resolved_id and entity_id not in [event.entity_id for event in way]:
        merges = read_rows(
            lake,
            _EVENTS.format(condition="entity_id = $id and reason = 'merged'"),
            {"entity": entity, "id": entity_id},
        )
        if not merges:
            break
        way.append(_event(lake, entity, merges[-1]))
        entity_id = merges[-1]["successor_id"]
    return way


_EVENTS = """
    select entity_id, reason, valid_from, successor_id, origin_id, minted_from_record_id
    from core.dim_identity
    where entity = $entity and {condition}
    order by revision, entity_id
"""


def _history(lake: duckdb.DuckDBPyConnection, entity: str, entity_id: str) -> list[Event]:
    """What happened to the ID, which others were merged into it, and which were split off it; oldest first."""
    rows = read_rows(
        lake,
        _EVENTS.format(condition="(entity_id = $id or successor_id = $id or (origin_id = $id and reason = 'split'))"),
        {"entity": entity, "id": entity_id},
    )
    return [_event(lake, entity, row) for row in rows]


def _event(lake: duckdb.DuckDBPyConnection, entity: str, row: Row) -> Event:
    happened = row["reason"]
    merged = happened == "merged" and row["successor_id"] is not None
    return Event(
        entity_id=row["entity_id"],
        happened=happened,
        at=row["valid_from"],
        other_id=row["successor_id"] if merged else row["origin_id"] if happened == "split" else None,
        because=_why_merged(lake, entity, row["entity_id"], row["successor_id"]) if merged else None,
        record_id=row["minted_from_record_id"] if happened == "minted" else None,
    )


def _why_merged(lake: duckdb.DuckDBPyConnection, entity: str, entity_id: str, successor_id: str) -> str | None:
    """The strongest link of today between a record that once had the ID and another record of its successor."""
    links = read_rows(
        lake,
        """
        with former as (
            select distinct record_id from core.bridge_identity_record where entity = $entity and entity_id = $old
        )
        select
            link.left_record_id, link.right_record_id, link.evidence, link.match_weight,
            coalesce(rule.description, link.rule) as says
        from core.fct_identity_link as link
        left join core.dim_identity_rule as rule on link.entity = rule.entity and link.rule = rule.rule
        where link.entity = $entity and link.is_accepted and link.left_entity_id = link.right_entity_id
            and (link.left_record_id in (from former)) <> (link.right_record_id in (from former))
            and link.left_entity_id = (
                select any_value(resolved_id) from core.dim_identity where entity = $entity and entity_id = $new
            )
        order by link.rank, link.score desc, link.link_id
        limit 1
        """,
        {"entity": entity, "old": entity_id, "new": successor_id},
    )
    if not links:
        return None
    link = links[0]
    told = {each.field: each.value for each in read_evidence(link["evidence"])}
    who = f" ({told['decided_by']}: {told.get('reason')})" if told.get("decided_by") else ""
    bits = "" if link["match_weight"] is None else f" ({link['match_weight']:+.1f} bits)"
    return f"{link['left_record_id']} and {link['right_record_id']}: {link['says']}{who}{bits}"


def _records(lake: duckdb.DuckDBPyConnection, entity: str, entity_id: str) -> list[Record]:
    rows = read_rows(
        lake,
        """
        select
            record.record_id, record.system, record.source_entity, record.source_key, record.label as name,
            record.status, record.known_since_at, record.is_live, stay.valid_from as member_since,
            stay.reason as member_because
        from core.dim_source_record as record
        left join core.bridge_identity_record as stay
            on record.entity = stay.entity and record.record_id = stay.record_id and stay.is_current
        where record.entity = ? and record.entity_id = ?
        order by record.system, record.source_entity, record.source_key
        """,
        [entity, entity_id],
    )
    return [Record(**row) for row in rows]


def _former_records(lake: duckdb.DuckDBPyConnection, entity: str, entity_id: str) -> list[FormerRecord]:
    rows = read_rows(
        lake,
        """
        select
            stay.record_id, max(stay.valid_from) as since, max(stay.valid_to) as until,
            any_value(today.entity_id) as now_id
        from core.bridge_identity_record as stay
        left join core.bridge_identity_record as today
            on stay.entity = today.entity and stay.record_id = today.record_id and today.is_current
        where stay.entity = ? and stay.entity_id = ? and not stay.is_current
        group by stay.record_id
        having any_value(today.entity_id) is distinct from ?
        order by until, stay.record_id
        """,
        [entity, entity_id, entity_id],
    )
    return [FormerRecord(**row) for row in rows]


def _links(lake: duckdb.DuckDBPyConnection, entity: str, entity_id: str) -> list[Link]:
    """Every link of the thing's records: accepted ones first, then the likeliest."""
    rows = read_rows(
        lake,
        """
        select
            link.left_record_id, link.right_record_id, link.method, link.rule, rule.description as says, link.score,
            link.match_weight, link.is_accepted, link.is_uncertain, link.rejection_reason as reason, link.evidence,
            case
                when not link.is_same_entity and link.left_entity_id = $id then link.right_entity_id
                when not link.is_same_entity then link.left_entity_id
            end as other_id,
            case
                when not link.is_same_entity and link.left_entity_id = $id then right_record.label
                when not link.is_same_entity then left_record.label
            end as other_name
        from core.fct_identity_link as link
        inner join core.dim_source_record as left_record
            on link.entity = left_record.entity and link.left_record_id = left_record.record_id
        inner join core.dim_source_record as right_record
            on link.entity = right_record.entity and link.right_record_id = right_record.record_id
        left join core.dim_identity_rule as rule on link.entity = rule.entity and link.rule = rule.rule
        where link.entity = $entity and (link.left_entity_id = $id or link.right_entity_id = $id)
        order by
            link.is_accepted desc, link.is_uncertain desc, link.rank, link.score desc, link.left_record_id,
            link.right_record_id, link.rule
        """,
        {"entity": entity, "id": entity_id},
    )
    links = []
    for row in rows:
        verdict: Verdict = "rejected"
        if row.pop("is_uncertain"):
            verdict = "uncertain"
        if row.pop("is_accepted"):
            verdict = "accepted"
        links.append(Link(**{**row, "verdict": verdict, "evidence": read_evidence(row["evidence"])}))
    return links


def read_evidence(text: str | None) -> list[Evidence]:
    """A link's evidence, field by field; what could not be compared is left out.

    A comparison gives per field an object with level and weight, a rule whether the field agrees, or its value.
    """
    found = []
    for name, value in (json.loads(text) if text else {}).items():
        if isinstance(value, dict):
            weight = value.get("weight")
            found.append(Evidence(name, level=value.get("level"), weight=None if weight is None else float(weight)))
        elif isinstance(value, bool):
            found.append(Evidence(name, agrees=value))
        elif value is not None:
            found.append(Evidence(name, value=str(value)))
    return found


def _decisions(lake: duckdb.DuckDBPyConnection, entity: str, entity_id: str) -> list[Decision]:
    rows = read_rows(
        lake,
        "select decision, left_record_id, right_record_id, decided_by, decided_at, reason, outcome, outcome_reason"
        " from core.fct_identity_decision where entity = ? and ? in (left_entity_id, right_entity_id)"
        " order by decided_at, left_record_id, right_record_id",
        [entity, entity_id],
    )
    return [Decision(**row) for row in rows]


def _values(lake: duckdb.DuckDBPyConnection, entity: str, entity_id: str) -> tuple[str | None, list[Value]]:
    """The golden row's name, and each attribute with winner, source, precedence and, where they differ, the claims."""
    spec = ENTITIES[entity]
    columns = [
        row["column_name"]
        for row in read_rows(
            lake,
            "select column_name from duckdb_columns() where database_name = current_database()"
            " and schema_name = 'core' and table_name = ? order by column_index",
            [spec.table],
        )
    ]
    attributes = [
        name.removesuffix("_source")
        for name in columns
        if name.endswith("_source") and f"is_{name.removesuffix('_source')}_conflicting" in columns
    ]
    selected = "".join(
        f", cast({spec.values.get(name, name)} as varchar) as value_{name}, {name}_source, is_{name}_conflicting"
        for name in attributes
    )
    golden = read_rows(
        lake,
        f"select cast({spec.name_column} as varchar) as name{selected}"
        f" from core.{spec.table} where {spec.id_column} = ?",
        [entity_id],
    )
    if not golden:
        return None, []
    precedence = {
        row["attribute"]: row
        for row in read_rows(
            lake, "select attribute, rule, systems, reason from core.dim_precedence where entity = ?", [entity]
        )
    }
    claims = _claims(lake, entity, entity_id)
    values = []
    for name in attributes:
        value = golden[0][f"value_{name}"]
        labels = _labels(lake, spec.references.get(name), [value, *(claim.value for claim in claims.get(name, []))])
        row = precedence.get(name, {})
        values.append(
            Value(
                attribute=name,
                value=value,
                label=labels.get(value),
                system=golden[0][f"{name}_source"],
                rule=row.get("rule"),
                order=row.get("systems"),
                why=row.get("reason"),
                is_conflicting=golden[0][f"is_{name}_conflicting"],
                claims=[replace(claim, label=labels.get(claim.value)) for claim in claims.get(name, [])],
            )
        )
    return golden[0]["name"], values


def _labels(
    lake: duckdb.DuckDBPyConnection, reference: tuple[str, str, str] | None, ids: list[str | None]
) -> dict[str | None, str]:
    """ID -> name of the things that an attribute refers to; empty for an attribute that refers to none."""
    if reference is None:
        return {}
    table, id_column, name_column = reference
    rows = read_rows(
        lake,
        f"select {id_column} as id, cast({name_column} as varchar) as name from core.{table}"
        f" where list_contains(?, {id_column}) and {name_column} is not null",
        [[each for each in ids if each is not None]],
    )
    return {row["id"]: row["name"] for row in rows}


def _claims(lake: duckdb.DuckDBPyConnection, entity: str, entity_id: str) -> dict[str, list[Claim]]:
    """Attribute -> every claim, for the attributes on which the records differ."""
    rows = read_rows(
        lake,
        "select attribute, claims from core.fct_attribute_conflict where entity = ? and entity_id = ?",
        [entity, entity_id],
    )
    return {row["attribute"]: [Claim(**claim) for claim in json.loads(row["claims"])] for row in rows}


def _words(name: str | None) -> str:
    return (name or "thing").replace("_", " ")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} in an explanation")
