"""The acquired company's nightly dump: ISO-8859-1, semicolons, decimal comma, local date-times, German headings."""

from __future__ import annotations

import codecs
import unicodedata
from pathlib import Path

import polars as pl

UTC = pl.Datetime("us", "UTC")
ZONE = "Europe/Berlin"
# entity -> (file name, {column: (heading, kind)}) in the order of the dump
LAYOUTS = {
    "customer": (
        "kunden",
        {
            "customer_no": ("KUNDENNR", "text"),
            "family_name": ("NAME", "text"),
            "given_name": ("VORNAME", "text"),
            "company_name": ("FIRMA", "text"),
            "street": ("STRASSE", "text"),
            "postcode": ("PLZ", "text"),
            "city": ("ORT", "text"),
            "phone": ("TELEFON", "text"),
            "email": ("EMAIL", "text"),
            "birth_date": ("GEBURTSDATUM", "date"),
            "status": ("STATUS", "text"),
            "created_at": ("ANGELEGT_AM", "time"),
            "updated_at": ("GEAENDERT_AM", "time"),
        },
    ),
    "product": (
        "vertraege",
        {
            "contract_no": ("VERTRAGSNR", "text"),
            "customer_no": ("KUNDENNR", "text"),
            "tariff_code": ("TARIF", "text"),
            "line_number": ("ANSCHLUSSNR", "text"),
            "monthly_amount": ("MONATSPREIS", "money"),
            "started_at": ("BEGINN", "time"),
            "terminated_at": ("ENDE", "time"),
            "status": ("STATUS", "text"),
        },
    ),
}
# What the old exporter writes for characters that its character set lacks and that have no simpler form.
_REPLACEMENTS = {"€": "EUR", "–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "„": '"', "…": "...",
                 "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "œ": "oe", "Œ": "OE"}  # fmt: skip


def write_crm_fixed_files(systems: Path, folder: Path) -> list[Path]:
    """Write one file per entity and dump date found in ``systems/crm_fixed/<entity>.parquet``; returns them."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for entity, (name, columns) in LAYOUTS.items():
        parquet = systems / "crm_fixed" / f"{entity}.parquet"
        if not parquet.exists():
            continue
        frame = pl.read_parquet(parquet)
        formatted = frame.select(
            "file_date", *(_formatted(column, kind).alias(heading) for column, (heading, kind) in columns.items())
        )
        for (file_date,), rows in formatted.partition_by("file_date", as_dict=True, include_key=False).items():
            file = folder / f"{name}_{file_date:%Y%m%d}.csv"
            file.write_bytes(encode(rows.write_csv(separator=";", quote_style="necessary", null_value="")))
            written.append(file)
    return sorted(written)


def encode(text: str) -> bytes:
    """ISO-8859-1 as the exporter writes it: a missing character becomes a simpler one, or a question mark."""
    return text.encode("iso-8859-1", "old_exporter")


def _formatted(column: str, kind: str) -> pl.Expr:
    value = pl.col(column)
    match kind:
        case "date":
            return value.cast(pl.Date).dt.to_string("%d.%m.%Y")
        case "time":
            return value.cast(UTC).dt.convert_time_zone(ZONE).dt.to_string("%d.%m.%Y %H:%M")
        case "money":
            return value.cast(pl.Decimal(18, 2)).cast(pl.String).str.replace(".", ",", literal=True)
    return value.cast(pl.String)


def _simplify(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    simpler = []
    for character in error.object[error.start : error.end]:
        base = _REPLACEMENTS.get(character)
        if base is None:
            letters = (c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
            base = "".join(letters)
        simpler.append(base if base and all(ord(c) < 256 for c in base) else "?")
    return "".join(simpler), error.end


codecs.register_error("old_exporter", _simplify)
