"""Text fields to declared types, all rows at once; what doesn't fit is marked, never guessed."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from ingestion.connectors.files import FileFormat
from ingestion.fields import decimal_size
from ingestion.registry import Column, Entity

_UTC = pl.Datetime("us", "UTC")
# Longer than any gap that a change of clocks leaves.
_PAST_ANY_GAP = pl.duration(hours=3)


@dataclass
class Typed:
    """``frame``: the entity's columns typed, timestamps with their ``_source`` text; ``invalid`` and ``missing``: one
    boolean column per column that can be so, rows as in ``frame``."""

    frame: pl.DataFrame
    invalid: pl.DataFrame
    missing: pl.DataFrame


def type_fields(texts: pl.DataFrame, entity: Entity, form: FileFormat) -> Typed:
    """Cast text columns, named as the entity's columns; what is empty must be null already."""
    values, invalid = [], {}
    for column in entity.columns:
        text = texts[column.name]
        value = _value(text, column, form)
        values.append(value)
        if column.type == "timestamp":
            values.append(text.alias(f"{column.name}_source"))
        if column.type not in ("text", "json"):
            is_lossless = value.null_count() == text.null_count()
            invalid[column.name] = _nothing(text) if is_lossless else text.is_not_null() & value.is_null()
    needed = [column.name for column in entity.columns if column.required or column.name in entity.key]
    missing = {name: texts[name].is_null() if texts[name].null_count() else _nothing(texts[name]) for name in needed}
    return Typed(pl.DataFrame(values), pl.DataFrame(invalid), pl.DataFrame(missing))


def _nothing(like: pl.Series) -> pl.Series:
    return pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(like))


def _value(text: pl.Series, column: Column, form: FileFormat) -> pl.Series:
    """The column's values, null where the text is none of its type."""
    if column.type in ("text", "json"):
        return text
    value = text.to_frame().select(_parsed(pl.col(column.name), column, form)).to_series()
    if value.null_count() > text.null_count():
        # Rarely needed, and slower: blanks around the value.
        value = text.to_frame().select(_parsed(pl.col(column.name).str.strip_chars(), column, form)).to_series()
    return value.alias(column.name)


def _parsed(text: pl.Expr, column: Column, form: FileFormat) -> pl.Expr:
    if column.type == "integer":
        return text.cast(pl.Int64, strict=False)
    if column.type == "date":
        return text.str.to_date(form.date, strict=False)
    if column.type == "timestamp":
        return _timestamp(text, form)
    if column.type == "boolean":
        lower = text.str.to_lowercase()
        return pl.when(lower.is_in(["true", "1"])).then(True).when(lower.is_in(["false", "0"])).then(False)
    size = decimal_size(column.type)
    assert size, column.type
    return _decimal(text, size, form)


def _decimal(text: pl.Expr, size: tuple[int, int], form: FileFormat) -> pl.Expr:
    """A decimal, exactly: a value with more places than declared is not rounded but invalid."""
    precision, scale = size
    if form.decimal_comma:
        # Points group thousands; 1.234,50 is fine and 1.5 is not.
        shaped = text.str.contains(r"^[+-]?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?$")
        text = text.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    else:
        shaped = text.str.contains(r"^[+-]?\d+(\.\d+)?$")
    fits = text.str.contains(rf"^[+-]?0*\d{{1,{precision - scale}}}(\.\d{{0,{scale}}}0*)?$")
    return pl.when(shaped & fits).then(text.str.strip_prefix("+").cast(pl.Decimal(precision, scale), strict=False))


def _timestamp(text: pl.Expr, form: FileFormat) -> pl.Expr:
    """UTC. With a declared zone, texts without offset are local times of it; else an offset is needed."""
    if form.datetime is None and form.timezone is None:
        return text.str.strptime(_UTC, "%+", strict=False)
    local = text.str.strptime(pl.Datetime("us"), form.datetime or "%Y-%m-%dT%H:%M:%S", strict=False)
    if form.timezone is None:
        return local.dt.replace_time_zone("UTC")
    return coalesced_utc(local, form.timezone)


def coalesced_utc(local: pl.Expr, timezone: str) -> pl.Expr:
    """Local times to UTC, always the same way: what the clock showed twice is taken as the first time; what it
    skipped is read with the offset that held before the change."""

    def localised(expression: pl.Expr) -> pl.Expr:
        zoned = expression.dt.replace_time_zone(timezone, ambiguous="earliest", non_existent="null")
        return zoned.dt.convert_time_zone("UTC")

    return pl.coalesce(localised(local), localised(local - _PAST_ANY_GAP) + _PAST_ANY_GAP)
