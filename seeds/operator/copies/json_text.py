"""JSON documents as column expressions: whole columns at once, keys left out where a value is missing."""

from __future__ import annotations

import polars as pl


def text(value: pl.Expr | str) -> pl.Expr:
    """A JSON string; a plain Python string is a constant, null stays null."""
    if isinstance(value, str):
        return pl.lit('"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"')
    escaped = value.str.replace_all("\\", "\\\\", literal=True).str.replace_all('"', '\\"', literal=True)
    return pl.lit('"') + escaped + pl.lit('"')


def plain(value: pl.Expr | str) -> pl.Expr:
    """A JSON number, or a constant such as ``true``."""
    return pl.lit(value) if isinstance(value, str) else value.cast(pl.String)


def truth(value: pl.Expr) -> pl.Expr:
    """A JSON boolean."""
    return pl.when(value).then(pl.lit("true")).when(~value).then(pl.lit("false"))


def object_(members: dict[str, pl.Expr]) -> pl.Expr:
    """A JSON object; members whose value is null are left out."""
    parts = [pl.lit(f'"{key}":') + value for key, value in members.items()]
    return pl.lit("{") + pl.concat_str(parts, separator=",", ignore_nulls=True) + pl.lit("}")


def array(*items: pl.Expr) -> pl.Expr:
    """A JSON array; null items are left out."""
    return pl.lit("[") + pl.concat_str(items, separator=",", ignore_nulls=True) + pl.lit("]")


def only_if(condition: pl.Expr, value: pl.Expr) -> pl.Expr:
    """The value where the condition holds, else null."""
    return pl.when(condition).then(value)


def by_version(is_v5: pl.Expr, v4: pl.Expr, v5: pl.Expr) -> pl.Expr:
    """One of two shapes of a value."""
    return pl.when(is_v5).then(v5).otherwise(v4)


def either(condition: pl.Expr, yes: pl.Expr, no: pl.Expr) -> pl.Expr:
    """One of two values."""
    return pl.when(condition).then(yes).otherwise(no)


def utc_text(instant: pl.Expr) -> pl.Expr:
    """``2026-07-01T08:15:00Z``."""
    return text(instant.dt.strftime("%Y-%m-%dT%H:%M:%SZ"))


def utc_millisecond_text(instant: pl.Expr) -> pl.Expr:
    """``2026-07-01T08:15:00.000Z``."""
    return text(instant.dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ"))


def local_text(instant: pl.Expr, zone: str) -> pl.Expr:
    """``2026-07-01T10:15:00+02:00``."""
    return text(instant.dt.convert_time_zone(zone).dt.strftime("%Y-%m-%dT%H:%M:%S%:z"))


def related_party(is_v5: pl.Expr, key: pl.Expr, name: pl.Expr | None, referred_type: str) -> pl.Expr:
    """The list with one party in the role of customer: flat in v4, wrapped in v5."""
    reference: dict[str, pl.Expr] = {"id": text(key)}
    if name is not None:
        reference["name"] = text(name)
    v4 = {**reference, "role": text("customer"), "@referredType": text(referred_type)}
    v5 = {
        "role": text("customer"),
        "partyOrPartyRole": object_({**reference, "@type": text("PartyRoleRef"), "@referredType": text(referred_type)}),
        "@type": text("RelatedPartyOrPartyRole"),
    }
    return by_version(is_v5, array(object_(v4)), array(object_(v5)))


def characteristic(is_v5: pl.Expr, name: str, value: pl.Expr) -> pl.Expr:
    """One characteristic with a text value; null when the value is. v5 asks for a type."""
    v4 = object_({"name": text(name), "valueType": text("string"), "value": value})
    v5 = object_(
        {"@type": text("StringCharacteristic"), "name": text(name), "valueType": text("string"), "value": value}
    )
    return only_if(value.is_not_null(), by_version(is_v5, v4, v5))
